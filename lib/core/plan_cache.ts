/** Plans that are kept for the next call of the same signature: the ones used last, within bounds. */
import type { NativePlan } from '../../binding';

/** @internal Plans of one function or model. */
export const MAX_PLANS = 256;
/** @internal Their ops in all: a loop that is written out makes a plan of many thousands. */
export const MAX_OPS = 10_000;
/** What an op of a plan takes beside the arena: its kernel, sizes and places. */
const OP_BYTES = 8192;
/** Plans that stay whatever their size: the steps of training and validation, with the rest of the rows, take turns. */
const MIN_PLANS = 8;
/** @internal Bytes that the plans of one function or model may take together. */
export const planLimits = { bytes: 2 ** 28 };

/** @internal A cache that gives up what was used least recently, and lets its memory go at once. */
export class PlanCache<P extends { readonly plan: NativePlan }> {
  // In the order of use. Plans that the user holds are left to the garbage collector.
  private readonly entries = new Map<string, { value: P; ops: number; bytes: number; isShared: boolean }>();
  private ops = 0;
  private bytes = 0;
  constructor(
    readonly mostPlans = MAX_PLANS,
    readonly mostOps = MAX_OPS,
  ) {}
  get size(): number {
    return this.entries.size;
  }
  /** @param isShared - whether the plan leaves our hands, so that giving it up must not end it. */
  get(key: string, make: () => P, isShared = false): P {
    let entry = this.entries.get(key);
    if (entry) this.entries.delete(key);
    else {
      const value = make();
      const { ops, arenaBytes } = value.plan.statistics;
      const bytes = arenaBytes + ops * OP_BYTES;
      entry = { value, ops, bytes, isShared };
      this.ops += ops;
      this.bytes += bytes;
    }
    entry.isShared ||= isShared;
    this.entries.set(key, entry);
    for (const oldest of this.entries.keys()) {
      const { size } = this.entries;
      if (size <= this.mostPlans && this.ops <= this.mostOps && (this.bytes <= planLimits.bytes || size <= MIN_PLANS))
        break;
      if (oldest !== key) this.remove(oldest);
    }
    return entry.value;
  }
  clear(): void {
    for (const key of this.entries.keys()) this.remove(key);
  }
  private remove(key: string): void {
    const entry = this.entries.get(key)!;
    this.entries.delete(key);
    this.ops -= entry.ops;
    this.bytes -= entry.bytes;
    // Runs that have been enqueued hold what they need.
    if (!entry.isShared) entry.value.plan.dispose();
  }
}
