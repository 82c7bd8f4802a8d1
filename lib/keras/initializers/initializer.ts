/** Base of all initializers. */
import { ValueError } from '../../support/errors';
import { numberList } from '../../ops/arguments';
import { type DType, formatShape, type Shape, type Tensor } from '../../core/tensor';
import { acrossCopies } from '../../support/copies';
import { configLine, inspectable } from '../inspect';
import type { InitializerName, RegisteredName } from '../names';
import type { SerializedIdentifier } from '../serialization/serialize';

/** First values of a weight: a name, an initializer, a function of shape and dtype, or one number or tensor for all of it. */
export type InitializerIdentifier =
  | InitializerName
  | RegisteredName
  | Initializer
  | (new () => Initializer)
  | ((shape: Shape, options?: { dtype?: DType | null }) => Tensor)
  | number
  | Tensor
  | SerializedIdentifier
  | null;

/** Makes the first value of a weight. Subclass and implement `call`. */
export abstract class Initializer {
  abstract call(shape: Shape, options?: { dtype?: DType | null }): Tensor;
  getConfig(): Record<string, unknown> {
    return {};
  }
  /** A copy with the same config. */
  clone(): Initializer {
    return new (this.constructor as new (c: Record<string, unknown>) => Initializer)(this.getConfig());
  }
}
inspectable(Initializer, configLine);
acrossCopies(Initializer, 'Initializer');
/** @internal What `call` takes besides the shape. */
export interface Options {
  /** Dtype of the tensor. Default float32. */
  dtype?: DType | null;
}
/** @internal */
export const dtypeOf = (options: Options): DType => options.dtype ?? 'float32';
/** @internal A shape as a list of its sizes. */
export function sizesOf(shape: unknown): number[] {
  const sizes = numberList('initializer', 'shape', shape);
  if (sizes.some((d) => !Number.isInteger(d) || d < 0))
    throw new ValueError(`initializer: shape must hold integers >= 0.\n  Received: ${formatShape(sizes)}`);
  return sizes;
}
