/** Rows of products of vectors, matrices and tensors, and of diagonals. */
import type { DType } from '../../../lib/index';
import { einsum, matmul, reshape, total, transpose } from '../../helpers/naive';
import { at, build, elementwise, nd, type NdArray, normalAxis, promote, toAccumulator } from '../../helpers/ndarray';
import { randomArray } from '../../helpers/random';
import { rowsIn, type Case } from '../../helpers/rows';

const row = rowsIn('linalg');
const r = (shape: number[], seed = 1, dtype: DType = 'float32'): NdArray => randomArray(shape, { seed, dtype });
const of = (...shapes: number[][]): Case => ({ inputs: shapes.map((s, i) => r(s, i + 1)) });
const smooth = (...shapes: number[][]): Case => ({ inputs: shapes.map((s, i) => r(s, i + 1, 'float64')) });
const typed = (pairs: [DType, DType][], a: number[], b: number[]): Case[] =>
  pairs.map(([x, y]) => ({ inputs: [r(a, 1, x), r(b, 2, y)] }));
const product = (a: NdArray, b: NdArray): DType => toAccumulator(promote(a.dtype, b.dtype));
const TYPES: [DType, DType][] = [
  ['float64', 'float64'],
  ['float32', 'float64'],
  ['int32', 'int32'],
  ['int64', 'int32'],
  ['int8', 'uint8'],
  ['uint8', 'uint8'],
  ['bool', 'bool'],
  ['float32', 'int32'],
  ['bfloat16', 'bfloat16'],
  ['float16', 'float16'],
];

