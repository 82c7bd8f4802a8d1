/** Batches by number (keras.utils.PyDataset, once called Sequence). */
import { NotImplementedError } from '../../support/errors';
import { checkOptionsOf, kinds, type OptionKinds } from '../options';
import { inspectable, settingsLine } from '../inspect';

export interface PyDatasetOptions {
  /** Accepted for the sake of Keras: batches are read ahead without threads. */
  workers?: number;
  /** Accepted for the sake of Keras: there are no processes. */
  useMultiprocessing?: boolean;
  /** Accepted for the sake of Keras. Default 10. */
  maxQueueSize?: number;
}
/**
 * Base of data that is read batch by batch: implement `getItem(index)`, which may be async and gives `[x]`, `[x, y]` or
 * `[x, y, sampleWeight]`, and `numBatches`. `fit` reads ahead and shuffles the order of batches.
 */
export class PyDataset {
  static options: OptionKinds = {
    workers: kinds.integer,
    useMultiprocessing: kinds.boolean,
    maxQueueSize: kinds.integer,
  };
  readonly workers: number;
  readonly useMultiprocessing: boolean;
  readonly maxQueueSize: number;
  constructor(options: PyDatasetOptions = {}) {
    checkOptionsOf(new.target, this.constructor.name, options);
    this.workers = options.workers ?? 1;
    this.useMultiprocessing = options.useMultiprocessing ?? false;
    this.maxQueueSize = options.maxQueueSize ?? 10;
  }
  /** The batch of this number. */
  getItem(index: number): readonly unknown[] | Promise<readonly unknown[]> {
    throw new NotImplementedError(
      `${this.constructor.name}: getItem(index) must be implemented, which returns batch ${index} as [x, y].`,
    );
  }
  /** Number of batches; null for as many as are asked for. */
  get numBatches(): number | null {
    throw new NotImplementedError(
      `${this.constructor.name}: numBatches must be implemented, the number of batches or null.`,
    );
  }
  onEpochBegin(): void | Promise<void> {}
  onEpochEnd(): void | Promise<void> {}
}
inspectable(PyDataset, settingsLine);
export { PyDataset as Sequence };
