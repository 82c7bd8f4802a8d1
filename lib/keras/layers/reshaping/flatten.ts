/** Flatten. */
import { checkDataFormat, type DataFormat } from '../../../ops/spatial';
import { Tensor } from '../../../core/tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { InputSpec } from '../input_spec';
import { Layer, type LayerOptions } from '../layer';

/** (batch, ...) -> (batch, product). */
export class Flatten extends Layer {
  static override positional: readonly string[] = [];
  static override options: OptionKinds = { dataFormat: kinds.choice };
  readonly dataFormat: DataFormat;
  constructor(options: LayerOptions & { dataFormat?: DataFormat | null } = {}) {
    super(options);
    this.dataFormat = checkDataFormat('Flatten', options.dataFormat);
    this.inputSpec = new InputSpec({ minNdim: 1 });
  }
  override call(inputs: Tensor): Tensor {
    const n = inputs.ndim;
    const t =
      this.dataFormat === 'channels_first' && n > 1
        ? inputs.transpose([0, ...inputs.shape.slice(2).map((_, i) => i + 2), 1])
        : inputs;
    return t.reshape([t.shape[0], t.shape.slice(1).reduce((p, d) => p * d, 1)]);
  }
  override getConfig() {
    return { ...super.getConfig(), dataFormat: this.dataFormat };
  }
}
registerClass('keras.layers', Flatten);
