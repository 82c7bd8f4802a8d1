/** Low-rank adaptation of a weight (Hu et al. 2021): W + alpha / rank A B, W frozen, A and B trained. */
import { ValueError } from '../../../errors';
import { zeros } from '../../../ops/creation';
import { matmul } from '../../../ops/linalg';
import { convert, run, type DType, type Tensor } from '../../../tensor';
import type { Variable } from '../../../variable';
import type { AddWeightOptions } from '../layer';
import { positiveInteger } from './kernel_options';

export interface LoraOptions {
  /** Factor on the update, divided by the rank. Default: the rank. */
  loraAlpha?: number | null;
  /** Default 'he_uniform'. */
  aInitializer?: unknown;
  /** Default 'zeros', so that nothing changes at first. */
  bInitializer?: unknown;
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
  regularizer: unknown;
  constraint: unknown;
}
/** @internal The adaptation of one layer: asked for by options, made by `enableLora`. */
export class Lora {
  a: Variable | null = null;
  b: Variable | null = null;
  /** The weight that is adapted. */
  weight: Variable | null = null;
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
  enable(layer: Adapted, rank: number, { loraAlpha, aInitializer = 'he_uniform', bInitializer = 'zeros' }: LoraOptions, target: Target): void {
    positiveInteger('enableLora', 'rank', rank);
    const refuse = (what: string): never => {
      throw new ValueError(`enableLora: ${what}`);
    };
    if (!(target.weight as Variable | undefined)) refuse(`layer '${layer.name}' is not built yet: it has no weight to adapt.\n  Fix: call it on data, or build(inputShape).`);
    if (target.weight.dtype === 'int8') refuse(`the weight of layer '${layer.name}' is quantized.\n  Fix: adapt the model first, quantize it then.`);
    if (target.constraint) refuse(`layer '${layer.name}' constrains the weight that would be adapted.\n  Fix: remove the constraint.`);
    if (this.isEnabled) refuse(`layer '${layer.name}' has been adapted already, with rank ${this.rank}.`);
    const make = (i: 0 | 1, initializer: unknown): Variable =>
      layer.addWeight({ name: target.names[i], shape: target.shapes[i], initializer, dtype: 'float32', regularizer: target.regularizer });
    this.a = make(0, aInitializer);
    this.b = make(1, bInitializer);
    target.weight.trainable = false;
    this.weight = target.weight;
    this.rank = rank;
    this.alpha = loraAlpha ?? rank;
  }
  /** A and B, which Keras' files leave out: they hold the sum of both parts. */
  get factors(): readonly Variable[] {
    return this.a && this.b ? [this.a, this.b] : [];
  }
  /** What files hold in place of the weight. */
  get sum(): Tensor {
    return this.merged(this.weight!, this.weight!.dtype);
  }
  /** After the sum has been read into the weight: both factors are zero, as in Keras. */
  reset(): void {
    for (const factor of this.factors) factor.assign(zeros(factor.shape));
  }
  /** The weight that counts. */
  merged(weight: Variable, dtype: DType): Tensor {
    if (!this.a || !this.b) return weight.value;
    const w = weight.value,
      update = matmul(this.a.value, this.b.value),
      sum = run('add', [w, run('multiply', [update, convert(this.scale, update)])]);
    return sum.dtype === dtype ? sum : run('cast', [sum], { dtype });
  }
  getConfig(): Record<string, unknown> {
    return this.rank === null ? {} : { loraRank: this.rank, loraAlpha: this.alpha };
  }
}
