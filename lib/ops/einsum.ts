/** Sums of products in Einstein's notation, as transposes and one matrix product for each pair of operands. */
import { ValueError } from '../support/errors';
import { convert, formatShape, run, type Tensor, type TensorLike } from '../core/tensor';
import { diagonalMask } from './creation';
import { defineOp } from './define';

interface Term {
  tensor: Tensor;
  labels: string[];
}
const product = (ns: readonly number[]): number => ns.reduce((p, n) => p * n, 1);

/** Sums out labels that nobody else needs; a label twice in one operand means its diagonal. */
function reduceTerm(term: Term, needed: Set<string>): Term {
  let { tensor: t, labels } = term;
  for (let again = true; again;) {
    again = false;
    for (let i = 0; i < labels.length && !again; i++) {
      const j = labels.indexOf(labels[i], i + 1);
      if (j < 0) continue;
      const shape = t.shape.map((d, k) => (k === i || k === j ? d : 1));
      const mask = run('reshape', [diagonalMask('equal', t.shape[i], t.shape[j], 0)], { shape });
      t = run('sum', [run('where', [mask, t, convert(0, t)])], { axis: [j] });
      labels = labels.filter((_, k) => k !== j);
      again = true;
    }
  }
  const drop = labels.map((l, i) => (needed.has(l) ? -1 : i)).filter((i) => i >= 0);
  return drop.length
    ? { tensor: run('sum', [t], { axis: drop }), labels: labels.filter((l) => needed.has(l)) }
    : { tensor: t, labels };
}
const isOrdered = (labels: string[], order: string[]): boolean => labels.every((l, i) => l === order[i]);
function arrange(term: Term, order: string[]): Tensor {
  return isOrdered(term.labels, order)
    ? term.tensor
    : run('transpose', [term.tensor], { axes: order.map((l) => term.labels.indexOf(l)) });
}
/** One operand of a matrix product: its axes as (batch, rows, columns), and whether the product reads it transposed. */
interface Side {
  order: string[];
  isTransposed: boolean;
  copies: number;
}
// The matrix as it lies in memory where possible, upright or transposed; else upright, as a copy.
function side(term: Term, batch: string[], rows: string[], columns: string[]): Side {
  const upright = [...batch, ...rows, ...columns];
  const turned = [...batch, ...columns, ...rows];
  if (isOrdered(term.labels, upright)) return { order: upright, isTransposed: false, copies: 0 };
  if (isOrdered(term.labels, turned)) return { order: turned, isTransposed: true, copies: 0 };
  return { order: upright, isTransposed: false, copies: term.tensor.size };
}
/** One matrix product of two terms: of all ways to order axes and operands, the one that moves the fewest elements. */
function contract(a: Term, b: Term, needed: Set<string>, wanted: string[]): Term {
  const shared = a.labels.filter((l) => b.labels.includes(l));
  const sizeOf = (l: string): number =>
    a.labels.includes(l) ? a.tensor.shape[a.labels.indexOf(l)] : b.tensor.shape[b.labels.indexOf(l)];
  const sizes = (ls: string[]): number[] => ls.map(sizeOf);
  const plans = [a, b].flatMap((batchLike) =>
    [a, b].flatMap((insideLike) =>
      [
        [a, b],
        [b, a],
      ].map(([x, y]) => {
        const like = (term: Term): string[] => term.labels.filter((l) => shared.includes(l));
        const batch = like(batchLike).filter((l) => needed.has(l));
        const inside = like(insideLike).filter((l) => !needed.has(l));
        const onlyX = x.labels.filter((l) => !shared.includes(l));
        const onlyY = y.labels.filter((l) => !shared.includes(l));
        const left = side(x, batch, onlyX, inside);
        const right = side(y, batch, inside, onlyY);
        const labels = [...batch, ...onlyX, ...onlyY];
        const after = isOrdered(labels, wanted) ? 0 : product(sizes(labels));
        return { x, y, batch, inside, onlyX, onlyY, left, right, labels, copies: left.copies + right.copies + after };
      }),
    ),
  );
  const best = plans.reduce((p, q) => (q.copies < p.copies ? q : p));
  const n = product(sizes(best.batch));
  const lead = best.batch.length ? [n] : [];
  const matrix = (term: Term, { order, isTransposed }: Side, rows: string[], columns: string[]): Tensor => {
    const shape = [product(sizes(rows)), product(sizes(columns))];
    return run('reshape', [arrange(term, order)], { shape: [...lead, ...(isTransposed ? shape.reverse() : shape)] });
  };
  const y = run(
    'matmul',
    [matrix(best.x, best.left, best.onlyX, best.inside), matrix(best.y, best.right, best.inside, best.onlyY)],
    {
      transpose_a: best.left.isTransposed,
      transpose_b: best.right.isTransposed,
    },
  );
  return { tensor: run('reshape', [y], { shape: sizes(best.labels) }), labels: best.labels };
}

