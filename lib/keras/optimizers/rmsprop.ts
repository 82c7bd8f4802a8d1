/** RMSprop. */
import type { Tensor } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { Optimizer, splitRate, type LearningRate, type OptimizerOptions } from './optimizer';

export interface RMSpropOptions extends OptimizerOptions {
  /** Decay of the mean of squares at each step, in [0, 1). Default 0.9. */
  rho?: number;
  /** Share of the last update that is added to each one, in [0, 1]. Default 0. */
  momentum?: number;
  /** Added under the root, so that nothing is divided by 0. Default 1e-7. */
  epsilon?: number;
  /** Whether gradients are divided by their standard deviation instead of their root mean square. Default false. */
  centered?: boolean;
}
/**
 * v = rho v + (1 - rho) g^2, w = w - rate g / sqrt(v + epsilon) (Hinton 2012); `centered` subtracts the squared mean
 * gradient from v. Defaults: rate 0.001, rho 0.9, momentum 0, epsilon 1e-7.
 */
export class RMSprop extends Optimizer {
  static override positional = ['learningRate'];
  static override options: OptionKinds = {
    rho: kinds.float,
    momentum: kinds.float,
    epsilon: kinds.float,
    centered: kinds.boolean,
  };
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly centered: boolean;
  private velocities: Variable[] = [];
  private momentums: Variable[] = [];
  private means: Variable[] = [];
  constructor(learningRate?: LearningRate | RMSpropOptions, more: RMSpropOptions = {}) {
    const options = splitRate(learningRate, more);
    super(options, 0.001);
    this.rho = options.rho ?? 0.9;
    this.momentum = options.momentum ?? 0;
    this.epsilon = options.epsilon ?? 1e-7;
    this.centered = options.centered ?? false;
  }
  protected override buildSlots(): void {
    this.velocities = this.addSlots('velocity');
    if (this.momentum > 0) this.momentums = this.addSlots('momentum');
    if (this.centered) this.means = this.addSlots('average_gradient');
  }
  protected override updateStep(g: Tensor, variable: Variable, rate: Tensor): void {
    const i = this.indexOf(variable);
    const decayed = (slot: Variable, now: Tensor): Tensor => {
      const next = slot.mul(this.rho).add(now.mul(1 - this.rho));
      slot.assign(next);
      return next;
    };
    let scale = decayed(this.velocities[i], g.square());
    if (this.centered) scale = scale.sub(decayed(this.means[i], g).square());
    let step = rate.mul(g).div(scale.add(this.epsilon).sqrt());
    if (this.momentum > 0) {
      step = this.momentums[i].mul(this.momentum).add(step);
      this.momentums[i].assign(step);
    }
    variable.assignSub(step);
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      rho: this.rho,
      momentum: this.momentum,
      epsilon: this.epsilon,
      centered: this.centered,
    };
  }
}
registerClass('keras.optimizers', RMSprop);
