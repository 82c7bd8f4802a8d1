/** What JavaScript's heap can hold: asked before large arrays of objects are made, because V8 ends the process when it is full. */
import * as os from 'node:os';
import * as v8 from 'node:v8';
import type { TypedArray } from '../../binding';
import { OutOfMemoryError } from './errors';

const SMALL = 2 ** 24;
/** @internal What a tensor takes of it, beside its values. */
export const TENSOR_BYTES = 600;

/**
 * @internal
 * @param bytes - of the heap that the objects to be made will take, roughly.
 * @throws OutOfMemoryError when more than what is left is asked for.
 */
export function requireHeap(what: string, bytes: number, fix?: string): void {
  if (bytes < SMALL) return;
  const { heap_size_limit: limit, used_heap_size: used } = v8.getHeapStatistics();
  if (bytes > (limit - used) / 2)
    throw new OutOfMemoryError(
      `${what} needs about ${bytes} bytes of JavaScript's heap, which has ${Math.max(0, limit - used)} left.${fix ? `\n  Fix: ${fix}` : ''}`,
    );
}

const MAX_TABLE = 2 ** 26;
/**
 * @internal For tables that are computed number by number in JavaScript.
 * @throws OutOfMemoryError for more than 2^26 numbers.
 */
export function requireTable(what: string, count: number): void {
  if (count > MAX_TABLE)
    throw new OutOfMemoryError(
      `${what} needs a table of ${count} numbers (${8 * count} bytes), more than the ${MAX_TABLE} that are made here.`,
    );
}

/**
 * @internal A typed array of zeros.
 * @throws OutOfMemoryError with the bytes asked for, when they are more than the machine has or cannot be had.
 */
export function allocate<T extends TypedArray>(
  what: string,
  Class: { new (count: number): T; BYTES_PER_ELEMENT: number },
  count: number,
): T {
  const bytes = count * Class.BYTES_PER_ELEMENT;
  const has = os.totalmem();
  if (bytes > has) throw new OutOfMemoryError(`${what} needs ${bytes} bytes, and this machine has ${has}.`);
  try {
    return new Class(count);
  } catch (cause) {
    throw new OutOfMemoryError(`${what} needs ${bytes} bytes, which cannot be allocated.`, { cause });
  }
}
