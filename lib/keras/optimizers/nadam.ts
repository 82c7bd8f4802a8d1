/** Nadam. */
import * as ops from '../../ops/index';
import { convert, type DType, type Tensor } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { Optimizer, splitRate, type LearningRate, type OptimizerOptions } from './optimizer';

export interface NadamOptions extends OptimizerOptions {
  /** Decay of the mean of the gradients at each step, in [0, 1). Default 0.9. */
  beta1?: number;
  /** Decay of the mean of their squares at each step, in [0, 1). Default 0.999. */
  beta2?: number;
  /** Added to the root of the mean of squares, so that nothing is divided by 0. Default 1e-7. */
  epsilon?: number;
}
const DECAY = 0.96;
/**
 * Adam with Nesterov momentum (Dozat 2015). With u(t) = beta1 (1 - 0.96^t / 2) and U(t) the product of all u up to t:
 * m' = u(t + 1) m / (1 - U(t + 1)) + (1 - u(t)) g / (1 - U(t)), v' = v / (1 - beta2^t), w = w - rate m' / (sqrt(v') + epsilon).
 * Defaults: rate 0.001, 0.9, 0.999, 1e-7.
 */
export class Nadam extends Optimizer {
  static override positional = ['learningRate'];
  static override options: OptionKinds = { beta1: kinds.float, beta2: kinds.float, epsilon: kinds.float };
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  private momentums: Variable[] = [];
  private velocities: Variable[] = [];
  /** @internal Of the momentums of all steps so far. */
  product!: Variable;
  /** @internal Factor on t in 0.96^t: 0.004 in models of Keras 1 and of tf.keras before 2.11. */
  scheduleDecay = 1;
  constructor(learningRate?: LearningRate | NadamOptions, more: NadamOptions = {}) {
    const options = splitRate(learningRate, more);
    super(options, 0.001);
    this.beta1 = options.beta1 ?? 0.9;
    this.beta2 = options.beta2 ?? 0.999;
    this.epsilon = options.epsilon ?? 1e-7;
  }
  protected override buildSlots(): void {
    [this.momentums, this.velocities] = this.addSlotPairs('momentum', 'velocity');
    this.product = this.addVariable([], { initializer: 'ones', dtype: this.variablesTrained[0]?.dtype ?? 'float32' });
  }
  /** @internal u(t) */
  momentumOfStep(t: number): number {
    return this.beta1 * (1 - 0.5 * DECAY ** (this.scheduleDecay * t));
  }
  // u(t + ahead)
  private momentumAt(ahead: number, like: Tensor | DType): Tensor {
    const decayed = ops.power(DECAY ** this.scheduleDecay, this.localStep(like).add(ahead));
    return ops.subtract(1, decayed.mul(0.5)).mul(this.beta1);
  }
  protected override beforeUpdates(): void {
    this.product.assign(this.product.mul(this.momentumAt(0, this.product.dtype)));
  }
  protected override updateStep(g: Tensor, variable: Variable, rate: Tensor): void {
    const i = this.indexOf(variable);
    const m = this.momentums[i];
    const v = this.velocities[i];
    const now = this.momentumAt(0, g);
    const next = this.momentumAt(1, g);
    const product = this.product.cast(g.dtype);
    // In the dtype of the variable, as Keras: 1 - 0.999 is not 0.001 in float32.
    const rest = (beta: number): Tensor => ops.subtract(1, convert(beta, g));
    m.assignAdd(g.sub(m).mul(rest(this.beta1)));
    v.assignAdd(g.square().sub(v).mul(rest(this.beta2)));
    const ofPast = next.mul(m).div(ops.subtract(1, product.mul(next)));
    const ofGradient = ops.subtract(1, now).mul(g).div(ops.subtract(1, product));
    const mean = ofPast.add(ofGradient);
    const square = v.div(ops.subtract(1, ops.power(this.beta2, this.localStep(g))));
    variable.assignSub(mean.mul(rate).div(square.sqrt().add(this.epsilon)));
  }
  override getConfig() {
    return { ...super.getConfig(), beta1: this.beta1, beta2: this.beta2, epsilon: this.epsilon };
  }
}
registerClass('keras.optimizers', Nadam);
