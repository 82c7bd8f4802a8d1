/** Loads the native addon: a local build first, then the prebuilt binary of this platform. */
import { setImmediate } from 'node:timers';
import process from 'node:process'; // the object itself: a namespace would be a copy
import type { Binding } from '../binding';
import { packageFolder } from './copies';
import { makeError } from './errors';

// OpenMP's threads wait for one another by spinning, for milliseconds unless told otherwise: beside other programs that
// holds up the very thread waited for. Read when the addon brings in libgomp.
if (!process.env.OMP_WAIT_POLICY) process.env.GOMP_SPINCOUNT ??= '3000';

function load(): Binding {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return (require('node-gyp-build') as (folder: string) => Binding)(packageFolder);
  } catch (cause) {
    const report = process.report?.getReport() as unknown as { header?: { glibcVersionRuntime?: string } } | undefined;
    const libc = report?.header?.glibcVersionRuntime ? `glibc ${report.header.glibcVersionRuntime}` : 'musl or unknown libc';
    const error = new Error(
      `trae-node: the native addon could not be loaded on ${process.platform}-${process.arch} (Node ${process.version}, ${libc}).\n` +
        `  Reason: ${(cause as Error).message.split('\n')[0]}\n` +
        '  Possible solutions:\n' +
        '  - "cannot open shared object file": install the named library (oneDNN: apt install libdnnl2, brew install onednn, dnf install onednn).\n' +
        '  - two copies of the package, or a bundler that took it in without its addon: keep trae-node out of the bundle (esbuild: --external:trae-node; webpack: externals), so that it is required from node_modules.\n' +
        '  - no build found: run "npm run build" in the package folder, or set TRAE_NODE_PREBUILD to a folder holding build/Release/trae.node.\n' +
        '  - built for another Node or platform: run "npm rebuild trae-node".',
      { cause },
    );
    (error as NodeJS.ErrnoException).code = 'ERR_NATIVE_ADDON';
    throw error;
  }
}

// One engine for all copies of this folder in a process, in whatever realm: what one computes, another can use.
const holder = process as unknown as Record<symbol, { value: Binding } | undefined>,
  place = Symbol.for(`trae-node.binding ${packageFolder}`);
function loadOnce(): Binding {
  const found = holder[place];
  if (found) return found.value;
  const value = load();
  Object.defineProperty(holder, place, { value: { value } });
  return value;
}

/** @internal */
export const binding: Binding = loadOnce();
binding.initialize(makeError, setImmediate);

/** @internal What all copies on this engine have in common, made by the first one. */
export function shared<T>(key: string, make: () => T): T {
  const symbol = Symbol.for(`trae-node.${key}`),
    states = binding as unknown as Record<symbol, T | undefined>;
  return (states[symbol] ??= make());
}
