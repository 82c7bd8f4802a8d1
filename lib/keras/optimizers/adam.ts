/** Adam. */
import * as ops from '../../ops/index';
import type { Tensor } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { Optimizer, splitRate, type LearningRate, type OptimizerOptions } from './optimizer';

export interface AdamOptions extends OptimizerOptions {
  /** Decay of the mean of the gradients at each step, in [0, 1). Default 0.9. */
  beta1?: number;
  /** Decay of the mean of their squares at each step, in [0, 1). Default 0.999. */
  beta2?: number;
  /** Added to the root of the mean of squares, so that nothing is divided by 0. Default 1e-7. */
  epsilon?: number;
  /** Whether the largest mean of squares so far is used instead of the present one (Reddi et al. 2018). Default false. */
  amsgrad?: boolean;
}
/**
 * m = m + (g - m)(1 - beta1), v = v + (g^2 - v)(1 - beta2), w = w - m alpha / (sqrt(v) + epsilon) with
 * alpha = rate sqrt(1 - beta2^t) / (1 - beta1^t) (Kingma & Ba 2014). Defaults: rate 0.001, 0.9, 0.999, 1e-7.
 */
export class Adam extends Optimizer {
  static override positional = ['learningRate'];
  static override options: OptionKinds = {
    beta1: kinds.float,
    beta2: kinds.float,
    epsilon: kinds.float,
    amsgrad: kinds.boolean,
  };
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly amsgrad: boolean;
  private momentums: Variable[] = [];
  private velocities: Variable[] = [];
  private largest: Variable[] = [];
  constructor(learningRate?: LearningRate | AdamOptions, more: AdamOptions = {}) {
    const options = splitRate(learningRate, more);
    super(options, 0.001);
    this.beta1 = options.beta1 ?? 0.9;
    this.beta2 = options.beta2 ?? 0.999;
    this.epsilon = options.epsilon ?? 1e-7;
    this.amsgrad = options.amsgrad ?? false;
  }
  protected override buildSlots(): void {
    [this.momentums, this.velocities] = this.addSlotPairs('momentum', 'velocity');
    if (this.amsgrad) this.largest = this.addSlots('velocity_hat');
  }
  protected override updateStep(g: Tensor, variable: Variable, rate: Tensor): void {
    const i = this.indexOf(variable);
    const m = this.momentums[i];
    const v = this.velocities[i];
    const t = this.localStep(g);
    const correction = (beta: number): Tensor => ops.subtract(1, ops.power(beta, t));
    const alpha = rate.mul(correction(this.beta2).sqrt()).div(correction(this.beta1));
    m.assignAdd(g.sub(m).mul(1 - this.beta1));
    const square = g.square();
    v.assignAdd(square.sub(v).mul(1 - this.beta2));
    if (this.amsgrad) this.largest[i].assign(this.largest[i].maximum(v));
    const scale = this.amsgrad ? this.largest[i] : v;
    variable.assignSub(m.mul(alpha).div(scale.sqrt().add(this.epsilon)));
  }
  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), beta1: this.beta1, beta2: this.beta2, epsilon: this.epsilon, amsgrad: this.amsgrad };
  }
}
registerClass('keras.optimizers', Adam);
