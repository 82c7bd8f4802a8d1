/** Names: automatic ones for layers and the like, scopes for variable paths. */

import { describe } from '../../support/describe';
import { ValueError } from '../../support/errors';

let counts = new Map<string, number>();
const scopes: { owner: ScopeOwner; path: string[] }[] = [];

/** @internal `BatchNormalization` -> `batch_normalization` (keras.src.utils.naming.to_snake_case). */
export function toSnakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
/** @internal `name`, `name_1`, ... */
export function uniqueName(base: string): string {
  const n = counts.get(base) ?? 0;
  counts.set(base, n + 1);
  return n ? `${base}_${n}` : base;
}
/** @internal An unused name for an object of this class. */
export const autoName = (className: string): string => uniqueName(toSnakeCase(className));
/** Starts automatic names anew (keras.utils.clear_session). */
export function clearSession(): void {
  counts = new Map();
}

let areFromConfigs = false;
/** @internal Names that a config holds stay, whatever they are: old files have 'block/conv'. */
export function withNamesOfConfigs<T>(f: () => T): T {
  const outer = areFromConfigs;
  areFromConfigs = true;
  try {
    return f();
  } finally {
    areFromConfigs = outer;
  }
}
/** @internal @throws ValueError for a name that Keras refuses: '/' parts paths. */
export function checkName(className: string, name: unknown): string {
  if (typeof name !== 'string' || (name.includes('/') && !areFromConfigs))
    throw new ValueError(
      `${className}: name must be a string without '/', which parts the paths of weights.\n  Received: ${describe(name)}`,
    );
  return name;
}

/** @internal Whose scope it is: an object has the parent it was first entered under, for good. */
export interface ScopeOwner {
  readonly name: string;
}
const parents = new WeakMap<ScopeOwner, string[]>();
const pathOf = (): string[] => scopes.at(-1)?.path ?? [];

/** @internal Variables made inside of `f` have the name of `owner` in their path (keras.src.backend.common.name_scope). */
export function withNameScope<T>(owner: ScopeOwner, f: () => T): T {
  if (scopes.at(-1)?.owner === owner) return f();
  let parent = parents.get(owner);
  if (!parent) parents.set(owner, (parent = pathOf()));
  scopes.push({ owner, path: [...parent, owner.name] });
  try {
    return f();
  } finally {
    scopes.pop();
  }
}
/** @internal Path of a variable that `owner` makes now. */
export const scopedPath = (owner: ScopeOwner, name: string): string =>
  [...(scopes.at(-1)?.owner === owner ? pathOf() : [...(parents.get(owner) ?? pathOf()), owner.name]), name].join('/');

export { camelCase, snakeCase } from '../../support/letter_case';
