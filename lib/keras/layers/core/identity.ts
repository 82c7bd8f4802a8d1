/** Identity: its input. */
import { mapStructure } from '../../../support/nest';
import * as ops from '../../../ops/index';
import { isTensor } from '../../../core/tensor';
import { registerClass } from '../../serialization/registry';
import { Layer, type LayerOptions } from '../layer';
import { hasMasksOfKeras2 } from '../../masks';

/** Its input. */
export class Identity extends Layer {
  static hasMasksOfKeras2 = true;
  override supportsMasking = true;
  constructor(options: LayerOptions = {}) {
    super(options);
    this.built = true;
  }
  override call(inputs: unknown): unknown {
    // Tensors of their own, without masks, as Keras 2 gave them.
    return hasMasksOfKeras2(this) ? mapStructure(inputs, isTensor, (t) => ops.copy(t)) : inputs;
  }
}
registerClass('keras.layers', Identity);
