/** The process as a whole: seeds, threads, devices; and what every error carries. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { throwsText } from '../helpers/compare';

describe('runtime', () => {
  it('setRandomSeed wants an integer', async () => {
    for (const seed of [-1, 1.5, NaN])
      await throwsText(
        () => trae.setRandomSeed(seed),
        'ValueError',
        `setRandomSeed: an integer >= 0 is expected.\n  Received: ${seed}`,
      );
    await throwsText(
      () => new trae.random.SeedGenerator(-1),
      'ValueError',
      'SeedGenerator: seed must be an integer >= 0.\n  Received: -1',
    );
  });
  it('setRandomSeed decides initial values of the default generators', () => {
    const make = (): unknown => {
      trae.setRandomSeed(9);
      return [trae.random.normal([3]).arraySync(), new trae.random.SeedGenerator().seed];
    };
    assert.deepEqual(make(), make());
  });
  it('config.numThreads', async () => {
    const before = trae.config.numThreads;
    assert.ok(Number.isInteger(before) && before >= 1);
    try {
      trae.config.numThreads = 2;
      assert.equal(trae.config.numThreads, 2);
      for (const bad of [0, -1, 1.5, 2000, 'x'])
        await throwsText(
          () => {
            trae.config.numThreads = bad as number;
          },
          'ValueError',
          `config.numThreads: must be an integer from 1 to 1024.\n  Received: ${bad}`,
        );
      assert.equal(trae.config.numThreads, 2);
      const x = trae.random.normal([301, 257], { seed: 1 });
      const sum = (n: number): number => {
        trae.config.numThreads = n;
        return x.matmul(x.transpose()).sum().item();
      };
      assert.equal(sum(2), sum(2));
      assert.ok(Math.abs(sum(1) - sum(2)) < 1e-3 * Math.abs(sum(1)) + 1);
    } finally {
      trae.config.numThreads = before;
    }
  });
  it('devices and version', () => {
    const [cpu] = trae.devices();
    assert.equal(cpu.kind, 'cpu');
    assert.ok(cpu.name.length > 0 && cpu.description.length > 0);
    assert.match(trae.version, /^\d+\.\d+\.\d+/);
  });
});

describe('errors', () => {
  const caught = (f: () => unknown): trae.TraeError => {
    try {
      f();
    } catch (e) {
      return e as trae.TraeError;
    }
    throw new Error('nothing was thrown');
  };
  it('are classes with name and code', () => {
    const codes: Record<string, string> = {
      ValueError: 'ERR_VALUE',
      TypeError: 'ERR_TYPE',
      IndexError: 'ERR_INDEX',
      NotImplementedError: 'ERR_NOT_IMPLEMENTED',
      RuntimeError: 'ERR_RUNTIME',
      AttributeError: 'ERR_ATTRIBUTE',
      FileError: 'ERR_FILE',
      OutOfMemoryError: 'ERR_OUT_OF_MEMORY',
      InternalError: 'ERR_INTERNAL',
      AbortError: 'ERR_ABORT',
    };
    for (const [name, code] of Object.entries(codes)) {
      const Kind = (trae as unknown as Record<string, new (m: string, o?: object) => trae.TraeError>)[name];
      const e = new Kind('text', { op: 'x', cause: 5 });
      assert.deepEqual([e.name, e.code, e.op, e.message, e.cause], [name, code, 'x', 'text', 5]);
      assert.ok(e instanceof trae.TraeError && e instanceof Error);
    }
  });
  it('thrown by TypeScript and by the engine are alike', () => {
    const native = caught(() => trae.zeros([2]).add(trae.zeros([3])));
    const own = caught(() => trae.split(trae.zeros([3]), 2));
    for (const [e, op] of [
      [native, 'add'],
      [own, 'split'],
    ] as const) {
      assert.ok(e instanceof trae.ValueError);
      assert.deepEqual([e.name, e.code, e.op], ['ValueError', 'ERR_VALUE', op]);
    }
  });
  it('have a stack that starts at the caller', async () => {
    function theCaller(): unknown {
      return trae.zeros([2]).add(trae.zeros([3]));
    }
    function another(): unknown {
      return trae.tensor([[1], [2, 3]]);
    }
    for (const [f, name] of [
      [theCaller, 'theCaller'],
      [another, 'another'],
    ] as const) {
      const lines = caught(f).stack!.split('\n');
      const first = lines.find((l) => /^\s+at /.test(l))!;
      assert.ok(first.includes(name), first);
      assert.ok(first.includes('runtime.test.ts'), first);
      assert.equal(lines[0], `${lines[0].split(':')[0]}: ${caught(f).message.split('\n')[0]}`);
    }
  });
  it('reading a failed value rejects with the same error class', async () => {
    await assert.rejects(
      trae.take(trae.zeros([2]), [4]).data(),
      (e: trae.TraeError) => e instanceof trae.IndexError && e.op === 'take' && e.code === 'ERR_INDEX',
    );
    assert.ok(caught(() => trae.take(trae.zeros([2]), [4]).dataSync()) instanceof trae.IndexError);
  });
  it('more memory than there is', async () => {
    const e = caught(() =>
      trae
        .ones([1e6, 1e6])
        .add(trae.ones([1e6, 1e6]))
        .dataSync(),
    );
    assert.ok(e instanceof trae.OutOfMemoryError, `${e.name}: ${e.message}`);
    assert.equal(e.code, 'ERR_OUT_OF_MEMORY');
    assert.match(e.message, /\d/);
    assert.deepEqual(trae.ones([2]).add(1).arraySync(), [2, 2]);
  });
  it('shapes too large for the machine, before anything is made', () => {
    const e = caught(() => trae.zeros([1e9, 1e9]).shape);
    assert.ok(e instanceof trae.OutOfMemoryError, e.name);
    assert.match(
      e.message,
      /^a float32 tensor of shape \(1000000000, 1000000000\) needs 4000000000000000000 bytes, but this process can have \d+\.$/,
    );
  });
});
