/** Layers that only ConvNeXt has: a factor for each channel, and whole examples dropped. */
import { SeedGenerator } from '../../core/seed';
import type { Tensor } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { dropout } from '../../ops/random';
import { describe } from '../../support/describe';
import { ValueError } from '../../support/errors';
import { Constant } from '../initializers';
import { Layer, type CallOptions, type LayerOptions } from '../layers/layer';
import { kinds, type OptionKinds } from '../options';
import { registerClass } from '../serialization/registry';

const MODULE = 'keras.src.applications.convnext';

export interface LayerScaleOptions extends LayerOptions {
  /** First value of all factors. */
  initValues?: number;
  /** Number of channels. */
  projectionDim?: number;
}
/** @internal x times a trained factor for each channel (Touvron et al. 2021, arXiv:2103.17239). */
export class LayerScale extends Layer {
  static override positional = ['initValues', 'projectionDim'];
  static override options: OptionKinds = { initValues: kinds.float, projectionDim: kinds.positiveCount };
  readonly initValues: number;
  readonly projectionDim: number;
  private gamma!: Variable;
  constructor(initValues: number | LayerScaleOptions, projectionDim?: number, options: LayerScaleOptions = {}) {
    const given = typeof initValues === 'object' ? initValues : { ...options, initValues, projectionDim };
    super(given);
    if (given.initValues === undefined || given.projectionDim === undefined)
      throw new ValueError('LayerScale: initValues and projectionDim are needed.');
    this.initValues = given.initValues;
    this.projectionDim = given.projectionDim;
  }
  override build(): void {
    this.gamma = this.addWeight({ shape: [this.projectionDim], initializer: new Constant(this.initValues) });
  }
  override call(x: Tensor): Tensor {
    return x.multiply(this.gamma);
  }
  /** @internal Keras names the module of its source, and the class twice. */
  get serializedAs(): { module: string; name: string } | undefined {
    return this.constructor === LayerScale ? { module: MODULE, name: 'LayerScale' } : undefined;
  }
  override getConfig() {
    return { ...super.getConfig(), initValues: this.initValues, projectionDim: this.projectionDim };
  }
}

export interface StochasticDepthOptions extends LayerOptions {
  /** Share of the examples that become 0 while training, in [0, 1). */
  dropPathRate?: number;
}
/**
 * @internal While training, each example becomes 0 with probability `dropPathRate`, else x / (1 - dropPathRate); else x
 * (Huang et al. 2016, arXiv:1603.09382).
 */
export class StochasticDepth extends Layer {
  static override positional = ['dropPathRate'];
  static override options: OptionKinds = { dropPathRate: kinds.float };
  readonly dropPathRate: number;
  private readonly seedGenerator = new SeedGenerator(null);
  constructor(dropPathRate: number | StochasticDepthOptions, options: StochasticDepthOptions = {}) {
    const given = typeof dropPathRate === 'object' ? dropPathRate : { ...options, dropPathRate };
    super(given);
    const rate = given.dropPathRate;
    if (!(rate !== undefined && rate >= 0 && rate < 1))
      throw new ValueError(`StochasticDepth: dropPathRate must be in [0, 1).\n  Received: ${describe(rate)}`);
    this.dropPathRate = rate;
    this.built = true;
  }
  override call(x: Tensor, { training }: CallOptions = {}): Tensor {
    if (!training || this.dropPathRate === 0) return x;
    const noiseShape = [null, ...x.shape.slice(1).map(() => 1)];
    return dropout(x, this.dropPathRate, { noiseShape, seed: this.seedGenerator });
  }
  /** @internal Keras names the module of its source, and the class twice. */
  get serializedAs(): { module: string; name: string } | undefined {
    return this.constructor === StochasticDepth ? { module: MODULE, name: 'StochasticDepth' } : undefined;
  }
  override getConfig() {
    return { ...super.getConfig(), dropPathRate: this.dropPathRate };
  }
}
registerClass(MODULE, LayerScale, StochasticDepth);
