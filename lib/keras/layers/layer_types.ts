/** What layers take: options of the constructor, of calls and of weights. */
import type { DType, TensorLike } from '../../core/tensor';
import type { SymbolicShape } from '../keras_tensor';
import { kinds } from '../options';
import type { ConstraintIdentifier } from '../constraints';
import type { DTypeIdentifier } from '../dtype_policy';
import type { InitializerIdentifier } from '../initializers/initializer';
import type { RegularizerIdentifier } from '../regularizers';

export interface LayerOptions {
  /** Name in summaries, in messages and in files; unique in a model, without '/'. Default: that of the class with a number, like 'dense_1'. */
  name?: string | null;
  /** Whether training changes the weights. Default true. */
  trainable?: boolean;
  /** Dtype of the computation and of the weights, or a policy for both: 'mixed_float16' computes in float16 and keeps weights in float32. 'string' is for inputs of texts. Default: the global policy, float32 at first. */
  dtype?: DTypeIdentifier | 'string';
  /** Whether floating inputs are cast to the dtype of the computation. Default true. */
  autocast?: boolean;
  /** Shape of one example, as the first layer of a Sequential model. */
  inputShape?: SymbolicShape;
  /** Shape of the inputs with the batch axis; null where a size is unknown. */
  batchInputShape?: SymbolicShape;
  /** Size of the batch axis beside `inputShape`. Default: unknown. */
  batchSize?: number;
  /** Dtype of the inputs beside `inputShape`. Default: that of the computation. */
  inputDtype?: DType;
  /** Penalty on the outputs, divided by the size of the batch and added to the loss. Default null: none. */
  activityRegularizer?: RegularizerIdentifier;
  /** First values of all weights, in the order of `weights`, in place of those of the initializers. */
  weights?: readonly TensorLike[];
}
export interface CallOptions {
  /** Whether the call is part of training: Dropout drops, BatchNormalization takes the statistics of the batch. Default null: as the surrounding call says, else false. */
  training?: boolean | null;
  /** Which steps of the inputs count: a tensor of booleans, or one for each input. Default: that which the layer before gave. */
  mask?: unknown;
  [other: string]: unknown;
}
export interface AddWeightOptions {
  /** Shape of the weight. Default []: a scalar. */
  shape?: SymbolicShape | number[];
  /** Its first values. Default: 'glorot_uniform' for floats, 'zeros' for other dtypes. */
  initializer?: InitializerIdentifier;
  /** Its dtype. Default: that which the policy of the layer has for weights. */
  dtype?: DType | null;
  /** Whether training changes it. Default true. */
  trainable?: boolean;
  /** Penalty on its values, added to the loss. Default null: none. */
  regularizer?: RegularizerIdentifier;
  /** Applied to its values after each update. Default null: none. */
  constraint?: ConstraintIdentifier;
  /** Name of the weight within the layer, like 'kernel'. Default: 'variable' with a number. */
  name?: string | null;
}
/** @internal Options that every layer takes. */
export const BASE_OPTIONS = {
  name: kinds.string,
  trainable: kinds.boolean,
  dtype: kinds.dtype,
  autocast: kinds.boolean,
  inputShape: kinds.shape,
  batchInputShape: kinds.shape,
  batchSize: kinds.integer,
  inputDtype: kinds.dtype,
  activityRegularizer: kinds.regularizer,
  weights: kinds.any,
};
/** A shape, or as many as the layer has inputs. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type BuildShape = any;
