/** Lamb. */
import * as ops from '../../ops/index';
import { convert, type Tensor } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { registerClass } from '../serialization/registry';
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
  static override options = ['beta1', 'beta2', 'epsilon'];
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
    const i = this.indexOf(variable),
      m = this.momentums[i],
      v = this.velocities[i];
    const unbiased = (x: Variable, beta: number): Tensor =>
      ops.divide(x.value, ops.subtract(1, ops.power(convert(beta, g), this.localStep(g))));
    m.assignAdd(ops.multiply(ops.subtract(g, m.value), 1 - this.beta1));
    v.assignAdd(ops.multiply(ops.subtract(ops.square(g), v.value), 1 - this.beta2));
    const step = ops.divide(unbiased(m, this.beta1), ops.add(ops.sqrt(unbiased(v, this.beta2)), this.epsilon));
    const norm = (x: Tensor): Tensor => ops.sqrt(ops.sum(ops.square(x)));
    const own = norm(variable.value),
      moved = norm(step);
    const isUsable = ops.logicalAnd(ops.greater(own, 0), ops.greater(moved, 0));
    const ratio = ops.where(isUsable, ops.divide(own, ops.where(isUsable, moved, 1)), 1);
    variable.assignSub(ops.multiply(ops.multiply(ratio, rate), step));
  }
  override getConfig() {
    return { ...super.getConfig(), beta1: this.beta1, beta2: this.beta2, epsilon: this.epsilon };
  }
}
registerClass('keras.optimizers', Lamb);
