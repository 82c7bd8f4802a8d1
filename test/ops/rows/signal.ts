/** Rows of Fourier transforms and frames, by the defining sums. */
import { build, nd, type NdArray, sizeOf } from '../../helpers/ndarray';
import { distinctArray, randomArray } from '../../helpers/random';
import { rowsIn } from '../../helpers/rows';

const row = rowsIn('signal');
type Line = [number[], number[]];
/** The sum of x[k] e^(-+ 2 pi i j k / n). */
function transform([re, im]: Line, sign = -1): Line {
  const n = re.length;
  const out: Line = [[], []];
  for (let j = 0; j < n; j++) {
    let a = 0;
    let b = 0;
    for (let k = 0; k < n; k++) {
      const angle = (sign * 2 * Math.PI * ((j * k) % n)) / n;
      a += re[k] * Math.cos(angle) - im[k] * Math.sin(angle);
      b += re[k] * Math.sin(angle) + im[k] * Math.cos(angle);
    }
    out[0].push(a);
    out[1].push(b);
  }
  return out;
}
const lines = (x: NdArray): number[][] => {
  const n = x.shape.at(-1)!;
  return Array.from({ length: sizeOf(x.shape) / n }, (_, i) => x.data.slice(i * n, (i + 1) * n));
};
const packed = (rows: number[][], lead: number[], like: NdArray): NdArray =>
  nd(rows.flat(), [...lead, rows[0].length], like.dtype);
function overLast(re: NdArray, im: NdArray, f: (l: Line) => Line): NdArray[] {
  const b = lines(im);
  const out = lines(re).map((l, i) => f([l, b[i]]));
  const lead = re.shape.slice(0, -1);
  return [0, 1].map((k) => packed(out.map((o) => o[k]), lead, re)); // prettier-ignore
}
const turned = (x: NdArray): NdArray =>
  build(
    [...x.shape.slice(0, -2), x.shape.at(-1)!, x.shape.at(-2)!],
    x.dtype,
    (i) => x.data[[...i.slice(0, -2), i.at(-1)!, i.at(-2)!].reduce((p, v, a) => p * x.shape[a] + v, 0)],
  );
function overBoth(re: NdArray, im: NdArray, sign: number): NdArray[] {
  const f = (l: Line): Line => transform(l, sign);
  const [a, b] = overLast(re, im, f);
  return overLast(turned(a), turned(b), f).map(turned);
}
const pairOf = (...shape: number[]): NdArray[] => [randomArray(shape), randomArray(shape, { seed: 2 })];
const smoothPair = (...shape: number[]): NdArray[] => [distinctArray(shape), distinctArray(shape, { seed: 2 })];
row('fft', {
  call: (op, xs) => op(xs),
  reference: ([re, im]) => overLast(re, im, transform),
  cases: [8, 7, 1, 12, 131].map((n) => ({ inputs: pairOf(2, n) })),
  smooth: [{ inputs: smoothPair(3) }, { inputs: smoothPair(4) }],
  looseness: 20,
});
row('fft2', {
  call: (op, xs) => op(xs),
  reference: ([re, im]) => overBoth(re, im, -1),
  cases: [{ inputs: pairOf(2, 4, 3) }],
  smooth: [{ inputs: smoothPair(2, 3) }],
  looseness: 20,
});
row('ifft2', {
  call: (op, xs) => op(xs),
  reference: ([re, im]) =>
    overBoth(re, im, 1).map((x) => ({ ...x, data: x.data.map((v) => v / (x.shape.at(-1)! * x.shape.at(-2)!)) })),
  cases: [{ inputs: pairOf(2, 4, 3) }],
  smooth: [{ inputs: smoothPair(2, 3) }],
  looseness: 20,
});
const fitted = (l: number[], n: number): number[] => Array.from({ length: n }, (_, i) => l[i] ?? 0);
const real = (l: number[], n = l.length): Line => {
  const half = Math.floor(n / 2) + 1;
  const [a, b] = transform([fitted(l, n), Array<number>(n).fill(0)]);
  return [a.slice(0, half), b.slice(0, half)];
};
row('rfft', {
  reference: ([x], ...[args]: [never[]]) => {
    const { fftLength } = (args[0] ?? {}) as { fftLength?: number };
    const out = lines(x).map((l) => real(l, fftLength));
    return [0, 1].map((k) => packed(out.map((o) => o[k]), x.shape.slice(0, -1), x)); // prettier-ignore
  },
  cases: [
    { inputs: [randomArray([8])] },
    { inputs: [randomArray([2, 7])] },
    { inputs: [randomArray([2, 7])], args: [{ fftLength: 10 }] },
    { inputs: [randomArray([2, 7])], args: [{ fftLength: 4 }] },
  ],
  smooth: [{ inputs: [distinctArray([5])] }],
  looseness: 20,
});
function inverseReal([re, im]: Line, n: number): number[] {
  const half = Math.floor(n / 2) + 1;
  const a = fitted(re, half);
  const b = fitted(im, half);
  return Array.from({ length: n }, (_, k) => {
    let sum = 0;
    for (let j = 0; j < half; j++) {
      const angle = (2 * Math.PI * j * k) / n;
      const weight = j === 0 || 2 * j === n ? 1 : 2;
      sum += weight * (a[j] * Math.cos(angle) - (weight === 2 ? b[j] * Math.sin(angle) : 0));
    }
    return sum / n;
  });
}
row('irfft', {
  call: (op, xs, args) => op(xs, ...args),
  reference: ([re, im], ...[args]: [never[]]) => {
    const { fftLength = 2 * (re.shape.at(-1)! - 1) } = (args[0] ?? {}) as { fftLength?: number };
    const b = lines(im);
    return packed(
      lines(re).map((l, i) => inverseReal([l, b[i]], fftLength)),
      re.shape.slice(0, -1),
      re,
    );
  },
  cases: [
    { inputs: pairOf(5) },
    { inputs: pairOf(2, 4), args: [{ fftLength: 7 }] },
    { inputs: pairOf(2, 4), args: [{ fftLength: 4 }] },
    { inputs: pairOf(3), args: [{ fftLength: 10 }] },
  ],
  smooth: [{ inputs: smoothPair(3) }],
  looseness: 20,
});
const frames = (l: number[], length: number, stride: number): number[][] =>
  Array.from({ length: Math.floor((l.length - length) / stride) + 1 }, (_, i) =>
    l.slice(i * stride, i * stride + length),
  );
