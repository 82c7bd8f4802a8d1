/** Random trees of groups, datasets and attributes, the same for the same seed: what an HDF5 file may hold. */
import { randomSource } from './random_source';

/** Types of numbers, by the names of HDF5: `uint16`, `float32`, ... */
export const NUMBERS = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;
export type NumberType = keyof typeof NUMBERS;
export type Numbers = InstanceType<(typeof NUMBERS)[NumberType]>;

export interface DatasetNode {
  shape: number[];
  values: Numbers | string[];
  attributes: Map<string, Attribute>;
}
export interface GroupNode {
  groups: Map<string, GroupNode>;
  datasets: Map<string, DatasetNode>;
  attributes: Map<string, Attribute>;
}
export type Attribute = string | string[] | Numbers;

/** Draws of a seed. */
export class Draws {
  private readonly random: () => number;
  constructor(seed: number) {
    this.random = randomSource(seed);
  }
  /** An integer from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low + 1));
  }
  chance(probability: number): boolean {
    return this.random() < probability;
  }
  pick<T>(from: readonly T[]): T {
    return from[this.integer(0, from.length - 1)];
  }
  /** A text of up to `longest` characters out of several alphabets. */
  text(longest: number, alphabet = this.pick(ALPHABETS)): string {
    const characters = [...alphabet];
    return Array.from({ length: this.integer(0, longest) }, () => this.pick(characters)).join('');
  }
  /** A name of a member: no path, not empty, no other one of `taken`. */
  name(taken: { has(name: string): boolean }): string {
    const longest = this.chance(0.03) ? 400 : 20;
    for (;;) {
      const name = this.text(longest);
      if (name && name !== '.' && name !== '..' && !taken.has(name)) return name;
    }
  }
  /** Any bit pattern of a type. */
  numbers(type: NumberType, count: number): Numbers {
    const out = new NUMBERS[type](count);
    const bytes = new Uint8Array(out.buffer);
    for (let i = 0; i < bytes.length; i++) bytes[i] = this.integer(0, 255);
    return out;
  }
  shape(): number[] {
    const rank = this.pick([0, 1, 1, 2, 2, 3, 4]);
    return Array.from({ length: rank }, () => (this.chance(0.04) ? 0 : this.integer(1, rank < 3 ? 12 : 5)));
  }
}
const ALPHABETS = ['abcdefghijklmnopqrstuvwxyz_0123456789', 'ABC xyz-:;,()[]{}"\'', 'äöüßéΩжя日本語', 'a😀🧠b'];

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** A group with what `dataset` and `attribute` draw. */
export function randomGroup(
  draws: Draws,
  draw: { dataset: (draws: Draws) => DatasetNode; attribute: (draws: Draws) => Attribute },
  depth = 0,
): GroupNode {
  const group: GroupNode = { groups: new Map(), datasets: new Map(), attributes: randomAttributes(draws, draw) };
  const taken = { has: (name: string): boolean => group.groups.has(name) || group.datasets.has(name) };
  // Some groups have many members: libhdf5 keeps those otherwise.
  const datasets = draws.chance(0.03) ? draws.integer(20, 60) : draws.integer(0, 3);
  for (let i = 0; i < datasets; i++) group.datasets.set(draws.name(taken), draw.dataset(draws));
  const groups = depth < 4 ? draws.integer(0, depth ? 1 : 3) : 0;
  for (let i = 0; i < groups; i++) group.groups.set(draws.name(taken), randomGroup(draws, draw, depth + 1));
  return group;
}
export function randomAttributes(
  draws: Draws,
  { attribute }: { attribute: (draws: Draws) => Attribute },
): Map<string, Attribute> {
  const out = new Map<string, Attribute>();
  const count = draws.chance(0.03) ? draws.integer(9, 30) : draws.pick([0, 0, 0, 1, 1, 2]);
  for (let i = 0; i < count; i++) out.set(draws.name(out), attribute(draws));
  return out;
}
