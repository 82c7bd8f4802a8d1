/** Rows of the ops that move, join and cut. */
import type { DType } from '../../../lib/index';
import { concatenate, type Axes, axesOf, reshape, slice, take, transpose } from '../../helpers/naive';
import { at, build, elementwise, nd, type NdArray, normalAxis, promote } from '../../helpers/ndarray';
import { randomArray } from '../../helpers/random';
import { rowsIn, type Case } from '../../helpers/rows';
import { DTYPES } from '../../helpers/shapes';

const row = rowsIn('shape');
const f64 = (...shape: number[]): NdArray => randomArray(shape, { dtype: 'float64' });
const of = (shape: number[], ...args: unknown[]): Case => ({ inputs: [randomArray(shape)], args });
/** The same call with each dtype: moving must not look at the elements. */
const each = (shape: number[], ...args: unknown[]): Case[] =>
  DTYPES.map((dtype) => ({ inputs: [randomArray(shape, { dtype })], args }));
const smooth = (shape: number[], ...args: unknown[]): Case => ({ inputs: [f64(...shape)], args });
const list = (v: number | number[]): number[] => (typeof v === 'number' ? [v] : v);

row('reshape', {
  reference: ([x], ...[[to]]: [never[]]) => reshape(x, list(to)),
  cases: [
    of([2, 6], [3, 4]),
    of([2, 6], [-1, 4]),
    of([2, 6], -1),
    of([1], []),
    of([], [1, 1]),
    of([0, 3], [3, 0]),
    of([0, 3], [-1, 3]),
    of([1031, 2], [2, 1031]),
    ...each([2, 3], [6]),
  ],
  smooth: [smooth([2, 3], [3, 2])],
});
row('ravel', {
  reference: ([x]) => reshape(x, [-1]),
  cases: [of([2, 3]), of([]), of([0, 2]), ...each([2, 2])],
  smooth: [smooth([2, 2])],
});
row('transpose', {
  reference: ([x], ...[[options]]: [never[]]) => transpose(x, (options as { axes?: number[] } | undefined)?.axes),
  cases: [
    of([2, 3]),
    of([2, 3, 5]),
    of([2, 3, 5], { axes: [1, 2, 0] }),
    of([2, 3, 5], { axes: [0, -1, 1] }),
    of([7]),
    of([]),
    of([0, 3]),
    of([67, 131]),
    of([5, 17, 3, 19], { axes: [0, 3, 1, 2] }),
    of([33, 4, 65], { axes: [2, 1, 0] }),
    ...each([3, 5]),
  ],
  smooth: [smooth([2, 3]), smooth([2, 1, 2], { axes: [2, 0, 1] })],
});
row('moveaxis', {
  reference: ([x], ...[[from, to]]: [never[]]) => {
    const n = x.shape.length;
    const sources = list(from).map((a) => normalAxis(a, n));
    const targets = list(to).map((a) => normalAxis(a, n));
    const order: number[] = [];
    const rest = x.shape.map((_, i) => i).filter((i) => !sources.includes(i));
    for (let i = 0; i < n; i++) order.push(targets.includes(i) ? sources[targets.indexOf(i)] : rest.shift()!);
    return transpose(x, order);
  },
  cases: [
    of([2, 3, 5], 0, -1),
    of([2, 3, 5], -1, 0),
    of([2, 3, 5], [0, 1], [-1, 0]),
    of([2, 3, 4, 5], [3, 0], [0, 2]),
    ...each([2, 3], 0, 1),
  ],
  smooth: [smooth([2, 3], 0, 1)],
});
row('swapaxes', {
  reference: ([x], ...[[a, b]]: [never[]]) => {
    const order = x.shape.map((_, i) => i);
    const i = normalAxis(a, order.length);
    const j = normalAxis(b, order.length);
    [order[i], order[j]] = [order[j], order[i]];
    return transpose(x, order);
  },
  cases: [of([2, 3, 5], 0, 2), of([2, 3, 5], -1, 1), of([2, 3], 1, 1), of([33, 65], 0, 1)],
  smooth: [smooth([2, 3], 0, 1)],
});
row('broadcastTo', {
  reference: ([x], ...[[to]]: [never[]]) =>
    elementwise(
      (v) => v,
      x.dtype,
      x,
      build(to, 'float32', () => 0),
    ),
  cases: [
    of([3], [2, 3]),
    of([2, 1], [2, 3]),
    of([], [2, 2]),
    of([1, 3, 1], [4, 3, 5]),
    of([1], [0]),
    of([3], [3]),
    of([1037, 1], [1037, 3]),
    ...each([2, 1], [2, 3]),
  ],
  smooth: [smooth([2, 1], [2, 3]), smooth([], [2])],
});
row('expandDims', {
  reference: ([x], ...[[axis]]: [never[]]) => {
    const n = x.shape.length + list(axis).length;
    const at_ = list(axis).map((a) => normalAxis(a, n));
    const rest = [...x.shape];
    return reshape(
      x,
      Array.from({ length: n }, (_, i) => (at_.includes(i) ? 1 : rest.shift()!)),
    );
  },
  cases: [of([3], 0), of([3], -1), of([2, 3], 1), of([2, 3], [0, -1]), of([], 0), of([0], 1)],
  smooth: [smooth([2], 0)],
});
row('squeeze', {
  reference: ([x], ...[[options]]: [never[]]) => {
    const { axis } = (options ?? {}) as { axis?: Axes };
    const axes = axis == null ? null : axesOf(axis, x.shape.length);
    return reshape(
      x,
      x.shape.filter((d, i) => (axes ? !axes.includes(i) : d !== 1)),
    );
  },
  cases: [
    of([1, 3, 1]),
    of([1, 3, 1], { axis: 0 }),
    of([1, 3, 1], { axis: -1 }),
    of([1, 3, 1], { axis: [0, 2] }),
    of([1, 1]),
    of([2, 0]),
  ],
  smooth: [smooth([1, 3])],
});
for (const op of ['concatenate', 'concat'])
  row(op, {
    call: (f, inputs, args) => f(inputs, ...args),
    reference: (xs, ...[[options]]: [never[]]) =>
      concatenate(xs, (options as { axis?: number } | undefined)?.axis ?? 0, xs.map((x) => x.dtype).reduce(promote)),
    cases: [
      { inputs: [randomArray([2, 3]), randomArray([1, 3])] },
      { inputs: [randomArray([2, 3]), randomArray([2, 1]), randomArray([2, 4])], args: [{ axis: -1 }] },
      { inputs: [randomArray([2, 3, 2]), randomArray([2, 5, 2])], args: [{ axis: 1 }] },
      { inputs: [randomArray([3])] },
      { inputs: [randomArray([0, 3]), randomArray([2, 3])] },
      { inputs: [randomArray([3, 1031]), randomArray([3, 517])], args: [{ axis: 1 }] },
      ...DTYPES.flatMap((a) =>
        (['float32', 'int32', 'uint8'] as DType[]).map((b) => ({
          inputs: [randomArray([3], { dtype: a }), randomArray([2], { dtype: b })],
        })),
      ),
    ],
    smooth: [{ inputs: [f64(2, 2), f64(2, 1)], args: [{ axis: 1 }] }],
  });
