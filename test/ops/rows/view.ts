/** Rows of views of bytes and pairs, of blocks of images, and of keys. */
import type { DType } from '../../../lib/index';
import { at, build, nd, type NdArray, sizeOf } from '../../helpers/ndarray';
import { distinctArray, randomArray } from '../../helpers/random';
import { rowsIn, type Case } from '../../helpers/rows';

const row = rowsIn('view');
const r = (shape: number[], dtype: DType = 'float32'): NdArray => randomArray(shape, { dtype });
const smooth = (...shape: number[]): NdArray => distinctArray(shape);

const ARRAYS: Partial<
  Record<
    DType,
    new (data: ArrayBufferLike | number[]) => ArrayLike<number> & { buffer: ArrayBufferLike; BYTES_PER_ELEMENT: number }
  >
> = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};
row('view', {
  reference: ([x], ...[[options]]: [never[]]) => {
    const { dtype = null } = (options ?? {}) as { dtype?: DType | null };
    if (!dtype) return x;
    const bytes = new ARRAYS[x.dtype]!(x.data);
    const to = new ARRAYS[dtype]!(bytes.buffer);
    const shape = x.shape.length
      ? [...x.shape.slice(0, -1), (x.shape.at(-1)! * bytes.BYTES_PER_ELEMENT) / to.BYTES_PER_ELEMENT]
      : [];
    return nd(Array.from(to), shape, dtype);
  },
  cases: [
    { inputs: [r([2, 3])], args: [{ dtype: 'int32' }] },
    { inputs: [r([2, 3])], args: [{ dtype: 'uint8' }] },
    { inputs: [r([2, 3], 'int32')], args: [{ dtype: 'int8' }] },
    { inputs: [r([2, 8], 'uint8')], args: [{ dtype: 'int32' }] },
    { inputs: [r([3, 2], 'int32')], args: [{ dtype: 'float64' }] },
    { inputs: [nd([1, 0, 1], [3], 'bool')], args: [{ dtype: 'uint8' }] },
    { inputs: [nd([5], [], 'int32')], args: [{ dtype: 'float32' }] },
    { inputs: [r([0, 4], 'uint8')], args: [{ dtype: 'float32' }] },
    { inputs: [r([2, 2])] },
  ],
});
row('viewAsComplex', {
  reference: ([x]) => [0, 1].map((k) => build(x.shape.slice(0, -1), x.dtype, (i) => at(x, [...i, k]))),
  cases: [{ inputs: [r([2, 3, 2])] }, { inputs: [r([2])] }, { inputs: [r([0, 2])] }],
  smooth: [{ inputs: [smooth(3, 2)] }],
});
row('viewAsReal', {
  call: (op, xs) => op(xs.length === 2 ? xs : xs[0]),
  reference: ([re, im]) =>
    build([...re.shape, 2], re.dtype, (i) => (i.at(-1) ? (im ? at(im, i.slice(0, -1)) : 0) : at(re, i.slice(0, -1)))),
  cases: [{ inputs: [r([2, 3]), r([2, 3])] }, { inputs: [r([])] }, { inputs: [r([4])] }],
  smooth: [{ inputs: [smooth(3), smooth(3)] }],
});

type Pair = number | [number, number];
interface FoldOptions {
  dilation?: Pair;
  padding?: Pair;
  stride?: Pair;
}
const two = (v: Pair): [number, number] => (typeof v === 'number' ? [v, v] : v);
/** For each column: channel, place within the block, block, and where that lies in the image. */
function eachElement(
  channels: number,
  size: Pair,
  kernel: Pair,
  { dilation = 1, padding = 0, stride = 1 }: FoldOptions,
  f: (rowOf: number, block: number, c: number, y: number, x: number) => void,
): [number, number] {
  const [k, d, p, s, n] = [kernel, dilation, padding, stride, size].map(two);
  const count = [0, 1].map((i) => Math.floor((n[i] + 2 * p[i] - d[i] * (k[i] - 1) - 1) / s[i]) + 1); // prettier-ignore
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < k[0]; i++)
      for (let j = 0; j < k[1]; j++)
        for (let a = 0; a < count[0]; a++)
          for (let b = 0; b < count[1]; b++)
            f((c * k[0] + i) * k[1] + j, a * count[1] + b, c, a * s[0] + i * d[0] - p[0], b * s[1] + j * d[1] - p[1]);
  return [channels * k[0] * k[1], count[0] * count[1]];
}
const FOLDS: [number[], Pair, FoldOptions?][] = [
  [[2, 3, 5, 6], 2],
  [[1, 2, 6, 5], [3, 2], { stride: [2, 1], padding: 1 }],
  [[2, 1, 7, 7], 3, { dilation: 2, padding: [0, 2], stride: 2 }],
  [[1, 1, 4, 4], 4],
  [[0, 2, 3, 3], 2],
];
const args = (kernel: Pair, options?: FoldOptions): unknown[] => (options ? [kernel, options] : [kernel]);
row('unfold', {
  reference: ([x], ...[[kernel, options]]: [never[]]) => {
    const [batch, channels, height, width] = x.shape;
    const table: [number, number, number, number, number][] = [];
    const shape = eachElement(channels, [height, width], kernel, options ?? {}, (...e) => table.push(e));
    const y = nd(Array<number>(batch * sizeOf(shape)).fill(0), [batch, ...shape], x.dtype);
    for (let b = 0; b < batch; b++)
      for (const [i, j, c, v, h] of table)
        if (v >= 0 && v < height && h >= 0 && h < width)
          y.data[(b * shape[0] + i) * shape[1] + j] = at(x, [b, c, v, h]);
    return y;
  },
  cases: FOLDS.map(([shape, kernel, options]) => ({ inputs: [r(shape)], args: args(kernel, options) })),
  smooth: [{ inputs: [smooth(1, 1, 3, 4)], args: [2, { padding: 1, stride: 2 }] }],
});
const columnsOf = ([shape, kernel, options]: (typeof FOLDS)[number]): Case => ({
  inputs: [r([shape[0], ...eachElement(shape[1], [shape[2], shape[3]], kernel, options ?? {}, () => undefined)])],
  args: [[shape[2], shape[3]], ...args(kernel, options)],
});
row('fold', {
  reference: ([x], ...[[size, kernel, options]]: [never[]]) => {
    const [height, width] = two(size);
    const channels = x.shape[1] / (two(kernel)[0] * two(kernel)[1]);
    const y = nd(
      Array<number>(x.shape[0] * channels * height * width).fill(0),
      [x.shape[0], channels, height, width],
      x.dtype,
    );
    for (let b = 0; b < x.shape[0]; b++)
      eachElement(channels, [height, width], kernel, options ?? {}, (i, j, c, v, h) => {
        if (v >= 0 && v < height && h >= 0 && h < width)
          y.data[((b * channels + c) * height + v) * width + h] += at(x, [b, i, j]);
      });
    return y;
  },
  cases: FOLDS.map(columnsOf),
  smooth: [{ inputs: [smooth(1, 4, 6)], args: [[3, 4], 2] }],
  looseness: 5,
});

