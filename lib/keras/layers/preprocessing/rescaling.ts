/** Rescaling. */
import { isFloating, type Tensor } from '../../../core/tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type LayerOptions } from '../layer';

/** x scale + offset. */
export class Rescaling extends Layer {
  static override positional: OptionKinds = { scale: kinds.floats };
  static override options: OptionKinds = { offset: kinds.floats };
  static hasMasksOfKeras2 = true;
  override supportsMasking = true;
  readonly offset: number | readonly number[];
  constructor(
    readonly scale: number | readonly number[],
    options: LayerOptions & { offset?: number | readonly number[] } = {},
  ) {
    super(options);
    this.offset = options.offset ?? 0;
  }
  override call(inputs: Tensor): Tensor {
    const x = isFloating(inputs.dtype) ? inputs : inputs.cast(this.computeDtype);
    return x.mul(this.scale).add(this.offset);
  }
  override getConfig() {
    return { ...super.getConfig(), scale: this.scale, offset: this.offset };
  }
}
registerClass('keras.layers', Rescaling);
