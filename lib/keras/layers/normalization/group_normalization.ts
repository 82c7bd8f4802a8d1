/** GroupNormalization (Wu & He 2018). */
import { ValueError } from '../../../support/errors';
import { layerNormalization } from '../../../ops/nn';
import { formatShape, type Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { serializedRecord } from '../../serialization/serialize';
import { kinds, type OptionKinds } from '../../options';
import { InputSpec } from '../input_spec';
import { Layer, type LayerOptions } from '../layer';
import { AFFINE, affine, type AffineOptions } from './affine';

export interface GroupNormalizationOptions extends LayerOptions, AffineOptions {
  /** Groups of channels with statistics of their own; -1: each channel (instance normalization). Default 32. */
  groups?: number;
  /** The channels. Default -1. */
  axis?: number;
  /** Added to the variance. Default 1e-3. */
  epsilon?: number;
  /** Whether the offset beta is added. Default true. */
  center?: boolean;
  /** Whether the result is multiplied by gamma. Default true. */
  scale?: boolean;
}
/**
 * gamma (x - mean) / sqrt(variance + epsilon) + beta; mean and variance of each example and group of channels, over all
 * other axes; gamma and beta for each channel. Computes in float32 at least.
 */
export class GroupNormalization extends Layer {
  static override positional: readonly string[] = [];
  static override options: OptionKinds = {
    groups: kinds.integer,
    axis: kinds.integer,
    epsilon: kinds.float,
    center: kinds.boolean,
    scale: kinds.boolean,
    ...AFFINE,
  };
  override supportsMasking = true;
  groups: number;
  readonly axis: number;
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  gamma: Variable | null = null;
  beta: Variable | null = null;
  private readonly settings;
  constructor(options: GroupNormalizationOptions = {}) {
    super(options);
    this.autocast = false;
    this.groups = options.groups ?? 32;
    this.axis = options.axis ?? -1;
    this.epsilon = options.epsilon ?? 1e-3;
    this.center = options.center ?? true;
    this.scale = options.scale ?? true;
    this.settings = affine(options);
    if (!Number.isInteger(this.groups) || (this.groups <= 0 && this.groups !== -1))
      throw new ValueError(
        `GroupNormalization: groups must be a positive integer, or -1 for one group for each channel.\n  Received: ${this.groups}`,
      );
  }
  override build(inputShape: SymbolicShape): void {
    const n = inputShape.at(this.axis);
    if (n == null)
      throw new ValueError(
        `axis ${this.axis} of the input must be known and within its rank.\n  Received: shape ${formatShape(inputShape)}`,
      );
    if (this.groups === -1) this.groups = n;
    if (n % this.groups)
      throw new ValueError(
        `the ${n} channels cannot be divided into ${this.groups} groups of equal size.\n  Received: shape ${formatShape(inputShape)}`,
      );
    const { gammaInitializer, gammaRegularizer, gammaConstraint, betaInitializer, betaRegularizer, betaConstraint } =
      this.settings;
    if (this.scale)
      this.gamma = this.addWeight({
        shape: [n],
        initializer: gammaInitializer,
        regularizer: gammaRegularizer,
        constraint: gammaConstraint,
        name: 'gamma',
      });
    if (this.center)
      this.beta = this.addWeight({
        shape: [n],
        initializer: betaInitializer,
        regularizer: betaRegularizer,
        constraint: betaConstraint,
        name: 'beta',
      });
    this.inputSpec = new InputSpec({ ndim: inputShape.length, axes: { [this.axis]: n } });
  }
  override call(inputs: Tensor): Tensor {
    const isHalf = inputs.dtype === 'bfloat16' || inputs.dtype === 'float16';
    const y = this.normalized(isHalf ? inputs.cast('float32') : inputs);
    return y.dtype === this.computeDtype ? y : y.cast(this.computeDtype);
  }
  private normalized(x: Tensor): Tensor {
    const at = this.axis < 0 ? this.axis + x.ndim : this.axis;
    const n = x.shape[at];
    const split = (shape: readonly number[]): number[] => [
      ...shape.slice(0, at),
      this.groups,
      n / this.groups,
      ...shape.slice(at + 1),
    ];
    const wide = (v: Variable): Tensor =>
      v.value.cast(x.dtype).reshape(split(x.shape.map((d, i) => (i === at ? d : 1))));
    if (at === 1 || this.groups === 1) {
      // What is averaged lies together: rows, in one native op.
      const size = x.shape.slice(1).reduce((p, d) => p * d, 1) / this.groups;
      const rows = layerNormalization(x.reshape([x.shape[0], this.groups, size]), {
        epsilon: this.epsilon,
      });
      let y = rows.reshape(split(x.shape));
      if (this.gamma) y = y.mul(wide(this.gamma));
      if (this.beta) y = y.add(wide(this.beta));
      return y.reshape(x.shape);
    }
    // The mean of each channel, then of each group's channels: long passes over x, short ones over the channels.
    const axis = x.shape.map((_, i) => i).filter((i) => i > 0 && i !== at);
    const mean = (values: Tensor): Tensor => {
      const channels = values.mean({ axis, keepdims: true });
      const groups = channels.reshape(split(channels.shape)).mean({ axis: [at + 1], keepdims: true });
      return groups.broadcastTo(split(channels.shape)).reshape(channels.shape);
    };
    const ofChannels = (v: Variable): Tensor => wide(v).reshape(x.shape.map((d, i) => (i === at ? d : 1)));
    const centered = x.sub(mean(x));
    const factor = mean(centered.square()).add(this.epsilon).rsqrt();
    const y = centered.mul(this.gamma ? factor.mul(ofChannels(this.gamma)) : factor);
    return this.beta ? y.add(ofChannels(this.beta)) : y;
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      groups: this.groups,
      axis: this.axis,
      epsilon: this.epsilon,
      center: this.center,
      scale: this.scale,
      ...serializedRecord(this.settings),
    };
  }
}
registerClass('keras.layers', GroupNormalization);
