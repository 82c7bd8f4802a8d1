/** Options objects: unknown names are errors that suggest the nearest known one. */
import { otherPackageOf } from './copies';
import { describe } from './describe';
import { TypeError } from './errors';

/** @internal Levenshtein's distance. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length];
}

/** Longest name that a known one is looked for: the time grows with its length. */
const MAX_LENGTH = 100;
/** @internal The known name nearest to `name`, or undefined when none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  const plain = (s: string): string => s.replace(/_/g, '').toLowerCase();
  const scored = known.map((k) => [editDistance(plain(name), plain(k)), k] as const).sort((a, b) => a[0] - b[0]);
  return scored.length && scored[0][0] <= Math.max(2, Math.floor(name.length / 3)) ? scored[0][1] : undefined;
}

/** @internal What stands where options are expected and is none. */
export function refuseAsOptions(where: string, given: unknown, known: readonly string[]): never {
  throw new TypeError(
    `${where}: options are given as a record, like { ${known[0] ?? 'name'}: ... }.\n  Received: ${describe(given)}`,
    { op: where },
  );
}
/**
 * @internal Refuses names that are not `known`.
 * @throws TypeError naming the option, the nearest known one, and all of them.
 */
export function checkOptionNames(where: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options) || otherPackageOf(options) !== null)
    refuseAsOptions(where, options, known);
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    throw new TypeError(
      `${where}: unknown option ${describe(name)}.${near ? ` Did you mean '${near}'?` : ''}\n  ${known.length ? `Known options: ${known.join(', ')}` : 'It has no options.'}`,
      { op: where },
    );
  }
}
