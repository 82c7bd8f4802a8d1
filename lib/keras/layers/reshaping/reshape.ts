/** Reshape. */
import { describe } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import { formatShape, type Tensor } from '../../../core/tensor';
import { registerClass } from '../../serialization/registry';
import { Layer, type LayerOptions } from '../layer';

/** (batch, ...) -> (batch, ...targetShape); one size may be -1. */
export class Reshape extends Layer {
  static override positional = ['targetShape'];
  readonly targetShape: number[];
  constructor(targetShape: readonly number[], options: LayerOptions = {}) {
    super(options);
    if (!Array.isArray(targetShape))
      throw new ValueError(`Reshape: targetShape must be an array.\n  Received: ${describe(targetShape)}`);
    this.targetShape = [...targetShape];
    if (this.targetShape.filter((d) => d === -1).length > 1)
      throw new ValueError(`Reshape: at most one size may be -1.\n  Received: ${formatShape(this.targetShape)}`);
    this.built = true;
  }
  override call(inputs: Tensor): Tensor {
    return inputs.reshape([inputs.shape[0], ...this.targetShape]);
  }
  override getConfig() {
    return { ...super.getConfig(), targetShape: this.targetShape };
  }
}
registerClass('keras.layers', Reshape);
