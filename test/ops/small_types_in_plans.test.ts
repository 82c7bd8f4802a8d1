/** Chains of ops on int8, uint8, float16 and bfloat16 in plans: each step gives what its type can hold, as one by one. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';

const numbers = (t: trae.Tensor): number[] => Array.from(t.cast('float64').dataSync() as Float64Array);

describe('small types in plans', () => {
  for (const [dtype, Holder] of [
    ['int8', Int8Array],
    ['uint8', Uint8Array],
  ] as const) {
    const held = (x: number): number => Holder.of(x)[0];
    const given = [100, 120, 3, 0, 7];
    const cases: [string, (x: trae.Tensor) => trae.Tensor, (x: number) => number][] = [
      ['a sum, widened', (x) => x.add(x).cast('int32'), (x) => held(x + x)],
      ['a sum, made smaller again', (x) => x.add(x).subtract(x), (x) => held(held(x + x) - x)],
      ['products that are divided', (x) => x.multiply(x).cast('float32').divide(2), (x) => held(x * x) / 2],
      ['a square, compared', (x) => trae.square(x).greater(x), (x) => Number(held(x * x) > x)],
      ['a cast and back', (x) => x.cast('int32').multiply(3).cast(dtype).cast('int32'), (x) => held(3 * x)],
    ];
    for (const [what, f, right] of cases)
      it(`${dtype}: ${what}`, () => {
        const x = trae.tensor(given).cast(dtype);
        const want = given.map(right);
        assert.deepEqual(numbers(trae.compile(f)(x)), want);
        assert.deepEqual(numbers(f(x)), want);
      });
    it(`${dtype}: the sum and the largest of sums that wrap`, () => {
      const x = trae.tensor(given).cast(dtype);
      const sums = given.map((v) => held(2 * v));
      const f = (t: trae.Tensor): trae.Tensor[] => [t.add(t).cast('int32').sum(), t.add(t).max()];
      assert.deepEqual(trae.compile(f)(x).flatMap(numbers), [sums.reduce((a, b) => a + b, 0), Math.max(...sums)]);
    });
  }
  // Halfway cases, what is too large, and what is too small.
  for (const [dtype, given, held] of [
    [
      'float16',
      [1e6, 65519, 65520, 2049, 2051, 1.0001, 6e-8, -1e-9],
      [Infinity, 65504, Infinity, 2048, 2052, 1, 2 ** -24, -0],
    ],
    ['bfloat16', [1e6, 257, 259, 1.001, -3.3999e38], [999424, 256, 260, 1, -Infinity]],
  ] as const) {
    it(`${dtype}: a cast and back rounds`, () => {
      const f = (x: trae.Tensor): trae.Tensor => x.multiply(1).cast(dtype).cast('float32').multiply(1);
      const x = trae.tensor([...given]).cast('float32');
      assert.deepEqual(numbers(trae.compile(f)(x)), [...held]);
      assert.deepEqual(numbers(f(x)), [...held]);
    });
    it(`${dtype}: a chain rounds at each step, gradients too`, () => {
      const x = trae.random.normal([700], { seed: 4 }).cast(dtype);
      const f = (t: trae.Tensor): trae.Tensor => trae.tanh(t.multiply(t).add(1)).divide(t.add(3)).exp().subtract(t);
      const gradient = (t: trae.Tensor): trae.Tensor =>
        trae.valueAndGrad((v: trae.Tensor) => f(v).cast('float32').sum())(t).grads[0];
      for (const g of [f, gradient]) assert.deepEqual(numbers(trae.compile(g)(x)), numbers(g(x)));
    });
  }
});
