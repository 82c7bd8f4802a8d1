/** GaussianNoise, GaussianDropout, AlphaDropout: noise while training. */
import { describe } from '../../../support/describe';
import { TypeError, ValueError } from '../../../support/errors';
import { SeedGenerator } from '../../../core/seed';
import { normal, uniform } from '../../../ops/random';
import * as ops from '../../../ops/index';
import type { Tensor } from '../../../core/tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type CallOptions, type LayerOptions } from '../layer';

export interface NoiseOptions extends LayerOptions {
  /** Seed of the noise, an integer >= 0. Default null: of its own. */
  seed?: number | null;
}
/** A layer that changes its input while training only, by `amount`, a number between 0 and 1. */
abstract class Noise extends Layer {
  override supportsMasking = true;
  readonly seed: number | null;
  private readonly seedGenerator: SeedGenerator | null;
  protected constructor(what: string, amount: unknown, options: NoiseOptions) {
    super(options);
    if (!(typeof amount === 'number' && amount >= 0 && amount <= 1))
      throw new ValueError(
        `${this.constructor.name}: ${what} must lie between 0 and 1.\n  Received: ${describe(amount)}`,
      );
    this.seed = options.seed ?? null;
    this.seedGenerator = amount > 0 ? new SeedGenerator(this.seed) : null;
    this.built = true;
  }
  protected abstract disturb(x: Tensor, seed: SeedGenerator): Tensor;
  override call(inputs: Tensor, { training }: CallOptions = {}): Tensor {
    return training && this.seedGenerator ? this.disturb(inputs, this.seedGenerator) : inputs;
  }
}
/** x + noise of mean 0 and standard deviation `stddev` while training. */
export class GaussianNoise extends Noise {
  static override positional = ['stddev'];
  static override options: OptionKinds = { stddev: kinds.float, seed: kinds.seed };
  readonly stddev: number;
  constructor(stddev: number | (NoiseOptions & { stddev: number }), options: NoiseOptions = {}) {
    const given = typeof stddev === 'object' && stddev !== null ? stddev : { ...options, stddev };
    super('stddev', given.stddev, given);
    this.stddev = given.stddev;
  }
  protected disturb(x: Tensor, seed: SeedGenerator): Tensor {
    return x.add(normal(x.shape, { stddev: this.stddev, dtype: x.dtype, seed }));
  }
  override getConfig() {
    return { ...super.getConfig(), stddev: this.stddev, seed: this.seed };
  }
}
/** x times noise of mean 1 and variance rate / (1 - rate) while training (Srivastava et al. 2014). */
export class GaussianDropout extends Noise {
  static override positional = ['rate'];
  static override options: OptionKinds = { rate: kinds.float, seed: kinds.seed };
  readonly rate: number;
  constructor(rate: number | (NoiseOptions & { rate: number }), options: NoiseOptions = {}) {
    const given = typeof rate === 'object' && rate !== null ? rate : { ...options, rate };
    super('rate', given.rate, given);
    this.rate = given.rate;
  }
  protected disturb(x: Tensor, seed: SeedGenerator): Tensor {
    const stddev = Math.sqrt(this.rate / (1 - this.rate));
    return x.mul(normal(x.shape, { mean: 1, stddev, dtype: x.dtype, seed }));
  }
  override getConfig() {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed };
  }
}
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;
/**
 * While training, elements become -1.758, the limit of selu, with probability `rate`; then a x + b, so that mean and
 * variance stay (Klambauer et al. 2017). `noiseShape`: size 1 where all elements share their fate.
 */
export class AlphaDropout extends Noise {
  static override positional = ['rate'];
  static override options: OptionKinds = { rate: kinds.float, noiseShape: kinds.shape, seed: kinds.seed };
  readonly rate: number;
  readonly noiseShape: readonly (number | null)[] | null;
  constructor(
    rate: number | (NoiseOptions & { rate: number; noiseShape?: readonly (number | null)[] | null }),
    options: NoiseOptions & { noiseShape?: readonly (number | null)[] | null } = {},
  ) {
    const given = typeof rate === 'object' && rate !== null ? rate : { ...options, rate };
    super('rate', given.rate, given);
    this.rate = given.rate;
    this.noiseShape = given.noiseShape ?? null;
    if (this.noiseShape !== null && !Array.isArray(this.noiseShape))
      throw new TypeError(
        `AlphaDropout: noiseShape must be a list of sizes.\n  Received: ${describe(this.noiseShape)}`,
      );
  }
  protected disturb(x: Tensor, seed: SeedGenerator): Tensor {
    const low = -SELU_ALPHA * SELU_SCALE;
    const a = ((1 - this.rate) * (1 + this.rate * low ** 2)) ** -0.5;
    const b = -a * low * this.rate;
    const shape = this.noiseShape ? this.noiseShape.map((d, i) => d ?? x.shape[i]) : x.shape;
    const u = uniform(shape, { seed });
    const isKept = u.greaterEqual(this.rate);
    const y = ops.where(isKept, x, low);
    return y.mul(a).add(b);
  }
  override getConfig() {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed, noiseShape: this.noiseShape };
  }
}
registerClass('keras.layers', GaussianNoise, GaussianDropout, AlphaDropout);
