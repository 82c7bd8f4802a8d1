/** Dropout. */
import { describe } from '../../../support/describe';
import { TypeError, ValueError } from '../../../support/errors';
import { SeedGenerator } from '../../../core/seed';
import { dropout } from '../../../ops/random';
import type { Tensor } from '../../../core/tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type CallOptions, type LayerOptions } from '../layer';

export interface DropoutOptions extends LayerOptions {
  /** Share of the inputs that become 0 while training, in [0, 1]; the others are divided by 1 - rate. */
  rate?: number;
  /** Shape of the mask, with 1 where all elements of an axis share their fate; null takes the size of the input. Default null: each element by itself. */
  noiseShape?: readonly (number | null)[] | null;
  /** Seed of the mask, an integer >= 0. Default null: of its own. */
  seed?: number | null;
}
/** x / (1 - rate) with probability 1 - rate, else 0; x unchanged when not training (Srivastava et al. 2014). */
export class Dropout extends Layer {
  static override positional = ['rate'];
  static override options: OptionKinds = { rate: kinds.float, noiseShape: kinds.shape, seed: kinds.seed };
  override supportsMasking = true;
  readonly rate: number;
  readonly noiseShape: readonly (number | null)[] | null;
  private readonly seedGenerator: SeedGenerator | null;
  private readonly seed: number | null;
  constructor(rate: number | DropoutOptions, options: DropoutOptions = {}) {
    const given = typeof rate === 'object' && rate !== null ? rate : { ...options, rate };
    super(given);
    if (!(typeof given.rate === 'number' && given.rate >= 0 && given.rate <= 1))
      throw new ValueError(`Dropout: rate must lie between 0 and 1.\n  Received: ${describe(given.rate)}`);
    this.rate = given.rate;
    this.noiseShape = given.noiseShape ?? null;
    if (this.noiseShape !== null && !Array.isArray(this.noiseShape))
      throw new TypeError(`Dropout: noiseShape must be a list of sizes.\n  Received: ${describe(this.noiseShape)}`);
    this.seed = given.seed ?? null;
    this.seedGenerator = this.rate > 0 ? new SeedGenerator(this.seed) : null;
    this.built = true;
  }
  override call(inputs: Tensor, { training }: CallOptions = {}): Tensor {
    return training && this.seedGenerator
      ? dropout(inputs, this.rate, { noiseShape: this.noiseShape, seed: this.seedGenerator })
      : inputs;
  }
  override getConfig() {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed, noiseShape: this.noiseShape };
  }
}
registerClass('keras.layers', Dropout);
