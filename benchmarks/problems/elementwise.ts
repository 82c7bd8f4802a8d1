/** Operations on each element, and reductions of rows and columns. */
import * as trae from '../../lib/index';
import { near, timed, uniform, type Problem } from './problem';

const ELEMENTWISE: Record<
  string,
  { f: (x: trae.Variable) => trae.Tensor; writes: number; of: (row: Float64Array, j: number) => number }
> = {
  add: { f: (x) => trae.add(x, x), writes: 1, of: (row, j) => 2 * row[j] },
  tanh: { f: (x) => trae.tanh(x), writes: 1, of: (row, j) => Math.tanh(row[j]) },
  gelu: {
    f: (x) => trae.gelu(x),
    writes: 1,
    of: (row, j) => 0.5 * row[j] * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (row[j] + 0.044715 * row[j] ** 3))),
  },
  softmax: {
    f: (x) => trae.softmax(x),
    writes: 1,
    of: (row, j) => Math.exp(row[j]) / row.reduce((s, v) => s + Math.exp(v), 0),
  },
  layer_norm: {
    f: (x) => trae.layerNormalization(x, { epsilon: 1e-5 }),
    writes: 1,
    of: (row, j) => {
      const mean = row.reduce((s, v) => s + v, 0) / row.length;
      return (row[j] - mean) / Math.sqrt(row.reduce((s, v) => s + (v - mean) ** 2, 0) / row.length + 1e-5);
    },
  },
  /** Over the first axis; checked by the sums of the columns. */
  softmax_first: { f: (x) => trae.softmax(x, { axis: 0 }), writes: 1, of: () => NaN },
  /** New normal numbers; x is not read. */
  normal: { f: (x) => trae.random.normal(x.shape), writes: 0, of: () => NaN },
  sum: { f: (x) => trae.sum(x), writes: 0, of: () => NaN },
};
/** `elementwise gelu 2048x1024` */
export function elementwise(name: string, op: string, shape: number[]): Problem {
  const x = uniform(shape, 6);
  const { f, writes, of } = ELEMENTWISE[op];
  const size = shape.reduce((p, d) => p * d, 1);
  const repeats = 100;
  return {
    name,
    bytes: 4 * size * (1 + writes),
    time: timed(() => f(x), repeats),
    request: { kind: 'elementwise', name: op, shape, repeats },
    async check() {
      const X = Float64Array.from(await x.data(), Number);
      const got = Float64Array.from(await f(x).data(), Number);
      const columns = shape[shape.length - 1];
      if (op === 'softmax_first')
        for (const j of [0, columns - 1])
          near(
            name,
            got.filter((_, i) => i % columns === j).reduce((s, v) => s + v, 0),
            1,
            1e-4,
          );
      else if (op === 'normal') {
        const mean = got.reduce((s, v) => s + v, 0) / size;
        near(name, mean, 0, 0.01);
        near(name, got.reduce((s, v) => s + (v - mean) ** 2, 0) / size, 1, 0.01);
      } else if (op === 'sum')
        near(
          name,
          got[0],
          X.reduce((s, v) => s + v, 0),
          1e-2,
        );
      else
        for (const [r, j] of [
          [0, 0],
          [size / columns - 1, columns >> 1],
        ])
          near(name, got[r * columns + j], of(X.subarray(r * columns, (r + 1) * columns), j), 1e-4);
    },
  };
}
