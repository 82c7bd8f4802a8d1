/** Rows of control flow. */
import * as trae from '../../../lib/index';
import { alongAxis, total } from '../../helpers/naive';
import { build, elementwise, nd, type NdArray } from '../../helpers/ndarray';
import { distinctArray, randomArray } from '../../helpers/random';
import { rowsIn, type Case } from '../../helpers/rows';

const row = rowsIn('control');
type T = trae.Tensor;
const twice = (x: T): T => x.multiply(2);
const squared = (x: T): T => x.square();
const scaled = (x: NdArray, f: (v: number) => number): NdArray => elementwise(f, x.dtype, x);
const smooth = (...shape: number[]): Case => ({ inputs: [distinctArray(shape)] });

row('cond', {
  call: (op, [p, x]) => op(p, () => twice(x), () => squared(x)), // prettier-ignore
  reference: ([p, x]) => scaled(x, (v) => (p.data[0] ? 2 * v : v * v)),
  cases: [0, 1].map((p) => ({ inputs: [nd([p], [], 'bool'), randomArray([2, 3])] })),
  smooth: [{ inputs: [nd([1], [], 'bool'), distinctArray([3])] }],
});
row('switch', {
  call: (op, [i, x]) => op(i, [twice, squared, (t: T) => t.negative()], x),
  reference: ([i, x]) => scaled(x, (v) => [2 * v, v * v, -v][Math.max(0, Math.min(2, i.data[0]))]),
  cases: [-4, 0, 1, 2, 9].map((i) => ({ inputs: [nd([i], [], 'int32'), randomArray([3])] })),
  smooth: [{ inputs: [nd([1], [], 'int32'), distinctArray([3])] }],
});
row('whileLoop', {
  call: (op, [x], [limit]) => op((i: T) => i.less(limit as number), (i: T, y: T) => [i.add(1), y.multiply(1.5)], [trae.tensor(0, [], 'int32'), x], { maximumIterations: 4 }), // prettier-ignore
  reference: ([x], ...[[limit]]: [never[]]) => [
    nd([Math.min(4, limit)], [], 'int32'),
    scaled(x, (v) => v * 1.5 ** Math.min(4, limit)),
  ],
  cases: [0, 2, 9].map((limit) => ({ inputs: [randomArray([3])], args: [limit] })),
  smooth: [{ ...smooth(3), args: [2] }],
});
row('foriLoop', {
  call: (op, [x]) => op(1, 4, (i: number, y: T) => y.multiply(i), x),
  reference: ([x]) => scaled(x, (v) => v * 6),
  cases: [{ inputs: [randomArray([3])] }],
  smooth: [smooth(3)],
});
row('scan', {
  call: (op, [init, xs], [o]) =>
    op((carry: T, x: T) => [carry.add(x), carry.multiply(x)], init, { xs, ...(o as object) }),
  reference: ([init, xs], ...[[o]]: [never[]]) => {
    const n = xs.shape[0];
    const width = init.data.length;
    const carry = [...init.data];
    const ys = new Array<number>(n * width);
    for (let k = 0; k < n; k++) {
      const i = (o as { reverse?: boolean } | undefined)?.reverse ? n - 1 - k : k;
      for (let j = 0; j < width; j++) {
        ys[i * width + j] = carry[j] * xs.data[i * width + j];
        carry[j] += xs.data[i * width + j];
      }
    }
    return [nd(carry, init.shape, init.dtype), nd(ys, xs.shape, xs.dtype)];
  },
  cases: [
    { inputs: [randomArray([2]), randomArray([4, 2])] },
    { inputs: [randomArray([2]), randomArray([4, 2])], args: [{ reverse: true }] },
  ],
  smooth: [{ inputs: [distinctArray([2]), distinctArray([3, 2])] }],
  looseness: 5,
});
const sums = ([x]: NdArray[]): NdArray =>
  build([x.shape[0]], x.dtype, ([i]) =>
    total(x.data.slice((i * x.data.length) / x.shape[0], ((i + 1) * x.data.length) / x.shape[0]).map((v) => v * v)),
  );
for (const op of ['map', 'vectorizedMap'])
  row(op, {
    call: (f, [x]) => f((t: T) => t.square().sum(), x),
    reference: sums,
    cases: [{ inputs: [randomArray([4, 3])] }, { inputs: [randomArray([1, 2, 2])] }],
    smooth: [smooth(2, 3)],
  });
row('vectorize', {
  call: (f, [x, y]) => (f((a: T, b: T) => a.multiply(b).sum()) as (...ts: T[]) => T)(x, y),
  reference: ([x, y]) =>
    build([x.shape[0]], x.dtype, ([i]) => total([0, 1, 2].map((k) => x.data[3 * i + k] * y.data[3 * i + k]))),
  cases: [{ inputs: [randomArray([4, 3]), randomArray([4, 3], { seed: 2 })] }],
  smooth: [{ inputs: [distinctArray([2, 3]), distinctArray([2, 3], { seed: 3 })] }],
});
row('associativeScan', {
  call: (op, [x], [o]) => op((a: T, b: T) => a.multiply(b), x, ...(o ? [o] : [])),
  reference: ([x], ...[[o]]: [never[]]) => {
    const { reverse = false, axis = 0 } = (o ?? {}) as { reverse?: boolean; axis?: number };
    return alongAxis(x, axis, x.dtype, (line) => {
      const given = reverse ? [...line].reverse() : line;
      let p = 1;
      const y = given.map((v) => (p *= v));
      return reverse ? y.reverse() : y;
    });
  },
  cases: [
    { inputs: [randomArray([5])] },
    { inputs: [randomArray([2, 4])], args: [{ axis: 1 }] },
    { inputs: [randomArray([6, 2])], args: [{ reverse: true }] },
  ],
  smooth: [smooth(3, 2)],
});
