/** SwapEMAWeights. */
import { ValueError } from '../../support/errors';
import { LossScaleOptimizer, MultiOptimizer, type Optimizer } from '../optimizers/index';
import { checkOptionsOf, kinds, type OptionKinds } from '../options';
import { Callback } from './callback';

/**
 * Puts the moving averages that an optimizer with `useEma` keeps in the place of the weights while the model is evaluated or
 * predicts, and with `swapOnEpoch` between epochs too, so that what is saved then has them.
 */
export class SwapEMAWeights extends Callback {
  static options: OptionKinds = { swapOnEpoch: kinds.boolean };
  private readonly swapOnEpoch: boolean;
  private hasAverages = false;
  constructor(options: { swapOnEpoch?: boolean } = {}) {
    super();
    checkOptionsOf(new.target, 'SwapEMAWeights', options);
    this.swapOnEpoch = options.swapOnEpoch ?? false;
  }
  private get averaging(): Optimizer[] {
    const given = this.model.optimizer!;
    const inner = given instanceof LossScaleOptimizer ? given.innerOptimizer : given;
    const list = (inner instanceof MultiOptimizer ? inner.optimizers : [inner]).filter((o) => o.settings.useEma);
    if (!list.length)
      throw new ValueError(
        `SwapEMAWeights: optimizer '${inner.name}' keeps no moving averages.\n  Fix: make it with useEma: true.`,
      );
    return list;
  }
  private toAverages(on: boolean): void {
    if (this.hasAverages === on) return;
    for (const o of this.averaging) o.swapAverages();
    this.hasAverages = on;
  }
  override onEpochBegin(): void {
    if (this.swapOnEpoch) this.toAverages(false);
  }
  override onEpochEnd(epoch: number): void {
    if (!this.swapOnEpoch) return;
    this.toAverages(true);
    // The end of training replaces the weights by the averages: after the last epoch both are the same.
    if (epoch === this.params.epochs - 1) for (const o of this.averaging) o.averagesFromWeights();
  }
  override onTestBegin(): void {
    this.toAverages(true);
  }
  override onTestEnd(): void {
    this.toAverages(false);
  }
  override onPredictBegin(): void {
    this.toAverages(true);
  }
  override onPredictEnd(): void {
    this.toAverages(false);
  }
}
