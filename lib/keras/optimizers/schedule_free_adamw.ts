/** ScheduleFreeAdamW. */
import * as ops from '../../ops/index';
import { convert, type Tensor } from '../../core/tensor';
import { withTrace } from '../../core/trace';
import type { Variable } from '../../core/variable';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { Optimizer, splitRate, type LearningRate, type OptimizerOptions } from './optimizer';

export interface ScheduleFreeAdamWOptions extends OptimizerOptions {
  /** Share of the averaged weights in the point at which gradients are computed, in [0, 1). Default 0.9. */
  beta1?: number;
  /** Decay of the mean of the squares of gradients at each step, in [0, 1). Default 0.999. */
  beta2?: number;
  /** Added to the root of the mean of squares, so that nothing is divided by 0. Default 1e-8. */
  epsilon?: number;
  /** The rate grows linearly over this many steps. */
  warmupSteps?: number;
}
/**
 * AdamW that needs no falling rate (Defazio et al. 2024): steps are made at z, their mean x is what is learned, and w lies
 * between both. z = z - rate g / (sqrt(v / (1 - beta2^t)) + epsilon), x = x + (z - x) / t, w = (1 - beta1) z + beta1 x.
 * Defaults: rate 0.0025, 0.9, 0.999, 1e-8, no warm-up.
 */
export class ScheduleFreeAdamW extends Optimizer {
  static override positional = ['learningRate'];
  static override options: OptionKinds = {
    beta1: kinds.float,
    beta2: kinds.float,
    epsilon: kinds.float,
    warmupSteps: kinds.count,
  };
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly warmupSteps: number;
  private momentums: Variable[] = [];
  private velocities: Variable[] = [];
  constructor(learningRate?: LearningRate | ScheduleFreeAdamWOptions, more: ScheduleFreeAdamWOptions = {}) {
    const options = splitRate(learningRate, more);
    super(options, 0.0025);
    this.beta1 = options.beta1 ?? 0.9;
    this.beta2 = options.beta2 ?? 0.999;
    this.epsilon = options.epsilon ?? 1e-8;
    this.warmupSteps = options.warmupSteps ?? 0;
  }
  protected override buildSlots(): void {
    [this.momentums, this.velocities] = this.addSlotPairs('momentum', 'velocity');
    // z starts where the variable is.
    withTrace(null, () => this.momentums.forEach((z, i) => z.assign(this.variablesTrained[i].value)));
  }
  protected override updateStep(g: Tensor, variable: Variable, given: Tensor): void {
    const i = this.indexOf(variable);
    const z = this.momentums[i];
    const v = this.velocities[i];
    const t = this.localStep(g);
    const rate = this.warmupSteps > 0 ? given.mul(t.div(this.warmupSteps).minimum(1)) : given;
    const square = g.square();
    v.assignAdd(square.sub(v).mul(ops.subtract(1, convert(this.beta2, g))));
    const unbiased = v.div(ops.subtract(1, ops.power(this.beta2, t)));
    z.assignSub(rate.mul(g).div(unbiased.sqrt().add(this.epsilon)));
    // The paper recovers x by z before this step; Keras on TensorFlow by z after it, and what files hold is made so.
    const beta = convert(this.beta1, g);
    const rest = ops.subtract(1, beta);
    const x = variable.sub(z.mul(rest)).div(beta);
    const share = t.reciprocal();
    const mean = ops.subtract(1, share).mul(x).add(share.mul(z.value));
    variable.assign(z.mul(rest).add(mean.mul(beta)));
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      beta1: this.beta1,
      beta2: this.beta2,
      epsilon: this.epsilon,
      warmupSteps: this.warmupSteps,
    };
  }
}
registerClass('keras.optimizers', ScheduleFreeAdamW);
