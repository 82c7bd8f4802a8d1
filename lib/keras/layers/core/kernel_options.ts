/** Options of layers with a kernel and a bias. */
import { describe } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import * as activations from '../../activations';
import * as constraints from '../../constraints';
import * as initializers from '../../initializers';
import * as regularizers from '../../regularizers';
import { serializeKerasObject } from '../../serialization/serialize';
import type { LayerOptions } from '../layer';
import type { ActivationIdentifier } from '../../activations';
import { kinds } from '../../options';
import type { BiasWeightOptions, KernelWeightOptions } from '../weight_options';

/** @internal Checks a number of units, filters and the like. */
export function positiveInteger(where: string, what: string, value: unknown, most = 2 ** 31 - 1): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value <= 0 || value > most)
    throw new ValueError(
      `${where}: ${what} must be a positive integer${Number(typeof value === 'number' && value) > most ? `, ${most} at most` : ''}.\n  Received: ${describe(value)}`,
    );
  return value;
}

export interface DenseOptions extends LayerOptions, KernelWeightOptions, BiasWeightOptions {
  /** Applied to the outputs. Default null: none. */
  activation?: ActivationIdentifier;
  /** How the layer was quantized, Keras' JSON of a QuantizationConfig. Default null: as its dtype policy says. */
  quantizationConfig?: object | null;
  /** Rank of a low-rank update that is trained in place of the kernel. */
  loraRank?: number | null;
  /** Factor on that update, divided by its rank. Default: the rank. */
  loraAlpha?: number | null;
}
const KERNEL_OPTIONS = {
  activation: kinds.activation,
  useBias: kinds.boolean,
  kernelInitializer: kinds.initializer,
  biasInitializer: kinds.initializer,
  kernelRegularizer: kinds.regularizer,
  biasRegularizer: kinds.regularizer,
  kernelConstraint: kinds.constraint,
  biasConstraint: kinds.constraint,
};
/** Options of layers with a kernel, a bias and an activation. */
export type KernelLayerOptions = Omit<DenseOptions, 'quantizationConfig' | 'loraRank' | 'loraAlpha'>;
/** @internal Options of layers with a kernel and a bias, checked and resolved. */
export class KernelOptions {
  static readonly kinds = KERNEL_OPTIONS;
  readonly activation;
  readonly useBias;
  readonly kernelInitializer;
  readonly biasInitializer;
  readonly kernelRegularizer;
  readonly biasRegularizer;
  readonly kernelConstraint;
  readonly biasConstraint;
  constructor(o: DenseOptions) {
    this.activation = activations.get(o.activation);
    this.useBias = o.useBias ?? true;
    this.kernelInitializer = initializers.get(o.kernelInitializer ?? 'glorot_uniform');
    this.biasInitializer = initializers.get(o.biasInitializer ?? 'zeros');
    this.kernelRegularizer = regularizers.get(o.kernelRegularizer);
    this.biasRegularizer = regularizers.get(o.biasRegularizer);
    this.kernelConstraint = constraints.get(o.kernelConstraint);
    this.biasConstraint = constraints.get(o.biasConstraint);
  }
  get kernel() {
    return {
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
      name: 'kernel',
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
  getConfig(): Record<string, unknown> {
    return {
      activation: activations.serialize(this.activation),
      useBias: this.useBias,
      ...Object.fromEntries(
        Object.keys(KERNEL_OPTIONS)
          .slice(2)
          .map((k) => [k, serializeKerasObject(this[k as 'kernelRegularizer'])]),
      ),
    };
  }
}
