/** Low-rank adaptation of a weight (Hu et al. 2021): W + alpha / rank A B, W frozen, A and B trained. */
import { ValueError } from '../../../support/errors';
import { zeros } from '../../../ops/creation';
import { any } from '../../../ops/reduction';
import { matmul } from '../../../ops/linalg';
import type { DType, Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import type { AddWeightOptions } from '../layer';
import { positiveInteger } from './kernel_options';
import type { QuantizedWeight } from './quantized';
import type { InitializerIdentifier } from '../../initializers/initializer';
import type { RegularizerIdentifier } from '../../regularizers';

export interface LoraOptions {
  /** Factor on the update, divided by the rank. Default: the rank. */
  loraAlpha?: number | null;
  /** Default 'he_uniform'. */
  aInitializer?: InitializerIdentifier;
  /** Default 'zeros', so that nothing changes at first. */
  bInitializer?: InitializerIdentifier;
}
interface Adapted {
  readonly name: string;
  readonly built: boolean;
  addWeight(options: AddWeightOptions): Variable;
}
interface Target {
  weight: Variable;
  names: [string, string];
  shapes: [number[], number[]];
  regularizer: RegularizerIdentifier;
  constraint: unknown;
  /** How the weight is kept where it is quantized. */
  quantized?: QuantizedWeight | null;
}
/** @internal The adaptation of one layer: asked for by options, made by `enableLora`. */
export class Lora {
  a: Variable | null = null;
  b: Variable | null = null;
  /** The weight that is adapted. */
  weight: Variable | null = null;
  private quantized: QuantizedWeight | null = null;
  rank: number | null;
  alpha: number | null;
  constructor({ loraRank, loraAlpha }: { loraRank?: number | null; loraAlpha?: number | null }) {
    this.rank = loraRank == null ? null : positiveInteger('lora', 'loraRank', loraRank);
    this.alpha = loraAlpha ?? this.rank;
  }
  get isEnabled(): boolean {
    return this.a !== null;
  }
  /** The rank that the constructor asked for, until it is made. */
  get requested(): number | null {
    return this.isEnabled ? null : this.rank;
  }
  get scale(): number {
    return this.alpha! / this.rank!;
  }
  enable(
    layer: Adapted,
    rank: number,
    { loraAlpha, aInitializer = 'he_uniform', bInitializer = 'zeros' }: LoraOptions,
    target: Target,
  ): void {
    positiveInteger('enableLora', 'rank', rank);
    const refuse = (what: string): never => {
      throw new ValueError(`enableLora: ${what}`);
    };
    if (!(target.weight as Variable | undefined))
      refuse(
        `layer '${layer.name}' is not built yet: it has no weight to adapt.\n  Fix: call it on data, or build(inputShape).`,
      );
    if (target.constraint)
      refuse(`layer '${layer.name}' constrains the weight that would be adapted.\n  Fix: remove the constraint.`);
    if (this.isEnabled) refuse(`layer '${layer.name}' has been adapted already, with rank ${this.rank}.`);
    const make = (i: 0 | 1, initializer: InitializerIdentifier): Variable =>
      layer.addWeight({
        name: target.names[i],
        shape: target.shapes[i],
        initializer,
        dtype: 'float32',
        regularizer: target.regularizer,
      });
    this.a = make(0, aInitializer);
    this.b = make(1, bInitializer);
    target.weight.trainable = false;
    this.weight = target.weight;
    this.quantized = target.quantized ?? null;
    this.rank = rank;
    this.alpha = loraAlpha ?? rank;
  }
  /** A and B, which Keras' files leave out: they hold the sum of both parts. */
  get factors(): readonly Variable[] {
    return this.a && this.b ? [this.a, this.b] : [];
  }
  /** What files hold in place of a variable: the sum of both parts, quantized again where the weight is; null: the variable itself. */
  savedValue(v: Variable): Tensor | null {
    if (!this.quantized) return v === this.weight ? this.merged(v, v.dtype) : null;
    if (v !== this.weight && !this.quantized.details.includes(v)) return null;
    const update = matmul(this.a!.value, this.b!.value);
    if (!any(update).item()) return null; // quantized again, numbers would move
    const value = this.quantized.value();
    return this.quantized.quantize(value.add(update.mul(this.scale).reshape(value.shape))).get(v) ?? null;
  }
  /** y + alpha / rank (x A) B, for a weight that does not stand beside the factors. @param product - of the input with A. */
  added(y: Tensor, product: (a: Tensor) => Tensor): Tensor {
    if (!this.a || !this.b) return y;
    const update = matmul(product(this.a.value), this.b.value);
    const sum = y.add(update.mul(this.scale));
    return sum.dtype === y.dtype ? sum : sum.cast(y.dtype);
  }
  /** After the sum has been read into the weight: both factors are zero, as in Keras. */
  reset(): void {
    for (const factor of this.factors) factor.assign(zeros(factor.shape));
  }
  /** The weight that counts. */
  merged(weight: Variable, dtype: DType): Tensor {
    if (!this.a || !this.b) return weight.value;
    const w = weight.value;
    const update = matmul(this.a.value, this.b.value);
    const sum = w.add(update.mul(this.scale));
    return sum.dtype === dtype ? sum : sum.cast(dtype);
  }
  getConfig(): Record<string, unknown> {
    return this.rank === null ? {} : { loraRank: this.rank, loraAlpha: this.alpha };
  }
}
