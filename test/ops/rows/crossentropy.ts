/** Rows of the cross-entropies. */
import { alongAxis, logSoftmax, moveaxis, softmax, total } from '../../helpers/naive';
import { at, build, elementwise, nd, type NdArray, normalAxis, toFloat } from '../../helpers/ndarray';
import { randomArray } from '../../helpers/random';
import { rowsIn } from '../../helpers/rows';

const row = rowsIn('crossentropy');
interface Options {
  fromLogits?: boolean;
  axis?: number;
}
const bounded = (v: number): number => Math.min(Math.max(v, 1e-7), 1 - 1e-7);
const logits = (shape: number[], dtype: 'float32' | 'float64' = 'float32'): NdArray =>
  randomArray(shape, { dtype, low: -4, high: 4 });
const probabilities = (shape: number[], dtype: 'float32' | 'float64' = 'float32'): NdArray =>
  alongAxis(logits(shape, dtype), -1, dtype, (line) =>
    softmax(line).map((v) => (dtype === 'float32' ? Math.fround(v) : v)),
  );
/** Rows that sum to 1, none of them hard. */
const targets = (shape: number[], dtype: 'float32' | 'float64' = 'float32', seed = 5): NdArray =>
  alongAxis(randomArray(shape, { dtype, seed }), -1, dtype, (line) =>
    softmax(line).map((v) => (dtype === 'float32' ? Math.fround(v) : v)),
  );
const classes = (shape: number[], n: number, dtype: 'int32' | 'int64' = 'int32'): NdArray =>
  randomArray(shape, { dtype, low: 0, high: n - 1 });

