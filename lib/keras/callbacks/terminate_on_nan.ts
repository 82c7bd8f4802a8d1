/** TerminateOnNaN. */
import { RuntimeError } from '../../support/errors';
import { checkOptionsOf, kinds, type OptionKinds } from '../options';
import type { Logs } from '../training/types';
import { Callback } from './callback';

/** Ends training when the loss of a batch is NaN or infinite; with `raiseError` by an error. */
export class TerminateOnNaN extends Callback {
  static options: OptionKinds = { raiseError: kinds.boolean };
  private readonly raiseError: boolean;
  constructor(options: { raiseError?: boolean } = {}) {
    super();
    checkOptionsOf(new.target, 'TerminateOnNaN', options);
    this.raiseError = options.raiseError ?? false;
  }
  override onTrainBatchEnd(batch: number, logs: Logs = {}): void {
    if (logs.loss === undefined || Number.isFinite(logs.loss)) return;
    if (this.raiseError) throw new RuntimeError(`TerminateOnNaN: the loss of batch ${batch} is ${logs.loss}.`);
    console.log(`Batch ${batch}: Invalid loss, terminating training`);
    this.model.stopTraining = true;
  }
}
