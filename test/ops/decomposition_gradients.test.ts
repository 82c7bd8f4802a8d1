/** Gradients of the factors themselves: rows compare what the factors give together. */
import * as trae from '../../lib/index';
import { checkGradient, checkSecondGradient, type Differentiable } from '../helpers/gradient';
import { build, type NdArray } from '../helpers/ndarray';
import { randomArray } from '../helpers/random';

type T = trae.Tensor;
const f64 = (shape: number[], seed = 1): NdArray => randomArray(shape, { dtype: 'float64', seed });
const symmetric = (x: T): T => x.add(trae.swapaxes(x, -1, -2)).multiply(0.5);
const firm = (shape: number[]): NdArray => {
  const x = f64(shape);
  return build(
    shape,
    'float64',
    (i) => x.data[i.reduce((p, v, a) => p * shape[a] + v, 0)] * 0.5 + (i.at(-1) === i.at(-2) ? 3 + 2 * i.at(-1)! : 0),
  );
};
const { ops } = trae;
/** Two turns with different growth, seen askew: two complex pairs. */
const spiral = build(
  [4, 4],
  'float64',
  ([i, j]) => [2, -3, 0.5, 0, 3, 2, 0, 0.25, 0, 0.5, -1, 1.5, 0.25, 0, -1.5, -1][i * 4 + j],
);
/** What does not depend on the phase of eigenvectors. */
function invariants(x: T): T[] {
  const [[re, im], [p, q]] = ops.eig(x, { complex: true });
  return [
    re,
    im,
    p.square().add(q.square()),
    trae.matmul(p, trae.swapaxes(p, -1, -2)).add(trae.matmul(q, trae.swapaxes(q, -1, -2))),
  ];
}
const cases: [string, Differentiable, NdArray[]][] = [
  ['cholesky', (x) => ops.cholesky(symmetric(x)), [firm([3, 3])]],
  ['cholesky, a batch', (x) => ops.cholesky(symmetric(x), { upper: true }), [firm([2, 2, 2])]],
  ['choleskyInverse', (x) => ops.choleskyInverse(trae.tril(x)), [firm([3, 3])]],
  ['inv', (x) => ops.inv(x), [firm([2, 3, 3])]],
  ['solve', (a, b) => ops.solve(a, b), [firm([3, 3]), f64([3, 2])]],
  ['solve of vectors', (a, b) => ops.solve(a, b), [firm([2, 2, 2]), f64([2, 2])]],
  ['solveTriangular', (a, b) => ops.solveTriangular(a, b), [firm([3, 3]), f64([3, 2])]],
  ['solveTriangular, lower', (a, b) => ops.solveTriangular(a, b, { lower: true }), [firm([3, 3]), f64([3])]],
  ['luFactor', (x) => ops.luFactor(x)[0], [f64([3, 3])]],
  ['qr of a square', (x) => ops.qr(x), [firm([3, 3])]],
  ['qr of a deep matrix', (x) => ops.qr(x), [f64([4, 2])]],
  ['qr of a wide matrix', (x) => ops.qr(x), [f64([2, 4])]],
  ['svd of a square', (x) => ops.svd(x) as T[], [firm([3, 3])]],
  ['svd of a deep matrix', (x) => ops.svd(x, { fullMatrices: false }) as T[], [f64([4, 2])]],
  ['svd of a wide matrix', (x) => ops.svd(x, { fullMatrices: false }) as T[], [f64([2, 4])]],
  ['singular values', (x) => ops.svd(x, { computeUv: false }) as T, [f64([4, 2])]],
  ['eigh', (x) => ops.eigh(symmetric(x)), [firm([3, 3])]],
  ['eig', (x) => ops.eig(x), [firm([3, 3])]],
  ['eig, real eigenvalues as complex ones', (x) => invariants(x), [firm([3, 3])]],
  ['eig of complex pairs', (x) => invariants(x), [spiral]],
  ['pinv of a deep matrix', (x) => ops.pinv(x), [f64([4, 2])]],
  ['pinv of a wide matrix', (x) => ops.pinv(x), [f64([2, 4])]],
  ['lstsq', (a, b) => ops.lstsq(a, b), [f64([4, 2]), f64([4], 2)]],
  ['lstsq of a wide matrix', (a, b) => ops.lstsq(a, b), [f64([2, 4]), f64([2, 3], 2)]],
  ['nuclear norm', (x) => ops.norm(x, { ord: 'nuc' }), [f64([3, 2])]],
  ['spectral norm', (x) => ops.norm(x, { ord: 2 }), [f64([3, 2])]],
];

describe('ops: gradients of factors', () => {
  for (const [name, f, inputs] of cases) {
    it(name, () => checkGradient(f, inputs, name));
    it(`${name}, second`, () => checkSecondGradient(f, inputs, name));
  }
});
