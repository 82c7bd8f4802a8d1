/** Losses and outputs in structures of arrays and records: checked against each other and walked together. */
import { describe } from '../../support/describe';
import { TypeError, ValueError } from '../../support/errors';
import { isRecord } from '../../support/nest';
import type { LossName, RegisteredName } from '../names';
import * as losses from '../losses/index';
import { isSerialized, type SerializedObject } from '../serialization/serialize';
import { isMap } from '../../support/realms';

/** A loss of one output: an instance, or a function that gives a loss for each example. */
export type OutputLoss = losses.Loss | losses.LossFunction;
/** What says which loss an output has: a name, an instance, a function, or null for none; structured as the outputs. */
export type LossStructure =
  | LossName
  | RegisteredName
  | OutputLoss
  | SerializedObject
  | null
  | readonly LossStructure[]
  | { readonly [output: string]: LossStructure };

const isContainer = (x: unknown): x is Record<string, unknown> => Array.isArray(x) || (isRecord(x) && !isSerialized(x));

// As in Keras, the name of a function means the function, not the class of the same formula.
function lossOf(given: unknown): OutputLoss | null {
  if (given === null || given === undefined) return null;
  if (isSerialized(given) && given.class_name === 'function') return lossOf(given.config);
  if (typeof given === 'string') return losses.functionNamed(given) ?? losses.get(given);
  if (typeof given === 'function' && !((given as { prototype?: unknown }).prototype instanceof losses.Loss))
    return given as losses.LossFunction;
  return losses.get(given);
}
/** @internal Each loss of a structure as an instance or a function; null stays. */
export function lossesOf(given: unknown): unknown {
  if (isMap(given)) return lossesOf(Object.fromEntries(given));
  if (isSerialized(given) && given.class_name === '__tuple__') return lossesOf(given.config);
  return isContainer(given) ? mapTogether('loss', lossOf, given) : lossOf(given);
}
/** @internal The JSON of `lossesOf`, as Keras writes it; in records the names of outputs keep their spelling. */
export function serializedLosses(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(serializedLosses);
  if (isRecord(given)) return new Map(Object.entries(given).map(([k, v]) => [k, serializedLosses(v)]));
  const json = losses.serialize(given as losses.Loss | null);
  return typeof json === 'string'
    ? { module: 'builtins', class_name: 'function', config: json, registered_name: 'function' }
    : json;
}
/** @internal Whether a structure holds anything but null. */
export const hasLoss = (given: unknown): boolean =>
  isContainer(given) ? Object.values(given).some(hasLoss) : given !== null && given !== undefined;

/** @internal A structure as text: `[*, { a: * }]`. */
export function structureText(x: unknown): string {
  if (Array.isArray(x)) return `[${x.map(structureText).join(', ')}]`;
  if (isContainer(x))
    return `{ ${Object.entries(x)
      .map(([k, v]) => `${k}: ${structureText(v)}`)
      .join(', ')} }`;
  return '*';
}
/** @internal Whether arrays have the same lengths and records the same keys. */
export function haveSameStructure(a: unknown, b: unknown): boolean {
  if (!isContainer(a) || !isContainer(b)) return isContainer(a) === isContainer(b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((k) => k in b && haveSameStructure(a[k], b[k]));
}
/** @internal The structure of the first with `f` of the leaves at each place. @throws ValueError when the others differ from it. */
export function mapTogether(
  what: string,
  f: (...leaves: unknown[]) => unknown,
  first: unknown,
  ...others: unknown[]
): unknown {
  const differs = others.find((o) => !haveSameStructure(first, o));
  if (differs !== undefined)
    throw new ValueError(
      `${what}: the structures differ.\n  Received: ${structureText(first)} and ${structureText(differs)}`,
    );
  if (Array.isArray(first))
    return first.map((x, i) => mapTogether(what, f, x, ...others.map((o) => (o as unknown[])[i])));
  if (isContainer(first))
    return Object.fromEntries(
      Object.keys(first).map((k) => [
        k,
        mapTogether(what, f, first[k], ...others.map((o) => (o as Record<string, unknown>)[k])),
      ]),
    );
  return f(first, ...others);
}
/** @internal All leaves of a structure. */
export const leavesOf = (x: unknown): unknown[] => (isContainer(x) ? Object.values(x).flatMap(leavesOf) : [x]);
/** @internal @throws TypeError when it is no record of options. */
export function checkRecord(where: string, options: unknown): void {
  if (!isRecord(options))
    throw new TypeError(`${where}: the last argument must be an options object.\n  Received: ${describe(options)}`);
}
