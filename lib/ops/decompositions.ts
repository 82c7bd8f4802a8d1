/** Linear algebra over the last two axes (keras.ops.linalg): factorizations, equations, eigenvalues. */
import { ValueError } from '../support/errors';
import { convert, formatShape, run, runMany, type DType, type Tensor, type TensorLike } from '../core/tensor';
import { defineOp } from './define';
import { eye } from './creation';
import { matmul } from './linalg';
import { swapaxes } from './shape';

/** float32 or float64; half types are computed in float32, `back` gives them again. */
function computed(x: TensorLike): { t: Tensor; back: (y: Tensor) => Tensor } {
  const given = convert(x);
  const isKept = given.dtype === 'float32' || given.dtype === 'float64';
  const isHalf = given.dtype === 'float16' || given.dtype === 'bfloat16';
  const dtype: DType = given.dtype;
  return {
    t: isKept ? given : run('cast', [given], { dtype: 'float32' }),
    back: (y) => (isHalf && y.dtype === 'float32' ? run('cast', [y], { dtype }) : y),
  };
}
const adjoint = (t: Tensor): Tensor => swapaxes(t, -1, -2);
const identityLike = (t: Tensor): Tensor =>
  run('broadcast_to', [eye(t.shape[t.ndim - 1], { dtype: t.dtype })], { shape: [...t.shape] });
function expectSquare(op: string, t: Tensor): void {
  if (t.ndim < 2 || t.shape[t.ndim - 1] !== t.shape[t.ndim - 2])
    throw new ValueError(`${op}: a square matrix is expected.\n  Received: shape ${formatShape(t.shape)}`, { op });
}

/** L with L L^T = x for a positive definite x, of which the lower triangle is read; with `upper`, L^T. */
export const cholesky = defineOp(
  'cholesky',
  (x: TensorLike, { upper = false }: { upper?: boolean } = {}): Tensor => {
    const { t, back } = computed(x);
    const l = run('cholesky', [t]);
    return back(upper ? adjoint(l) : l);
  },
  ['upper'],
);
/** The inverse of L L^T (of U^T U when `upper`) from its Cholesky factor. */
export const choleskyInverse = defineOp(
  'choleskyInverse',
  (x: TensorLike, { upper = false }: { upper?: boolean } = {}): Tensor => {
    const { t, back } = computed(x);
    expectSquare('choleskyInverse', t);
    const inverse = run('solve_triangular', [t, identityLike(t)], { lower: !upper });
    return back(upper ? matmul(inverse, adjoint(inverse)) : matmul(adjoint(inverse), inverse));
  },
  ['upper'],
);
/** Determinant. */
export const det = defineOp('det', (x: TensorLike): Tensor => {
  const { t, back } = computed(x);
  return back(run('det', [t]));
});
/** Sign of the determinant and logarithm of its size. */
export const slogdet = defineOp('slogdet', (x: TensorLike): [Tensor, Tensor] => {
  const { t, back } = computed(x);
  return runMany('slogdet', [t]).map(back) as [Tensor, Tensor];
});
/** Logarithm of the determinant of a positive definite matrix. */
export const logdet = defineOp('logdet', (x: TensorLike): Tensor => {
  const { t, back } = computed(x);
  return back(runMany('slogdet', [t])[1]);
});
/** Inverse matrix. @throws ValueError for a singular one. */
export const inv = defineOp('inv', (x: TensorLike): Tensor => {
  const { t, back } = computed(x);
  expectSquare('inv', t);
  return back(run('solve', [t, identityLike(t)]));
});

