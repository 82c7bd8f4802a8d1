/**
 * Kinds of options: what a value may be, and how files write it. A class says in `static options` of which kind each of
 * its options is; its subclasses inherit that, and may say otherwise.
 */
import { TypeError, ValueError } from '../support/errors';
import { SeedGenerator } from '../core/seed';

/** What the values of an option may be. */
export interface OptionKind {
  /** Whether a value is right. What is left out, or null, takes the default and is not asked about. */
  is: (value: unknown) => boolean;
  /** What a right value is, as it stands behind "must be": 'true or false'. */
  expected: string;
  /** Class of the error for other values. Default ValueError. */
  error?: typeof TypeError | typeof ValueError;
  /** Whether the numbers are floats in Keras, so that files hold 1.0 for 1. Default false. */
  isFloat?: boolean;
}
/**
 * The options of a class: of which kind each is; null for one of the parent that it does not have. A list of names is
 * for a class that checks the values itself.
 */
export type OptionKinds = readonly string[] | Readonly<Record<string, OptionKind | null>>;

const isCount = (value: unknown, min: number): boolean => Number.isInteger(value) && (value as number) >= min;
const isNumber = (value: unknown): boolean => typeof value === 'number' && !Number.isNaN(value);
const isSignal = (value: unknown): boolean =>
  typeof value === 'object' &&
  typeof (value as AbortSignal).aborted === 'boolean' &&
  typeof (value as AbortSignal).addEventListener === 'function';
/** A kind whose values the class itself checks, with errors of its own. */
const checkedByClass = (expected: string): OptionKind => ({ is: () => true, expected });

/** The kinds that Keras' classes have. */
export const optionKinds = {
  boolean: { is: (value) => typeof value === 'boolean', expected: 'true or false', error: TypeError },
  number: { is: isNumber, expected: 'a number' },
  /** A number that is a float in Keras. */
  float: { is: isNumber, expected: 'a number', isFloat: true },
  count: { is: (value) => isCount(value, 0), expected: 'an integer >= 0' },
  positiveCount: { is: (value) => isCount(value, 1), expected: 'an integer >= 1' },
  seed: {
    is: (value) => value instanceof SeedGenerator || isCount(value, 0),
    expected: 'an integer >= 0 or a SeedGenerator',
  },
  string: { is: (value) => typeof value === 'string', expected: 'a string', error: TypeError },
  signal: { is: isSignal, expected: 'an AbortSignal', error: TypeError },

  activation: checkedByClass('an activation'),
  initializer: checkedByClass('an initializer'),
  regularizer: checkedByClass('a regularizer'),
  constraint: checkedByClass('a constraint'),
  dtype: checkedByClass('a dtype or a policy for dtypes'),
  shape: checkedByClass('a list of sizes'),
  choice: checkedByClass('one of its names'),
  integer: checkedByClass('an integer'),
  integers: checkedByClass('an integer or a list of them'),
  numbers: checkedByClass('a number or a list of them'),
  /** Numbers, one or several, that are floats in Keras. */
  floats: { ...checkedByClass('a number or a list of them'), isFloat: true },
  any: checkedByClass('what its type says'),
} as const satisfies Record<string, OptionKind>;

const asRecord = (options: OptionKinds): Readonly<Record<string, OptionKind | null>> =>
  Array.isArray(options)
    ? Object.fromEntries((options as readonly string[]).map((name) => [name, optionKinds.any]))
    : (options as Readonly<Record<string, OptionKind | null>>);

/** @internal The names, in their order. */
export const namesOf = (options: OptionKinds | undefined): readonly string[] =>
  Array.isArray(options) ? (options as readonly string[]) : Object.keys(options ?? {});

/** @internal The kinds of all options of a class: its own, and those of the classes it extends. */
export function kindsOf(cls: object): Record<string, OptionKind> {
  const chain: OptionKinds[] = [];
  for (let c: unknown = cls; typeof c === 'function' && c !== Function.prototype; c = Object.getPrototypeOf(c))
    if (Object.hasOwn(c, 'options')) chain.unshift((c as { options?: OptionKinds }).options ?? []);
  const kinds = new Map<string, OptionKind>();
  for (const options of chain)
    for (const [name, kind] of Object.entries(asRecord(options))) {
      kinds.delete(name); // What a class says anew stands among its own, where messages list them.
      if (kind) kinds.set(name, kind);
    }
  return Object.fromEntries(kinds);
}
/** @internal Options of a class whose numbers are floats in Keras, those that its constructor takes by position too. */
export function floatOptions(cls: { positional?: OptionKinds }): string[] {
  const all = { ...asRecord(cls.positional ?? []), ...kindsOf(cls) };
  return Object.keys(all).filter((name) => all[name]?.isFloat);
}
