/** RepeatVector. */
import { Tensor } from '../../../core/tensor';
import { registerClass } from '../../serialization/registry';
import { positiveInteger } from '../core';
import { InputSpec } from '../input_spec';
import { Layer, type LayerOptions } from '../layer';

/** Each vector `n` times: (batch, features) -> (batch, n, features). */
export class RepeatVector extends Layer {
  static override positional = ['n'];
  readonly n: number;
  constructor(n: number, options: LayerOptions = {}) {
    super(options);
    this.n = positiveInteger('RepeatVector', 'n', n);
    this.inputSpec = new InputSpec({ ndim: 2 });
  }
  override call(inputs: Tensor): Tensor {
    const [batch, features] = inputs.shape;
    return inputs.reshape([batch, 1, features]).broadcastTo([batch, this.n, features]);
  }
  override getConfig() {
    return { ...super.getConfig(), n: this.n };
  }
}
registerClass('keras.layers', RepeatVector);
