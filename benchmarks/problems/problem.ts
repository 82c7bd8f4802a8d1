/** What a timed problem is, and what its kinds share. */
import * as trae from '../../lib/index';
import { tracePlan } from '../../lib/core/compile';

/** A problem that can be timed. */
export interface Problem {
  name: string;
  /** Floating-point operations, or bytes that must move, of one run. */
  flops?: number;
  bytes?: number;
  /** Bytes of an element: the peak is that of 4, and half of it for 8. */
  elementSize?: number;
  /** Milliseconds of one run. */
  time(): Promise<number>;
  /** Throws when the result is wrong. */
  check(): Promise<void>;
  /** What the peer is asked for. */
  request: Record<string, unknown>;
}

export const uniform = (shape: number[], seed: number, dtype: trae.DType = 'float32'): trae.Variable =>
  trae.variable(trae.random.uniform(shape, { seed, minval: -1, maxval: 1, dtype }), { trainable: false });
export const near = (name: string, got: number, want: number, tolerance: number): void => {
  if (!(Math.abs(got - want) <= tolerance * Math.max(1, Math.abs(want))))
    throw new Error(`${name}: ${got} instead of ${want}`);
};
/** How often a round runs `work` floating-point operations: about a tenth of a second, so that waking up does not count. */
export const repeatsFor = (work: number): number => Math.max(3, Math.round(3e10 / work));
/** Runs a function of variables many times as one native plan: milliseconds of a run, on average. The peer does the same. */
export function timed(f: () => trae.Tensor, repeats: number): () => Promise<number> {
  const { plan } = tracePlan(f, []);
  return async () => {
    await plan.runSteps({ data: [], batchSize: 1, start: 0, steps: 2 });
    const start = performance.now();
    await plan.runSteps({ data: [], batchSize: 1, start: 0, steps: repeats });
    return (performance.now() - start) / repeats;
  };
}
