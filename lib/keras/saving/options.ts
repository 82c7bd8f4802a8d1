/** Options of saving and loading. */
import type { CustomObjects } from '../serialization/registry';

export interface SaveOptions {
  /** Whether an existing file is replaced. Default true. */
  overwrite?: boolean;
  /** Ends the saving: the promise is rejected, and a file that was there before stays as it was. */
  signal?: AbortSignal | null;
}
export interface SaveWeightsOptions extends SaveOptions {
  /**
   * Largest size of one file, in gigabytes (1024^3 bytes) of variables: the weights are written as `w_00000.weights.h5`,
   * `w_00001.weights.h5`, ... with an index, `w.weights.json`. Default null: one file.
   */
  maxShardSize?: number | null;
}
export interface LoadModelOptions {
  /** Classes and functions that the file names, by their names. */
  customObjects?: CustomObjects;
  /** Whether the model is compiled as it was when it was saved. Default true. */
  compile?: boolean;
  /** Nothing in a file is ever run; the option is there because Keras has it. */
  safeMode?: boolean;
  /** Ends the loading: the promise is rejected. */
  signal?: AbortSignal | null;
}