row('stack', {
  call: (f, inputs, args) => f(inputs, ...args),
  reference: (xs, ...[[options]]: [never[]]) => {
    const n = xs[0].shape.length + 1;
    const a = normalAxis((options as { axis?: number } | undefined)?.axis ?? 0, n);
    return concatenate(
      xs.map((x) => reshape(x, [...x.shape.slice(0, a), 1, ...x.shape.slice(a)])),
      a,
      xs.map((x) => x.dtype).reduce(promote),
    );
  },
  cases: [
    { inputs: [randomArray([2, 3]), randomArray([2, 3], { seed: 2 })] },
    { inputs: [randomArray([2, 3]), randomArray([2, 3], { seed: 2 })], args: [{ axis: -1 }] },
    { inputs: [randomArray([2, 3]), randomArray([2, 3])], args: [{ axis: 1 }] },
    { inputs: [randomArray([]), randomArray([], { seed: 2 })] },
    { inputs: [randomArray([2], { dtype: 'int32' }), randomArray([2])] },
    { inputs: [randomArray([1031]), randomArray([1031], { seed: 2 })], args: [{ axis: 1 }] },
  ],
  smooth: [{ inputs: [f64(2), randomArray([2], { dtype: 'float64', seed: 3 })], args: [{ axis: 1 }] }],
});
const cut = (x: NdArray, axis: number, from: number, to: number): NdArray =>
  slice(
    x,
    x.shape.map((_, i) => (i === axis ? from : 0)),
    x.shape.map((d, i) => (i === axis ? Math.max(0, to - from) : d)),
  );
