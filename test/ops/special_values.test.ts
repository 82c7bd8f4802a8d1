/** Limits, integers at the edge of their type, and numbers that a float64 detour would lose. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';

type Unary = (x: trae.TensorLike) => trae.Tensor;
const numbers = (t: trae.Tensor): number[] => Array.from(t.dataSync() as ArrayLike<number>, Number);
const i32 = (...v: number[]): trae.Tensor => trae.tensor(v, null, 'int32');
const i64 = (...v: bigint[]): trae.Tensor => trae.tensor(BigInt64Array.from(v));
const big = 2n ** 53n + 1n; // no float64

describe('special values', () => {
  it('activations at infinity', () => {
    const limits: [string, Unary, number, number][] = [
      ['sigmoid', trae.sigmoid, 1, 0],
      ['tanh', trae.tanh, 1, -1],
      ['softplus', trae.softplus, Infinity, 0],
      ['elu', trae.elu, Infinity, -1],
      ['celu', trae.celu, Infinity, -1],
      ['relu', trae.relu, Infinity, 0],
      ['relu6', trae.relu6, 6, 0],
      ['hardSigmoid', trae.hardSigmoid, 1, 0],
      ['hardTanh', trae.hardTanh, 1, -1],
      ['logSigmoid', trae.logSigmoid, 0, -Infinity],
      ['erf', trae.erf, 1, -1],
      ['arctan', trae.arctan, Math.fround(Math.PI / 2), -Math.fround(Math.PI / 2)],
    ];
    for (const [name, f, up, down] of limits)
      assert.deepEqual(
        numbers(f([Infinity, -Infinity])).map((v) => v + 0),
        [up, down],
        name,
      );
  });
  it('activations of large numbers do not overflow', () => {
    for (const dtype of ['float32', 'float64'] as const) {
      const x = trae.tensor([1e4, -1e4], null, dtype);
      const want: [Unary, number[]][] = [
        [trae.sigmoid, [1, 0]],
        [trae.softplus, [1e4, 0]],
        [trae.silu, [1e4, 0]],
        [trae.gelu, [1e4, 0]],
        [trae.mish, [1e4, 0]],
        [trae.logSigmoid, [0, -1e4]],
      ];
      for (const [f, y] of want)
        assert.deepEqual(
          numbers(f(x)).map((v) => v + 0),
          y,
          f.name,
        );
    }
  });
  it('denormals count as zero on x86 processors, eager and in plans, and are moved as they are', () => {
    const x = trae.full([37], 1e-40);
    const wide = trae.full([37], 1e-310, { dtype: 'float64' });
    const isFlushed = process.arch === 'x64' || process.arch === 'ia32';
    const results = (): trae.Tensor[] => [
      x.add(x),
      wide.add(wide),
      trae.full([37], 1e-30).multiply(1e-9),
      trae.cast(x.greater(0), 'float32'),
    ];
    for (const t of [...results(), ...trae.compile(results)()])
      for (const v of numbers(t)) assert.equal(v === 0, isFlushed, `${v} of ${t.dtype}`);
    assert.ok(numbers(trae.concatenate([x, x]).reshape([2, 37])).every((v) => v === Math.fround(1e-40)));
  });
  it('reductions of nothing', () => {
    const none = trae.zeros([0]);
    assert.deepEqual(
      [
        trae.sum(none),
        trae.prod(none),
        trae.mean(none),
        trae.any(none),
        trae.all(none),
        trae.countNonzero(none),
        trae.norm(none),
      ].map((t) => t.item()),
      [0, 1, NaN, 0, 1, 0, 0],
    );
    assert.equal(trae.logsumexp([-Infinity, -Infinity]).item(), -Infinity);
  });
  it('limits given to max and min', () => {
    assert.deepEqual(
      [
        trae.max([1, 2], { initial: 5 }).item(),
        trae.min([1, 2], { initial: -5 }).item(),
        trae.max([[1], [9]], { axis: 1, initial: 5 }).arraySync(),
      ],
      [5, -5, [5, 9]],
    );
  });
  it('whole division and remainder: signs, zero, and the smallest number', () => {
    assert.deepEqual(numbers(trae.floorDivide(i32(5, -5, 5, -5), i32(3, 3, -3, -3))), [1, -2, -2, 1]);
    assert.deepEqual(numbers(trae.mod(i32(5, -5, 5, -5), i32(3, 3, -3, -3))), [2, 1, -1, -2]);
    assert.deepEqual(numbers(trae.mod([5, -5, 5, -5], [3, 3, -3, -3])), [2, 1, -1, -2]);
    assert.deepEqual(numbers(trae.floorDivide(i32(5, -2147483648), i32(0, -1))), [0, -2147483648]);
    assert.deepEqual(numbers(trae.mod(i32(5, -2147483648), i32(0, -1))), [0, 0]);
    assert.deepEqual(trae.floorDivide(i64(-(2n ** 63n), 1n), i64(-1n, 0n)).arraySync(), [-(2n ** 63n), 0n]);
  });
  it('powers of integers', () =>
    assert.deepEqual(numbers(trae.power(i32(2, 3, -2, 0), i32(10, 0, 3, 0))), [1024, 1, -8, 1]));
  it('shifts by the width of the type and more', () => {
    assert.deepEqual(numbers(trae.leftShift(i32(1, 1, 3), i32(31, 32, 1))), [-2147483648, 0, 6]);
    assert.deepEqual(numbers(trae.rightShift(i32(-8, -8, 8), i32(1, 40, 40))), [-4, -1, 0]);
  });
  it('int32 wraps around', () => {
    assert.deepEqual(
      [trae.sum(i32(2147483647, 1)).item(), trae.add(i32(2147483647), 1).item(), trae.abs(i32(-2147483648)).item()],
      [-2147483648, -2147483648, -2147483648],
    );
  });
  it('int64 keeps numbers beyond 2^53', () => {
    const x = i64(big);
    const results = [
      x.add(i64(1n)),
      x.multiply(3),
      trae.max(i64(big, big - 1n)),
      trae.sum(i64(big, big - 1n)),
      trae.prod(i64(big, 3n)),
      trae.negative(x),
      trae.matmul(trae.reshape(x, [1, 1]), i64(1n).reshape([1, 1])).ravel(),
      trae.where(true, x, i64(0n)),
      trae.clip(x, 0, 2 ** 60),
    ];
    assert.deepEqual(
      results.map((t) => (t.dataSync() as BigInt64Array)[0]),
      [big + 1n, 3n * big, big, 2n * big - 1n, 3n * big, -big, big, big, big],
    );
    assert.deepEqual(trae.sort(i64(big, big - 1n)).arraySync(), [big - 1n, big]);
    assert.deepEqual([trae.equal(x, i64(big - 1n)).item(), trae.argmax(i64(big - 1n, big)).item()], [0, 1]);
  });
  it('long sums keep their digits', () => {
    assert.equal(trae.sum(trae.ones([3000001])).item(), 3000001);
    assert.ok(Math.abs(trae.mean(trae.full([3000001], 0.1)).item() - Math.fround(0.1)) < 1e-7);
    const offset = trae.tensor(Float32Array.from({ length: 10000 }, (_, i) => 1e4 + (i % 2)));
    assert.equal(trae.var(offset).item(), 0.25);
    assert.equal((trae.cumsum(trae.ones([100000])).dataSync() as Float32Array).at(-1), 100000);
  });
  it('angles far from 0', () => {
    for (const v of [1e3, 1e5, 1e8]) {
      assert.ok(Math.abs(trae.sin(v).item() - Math.sin(v)) < 1e-6, `sin ${v}`);
      assert.ok(Math.abs(trae.cos(v).item() - Math.cos(v)) < 1e-6, `cos ${v}`);
    }
  });
  it('numbers beside tensors take their dtype, fractions beside integers give float32', () => {
    const dtypes = (
      ['float32', 'float64', 'float16', 'bfloat16', 'int32', 'int64', 'uint8', 'int8', 'bool'] as trae.DType[]
    ).map((d) => [trae.ones([1], { dtype: d }).add(1).dtype, trae.ones([1], { dtype: d }).multiply(0.5).dtype]);
    assert.deepEqual(dtypes, [
      ['float32', 'float32'],
      ['float64', 'float64'],
      ['float16', 'float16'],
      ['bfloat16', 'bfloat16'],
      ['int32', 'float32'],
      ['int64', 'float32'],
      ['uint8', 'float32'],
      ['int8', 'float32'],
      ['int32', 'float32'],
    ]);
    assert.deepEqual(
      [trae.add(1, trae.ones([1], { dtype: 'float64' })).dtype, trae.subtract(2, i32(1)).dtype],
      ['float64', 'int32'],
    );
  });
});
