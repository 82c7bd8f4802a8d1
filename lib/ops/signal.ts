/** Fourier transforms of pairs [real, imaginary] and of frames of a signal (keras.ops). */
import { TypeError, ValueError } from '../support/errors';
import { convert, formatShape, run, runMany, type Tensor, tensor, type TensorLike } from '../core/tensor';
import { integerArgument } from './arguments';
import { defineOp } from './define';
import { range, windowPositions } from './ranges';
import { normalizeAxis, pad, sliceAxis, swapaxes } from './shape';
import { toFloat } from './unary';
import { isFloat64Array } from '../support/realms';

/** Real and imaginary part: what stands for a complex tensor. */
export type ComplexPair = readonly [TensorLike, TensorLike];

function parts(op: string, x: ComplexPair): [Tensor, Tensor] {
  if (!Array.isArray(x) || x.length !== 2)
    throw new TypeError(`${op}: a pair [real, imaginary] of tensors is expected.`, { op });
  const re = toFloat(x[0]);
  const im = toFloat(x[1]);
  if (formatShape(re.shape) !== formatShape(im.shape))
    throw new ValueError(
      `${op}: real and imaginary part must have one shape.\n  Received: ${formatShape(re.shape)} and ${formatShape(im.shape)}`,
      { op },
    );
  return [re, im];
}
const transform = (re: Tensor, im: Tensor, inverse: boolean): [Tensor, Tensor] =>
  runMany('fft', [re, im], { inverse }) as [Tensor, Tensor];
function transform2([re, im]: [Tensor, Tensor], inverse: boolean): [Tensor, Tensor] {
  const [a, b] = transform(re, im, inverse);
  const [c, d] = transform(swapaxes(a, -1, -2), swapaxes(b, -1, -2), inverse);
  return [swapaxes(c, -1, -2), swapaxes(d, -1, -2)];
}
const scaled = (t: Tensor, factor: number): Tensor => run('multiply', [t, convert(factor, t)]);
const zerosLike = (t: Tensor): Tensor => run('broadcast_to', [convert(0, t)], { shape: [...t.shape] });

