/** Products of vectors, matrices and tensors (keras.ops). */
import { ValueError } from '../support/errors';
import { convert, formatShape, run, type Tensor, tensor, type TensorLike } from '../core/tensor';
import { pair } from './binary';
import { diagonalMask } from './creation';
import { defineMethods, defineOp } from './define';
import { normalizeAxis } from './shape';

/**
 * Matrix product over the last two axes: (..., n, k) x (..., k, m) -> (..., n, m). Leading axes broadcast; vectors
 * stand for a row on the left, a column on the right.
 * @throws ValueError when the inner sizes differ.
 */
export const matmul = defineOp('matmul', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = pair(x1, x2);
  if (!a.ndim || !b.ndim)
    throw new ValueError(
      `matmul: vectors or matrices are expected, not scalars.\n  Received: shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
      { op: 'matmul' },
    );
  if (a.ndim > 1 && b.ndim > 1) return run('matmul', [a, b]);
  if (a.shape.at(-1) !== b.shape.at(b.ndim > 1 ? -2 : -1))
    throw new ValueError(
      `matmul: inner sizes ${a.shape.at(-1)} and ${b.shape.at(b.ndim > 1 ? -2 : -1)} differ.\n  Received: shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
      { op: 'matmul' },
    );
  const y = run('matmul', [
    a.ndim > 1 ? a : run('reshape', [a], { shape: [1, a.size] }),
    b.ndim > 1 ? b : run('reshape', [b], { shape: [b.size, 1] }),
  ]);
  return run('reshape', [y], {
    shape: y.shape.filter((_, i) => !(a.ndim === 1 && i === y.ndim - 2) && !(b.ndim === 1 && i === y.ndim - 1)),
  });
});
/** @internal Matrix product over the last two axes; either matrix may be read as its transpose, without a copy. */
export function matmulOf(
  a: Tensor,
  b: Tensor,
  { transposeA = false, transposeB = false }: { transposeA?: boolean; transposeB?: boolean },
): Tensor {
  return run('matmul', [a, b], { transpose_a: transposeA, transpose_b: transposeB });
}
/** Product of vectors (inner), matrices, or the last axis of x1 with the second to last of x2. */
export const dot = defineOp('dot', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = pair(x1, x2);
  if (!a.ndim || !b.ndim) return run('multiply', [a, b]);
  if (b.ndim <= 2) return matmul(a, b);
  return tensordot(a, b, { axes: [[a.ndim - 1], [b.ndim - 2]] });
});
/** Sum of products of all elements of two tensors of one size. */
export const vdot = defineOp('vdot', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = pair(x1, x2);
  return matmul(run('reshape', [a], { shape: [-1] }), run('reshape', [b], { shape: [-1] }));
});
/** Sum of products over the last axes. */
export const inner = defineOp('inner', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = pair(x1, x2);
  if (!a.ndim || !b.ndim) return run('multiply', [a, b]);
  return tensordot(a, b, { axes: [[a.ndim - 1], [b.ndim - 1]] });
});
/** Products of all pairs of elements: (size of x1, size of x2). */
export const outer = defineOp('outer', (x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = pair(x1, x2);
  return run('multiply', [run('reshape', [a], { shape: [a.size, 1] }), run('reshape', [b], { shape: [1, b.size] })]);
});
/** Sum of products over pairs of axes: a number (the last n of x1 with the first n of x2) or two lists. */
export const tensordot = defineOp(
  'tensordot',
  (
    x1: TensorLike,
    x2: TensorLike,
    { axes = 2 }: { axes?: number | readonly (number | readonly number[])[] } = {},
  ): Tensor => {
    const [a, b] = pair(x1, x2);
    const list = (v: number | readonly number[]): number[] => (typeof v === 'number' ? [v] : [...v]);
    const fromA =
      typeof axes === 'number'
        ? Array.from({ length: axes }, (_, i) => a.ndim - axes + i)
        : list(axes[0]).map((v) => normalizeAxis('tensordot', v, a.ndim, a.shape));
    const fromB =
      typeof axes === 'number'
        ? Array.from({ length: axes }, (_, i) => i)
        : list(axes[1]).map((v) => normalizeAxis('tensordot', v, b.ndim, b.shape));
    const differs = fromA.length !== fromB.length || fromA.some((v, i) => a.shape[v] !== b.shape[fromB[i]]);
    if (differs)
      throw new ValueError(
        `tensordot: axes (${fromA}) of shape ${formatShape(a.shape)} and (${fromB}) of shape ${formatShape(b.shape)} differ in size.`,
        { op: 'tensordot' },
      );
    const keepA = a.shape.map((_, i) => i).filter((i) => !fromA.includes(i));
    const keepB = b.shape.map((_, i) => i).filter((i) => !fromB.includes(i));
    const product = (ns: number[]): number => ns.reduce((p, n) => p * n, 1);
    const inside = product(fromA.map((i) => a.shape[i]));
    const shapeA = keepA.map((i) => a.shape[i]);
    const shapeB = keepB.map((i) => b.shape[i]);
    const left = run('reshape', [run('transpose', [a], { axes: [...keepA, ...fromA] })], {
      shape: [product(shapeA), inside],
    });
    const right = run('reshape', [run('transpose', [b], { axes: [...fromB, ...keepB] })], {
      shape: [inside, product(shapeB)],
    });
    return run('reshape', [run('matmul', [left, right])], { shape: [...shapeA, ...shapeB] });
  },
  ['axes'],
);
/** Elements (i, i + offset) of the matrices in two axes, as the last axis. */
export const diagonal = defineOp(
  'diagonal',
  (
    x: TensorLike,
    { offset = 0, axis1 = 0, axis2 = 1 }: { offset?: number; axis1?: number; axis2?: number } = {},
  ): Tensor => {
    const t = convert(x);
    const a = normalizeAxis('diagonal', axis1, t.ndim, t.shape);
    const b = normalizeAxis('diagonal', axis2, t.ndim, t.shape);
    const rest = t.shape.map((_, i) => i).filter((i) => i !== a && i !== b);
    const m = run('transpose', [t], { axes: [...rest, a, b] });
    const rows = t.shape[a];
    const columns = t.shape[b];
    const lead = rest.map((i) => t.shape[i]);
    const count = Math.max(0, Math.min(rows + Math.min(0, offset), columns - Math.max(0, offset)));
    const flat = run('reshape', [m], { shape: [...lead, rows * columns] });
    const first = offset >= 0 ? offset : -offset * columns;
    return run('slice', [flat], {
      start: [...lead.map(() => 0), count ? first : 0],
      size: [...lead, count],
      step: [...lead.map(() => 1), columns + 1],
    });
  },
  ['offset', 'axis1', 'axis2'],
);
/** Sum of a diagonal. */
export const trace = defineOp(
  'trace',
  (x: TensorLike, options: { offset?: number; axis1?: number; axis2?: number } = {}): Tensor =>
    run('sum', [diagonal(x, options)], { axis: [-1] }),
  ['offset', 'axis1', 'axis2'],
);
/** A matrix with x on its k-th diagonal, or that diagonal of a matrix. */
export const diag = defineOp(
  'diag',
  (x: TensorLike, { k = 0 }: { k?: number } = {}): Tensor => {
    const t = convert(x);
    if (t.ndim === 2) return diagonal(t, { offset: k });
    if (t.ndim !== 1)
      throw new ValueError(`diag: a vector or a matrix is expected.\n  Received: shape ${formatShape(t.shape)}`, {
        op: 'diag',
      });
    const n = t.size + Math.abs(k);
    const start = k < 0 ? [-k] : [0];
    const column = run('reshape', [run('place', [t], { shape: [n], start, step: [1], value: 0 })], { shape: [n, 1] });
    return run('where', [diagonalMask('equal', n, n, k), column, tensor(0, [], t.dtype)]);
  },
  ['k'],
);

defineMethods({ matmul, dot, tensordot, diagonal, trace });
declare module '../core/tensor' {
  interface Tensor {
    matmul(y: TensorLike): Tensor;
    dot(y: TensorLike): Tensor;
    tensordot(y: TensorLike, options?: { axes?: number | readonly (number | readonly number[])[] }): Tensor;
    diagonal(options?: { offset?: number; axis1?: number; axis2?: number }): Tensor;
    trace(options?: { offset?: number; axis1?: number; axis2?: number }): Tensor;
  }
}
