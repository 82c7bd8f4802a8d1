/** First values of weights (keras.initializers). */
import { NotImplementedError, ValueError } from '../errors';
import { isRecord } from '../nest';
import { numberList } from '../ops/arguments';
import { diagonalMask, filled } from '../ops/creation';
import { normalizeAxis } from '../ops/shape';
import { makeDefaultSeed, SeedGenerator } from '../random';
import { convert, formatShape, isFloating, run, type DType, type Shape, type Tensor, tensor, type TensorLike } from '../tensor';
import { checkOptions } from './options';
import { registerClass } from './saving/registry';
import { makeKind } from './saving/serialize';

/** Makes the first value of a weight. Subclass and implement `call`. */
export abstract class Initializer {
  abstract call(shape: Shape, options?: { dtype?: DType | null }): Tensor;
  getConfig(): Record<string, unknown> {
    return {};
  }
  /** A copy with the same config. */
  clone(): Initializer {
    return new (this.constructor as new (c: Record<string, unknown>) => Initializer)(this.getConfig());
  }
}
type Options = { dtype?: DType | null };
const dtypeOf = (options: Options): DType => options.dtype ?? 'float32';
/** A shape as a list of its sizes. */
function sizesOf(shape: unknown): number[] {
  const sizes = numberList('initializer', 'shape', shape);
  if (sizes.some((d) => !Number.isInteger(d) || d < 0)) throw new ValueError(`initializer: shape must hold whole numbers >= 0.\n  Received: ${formatShape(sizes)}`);
  return sizes;
}

/** Zeros. */
export class Zeros extends Initializer {
  call(shape: Shape, options: Options = {}): Tensor {
    return filled(sizesOf(shape), 0, dtypeOf(options));
  }
}
/** Ones. */
export class Ones extends Initializer {
  call(shape: Shape, options: Options = {}): Tensor {
    return filled(sizesOf(shape), 1, dtypeOf(options));
  }
}
/** One value, or a tensor that broadcasts. */
export class Constant extends Initializer {
  static positional = ['value'];
  readonly value: TensorLike;
  constructor(value: TensorLike | { value?: TensorLike } = 0) {
    super();
    const isOptions = isRecord(value) && !('assign' in value) && !('shape' in value);
    this.value = isOptions ? ((value as { value?: TensorLike }).value ?? 0) : (value as TensorLike);
  }
  call(shape: Shape, options: Options = {}): Tensor {
    if (typeof this.value === 'number') return filled(sizesOf(shape), this.value, dtypeOf(options));
    return run('cast', [run('broadcast_to', [convert(this.value)], { shape: sizesOf(shape) })], { dtype: dtypeOf(options) });
  }
  override getConfig() {
    return { value: this.value };
  }
}
/** gain * the identity matrix. */
export class Identity extends Initializer {
  static positional = ['gain'];
  readonly gain: number;
  constructor(gain: number | { gain?: number } = 1) {
    super();
    this.gain = typeof gain === 'object' ? (gain.gain ?? 1) : gain;
  }
  call(shape: Shape, options: Options = {}): Tensor {
    if (sizesOf(shape).length !== 2) throw new ValueError(`Identity: only for matrices.\n  Received: shape ${formatShape(shape)} of rank ${shape.length}`);
    const one = run('cast', [diagonalMask('equal', shape[0], shape[1], 0)], { dtype: dtypeOf(options) });
    return run('multiply', [one, convert(this.gain, one)]);
  }
  override getConfig() {
    return { gain: this.gain };
  }
}

