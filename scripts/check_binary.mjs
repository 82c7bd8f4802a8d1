// Refuses a Linux addon that would not run elsewhere: what it needs must be the C library of Node's own age, and no more.
//   node scripts/check_binary.mjs FILE
// Prints what was found; ends with 1 and the reasons when it is refused.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The newest glibc whose symbols may be used: what Node 20 itself needs. */
export const NEWEST_GLIBC = '2.28';
/** Unpacked; the package has several of these. */
export const LARGEST_BYTES = 20 * 2 ** 20;
const LIBRARIES = /^(libc|libm|libdl|libpthread)\.so\.\d+$|^ld-linux-.*\.so\.\d+$|^libc\.musl-.*\.so\.1$/;
const EXPORTS = /^(napi_register_module_v\d+|node_api_module_get_api_version_v\d+)$/;

const number = (version) => version.split('.').reduce((sum, part, i) => sum + Number(part) * 1000 ** (2 - i), 0);

/** What readelf says: libraries, versions of glibc, symbols that nobody gives, exports, and flags of a file. */
export function inspect(readelf) {
  const symbols = [...readelf.matchAll(/^ *\d+: [0-9a-f]+ +\S+ +(\S+) +(\S+) +(\S+) +(\S+) +(\S+)/gm)].map(
    ([, type, bind, visibility, section, name]) => {
      const [base, version] = name.split(/@+/);
      return { type, bind, visibility, section, base, version };
    },
  );
  const undefinedSymbols = symbols.filter((s) => s.section === 'UND');
  return {
    libraries: [...readelf.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map((m) => m[1]),
    glibc: undefinedSymbols
      .filter((s) => s.version?.startsWith('GLIBC_'))
      .map((s) => ({ symbol: s.base, version: s.version.slice(6) })),
    // Node gives these when it loads the addon.
    unresolved: undefinedSymbols
      .filter((s) => s.bind !== 'WEAK' && !s.version && !/^(napi|node_api)_/.test(s.base))
      .map((s) => s.base),
    exported: symbols
      .filter((s) => s.section !== 'UND' && s.bind !== 'LOCAL' && s.type !== 'NOTYPE')
      .map((s) => s.base),
    isStaticTls: /\(FLAGS\).*STATIC_TLS/.test(readelf),
    isNeverUnloaded: /\(FLAGS_1\).*NODELETE/.test(readelf),
    paths: [...readelf.matchAll(/\((?:RPATH|RUNPATH)\).*\[(.*)\]/g)].map((m) => m[1]),
  };
}

/** Reasons to refuse it; none when it is fine. */
export function problems(found, bytes) {
  const list = [];
  const foreign = found.libraries.filter((name) => !LIBRARIES.test(name));
  if (foreign.length) list.push(`needs ${foreign.join(', ')}, which not every system has`);
  const newer = found.glibc.filter((s) => number(s.version) > number(NEWEST_GLIBC));
  if (newer.length)
    list.push(
      `needs a glibc newer than ${NEWEST_GLIBC}: ${newer.map((s) => `${s.symbol} of ${s.version}`).join(', ')}`,
    );
  if (found.unresolved.length) list.push(`nobody gives ${found.unresolved.join(', ')}`);
  const open = found.exported.filter((name) => !EXPORTS.test(name));
  if (open.length) list.push(`shows ${open.length} symbols of its own to other addons: ${open.slice(0, 5).join(', ')}`);
  if (found.isStaticTls)
    list.push('has thread-local variables that must be known when the process starts (static TLS)');
  if (!found.isNeverUnloaded)
    list.push('is unloaded with its last worker, under its own threads (link it with -z nodelete)');
  if (found.paths.length) list.push(`looks for libraries in ${found.paths.join(', ')}`);
  if (bytes > LARGEST_BYTES) list.push(`has ${bytes} bytes, more than ${LARGEST_BYTES}`);
  return list;
}

/** Runs readelf on a file. */
export function readelf(file) {
  return execFileSync('readelf', ['--dynamic', '--dyn-syms', '--wide', file], { encoding: 'utf8', maxBuffer: 2 ** 28 });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = process.argv[2];
  const bytes = fs.statSync(file).size;
  if (fs.readFileSync(file).subarray(0, 4).toString('latin1') === '\x7fELF') {
    const found = inspect(readelf(file));
    const newest = found.glibc
      .map((s) => s.version)
      .sort((a, b) => number(a) - number(b))
      .at(-1);
    console.log(
      `${path.relative('.', file)}: ${(bytes / 1e6).toFixed(1)} MB, needs ${found.libraries.join(', ')}${newest ? `, glibc ${newest}` : ''}`,
    );
    const reasons = problems(found, bytes);
    for (const reason of reasons) console.error(`  refused: it ${reason}`);
    if (reasons.length) process.exitCode = 1;
  } else console.log(`${path.relative('.', file)}: ${(bytes / 1e6).toFixed(1)} MB`);
}