const KEYS: [number[], unknown][] = [
  [[4, 3], 1],
  [
    [4, 3],
    [-1, 0],
  ],
  [[4, 3], '1:3'],
  [
    [4, 3, 2],
    ['...', 1],
  ],
  [
    [4, 3, 2],
    [0, '...', null, '::2'],
  ],
  [[5], '::-1'],
  [[5], { start: -2, stop: null, step: -2 }],
  [
    [5, 2],
    ['10:', null],
  ],
  [
    [3, 4, 5],
    [null, ':', 2, '-3:-1'],
  ],
  [
    [3, 4, 5],
    [1, [3, 0, 0], '1:'],
  ],
  [[3], []],
  [[3], null],
  [[6, 2], ['4:1:-2']],
];
row('getItem', {
  reference: ([x], ...[[key]]: [never[]]) => {
    let keys = (Array.isArray(key) ? key : [key]) as unknown[];
    const named = keys.filter((k) => k !== null && k !== '...').length;
    const rest = Array<unknown>(x.shape.length - named).fill(':');
    keys = keys.includes('...') ? keys.flatMap((k) => (k === '...' ? rest : [k])) : [...keys, ...rest];
    // Which elements of each axis, and whether the axis stays.
    const axes: { indices: number[]; axis: number; stays: boolean }[] = [];
    let axis = 0;
    for (const k of keys) {
      if (k === null) {
        axes.push({ indices: [0], axis: -1, stays: true });
        continue;
      }
      const all = Array.from({ length: x.shape[axis] }, (_, i) => i);
      if (typeof k === 'number') axes.push({ indices: [k < 0 ? k + all.length : k], axis, stays: false });
      else if (Array.isArray(k)) axes.push({ indices: k as number[], axis, stays: true });
      else {
        const [start, stop, step] =
          typeof k === 'string'
            ? k.split(':').map((p) => (p ? Number(p) : null))
            : [(k as { start: number }).start, null, (k as { step: number }).step];
        const by = step ?? 1;
        const n = all.length;
        const from = start === null ? (by > 0 ? 0 : n - 1) : start < 0 ? start + n : start;
        const to = stop === null || stop === undefined ? (by > 0 ? n : -1) : stop < 0 ? stop + n : stop;
        const indices: number[] = [];
        for (let i = from; by > 0 ? i < to : i > to; i += by) if (i >= 0 && i < n) indices.push(i);
        axes.push({ indices, axis, stays: true });
      }
      axis++;
    }
    const kept = axes.filter((a) => a.stays);
    return build(
      kept.map((a) => a.indices.length),
      x.dtype,
      (i) => {
        const where = x.shape.map(() => 0);
        axes.forEach((a) => {
          if (a.axis >= 0) where[a.axis] = a.stays ? a.indices[i[kept.indexOf(a)]] : a.indices[0];
        });
        return at(x, where);
      },
    );
  },
  cases: [
    ...KEYS.map(([shape, key]) => ({ inputs: [r(shape)], args: [key] })),
    { inputs: [r([4, 3], 'int32')], args: [[2, '::-1']] },
  ],
  smooth: [
    { inputs: [smooth(3, 4)], args: [[1, '::2']] },
    { inputs: [smooth(3, 2)], args: [[[0, 2, 0], null]] },
  ],
});
