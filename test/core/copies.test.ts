/** The library evaluated twice in a process, and values of other realms. */
import * as assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import * as vm from 'node:vm';
import * as trae from '../../lib/index';

const root = path.join(__dirname, '..', '..');
const numbers = (t: trae.Tensor): number[] => [...(t.dataSync() as Float32Array)];

describe('the library evaluated twice in a process', () => {
  const passing = async (program: string): Promise<string> => {
    const mocha = path.join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
    return (
      await promisify(execFile)(
        process.execPath,
        [mocha, '--reporter', 'dot', path.join(__dirname, 'programs', program)],
        { cwd: root },
      )
    ).stdout;
  };
  it('each copy trains, knows what the other made, and keeps its gradient functions apart', async () =>
    assert.match(await passing('copies.ts'), /5 passing/));
  it('packages with an engine each copy tensors of one another, and refuse the rest by name', async () =>
    assert.match(await passing('packages.ts'), /3 passing/));
});

describe('values of another realm', () => {
  const there = vm.createContext({});
  const from = (code: string): never => vm.runInContext(code, there) as never;
  it('typed arrays of every kind', () => {
    const kinds = [
      ['Float32Array', 'float32'],
      ['Float64Array', 'float64'],
      ['Int32Array', 'int32'],
      ['Int8Array', 'int8'],
      ['Uint8Array', 'uint8'],
      ['Uint8ClampedArray', 'uint8'],
      ['Int16Array', 'int32'],
      ['Uint16Array', 'int32'],
      ['Uint32Array', 'int64'],
    ] as const;
    for (const [kind, dtype] of kinds) {
      const t = trae.tensor(from(`new ${kind}([1, 2, 3])`));
      assert.equal(t.dtype, dtype, kind);
      assert.deepEqual([...t.dataSync()].map(Number), [1, 2, 3]);
    }
    assert.equal(trae.tensor(from('new BigInt64Array([1n])')).dtype, 'int64');
  });
  it('arrays, records, maps and options', async () => {
    assert.deepEqual(numbers(trae.tensor(from('[[1, 2], [3, 4]]'))), [1, 2, 3, 4]);
    const a = trae.keras.Input([1], { name: 'a' });
    const b = trae.keras.Input([1], { name: 'b' });
    const model = new trae.keras.Model({
      inputs: [a, b],
      outputs: new trae.keras.layers.Subtract().apply([a, b]) as trae.KerasTensor,
    });
    assert.deepEqual(
      numbers(
        (await model.predict(from('({ a: [[5], [6]], b: [[1], [1]] })'), from('({ verbose: 0 })'))) as trae.Tensor,
      ),
      [4, 5],
    );
    model.compile(from("({ optimizer: 'sgd', loss: 'mse' })"));
    const controller = new AbortController();
    controller.abort();
    await assert.rejects(model.predict(from('({ a: [[5]], b: [[1]] })'), { verbose: 0, signal: controller.signal }), {
      name: 'AbortError',
    });
    assert.equal(
      trae.keras.layers.deserialize(from("({ class_name: 'Dense', config: { units: 3 } })"))!.name.startsWith('dense'),
      true,
    );
  });
  it('promises are refused where a value is expected', () => {
    assert.throws(() => trae.compile(() => from('Promise.resolve(1)'))(), /the function must be synchronous/);
  });
});
