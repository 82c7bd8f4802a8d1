/** Checks options of Keras' classes and functions by their kinds. Ranges are for the classes themselves. */
import { describe } from '../support/describe';
import { ValueError } from '../support/errors';
import { checkOptionNames } from '../support/options';
import { kindsOf, type OptionKind } from './option_kinds';

export { nearest } from '../support/options';
export {
  floatOptions,
  kindsOf,
  namesOf,
  optionKinds as kinds,
  type OptionKind,
  type OptionKinds,
} from './option_kinds';

/**
 * @internal Refuses names that are not among `known`, and values that are not of their kind. What is left out, or null,
 * takes its default.
 */
export function checkOptions(where: string, options: object, known: Readonly<Record<string, OptionKind>>): void {
  checkOptionNames(where, options, Object.keys(known));
  for (const [name, value] of Object.entries(options)) {
    const kind = known[name];
    if (value == null || kind.is(value)) continue;
    const Refusal = kind.error ?? ValueError;
    throw new Refusal(`${where}: ${name} must be ${kind.expected}.\n  Received: ${describe(value)}`, { op: where });
  }
}
/** @internal Checks what the constructor of a class is given. */
export const checkOptionsOf = (cls: object, where: string, options: object): void =>
  checkOptions(where, options, kindsOf(cls));
