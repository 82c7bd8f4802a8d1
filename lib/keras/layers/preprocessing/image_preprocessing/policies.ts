/** Layers that apply others at random: RandAugment and AugMix. */
import { randint } from '../../../../ops/random';
import { ValueError } from '../../../../support/errors';
import * as ops from '../../../../ops/index';
import type { Tensor } from '../../../../core/tensor';
import { registerClass } from '../../../serialization/registry';
import { kinds, type OptionKinds } from '../../../options';
import {
  BaseImagePreprocessingLayer,
  factorRange,
  IMAGE_OPTIONS,
  oneOfNames,
  valueRangeOf,
  INTERPOLATIONS,
  type Factor,
  type Transformation,
  type WarpInterpolation,
} from './base_image_preprocessing_layer';
import type { ImageSize } from './boxes';
import { RandomColorDegeneration } from './color';
import { switch as switchOp } from '../../../../ops/control';
import { beta, dirichlet } from './distributions';
import { RandomRotation, RandomShear, RandomTranslation } from './geometric';
import {
  AutoContrast,
  Equalization,
  RandomBrightness,
  RandomContrast,
  RandomPosterization,
  RandomSharpness,
  Solarization,
  type ToneOptions,
} from './tone';

type Drawn = NonNullable<Transformation>;
interface Settings {
  /** Strength of the changes, drawn between two numbers in [0, 1]. */
  factor: [number, number];
  /** Smallest and largest value of a pixel. */
  valueRange: [number, number];
  /** How values between pixels are read. */
  interpolation: WarpInterpolation;
  /** Seed of what is drawn at random; null for one of its own. */
  seed: number | null;
}
/** The layers that both choose from; the last four change colours. */
function choices({ factor, valueRange, interpolation, seed }: Settings): BaseImagePreprocessingLayer[] {
  const rest = { valueRange, seed };
  const range: Factor = factor;
  return [
    new RandomShear(range, range, { interpolation, seed }),
    new RandomTranslation(range, range, { interpolation, seed }),
    new RandomRotation(range, { interpolation, seed }),
    new RandomPosterization(Math.max(1, Math.trunc(8 * factor[1])), rest),
    new Solarization(range, range, rest),
    new AutoContrast({ valueRange }),
    new Equalization({ valueRange }),
    new RandomBrightness(range, rest),
    new RandomColorDegeneration(range, rest),
    new RandomContrast(range, rest),
    new RandomSharpness(range, rest),
  ];
}
const NOT_COLOR = 7;
export interface RandAugmentOptions extends ToneOptions {
  /** Number of changes for each batch. Default 2. */
  numOps?: number;
  /** Strength of the changes: up to this number, or between two, in [0, 1]. Default 0.5. */
  factor?: Factor;
  /** How values between pixels are read: 'bilinear' (default) or 'nearest'. */
  interpolation?: WarpInterpolation;
}
/** `numOps` (default 2) of eleven changes, chosen at random for the batch, each as strong as `factor` (default 0.5) says (Cubuk et al. 2020). */
export class RandAugment extends BaseImagePreprocessingLayer {
  static override options: OptionKinds = {
    valueRange: kinds.numbers,
    numOps: kinds.integer,
    factor: kinds.floats,
    interpolation: kinds.choice,
    ...IMAGE_OPTIONS,
  };
  private readonly settings: Settings;
  private readonly numOps: number;
  private readonly augmentLayers: BaseImagePreprocessingLayer[];
  /** What the layers of the call under way drew, step after step: boxes go the way of the images. */
  private steps: Transformation[][] = [];
  constructor(options: RandAugmentOptions = {}) {
    super(options);
    this.settings = settingsOf('RandAugment', options, 0.5);
    this.numOps = options.numOps ?? 2;
    if (!Number.isInteger(this.numOps) || this.numOps < 0)
      throw new ValueError(`RandAugment: numOps must be an integer >= 0.\n  Received: ${this.numOps}`);
    this.augmentLayers = choices(this.settings);
  }
  override draw(): Transformation {
    return { chosen: randint([this.numOps], 0, this.augmentLayers.length, { seed: this.seeds }) };
  }
  override transformImages(images: Tensor, { chosen }: Drawn): Tensor {
    let y = images;
    this.steps = [];
    for (let i = 0; i < this.numOps; i++) {
      const which = this.choice(chosen, i);
      const before = y;
      this.steps.push([]);
      this.augmentLayers.forEach((layer, k) => {
        const drawn = layer.withGenerator(this, () => layer.draw(before.shape));
        this.steps[i].push(drawn);
        y = ops.where(which.equal(k), layer.transformImages(before, drawn!), y);
      });
    }
    return y;
  }
  private choice(chosen: Tensor, i: number): Tensor {
    return chosen.slice([i], [1]).reshape([]);
  }
  protected override moveBoxes(edges: Tensor, { chosen }: Drawn, size: ImageSize): Tensor {
    let y = edges;
    this.steps.forEach((drawn, i) => {
      const which = this.choice(chosen, i);
      const before = y;
      this.augmentLayers.forEach((layer, k) => {
        const moved = layer.movedEdges(before, drawn[k], size);
        if (moved !== before) y = ops.where(which.equal(k), moved, y);
      });
    });
    this.steps = [];
    return y;
  }
  override getConfig() {
    const { valueRange, factor, interpolation } = this.settings;
    return { ...super.getConfig(), valueRange, numOps: this.numOps, factor, interpolation, seed: this.seed };
  }
}
function settingsOf(layer: string, options: RandAugmentOptions, factor: number): Settings {
  return {
    factor: factorRange(layer, 'factor', options.factor ?? factor, [0, 1]),
    valueRange: valueRangeOf(layer, options.valueRange),
    interpolation: oneOfNames(layer, 'interpolation', options.interpolation ?? 'bilinear', INTERPOLATIONS),
    seed: options.seed ?? null,
  };
}

