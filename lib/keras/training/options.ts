/** What compile, fit, evaluate and predict can be told. */
import { describe } from '../../describe';
import { ValueError } from '../../errors';
import type { Callback } from '../callbacks/callback';
import type { Batch, Data } from './types';

export interface CompileOptions {
  optimizer?: unknown;
  /** A name, a Loss, a function, or one for each output. */
  loss?: unknown;
  lossWeights?: unknown;
  metrics?: unknown;
  weightedMetrics?: unknown;
  /** Runs steps op by op, for debugging: values can be read inside of `call`. */
  runEagerly?: boolean;
  /** Callbacks hear of batches every so many steps. */
  stepsPerExecution?: number;
  jitCompile?: unknown;
  autoScaleLoss?: boolean;
}
export type Verbose = 'auto' | 0 | 1 | 2;
/** @internal */
export interface RunOptions {
  batchSize?: number | null;
  verbose?: Verbose;
  callbacks?: readonly Callback[] | Callback | null;
  signal?: AbortSignal | null;
}
export interface FitOptions extends RunOptions {
  epochs?: number;
  validationSplit?: number;
  /** [x, y], [x, y, sampleWeight] or an iterable of batches. */
  validationData?: readonly unknown[] | Iterable<Batch> | AsyncIterable<Batch> | null;
  shuffle?: boolean;
  classWeight?: Readonly<Record<number, number>> | null;
  sampleWeight?: Data | null;
  initialEpoch?: number;
  stepsPerEpoch?: number | null;
  validationSteps?: number | null;
  validationBatchSize?: number | null;
  /** Validate every n-th epoch, or in these epochs (counted from 1). */
  validationFreq?: number | readonly number[];
}
export interface EvaluateOptions extends RunOptions {
  sampleWeight?: Data | null;
  steps?: number | null;
  returnDict?: boolean;
}
export interface PredictOptions extends RunOptions {
  steps?: number | null;
}
/** @internal */
export const COMPILE = ['optimizer', 'loss', 'lossWeights', 'metrics', 'weightedMetrics', 'runEagerly', 'stepsPerExecution', 'jitCompile', 'autoScaleLoss'];
/** @internal */
export const FIT = [
  'epochs',
  'batchSize',
  'validationSplit',
  'validationData',
  'shuffle',
  'classWeight',
  'sampleWeight',
  'callbacks',
  'verbose',
  'initialEpoch',
  'stepsPerEpoch',
  'validationSteps',
  'validationBatchSize',
  'validationFreq',
  'signal',
];
/** @internal */
export const EVALUATE = ['batchSize', 'verbose', 'sampleWeight', 'steps', 'callbacks', 'returnDict', 'signal'];
/** @internal */
export const PREDICT = ['batchSize', 'verbose', 'steps', 'callbacks', 'signal'];

/** @internal Checks a count. */
export function wholeNumber(where: string, name: string, value: unknown, least: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least)
    throw new ValueError(`${where}: ${name} must be a whole number >= ${least}.\n  Received: ${describe(value)}`);
  return value;
}
