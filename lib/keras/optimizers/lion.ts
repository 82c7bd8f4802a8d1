/** Lion. */
import { ValueError } from '../../support/errors';
import type { Tensor } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { Optimizer, splitRate, type LearningRate, type OptimizerOptions } from './optimizer';

export interface LionOptions extends OptimizerOptions {
  /** Share of the mean of past gradients in the direction of a step, in (0, 1]. Default 0.9. */
  beta1?: number;
  /** Decay of this mean at each step, in [0, 1). Default 0.99. */
  beta2?: number;
}
/**
 * w = w - rate sign(beta1 m + (1 - beta1) g), m = beta2 m + (1 - beta2) g (Chen et al. 2023): each step has the size of the
 * rate, so it wants a smaller one than Adam. Defaults: rate 0.001, 0.9, 0.99.
 */
export class Lion extends Optimizer {
  static override positional = ['learningRate'];
  static override options: OptionKinds = { beta1: kinds.float, beta2: kinds.float };
  readonly beta1: number;
  readonly beta2: number;
  private momentums: Variable[] = [];
  constructor(learningRate?: LearningRate | LionOptions, more: LionOptions = {}) {
    const options = splitRate(learningRate, more);
    super(options, 0.001);
    this.beta1 = options.beta1 ?? 0.9;
    this.beta2 = options.beta2 ?? 0.99;
    if (!(this.beta1 > 0 && this.beta1 <= 1))
      throw new ValueError(
        `Lion: beta1 must lie above 0 and up to 1: without momentum only signs are left.\n  Received: ${this.beta1}`,
      );
  }
  protected override buildSlots(): void {
    this.momentums = this.addSlots('momentum');
  }
  protected override updateStep(g: Tensor, variable: Variable, rate: Tensor): void {
    const m = this.momentums[this.indexOf(variable)];
    const mixed = (beta: number): Tensor => m.mul(beta).add(g.mul(1 - beta));
    variable.assignSub(rate.mul(mixed(this.beta1).sign()));
    m.assign(mixed(this.beta2));
  }
  override getConfig() {
    return { ...super.getConfig(), beta1: this.beta1, beta2: this.beta2 };
  }
}
registerClass('keras.optimizers', Lion);
