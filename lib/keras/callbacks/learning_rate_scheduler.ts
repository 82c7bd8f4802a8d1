/** LearningRateScheduler. */
import { describe } from '../../support/describe';
import { ValueError } from '../../support/errors';
import { checkOptionsOf, kinds, type OptionKinds } from '../options';
import type { Logs } from '../training/types';
import { Callback } from './callback';

/** Sets the learning rate before each epoch to `schedule(epoch, rate)`. */
export class LearningRateScheduler extends Callback {
  static positional = ['schedule'];
  static options: OptionKinds = { verbose: kinds.integer };
  private readonly verbose: number;
  constructor(
    private readonly schedule: (epoch: number, rate: number) => number,
    options: { verbose?: number } = {},
  ) {
    super();
    checkOptionsOf(new.target, 'LearningRateScheduler', options);
    if (typeof schedule !== 'function')
      throw new ValueError(
        `LearningRateScheduler: schedule must be a function of the epoch and the rate.\n  Received: ${describe(schedule)}`,
      );
    this.verbose = options.verbose ?? 0;
  }
  override onEpochBegin(epoch: number): void {
    const optimizer = this.model.optimizer!;
    const rate = this.schedule(epoch, optimizer.learningRate.item());
    if (typeof rate !== 'number')
      throw new ValueError(`LearningRateScheduler: the schedule must return a number.\n  Received: ${describe(rate)}`);
    optimizer.learningRate = rate;
    if (this.verbose > 0) console.log(`\nEpoch ${epoch + 1}: LearningRateScheduler setting learning rate to ${rate}.`);
  }
  override onEpochEnd(_epoch: number, logs: Logs = {}): void {
    logs.learning_rate = this.model.optimizer!.learningRate.item();
  }
}