row('split', {
  reference: ([x], ...[[parts, options]]: [never[]]) => {
    const a = normalAxis((options as { axis?: number } | undefined)?.axis ?? 0, x.shape.length);
    const n = x.shape[a];
    const cuts =
      typeof parts === 'number'
        ? Array.from({ length: parts - 1 }, (_, i) => ((i + 1) * n) / parts)
        : (parts as number[]).map((c) => Math.min(n, c < 0 ? c + n : c));
    return [...cuts, n].map((end, i) => cut(x, a, i ? cuts[i - 1] : 0, end));
  },
  cases: [
    of([6, 2], 3),
    of([2, 6], 2, { axis: -1 }),
    of([7], [2, 5]),
    of([7], [2, 2, -1]),
    of([4], [9]),
    of([3, 1032], 4, { axis: 1 }),
    of([0, 2], 2),
  ],
  smooth: [smooth([4], 2), smooth([2, 3], [1], { axis: 1 })],
});
row('unstack', {
  reference: ([x], ...[[options]]: [never[]]) => {
    const a = normalAxis((options as { axis?: number } | undefined)?.axis ?? 0, x.shape.length);
    return Array.from({ length: x.shape[a] }, (_, i) => {
      const piece = cut(x, a, i, i + 1);
      return reshape(
        piece,
        x.shape.filter((__, k) => k !== a),
      );
    });
  },
  cases: [of([3, 2]), of([3, 2], { axis: -1 }), of([2]), of([2, 3, 4], { axis: 1 })],
  smooth: [smooth([2, 2])],
});
row('slice', {
  reference: ([x], ...[[start, shape]]: [never[]]) =>
    slice(
      x,
      start,
      (shape as number[]).map((d, i) => (d === -1 ? x.shape[i] - start[i] : d)),
    ),
  cases: [
    of([5], [1], [3]),
    of([4, 5], [1, 2], [2, 3]),
    of([4, 5], [1, 0], [-1, -1]),
    of([4, 5], [0, 0], [0, 5]),
    of([2, 1031], [1, 3], [1, 1027]),
    of([], [], []),
    ...each([3, 4], [1, 1], [2, 2]),
  ],
  smooth: [smooth([3, 3], [1, 0], [2, 2])],
});
/** Python's range of slice(start, stop, step) over n elements, from its definition. */
function positions(
  n: number,
  start: number | null | undefined,
  stop: number | null | undefined,
  step: number,
): number[] {
  const clamp = (v: number): number => (step > 0 ? Math.min(Math.max(v, 0), n) : Math.min(Math.max(v, -1), n - 1));
  const from = start == null ? (step > 0 ? 0 : n - 1) : clamp(start < 0 ? start + n : start);
  const to = stop == null ? (step > 0 ? n : -1) : clamp(stop < 0 ? stop + n : stop);
  const out: number[] = [];
  for (let i = from; step > 0 ? i < to : i > to; i += step) out.push(i);
  return out;
}
row('stridedSlice', {
  reference: ([x], ...[[starts, stops, steps]]: [never[]]) =>
    x.shape.reduce(
      (y, n, a) =>
        take(
          y,
          nd(
            positions(
              n,
              (starts as never[])[a],
              (stops as never[])[a],
              ((steps as number[] | undefined) ?? [])[a] ?? 1,
            ),
            undefined,
            'int32',
          ),
          a,
        ),
      x,
    ),
  cases: [
    of([7], [1], [6], [2]),
    of([7], [null], [null], [-1]),
    of([7], [-2], [0], [-2]),
    of([7], [5], [2], [1]),
    of([7], [-100], [100]),
    of([7], [100], [-100], [-3]),
    of([4, 5], [1], [null]),
    of([4, 5], [null, -2], [null, null], [2, -2]),
    of([0, 3], [null], [null], [-1]),
    of([3, 1037], [0, 1036], [3, null], [1, -3]),
    ...each([4, 3], [null, null], [null, null], [-1, 2]),
  ],
  smooth: [smooth([4, 2], [null, null], [null, null], [-2, 1])],
});
function padded(x: NdArray, widths: [number, number][], mode: string, value: number): NdArray {
  const source = (i: number, n: number): number => {
    if (mode === 'edge') return Math.min(Math.max(i, 0), n - 1);
    if (i >= 0 && i < n) return i;
    if (mode === 'reflect') return i < 0 ? -i : 2 * n - 2 - i;
    return mode === 'symmetric' ? (i < 0 ? -1 - i : 2 * n - 1 - i) : -1;
  };
  return build(
    x.shape.map((d, a) => d + widths[a][0] + widths[a][1]),
    x.dtype,
    (index) => {
      const from = index.map((v, a) => source(v - widths[a][0], x.shape[a]));
      return from.includes(-1) ? value : at(x, from);
    },
  );
}
row('pad', {
  reference: ([x], ...[[width, options]]: [never[]]) => {
    const { mode = 'constant', constantValues } = (options ?? {}) as { mode?: string; constantValues?: number | null };
    const w = width as number | number[] | number[][];
    const widths = x.shape.map((_, a): [number, number] =>
      typeof w === 'number'
        ? [w, w]
        : typeof w[0] === 'number'
          ? [w[0], (w as number[])[1] ?? w[0]]
          : ((w.length === 1 ? w[0] : w[a]) as [number, number]),
    );
    return padded(x, widths, mode, constantValues ?? 0);
  },
  cases: [
    of([3], 2),
    of([2, 3], 1),
    of([2, 3], [1, 2]),
    of(
      [2, 3],
      [
        [1, 0],
        [0, 2],
      ],
    ),
    of([2, 3], [[1, 2]]),
    of(
      [2, 3],
      [
        [1, 1],
        [0, 0],
      ],
      { constantValues: 7 },
    ),
    of([0, 2], 1),
    of(
      [2, 1031],
      [
        [0, 1],
        [3, 0],
      ],
    ),
    ...['reflect', 'symmetric', 'edge'].flatMap((mode) => [
      of([4], 2, { mode }),
      of(
        [3, 4],
        [
          [1, 2],
          [0, 3],
        ],
        { mode },
      ),
    ]),
    ...each([2, 2], 1),
    ...each(
      [2, 2],
      [
        [1, 0],
        [0, 1],
      ],
      { mode: 'edge' },
    ),
    { inputs: [randomArray([2], { dtype: 'int32' })], args: [1, { constantValues: -3 }] },
  ],
  smooth: [
    smooth(
      [2, 2],
      [
        [1, 0],
        [0, 2],
      ],
    ),
    ...['reflect', 'symmetric', 'edge'].map((mode) => smooth([3], [2, 1], { mode })),
  ],
});
row('tile', {
  reference: ([x], ...[[repeats]]: [never[]]) => {
    const r = list(repeats);
    const n = Math.max(r.length, x.shape.length);
    const times = [...Array<number>(n - r.length).fill(1), ...r];
    const shape = [...Array<number>(n - x.shape.length).fill(1), ...x.shape];
    const wide = reshape(x, shape);
    return build(
      shape.map((d, i) => d * times[i]),
      x.dtype,
      (index) =>
        at(
          wide,
          index.map((v, i) => v % shape[i]),
        ),
    );
  },
  cases: [
    of([3], 2),
    of([2, 3], [2, 1]),
    of([2, 3], [2]),
    of([3], [2, 2]),
    of([], [3]),
    of([2, 3], [0, 1]),
    of([3, 347], [1, 3]),
    ...each([2, 1], [1, 3]),
  ],
  smooth: [smooth([2, 1], [2, 2])],
});
row('repeat', {
  reference: ([x], ...[[repeats, options]]: [never[]]) => {
    const { axis = null } = (options ?? {}) as { axis?: number | null };
    const t = axis === null ? reshape(x, [-1]) : x;
    const a = axis === null ? 0 : normalAxis(axis, x.shape.length);
    const r = list(repeats);
    return take(
      t,
      nd(
        Array.from({ length: t.shape[a] }, (_, i) => Array<number>(r.length === 1 ? r[0] : r[i]).fill(i)).flat(),
        undefined,
        'int32',
      ),
      a,
    );
  },
  cases: [
    of([3], 2),
    of([2, 3], 2),
    of([2, 3], 2, { axis: 0 }),
    of([2, 3], [1, 0, 3], { axis: -1 }),
    of([2, 3], [2], { axis: 1 }),
    of([2], 0),
    ...each([2, 2], 2, { axis: 1 }),
  ],
  smooth: [smooth([2, 2], [1, 2], { axis: 1 }), smooth([2], 3)],
});
row('flip', {
  reference: ([x], ...[[options]]: [never[]]) => {
    const axes = axesOf((options as { axis?: Axes } | undefined)?.axis, x.shape.length);
    return build(x.shape, x.dtype, (index) =>
      at(
        x,
        index.map((v, a) => (axes.includes(a) ? x.shape[a] - 1 - v : v)),
      ),
    );
  },
  cases: [
    of([5]),
    of([2, 3]),
    of([2, 3], { axis: 0 }),
    of([2, 3, 5], { axis: [0, -1] }),
    of([0, 3]),
    of([3, 1031], { axis: 1 }),
    of([]),
    ...each([2, 3], { axis: 1 }),
  ],
  smooth: [smooth([2, 2], { axis: 1 })],
});
row('roll', {
  reference: ([x], ...[[shift, options]]: [never[]]) => {
    const { axis = null } = (options ?? {}) as { axis?: number | number[] | null };
    const shifts = list(shift);
    const turn = (t: NdArray, a: number, s: number): NdArray =>
      build(t.shape, t.dtype, (index) =>
        at(
          t,
          index.map((v, i) => (i === a ? (((v - s) % t.shape[i]) + t.shape[i]) % t.shape[i] : v)),
        ),
      );
    if (axis === null) return reshape(turn(reshape(x, [-1]), 0, shifts[0]), x.shape);
    return list(axis).reduce((t, a, i) => turn(t, normalAxis(a, x.shape.length), shifts[i] ?? shifts[0]), x);
  },
  cases: [
    of([5], 2),
    of([5], -7),
    of([2, 3], 1),
    of([2, 3], 1, { axis: 0 }),
    of([2, 3], [1, -1], { axis: [0, 1] }),
    of([2, 3], 2, { axis: -1 }),
    of([0, 3], 1, { axis: 0 }),
    ...each([4], 1),
  ],
  smooth: [smooth([3], 1)],
});
