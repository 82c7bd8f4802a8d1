/** The engine as a whole: threads, memory, devices, version. */
import { expectFunction } from '../support/guard';
import { binding } from './binding';
import { describe } from '../support/describe';
import { ValueError } from '../support/errors';
import { planLimits } from './plan_cache';
import { flattenStructure } from '../support/nest';
import { Tensor } from './tensor';
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
const plainRun = binding.run;
const plainFromData = binding.fromData;
/**
 * Runs `f` and disposes the tensors made inside, but for those it returns. Never required: the garbage collector
 * suffices; it keeps the peak low in long synchronous loops.
 * @throws ValueError for an async function.
 */
export function tidy<T>(f: () => T): T {
  expectFunction('tidy', 'its argument', f);
  const made = new Set<Tensor>();
  scopes.push(made);
  binding.run = trackedRun;
  binding.fromData = trackedFromData;
  let result: T;
  try {
    result = f();
    if (isPromise(result)) throw new ValueError('tidy: the function must be synchronous; it returned a promise.');
    for (const t of flattenStructure(result, (x): x is Tensor => x instanceof Tensor)) made.delete(t);
  } finally {
    scopes.pop();
    if (!scopes.length) {
      binding.run = plainRun;
      binding.fromData = plainFromData;
    }
    for (const t of made) t.dispose();
  }
  const outer = scopes.at(-1);
  if (outer) for (const t of flattenStructure(result, (x): x is Tensor => x instanceof Tensor)) outer.add(t);
  return result;
}
function trackedFromData(...args: Parameters<typeof plainFromData>): ReturnType<typeof plainFromData> {
  const t = plainFromData(...args);
  scopes.at(-1)?.add(t as Tensor);
  return t;
}
function trackedRun(...args: Parameters<typeof plainRun>): ReturnType<typeof plainRun> {
  const out = plainRun(...args);
  const scope = scopes.at(-1);
  if (scope) for (const t of out) scope.add(t as Tensor);
  return out;
}
