/** LambdaCallback. */
import { checkOptionsOf, kinds, type OptionKinds } from '../options';
import { Callback } from './callback';

const HOOKS = [
  'onEpochBegin',
  'onEpochEnd',
  'onTrainBegin',
  'onTrainEnd',
  'onTrainBatchBegin',
  'onTrainBatchEnd',
  'onTestBegin',
  'onTestEnd',
  'onTestBatchBegin',
  'onTestBatchEnd',
  'onPredictBegin',
  'onPredictEnd',
  'onPredictBatchBegin',
  'onPredictBatchEnd',
] as const;
/** Functions for the events of a callback: `new LambdaCallback({ onEpochEnd: (epoch, logs) => ... })`. */
export class LambdaCallback extends Callback {
  static options: OptionKinds = Object.fromEntries(HOOKS.map((name) => [name, kinds.any]));
  constructor(functions: Partial<Pick<Callback, (typeof HOOKS)[number]>>) {
    super();
    checkOptionsOf(new.target, 'LambdaCallback', functions);
    Object.assign(this, Object.fromEntries(Object.entries(functions).filter(([, f]) => f)));
  }
}
