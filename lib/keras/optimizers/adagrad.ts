/** Adagrad. */
import type { Tensor } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { Optimizer, splitRate, type LearningRate, type OptimizerOptions } from './optimizer';

export interface AdagradOptions extends OptimizerOptions {
  /** First value of the sums of squares, >= 0. Default 0.1. */
  initialAccumulatorValue?: number;
  /** Added under the root, so that nothing is divided by 0. Default 1e-7. */
  epsilon?: number;
}
/**
 * a = a + g^2, w = w - rate g / sqrt(a + epsilon) (Duchi et al. 2011): steps get smaller where gradients have been large.
 * Defaults: rate 0.001, a starts at 0.1, epsilon 1e-7.
 */
export class Adagrad extends Optimizer {
  static override positional = ['learningRate'];
  static override options: OptionKinds = { initialAccumulatorValue: kinds.float, epsilon: kinds.float };
  readonly initialAccumulatorValue: number;
  readonly epsilon: number;
  private sums: Variable[] = [];
  constructor(learningRate?: LearningRate | AdagradOptions, more: AdagradOptions = {}) {
    const options = splitRate(learningRate, more);
    super(options, 0.001);
    this.initialAccumulatorValue = options.initialAccumulatorValue ?? 0.1;
    this.epsilon = options.epsilon ?? 1e-7;
  }
  protected override buildSlots(): void {
    this.sums = this.addSlots('accumulator', this.initialAccumulatorValue);
  }
  protected override updateStep(g: Tensor, variable: Variable, rate: Tensor): void {
    const sum = this.sums[this.indexOf(variable)];
    sum.assignAdd(g.square());
    variable.assignSub(rate.mul(g).div(sum.add(this.epsilon).sqrt()));
  }
  override getConfig() {
    return { ...super.getConfig(), initialAccumulatorValue: this.initialAccumulatorValue, epsilon: this.epsilon };
  }
}
registerClass('keras.optimizers', Adagrad);
