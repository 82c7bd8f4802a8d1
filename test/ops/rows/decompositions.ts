/**
 * Rows of linear algebra. Factors are compared through what they must satisfy: products that give the matrix again, and
 * sizes of entries, which do not depend on signs.
 */
import * as trae from '../../../lib/index';
import { einsum } from '../../helpers/naive';
import { at, build, elementwise, nd, type NdArray } from '../../helpers/ndarray';
import { randomArray } from '../../helpers/random';
import { rowsIn, type Case } from '../../helpers/rows';

const row = rowsIn('decompositions');
type T = trae.Tensor;
const r = (shape: number[], seed = 1): NdArray => randomArray(shape, { seed });
const f64 = (shape: number[], seed = 1): NdArray => randomArray(shape, { seed, dtype: 'float64' });
const adjoint = (t: T): T => trae.swapaxes(t, -1, -2);
const symmetric = (x: T): T => x.add(adjoint(x)).multiply(0.5);
const identity = (shape: number[], dtype: NdArray['dtype'] = 'float32'): NdArray =>
  build(shape, dtype, (i) => Number(i.at(-1) === i.at(-2)));
/** x with 3 added to its diagonal: far from singular, with distinct real eigenvalues of its symmetric part. */
const firm = (x: NdArray): NdArray =>
  build(x.shape, x.dtype, (i) => at(x, i) + (i.at(-1) === i.at(-2) ? 3 + i.at(-1)! : 0));
const times = (subscripts: string, ...xs: NdArray[]): NdArray => einsum(subscripts, xs, xs[0].dtype);
const definite = (shape: number[], dtype: 'float32' | 'float64' = 'float32'): NdArray => {
  const x = firm(randomArray(shape, { dtype }));
  return shape.length === 2 ? times('ij,kj->ik', x, x) : times('bij,bkj->bik', x, x);
};
/** Product of the pivots of elimination with exchanges. */
function determinant(x: NdArray, offset = 0): number {
  const n = x.shape.at(-1)!;
  const a = Array.from({ length: n }, (_, i) => x.data.slice(offset + i * n, offset + (i + 1) * n));
  let d = 1;
  for (let k = 0; k < n; k++) {
    const p = a.reduce((best, l, i) => (i >= k && Math.abs(l[k]) > Math.abs(a[best][k]) ? i : best), k);
    if (p !== k) {
      [a[p], a[k]] = [a[k], a[p]];
      d = -d;
    }
    d *= a[k][k];
    for (let i = k + 1; i < n; i++) for (let j = n - 1; j >= k; j--) a[i][j] -= (a[i][k] / a[k][k]) * a[k][j];
  }
  return d;
}
const determinants = (x: NdArray): NdArray => {
  const n = x.shape.at(-1)!;
  return build(x.shape.slice(0, -2), x.dtype, (i) => determinant(x, (i[0] ?? 0) * n * n));
};
const cases = (...xs: NdArray[]): Case[] => xs.map((x) => ({ inputs: [x] }));

