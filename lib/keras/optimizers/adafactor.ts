/** Adafactor. */
import * as ops from '../../ops/index';
import type { Tensor } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { Optimizer, splitRate, type LearningRate, type OptimizerOptions } from './optimizer';

export interface AdafactorOptions extends OptimizerOptions {
  /** Exponent c of the decay of the means of squares, 1 - step^c; negative. Default -0.8. */
  beta2Decay?: number;
  /** Added to the squares of gradients. Default 1e-30. */
  epsilon1?: number;
  /** Smallest root mean square of a weight that its steps are relative to. Default 1e-3. */
  epsilon2?: number;
  /** Largest root mean square of an update. Default 1. */
  clipThreshold?: number;
  /** Whether the learning rate is at most 1 / sqrt(step). Default true. */
  relativeStep?: boolean;
}
const rms = (x: Tensor): Tensor => x.square().mean().sqrt();
/**
 * Adam's second moments kept as means of rows and columns instead of each element; steps relative to the size of the
 * variable (Shazeer & Stern 2018). u = g / sqrt(v), w = w - max(epsilon2, rms(w)) min(rate, 1 / sqrt(t)) u / max(1, rms(u) / clip).
 * Defaults: rate 0.001, beta2Decay -0.8, epsilon1 1e-30, epsilon2 1e-3, clipThreshold 1, relativeStep true.
 */
export class Adafactor extends Optimizer {
  static override positional = ['learningRate'];
  static override options: OptionKinds = {
    beta2Decay: kinds.float,
    epsilon1: kinds.float,
    epsilon2: kinds.float,
    clipThreshold: kinds.float,
    relativeStep: kinds.boolean,
  };
  readonly beta2Decay: number;
  readonly epsilon1: number;
  readonly epsilon2: number;
  readonly clipThreshold: number;
  readonly relativeStep: boolean;
  /** @internal */ readonly rows: Variable[] = [];
  /** @internal */ readonly columns: Variable[] = [];
  /** @internal */ readonly velocities: Variable[] = [];
  constructor(learningRate?: LearningRate | AdafactorOptions, more: AdafactorOptions = {}) {
    const options = splitRate(learningRate, more);
    super(options, 0.001);
    this.beta2Decay = options.beta2Decay ?? -0.8;
    this.epsilon1 = options.epsilon1 ?? 1e-30;
    this.epsilon2 = options.epsilon2 ?? 1e-3;
    this.clipThreshold = options.clipThreshold ?? 1;
    this.relativeStep = options.relativeStep ?? true;
  }
  protected override buildSlots(): void {
    for (const v of this.variablesTrained) {
      // Vectors are not factored; Keras makes a scalar for each of the two all the same, and files hold it.
      const isFactored = v.ndim >= 2;
      this.rows.push(
        isFactored
          ? this.addVariable(v.shape.slice(0, -1), { dtype: v.dtype, name: v.name })
          : this.addVariable([], { name: v.name }),
      );
      this.columns.push(
        isFactored
          ? this.addVariable([...v.shape.slice(0, -2), v.shape.at(-1)!], { dtype: v.dtype, name: v.name })
          : this.addVariable([], { name: v.name }),
      );
      this.velocities.push(this.addSlot(v, 'velocity'));
    }
  }
  protected override updateStep(g: Tensor, variable: Variable, rate: Tensor): void {
    const i = this.indexOf(variable);
    const r = this.rows[i];
    const c = this.columns[i];
    const v = this.velocities[i];
    const t = this.localStep(g);
    const size = rate.minimum(t.rsqrt());
    const alpha = rms(variable.value).maximum(this.epsilon2).mul(size);
    const square = g.square().add(this.epsilon1);
    const rest = t.pow(this.beta2Decay); // 1 - beta2
    const decay = (slot: Variable, now: Tensor): Variable =>
      slot.assign(ops.subtract(1, rest).mul(slot.value).add(rest.mul(now)));
    if (variable.ndim >= 2) {
      decay(r, square.mean({ axis: -1 }));
      decay(c, square.mean({ axis: -2 }));
      const share = r.div(r.mean({ axis: -1, keepdims: true }));
      v.assign(share.expandDims(-1).mul(c.expandDims(-2)));
    } else decay(v, square);
    const u = g.div(v.sqrt());
    variable.assignSub(alpha.mul(u.div(rms(u).div(this.clipThreshold).maximum(1))));
  }
  override getConfig() {
    const { beta2Decay, epsilon1, epsilon2, clipThreshold, relativeStep } = this;
    return { ...super.getConfig(), beta2Decay, epsilon1, epsilon2, clipThreshold, relativeStep };
  }
}
registerClass('keras.optimizers', Adafactor);
