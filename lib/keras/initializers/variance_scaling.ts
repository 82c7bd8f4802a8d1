/** Initializers whose spread follows from the number of inputs and outputs: Glorot, He, LeCun. */
import { ValueError } from '../../support/errors';
import { numberList } from '../../ops/arguments';
import { normalizeAxis } from '../../ops/shape';
import type { SeedGenerator } from '../../core/seed';
import type { Shape, Tensor } from '../../core/tensor';
import { registerClass } from '../serialization/registry';
import { checkOptions, checkOptionsOf, kinds, kindsOf, type OptionKinds } from '../options';
import { dtypeOf, type Options, sizesOf } from './initializer';
import { RandomInitializer } from './random';

/** @internal Inputs and outputs of each unit of a kernel: (..., in, out) with a receptive field before them. */
export function fans(
  given: Shape,
  inputAxes: readonly number[] | null = null,
  outputAxes: readonly number[] | null = null,
): [number, number] {
  const shape = sizesOf(given);
  const along = (what: string, axes: readonly number[]): number =>
    numberList('initializer', what, axes).reduce(
      (n, a) => n * shape[normalizeAxis('initializer', a, shape.length, shape)],
      1,
    );
  if (inputAxes && outputAxes) return [along('inputAxes', inputAxes), along('outputAxes', outputAxes)];
  if (shape.length < 1) return [1, 1];
  if (shape.length === 1) return [shape[0], shape[0]];
  const field = shape.slice(0, -2).reduce((p, d) => p * d, 1);
  return [shape[shape.length - 2] * field, shape[shape.length - 1] * field];
}
export interface VarianceScalingOptions {
  /** Factor on the variance, > 0. Default 1. */
  scale?: number;
  /** What the variance is divided by: the inputs of a unit ('fan_in', default), its outputs ('fan_out'), or the mean of both ('fan_avg'). */
  mode?: 'fan_in' | 'fan_out' | 'fan_avg';
  /** 'truncated_normal' (default; no value beyond two standard deviations), 'untruncated_normal', or 'uniform'. 'normal' is the old name of 'truncated_normal'. */
  distribution?: 'truncated_normal' | 'untruncated_normal' | 'normal' | 'uniform';
  /** An integer >= 0, a SeedGenerator, or null (default) for a seed of its own. The same number gives the same values at every call. */
  seed?: number | SeedGenerator | null;
  /** Axes of the weight that belong to the input and to the output; without them, the last two and the receptive field before. */
  inputAxes?: readonly number[] | null;
  /** Axes of the shape that count as outputs. Default null: the last one. */
  outputAxes?: readonly number[] | null;
}
/** Variance scale / n, n the inputs (fan_in), outputs (fan_out) or their mean (fan_avg). Defaults: 1, fan_in, truncated_normal. */
export class VarianceScaling extends RandomInitializer {
  static positional: string[] = [];
  static override options: OptionKinds = {
    scale: kinds.floats,
    mode: kinds.choice,
    distribution: kinds.choice,
    seed: kinds.seed,
    inputAxes: kinds.integers,
    outputAxes: kinds.integers,
  };
  readonly scale: number;
  readonly mode: string;
  readonly distribution: string;
  readonly inputAxes: readonly number[] | null;
  readonly outputAxes: readonly number[] | null;
  constructor(options: VarianceScalingOptions = {}) {
    // Subclasses that fix some of them pass these on.
    checkOptions('VarianceScaling', options, { ...kindsOf(new.target), ...kindsOf(VarianceScaling) });
    super(options.seed);
    this.scale = options.scale ?? 1;
    this.mode = options.mode ?? 'fan_in';
    this.distribution = options.distribution ?? 'truncated_normal';
    if (!(this.scale > 0)) throw new ValueError(`VarianceScaling: scale must be positive.\n  Received: ${this.scale}`);
    if (!['fan_in', 'fan_out', 'fan_avg'].includes(this.mode))
      throw new ValueError(
        `VarianceScaling: mode must be 'fan_in', 'fan_out' or 'fan_avg'.\n  Received: '${this.mode}'`,
      );
    if (!['truncated_normal', 'untruncated_normal', 'normal', 'uniform'].includes(this.distribution))
      throw new ValueError(
        `VarianceScaling: distribution must be 'truncated_normal', 'untruncated_normal' or 'uniform'.\n  Received: '${this.distribution}'`,
      );
    if (this.distribution === 'normal') this.distribution = 'truncated_normal';
    this.inputAxes = options.inputAxes ?? null;
    this.outputAxes = options.outputAxes ?? null;
  }
  /** @internal The same with axes, drawing the same values. */
  withAxes(inputAxes: readonly number[], outputAxes: readonly number[]): VarianceScaling {
    return new (this.constructor as new (c: Record<string, unknown>) => VarianceScaling)({
      ...this.getConfig(),
      seed: this.seed,
      inputAxes,
      outputAxes,
    });
  }
  call(shape: Shape, options: Options = {}): Tensor {
    const [inputs, outputs] = fans(shape, this.inputAxes, this.outputAxes);
    const n = this.mode === 'fan_in' ? inputs : this.mode === 'fan_out' ? outputs : (inputs + outputs) / 2;
    const variance = this.scale / Math.max(1, n);
    // A normal distribution cut off at 2 has standard deviation 0.87962566.
    if (this.distribution === 'truncated_normal')
      return this.draw('truncated_normal', shape, 0, Math.sqrt(variance) / 0.87962566103423978, dtypeOf(options));
    if (this.distribution === 'untruncated_normal')
      return this.draw('normal', shape, 0, Math.sqrt(variance), dtypeOf(options));
    const limit = Math.sqrt(3 * variance);
    return this.draw('uniform', shape, -limit, limit, dtypeOf(options));
  }
  override getConfig(): Record<string, unknown> {
    return {
      ...super.getConfig(),
      scale: this.scale,
      mode: this.mode,
      distribution: this.distribution,
      inputAxes: this.inputAxes,
      outputAxes: this.outputAxes,
    };
  }
}
type ScaledOptions = Pick<VarianceScalingOptions, 'seed' | 'inputAxes' | 'outputAxes'>;
abstract class Scaled extends VarianceScaling {
  static override options: OptionKinds = { scale: null, mode: null, distribution: null };
  constructor(
    options: ScaledOptions,
    scale: number,
    mode: VarianceScalingOptions['mode'],
    distribution: VarianceScalingOptions['distribution'],
  ) {
    checkOptionsOf(new.target, new.target.name, options);
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
registerClass(
  'keras.initializers',
  VarianceScaling,
  GlorotUniform,
  GlorotNormal,
  LecunNormal,
  LecunUniform,
  HeNormal,
  HeUniform,
);