row('matmul', {
  reference: ([a, b]) => matmul(a, b, product(a, b)),
  cases: [
    of([3], [3]),
    of([2, 3], [3]),
    of([3], [3, 4]),
    of([2, 3], [3, 4]),
    of([1, 1], [1, 1]),
    of([5, 2, 3], [3, 4]),
    of([2, 3], [5, 3, 4]),
    of([5, 1, 2, 3], [1, 4, 3, 2]),
    of([5, 2, 3], [5, 3, 4]),
    of([4, 3], [2, 3, 1]),
    of([0, 3], [3, 4]),
    of([2, 0], [0, 3]),
    of([3, 0], [0]),
    of([2, 0, 3], [3, 4]),
    of([0, 2, 3], [0, 3, 2]),
    of([37, 131], [131, 29]),
    of([1, 1031], [1031, 1]),
    of([130, 3], [3, 1027]),
    of([3, 5, 67], [67]),
    of([67], [3, 67, 5]),
    ...typed(TYPES, [3, 5], [5, 2]),
    { inputs: [nd([1, NaN, Infinity, 2], [2, 2]), nd([1, 2, 3, 4], [2, 2])] },
  ],
  smooth: [
    smooth([2, 3], [3, 2]),
    smooth([3], [3]),
    smooth([2, 2, 3], [3, 2]),
    smooth([2, 1, 2, 2], [3, 2, 2]),
    smooth([2, 3], [2, 3, 1]),
  ],
  looseness: 20,
});
row('dot', {
  reference: ([a, b]) => {
    if (!a.shape.length || !b.shape.length) return elementwise((x, y) => x * y, promote(a.dtype, b.dtype), a, b);
    if (b.shape.length <= 2) return matmul(a, b, product(a, b));
    const left = 'abcde'.slice(0, a.shape.length - 1);
    const right = 'uvwxy'.slice(0, b.shape.length - 1);
    return einsum(`${left}k,${right.slice(0, -1)}k${right.slice(-1)}->${left}${right}`, [a, b], product(a, b));
  },
  cases: [
    of([3], [3]),
    of([2, 3], [3, 4]),
    of([2, 3], [3]),
    of([], [2, 3]),
    of([2], []),
    of([2, 3], [4, 3, 5]),
    of([2, 3, 4], [4]),
    of([2, 3, 4], [5, 4, 2]),
    ...typed(TYPES.slice(0, 4), [2, 3], [3]),
  ],
  smooth: [smooth([2, 3], [2, 3, 2])],
  looseness: 20,
});
row('vdot', {
  reference: ([a, b]) => nd([total(a.data.map((v, i) => v * b.data[i]))], [], product(a, b)),
  cases: [
    of([3], [3]),
    of([2, 3], [3, 2]),
    of([1031], [1031]),
    of([], []),
    of([0], [0]),
    ...typed(TYPES.slice(2, 4), [4], [4]),
  ],
  smooth: [smooth([3], [3])],
  looseness: 20,
});
row('inner', {
  reference: ([a, b]) => {
    if (!a.shape.length || !b.shape.length) return elementwise((x, y) => x * y, promote(a.dtype, b.dtype), a, b);
    const left = 'abcde'.slice(0, a.shape.length - 1);
    const right = 'uvwxy'.slice(0, b.shape.length - 1);
    return einsum(`${left}k,${right}k->${left}${right}`, [a, b], product(a, b));
  },
  cases: [of([3], [3]), of([2, 3], [4, 3]), of([2, 3], [3]), of([2, 3, 4], [5, 4]), of([], [3])],
  smooth: [smooth([2, 2], [3, 2])],
  looseness: 20,
});
row('outer', {
  reference: ([a, b]) =>
    elementwise((x, y) => x * y, promote(a.dtype, b.dtype), reshape(a, [-1, 1]), reshape(b, [1, -1])),
  cases: [of([3], [4]), of([2, 3], [2]), of([], [3]), of([0], [3]), of([37], [41])],
  smooth: [smooth([2], [3])],
});
row('tensordot', {
  reference: ([a, b], ...[[options]]: [never[]]) => {
    const { axes = 2 } = (options ?? {}) as { axes?: number | [number | number[], number | number[]] };
    const pairOf =
      typeof axes === 'number'
        ? [Array.from({ length: axes }, (_, i) => a.shape.length - axes + i), Array.from({ length: axes }, (_, i) => i)]
        : axes.map((l) => (typeof l === 'number' ? [l] : l));
    const left = [...'abcdef'].slice(0, a.shape.length);
    const right = [...'uvwxyz'].slice(0, b.shape.length);
    pairOf[0].forEach((x, i) => {
      right[normalAxis(pairOf[1][i], b.shape.length)] = left[normalAxis(x, a.shape.length)];
    });
    const out = [...left.filter((l) => !right.includes(l)), ...right.filter((l) => !left.includes(l))].join('');
    return einsum(`${left.join('')},${right.join('')}->${out}`, [a, b], product(a, b));
  },
  cases: [
    of([2, 3, 4], [3, 4, 5]),
    { ...of([2, 3], [3, 4]), args: [{ axes: 1 }] },
    { ...of([2, 3], [4, 5]), args: [{ axes: 0 }] },
    {
      ...of([2, 3, 4], [4, 2, 5]),
      args: [
        {
          axes: [
            [0, 2],
            [1, 0],
          ],
        },
      ],
    },
    { ...of([2, 3], [4, 3]), args: [{ axes: [1, -1] }] },
    { ...of([0, 3], [3, 2]), args: [{ axes: 1 }] },
  ],
  smooth: [{ ...smooth([2, 3], [3, 2]), args: [{ axes: 1 }] }],
  looseness: 20,
});
const EXPANDED: Record<string, string> = {
  'ij,jk': 'ij,jk->ik',
  ba: 'ba->ab',
  '...ij,jk->...ik': 'xyij,jk->xyik',
  '...i,...i->...': 'xyi,yi->xy',
  ' ij , jk -> ik ': 'ij,jk->ik',
  'i...->...': 'ixy->xy',
  'i...,i...': 'ixy,ixy->xy',
};
row('einsum', {
  call: (op, inputs, [subscripts]) => op(subscripts, ...inputs),
  reference: (xs, ...[[subscripts]]: [never[]]) =>
    einsum(EXPANDED[subscripts] ?? subscripts, xs, xs.length > 1 ? product(xs[0], xs[1]) : toAccumulator(xs[0].dtype)),
  cases: (
    [
      ['ij,jk->ik', [2, 3], [3, 4]],
      ['ij,jk', [2, 3], [3, 4]],
      ['ij->ji', [2, 3]],
      ['ba', [2, 3]],
      ['ii->i', [3, 3]],
      ['ii->', [3, 3]],
      ['ij->', [2, 3]],
      ['ij->j', [2, 3]],
      ['i,j->ij', [2], [3]],
      ['i,i->', [5], [5]],
      ['bij,bjk->bik', [4, 2, 3], [4, 3, 2]],
      ['bhqd,bhkd->bhqk', [2, 3, 4, 5], [2, 3, 6, 5]],
      ['ij,jk,kl->il', [2, 3], [3, 4], [4, 2]],
      ['ij,ij->ij', [2, 3], [2, 3]],
      ['...ij,jk->...ik', [2, 3, 4, 5], [5, 2]],
      ['...i,...i->...', [2, 3, 4], [3, 4]],
      [' ij , jk -> ik ', [2, 3], [3, 2]],
      ['ij,k->ijk', [2, 2], [3]],
      ['iij->j', [3, 3, 2]],
      ['i...->...', [3, 2, 2]],
      ['i...,i...', [3, 2, 2], [3, 2, 2]],
      ['ab,b->a', [37, 131], [131]],
      ['ijk,kl,jl->i', [2, 3, 4], [4, 2], [3, 2]],
      ['ij,jk->ik', [0, 3], [3, 2]],
      ['ki,jk->ij', [3, 2], [4, 3]],
      ['ij,kj->ki', [2, 3], [4, 3]],
      ['btnh,bsnh->bnts', [2, 3, 2, 4], [2, 5, 2, 4]],
      ['bnts,bsnh->btnh', [2, 2, 3, 5], [2, 5, 2, 4]],
      ['abcd,cde->abe', [2, 3, 2, 4], [2, 4, 5]],
      ['abc,dec->deab', [2, 3, 4], [2, 5, 4]],
      ['bij,kj->bik', [2, 3, 4], [5, 4]],
      ['ba,ab->ab', [2, 3], [3, 2]],
    ] as [string, ...number[][]][]
  )
    .map(([subscripts, ...shapes]) => ({ ...of(...shapes), args: [subscripts] }))
    .concat([{ inputs: [r([2, 3], 1, 'int32'), r([3, 2], 2, 'int32')], args: ['ij,jk->ik'] }]),
  smooth: [
    { ...smooth([2, 3], [3, 2]), args: ['ij,jk->ik'] },
    { ...smooth([3, 3]), args: ['ii->i'] },
    { ...smooth([2, 2], [2, 2], [2]), args: ['ij,jk,k->i'] },
  ],
  looseness: 20,
});
function diagonal(
  x: NdArray,
  { offset = 0, axis1 = 0, axis2 = 1 }: { offset?: number; axis1?: number; axis2?: number } = {},
): NdArray {
  const n = x.shape.length;
  const a = normalAxis(axis1, n);
  const b = normalAxis(axis2, n);
  const rest = x.shape.map((_, i) => i).filter((i) => i !== a && i !== b);
  const moved = transpose(x, [...rest, a, b]);
  const rows = x.shape[a];
  const columns = x.shape[b];
  const count = Math.max(0, Math.min(rows - Math.max(0, -offset), columns - Math.max(0, offset)));
  return build([...rest.map((i) => x.shape[i]), count], x.dtype, (index) =>
    at(moved, [...index.slice(0, -1), index.at(-1)! + Math.max(0, -offset), index.at(-1)! + Math.max(0, offset)]),
  );
}
const DIAGONALS: Case[] = [
  of([3, 3]),
  { ...of([3, 5]), args: [{ offset: 1 }] },
  { ...of([5, 3]), args: [{ offset: -2 }] },
  { ...of([3, 3]), args: [{ offset: 7 }] },
  { ...of([2, 3, 4]), args: [{ axis1: 1, axis2: 2 }] },
  { ...of([2, 3, 4]), args: [{ axis1: -1, axis2: 0, offset: 1 }] },
  of([2, 2, 3]),
  of([33, 65]),
];
row('diagonal', {
  reference: ([x], ...[[options]]: [never[]]) => diagonal(x, options),
  cases: [...DIAGONALS, { inputs: [r([2, 2], 1, 'int32')] }],
  smooth: [smooth([2, 3])],
});
row('trace', {
  reference: ([x], ...[[options]]: [never[]]) => {
    const d = diagonal(x, options);
    const n = d.shape.at(-1)!;
    return build(d.shape.slice(0, -1), toAccumulator(d.dtype), (index) =>
      total(Array.from({ length: n }, (_, k) => at(d, [...index, k]))),
    );
  },
  cases: [...DIAGONALS, { inputs: [r([2, 2], 1, 'int32')] }, { inputs: [r([2, 2], 1, 'uint8')] }],
  smooth: [smooth([2, 3])],
});
row('diag', {
  reference: ([x], ...[[options]]: [never[]]) => {
    const k = (options as { k?: number } | undefined)?.k ?? 0;
    if (x.shape.length === 2) return diagonal(x, { offset: k });
    const n = x.shape[0] + Math.abs(k);
    return build([n, n], x.dtype, ([i, j]) => (j - i === k ? x.data[Math.min(i, j)] : 0));
  },
  cases: [
    of([3]),
    { ...of([3]), args: [{ k: 1 }] },
    { ...of([3]), args: [{ k: -2 }] },
    of([3, 4]),
    { ...of([3, 4]), args: [{ k: 1 }] },
    { inputs: [r([2], 1, 'int32')] },
    { inputs: [r([3], 1, 'bool')] },
    of([0]),
  ],
  smooth: [smooth([2]), smooth([2, 2])],
});