const WINDOWS: Record<string, (x: number) => number> = {
  hann: (x) => 0.5 - 0.5 * Math.cos(x),
  hamming: (x) => 0.54 - 0.46 * Math.cos(x),
  blackman: (x) => 0.42 - 0.5 * Math.cos(x) + 0.08 * Math.cos(2 * x),
  boxcar: () => 1,
};
/** Kernel (frames, 1, frequencies) that computes the real or imaginary part of a short-time Fourier transform. */
export class STFT extends Initializer {
  static positional = ['side', 'window', 'scaling', 'periodic'];
  readonly side: string;
  readonly window: string | readonly number[] | null;
  readonly scaling: string | null;
  readonly periodic: boolean;
  constructor(
    side: string | { side?: string; window?: string | readonly number[] | null; scaling?: string | null; periodic?: boolean } = 'real',
    window: string | readonly number[] | null = 'hann',
    scaling: string | null = 'density',
    periodic = false,
  ) {
    super();
    const given = typeof side === 'object' ? { side: 'real', window: 'hann', scaling: 'density', periodic: false, ...side } : { side, window, scaling, periodic };
    if (!['real', 'imag'].includes(given.side)) throw new ValueError(`STFT: side must be 'real' or 'imag'.\n  Received: '${given.side}'`);
    if (given.scaling !== null && !['density', 'spectrum'].includes(given.scaling))
      throw new ValueError(`STFT: scaling must be 'density', 'spectrum' or null.\n  Received: '${given.scaling}'`);
    if (typeof given.window === 'string' && !WINDOWS[given.window]) throw new ValueError(`STFT: window '${given.window}' is not one of ${Object.keys(WINDOWS).join(', ')}.`);
    this.side = given.side;
    this.window = given.window;
    this.scaling = given.scaling;
    this.periodic = given.periodic;
  }
  call(shape: Shape, options: Options = {}): Tensor {
    const [frames, , bins] = shape,
      length = (bins - 1) * 2,
      span = this.periodic ? frames : frames - 1;
    const given = this.window;
    const window = given === null ? null : typeof given === 'string' ? Array.from({ length: frames }, (_, i) => WINDOWS[given]((2 * Math.PI * i) / span)) : [...given];
    if (window && window.length !== frames) throw new ValueError(`STFT: the window has ${window.length} values but the kernel ${frames} frames.`);
    const scale = !window
      ? 1
      : this.scaling === 'density'
        ? Math.sqrt(window.reduce((s, w) => s + w * w, 0))
        : this.scaling === 'spectrum'
          ? window.reduce((s, w) => s + Math.abs(w), 0)
          : 1;
    const wave = this.side === 'real' ? Math.cos : Math.sin,
      data = new Float64Array(frames * bins);
    for (let t = 0; t < frames; t++) for (let f = 0; f < bins; f++) data[t * bins + f] = (wave((-2 * Math.PI * t * f) / length) * (window ? window[t] : 1)) / scale;
    return tensor(data, [...shape], dtypeOf(options));
  }
  override getConfig() {
    return { side: this.side, window: this.window, periodic: this.periodic, scaling: this.scaling };
  }
}

/** Base of the random ones. With the same seed the same values; without, a seed is drawn when it is made. */
export abstract class RandomInitializer extends Initializer {
  readonly seed: number | SeedGenerator;
  private readonly givenSeed: number | SeedGenerator | null;
  constructor(seed: number | SeedGenerator | null | undefined) {
    super();
    checkOptions(new.target.name, { seed }, ['seed']);
    this.givenSeed = seed ?? null;
    this.seed = seed ?? makeDefaultSeed();
  }
  protected draw(kind: string, shape: Shape, a: number, b: number, dtype: DType): Tensor {
    if (!isFloating(dtype)) throw new ValueError(`${this.constructor.name}: a floating-point dtype is expected.\n  Received: ${dtype}`);
    const seed = this.seed instanceof SeedGenerator ? this.seed.next() : tensor(BigInt64Array.from([BigInt(this.seed), 0n]));
    const wide = dtype === 'float64' ? 'float64' : 'float32';
    const t = run('random', [seed], { kind, shape: sizesOf(shape), dtype: wide, a, b });
    return wide === dtype ? t : run('cast', [t], { dtype });
  }
  override getConfig(): Record<string, unknown> {
    return { seed: this.givenSeed };
  }
}
type Seeded<T> = T & { seed?: number | SeedGenerator | null };

