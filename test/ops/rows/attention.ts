/** Rows of attention. */
import type { DType } from '../../../lib/index';
import { nd, toFloat, toTensor, type NdArray } from '../../helpers/ndarray';
import { randomArray } from '../../helpers/random';
import { rowsIn, type Case } from '../../helpers/rows';

const row = rowsIn('attention');
interface Options {
  mask?: NdArray;
  bias?: NdArray;
  scale?: number;
  isCausal?: boolean;
  attnLogitsSoftCap?: number;
}
/** An element of an array that broadcasts to (B, N, T, S), or the default. */
function spread(x: NdArray | undefined, index: number[], fallback: number): number {
  if (!x) return fallback;
  const lead = index.length - x.shape.length;
  return Number(x.data[x.shape.reduce((at, d, i) => at * d + (d === 1 ? 0 : index[i + lead]), 0)]);
}
/** Query (B, T, N, H), key (B, S, K, H), value (B, S, K, V), element by element. */
function attention(
  [q, k, v]: NdArray[],
  { mask, bias, scale, isCausal = false, attnLogitsSoftCap }: Options = {},
): NdArray {
  const [B, T, N, H] = q.shape;
  const [, S, K] = k.shape;
  const V = v.shape[3];
  const out: number[] = [];
  const at = (x: NdArray, b: number, t: number, n: number, h: number): number =>
    Number(x.data[((b * x.shape[1] + t) * x.shape[2] + n) * x.shape[3] + h]);
  for (let b = 0; b < B; b++)
    for (let t = 0; t < T; t++)
      for (let n = 0; n < N; n++) {
        const head = Math.floor(n / (N / K));
        const logits = Array.from({ length: S }, (_, s) => {
          let l = 0;
          for (let h = 0; h < H; h++) l += at(q, b, t, n, h) * at(k, b, s, head, h);
          l *= scale ?? 1 / Math.sqrt(H);
          if (attnLogitsSoftCap) l = Math.tanh(l / attnLogitsSoftCap) * attnLogitsSoftCap;
          l += spread(bias, [b, n, t, s], 0);
          return (isCausal && s > t) || !spread(mask, [b, n, t, s], 1) ? -1e38 : l;
        });
        const top = Math.max(...logits);
        const e = logits.map((l) => Math.exp(l - top));
        const total = e.reduce((x, y) => x + y, 0);
        for (let h = 0; h < V; h++) out.push(e.reduce((sum, w, s) => sum + (w / total) * at(v, b, s, head, h), 0));
      }
  return nd(out, [B, T, N, V], toFloat(q.dtype));
}
const r = (shape: number[], seed: number, dtype: DType): NdArray => randomArray(shape, { seed, dtype });
const qkv = (q: number[], s: number, k = q[2], v = q[3], dtype: DType = 'float32'): NdArray[] => [
  r(q, 1, dtype),
  r([q[0], s, k, q[3]], 2, dtype),
  r([q[0], s, k, v], 3, dtype),
];
const bool = (values: number[], shape: number[]): NdArray => nd(values, shape, 'bool');
const cases: Case[] = [
  { inputs: qkv([2, 3, 2, 4], 5) },
  { inputs: qkv([2, 3, 2, 4], 5, 2, 3), args: [{ scale: 0.3 }] },
  { inputs: qkv([1, 4, 3, 2], 4), args: [{ isCausal: true }] },
  { inputs: qkv([1, 4, 2, 2], 3), args: [{ isCausal: true }] },
  { inputs: qkv([2, 3, 4, 2], 4, 2) },
  { inputs: qkv([2, 3, 6, 2], 4, 1) },
  { inputs: qkv([2, 3, 2, 4], 2), args: [{ mask: bool([1, 0, 0, 1], [2, 1, 1, 2]) }] },
  { inputs: qkv([1, 2, 2, 4], 2), args: [{ mask: bool([1, 0, 0, 0, 1, 1, 0, 1], [1, 2, 2, 2]), isCausal: true }] },
  { inputs: qkv([2, 3, 2, 4], 2), args: [{ bias: r([3, 2], 4, 'float32') }] },
  { inputs: qkv([2, 3, 2, 4], 2), args: [{ attnLogitsSoftCap: 0.5 }] },
  { inputs: qkv([2, 33, 2, 16], 65) },
  // Longer than a block of queries; masks that broadcast over every axis, none of them allowing anything to some rows.
  { inputs: qkv([1, 130, 2, 17], 97, 1, 20), args: [{ isCausal: true }] },
  { inputs: qkv([2, 9, 2, 4], 7), args: [{ mask: bool([1, 0, 1, 1, 0, 0, 1, 1, 1], [9, 1]) }] },
  { inputs: qkv([2, 2, 2, 4], 3), args: [{ mask: bool([1, 0, 0, 1], [2, 2, 1, 1]) }] },
  { inputs: qkv([2, 2, 2, 4], 3), args: [{ mask: bool([0, 1, 1], [3]) }] },
  {
    inputs: [nd([1, NaN, 0.5, 2], [1, 2, 1, 2]), nd([1, 0, Infinity, 1], [1, 2, 1, 2]), r([1, 2, 1, 3], 3, 'float32')],
  },
  { inputs: [...qkv([1, 2, 1, 2], 2).slice(0, 2), nd([1, NaN, Infinity, 2], [1, 2, 1, 2])] },
  { inputs: qkv([2, 0, 2, 4], 5) },
  { inputs: qkv([2, 3, 2, 4], 5, 2, 4, 'float64') },
  { inputs: qkv([2, 3, 2, 4], 5, 2, 4, 'bfloat16') },
  { inputs: qkv([0, 3, 2, 4], 5) },
];
row('dotProductAttention', {
  call: (op, [q, k, v], [options = {}]) => {
    const { mask, bias, ...rest } = options as Options;
    return op(q, k, v, {
      ...rest,
      ...(mask ? { mask: toTensor(mask) } : {}),
      ...(bias ? { bias: toTensor(bias) } : {}),
    });
  },
  reference: (inputs, ...[[options]]: [never[]]) => attention(inputs, options),
  cases,
  smooth: [
    {
      inputs: qkv([1, 3, 2, 2], 4, 1, 3, 'float64'),
      args: [{ mask: bool([1, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1], [3, 4]) }],
    },
    { inputs: qkv([1, 2, 2, 2], 3, 1, 2, 'float64') },
    { inputs: qkv([1, 2, 1, 2], 2, 1, 1, 'float64'), args: [{ isCausal: true }] },
  ],
  looseness: 20,
});
