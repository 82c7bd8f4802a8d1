/** Structures: tensors in arrays and records, flattened in Keras' order (keys sorted) and packed again. */

/** @internal Leaves of `structure` for which `isLeaf` holds, arrays in order, records by key, sorted. */
export function flattenStructure<T>(structure: unknown, isLeaf: (x: unknown) => x is T): T[] {
  const out: T[] = [];
  const visit = (x: unknown): void => {
    if (isLeaf(x)) out.push(x);
    else if (Array.isArray(x)) x.forEach(visit);
    else if (isRecord(x)) for (const key of sortedKeys(x)) visit(x[key]);
  };
  visit(structure);
  return out;
}

/** @internal Keys in the order in which Keras takes them (keras.src.tree): sorted as texts. */
export const sortedKeys = (record: object): string[] => Object.keys(record).sort();

/** @internal The same structure with each leaf, in the order of `flattenStructure`, replaced by `f(leaf)`; everything else is kept. */
export function mapStructure<T>(structure: unknown, isLeaf: (x: unknown) => x is T, f: (leaf: T) => unknown): unknown {
  if (isLeaf(structure)) return f(structure);
  if (Array.isArray(structure)) return structure.map((x) => mapStructure(x, isLeaf, f));
  if (isRecord(structure)) {
    const made = new Map(sortedKeys(structure).map((k) => [k, mapStructure(structure[k], isLeaf, f)]));
    return Object.fromEntries(Object.keys(structure).map((k) => [k, made.get(k)]));
  }
  return structure;
}

/** @internal A plain object: not a class instance. */
export function isRecord(x: unknown): x is Record<string, unknown> {
  if (x === null || typeof x !== 'object') return false;
  const prototype = Object.getPrototypeOf(x);
  // Object.prototype of any realm: the one prototype that has none itself.
  return (
    prototype === null ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'hasOwnProperty'))
  );
}
