/** LayerNormalization. */
import { numberList } from '../../../ops/arguments';
import { ValueError } from '../../../support/errors';
import { layerNormalization } from '../../../ops/nn';
import { formatShape, type Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { serializedRecord as serialized } from '../../serialization/serialize';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type LayerOptions } from '../layer';
import { AFFINE, affine, type AffineOptions } from './affine';

export interface LayerNormalizationOptions extends LayerOptions, AffineOptions {
  /** Axis or axes that are normalized over, within each example. Default -1. */
  axis?: number | readonly number[];
  /** Added to the variance, in squared units of the input. Default 1e-3. */
  epsilon?: number;
  /** Whether the offset beta is added. Default true. */
  center?: boolean;
  /** Whether the result is multiplied by gamma. Default true. */
  scale?: boolean;
  /** Whether the mean is left in and the offset left out: x / sqrt(variance + epsilon) * gamma. Default false. */
  rmsScaling?: boolean;
}
/** gamma (x - mean) / sqrt(variance + epsilon) + beta with the statistics of each example over `axis` (Ba et al. 2016). */
export class LayerNormalization extends Layer {
  static override positional: readonly string[] = [];
  static override options: OptionKinds = {
    ...AFFINE,
    axis: kinds.integers,
    epsilon: kinds.float,
    center: kinds.boolean,
    scale: kinds.boolean,
    rmsScaling: kinds.boolean,
  };
  override supportsMasking = true;
  axis: number | number[];
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  readonly rmsScaling: boolean;
  gamma: Variable | null = null;
  beta: Variable | null = null;
  private readonly settings;
  constructor(options: LayerNormalizationOptions = {}) {
    super(options);
    this.autocast = false; // gamma, beta and the statistics stay in full precision
    this.axis =
      options.axis == null || typeof options.axis === 'number'
        ? (options.axis ?? -1)
        : numberList('LayerNormalization', 'axis', options.axis);
    this.epsilon = options.epsilon ?? 1e-3;
    this.center = options.center ?? true;
    this.scale = options.scale ?? true;
    this.rmsScaling = options.rmsScaling ?? false;
    this.settings = affine(options);
  }
  override build(inputShape: SymbolicShape): void {
    const axes = typeof this.axis === 'number' ? [this.axis] : [...this.axis].sort((a, b) => a - b);
    const shape = axes.map((a) => inputShape.at(a));
    if (shape.some((d) => d == null))
      throw new ValueError(`axes [${axes}] of the input must be known.\n  Received: shape ${formatShape(inputShape)}`);
    this.axis = axes;
    const { gammaInitializer, gammaRegularizer, gammaConstraint, betaInitializer, betaRegularizer, betaConstraint } =
      this.settings;
    if (this.scale || this.rmsScaling)
      this.gamma = this.addWeight({
        shape: shape as number[],
        initializer: gammaInitializer,
        regularizer: gammaRegularizer,
        constraint: gammaConstraint,
        name: 'gamma',
      });
    if (this.center && !this.rmsScaling)
      this.beta = this.addWeight({
        shape: shape as number[],
        initializer: betaInitializer,
        regularizer: betaRegularizer,
        constraint: betaConstraint,
        name: 'beta',
      });
  }
  override call(inputs: Tensor): Tensor {
    const y = layerNormalization(inputs, {
      gamma: this.gamma?.value ?? null,
      beta: this.beta?.value ?? null,
      axis: this.axis,
      epsilon: this.epsilon,
      rmsScaling: this.rmsScaling,
    });
    return y.dtype === this.computeDtype ? y : y.cast(this.computeDtype);
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      axis: this.axis,
      epsilon: this.epsilon,
      center: this.center,
      scale: this.scale,
      rmsScaling: this.rmsScaling,
      ...serialized(this.settings),
    };
  }
}
registerClass('keras.layers', LayerNormalization);
