/** LeakyReLU. */
import { ValueError } from '../../../support/errors';
import { leakyRelu } from '../../../ops/activation';
import type { Tensor } from '../../../core/tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type LayerOptions } from '../layer';

/** x, or negativeSlope x below 0. Default 0.3. */
export class LeakyReLU extends Layer {
  static override positional: readonly string[] = [];
  static override options: OptionKinds = { negativeSlope: kinds.float };
  override supportsMasking = true;
  readonly negativeSlope: number;
  constructor(negativeSlope: number | (LayerOptions & { negativeSlope?: number }) = 0.3, options: LayerOptions = {}) {
    const given = typeof negativeSlope === 'number' ? { ...options, negativeSlope } : negativeSlope;
    super(given);
    this.negativeSlope = given.negativeSlope ?? 0.3;
    if (!(this.negativeSlope >= 0))
      throw new ValueError(`LeakyReLU: negativeSlope must not be negative.\n  Received: ${this.negativeSlope}`);
    this.built = true;
  }
  override call(inputs: Tensor): Tensor {
    return leakyRelu(inputs, { negativeSlope: this.negativeSlope });
  }
  override getConfig() {
    return { ...super.getConfig(), negativeSlope: this.negativeSlope };
  }
}
registerClass('keras.layers', LeakyReLU);
