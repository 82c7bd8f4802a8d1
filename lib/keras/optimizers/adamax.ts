/** Adamax. */
import * as ops from '../../ops/index';
import type { Tensor } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { Optimizer, splitRate, type LearningRate, type OptimizerOptions } from './optimizer';

export interface AdamaxOptions extends OptimizerOptions {
  /** Decay of the mean of the gradients at each step, in [0, 1). Default 0.9. */
  beta1?: number;
  /** Decay of their largest magnitude at each step, in [0, 1). Default 0.999. */
  beta2?: number;
  /** Added to the largest magnitude, so that nothing is divided by 0. Default 1e-7. */
  epsilon?: number;
}
/**
 * m = m + (g - m)(1 - beta1), u = max(beta2 u, |g|), w = w - rate m / ((1 - beta1^t)(u + epsilon)): Adam by the largest
 * instead of the mean gradient (Kingma & Ba 2014). Defaults: rate 0.001, 0.9, 0.999, 1e-7.
 */
export class Adamax extends Optimizer {
  static override positional = ['learningRate'];
  static override options: OptionKinds = { beta1: kinds.float, beta2: kinds.float, epsilon: kinds.float };
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  private momentums: Variable[] = [];
  private norms: Variable[] = [];
  constructor(learningRate?: LearningRate | AdamaxOptions, more: AdamaxOptions = {}) {
    const options = splitRate(learningRate, more);
    super(options, 0.001);
    this.beta1 = options.beta1 ?? 0.9;
    this.beta2 = options.beta2 ?? 0.999;
    this.epsilon = options.epsilon ?? 1e-7;
  }
  protected override buildSlots(): void {
    [this.momentums, this.norms] = this.addSlotPairs('momentum', 'norm');
  }
  protected override updateStep(g: Tensor, variable: Variable, rate: Tensor): void {
    const i = this.indexOf(variable);
    const m = this.momentums[i];
    const u = this.norms[i];
    const correction = ops.subtract(1, ops.power(this.beta1, this.localStep(g)));
    m.assignAdd(g.sub(m).mul(1 - this.beta1));
    u.assign(u.mul(this.beta2).maximum(g.abs()));
    variable.assignSub(rate.mul(m).div(correction.mul(u.add(this.epsilon))));
  }
  override getConfig() {
    return { ...super.getConfig(), beta1: this.beta1, beta2: this.beta2, epsilon: this.epsilon };
  }
}
registerClass('keras.optimizers', Adamax);
