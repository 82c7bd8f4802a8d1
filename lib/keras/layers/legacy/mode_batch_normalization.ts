/** The modes 1 and 2 of Keras 1's BatchNormalization. */
import { describe } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import { formatShape, type Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { serializeKerasObject } from '../../serialization/serialize';
import { kinds, type OptionKinds } from '../../options';
import { WeightOptions } from '../convolutional/base';
import { Layer, type LayerOptions } from '../layer';
import { LEGACY_MODULE } from '../../serialization/legacy_module';
import type { ConstraintIdentifier } from '../../constraints';
import type { InitializerIdentifier } from '../../initializers/initializer';
import type { RegularizerIdentifier } from '../../regularizers';

export interface ModeBatchNormalizationOptions extends LayerOptions {
  /** 1: each example is normalized by its own mean and variance; 2: by those of the batch, in training and afterwards. */
  mode: 1 | 2;
  /** The axis of the features. Default -1. */
  axis?: number;
  /** Added to the variance, in squared units of the input. Default 1e-3. */
  epsilon?: number;
  /** Share of the old value in the moving statistics that files hold. Default 0.99. */
  momentum?: number;
  /** First values of the factor gamma. Default 'ones'. */
  gammaInitializer?: InitializerIdentifier;
  /** Penalty on gamma, added to the loss. Default null: none. */
  gammaRegularizer?: RegularizerIdentifier;
  /** Applied to gamma after each update. Default null: none. */
  gammaConstraint?: ConstraintIdentifier;
  /** First values of the offset beta. Default 'zeros'. */
  betaInitializer?: InitializerIdentifier;
  /** Penalty on beta, added to the loss. Default null: none. */
  betaRegularizer?: RegularizerIdentifier;
  /** Applied to beta after each update. Default null: none. */
  betaConstraint?: ConstraintIdentifier;
}
/**
 * gamma (x - mean) / std + beta. Mode 1: mean and std of each example's last axis, std = sqrt(variance + epsilon) + epsilon.
 * Mode 2: mean and variance of the batch at hand, in training and outside of it; moving ones are kept but not used.
 */
export class ModeBatchNormalization extends Layer {
  static override options: OptionKinds = {
    mode: kinds.choice,
    axis: kinds.integer,
    epsilon: kinds.number,
    momentum: kinds.number,
    ...WeightOptions.kinds('gamma'),
    ...WeightOptions.kinds('beta'),
  };
  gamma!: Variable;
  beta!: Variable;
  movingMean: Variable | null = null;
  movingVariance: Variable | null = null;
  private readonly given: { mode: 1 | 2; axis: number; epsilon: number; momentum: number };
  private readonly gammaOptions: WeightOptions;
  private readonly betaOptions: WeightOptions;
  constructor(options: ModeBatchNormalizationOptions) {
    super(options);
    const { mode, axis = -1, epsilon = 1e-3, momentum = 0.99 } = options;
    if (mode !== 1 && mode !== 2)
      throw new ValueError(
        `ModeBatchNormalization: mode must be 1 or 2; BatchNormalization is mode 0.\n  Received: ${describe(mode)}`,
      );
    this.given = { mode, axis, epsilon, momentum };
    this.gammaOptions = new WeightOptions('gamma', options, 'ones');
    this.betaOptions = new WeightOptions('beta', options, 'zeros');
  }
  override build(inputShape: SymbolicShape): void {
    const n = inputShape.at(this.given.axis);
    if (n == null)
      throw new ValueError(`axis ${this.given.axis} must be known.\n  Received: shape ${formatShape(inputShape)}`);
    this.gamma = this.addWeight({ shape: [n], ...this.gammaOptions.settings, name: 'gamma' });
    this.beta = this.addWeight({ shape: [n], ...this.betaOptions.settings, name: 'beta' });
    if (this.given.mode === 1) return;
    this.movingMean = this.addWeight({ shape: [n], initializer: 'zeros', trainable: false, name: 'moving_mean' });
    this.movingVariance = this.addWeight({
      shape: [n],
      initializer: 'ones',
      trainable: false,
      name: 'moving_variance',
    });
  }
  override call(inputs: Tensor): Tensor {
    const { mode, axis, epsilon } = this.given;
    const kept = (axis + inputs.ndim) % inputs.ndim;
    const over = mode === 1 ? [inputs.ndim - 1] : inputs.shape.map((_, i) => i).filter((i) => i !== kept);
    const mean = inputs.mean({ axis: over, keepdims: true });
    const centred = inputs.sub(mean);
    const variance = centred.square().mean({ axis: over, keepdims: true });
    const root = variance.add(epsilon).sqrt();
    const std = mode === 1 ? root.add(epsilon) : root;
    const wide = (v: Variable): Tensor => v.value.reshape(inputs.shape.map((_, i) => (i === kept ? v.size : 1)));
    return wide(this.gamma).mul(centred.div(std)).add(wide(this.beta));
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      ...this.given,
      ...this.gammaOptions.getConfig(),
      ...this.betaOptions.getConfig(),
      activityRegularizer: serializeKerasObject(this.activityRegularizer),
    };
  }
}
registerClass(LEGACY_MODULE, ModeBatchNormalization);