row('cholesky', {
  call: (op, [x], args) => {
    const l = op(symmetric(x), ...args) as T;
    const isUpper = args.length > 0;
    return [
      trae.matmul(isUpper ? adjoint(l) : l, isUpper ? l : adjoint(l)),
      isUpper ? trae.tril(l, { k: -1 }) : trae.triu(l, { k: 1 }),
    ];
  },
  reference: ([x]) => [x, build(x.shape, x.dtype, () => 0)],
  cases: [
    ...cases(definite([3, 3]), definite([2, 4, 4]), nd([4], [1, 1])),
    { inputs: [definite([3, 3])], args: [{ upper: true }] },
  ],
  smooth: [{ inputs: [definite([3, 3], 'float64')] }],
  looseness: 20,
});
row('choleskyInverse', {
  call: (op, [x], [o]) => {
    const l = trae.ops.cholesky(symmetric(x), o as object) as T;
    return trae.matmul(op(l, o) as T, symmetric(x));
  },
  reference: ([x]) => identity(x.shape),
  cases: [false, true].map((upper) => ({ inputs: [definite([3, 3])], args: [{ upper }] })),
  smooth: [{ inputs: [definite([3, 3], 'float64')], args: [{ upper: true }] }],
  looseness: 50,
});
row('det', {
  reference: ([x]) => determinants(x),
  cases: cases(r([3, 3]), r([2, 4, 4]), nd([4], [1, 1])),
  smooth: [{ inputs: [firm(f64([3, 3]))] }],
  looseness: 20,
});
row('slogdet', {
  reference: ([x]) => [
    elementwise(Math.sign, x.dtype, determinants(x)),
    elementwise((d) => Math.log(Math.abs(d)), x.dtype, determinants(x)),
  ],
  cases: cases(r([3, 3]), r([2, 4, 4])),
  smooth: [{ inputs: [firm(f64([3, 3]))] }],
  looseness: 20,
});
row('logdet', {
  reference: ([x]) => elementwise(Math.log, x.dtype, determinants(x)),
  cases: cases(definite([3, 3]), definite([2, 4, 4])),
  smooth: [{ inputs: [definite([3, 3], 'float64')] }],
  looseness: 20,
});
row('inv', {
  call: (op, [x]) => trae.matmul(op(x) as T, x),
  reference: ([x]) => identity(x.shape),
  cases: cases(firm(r([3, 3])), firm(r([2, 4, 4]))),
  smooth: [{ inputs: [firm(f64([3, 3]))] }],
  looseness: 20,
});
row('solve', {
  call: (op, [a, x]) =>
    op(a, x.ndim === a.ndim - 1 ? trae.matmul(a, trae.expandDims(x, -1)).squeeze({ axis: -1 }) : trae.matmul(a, x)),
  reference: ([, x]) => x,
  cases: [
    { inputs: [firm(r([3, 3])), r([3, 2])] },
    { inputs: [firm(r([3, 3])), r([3])] },
    { inputs: [firm(r([2, 3, 3])), r([2, 3, 1])] },
  ],
  smooth: [{ inputs: [firm(f64([3, 3])), f64([3, 2])] }],
  looseness: 20,
});
row('solveTriangular', {
  call: (op, [a, x], [o]) => op(a, trae.matmul((o as { lower: boolean }).lower ? trae.tril(a) : trae.triu(a), x), o),
  reference: ([, x]) => x,
  cases: [false, true].flatMap((lower) => [
    { inputs: [firm(r([3, 3])), r([3, 2])], args: [{ lower }] },
    { inputs: [firm(r([2, 3, 3])), r([2, 3, 1])], args: [{ lower }] },
  ]),
  smooth: [{ inputs: [firm(f64([3, 3])), f64([3, 2])], args: [{ lower: true }] }],
  looseness: 20,
});
row('luFactor', {
  call: (op, [x]) => {
    const [lu, order] = op(x) as [T, T];
    const n = x.shape.at(-1)!;
    const l = trae.tril(lu, { k: -1 }).add(trae.eye(n, { dtype: x.dtype }));
    return trae.matmul(trae.swapaxes(trae.oneHot(order, n, { dtype: x.dtype }), -1, -2), trae.matmul(l, trae.triu(lu)));
  },
  reference: ([x]) => x,
  cases: cases(r([3, 3]), r([2, 4, 4])),
  smooth: [{ inputs: [firm(f64([3, 3]))] }],
  looseness: 20,
});
row('qr', {
  call: (op, [x], args) => {
    const [q, t] = op(x, ...args) as [T, T];
    return [trae.matmul(q, t), trae.matmul(adjoint(q), q), trae.tril(t, { k: -1 })];
  },
  reference: ([x], ...[args]: [never[]]) => {
    const [m, n] = x.shape.slice(-2);
    const k = args.length ? m : Math.min(m, n);
    const lead = x.shape.slice(0, -2);
    return [x, identity([...lead, k, k]), build([...lead, k, n], x.dtype, () => 0)];
  },
  cases: [
    ...cases(r([3, 3]), r([4, 2]), r([2, 4]), r([2, 3, 3])),
    { inputs: [r([4, 2])], args: [{ mode: 'complete' }] },
  ],
  smooth: [{ inputs: [f64([4, 2])] }, { inputs: [f64([2, 3])] }],
  second: false, // of products that do not change: decomposition_gradients.test.ts has those of the factors
  looseness: 50,
});
row('svd', {
  call: (op, [x], args) => {
    const y = op(x, ...args) as [T, T, T] | T;
    if (!Array.isArray(y)) return [y.square().sum({ axis: -1 })];
    const [u, s, v] = y;
    const k = s.shape.at(-1)!;
    const lead = s.shape.slice(0, -1);
    const thin = trae.ops.slice(u, [...lead.map(() => 0), 0, 0], [...lead, u.shape.at(-2)!, k]);
    const top = trae.ops.slice(v, [...lead.map(() => 0), 0, 0], [...lead, k, v.shape.at(-1)!]);
    return [
      trae.matmul(thin.multiply(trae.expandDims(s, -2)), top),
      trae.matmul(adjoint(u), u),
      trae.matmul(v, adjoint(v)),
    ];
  },
  reference: ([x], ...[args]: [never[]]) => {
    const { fullMatrices = true, computeUv = true } = (args[0] ?? {}) as {
      fullMatrices?: boolean;
      computeUv?: boolean;
    };
    const [m, n] = x.shape.slice(-2);
    const k = Math.min(m, n);
    const lead = x.shape.slice(0, -2);
    if (!computeUv) return [nd([x.data.reduce((s, v) => s + v * v, 0)], lead, x.dtype)];
    return [
      x,
      identity([...lead, fullMatrices ? m : k, fullMatrices ? m : k]),
      identity([...lead, fullMatrices ? n : k, fullMatrices ? n : k]),
    ];
  },
  cases: [
    ...cases(r([3, 3]), r([4, 2]), r([2, 4]), r([2, 3, 3])),
    { inputs: [r([4, 2])], args: [{ fullMatrices: false }] },
    { inputs: [r([3, 3])], args: [{ computeUv: false }] },
    { inputs: [nd([1, 2, 2, 4], [2, 2])] },
  ],
  smooth: [{ inputs: [firm(f64([3, 3]))] }],
  looseness: 50,
});
for (const op of ['eigh', 'eig'])
  row(op, {
    call: (f, [given]) => {
      const x = op === 'eigh' ? symmetric(given) : given;
      const [w, v] = f(x) as [T, T];
      return [
        trae
          .matmul(x, v)
          .subtract(v.multiply(trae.expandDims(w, -2)))
          .add(1),
        v.square().sum({ axis: -2 }),
        w.sum({ axis: -1 }),
        w.square().sum({ axis: -1 }),
      ];
    },
    reference: ([x]) => {
      const n = x.shape.at(-1)!;
      const lead = x.shape.slice(0, -2);
      const over = (f: (i: number[]) => number): NdArray => build(lead, x.dtype, f);
      const sum = (i: number[], g: (a: number, b: number) => number): number =>
        Array.from({ length: n }, (_, a) =>
          Array.from({ length: n }, (__, b) => g(a, b)).reduce((p, v) => p + v, 0),
        ).reduce((p, v) => p + v, 0);
      return [
        build([...lead, n, n], x.dtype, () => 1),
        build([...lead, n], x.dtype, () => 1),
        over((i) => sum(i, (a, b) => (a === b ? at(x, [...i, a, b]) : 0))),
        over((i) => sum(i, (a, b) => at(x, [...i, a, b]) * at(x, [...i, b, a]))),
      ];
    },
    cases: cases(definite([3, 3]), definite([2, 4, 4]), nd([2], [1, 1]), definite([9, 9])).map((c) => ({
      inputs: c.inputs.map((x) => ({ ...x, dtype: 'float64' as const })),
    })),
    smooth: [{ inputs: [definite([3, 3], 'float64')] }],
    looseness: 1e3,
  });
