/**
 * Which Keras wrote a config. It goes along with the records of the config itself, not in a variable: classes make their
 * parts in `fromConfig` and in constructors, which take configs and nothing else, and may do so while another file is
 * read or after this one was.
 */
import { isRecord } from '../../support/nest';

/** @internal */
export interface Origin {
  /** Version of the Keras, like '2.3.1'. */
  version: string;
  /** Its backend, like 'theano', where the file says so. */
  backend: string | null;
}
const origins = new WeakMap<object, Origin>();
const isContainer = (x: unknown): x is object => Array.isArray(x) || isRecord(x);

const majorOf = (version: string): number => Number(/^\d+/.exec(version)?.[0] ?? 1);
/** @internal Whether a version is one of Keras 1 or 2. */
export const isOldVersion = (version: string): boolean => majorOf(version) < 3;

/** @internal The config, of which all records are known to be from there from now on. */
export function withOrigin<T>(config: T, origin: Origin | null): T {
  // Configs of Keras 3 mean what they say.
  if (!origin || !isOldVersion(origin.version)) return config;
  const pending: unknown[] = [config];
  while (pending.length) {
    const x = pending.pop();
    if (!isContainer(x) || origins.get(x) === origin) continue;
    origins.set(x, origin);
    for (const child of Object.values(x)) pending.push(child);
  }
  return config;
}
/** @internal Where a config is from: null for one of Keras 3, and for one that no file held. */
export const originOf = (config: unknown): Origin | null =>
  isContainer(config) ? (origins.get(config) ?? null) : null;
/** @internal Whether a config is from a file of Keras 1 or 2. */
export const isOld = (config: unknown): boolean => originOf(config) !== null;
