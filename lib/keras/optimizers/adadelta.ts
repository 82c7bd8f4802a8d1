/** Adadelta. */
import type { Tensor } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { Optimizer, splitRate, type LearningRate, type OptimizerOptions } from './optimizer';

export interface AdadeltaOptions extends OptimizerOptions {
  /** Decay of the means of squares at each step, in [0, 1). Default 0.95. */
  rho?: number;
  /** Added under the roots, so that nothing is divided by 0. Default 1e-7. */
  epsilon?: number;
}
/**
 * a = rho a + (1 - rho) g^2, s = g sqrt(d + epsilon) / sqrt(a + epsilon), d = rho d + (1 - rho) s^2, w = w - rate s
 * (Zeiler 2012). Defaults: rate 0.001 (the paper has 1), rho 0.95, epsilon 1e-7.
 */
export class Adadelta extends Optimizer {
  static override positional = ['learningRate'];
  static override options: OptionKinds = { rho: kinds.float, epsilon: kinds.float };
  readonly rho: number;
  readonly epsilon: number;
  private gradients: Variable[] = [];
  private moves: Variable[] = [];
  constructor(learningRate?: LearningRate | AdadeltaOptions, more: AdadeltaOptions = {}) {
    const options = splitRate(learningRate, more);
    super(options, 0.001);
    this.rho = options.rho ?? 0.95;
    this.epsilon = options.epsilon ?? 1e-7;
  }
  protected override buildSlots(): void {
    [this.gradients, this.moves] = this.addSlotPairs('accumulated_grad', 'accumulated_delta_var');
  }
  protected override updateStep(g: Tensor, variable: Variable, rate: Tensor): void {
    const i = this.indexOf(variable);
    const gradient = this.gradients[i];
    const moved = this.moves[i];
    const decay = (v: Variable, x: Tensor): Variable => v.assign(v.mul(this.rho).add(x.square().mul(1 - this.rho)));
    const size = (v: Variable): Tensor => v.add(this.epsilon).sqrt();
    decay(gradient, g);
    const step = size(moved).mul(g).div(size(gradient));
    decay(moved, step);
    variable.assignSub(rate.mul(step));
  }
  override getConfig() {
    return { ...super.getConfig(), rho: this.rho, epsilon: this.epsilon };
  }
}
registerClass('keras.optimizers', Adadelta);
