/** Sums and extremes over every choice of axes, in sizes where the engine takes other ways: short rows, blocks, many results. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';

const SHAPES = [
  [40, 7, 2, 9, 2],
  [3000, 5],
  [6, 50, 64],
  [2, 3, 4000],
  [300, 2, 3, 16],
];
const subsets = (n: number): number[][] =>
  Array.from({ length: (1 << n) - 1 }, (_, bits) =>
    Array.from({ length: n }, (_, a) => a).filter((a) => ((bits + 1) >> a) & 1),
  );

describe('ops: reductions by shape', () => {
  for (const shape of SHAPES)
    for (const axis of subsets(shape.length))
      it(`(${shape.join(', ')}) over ${axis.join(', ')}`, () => {
        const x = trae.random.uniform(shape, { seed: 3, minval: -1, maxval: 1 });
        const data = x.dataSync();
        const kept = shape.map((_, a) => a).filter((a) => !axis.includes(a));
        const size = kept.reduce((p, a) => p * shape[a], 1);
        const sums = new Float64Array(size);
        const squares = new Float64Array(size);
        const most = new Float64Array(size).fill(-Infinity);
        const index = shape.map(() => 0);
        for (let i = 0; i < data.length; i++) {
          let rest = i;
          for (let a = shape.length; a-- > 0; rest = Math.floor(rest / shape[a])) index[a] = rest % shape[a];
          const to = kept.reduce((p, a) => p * shape[a] + index[a], 0);
          const v = Number(data[i]);
          sums[to] += v;
          squares[to] += v * v;
          most[to] = Math.max(most[to], v);
        }
        const count = data.length / size;
        const near = (name: string, got: trae.Tensor, want: Float64Array): void => {
          const values = got.dataSync();
          assert.equal(values.length, size);
          for (let i = 0; i < size; i++)
            if (!(Math.abs(Number(values[i]) - want[i]) <= 2e-6 * Math.sqrt(count) + 1e-6 * Math.abs(want[i])))
              assert.fail(`${name}, element ${i}: ${values[i]} instead of ${want[i]}`);
        };
        near('sum', trae.sum(x, { axis }), sums);
        near('max', trae.max(x, { axis }), most);
        near(
          'sum of squares',
          trae.compile((t: trae.Tensor) => trae.sum(t.square(), { axis }))(x) as unknown as trae.Tensor,
          squares,
        );
      });
});