row('categoricalCrossentropy', {
  reference: ([y, x], ...[[options]]: [never[]]) => {
    const { fromLogits = false, axis = -1 } = (options ?? {}) as Options;
    const n = x.shape.length;
    const a = normalAxis(axis, n);
    const dtype = toFloat(x.dtype);
    const logs = alongAxis(x, a, dtype, (line) =>
      fromLogits ? logSoftmax(line) : line.map((v) => Math.log(bounded(v / total(line)))),
    );
    const moved = moveaxis(
      elementwise((t, l) => t * l, dtype, y, logs),
      a,
      -1,
    );
    const c = moved.shape.at(-1)!;
    return build(
      moved.shape.slice(0, -1),
      dtype,
      (index) => -total(Array.from({ length: c }, (_, k) => at(moved, [...index, k]))),
    );
  },
  cases: [
    { inputs: [targets([4, 5]), probabilities([4, 5])] },
    { inputs: [targets([4, 5]), logits([4, 5])], args: [{ fromLogits: true }] },
    { inputs: [targets([2, 3, 4]), logits([2, 3, 4])], args: [{ fromLogits: true, axis: 1 }] },
    { inputs: [targets([2, 3, 4]), probabilities([2, 3, 4])], args: [{ axis: 1 }] },
    { inputs: [nd([0, 1, 0, 1, 0, 0], [2, 3], 'int32'), logits([2, 3])], args: [{ fromLogits: true }] },
    { inputs: [nd([0, 1], [2]), nd([1, 0])] },
    { inputs: [nd([0, 1, 1, 0], [2, 2]), nd([500, -500, 500, -500], [2, 2])], args: [{ fromLogits: true }] },
    { inputs: [targets([67, 1031]), logits([67, 1031])], args: [{ fromLogits: true }] },
    { inputs: [targets([4, 5], 'float64'), probabilities([4, 5], 'float64')] },
    { inputs: [targets([0, 5]), logits([0, 5])], args: [{ fromLogits: true }] },
  ],
  smooth: [
    { inputs: [targets([2, 3], 'float64'), targets([2, 3], 'float64', 6)] },
    { inputs: [targets([2, 3], 'float64'), logits([2, 3], 'float64')], args: [{ fromLogits: true }] },
  ],
  looseness: 5,
});
row('sparseCategoricalCrossentropy', {
  reference: ([y, x], ...[[options]]: [never[]]) => {
    const { fromLogits = false, axis = -1 } = (options ?? {}) as Options;
    const a = normalAxis(axis, x.shape.length);
    const dtype = toFloat(x.dtype);
    // Keras takes the logarithms of probabilities for logits: they are normalized once more.
    const logs = moveaxis(
      alongAxis(x, a, dtype, (line) => logSoftmax(fromLogits ? line : line.map((v) => Math.log(bounded(v))))),
      a,
      -1,
    );
    const shape = logs.shape.slice(0, -1);
    const c = logs.shape.at(-1)!;
    return build(shape, dtype, (index) => {
      const k = y.data[index.reduce((p, v, i) => p * shape[i] + v, 0)];
      return k >= 0 && k < c ? -at(logs, [...index, k]) : 0;
    });
  },
  cases: [
    { inputs: [classes([4], 5), probabilities([4, 5])] },
    { inputs: [classes([4], 5), logits([4, 5])], args: [{ fromLogits: true }] },
    { inputs: [classes([4, 1], 5), logits([4, 5])], args: [{ fromLogits: true }] },
    { inputs: [classes([2, 4], 3, 'int64'), logits([2, 3, 4])], args: [{ fromLogits: true, axis: 1 }] },
    { inputs: [nd([1, 0]), logits([2, 3])], args: [{ fromLogits: true }] },
    { inputs: [nd([0, 1], [2], 'int32'), nd([500, -500, 500, -500], [2, 2])], args: [{ fromLogits: true }] },
    { inputs: [classes([67], 1031), logits([67, 1031])], args: [{ fromLogits: true }] },
    { inputs: [classes([3], 4), probabilities([3, 4], 'float64')] },
    { inputs: [nd([-1, 1, 7], [3], 'int32'), logits([3, 4])], args: [{ fromLogits: true }] },
  ],
  smooth: [
    { inputs: [classes([2], 3), targets([2, 3], 'float64')] },
    { inputs: [classes([2], 3), logits([2, 3], 'float64')], args: [{ fromLogits: true }] },
  ],
  looseness: 5,
});
const zeroOne = (shape: number[], dtype: 'float32' | 'float64' = 'float32'): NdArray =>
  randomArray(shape, { dtype, low: 0.02, high: 0.98, seed: 3 });
row('binaryCrossentropy', {
  reference: ([y, x], ...[[options]]: [never[]]) =>
    elementwise(
      (t, v) => {
        if ((options as Options | undefined)?.fromLogits)
          return Math.max(v, 0) - v * t + Math.log1p(Math.exp(-Math.abs(v)));
        const q = bounded(v);
        return -(t * Math.log(q) + (1 - t) * Math.log(1 - q));
      },
      toFloat(x.dtype),
      y,
      x,
    ),
  cases: [
    { inputs: [zeroOne([4, 5]), zeroOne([4, 5])] },
    { inputs: [zeroOne([4, 5]), logits([4, 5])], args: [{ fromLogits: true }] },
    { inputs: [nd([0, 1, 1], [3], 'int32'), nd([0.25, 0.75, 0.5])] },
    { inputs: [nd([0, 1, 1, 0]), nd([500, -500, 500, -500])], args: [{ fromLogits: true }] },
    { inputs: [zeroOne([1031]), zeroOne([1031])] },
    { inputs: [zeroOne([3], 'float64'), zeroOne([3], 'float64')] },
    { inputs: [nd([1], [], 'bool'), nd([0.5], [])] },
  ],
  smooth: [
    { inputs: [zeroOne([3], 'float64'), randomArray([3], { dtype: 'float64', low: 0.2, high: 0.8 })] },
    { inputs: [zeroOne([3], 'float64'), logits([3], 'float64')], args: [{ fromLogits: true }] },
  ],
  looseness: 10,
});