/** Discrete Fourier transform over the last axis. */
export const fft = defineOp('fft', (x: ComplexPair): [Tensor, Tensor] => transform(...parts('fft', x), false));
/** Discrete Fourier transform over the last two axes. */
export const fft2 = defineOp('fft2', (x: ComplexPair): [Tensor, Tensor] => transform2(parts('fft2', x), false));
/** The inverse of `fft2`. */
export const ifft2 = defineOp('ifft2', (x: ComplexPair): [Tensor, Tensor] => {
  const [re, im] = parts('ifft2', x);
  const size = re.shape[re.ndim - 1] * re.shape[re.ndim - 2];
  const [a, b] = transform2([re, im], true);
  return [scaled(a, 1 / size), scaled(b, 1 / size)];
});
/** The last axis cut, or filled with zeros, to `length`. */
function fitted(t: Tensor, length: number): Tensor {
  const n = t.shape[t.ndim - 1];
  if (n === length) return t;
  return n > length
    ? sliceAxis(t, t.ndim - 1, 0, length)
    : run('place', [t], {
        shape: [...t.shape.slice(0, -1), length],
        start: t.shape.map(() => 0),
        step: t.shape.map(() => 1),
        value: 0,
      });
}
/** Transform of real numbers: the fftLength / 2 + 1 frequencies that are not repeated. */
export const rfft = defineOp(
  'rfft',
  (x: TensorLike, { fftLength = null }: { fftLength?: number | null } = {}): [Tensor, Tensor] => {
    const given = toFloat(x);
    const n = fftLength ?? given.shape[given.ndim - 1];
    const t = fitted(given, n);
    const [re, im] = transform(t, zerosLike(t), false);
    return [sliceAxis(re, re.ndim - 1, 0, (n >> 1) + 1), sliceAxis(im, im.ndim - 1, 0, (n >> 1) + 1)];
  },
  ['fftLength'],
);
function inverseReal([re0, im0]: [Tensor, Tensor], n: number): Tensor {
  const half = (n >> 1) + 1;
  const re = fitted(re0, half);
  const im = fitted(im0, half);
  const last = re.ndim - 1;
  const mirrored = n - half;
  // The other frequencies are conjugates in reversed order.
  const mirror = (t: Tensor): Tensor =>
    run('slice', [t], {
      start: t.shape.map((_, i) => (i === last ? mirrored : 0)),
      size: t.shape.map((d, i) => (i === last ? mirrored : d)),
      step: t.shape.map((_, i) => (i === last ? -1 : 1)),
    });
  const fullRe = mirrored ? run('concatenate', [re, mirror(re)], { axis: last }) : re;
  // Whatever imaginary part stands at frequency 0, and at the middle one, is left out.
  const positions = range(half);
  const isReal = run('equal', [positions, convert(0, positions)]);
  const isMiddle = run('equal', [positions, convert(n % 2 === 0 ? half - 1 : 0, positions)]);
  const keep = run('cast', [run('logical_not', [run('logical_or', [isReal, isMiddle])])], { dtype: im.dtype });
  const clean = run('multiply', [im, keep]);
  const fullIm = mirrored ? run('concatenate', [clean, run('negative', [mirror(clean)])], { axis: last }) : clean;
  return scaled(transform(fullRe, fullIm, true)[0], 1 / n);
}
/** The inverse of `rfft`: `fftLength` real numbers (default 2 (frequencies - 1)). */
export const irfft = defineOp(
  'irfft',
  (x: ComplexPair, { fftLength = null }: { fftLength?: number | null } = {}): Tensor => {
    const pair = parts('irfft', x);
    if (fftLength !== null) integerArgument('irfft', 'fftLength', fftLength, 1);
    return inverseReal(pair, fftLength ?? 2 * (pair[0].shape[pair[0].ndim - 1] - 1));
  },
  ['fftLength'],
);
/** Windows of `sequenceLength` elements every `sequenceStride` along the last axis: (..., windows, sequenceLength). */
export const extractSequences = defineOp(
  'extractSequences',
  (x: TensorLike, sequenceLength: number, sequenceStride: number): Tensor => {
    integerArgument('extractSequences', 'sequenceLength', sequenceLength, 1);
    integerArgument('extractSequences', 'sequenceStride', sequenceStride, 1);
    const t = convert(x);
    const n = t.shape[normalizeAxis('extractSequences', -1, t.ndim, t.shape)];
    const count = Math.max(0, Math.floor((n - sequenceLength) / sequenceStride) + 1);
    return run('take', [t, windowPositions(count, sequenceLength, sequenceStride)], { axis: t.ndim - 1 });
  },
);

/** 'hann', 'hamming' (both periodic), a vector of `sequenceLength`, or null for ones; in the middle of `fftLength`. */
function windowOf(
  op: string,
  window: string | TensorLike | null,
  sequenceLength: number,
  fftLength: number,
  like: Tensor,
): Float64Array | Tensor {
  const before = (fftLength - sequenceLength) >> 1;
  if (window === null) return new Float64Array(fftLength).fill(1);
  if (typeof window === 'string') {
    if (window !== 'hann' && window !== 'hamming')
      throw new ValueError(`${op}: window must be 'hann', 'hamming', a vector or null.\n  Received: '${window}'`, {
        op,
      });
    const base = window === 'hann' ? 0.5 : 0.54; // periodic: the point after the last is the first
    const w = new Float64Array(fftLength);
    for (let i = 0; i < sequenceLength; i++)
      w[before + i] = base - (1 - base) * Math.cos((2 * Math.PI * i) / sequenceLength);
    return w;
  }
  const w = run('cast', [convert(window, like)], { dtype: like.dtype });
  if (w.ndim !== 1 || w.size !== sequenceLength)
    throw new ValueError(
      `${op}: the window must have sequenceLength = ${sequenceLength} elements.\n  Received: shape ${formatShape(w.shape)}`,
      { op },
    );
  return run('place', [w], { shape: [fftLength], start: [before], step: [1], value: 0 });
}
const asTensor = (w: Float64Array | Tensor, like: Tensor): Tensor =>
  isFloat64Array(w) ? tensor(Array.from(w), [w.length], like.dtype) : w;

