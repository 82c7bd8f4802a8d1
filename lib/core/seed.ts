/**
 * Seeds: streams of them, and the global one, which `setRandomSeed` starts anew. A seed decides all values of a random
 * tensor, whatever the number of threads.
 */
import { acrossCopies } from '../support/copies';
import { ValueError } from '../support/errors';
import { run, tensor, type Tensor } from './tensor';
import { withTrace } from './trace';
import { Variable } from './variable';

let entropy: { state: bigint } | null = null;
/** @internal A number for what wants a seed and was given none: from the global seed, else from the system. */
export function makeDefaultSeed(): number {
  if (!entropy) return Math.floor(Math.random() * 1e9);
  // splitmix64
  entropy.state = (entropy.state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
  let z = entropy.state;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn;
  return Number((z ^ (z >> 31n)) % 1000000000n);
}

/** A stream of seeds: each `next()` gives another. Its state is a variable, so that compiled functions advance it. */
export class SeedGenerator {
  readonly seed: number;
  /** int64 (2,): key and count. */
  readonly state: Variable;
  constructor(seed?: number | null | { seed?: number | null; name?: string }) {
    const given = typeof seed === 'object' && seed !== null ? seed.seed : seed;
    if (given != null && (!Number.isInteger(given) || given < 0))
      throw new ValueError(`SeedGenerator: seed must be an integer >= 0.\n  Received: ${given}`);
    this.seed = given ?? makeDefaultSeed();
    this.state = withTrace(
      null,
      () =>
        new Variable(tensor(BigInt64Array.from([BigInt(this.seed), 0n])), {
          name: 'seed_generator_state',
          trainable: false,
        }),
    );
  }
  /** The next seed, int64 (2,). */
  next(): Tensor {
    const now = this.state.value;
    this.state.assign(run('add', [now, tensor(BigInt64Array.from([0n, 1n]))]));
    return now;
  }
  getConfig(): { seed: number } {
    return { seed: this.seed };
  }
}
acrossCopies(SeedGenerator, 'SeedGenerator');

let global_: SeedGenerator | null = null;
/** @internal */
export const globalSeedGenerator = (): SeedGenerator => (global_ ??= new SeedGenerator());

/** Starts all randomness anew: initializers, dropout, shuffling, `random`. */
export function setRandomSeed(seed: number): void {
  if (!Number.isInteger(seed) || seed < 0)
    throw new ValueError(`setRandomSeed: an integer >= 0 is expected.\n  Received: ${seed}`);
  entropy = { state: BigInt(seed) };
  global_ = new SeedGenerator(seed);
}

/** A seed: a number (the same values each time), a generator, or null for the global one. */
export type Seed = number | SeedGenerator | null | undefined;
/** @internal */
export function drawSeed(seed: Seed): Tensor {
  if (seed instanceof SeedGenerator) return seed.next();
  if (typeof seed === 'number' && (!Number.isInteger(seed) || seed < 0))
    throw new ValueError(`random: seed must be an integer >= 0 or a SeedGenerator.\n  Received: ${seed}`, {
      op: 'random',
    });
  return typeof seed === 'number' ? tensor(BigInt64Array.from([BigInt(seed), 0n])) : globalSeedGenerator().next();
}
