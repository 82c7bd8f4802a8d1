/** The order in which a pass takes its rows: handed over to the engine, and validated there, once for all of its steps. */
import type { NativeRowOrder } from '../../../binding';
import { binding } from '../../core/binding';

/** @internal */
export class RowOrder {
  #native: NativeRowOrder | null = null;
  constructor(
    readonly indices: Int32Array,
    /** How many rows there are to choose from. */
    readonly rows: number,
  ) {}
  /** What `runSteps` takes. */
  get native(): NativeRowOrder {
    return (this.#native ??= new binding.RowOrder(this.indices, this.rows));
  }
}
