/** Base of layers that prepare data: they take texts and plain arrays as well as tensors, and compute nothing trainable. */
import { Layer } from '../layer';
import { hasText } from './values';

export abstract class DataLayer extends Layer {
  /** Texts pass by the machinery of tensors. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  override apply(inputs: any, ...rest: any[]): any {
    if (!hasText(inputs)) return super.apply(inputs, ...(rest as [never]));
    try {
      return this.call(inputs, (rest[0] ?? {}) as object);
    } catch (error) {
      throw this.named(error);
    }
  }
}