/** Normal distribution. Defaults: mean 0, stddev 0.05. */
export class RandomNormal extends RandomInitializer {
  static positional = [];
  readonly mean: number;
  readonly stddev: number;
  constructor(options: Seeded<{ mean?: number; stddev?: number }> = {}) {
    checkOptions('RandomNormal', options, ['mean', 'stddev', 'seed']);
    super(options.seed);
    this.mean = options.mean ?? 0;
    this.stddev = options.stddev ?? 0.05;
  }
  call(shape: Shape, options: Options = {}): Tensor {
    return this.draw('normal', shape, this.mean, this.stddev, dtypeOf(options));
  }
  override getConfig() {
    return { ...super.getConfig(), mean: this.mean, stddev: this.stddev };
  }
}
/** Normal distribution within two standard deviations. Defaults: mean 0, stddev 0.05. */
export class TruncatedNormal extends RandomInitializer {
  static positional = [];
  readonly mean: number;
  readonly stddev: number;
  constructor(options: Seeded<{ mean?: number; stddev?: number }> = {}) {
    checkOptions('TruncatedNormal', options, ['mean', 'stddev', 'seed']);
    super(options.seed);
    this.mean = options.mean ?? 0;
    this.stddev = options.stddev ?? 0.05;
  }
  call(shape: Shape, options: Options = {}): Tensor {
    return this.draw('truncated_normal', shape, this.mean, this.stddev, dtypeOf(options));
  }
  override getConfig() {
    return { ...super.getConfig(), mean: this.mean, stddev: this.stddev };
  }
}
/** Uniform distribution. Defaults: -0.05, 0.05. */
export class RandomUniform extends RandomInitializer {
  static positional = [];
  readonly minval: number;
  readonly maxval: number;
  constructor(options: Seeded<{ minval?: number; maxval?: number }> = {}) {
    checkOptions('RandomUniform', options, ['minval', 'maxval', 'seed']);
    super(options.seed);
    this.minval = options.minval ?? -0.05;
    this.maxval = options.maxval ?? 0.05;
  }
  call(shape: Shape, options: Options = {}): Tensor {
    return this.draw('uniform', shape, this.minval, this.maxval, dtypeOf(options));
  }
  override getConfig() {
    return { ...super.getConfig(), minval: this.minval, maxval: this.maxval };
  }
}

