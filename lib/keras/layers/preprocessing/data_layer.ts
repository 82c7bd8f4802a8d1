/** Base of layers that prepare data: they take texts and plain arrays as well as tensors, and compute nothing trainable. */
import { isRecord } from '../../../nest';
import { TypeError } from '../../../errors';
import { Layer, type CallOptions } from '../layer';
import { hasText } from './values';

export abstract class DataLayer extends Layer {
  /** Texts pass by the machinery of tensors. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  override apply(inputs: any, options: CallOptions = {}): any {
    if (!hasText(inputs)) return super.apply(inputs, options);
    if (!isRecord(options)) throw new TypeError(`apply: the second argument must be an options object.\n  Received: ${String(options)}`);
    try {
      return this.call(inputs, options);
    } catch (error) {
      throw this.named(error);
    }
  }
}