export interface AugMixOptions extends ToneOptions {
  /** Number of chains of changes that are mixed. Default 3. */
  numChains?: number;
  /** Largest number of changes in a chain. Default 3. */
  chainDepth?: number;
  /** Strength of the changes: up to this number, or between two, in [0, 1]. Default 0.3. */
  factor?: Factor;
  /** Parameter of the Dirichlet and Beta distributions that the shares of the chains are drawn from. Default 1. */
  alpha?: number;
  /** Whether changes of colour and sharpness are among those chosen from. Default true. */
  allOps?: boolean;
  /** How values between pixels are read: 'bilinear' (default) or 'nearest'. */
  interpolation?: WarpInterpolation;
}
/**
 * The image mixed with `numChains` (3) copies, each changed by up to `chainDepth` (3) layers chosen at random; weights are
 * Dirichlet and beta numbers of `alpha` (1) (Hendrycks et al. 2020). The layers are chosen anew at each call.
 */
export class AugMix extends BaseImagePreprocessingLayer {
  static override options: OptionKinds = {
    valueRange: kinds.numbers,
    numChains: kinds.integer,
    chainDepth: kinds.integer,
    factor: kinds.floats,
    alpha: kinds.floats,
    allOps: kinds.boolean,
    interpolation: kinds.choice,
    ...IMAGE_OPTIONS,
  };
  private readonly settings: Settings;
  private readonly given: { numChains: number; chainDepth: number; alpha: number; allOps: boolean };
  private readonly augmentLayers: BaseImagePreprocessingLayer[];
  constructor(options: AugMixOptions = {}) {
    super(options);
    const { numChains = 3, chainDepth = 3, alpha = 1, allOps = true } = options;
    this.settings = settingsOf('AugMix', options, 0.3);
    this.given = { numChains, chainDepth, alpha, allOps };
    this.augmentLayers = choices(this.settings).slice(0, allOps ? undefined : NOT_COLOR);
  }
  override draw(): Transformation {
    const { numChains, chainDepth, alpha } = this.given;
    return {
      shares: dirichlet(numChains, alpha, this.seeds),
      own: beta([], alpha, alpha, this.seeds),
      chosen: randint([numChains * chainDepth], 0, this.augmentLayers.length + 1, { seed: this.seeds }),
    };
  }
  override transformImages(images: Tensor, { shares, own, chosen }: Drawn): Tensor {
    let sum: Tensor | null = null;
    for (let c = 0; c < this.given.numChains; c++) {
      let y = images;
      for (let d = 0; d < this.given.chainDepth; d++) {
        // One more than there are layers: nothing is done.
        const which = chosen.slice([c * this.given.chainDepth + d], [1]).reshape([]);
        // All draw, so that what is drawn does not depend on whether there is a plan; only one is computed where the choice is known.
        const shape = y.shape;
        const drawn = this.augmentLayers.map((layer) => layer.withGenerator(this, () => layer.draw(shape)));
        const branches = this.augmentLayers.map(
          (layer, k) =>
            (t: Tensor): Tensor =>
              layer.transformImages(t, drawn[k]!),
        );
        y = switchOp(which, [...branches, (t: Tensor) => t], y) as Tensor;
      }
      const share = shares.slice([c], [1]).cast(images.dtype);
      const part = y.mul(share);
      sum = sum ? sum.add(part) : part;
    }
    const w = own.cast(images.dtype);
    const mixed = sum ? images.mul(w).add(sum.mul(ops.subtract(1, w))) : images;
    return mixed.clip(this.settings.valueRange[0], this.settings.valueRange[1]);
  }
  override getConfig() {
    const { valueRange, factor, interpolation } = this.settings;
    const { numChains, chainDepth, alpha, allOps } = this.given;
    return {
      ...super.getConfig(),
      valueRange,
      numChains,
      chainDepth,
      factor,
      alpha,
      allOps,
      interpolation,
      seed: this.seed,
    };
  }
}
registerClass('keras.layers', RandAugment, AugMix);
