/** What compile, fit, evaluate and predict can be told. */
import { describe } from '../../support/describe';
import { ValueError } from '../../support/errors';
import type { CallbackHooks } from './callback_hooks';
import type { Batch, Data } from './types';
import { kinds } from '../options';
import type { LossOption } from '../losses/loss';
import type { MetricsOption } from '../metrics/metric';
import type { OptimizerIdentifier } from '../optimizers/optimizer';

export interface CompileOptions {
  /** How gradients become updates: an optimizer, or the name of one with its default settings. Default 'rmsprop', as in Keras. */
  optimizer?: OptimizerIdentifier;
  /** A name, a Loss, a function, or one for each output. */
  loss?: LossOption;
  /** A factor for the loss of each output: one number, an array in the order of the outputs, or a record by name. Default: 1 each. */
  lossWeights?: unknown;
  /** What is measured beside the loss, without the weights of examples: an array for one output, an array of arrays or a record by output name for several. 'accuracy' is the one that fits the shapes of targets and outputs. */
  metrics?: MetricsOption;
  /** As `metrics`, with the weights of examples. */
  weightedMetrics?: MetricsOption;
  /** Runs steps op by op, for debugging: values can be read inside of `call`. */
  runEagerly?: boolean;
  /** Callbacks hear of batches every so many steps. */
  stepsPerExecution?: number;
  /** Accepted for the sake of Keras: steps are compiled anyway, unless `runEagerly` is true. */
  jitCompile?: unknown;
  /** Whether a model whose policy is 'mixed_float16' gets a LossScaleOptimizer around its optimizer. Default true. */
  autoScaleLoss?: boolean;
}
export type Verbose = 'auto' | 0 | 1 | 2;
/** @internal */
export interface RunOptions {
  /** Examples in one step, >= 1. Default 32. Not for data that come in batches. */
  batchSize?: number | null;
  /** 0: silent; 1: a bar for each epoch; 2: a line for each epoch; 'auto' (default): 1, or 2 where the output is no terminal. */
  verbose?: Verbose;
  /** Objects that are told of epochs and batches; they may end the run. */
  callbacks?: readonly CallbackHooks[] | CallbackHooks | null;
  /** Ends the run at the next batch: the promise is rejected, and the model keeps what it has learned. */
  signal?: AbortSignal | null;
}
export interface FitOptions extends RunOptions {
  /** Number of the last epoch: how often the data are gone through, less `initialEpoch`. Default 1. */
  epochs?: number;
  /** Share of the examples, in [0, 1), kept for validation: the last ones, before shuffling. Default 0. */
  validationSplit?: number;
  /** [x, y], [x, y, sampleWeight] or an iterable of batches. */
  validationData?: readonly unknown[] | Iterable<Batch> | AsyncIterable<Batch> | null;
  /** Whether the examples come in another order in each epoch. Default true. Data that come in batches are not shuffled. */
  shuffle?: boolean;
  /** Factor on the loss of the examples of each class: `{ 0: 1, 1: 5 }`. For models with one output; not beside `sampleWeight`. */
  classWeight?: Readonly<Record<number, number>> | null;
  /** Factor on the loss of each example, (examples,), or of each step, (examples, steps). Default: 1 each. */
  sampleWeight?: Data | null;
  /** Epoch to begin with, counted from 0. Default 0. */
  initialEpoch?: number;
  /** Batches in an epoch; the next one goes on where it ended. Default null: all of the data. */
  stepsPerEpoch?: number | null;
  /** Batches of validation data that are used. Default null: all. */
  validationSteps?: number | null;
  /** Examples in a step of the validation. Default: batchSize. */
  validationBatchSize?: number | null;
  /** Validate every n-th epoch, or in these epochs (counted from 1). */
  validationFreq?: number | readonly number[];
}
export interface EvaluateOptions extends RunOptions {
  /** Factor on the loss of each example. Default: 1 each. */
  sampleWeight?: Data | null;
  /** Batches that are used. Default null: all. */
  steps?: number | null;
  /** Whether the results come as `{ loss, accuracy }` instead of `[loss, accuracy]`. Default false. */
  returnDict?: boolean;
}
export interface PredictOptions extends RunOptions {
  /** Batches that are used. Default null: all. */
  steps?: number | null;
}
/** @internal */
export const COMPILE = {
  optimizer: kinds.any,
  loss: kinds.any,
  lossWeights: kinds.any,
  metrics: kinds.any,
  weightedMetrics: kinds.any,
  runEagerly: kinds.boolean,
  stepsPerExecution: kinds.positiveCount,
  jitCompile: kinds.any,
  autoScaleLoss: kinds.boolean,
};
/** @internal */
export const FIT = {
  epochs: kinds.integer,
  batchSize: kinds.integer,
  validationSplit: kinds.numbers,
  validationData: kinds.any,
  shuffle: kinds.boolean,
  classWeight: kinds.any,
  sampleWeight: kinds.any,
  callbacks: kinds.any,
  verbose: kinds.integer,
  initialEpoch: kinds.integer,
  stepsPerEpoch: kinds.integer,
  validationSteps: kinds.positiveCount,
  validationBatchSize: kinds.positiveCount,
  validationFreq: kinds.integers,
  signal: kinds.signal,
};
/** @internal */
export const EVALUATE = {
  batchSize: kinds.integer,
  verbose: kinds.integer,
  sampleWeight: kinds.any,
  steps: kinds.positiveCount,
  callbacks: kinds.any,
  returnDict: kinds.boolean,
  signal: kinds.signal,
};
/** @internal */
export const PREDICT = {
  batchSize: kinds.integer,
  verbose: kinds.integer,
  steps: kinds.positiveCount,
  callbacks: kinds.any,
  signal: kinds.signal,
};

/** @internal Checks a count. */
export function integerOption(where: string, name: string, value: unknown, least: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least)
    throw new ValueError(`${where}: ${name} must be an integer >= ${least}.\n  Received: ${describe(value)}`);
  return value;
}
