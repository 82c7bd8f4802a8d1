/** LossScaleOptimizer: keeps small gradients of half precision from vanishing. */
import { describe } from '../../support/describe';
import { RuntimeError, ValueError } from '../../support/errors';
import * as ops from '../../ops/index';
import { convert, type Tensor, type TensorLike } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { registerClass } from '../serialization/registry';
import { isSerialized, deserializeKerasObject } from '../serialization/serialize';
import { kinds, type OptionKinds } from '../options';
import { Optimizer, type LearningRate } from './optimizer';

export interface LossScaleOptions {
  /** First factor of the loss. */
  initialScale?: number;
  /** After so many steps with finite gradients the factor is doubled. */
  dynamicGrowthSteps?: number;
  /** Name in files. Default 'loss_scale_optimizer'. */
  name?: string | null;
}
/**
 * Multiplies the loss by a factor and divides the gradients by it before `innerOptimizer` gets them. A step with infinite
 * or NaN gradients changes nothing but halves the factor. Defaults: factor 2^15, doubled every 2000 steps.
 */
export class LossScaleOptimizer extends Optimizer {
  static override positional = ['innerOptimizer'];
  static override options: OptionKinds = { initialScale: kinds.float, dynamicGrowthSteps: kinds.count };
  readonly innerOptimizer: Optimizer;
  readonly initialScale: number;
  readonly dynamicGrowthSteps: number;
  private stepCounter!: Variable;
  private dynamicScale!: Variable;
  constructor(innerOptimizer: Optimizer, options: LossScaleOptions = {}) {
    super({ ...options, learningRate: 0 }, 0);
    const inner = isSerialized(innerOptimizer)
      ? deserializeKerasObject(innerOptimizer, { module: 'keras.optimizers' })
      : innerOptimizer;
    if (!(inner instanceof Optimizer))
      throw new ValueError(
        `LossScaleOptimizer: innerOptimizer must be an optimizer.\n  Received: ${describe(innerOptimizer)}`,
      );
    for (const [name, value] of Object.entries(options))
      if (
        !['initialScale', 'dynamicGrowthSteps', 'name'].includes(name) &&
        value !== null &&
        value !== false &&
        name !== 'emaMomentum'
      )
        throw new ValueError(
          `LossScaleOptimizer: ${name} belongs to the inner optimizer.\n  Received: ${describe(value)}\n  Fix: new ${inner.constructor.name}({ ${name}: ${describe(value)} }).`,
        );
    this.innerOptimizer = inner;
    this.initialScale = options.initialScale ?? 2 ** 15;
    this.dynamicGrowthSteps = options.dynamicGrowthSteps ?? 2000;
    inner.setLossScaleFactor(null); // scaled once
  }
  protected override buildSlots(): void {
    this.stepCounter = this.addVariable([], { dtype: 'int64', name: 'step_counter' });
    this.dynamicScale = this.addVariable([], { name: 'dynamic_scale' });
    this.setInitially(this.dynamicScale, convert(this.initialScale));
    this.innerOptimizer.build(this.variablesTrained);
  }
  override get variables(): Variable[] {
    return [...super.variables, ...this.innerOptimizer.variables];
  }
  override get iterations(): Variable {
    return this.innerOptimizer.iterations;
  }
  override get learningRate(): Variable | Tensor {
    return this.innerOptimizer.learningRate;
  }
  override set learningRate(value: LearningRate | TensorLike) {
    this.innerOptimizer.learningRate = value;
  }
  override apply(gradients: readonly (TensorLike | null)[], variables?: readonly Variable[]): void {
    if (!gradients.length) return;
    if (!this.built) this.build(variables ?? []);
    const present = gradients.filter((g): g is TensorLike => g !== null).map((g) => convert(g));
    const isFinite = present.map((g) => g.isfinite().all()).reduce((a, b) => a.logicalAnd(b));
    const scale = this.dynamicScale.value;
    const count = this.stepCounter.value;
    // Both outcomes are computed, and one of them kept.
    const state = [...this.variablesTrained, ...this.innerOptimizer.variables];
    const before = state.map((v) => v.value);
    this.innerOptimizer.apply(
      gradients.map((g) => (g === null ? null : convert(g).div(scale.cast(convert(g).dtype)))),
      variables ?? this.variablesTrained,
    );
    state.forEach((v, i) => v.assign(ops.where(isFinite, v.value, before[i])));
    const isDue = count.equal(this.dynamicGrowthSteps - 1);
    this.dynamicScale.assign(scale.mul(ops.where(isFinite, ops.where(isDue, 2, 1), 0.5)));
    this.stepCounter.assign(ops.where(isFinite.logicalAnd(isDue.logicalNot()), count.add(1), 0));
  }
  protected updateStep(): never {
    throw new RuntimeError('LossScaleOptimizer: updates are made by its inner optimizer.');
  }
  override scaleLoss(loss: Tensor): Tensor {
    return loss.mul(this.built ? this.dynamicScale.cast(loss.dtype) : this.initialScale);
  }
  override finalizeVariableValues(variables?: readonly Variable[]): void {
    this.innerOptimizer.finalizeVariableValues(variables);
  }
  override getConfig() {
    return {
      name: this.name,
      innerOptimizer: this.innerOptimizer,
      initialScale: this.initialScale,
      dynamicGrowthSteps: this.dynamicGrowthSteps,
    };
  }
}
registerClass('keras.optimizers', LossScaleOptimizer);
