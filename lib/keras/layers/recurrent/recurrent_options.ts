/** Options that SimpleRNN, GRU, LSTM, their convolutional kin and their cells share: weights, activations, dropout. */
import { describe } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import { recordOf } from '../../../support/guard';
import * as activations from '../../activations';
import * as constraints from '../../constraints';
import * as initializers from '../../initializers';
import * as regularizers from '../../regularizers';
import { serializeKerasObject } from '../../serialization/serialize';
import type { LayerOptions } from '../layer';
import type { ActivationIdentifier } from '../../activations';
import type { ConstraintIdentifier } from '../../constraints';
import type { InitializerIdentifier } from '../../initializers/initializer';
import type { RegularizerIdentifier } from '../../regularizers';
import { kinds } from '../../options';
import type { BiasWeightOptions, KernelWeightOptions } from '../weight_options';

export interface SimpleRNNCellOptions extends LayerOptions, KernelWeightOptions, BiasWeightOptions {
  /** Default 'tanh'; null for none. */
  activation?: ActivationIdentifier;
  /** Default 'orthogonal'. */
  recurrentInitializer?: InitializerIdentifier;
  /** Penalty on the recurrent kernel, added to the loss. Default null: none. */
  recurrentRegularizer?: RegularizerIdentifier;
  /** Applied to the recurrent kernel after each update. Default null: none. */
  recurrentConstraint?: ConstraintIdentifier;
  /** Share of the inputs that is dropped while training; the same ones at all steps. Default 0. */
  dropout?: number;
  /** Share of the recurrent state that is dropped while training. Default 0. */
  recurrentDropout?: number;
  /** Seed of the dropouts, an integer >= 0. Default null: of its own. */
  seed?: number | null;
}
export interface GatedCellOptions extends SimpleRNNCellOptions {
  /** Of the gates. Default 'sigmoid'; null for none. */
  recurrentActivation?: ActivationIdentifier;
  /** 1: a product and a dropout mask for each gate; 2: one for all. Default 2; recurrentDropout makes it 1. */
  implementation?: 1 | 2;
}
const WEIGHTS = {
  kernelInitializer: kinds.initializer,
  recurrentInitializer: kinds.initializer,
  biasInitializer: kinds.initializer,
  kernelRegularizer: kinds.regularizer,
  recurrentRegularizer: kinds.regularizer,
  biasRegularizer: kinds.regularizer,
  kernelConstraint: kinds.constraint,
  recurrentConstraint: kinds.constraint,
  biasConstraint: kinds.constraint,
};

/** @internal The options, checked and resolved. */
export class RecurrentOptions {
  /** Of SimpleRNN's cell. */
  static readonly simple = {
    activation: kinds.activation,
    useBias: kinds.boolean,
    ...WEIGHTS,
    dropout: kinds.float,
    recurrentDropout: kinds.float,
    seed: kinds.seed,
  };
  /** Of cells with gates. */
  static readonly gated = { ...RecurrentOptions.simple, recurrentActivation: kinds.activation };
  readonly activation;
  readonly recurrentActivation;
  readonly useBias;
  readonly kernelInitializer;
  readonly recurrentInitializer;
  readonly biasInitializer;
  readonly kernelRegularizer;
  readonly recurrentRegularizer;
  readonly biasRegularizer;
  readonly kernelConstraint;
  readonly recurrentConstraint;
  readonly biasConstraint;
  readonly dropout;
  readonly recurrentDropout;
  readonly seed;
  constructor(where: string, o: GatedCellOptions) {
    recordOf(where, o);
    this.activation = activations.get(o.activation === undefined ? 'tanh' : o.activation);
    this.recurrentActivation = activations.get(o.recurrentActivation === undefined ? 'sigmoid' : o.recurrentActivation);
    this.useBias = o.useBias ?? true;
    this.kernelInitializer = initializers.get(o.kernelInitializer ?? 'glorot_uniform')!;
    this.recurrentInitializer = initializers.get(o.recurrentInitializer ?? 'orthogonal')!;
    this.biasInitializer = initializers.get(o.biasInitializer ?? 'zeros')!;
    this.kernelRegularizer = regularizers.get(o.kernelRegularizer);
    this.recurrentRegularizer = regularizers.get(o.recurrentRegularizer);
    this.biasRegularizer = regularizers.get(o.biasRegularizer);
    this.kernelConstraint = constraints.get(o.kernelConstraint);
    this.recurrentConstraint = constraints.get(o.recurrentConstraint);
    this.biasConstraint = constraints.get(o.biasConstraint);
    this.dropout = share(where, 'dropout', o.dropout);
    this.recurrentDropout = share(where, 'recurrentDropout', o.recurrentDropout);
    this.seed = o.seed ?? null;
  }
  get kernel() {
    return {
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
      name: 'kernel',
    };
  }
  get recurrentKernel() {
    return {
      initializer: this.recurrentInitializer,
      regularizer: this.recurrentRegularizer,
      constraint: this.recurrentConstraint,
      name: 'recurrent_kernel',
    };
  }
  get bias() {
    return {
      initializer: this.biasInitializer,
      regularizer: this.biasRegularizer,
      constraint: this.biasConstraint,
      name: 'bias',
    };
  }
  /** What SimpleRNN's cell stores. */
  simpleConfig(): Record<string, unknown> {
    return {
      activation: activations.serialize(this.activation),
      useBias: this.useBias,
      ...Object.fromEntries(
        Object.keys(WEIGHTS).map((k) => [k, serializeKerasObject(this[k as keyof typeof WEIGHTS])]),
      ),
      dropout: this.dropout,
      recurrentDropout: this.recurrentDropout,
      seed: this.seed,
    };
  }
  /** What cells with gates store. */
  gatedConfig(): Record<string, unknown> {
    return { ...this.simpleConfig(), recurrentActivation: activations.serialize(this.recurrentActivation) };
  }
}
// Porting note: Keras moves rates outside of [0, 1] to its ends without a word.
function share(where: string, what: string, value: number | undefined): number {
  if (value === undefined) return 0;
  if (typeof value !== 'number' || !(value >= 0 && value <= 1))
    throw new ValueError(`${where}: ${what} must lie between 0 and 1.\n  Received: ${describe(value)}`);
  return value;
}