/**
 * Sum of products named by letters: `einsum('ij,jk->ik', a, b)` is the matrix product. `...` stands for leading axes.
 * Without `->` the result has the letters that occur once, in alphabetical order.
 * @throws ValueError for a wrong number of operands or letters, or sizes that disagree.
 */
export const einsum = defineOp('einsum', (subscripts: string, ...operands: TensorLike[]): Tensor => {
  const [inputs, result] = subscripts.replace(/\s/g, '').split('->');
  const parts = inputs.split(',');
  const tensors = operands.map((x) => convert(x));
  if (parts.length !== tensors.length)
    throw new ValueError(`einsum: '${subscripts}' names ${parts.length} operands but ${tensors.length} are given.`, {
      op: 'einsum',
    });
  let dots = 0;
  const terms = parts.map((part, i): Term => {
    const t = tensors[i];
    const letters = part.replace('...', '').length;
    const extra = part.includes('...') ? t.ndim - letters : 0;
    if (letters + extra !== t.ndim || extra < 0)
      throw new ValueError(
        `einsum: '${part}' names ${letters} axes but operand ${i} has shape ${formatShape(t.shape)}.`,
        { op: 'einsum' },
      );
    dots = Math.max(dots, extra);
    const at = part.indexOf('...');
    const names = Array.from({ length: extra }, (_, k) => `.${extra - k}`);
    return { tensor: t, labels: at < 0 ? [...part] : [...part.slice(0, at), ...names, ...part.slice(at + 3)] };
  });
  const sizes = new Map<string, number>();
  terms.forEach(({ tensor: t, labels }, i) =>
    labels.forEach((l, k) => {
      const known = sizes.get(l);
      if (known !== undefined && known !== t.shape[k])
        throw new ValueError(
          `einsum: axis '${l}' has size ${known} and, in operand ${i} of shape ${formatShape(t.shape)}, ${t.shape[k]}.`,
          { op: 'einsum' },
        );
      sizes.set(l, t.shape[k]);
    }),
  );
  const dotNames = Array.from({ length: dots }, (_, k) => `.${dots - k}`);
  const all = terms.flatMap((t) => t.labels);
  const out =
    result === undefined
      ? [
          ...dotNames,
          ...[...new Set(all)].filter((l) => !l.startsWith('.') && all.indexOf(l) === all.lastIndexOf(l)).sort(),
        ]
      : result.includes('...')
        ? [...result.slice(0, result.indexOf('...')), ...dotNames, ...result.slice(result.indexOf('...') + 3)]
        : [...result];
  for (const l of out)
    if (!sizes.has(l))
      throw new ValueError(`einsum: '${l}' of the result does not occur in '${inputs}'.`, { op: 'einsum' });
  let current = terms[0];
  for (let i = 1; i <= terms.length; i++) {
    const later = new Set([...out, ...terms.slice(i).flatMap((t) => t.labels)]);
    current = reduceTerm(current, later);
    if (i === terms.length) break;
    const next = reduceTerm(
      terms[i],
      new Set([...out, ...current.labels, ...terms.slice(i + 1).flatMap((t) => t.labels)]),
    );
    current = contract(current, next, new Set([...out, ...terms.slice(i + 1).flatMap((t) => t.labels)]), out);
  }
  return arrange(current, out);
});
