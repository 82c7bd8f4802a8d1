/** Convolutions with the normalization of inference and an activation behind them, in plans, beside the same ops in float64. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';

type F = (x: trae.Tensor) => trae.Tensor;
const ACTIVATIONS: Record<string, F> = {
  none: (x) => x,
  relu: (x) => trae.relu(x),
  relu6: (x) => trae.relu6(x),
};
const random = (shape: number[], seed: number): trae.Tensor => trae.random.normal(shape, { seed });
interface Case {
  x: number[];
  kernel: number[];
  strides?: number;
  bias?: boolean;
}
const CASES: Case[] = [
  { x: [2, 9, 7, 16], kernel: [1, 1, 16, 40] },
  { x: [1, 4, 4, 33], kernel: [1, 1, 33, 21], bias: true },
  { x: [2, 16, 16, 16], kernel: [3, 3, 16, 24], bias: true },
  { x: [2, 9, 9, 3], kernel: [3, 3, 3, 5], strides: 2 },
  { x: [2, 9, 8, 12], kernel: [3, 3, 1, 12] },
  { x: [2, 8, 9, 6], kernel: [3, 3, 1, 12], strides: 2, bias: true },
  { x: [3, 17, 10], kernel: [1, 10, 16] },
  { x: [1, 3, 4, 5, 8], kernel: [1, 1, 1, 8, 9], bias: true },
];

describe('normalized convolutions', () => {
  for (const { x: shape, kernel, strides = 1, bias = false } of CASES)
    for (const [name, activation] of Object.entries(ACTIVATIONS))
      it(`${shape.join('x')} by ${kernel.join('x')}, strides ${strides}${bias ? ', bias' : ''}, ${name}`, () => {
        const channels = kernel.at(-1)!;
        const inputs = [
          random(shape, 1),
          random(kernel, 2),
          random([channels], 3),
          random([channels], 4),
          trae.random.uniform([channels], { seed: 5 }),
          random([channels], 6),
          random([channels], 7),
        ];
        const f = (...[x, w, b, mean, variance, scale, offset]: trae.Tensor[]): trae.Tensor => {
          const y = trae.ops.conv(x, w, { padding: 'same', strides });
          return activation(
            trae.ops.batchNormalization(bias ? y.add(b) : y, mean, variance, -1, { scale, offset, epsilon: 1e-3 }),
          );
        };
        const got = trae
          .compile(f)(...inputs)
          .dataSync() as Float32Array;
        const want = f(...inputs.map((t) => t.cast('float64'))).dataSync() as Float64Array;
        assert.equal(got.length, want.length);
        want.forEach((v, i) =>
          assert.ok(Math.abs(got[i] - v) <= 1e-4 * Math.max(1, Math.abs(v)), `${i}: ${got[i]} instead of ${v}`),
        );
        if (name === 'relu6') assert.ok(want.includes(0) && want.includes(6));
      });
  it('NaN and infinity stay in the pixels whose window holds one', () => {
    for (const kernel of [
      [1, 1, 16, 24],
      [3, 3, 1, 16],
    ])
      for (const odd of [NaN, Infinity]) {
        const values = new Float32Array(12 * 12 * 16).fill(1);
        const channels = kernel.at(-1)!;
        const vector = (v: number): trae.Tensor => trae.full([channels], v);
        values[(5 * 12 + 6) * 16 + 3] = odd;
        const f = (...[x, w]: trae.Tensor[]): trae.Tensor =>
          trae.relu6(
            trae.ops.batchNormalization(trae.ops.conv(x, w, { padding: 'same' }), vector(0.5), vector(1), -1, {
              scale: vector(2),
              offset: vector(0.1),
              epsilon: 1e-3,
            }),
          );
        const inputs = [trae.tensor(values, [1, 12, 12, 16]), trae.ones(kernel)];
        const got = Array.from(
          trae
            .compile(f)(...inputs)
            .dataSync() as Float32Array,
        );
        const want = Array.from(f(inputs[0].cast('float64'), inputs[1].cast('float64')).dataSync() as Float64Array);
        assert.ok(want.some((v) => (Number.isNaN(odd) ? Number.isNaN(v) : v === 6)));
        got.forEach((v, i) =>
          assert.ok(Object.is(v, want[i]) || Math.abs(v - want[i]) < 1e-4, `${i}: ${v} instead of ${want[i]}`),
        );
      }
  });
});
