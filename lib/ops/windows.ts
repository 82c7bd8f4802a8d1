/** Window functions of n points (keras.ops), symmetric, as numpy defines them. */
import { requireTable } from '../support/limits';
import { convert, type Tensor, tensor, type TensorLike } from '../core/tensor';
import { integerArgument } from './arguments';
import { defineOp } from './define';

function count(op: string, x: TensorLike): number {
  const n = typeof x === 'number' ? x : convert(x).item();
  return integerArgument(op, 'the number of points', n);
}
const points = (n: number, f: (i: number) => number): Tensor => {
  requireTable('a window', n);
  return tensor(Float32Array.from({ length: n }, (_, i) => (n === 1 ? 1 : f(i))));
};

/** Bartlett: a triangle, 0 at both ends. */
export const bartlett = defineOp('bartlett', (x: TensorLike): Tensor => {
  const n = count('bartlett', x);
  return points(n, (i) => 1 - Math.abs((2 * i) / (n - 1) - 1));
});
/** Blackman: 0.42 - 0.5 cos(2 pi i / (n - 1)) + 0.08 cos(4 pi i / (n - 1)). */
export const blackman = defineOp('blackman', (x: TensorLike): Tensor => {
  const n = count('blackman', x);
  const w = (2 * Math.PI) / (n - 1);
  return points(n, (i) => 0.42 - 0.5 * Math.cos(w * i) + 0.08 * Math.cos(2 * w * i));
});
/** Hamming: 0.54 - 0.46 cos(2 pi i / (n - 1)). */
export const hamming = defineOp('hamming', (x: TensorLike): Tensor => {
  const n = count('hamming', x);
  return points(n, (i) => 0.54 - 0.46 * Math.cos((2 * Math.PI * i) / (n - 1)));
});
/** Hann: 0.5 - 0.5 cos(2 pi i / (n - 1)). */
export const hanning = defineOp('hanning', (x: TensorLike): Tensor => {
  const n = count('hanning', x);
  return points(n, (i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (n - 1)));
});
/** Bessel's I0 by its power series. */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-17; k++) sum += term *= (x / (2 * k)) ** 2;
  return sum;
}
/** Kaiser: I0(beta sqrt(1 - (2 i / (n - 1) - 1)^2)) / I0(beta). */
export const kaiser = defineOp('kaiser', (x: TensorLike, beta: TensorLike): Tensor => {
  const n = count('kaiser', x);
  const b = typeof beta === 'number' ? beta : convert(beta).item();
  return points(n, (i) => besselI0(b * Math.sqrt(Math.max(0, 1 - ((2 * i) / (n - 1) - 1) ** 2))) / besselI0(b));
});
