/** Numbers that look random and are the same in every run. */
import type { DType } from '../../lib/index';
import { nd, type NdArray } from './ndarray';

/** A stream of random numbers (mulberry32): the seed decides all of them. */
export class Random {
  private state: number;
  constructor(seed: number) {
    this.state = seed >>> 0;
  }
  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  /** In [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.next();
  }
  /** An integer in [low, high). */
  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low));
  }
  pick<T>(list: readonly T[]): T {
    return list[this.integer(0, list.length)];
  }
  /** The integers below n in random order. */
  permutation(n: number): number[] {
    const order = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(0, i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}

/** Text to a seed, so that each test has its own numbers without naming a seed. */
export function seedOf(text: string): number {
  let h = 2166136261;
  for (const c of text) h = Math.imul(h ^ c.charCodeAt(0), 16777619);
  return h >>> 0;
}

/**
 * An array of random values that its dtype holds exactly: sixteenths for the half types (so that the twin computes on
 * the same numbers), integers for integers, 0 and 1 for bool.
 */
export function randomArray(
  shape: readonly number[],
  {
    dtype = 'float32',
    low = -2,
    high = 2,
    seed = 1,
  }: { dtype?: DType; low?: number; high?: number; seed?: number } = {},
): NdArray {
  const random = new Random(seed + seedOf(`${shape}`));
  const n = shape.reduce((p, d) => p * d, 1);
  const draw = (): number => {
    switch (dtype) {
      case 'bool':
        return random.integer(0, 2);
      case 'uint8':
        return random.integer(Math.max(0, Math.ceil(low)), Math.floor(high) + 1);
      case 'int8':
      case 'int32':
      case 'int64':
        return random.integer(Math.ceil(low), Math.floor(high) + 1);
      case 'float16':
      case 'bfloat16':
        return Math.round(random.uniform(low, high) * 16) / 16;
      case 'float32':
        return Math.fround(random.uniform(low, high));
      default:
        return random.uniform(low, high);
    }
  };
  return nd(Array.from({ length: n }, draw), shape, dtype);
}

/** Different values at a distance of at least 0.1, in random order: for what is not smooth where values are equal. */
export function distinctArray(
  shape: readonly number[],
  { dtype = 'float64', seed = 1 }: { dtype?: DType; seed?: number } = {},
): NdArray {
  const n = shape.reduce((p, d) => p * d, 1);
  const order = new Random(seed + seedOf(`${shape}`)).permutation(n);
  return nd(
    order.map((k) => (k - (n - 1) / 2) * 0.25 + 0.06),
    shape,
    dtype,
  );
}
