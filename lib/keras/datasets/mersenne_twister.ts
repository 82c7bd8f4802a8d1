/** The Mersenne Twister (MT19937) of Matsumoto and Nishimura, seeded and shuffling as NumPy's RandomState does. */
import * as crypto from 'node:crypto';

const SIZE = 624;
const MIDDLE = 397;
const SEEDS = 2 ** 32;

/** @internal NumPy's RandomState, as far as data sets need it: the same seed gives the same orders. */
export class MersenneTwister {
  private readonly state = new Uint32Array(SIZE);
  private at = SIZE;

  /** @param seed - an integer from 0 to 2^32 - 1; null: one that nobody knows. */
  constructor(seed: number | null) {
    let value = seed ?? crypto.randomInt(SEEDS);
    for (let i = 0; i < SIZE; i++) {
      this.state[i] = value;
      value = (Math.imul(1812433253, value ^ (value >>> 30)) + i + 1) >>> 0;
    }
  }

  private refill(): void {
    const { state } = this;
    for (let i = 0; i < SIZE; i++) {
      const y = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff);
      state[i] = state[(i + MIDDLE) % SIZE] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.at = 0;
  }

  /** The next 32 bits. */
  next(): number {
    if (this.at === SIZE) this.refill();
    let y = this.state[this.at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** An integer from 0 to `most`: bits are drawn until they are small enough, so that all are equally likely. */
  upTo(most: number): number {
    if (most === 0) return 0;
    const mask = 0xffffffff >>> Math.clz32(most);
    for (;;) {
      const value = (this.next() & mask) >>> 0;
      if (value <= most) return value;
    }
  }

  /** The numbers 0 to count - 1 in the order of `RandomState.shuffle(arange(count))`. */
  order(count: number): Uint32Array {
    const out = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.upTo(i);
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  }
}
