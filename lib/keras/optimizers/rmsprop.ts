/** RMSprop. */
import { convert, run, type Tensor } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { registerClass } from '../serialization/registry';
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
  static override options = ['rho', 'momentum', 'epsilon', 'centered'];
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
    const i = this.indexOf(variable),
      num = (value: number): Tensor => convert(value, g);
    const decayed = (slot: Variable, now: Tensor): Tensor => {
      const next = run('add', [
        run('multiply', [num(this.rho), slot.value]),
        run('multiply', [num(1 - this.rho), now]),
      ]);
      slot.assign(next);
      return next;
    };
    let scale = decayed(this.velocities[i], run('square', [g]));
    if (this.centered) scale = run('subtract', [scale, run('square', [decayed(this.means[i], g)])]);
    let step = run('divide', [run('multiply', [rate, g]), run('sqrt', [run('add', [scale, num(this.epsilon)])])]);
    if (this.momentum > 0) {
      step = run('add', [run('multiply', [num(this.momentum), this.momentums[i].value]), step]);
      this.momentums[i].assign(step);
    }
    variable.assign(run('subtract', [variable.value, step]));
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
