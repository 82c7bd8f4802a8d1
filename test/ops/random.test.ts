import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { definedOps } from '../../lib/ops/define';
import { checkGradient } from '../helpers/gradient';
import { fromTensor, toTensor } from '../helpers/ndarray';
import { randomArray } from '../helpers/random';
import { type RandomRow, randomRows, withSeed } from './rows/random';

const call = (r: RandomRow, args: unknown[]): trae.Tensor =>
  (definedOps.get(r.op) as unknown as (...a: unknown[]) => trae.Tensor)(...(r.inputs ?? []).map(toTensor), ...args);
const values = (t: trae.Tensor): number[] => fromTensor(t).data;
const text = (r: RandomRow): string =>
  `${r.op}(${[...(r.inputs ?? []).map((x) => `${x.dtype}[${x.shape}]`), ...r.args.map((a) => JSON.stringify(a))].join(', ')})`;

describe('ops: random', () => {
  for (const r of randomRows)
    it(text(r), () => {
      const t = call(r, withSeed(r.args, 7));
      const again = call(r, withSeed(r.args, 7));
      assert.deepEqual([t.shape, t.dtype], [r.shape, r.dtype]);
      assert.deepEqual(values(t), values(again), 'the same seed gives the same values');
      r.check?.(values(t), r.inputs ?? []);
      const compiled = trae.compile(() => call(r, withSeed(r.args, 7)));
      assert.deepEqual(values(compiled()), values(t), 'a plan gives the same values');
    });
  it('another seed gives other values', () => {
    for (const r of randomRows) {
      const [a, b] = [1, 2].map((seed) => values(call(r, withSeed(r.args, seed))).join());
      assert.equal(a === b, r.isFixed ?? false, text(r));
    }
  });
  it('values do not depend on the number of threads', () => {
    const before = trae.config.numThreads;
    try {
      const runs = [1, 2].map((n) => {
        trae.config.numThreads = n;
        return randomRows.map((r) => values(call(r, withSeed(r.args, 11))));
      });
      assert.deepEqual(runs[0], runs[1]);
    } finally {
      trae.config.numThreads = before;
    }
  });
  it("a longer tensor begins with the shorter one's values: elements have their own counters", () => {
    const long = values(trae.random.uniform([2000], { seed: 3 }));
    assert.deepEqual(values(trae.random.uniform([1003], { seed: 3 })), long.slice(0, 1003));
  });
  it('without a seed, each call gives other values, and setRandomSeed starts anew', () => {
    const draw = (): number[][] => [
      values(trae.random.normal([4])),
      values(trae.random.uniform([4])),
      values(trae.random.shuffle(trae.arange(9))),
    ];
    trae.setRandomSeed(5);
    const first = [draw(), draw()];
    assert.notDeepEqual(first[0], first[1]);
    trae.setRandomSeed(5);
    assert.deepEqual([draw(), draw()], first);
    trae.setRandomSeed(6);
    assert.notDeepEqual(draw(), first[0]);
  });
  it('a SeedGenerator gives a stream, which begins with the values of its seed', () => {
    const generator = new trae.random.SeedGenerator(7);
    const a = values(trae.random.normal([3], { seed: generator }));
    const b = values(trae.random.normal([3], { seed: generator }));
    assert.deepEqual(a, values(trae.random.normal([3], { seed: 7 })));
    assert.notDeepEqual(a, b);
    assert.deepEqual(generator.state.arraySync(), [7n, 2n]);
    assert.deepEqual(generator.getConfig(), { seed: 7 });
  });
  it('a compiled function advances its generator', () => {
    const generator = new trae.random.SeedGenerator(7);
    const twin = new trae.random.SeedGenerator(7);
    const draw = trae.compile(() => trae.random.uniform([3], { seed: generator }));
    for (let i = 0; i < 3; i++) assert.deepEqual(values(draw()), values(trae.random.uniform([3], { seed: twin })));
    assert.equal(generator.state.arraySync().toString(), '7,3');
  });
  it('two draws in one plan differ, also with equal arguments', () => {
    const draw = trae.compile(() => [trae.random.uniform([8]), trae.random.uniform([8])]);
    const [a, b] = draw();
    assert.notDeepEqual(values(a), values(b));
    const [c] = draw();
    assert.notDeepEqual(values(a), values(c));
  });
  it('the gradient of dropout is its mask', () => {
    const x = randomArray([3, 5], { dtype: 'float64' });
    checkGradient((t) => trae.random.dropout(t, 0.4, { seed: 3 }), [x], 'dropout');
    checkGradient(
      (t) => trae.random.dropout(t, 0.4, { seed: 3, noiseShape: [3, 1] }),
      [x],
      'dropout with a noise shape',
    );
    checkGradient((t) => trae.random.shuffle(t, { seed: 3 }), [x], 'shuffle');
  });
  it('draws of neighbouring seeds are not correlated', () => {
    const n = 4096;
    const a = values(trae.random.normal([n], { seed: 100 }));
    const b = values(trae.random.normal([n], { seed: 101 }));
    const correlation = a.reduce((p, v, i) => p + v * b[i], 0) / n;
    assert.ok(Math.abs(correlation) < 5 / Math.sqrt(n), `correlation ${correlation}`);
    const neighbours = a.slice(1).reduce((p, v, i) => p + v * a[i], 0) / n;
    assert.ok(Math.abs(neighbours) < 5 / Math.sqrt(n), `correlation of neighbours ${neighbours}`);
  });
  it('normal numbers are those of Box and Muller from the uniform ones of the same seed, on the same places', () => {
    const u = values(trae.random.uniform([6400], { seed: 21 }));
    const z = values(trae.random.normal([6400], { seed: 21, mean: 3, stddev: 2 }));
    z.forEach((v, i) => {
      const pair = i - (i % 64) + (i % 32);
      const angle = 2 * Math.PI * u[pair + 32];
      const want = 3 + 2 * Math.sqrt(-2 * Math.log(u[pair])) * (i % 64 < 32 ? Math.cos(angle) : Math.sin(angle));
      assert.ok(Math.abs(v - want) < 1e-5, `number ${i} is ${v} instead of ${want}`);
    });
  });
  // With n numbers a mean of squares and the like is off by a few times 1 / sqrt(n).
  const n = 2 ** 20;
  const mean = (list: readonly number[], f: (v: number) => number): number => list.reduce((s, v) => s + f(v), 0) / n;
  const isNear = (got: number, want: number, deviation: number, what: string): void =>
    assert.ok(Math.abs(got - want) < (5 * deviation) / Math.sqrt(n), `${what}: ${got} instead of ${want}`);
  it('moments, tails and independence of normal numbers', () => {
    const z = values(trae.random.normal([n], { seed: 22 }));
    isNear(
      mean(z, (v) => v),
      0,
      1,
      'mean',
    );
    isNear(
      mean(z, (v) => v ** 2),
      1,
      Math.sqrt(2),
      'variance',
    );
    isNear(
      mean(z, (v) => v ** 3),
      0,
      Math.sqrt(15),
      'third moment',
    );
    isNear(
      mean(z, (v) => v ** 4),
      3,
      Math.sqrt(96),
      'fourth moment',
    );
    for (const [edge, beyond] of [
      [1, 0.317310507863],
      [2, 0.045500263896],
      [3, 0.002699796063],
      [4, 6.3342484e-5],
    ])
      isNear(
        mean(z, (v) => Number(Math.abs(v) > edge)),
        beyond,
        Math.sqrt(beyond),
        `share beyond ${edge}`,
      );
    assert.ok(Math.max(...z.slice(0, 2 ** 16).map(Math.abs)) < 6);
    for (const lag of [1, 2, 16, 31, 32, 33, 63, 64, 65, 128]) {
      const with_ = (f: (v: number) => number): number => z.slice(lag).reduce((s, v, i) => s + f(v) * f(z[i]), 0) / n;
      isNear(
        with_((v) => v),
        0,
        1,
        `correlation with the number ${lag} before`,
      );
      isNear(
        with_((v) => v * v - 1),
        0,
        2,
        `correlation of squares with the number ${lag} before`,
      );
    }
  });
  it('moments and ends of truncated and uniform numbers', () => {
    const t = values(trae.random.truncatedNormal([n], { seed: 23 }));
    const u = values(trae.random.uniform([n], { seed: 23 }));
    // Of the normal distribution cut at 2: variance 1 - 4 phi(2) / (2 Phi(2) - 1).
    isNear(
      mean(t, (v) => v),
      0,
      1,
      'mean',
    );
    isNear(
      mean(t, (v) => v ** 2),
      0.773741303,
      1,
      'variance',
    );
    isNear(
      mean(t, (v) => Number(Math.abs(v) > 1)),
      (0.317310507863 - 0.045500263896) / (1 - 0.045500263896),
      1,
      'share beyond 1',
    );
    assert.ok(t.every((v) => Math.abs(v) <= 2) && t.some((v) => v > 1.999) && t.some((v) => v < -1.999));
    isNear(
      mean(u, (v) => v),
      0.5,
      Math.sqrt(1 / 12),
      'mean of uniform numbers',
    );
    isNear(
      mean(u, (v) => v ** 2),
      1 / 3,
      1,
      'their squares',
    );
    assert.ok(u.every((v) => v >= 0 && v < 1));
  });
  it('uniform numbers of 16 bits stay below the open end', async () => {
    // The last place of each end: the largest number below 1 in float16 is 1 - 2^-11, in bfloat16 1 - 2^-8.
    const ends: [trae.DType, number, number, number][] = [
      ['float16', 0, 1, 1 - 2 ** -11],
      ['bfloat16', 0, 1, 1 - 2 ** -8],
      ['float16', -3, -1, -1 - 2 ** -10],
      ['bfloat16', -3, -1, -1 - 2 ** -7],
      ['bfloat16', 1, 1.001, 1],
    ];
    for (const [dtype, minval, maxval, largest] of ends) {
      const x = trae.cast(trae.random.uniform([2 ** 16], { dtype, minval, maxval, seed: 3 }), 'float32');
      assert.equal(await trae.max(x).item(), largest, `${dtype} [${minval}, ${maxval})`);
      assert.ok((await trae.min(x).item()) >= minval);
      const initial = new trae.keras.initializers.RandomUniform({ minval, maxval, seed: 3 }).call([2 ** 16], { dtype });
      assert.equal(await trae.max(trae.cast(initial, 'float32')).item(), largest, `RandomUniform ${dtype}`);
    }
  });
});
