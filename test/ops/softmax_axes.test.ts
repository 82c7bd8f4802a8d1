/** softmax and its logarithm along every axis, of every type, beside plain loops; special values in single columns. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { fromTensor, nd, toTensor, type NdArray } from '../helpers/ndarray';
import { randomArray } from '../helpers/random';

/** Few and many columns, more rows than a block has, none of them a multiple of a vector. */
const SHAPES: [shape: number[], axis: number][] = [
  [[40, 3], 0],
  [[70, 300], 0],
  [[1, 17], 0],
  [[2, 1000, 5], 1],
  [[3, 33, 16], 1],
  [[6, 2, 530], 0],
  [[2, 3, 4, 5], 2],
  [[5, 0, 3], 1],
  [[0, 4], 0],
];
/** In float64. */
function naive({ shape, data }: NdArray, axis: number, isLog: boolean): number[] {
  const inner = shape.slice(axis + 1).reduce((p, d) => p * d, 1);
  const n = shape[axis];
  const y = data.map(() => 0);
  for (let start = 0; start < data.length; start += n * inner)
    for (let j = 0; j < inner; j++) {
      const at = Array.from({ length: n }, (_, i) => start + i * inner + j);
      const line = at.map((i) => data[i]);
      const most = line.some(Number.isNaN) ? NaN : Math.max(...line);
      const sum = line.reduce((s, v) => s + Math.exp(v - most), 0);
      at.forEach((i, k) => (y[i] = isLog ? line[k] - most - Math.log(sum) : Math.exp(line[k] - most) / sum));
    }
  return y;
}
function check(x: NdArray, axis: number, tolerance: number, what: string): void {
  const t = toTensor(x);
  for (const isLog of [false, true]) {
    const f = (v: trae.Tensor): trae.Tensor => (isLog ? trae.logSoftmax(v, { axis }) : trae.softmax(v, { axis }));
    const want = naive(fromTensor(t), axis, isLog);
    for (const got of [f(t), trae.compile(f)(t)]) {
      const y = fromTensor(got);
      assert.deepEqual([y.shape, y.dtype], [x.shape, x.dtype]);
      y.data.forEach((v, i) => {
        const isRight = Object.is(v, want[i]) || Math.abs(v - want[i]) <= tolerance * Math.max(1, Math.abs(want[i]));
        if (!isRight)
          assert.fail(`${what}, ${isLog ? 'logarithm' : 'softmax'}: element ${i} is ${v} instead of ${want[i]}`);
      });
    }
  }
}

describe('ops: softmax along any axis', () => {
  for (const [shape, axis] of SHAPES)
    it(`(${shape.join(', ')}), axis ${axis}`, () => {
      check(randomArray(shape, { low: -9, high: 9 }), axis, 2e-6, 'float32');
      check(randomArray(shape, { low: -9, high: 9, dtype: 'float64' }), axis, 1e-13, 'float64');
      check(randomArray(shape, { low: -9, high: 9, dtype: 'float16' }), axis, 1e-3, 'float16');
      check(randomArray(shape, { low: -9, high: 9, dtype: 'bfloat16' }), axis, 8e-3, 'bfloat16');
    });
  for (const columns of [3, 40])
    it(`special values stay in their columns, of ${columns}`, () => {
      const rows = 50;
      const x = nd(
        Array.from({ length: rows * columns }, (_, i) => Math.sin(i)),
        [rows, columns],
      );
      const put = (column: number, value: number, from = 0, to = rows): void => {
        for (let r = from; r < to; r++) x.data[r * columns + column] = value;
      };
      put(0, -Infinity, 0, 33); // a whole block before the first number
      put(1, NaN, 49);
      put(2, -Infinity);
      if (columns > 3) {
        put(3, Infinity, 7, 8);
        put(4, 3e38, 20, 21);
        put(5, -3e38);
        put(6, -0);
      }
      check(x, 0, 2e-6, 'special values');
    });
  it('the same on any number of threads', () => {
    const x = toTensor(randomArray([300, 700]));
    const threads = trae.config.numThreads;
    try {
      const runs = [1, 2, 3].map((n) => {
        trae.config.numThreads = n;
        return fromTensor(trae.softmax(x, { axis: 0 })).data;
      });
      for (const run of runs) run.forEach((v, i) => assert.ok(Math.abs(v - runs[0][i]) <= 1e-9));
    } finally {
      trae.config.numThreads = threads;
    }
  });
});
