/** What layers take: options of the constructor, of calls and of weights. */
import type { DType, TensorLike } from '../../tensor';
import type { DTypePolicy } from '../dtype_policy';
import type { SymbolicShape } from '../keras_tensor';

export interface LayerOptions {
  name?: string | null;
  trainable?: boolean;
  dtype?: DType | string | DTypePolicy | object | null;
  autocast?: boolean;
  /** Shape of one example, as the first layer of a Sequential model. */
  inputShape?: SymbolicShape;
  batchInputShape?: SymbolicShape;
  batchSize?: number;
  inputDtype?: DType;
  activityRegularizer?: unknown;
  weights?: readonly TensorLike[];
}
export interface CallOptions {
  training?: boolean | null;
  mask?: unknown;
  [other: string]: unknown;
}
export interface AddWeightOptions {
  shape?: SymbolicShape | number[];
  initializer?: unknown;
  dtype?: DType | null;
  trainable?: boolean;
  regularizer?: unknown;
  constraint?: unknown;
  name?: string | null;
}
/** @internal Options that every layer takes. */
export const BASE_OPTIONS = ['name', 'trainable', 'dtype', 'autocast', 'inputShape', 'batchInputShape', 'batchSize', 'inputDtype', 'activityRegularizer', 'weights'];
/** A shape, or as many as the layer has inputs. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type BuildShape = any;
