/** Gradients of strided convolutions with kernels of size 1 and few channels, where oneDNN's own are wrong under AVX2, beside float64. */
import * as assert from 'node:assert/strict';
import * as trae from '../../lib/index';

const wave = (...shape: number[]): trae.Tensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  return trae.tensor(
    Float64Array.from({ length: size }, (_, i) => Math.sin(i * 1.7) + 0.1),
    shape,
  );
};

describe('strided convolutions with kernels of size 1', () => {
  for (const [batch, side, channels, filters, strides] of [
    [2, 8, 1, 4, 2],
    [2, 8, 4, 16, 2],
    [2, 12, 1, 6, 3],
    [2, 12, 3, 8, 2],
    [2, 12, 3, 4, 3],
    [2, 16, 7, 4, 2],
    [5, 8, 1, 8, 2],
    [5, 12, 8, 8, 2],
  ])
    it(`gradients for (${batch}, ${side}, ${side}, ${channels}), ${filters} filters, strides ${strides} are those of float64`, () => {
      const x = wave(batch, side, side, channels);
      const kernel = wave(1, 1, channels, filters);
      const gradients = (dtype: 'float32' | 'float64'): trae.Tensor[] => {
        const loss = (a: trae.Tensor, k: trae.Tensor): trae.Tensor =>
          trae.ops.conv(a, k, { strides, padding: 'same' }).square().sum();
        return trae.valueAndGrad(loss)(x.cast(dtype), kernel.cast(dtype)).grads;
      };
      const [got, want] = [gradients('float32'), gradients('float64')];
      got.forEach((g, i) => {
        const scale = want[i].abs().max().item() as number;
        const off = g.cast('float64').subtract(want[i]).abs().max().item() as number;
        assert.ok(off <= 1e-5 * scale, `gradient ${i} is off by ${off} of ${scale}`);
      });
    });
});
