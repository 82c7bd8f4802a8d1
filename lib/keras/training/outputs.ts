/** Outputs of a model as a structure: where each one lies, and how losses, targets and weights find it (keras.src.trainers.compile_utils). */
import { ValueError } from '../../support/errors';
import { isRecord } from '../../support/nest';
import { formatShape, type Tensor, isTensor } from '../../core/tensor';

/** @internal Keys and positions from the top of a structure to a leaf. */
export type Path = readonly (string | number)[];
/** @internal */
export interface Leaf<T = unknown> {
  path: Path;
  value: T;
}
/** @internal One output of a model: its place, its name where the model knows one, what was predicted. */
export interface Output extends Leaf<Tensor> {
  name: string | null;
}
/** @internal Whether a structure goes on below. */
export const isNested = (x: unknown): x is unknown[] | Record<string, unknown> => Array.isArray(x) || isRecord(x);
/** @internal Leaves in the order in which they are written. */
export function leavesOf(structure: unknown, path: Path = []): Leaf[] {
  if (Array.isArray(structure)) return structure.flatMap((s, i) => leavesOf(s, [...path, i]));
  if (isRecord(structure)) return Object.keys(structure).flatMap((k) => leavesOf(structure[k], [...path, k]));
  return [{ path, value: structure }];
}
/** @internal Keras' order of leaves: positions by number, keys by the alphabet. */
export function inKerasOrder<T extends { path: Path }>(leaves: readonly T[]): T[] {
  return [...leaves].sort((a, b) => {
    for (const [i, k] of a.path.entries()) {
      const other = b.path[i];
      if (k !== other) return typeof k === 'number' ? k - Number(other) : k < String(other) ? -1 : 1;
    }
    return 0;
  });
}
/** @internal What lies at a path; undefined where nothing does. */
export const valueAt = (structure: unknown, path: Path): unknown =>
  path.reduce<unknown>((s, k) => (isNested(s) ? (s as Record<string | number, unknown>)[k] : undefined), structure);
/** @internal `'a'`, or its place, for messages. */
export const placeOf = ({ path, name }: { path: Path; name: string | null }): string =>
  name ?? (path.length ? path.join('/') : 'output');

/** @internal The outputs of one step, as written. @param names - those of the model, in Keras' order; null where it has none. */
export function outputsOf(predictions: unknown, names: readonly string[] | null): Output[] {
  const leaves = leavesOf(predictions).filter((l): l is Leaf<Tensor> => isTensor(l.value));
  const places = new Map(inKerasOrder(leaves).map((l, i) => [l, i]));
  return leaves.map((l) => ({
    ...l,
    name: names?.[places.get(l)!] ?? (typeof l.path.at(-1) === 'string' ? l.path.join('/') : null),
  }));
}
/** @internal Whether outputs are an array or a record of tensors: what is given for them may go by name. */
export const isFlat = (outputs: readonly Output[]): boolean => outputs.every((o) => o.path.length <= 1);
/** @internal A record by names of outputs as an array, where the outputs are an array. */
export function byPosition(given: unknown, outputs: readonly Output[]): unknown {
  if (
    !isRecord(given) ||
    !outputs.every((o) => o.path.length === 0 || (o.path.length === 1 && typeof o.path[0] === 'number'))
  )
    return given;
  const known = outputs.map((o) => o.name);
  if (known.includes(null) || !Object.keys(given).every((k) => known.includes(k))) return given;
  const list = outputs.map((o) => given[o.name!]);
  return outputs[0].path.length ? list : list[0];
}

/**
 * @internal What belongs to each output of a structure of tensors: of the same structure, an array in Keras' order, or a
 * record by name. Null where nothing does.
 * @param wanted - the outputs that need one: an array may hold the values of these alone.
 */
export function alignedTo(
  outputs: readonly Output[],
  given: unknown,
  what: string,
  wanted: readonly Output[] = outputs,
): (Tensor | null)[] {
  if (given === null || given === undefined) return outputs.map(() => null);
  const structure = byPosition(given, outputs);
  const tensors = leavesOf(structure).filter((l): l is Leaf<Tensor> => isTensor(l.value));
  const isPartOf = tensors.every((t) =>
    outputs.some((o) => o.path.length === t.path.length && valueAt(structure, o.path) === t.value),
  );
  if (isPartOf && (tensors.length === outputs.length || isRecord(structure)))
    return outputs.map((o) => (valueAt(structure, o.path) as Tensor | undefined) ?? null);
  const receivers = tensors.length === outputs.length ? outputs : tensors.length === wanted.length ? wanted : null;
  if (!receivers || !tensors.every((t) => t.path.length <= 1))
    throw new ValueError(
      `the model has ${outputs.length} outputs (${outputs.map(placeOf).join(', ')}) but ${tensors.length} ${what} are given.\n  Received: shapes ${tensors.map((t) => formatShape(t.value.shape)).join(', ') || 'none'}\n  Fix: an array with one for each output, or a record by their names.`,
    );
  const sorted = inKerasOrder(receivers);
  return outputs.map((o) => {
    const at = sorted.findIndex((r) => r.path === o.path);
    return at < 0 ? null : inKerasOrder(tensors)[at].value;
  });
}
/** @internal Weights of examples: one tensor is for all outputs. */
export function weightsFor(outputs: readonly Output[], given: unknown): (Tensor | null)[] {
  const tensors = leavesOf(given).filter((l): l is Leaf<Tensor> => isTensor(l.value));
  if (!isRecord(given) && tensors.length === 1) return outputs.map(() => tensors[0].value);
  return alignedTo(outputs, given, 'sample weights');
}