row('extractSequences', {
  reference: ([x], ...[[length, stride]]: [never[]]) => {
    const out = lines(x).map((l) => frames(l, length, stride));
    return nd(out.flat(2), [...x.shape.slice(0, -1), out[0].length, length], x.dtype);
  },
  cases: [
    { inputs: [randomArray([10])], args: [4, 3] },
    { inputs: [randomArray([2, 9], { dtype: 'int32' })], args: [3, 1] },
  ],
  smooth: [{ inputs: [distinctArray([5])], args: [3, 2] }],
});
const hann = (n: number): number[] => Array.from({ length: n }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / n));
const mirrored = (l: number[], n: number): number[] => [
  ...l.slice(1, n + 1).reverse(),
  ...l,
  ...l.slice(-n - 1, -1).reverse(),
];
row('stft', {
  reference: ([x], ...[[length, stride, size, o]]: [never[]]) => {
    const { window = 'hann', center = true } = (o ?? {}) as { window?: string | null; center?: boolean };
    const before = (size - length) >> 1;
    const w = Array.from({ length: size }, (_, i) => (window === null ? 1 : (hann(length)[i - before] ?? 0)));
    const out = lines(x).map((l) =>
      frames(center ? mirrored(l, size >> 1) : l, size, stride).map((f) => real(f.map((v, i) => v * w[i]))),
    );
    return [0, 1].map((k) => nd(out.flatMap((f) => f.flatMap((p) => p[k])), [...x.shape.slice(0, -1), out[0].length, (size >> 1) + 1], x.dtype)); // prettier-ignore
  },
  cases: [
    { inputs: [randomArray([20])], args: [6, 3, 8] },
    { inputs: [randomArray([2, 21])], args: [5, 2, 5, { center: false }] },
    { inputs: [randomArray([20])], args: [6, 3, 6, { window: null }] },
  ],
  smooth: [{ inputs: [distinctArray([7])], args: [3, 2, 4] }],
  looseness: 20,
});
// The transform of a signal, back: what stands in the frames, weighted by windows whose squares add up to 1.
const signal = randomArray([18], { dtype: 'float64' });
function transformed(length: number, stride: number, size: number, center: boolean): NdArray[] {
  const before = (size - length) >> 1;
  const w = Array.from({ length: size }, (_, i) => hann(length)[i - before] ?? 0);
  const out = frames(center ? mirrored(signal.data, size >> 1) : signal.data, size, stride).map((f) =>
    real(f.map((v, i) => v * w[i])),
  );
  return [0, 1].map((k) => nd(out.flatMap((p) => p[k]), [out.length, (size >> 1) + 1], 'float64')); // prettier-ignore
}
row('istft', {
  call: (op, xs, args) => op(xs, ...args),
  reference: ([re], ...[[, stride]]: [never[]]) =>
    nd(signal.data.slice(0, stride * (re.shape[0] - 1)), [stride * (re.shape[0] - 1)], 'float64'),
  cases: [
    { inputs: transformed(6, 3, 6, true), args: [6, 3, 6] },
    { inputs: transformed(4, 2, 6, true), args: [4, 2, 6] },
  ],
  smooth: [{ inputs: smoothPair(3, 3), args: [4, 2, 4] }],
  looseness: 20,
});
