/** Ftrl: follow the regularized leader. */
import { describe } from '../../support/describe';
import { ValueError } from '../../support/errors';
import * as ops from '../../ops/index';
import type { Tensor } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { Optimizer, splitRate, type LearningRate, type OptimizerOptions } from './optimizer';

interface FtrlSettings {
  /** Exponent of the sums of squares in the rate of each weight, <= 0. Default -0.5; 0 keeps the rate. */
  learningRatePower: number;
  /** First value of the sums of squares, >= 0. Default 0.1. */
  initialAccumulatorValue: number;
  /** Strength of the L1 penalty that is part of each update, >= 0. Default 0. */
  l1RegularizationStrength: number;
  /** Strength of the L2 penalty that is part of each update, >= 0. Default 0. */
  l2RegularizationStrength: number;
  /** Strength of an L2 penalty on the present weights, which changes gradients and not sums of squares, >= 0. Default 0. */
  l2ShrinkageRegularizationStrength: number;
  /** Added, divided by twice the learning rate, to `l2RegularizationStrength`. Default 0. */
  beta: number;
}
export type FtrlOptions = OptimizerOptions & Partial<FtrlSettings>;
const defaults: FtrlSettings = {
  learningRatePower: -0.5,
  initialAccumulatorValue: 0.1,
  l1RegularizationStrength: 0,
  l2RegularizationStrength: 0,
  l2ShrinkageRegularizationStrength: 0,
  beta: 0,
};
/**
 * n' = n + g^2, s = (n'^-p - n^-p) / rate, z = z + g - s w, w = (clip(z, -l1, l1) - z) / (n'^-p / rate + 2 l2 + beta / rate)
 * with p = learningRatePower (McMahan et al. 2013); `l2Shrinkage...` adds 2 strength w to g in z. For sparse linear models.
 * Defaults: rate 0.001, p -0.5, n starts at 0.1, strengths and beta 0.
 */
export class Ftrl extends Optimizer {
  static override positional = ['learningRate'];
  static override options: OptionKinds = {
    learningRatePower: kinds.float,
    initialAccumulatorValue: kinds.float,
    l1RegularizationStrength: kinds.float,
    l2RegularizationStrength: kinds.float,
    l2ShrinkageRegularizationStrength: kinds.float,
    beta: kinds.float,
  };
  readonly ftrl: Readonly<FtrlSettings>;
  private sums: Variable[] = [];
  private linears: Variable[] = [];
  constructor(learningRate?: LearningRate | FtrlOptions, more: FtrlOptions = {}) {
    const options = splitRate(learningRate, more);
    super(options, 0.001);
    const given = Object.entries(defaults).map(
      ([name, value]) => [name, (options as Record<string, unknown>)[name] ?? value] as const,
    );
    this.ftrl = Object.fromEntries(given) as FtrlSettings;
    for (const [name, value] of given) {
      if (name === 'beta') continue;
      const isRight = name === 'learningRatePower' ? (value as number) <= 0 : (value as number) >= 0;
      if (!isRight)
        throw new ValueError(
          `Ftrl: ${name} must be ${name === 'learningRatePower' ? '<=' : '>='} 0.\n  Received: ${describe(value)}`,
        );
    }
  }
  protected override buildSlots(): void {
    [this.sums, this.linears] = this.addSlotPairs('accumulator', 'linear', this.ftrl.initialAccumulatorValue);
  }
  protected override updateStep(g: Tensor, variable: Variable, rate: Tensor): void {
    const {
      learningRatePower,
      l1RegularizationStrength: l1,
      l2RegularizationStrength,
      l2ShrinkageRegularizationStrength,
      beta,
    } = this.ftrl;
    const i = this.indexOf(variable);
    const sum = this.sums[i];
    const linear = this.linears[i];
    const w = variable.value;
    const raised = (n: Tensor): Tensor => n.pow(-learningRatePower);
    const next = sum.add(g.square());
    const shrunk = g.add(w.mul(2 * l2ShrinkageRegularizationStrength));
    linear.assignAdd(shrunk.sub(raised(next).sub(raised(sum.value)).div(rate).mul(w)));
    const l2 = ops.divide(beta / 2, rate).add(l2RegularizationStrength);
    const quadratic = raised(next).div(rate).add(l2.mul(2));
    variable.assign(linear.clip(-l1, l1).sub(linear.value).div(quadratic));
    sum.assign(next);
  }
  override getConfig() {
    return { ...super.getConfig(), ...this.ftrl };
  }
}
registerClass('keras.optimizers', Ftrl);
