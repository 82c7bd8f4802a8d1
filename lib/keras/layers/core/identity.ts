/** Identity: its input. */
import { registerClass } from '../../saving/registry';
import { Layer } from '../layer';

/** Its input. */
export class Identity extends Layer {
  override supportsMasking = true;
  override call(inputs: unknown): unknown {
    return inputs;
  }
}
registerClass('keras.layers', Identity);
