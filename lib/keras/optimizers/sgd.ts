/** Stochastic gradient descent. */
import { ValueError } from '../../support/errors';
import type { Tensor } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { Optimizer, splitRate, type LearningRate, type OptimizerOptions } from './optimizer';

export interface SGDOptions extends OptimizerOptions {
  /** Share of the last update that is added to each one, in [0, 1]. Default 0. */
  momentum?: number;
  /** Whether gradients are taken to be those of the point that momentum leads to. Default false. */
  nesterov?: boolean;
}
/**
 * w = w - rate g; with momentum m: m = momentum m - rate g, w = w + m (Nesterov: w + momentum m - rate g).
 * Defaults: rate 0.01, momentum 0.
 */
export class SGD extends Optimizer {
  static override positional = ['learningRate'];
  static override options: OptionKinds = { momentum: kinds.float, nesterov: kinds.boolean };
  readonly momentum: number;
  readonly nesterov: boolean;
  private momentums: Variable[] = [];
  constructor(learningRate?: LearningRate | SGDOptions, more: SGDOptions = {}) {
    const options = splitRate(learningRate, more);
    super(options, 0.01);
    this.momentum = options.momentum ?? 0;
    this.nesterov = options.nesterov ?? false;
    if (!(this.momentum >= 0 && this.momentum <= 1))
      throw new ValueError(`SGD: momentum must lie in [0, 1].\n  Received: ${this.momentum}`);
  }
  protected override buildSlots(): void {
    if (this.momentum) this.momentums = this.addSlots('momentum');
  }
  protected override updateStep(g: Tensor, v: Variable, rate: Tensor): void {
    const step = g.mul(rate);
    if (!this.momentum) {
      v.assignSub(step);
      return;
    }
    const m = this.momentums[this.indexOf(v)];
    m.assign(m.mul(this.momentum).sub(step));
    v.assignAdd(this.nesterov ? m.mul(this.momentum).sub(step) : m);
  }
  override getConfig() {
    return { ...super.getConfig(), momentum: this.momentum, nesterov: this.nesterov };
  }
}
registerClass('keras.optimizers', SGD);
