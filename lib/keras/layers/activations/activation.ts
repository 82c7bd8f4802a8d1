/** Activation: any activation function as a layer. */
import type { Tensor } from '../../../core/tensor';
import * as activations from '../../activations';
import type { ActivationIdentifier } from '../../activations';
import { registerClass } from '../../serialization/registry';
import { Layer, type LayerOptions } from '../layer';

/** An activation function as a layer. */
export class Activation extends Layer {
  static override positional = ['activation'];
  override supportsMasking = true;
  readonly activation: activations.Activation;
  constructor(activation: ActivationIdentifier, options: LayerOptions = {}) {
    super(options);
    this.activation = activations.get(activation);
    this.built = true;
  }
  override call(inputs: Tensor): Tensor {
    return this.activation(inputs);
  }
  override getConfig() {
    return { ...super.getConfig(), activation: activations.serialize(this.activation) };
  }
}
registerClass('keras.layers', Activation);
