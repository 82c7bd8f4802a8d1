/**
 * An object of its config. Configs have names, constructors have places: the class says which names its places have
 * (`static positional`), or takes one record. Of a class that says nothing the names are not to be had (programs that
 * pack code rename parameters): what is made is asked for its config, and is right when that is the one it was made of.
 */
import { ValueError } from '../../support/errors';
import { isRecord } from '../../support/nest';
import { kindsOf, namesOf } from '../option_kinds';
import { classNameOf, moduleOf, type SerializableClass } from './registry';

type Config = Record<string, unknown>;

/** @internal An instance from camelCase options. @throws ValueError when nothing says how the constructor takes them. */
export function construct<T>(cls: SerializableClass, config: Config): T {
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
  const declared = namesOf(cls.positional);
  const own = saysHow(cls) ? [] : ownKeys(cls, given);
  return (own.length ? byTrial(cls, given, declared, own) : byPlace(cls, given, declared)) as T;
}
/** Options of these names in their places, the rest as one record. */
function byPlace(cls: SerializableClass, given: Config, names: readonly string[]): unknown {
  const args = names.map((name) => given[name]);
  while (args.length && args[args.length - 1] === undefined) args.pop();
  const rest = Object.fromEntries(Object.entries(given).filter(([name]) => !names.includes(name)));
  return new cls(...args, ...(Object.keys(rest).length || !args.length ? [rest] : [])) as unknown;
}
const saysHow = (cls: SerializableClass): boolean => moduleOf(cls) !== undefined || Object.hasOwn(cls, 'positional');

/** What a class of the user has in its config beside what the class of Keras has that it extends. */
function ownKeys(cls: SerializableClass, given: Config): string[] {
  let parent: unknown = cls;
  while (typeof parent === 'function' && parent !== Function.prototype && !isOfKeras(parent))
    parent = Object.getPrototypeOf(parent);
  const known = typeof parent === 'function' ? parent : Function.prototype;
  const names = new Set([...Object.keys(kindsOf(known)), ...namesOf((known as Partial<SerializableClass>).positional)]);
  return Object.keys(given).filter((name) => !names.has(name));
}
// Of the bases, which are not registered, the parent has no options.
const isOfKeras = (cls: object): boolean =>
  moduleOf(cls) !== undefined || (Object.hasOwn(cls, 'options') && !hasOptions(Object.getPrototypeOf(cls) as object));
const hasOptions = (cls: object): boolean => 'options' in cls;

function byTrial(cls: SerializableClass, given: Config, declared: readonly string[], own: readonly string[]): unknown {
  const ways = [
    declared,
    [...declared, ...own],
    [...declared, ...own.slice(0, Math.max(0, cls.length - declared.length))],
  ];
  let first: { made: unknown } | null = null;
  let refusal: unknown;
  for (const names of ways)
    try {
      const made = byPlace(cls, given, names);
      if (isOf(made, given, own)) return made;
      if (names === declared) first = { made };
    } catch (error) {
      refusal ??= error;
    }
  // A constructor without arguments that it needs takes a record; it may bring values into another form.
  if (cls.length <= declared.length && first) return first.made;
  if (cls.length <= declared.length && refusal) throw refusal;
  const name = classNameOf(cls);
  throw new ValueError(
    `deserialize: how ${name} takes ${own.map((key) => `'${key}'`).join(', ')} is not known: an object that is made of its config has another one.\n  Fix: name what the constructor takes by position in the class, static positional = [${own.map((key) => `'${key}'`).join(', ')}], or give it static fromConfig(config).`,
    { cause: refusal },
  );
}
/** Whether the object's own options are those that it was made of. */
function isOf(made: unknown, given: Config, own: readonly string[]): boolean {
  const config = (made as { getConfig?(): Config }).getConfig?.();
  return !config || own.every((name) => isSame(config[name], given[name]));
}
function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((x, i) => isSame(x, b[i]));
  if (typeof a === 'number' && typeof b === 'number') return Object.is(Math.fround(a), Math.fround(b));
  if (!isRecord(b)) return a === b;
  if (typeof a !== 'object' || a === null) return false;
  // A part: its config on one side, itself or its config on the other.
  if ('class_name' in b) return isRecord(a) ? a.class_name === b.class_name : !Array.isArray(a);
  return isRecord(a) && Object.keys(b).every((key) => key in a);
}