/** @internal Inputs and outputs of each unit of a kernel: (..., in, out) with a receptive field before them. */
export function fans(given: Shape, inputAxes: readonly number[] | null = null, outputAxes: readonly number[] | null = null): [number, number] {
  const shape = sizesOf(given),
    along = (what: string, axes: readonly number[]): number =>
      numberList('initializer', what, axes).reduce((n, a) => n * shape[normalizeAxis('initializer', a, shape.length, shape)], 1);
  if (inputAxes && outputAxes) return [along('inputAxes', inputAxes), along('outputAxes', outputAxes)];
  if (shape.length < 1) return [1, 1];
  if (shape.length === 1) return [shape[0], shape[0]];
  const field = shape.slice(0, -2).reduce((p, d) => p * d, 1);
  return [shape[shape.length - 2] * field, shape[shape.length - 1] * field];
}
export interface VarianceScalingOptions {
  scale?: number;
  mode?: string;
  distribution?: string;
  seed?: number | SeedGenerator | null;
  /** Axes of the weight that belong to the input and to the output; without them, the last two and the receptive field before. */
  inputAxes?: readonly number[] | null;
  outputAxes?: readonly number[] | null;
}
/** Variance scale / n, n the inputs (fan_in), outputs (fan_out) or their mean (fan_avg). Defaults: 1, fan_in, truncated_normal. */
export class VarianceScaling extends RandomInitializer {
  static positional: string[] = [];
  readonly scale: number;
  readonly mode: string;
  readonly distribution: string;
  readonly inputAxes: readonly number[] | null;
  readonly outputAxes: readonly number[] | null;
  constructor(options: VarianceScalingOptions = {}) {
    checkOptions('VarianceScaling', options, ['scale', 'mode', 'distribution', 'seed', 'inputAxes', 'outputAxes']);
    super(options.seed);
    this.scale = options.scale ?? 1;
    this.mode = options.mode ?? 'fan_in';
    this.distribution = options.distribution ?? 'truncated_normal';
    if (!(this.scale > 0)) throw new ValueError(`VarianceScaling: scale must be positive.\n  Received: ${this.scale}`);
    if (!['fan_in', 'fan_out', 'fan_avg'].includes(this.mode)) throw new ValueError(`VarianceScaling: mode must be 'fan_in', 'fan_out' or 'fan_avg'.\n  Received: '${this.mode}'`);
    if (!['truncated_normal', 'untruncated_normal', 'normal', 'uniform'].includes(this.distribution))
      throw new ValueError(`VarianceScaling: distribution must be 'truncated_normal', 'untruncated_normal' or 'uniform'.\n  Received: '${this.distribution}'`);
    if (this.distribution === 'normal') this.distribution = 'truncated_normal';
    this.inputAxes = options.inputAxes ?? null;
    this.outputAxes = options.outputAxes ?? null;
  }
  /** @internal The same with axes, drawing the same values. */
  withAxes(inputAxes: readonly number[], outputAxes: readonly number[]): VarianceScaling {
    return new (this.constructor as new (c: Record<string, unknown>) => VarianceScaling)({ ...this.getConfig(), seed: this.seed, inputAxes, outputAxes });
  }
  call(shape: Shape, options: Options = {}): Tensor {
    const [inputs, outputs] = fans(shape, this.inputAxes, this.outputAxes);
    const n = this.mode === 'fan_in' ? inputs : this.mode === 'fan_out' ? outputs : (inputs + outputs) / 2,
      variance = this.scale / Math.max(1, n);
    // A normal distribution cut off at 2 has standard deviation 0.87962566.
    if (this.distribution === 'truncated_normal') return this.draw('truncated_normal', shape, 0, Math.sqrt(variance) / 0.87962566103423978, dtypeOf(options));
    if (this.distribution === 'untruncated_normal') return this.draw('normal', shape, 0, Math.sqrt(variance), dtypeOf(options));
    const limit = Math.sqrt(3 * variance);
    return this.draw('uniform', shape, -limit, limit, dtypeOf(options));
  }
  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), scale: this.scale, mode: this.mode, distribution: this.distribution, inputAxes: this.inputAxes, outputAxes: this.outputAxes };
  }
}
type ScaledOptions = Pick<VarianceScalingOptions, 'seed' | 'inputAxes' | 'outputAxes'>;
abstract class Scaled extends VarianceScaling {
  constructor(options: ScaledOptions, scale: number, mode: string, distribution: string) {
    checkOptions(new.target.name, options, ['seed', 'inputAxes', 'outputAxes']);
    super({ scale, mode, distribution, ...options });
  }
  override getConfig(): Record<string, unknown> {
    return { seed: super.getConfig().seed, inputAxes: this.inputAxes, outputAxes: this.outputAxes };
  }
}
/** Uniform within sqrt(6 / (fan in + fan out)) (Glorot & Bengio 2010). */
export class GlorotUniform extends Scaled {
  constructor(options: ScaledOptions = {}) {
    super(options, 1, 'fan_avg', 'uniform');
  }
}
/** Truncated normal, variance 2 / (fan in + fan out). */
export class GlorotNormal extends Scaled {
  constructor(options: ScaledOptions = {}) {
    super(options, 1, 'fan_avg', 'truncated_normal');
  }
}
/** Truncated normal, variance 1 / fan in (LeCun et al. 1998). */
export class LecunNormal extends Scaled {
  constructor(options: ScaledOptions = {}) {
    super(options, 1, 'fan_in', 'truncated_normal');
  }
}
/** Uniform within sqrt(3 / fan in). */
export class LecunUniform extends Scaled {
  constructor(options: ScaledOptions = {}) {
    super(options, 1, 'fan_in', 'uniform');
  }
}
/** Truncated normal, variance 2 / fan in (He et al. 2015). */
export class HeNormal extends Scaled {
  constructor(options: ScaledOptions = {}) {
    super(options, 2, 'fan_in', 'truncated_normal');
  }
}
/** Uniform within sqrt(6 / fan in). */
export class HeUniform extends Scaled {
  constructor(options: ScaledOptions = {}) {
    super(options, 2, 'fan_in', 'uniform');
  }
}

