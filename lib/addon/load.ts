/** Loads the native addon: a local build first, then the prebuilt binary of this platform. */
import { faultOf } from './binary_file';
import { helpPage, type Attempt } from './help_page';
import { nodeGypBuild, placesOf, type Place } from './places';
import { reasonOf } from './reasons';

/** @internal An addon, and where it came from. */
export interface LoadedAddon<T> {
  readonly value: T;
  readonly file: string;
  readonly isPrebuilt: boolean;
}
function open(folder: string, file: string, isFirst: boolean): unknown {
  // Bundlers and packers know node-gyp-build's call; it takes the first file alone.
  if (isFirst) return nodeGypBuild(folder);
  const holder = { exports: {} as unknown };
  process.dlopen(holder, file);
  return holder.exports;
}
/** The addon, or what became of each place. */
function attemptAll<T>(folder: string, searched: readonly Place[]): LoadedAddon<T> | Attempt[] {
  const attempts: Attempt[] = [];
  let isFirst = true;
  for (const { folder: at, empty, candidates, isPrebuilt } of searched) {
    if (empty !== null) attempts.push({ at, isFile: false, why: empty, fix: null });
    for (const file of candidates) {
      const fault = faultOf(file);
      if (fault !== null) attempts.push({ at: file, isFile: true, why: fault, fix: null });
      else
        try {
          const value = open(folder, file, isFirst) as T;
          const failed = attempts.filter((a) => a.isFile);
          if (failed.length)
            process.emitWarning(
              `trae-node: ${failed.map((a) => `${a.at} could not be loaded (${a.why})`).join('; ')}. ${file} is used instead.`,
            );
          return { value, file, isPrebuilt };
        } catch (error) {
          attempts.push({ at: file, isFile: true, ...reasonOf(error, file) });
        }
      isFirst = false;
    }
  }
  return attempts;
}
/**
 * @internal
 * @throws Error with the code ERR_NATIVE_ADDON, whose message is a page of help, and what was tried as `attempts`.
 */
export function loadAddon<T>(folder: string): LoadedAddon<T> {
  const places = placesOf(folder);
  const result = attemptAll<T>(folder, places.searched);
  if (!Array.isArray(result)) return result;
  throw Object.assign(new Error(helpPage(folder, places, result)), { code: 'ERR_NATIVE_ADDON', attempts: result });
}