row('pinv', {
  call: (op, [x]) => {
    const p = op(x) as T;
    return [
      trae.matmul(trae.matmul(x, p), x),
      trae
        .matmul(x, p)
        .subtract(adjoint(trae.matmul(x, p)))
        .add(1),
    ];
  },
  reference: ([x]) => [x, build([...x.shape.slice(0, -2), x.shape.at(-2)!, x.shape.at(-2)!], x.dtype, () => 1)],
  cases: cases(r([3, 3]), r([4, 2]), r([2, 4]), r([2, 3, 2]), nd([1, 2, 2, 4], [2, 2])).map((c) => ({
    inputs: c.inputs.map((x) => ({ ...x, dtype: 'float64' as const })),
  })),
  smooth: [{ inputs: [f64([4, 2])] }],
  looseness: 1e3,
});
// The residual is orthogonal to the columns.
row('lstsq', {
  call: (op, [a, b]) => trae.matmul(adjoint(a), trae.matmul(a, op(a, b) as T).subtract(b)).add(1),
  reference: ([a, b]) => build([a.shape[1], ...b.shape.slice(1)], 'float64', () => 1),
  cases: [[[5, 2], [5]], [[5, 3], [5, 2]], [[3, 3], [3]]].map(([a, b]) => ({ inputs: [f64(a), f64(b, 2)] })), // prettier-ignore
  smooth: [{ inputs: [f64([4, 2]), f64([4], 2)] }],
  second: false, // of products that do not change, as of qr
  looseness: 1e3,
});
row('matrixRank', {
  reference: ([x]) => nd([{ 9: 3, 4: 1, 6: 2 }[x.data.length]!], [], 'int32'),
  cases: cases(firm(r([3, 3])), nd([1, 2, 2, 4], [2, 2]), r([3, 2])),
});
