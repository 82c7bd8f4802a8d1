/** SpatialDropout1D, SpatialDropout2D, SpatialDropout3D. */
import { describe } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import { checkDataFormat, type DataFormat } from '../../../ops/spatial';
import { SeedGenerator } from '../../../core/seed';
import { dropout } from '../../../ops/random';
import type { Tensor } from '../../../core/tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { InputSpec } from '../input_spec';
import { Layer, type CallOptions, type LayerOptions } from '../layer';

export interface SpatialDropoutOptions extends LayerOptions {
  /** Share of the channels that become 0 while training, in [0, 1]; the others are divided by 1 - rate. */
  rate?: number;
  /** Seed of the mask, an integer >= 0. Default null: of its own. */
  seed?: number | null;
  /** Of the two- and three-dimensional ones. */
  dataFormat?: DataFormat | null;
}
/** Whole channels dropped while training: the same for all positions (Tompson et al. 2014). */
export abstract class BaseSpatialDropout extends Layer {
  static override positional = ['rate'];
  static override options: OptionKinds = { rate: kinds.float, seed: kinds.seed, dataFormat: kinds.choice };
  override supportsMasking = true;
  readonly rate: number;
  readonly dataFormat: DataFormat;
  private readonly seed: number | null;
  private readonly seedGenerator: SeedGenerator | null;
  protected constructor(rank: number, rate: number | SpatialDropoutOptions, options: SpatialDropoutOptions) {
    const given = typeof rate === 'object' && rate !== null ? rate : { ...options, rate };
    super(given);
    const where = this.constructor.name;
    if (!(typeof given.rate === 'number' && given.rate >= 0 && given.rate <= 1))
      throw new ValueError(`${where}: rate must lie between 0 and 1.\n  Received: ${describe(given.rate)}`);
    this.rate = given.rate;
    this.seed = given.seed ?? null;
    this.seedGenerator = this.rate > 0 ? new SeedGenerator(this.seed) : null;
    this.dataFormat = checkDataFormat(where, given.dataFormat);
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
    this.built = true;
  }
  override call(inputs: Tensor, { training }: CallOptions = {}): Tensor {
    if (!training || !this.seedGenerator) return inputs;
    const channels = this.dataFormat === 'channels_last' ? inputs.ndim - 1 : 1;
    return dropout(inputs, this.rate, {
      noiseShape: inputs.shape.map((d, i) => (i === 0 || i === channels ? d : 1)),
      seed: this.seedGenerator,
    });
  }
  override getConfig(): Record<string, unknown> {
    // Keras' constructor takes no `trainable`, and the dtype by name.
    return { rate: this.rate, seed: this.seed, name: this.name, dtype: this.dtype, dataFormat: this.dataFormat };
  }
}
/** Channels of sequences dropped: (batch, steps, channels). */
export class SpatialDropout1D extends BaseSpatialDropout {
  static override options: OptionKinds = { dataFormat: null };
  constructor(
    rate: number | Omit<SpatialDropoutOptions, 'dataFormat'>,
    options: Omit<SpatialDropoutOptions, 'dataFormat'> = {},
  ) {
    super(1, rate, options);
  }
  override getConfig() {
    const { dataFormat: _last, ...config } = super.getConfig();
    return config;
  }
}
/** Channels of images dropped: (batch, height, width, channels). */
export class SpatialDropout2D extends BaseSpatialDropout {
  constructor(rate: number | SpatialDropoutOptions, options: SpatialDropoutOptions = {}) {
    super(2, rate, options);
  }
}
/** Channels of volumes dropped: (batch, depth, height, width, channels). */
export class SpatialDropout3D extends BaseSpatialDropout {
  constructor(rate: number | SpatialDropoutOptions, options: SpatialDropoutOptions = {}) {
    super(3, rate, options);
  }
}
registerClass('keras.layers', SpatialDropout1D, SpatialDropout2D, SpatialDropout3D);
