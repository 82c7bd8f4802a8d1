/** Identity: its input. */
import { registerClass } from '../../saving/registry';
import { Layer, type LayerOptions } from '../layer';

/** Its input. */
export class Identity extends Layer {
  static hasMasksOfKeras2 = true;
  override supportsMasking = true;
  constructor(options: LayerOptions = {}) {
    super(options);
    this.built = true;
  }
  override call(inputs: unknown): unknown {
    return inputs;
  }
}
registerClass('keras.layers', Identity);
