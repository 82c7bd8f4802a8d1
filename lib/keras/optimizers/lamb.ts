/** Lamb. */
import * as ops from '../../ops/index';
import type { Tensor } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { Optimizer, splitRate, type LearningRate, type OptimizerOptions } from './optimizer';

export interface LambOptions extends OptimizerOptions {
  /** Decay of the mean of the gradients at each step, in [0, 1). Default 0.9. */
  beta1?: number;
  /** Decay of the mean of their squares at each step, in [0, 1). Default 0.999. */
  beta2?: number;
  /** Added to the root of the mean of squares, so that nothing is divided by 0. Default 1e-7. */
  epsilon?: number;
}
/**
 * Adam's step s, scaled for each variable by norm(w) / norm(s) (You et al. 2019): for large batches.
 * Defaults: rate 0.001, 0.9, 0.999, 1e-7.
 */
export class Lamb extends Optimizer {
  static override positional = ['learningRate'];
  static override options: OptionKinds = { beta1: kinds.float, beta2: kinds.float, epsilon: kinds.float };
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  private momentums: Variable[] = [];
  private velocities: Variable[] = [];
  constructor(learningRate?: LearningRate | LambOptions, more: LambOptions = {}) {
    const options = splitRate(learningRate, more);
    super(options, 0.001);
    this.beta1 = options.beta1 ?? 0.9;
    this.beta2 = options.beta2 ?? 0.999;
    this.epsilon = options.epsilon ?? 1e-7;
  }
  protected override buildSlots(): void {
    [this.momentums, this.velocities] = this.addSlotPairs('momentum', 'velocity');
  }
  protected override updateStep(g: Tensor, variable: Variable, rate: Tensor): void {
    const i = this.indexOf(variable);
    const m = this.momentums[i];
    const v = this.velocities[i];
    const unbiased = (x: Variable, beta: number): Tensor => x.div(ops.subtract(1, ops.power(beta, this.localStep(g))));
    m.assignAdd(g.sub(m).mul(1 - this.beta1));
    const square = g.square();
    v.assignAdd(square.sub(v).mul(1 - this.beta2));
    const step = unbiased(m, this.beta1).div(unbiased(v, this.beta2).sqrt().add(this.epsilon));
    const norm = (x: Tensor): Tensor => x.square().sum().sqrt();
    const own = norm(variable.value);
    const moved = norm(step);
    const isUsable = own.greater(0).logicalAnd(moved.greater(0));
    const ratio = ops.where(isUsable, own.div(ops.where(isUsable, moved, 1)), 1);
    variable.assignSub(ratio.mul(rate).mul(step));
  }
  override getConfig() {
    return { ...super.getConfig(), beta1: this.beta1, beta2: this.beta2, epsilon: this.epsilon };
  }
}
registerClass('keras.optimizers', Lamb);