/** Both sides with the same leading axes, and whether b was a vector for each matrix. */
function sides(op: string, a: TensorLike, b: TensorLike): { p: Tensor; q: Tensor; back: (y: Tensor) => Tensor } {
  const { t: matrix, back } = computed(a);
  const { t: right } = computed(b);
  expectSquare(op, matrix);
  const isVector = right.ndim === matrix.ndim - 1;
  let p = matrix;
  let q = isVector ? run('reshape', [right], { shape: [...right.shape, 1] }) : right;
  if (p.dtype !== q.dtype) [p, q] = [run('cast', [p], { dtype: 'float64' }), run('cast', [q], { dtype: 'float64' })];
  if (q.ndim < 2 || q.shape[q.ndim - 2] !== p.shape[p.ndim - 1])
    throw new ValueError(
      `${op}: the right side has ${q.shape[q.ndim - 2] ?? 1} rows but the matrix has ${p.shape[p.ndim - 1]}.\n  Received: shapes ${formatShape(matrix.shape)} and ${formatShape(right.shape)}`,
      { op },
    );
  const rank = Math.max(p.ndim, q.ndim) - 2;
  const lead = Array.from({ length: rank }, (_, i) =>
    Math.max(p.shape[p.ndim - 2 - rank + i] ?? 1, q.shape[q.ndim - 2 - rank + i] ?? 1),
  );
  const wide = (t: Tensor): Tensor =>
    formatShape(t.shape.slice(0, -2)) === formatShape(lead)
      ? t
      : run('broadcast_to', [t], { shape: [...lead, ...t.shape.slice(-2)] });
  return {
    p: wide(p),
    q: wide(q),
    back: (y) => back(isVector ? run('reshape', [y], { shape: y.shape.slice(0, -1) }) : y),
  };
}
/** x with a x = b; b is a matrix, or a vector for each matrix. @throws ValueError for a singular matrix. */
export const solve = defineOp('solve', (a: TensorLike, b: TensorLike): Tensor => {
  const { p, q, back } = sides('solve', a, b);
  return back(run('solve', [p, q]));
});
/** x with a x = b for the upper (or `lower`) triangle of a. */
export const solveTriangular = defineOp(
  'solveTriangular',
  (a: TensorLike, b: TensorLike, { lower = false }: { lower?: boolean } = {}): Tensor => {
    const { p, q, back } = sides('solveTriangular', a, b);
    return back(run('solve_triangular', [p, q], { lower }));
  },
  ['lower'],
);
/** L and U of x with rows exchanged, in one matrix (L's ones left out), and the row of x (int32) that each came from. */
export const luFactor = defineOp('luFactor', (x: TensorLike): [Tensor, Tensor] => {
  const { t, back } = computed(x);
  return runMany('lu_factor', [t]).map(back) as [Tensor, Tensor];
});
/** Orthogonal q and upper triangular r with q r = x; mode 'reduced' or 'complete'. */
export const qr = defineOp(
  'qr',
  (x: TensorLike, { mode = 'reduced' }: { mode?: 'reduced' | 'complete' } = {}): [Tensor, Tensor] => {
    if (mode !== 'reduced' && mode !== 'complete')
      throw new ValueError(`qr: mode must be 'reduced' or 'complete'.\n  Received: '${mode}'`, { op: 'qr' });
    const { t, back } = computed(x);
    return runMany('qr', [t], { complete: mode === 'complete' }).map(back) as [Tensor, Tensor];
  },
  ['mode'],
);
/** u, s, v^T with x = u diag(s) v^T, s descending; s alone when not `computeUv`. */
export const svd = defineOp(
  'svd',
  (
    x: TensorLike,
    { fullMatrices = true, computeUv = true }: { fullMatrices?: boolean; computeUv?: boolean } = {},
  ): [Tensor, Tensor, Tensor] | Tensor => {
    const { t, back } = computed(x);
    const all = runMany('svd', [t], { full: computeUv && fullMatrices, vectors: computeUv }).map(back);
    return computeUv ? (all as [Tensor, Tensor, Tensor]) : all[0];
  },
  ['fullMatrices', 'computeUv'],
);
/** Eigenvalues, ascending, and eigenvectors (columns) of a symmetric matrix, of which the lower triangle is read. */
export const eigh = defineOp('eigh', (x: TensorLike): [Tensor, Tensor] => {
  const { t, back } = computed(x);
  return runMany('eigh', [t]).map(back) as [Tensor, Tensor];
});
function eigen(x: TensorLike, options?: { complex?: false }): [values: Tensor, vectors: Tensor];
function eigen(x: TensorLike, options: { complex: true }): [values: [Tensor, Tensor], vectors: [Tensor, Tensor]];
function eigen(x: TensorLike, { complex = false }: { complex?: boolean } = {}): unknown {
  const { t, back } = computed(x);
  const all = runMany('eig', [t], { complex }).map(back);
  const [values, vectors, imaginaryValues, imaginaryVectors] = all;
  if (!complex) return all;
  return [
    [values, imaginaryValues],
    [vectors, imaginaryVectors],
  ];
}
/**
 * Eigenvalues w, in no order, and eigenvectors v (columns of length 1) of a square matrix x: x v = v diag(w). With
 * `complex`, each of both is a pair of real and imaginary part, [[re w, im w], [re v, im v]], as there are no complex
 * tensors; the largest element of each vector is real then, as in NumPy. Gradients take it that nothing depends on the
 * phase of a vector.
 * @throws ValueError when some are complex, without `complex`.
 */
