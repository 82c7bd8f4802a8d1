/** Norms of vectors and matrices (keras.ops.norm). */
import { ValueError } from '../support/errors';
import { convert, run, runMany, type Tensor, type TensorLike } from '../core/tensor';
import { defineMethods, defineOp } from './define';
import { moveaxis, normalizeAxis } from './shape';
import { toFloat } from './unary';

export interface NormOptions {
  /** Order of the norm. Over one axis a number, sum(|x|^ord)^(1 / ord); over two 'fro', 'nuc' (sum of the singular values), 1, -1, 2, -2, Infinity or -Infinity. Default null: sqrt(sum x^2). */
  ord?: number | 'fro' | 'nuc' | 'inf' | '-inf' | null;
  /** One axis for norms of vectors, two for norms of matrices. Default null: all elements. */
  axis?: number | readonly number[] | null;
  /** Whether these axes stay, with size 1. Default false. */
  keepdims?: boolean;
}
const FAMOUS: Record<string, number | undefined> = { inf: Infinity, '-inf': -Infinity };

/**
 * Root of the sum of squares, over `axis` or all elements. `ord` chooses another norm. For one axis: 0 (how many are not
 * 0), p (p-norm), inf, -inf. For two axes, of matrices: 'fro', 1 and -1 (largest, smallest sum of a column), inf and -inf
 * (of a row), 2 and -2 (largest, smallest singular value), 'nuc' (their sum).
 */
export const norm = defineOp(
  'norm',
  (x: TensorLike, { ord: given = null, axis = null, keepdims = false }: NormOptions = {}): Tensor => {
    const t = toFloat(x);
    const axes = (axis === null ? t.shape.map((_, i) => i) : typeof axis === 'number' ? [axis] : [...axis]).map((a) =>
      normalizeAxis('norm', a, t.ndim, t.shape),
    );
    const ord: number | string | null = typeof given === 'string' ? (FAMOUS[given] ?? given) : given;
    const over = (op: string, y: Tensor, list: number[]): Tensor => run(op, [y], { axis: list, keepdims: true });
    const finish = (y: Tensor): Tensor =>
      keepdims ? y : run('reshape', [y], { shape: t.shape.filter((_, i) => !axes.includes(i)) });
    const size = run('abs', [t]);
    if (ord === null || ((ord === 'fro' || ord === 'euclidean') && axes.length === 2) || (ord === 2 && axes.length < 2))
      return run('sqrt', [run('sum', [run('square', [t])], { axis: axes, keepdims })]);
    if (axes.length === 1) {
      if (ord === Infinity) return finish(over('max', size, axes));
      if (ord === -Infinity) return finish(over('min', size, axes));
      if (ord === 0)
        return run('sum', [run('cast', [run('not_equal', [t, convert(0, t)])], { dtype: t.dtype })], {
          axis: axes,
          keepdims,
        });
      if (typeof ord === 'number') {
        if (ord === 1) return finish(over('sum', size, axes));
        return finish(run('power', [over('sum', run('power', [size, convert(ord, t)]), axes), convert(1 / ord, t)]));
      }
    }
    if (axes.length === 2) {
      const [rows, columns] = axes;
      if (ord === 1 || ord === -1)
        return finish(over(Number(ord) > 0 ? 'max' : 'min', over('sum', size, [rows]), [columns]));
      if (ord === Infinity || ord === -Infinity)
        return finish(over(Number(ord) > 0 ? 'max' : 'min', over('sum', size, [columns]), [rows]));
      if (ord === 2 || ord === -2 || ord === 'nuc') {
        const [s] = runMany('svd', [moveaxis(t, axes, [-2, -1])], { vectors: false });
        const y = run(ord === 'nuc' ? 'sum' : Number(ord) > 0 ? 'max' : 'min', [s], { axis: [-1] });
        return run('reshape', [y], {
          shape: t.shape.map((d, i) => (axes.includes(i) ? 1 : d)).filter((_, i) => keepdims || !axes.includes(i)),
        });
      }
    }
    throw new ValueError(
      `norm: ord ${typeof given === 'string' ? `'${given}'` : String(given)} is not defined over ${axes.length} axes.\n  Fix: one axis takes a number, two take 'fro', 'nuc', 1, -1, 2, -2, inf or -inf.`,
      { op: 'norm' },
    );
  },
  ['ord', 'axis', 'keepdims'],
);

defineMethods({ norm });
declare module '../core/tensor' {
  interface Tensor {
    norm(options?: NormOptions): Tensor;
  }
}