/** gain * a random matrix with orthonormal rows or columns, by QR decomposition (Saxe et al. 2013). */
export class Orthogonal extends RandomInitializer {
  static positional = ['gain'];
  readonly gain: number;
  constructor(gain: number | { gain?: number; seed?: number | SeedGenerator | null } = 1, options: { seed?: number | SeedGenerator | null } = {}) {
    const given = typeof gain === 'object' ? gain : { gain, ...options };
    checkOptions('Orthogonal', given, ['gain', 'seed']);
    super(given.seed);
    this.gain = given.gain ?? 1;
  }
  call(shape: Shape, options: Options = {}): Tensor {
    if (sizesOf(shape).length < 2) throw new ValueError(`Orthogonal: at least two axes are needed.\n  Received: shape ${formatShape(shape)}`);
    const columns = shape[shape.length - 1],
      rows = shape.slice(0, -1).reduce((p, d) => p * d, 1);
    const tall = Math.max(rows, columns),
      thin = Math.min(rows, columns);
    const random = this.draw('normal', [tall, thin], 0, 1, 'float64').dataSync() as Float64Array;
    const q = orthonormalColumns(random, tall, thin),
      out = new Float64Array(rows * columns);
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[r * columns + c] = this.gain * (rows >= columns ? q[r * thin + c] : q[c * thin + r]);
    return tensor(out, [...shape], dtypeOf(options));
  }
  override getConfig() {
    return { gain: this.gain, ...super.getConfig() };
  }
}
// Modified Gram-Schmidt, twice: Q of A = QR with a positive diagonal of R, which makes Q uniformly distributed.
function orthonormalColumns(a: Float64Array, rows: number, columns: number): Float64Array {
  const q = Float64Array.from(a);
  for (let c = 0; c < columns; c++) {
    for (let again = 0; again < 2; again++)
      for (let p = 0; p < c; p++) {
        let dot = 0;
        for (let r = 0; r < rows; r++) dot += q[r * columns + p] * q[r * columns + c];
        for (let r = 0; r < rows; r++) q[r * columns + c] -= dot * q[r * columns + p];
      }
    let norm = 0;
    for (let r = 0; r < rows; r++) norm += q[r * columns + c] ** 2;
    norm = Math.sqrt(norm);
    for (let r = 0; r < rows; r++) q[r * columns + c] /= norm;
  }
  return q;
}
registerClass(
  'keras.initializers',
  Zeros,
  Ones,
  Constant,
  Identity,
  STFT,
  RandomNormal,
  RandomUniform,
  TruncatedNormal,
  VarianceScaling,
  GlorotUniform,
  GlorotNormal,
  LecunNormal,
  LecunUniform,
  HeNormal,
  HeUniform,
  Orthogonal,
);

export {
  Constant as constant,
  GlorotNormal as glorotNormal,
  GlorotUniform as glorotUniform,
  HeNormal as heNormal,
  HeUniform as heUniform,
  Identity as identity,
  LecunNormal as lecunNormal,
  LecunUniform as lecunUniform,
  Ones as ones,
  Orthogonal as orthogonal,
  RandomNormal as randomNormal,
  RandomUniform as randomUniform,
  STFT as stft,
  TruncatedNormal as truncatedNormal,
  VarianceScaling as varianceScaling,
  Zeros as zeros,
};

const kind = makeKind<Initializer>('keras.initializers', 'initializer', (x): x is Initializer => typeof (x as Initializer)?.call === 'function', {
  uniform: 'RandomUniform',
  normal: 'RandomNormal',
  eye: 'Identity',
  orthogonal: 'Orthogonal',
  OrthogonalInitializer: 'Orthogonal',
  IdentityInitializer: 'Identity',
  one: 'Ones',
  zero: 'Zeros',
});
/** An initializer from a name, a config, an instance, a function `(shape, { dtype }) => tensor`, or a tensor. */
export function get(identifier: unknown): Initializer | null {
  if (typeof identifier === 'function' && !(identifier as { prototype?: Initializer }).prototype?.getConfig) {
    const f = identifier as Initializer['call'];
    return {
      call: (shape, options) => f(shape, options),
      getConfig: () => {
        throw new NotImplementedError('initializer: a plain function has no config. Register a class with registerKerasSerializable.');
      },
      clone() {
        return this;
      },
    };
  }
  if (typeof identifier === 'number' || (typeof identifier === 'object' && identifier !== null && 'shape' in identifier)) return new Constant(identifier as TensorLike);
  return kind.get(identifier);
}
export const { serialize, deserialize } = kind;
export { Identity as IdentityInitializer, Orthogonal as OrthogonalInitializer, STFT as STFTInitializer };
