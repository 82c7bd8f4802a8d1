import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { definedOps } from '../../lib/ops/define';
import { checkGradient } from '../support/gradient';
import { fromTensor, toTensor } from '../support/ndarray';
import { randomArray } from '../support/random';
import { type RandomRow, randomRows, withSeed } from './rows/random';

const call = (r: RandomRow, args: unknown[]): trae.Tensor => (definedOps.get(r.op) as unknown as (...a: unknown[]) => trae.Tensor)(...(r.inputs ?? []).map(toTensor), ...args);
const values = (t: trae.Tensor): number[] => fromTensor(t).data;
const text = (r: RandomRow): string => `${r.op}(${[...(r.inputs ?? []).map((x) => `${x.dtype}[${x.shape}]`), ...r.args.map((a) => JSON.stringify(a))].join(', ')})`;

describe('ops: random', () => {
  for (const r of randomRows)
    it(text(r), () => {
      const t = call(r, withSeed(r.args, 7)),
        again = call(r, withSeed(r.args, 7));
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
    const draw = (): number[][] => [values(trae.random.normal([4])), values(trae.random.uniform([4])), values(trae.random.shuffle(trae.arange(9)))];
    trae.setRandomSeed(5);
    const first = [draw(), draw()];
    assert.notDeepEqual(first[0], first[1]);
    trae.setRandomSeed(5);
    assert.deepEqual([draw(), draw()], first);
    trae.setRandomSeed(6);
    assert.notDeepEqual(draw(), first[0]);
  });
  it('a SeedGenerator gives a stream, which begins with the values of its seed', () => {
    const generator = new trae.random.SeedGenerator(7),
      a = values(trae.random.normal([3], { seed: generator })),
      b = values(trae.random.normal([3], { seed: generator }));
    assert.deepEqual(a, values(trae.random.normal([3], { seed: 7 })));
    assert.notDeepEqual(a, b);
    assert.deepEqual(generator.state.arraySync(), [7n, 2n]);
    assert.deepEqual(generator.getConfig(), { seed: 7 });
  });
  it('a compiled function advances its generator', () => {
    const generator = new trae.random.SeedGenerator(7),
      twin = new trae.random.SeedGenerator(7);
    const draw = trae.compile(() => trae.random.uniform([3], { seed: generator }));
    for (let i = 0; i < 3; i++) assert.deepEqual(values(draw()), values(trae.random.uniform([3], { seed: twin })));
    assert.equal(generator.state.arraySync().toString(), '7,3');
  });
  it('two draws in one plan differ, also with equal arguments', () => {
    const draw = trae.compile(() => [trae.random.uniform([8]), trae.random.uniform([8])]),
      [a, b] = draw();
    assert.notDeepEqual(values(a), values(b));
    const [c] = draw();
    assert.notDeepEqual(values(a), values(c));
  });
  it('the gradient of dropout is its mask', () => {
    const x = randomArray([3, 5], { dtype: 'float64' });
    checkGradient((t) => trae.random.dropout(t, 0.4, { seed: 3 }), [x], 'dropout');
    checkGradient((t) => trae.random.dropout(t, 0.4, { seed: 3, noiseShape: [3, 1] }), [x], 'dropout with a noise shape');
    checkGradient((t) => trae.random.shuffle(t, { seed: 3 }), [x], 'shuffle');
  });
  it('draws of neighbouring seeds are not correlated', () => {
    const n = 4096,
      a = values(trae.random.normal([n], { seed: 100 })),
      b = values(trae.random.normal([n], { seed: 101 }));
    const correlation = a.reduce((p, v, i) => p + v * b[i], 0) / n;
    assert.ok(Math.abs(correlation) < 5 / Math.sqrt(n), `correlation ${correlation}`);
    const neighbours = a.slice(1).reduce((p, v, i) => p + v * a[i], 0) / n;
    assert.ok(Math.abs(neighbours) < 5 / Math.sqrt(n), `correlation of neighbours ${neighbours}`);
  });
});
