/** The engine as a whole: threads, memory, devices, version. */
import { expectFunction } from '../support/guard';
import { binding } from './binding';
import { describe } from '../support/describe';
import { ValueError } from '../support/errors';
import { planLimits } from './plan_cache';
import { flattenStructure } from '../support/nest';
import { collectTensors, isTensor, type Tensor } from './tensor';
import { isPromise } from '../support/realms';

/** Settings of the process. */
export const config = {
  /** Threads of the engine. Default: the processors that the process and its container may use, or OMP_NUM_THREADS. The same number gives bit-equal results. */
  get numThreads(): number {
    return binding.getNumThreads();
  },
  set numThreads(count: number) {
    binding.setNumThreads(count);
  },
  /**
   * Bytes that the plans of one function or model may take together: working memory and code of each size of batch, length
   * and the like that it has met. Those used least recently are given up and made anew when they are needed; eight stay
   * whatever their size. Default 2^28 (256 MiB).
   */
  get planCacheBytes(): number {
    return planLimits.bytes;
  },
  set planCacheBytes(bytes: number) {
    if (!(typeof bytes === 'number' && bytes >= 0))
      throw new ValueError(`config.planCacheBytes must be a number >= 0.\n  Received: ${describe(bytes)}`);
    planLimits.bytes = bytes;
  },
};
/** Tensors alive in this thread; bytes in use, at most, and kept for reuse in the process. */
export function memory(): {
  tensors: number;
  bytesInUse: number;
  peakBytes: number;
  pooledBytes: number;
  buffers: number;
} {
  return binding.memory();
}
/** What computes. */
export function devices(): { name: string; kind: string; description: string }[] {
  return binding.devices();
}
// eslint-disable-next-line @typescript-eslint/no-require-imports
export const version: string = (require('../../package.json') as { version: string }).version;

const scopes: Set<Tensor>[] = [];
/**
 * Runs `f` and disposes the tensors made inside, but for those it returns. Never required: the garbage collector
 * suffices; it keeps the peak low in long synchronous loops.
 * @throws ValueError for an async function.
 */
export function tidy<T>(f: () => T): T {
  expectFunction('tidy', 'its argument', f);
  const made = new Set<Tensor>();
  scopes.push(made);
  collectTensors(addToScope);
  let result: T;
  try {
    result = f();
    if (isPromise(result)) throw new ValueError('tidy: the function must be synchronous; it returned a promise.');
    for (const t of flattenStructure(result, isTensor)) made.delete(t);
  } finally {
    scopes.pop();
    if (!scopes.length) collectTensors(null);
    for (const t of made) t.dispose();
  }
  const outer = scopes.at(-1);
  if (outer) for (const t of flattenStructure(result, isTensor)) outer.add(t);
  return result;
}
function addToScope(made: readonly Tensor[]): void {
  for (const t of made) scopes.at(-1)?.add(t);
}