function checkFrames(op: string, sequenceLength: number, sequenceStride: number, fftLength: number): void {
  for (const [what, n] of Object.entries({ sequenceLength, sequenceStride, fftLength }))
    integerArgument(op, what, n, 1);
  if (fftLength < sequenceLength)
    throw new ValueError(
      `${op}: fftLength must be at least sequenceLength.\n  Received: fftLength ${fftLength}, sequenceLength ${sequenceLength}`,
      { op },
    );
}

interface StftOptions {
  /** Window that each frame is multiplied by: 'hann' (default), 'hamming', a vector of `sequenceLength`, or null for none. */
  window?: 'hann' | 'hamming' | TensorLike | null;
  /** Whether frames lie around their positions, so that the signal is continued at both ends. Default true. */
  center?: boolean;
}
/**
 * Short-time Fourier transform: `rfft` of windowed frames, [real, imaginary] of shape (..., frames, fftLength / 2 + 1).
 * Defaults: window 'hann'; `center` fills by reflection so that frame t is centred on t * sequenceStride.
 */
export const stft = defineOp(
  'stft',
  (
    x: TensorLike,
    sequenceLength: number,
    sequenceStride: number,
    fftLength: number,
    { window = 'hann', center = true }: StftOptions = {},
  ): [Tensor, Tensor] => {
    let t = toFloat(x);
    checkFrames('stft', sequenceLength, sequenceStride, fftLength);
    const w = asTensor(windowOf('stft', window, sequenceLength, fftLength, t), t);
    if (center)
      t = pad(
        t,
        t.shape.map((_, i) => (i === t.ndim - 1 ? [fftLength >> 1, fftLength >> 1] : [0, 0])),
        { mode: 'reflect' },
      );
    return rfft(run('multiply', [extractSequences(t, fftLength, sequenceStride), w]));
  },
  ['window', 'center'],
);
/** The inverse of `stft`: frames transformed back, windowed again, added where they overlap and divided by the sum of squared windows. */
export const istft = defineOp(
  'istft',
  (
    x: ComplexPair,
    sequenceLength: number,
    sequenceStride: number,
    fftLength: number,
    { length = null, window = 'hann', center = true }: StftOptions & { length?: number | null } = {},
  ): Tensor => {
    checkFrames('istft', sequenceLength, sequenceStride, fftLength);
    const pair = parts('istft', x);
    const frames = inverseReal(pair, fftLength);
    const count = frames.shape[frames.ndim - 2];
    const lead = frames.shape.slice(0, -2);
    const total = fftLength + sequenceStride * (count - 1);
    const w = windowOf('istft', window, sequenceLength, fftLength, frames);
    let weighted = frames;
    if (window !== null) {
      const values = isFloat64Array(w) ? w : Float64Array.from(w.readSync() as ArrayLike<number>, Number);
      // Squared windows of all frames that reach a point, which repeats with the stride.
      const energy = new Float64Array(sequenceStride);
      values.forEach((v, i) => (energy[i % sequenceStride] += v * v));
      weighted = run('multiply', [
        frames,
        tensor(
          Array.from(values, (v, i) => v / energy[i % sequenceStride]),
          [fftLength],
          frames.dtype,
        ),
      ]);
    }
    const flat = run('reshape', [weighted], { shape: [...lead, count * fftLength] });
    const sum = run(
      'scatter_add',
      [run('reshape', [windowPositions(count, fftLength, sequenceStride)], { shape: [count * fftLength] }), flat],
      {
        shape: [...lead, total],
        axis: lead.length,
      },
    );
    const start = center ? fftLength >> 1 : 0;
    const end = Math.min(total, length !== null ? start + length : center ? total - (fftLength >> 1) : total);
    return sliceAxis(sum, lead.length, start, Math.max(0, end - start));
  },
  ['length', 'window', 'center'],
);