export const eig = defineOp('eig', eigen, ['complex']);

const EPSILON = { float32: 1.1920929e-7, float64: 2.220446049250313e-16 };
const epsilonOf = (t: Tensor): number => EPSILON[t.dtype as 'float32' | 'float64'];
/** Moore-Penrose inverse; singular values up to `rcond` (default 10 max(m, n) epsilon) times the largest count as 0. */
export const pinv = defineOp(
  'pinv',
  (x: TensorLike, { rcond = null }: { rcond?: number | null } = {}): Tensor => {
    const { t, back } = computed(x);
    return back(
      run('pinv', [t], {
        rcond: rcond ?? 10 * Math.max(t.shape[t.ndim - 1] ?? 0, t.shape[t.ndim - 2] ?? 0) * epsilonOf(t),
      }),
    );
  },
  ['rcond'],
);
/** The x of least size among those with the smallest |a x - b|; a is a matrix, b a vector or a matrix. */
export const lstsq = defineOp(
  'lstsq',
  (a: TensorLike, b: TensorLike, { rcond = null }: { rcond?: number | null } = {}): Tensor => {
    const { t, back } = computed(a);
    const { t: right } = computed(b);
    if (t.ndim !== 2 || right.ndim < 1 || right.ndim > 2 || right.shape[0] !== t.shape[0])
      throw new ValueError(
        `lstsq: a matrix and a vector or matrix of as many rows are expected.\n  Received: shapes ${formatShape(t.shape)} and ${formatShape(right.shape)}`,
        {
          op: 'lstsq',
        },
      );
    const limit = rcond === null ? epsilonOf(t) * Math.max(...t.shape) : rcond < 0 ? epsilonOf(t) : rcond;
    const isVector = right.ndim === 1;
    const [p, q] = t.dtype === right.dtype ? [t, right] : [t, right].map((v) => run('cast', [v], { dtype: 'float64' }));
    const y = run('lstsq', [p, isVector ? run('reshape', [q], { shape: [q.size, 1] }) : q], { rcond: limit });
    return back(isVector ? run('reshape', [y], { shape: [y.shape[0]] }) : y);
  },
  ['rcond'],
);
/** How many singular values are larger than `tol` (default max(m, n) epsilon times the largest); int32. */
export const matrixRank = defineOp(
  'matrixRank',
  (x: TensorLike, { tol = null }: { tol?: number | null } = {}): Tensor => {
    const { t } = computed(x);
    const s = runMany('svd', [t], { vectors: false })[0];
    const largest = run('max', [s], { axis: [-1], keepdims: true });
    const limit =
      tol === null
        ? run('multiply', [largest, convert(Math.max(...t.shape.slice(-2)) * epsilonOf(t), s)])
        : convert(tol, s);
    return run('sum', [run('cast', [run('greater', [s, limit])], { dtype: 'int32' })], { axis: [-1] });
  },
  ['tol'],
);
