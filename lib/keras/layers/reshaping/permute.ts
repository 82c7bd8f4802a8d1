/** Permute. */
import { numberList } from '../../../ops/arguments';
import { ValueError } from '../../../support/errors';
import { formatShape, type Tensor } from '../../../core/tensor';
import { registerClass } from '../../serialization/registry';
import { InputSpec } from '../input_spec';
import { Layer, type LayerOptions } from '../layer';

/** Axes of each example in another order; `dims` counts from 1. */
export class Permute extends Layer {
  static override positional = ['dims'];
  readonly dims: number[];
  constructor(dims: readonly number[], options: LayerOptions = {}) {
    super(options);
    this.dims = numberList('Permute', 'dims', dims);
    if ([...this.dims].sort((a, b) => a - b).some((d, i) => d !== i + 1))
      throw new ValueError(
        `Permute: dims must be an order of 1 to ${this.dims.length}.\n  Received: ${formatShape(this.dims)}`,
      );
    this.inputSpec = new InputSpec({ ndim: this.dims.length + 1 });
  }
  override call(inputs: Tensor): Tensor {
    return inputs.transpose([0, ...this.dims]);
  }
  override getConfig() {
    return { ...super.getConfig(), dims: this.dims };
  }
}
registerClass('keras.layers', Permute);
