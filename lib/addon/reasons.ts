/** What the system's loader says about a library that it cannot open, in words, and what helps. */

/** @internal */
export interface Reason {
  readonly why: string;
  readonly fix: string | null;
}
/** Packages that hold a library: of Debian and Ubuntu, Fedora, Homebrew. */
const PACKAGES: readonly (readonly [RegExp, string])[] = [
  [/^libdnnl\b/, 'oneDNN: apt install libdnnl2 (Debian 12) or libdnnl3, dnf install onednn, brew install onednn'],
  [/^libgomp\b/, 'OpenMP: apt install libgomp1, dnf install libgomp, apk add libgomp'],
  [/^libomp\b/, 'OpenMP: brew install libomp'],
  [/^libstdc\+\+/, 'the C++ library: apt install libstdc++6, dnf install libstdc++, apk add libstdc++'],
  [/^libgcc_s\b/, 'the library of GCC: apt install libgcc-s1, dnf install libgcc, apk add libgcc'],
  [/^libatomic\b/, 'apt install libatomic1, dnf install libatomic, apk add libatomic'],
  [/^libOpenCL\b/, 'OpenCL: apt install ocl-icd-libopencl1, dnf install ocl-icd'],
];
function missing(library: string): Reason {
  if (/^(libc\.musl-|ld-musl-)/.test(library))
    return {
      why: `it is made for musl, and this system has another C library (${library} is not there)`,
      fix: 'install the package on this system',
    };
  if (/^(ld-linux|libc\.so\.6)/.test(library))
    return {
      why: `it is made for glibc, and this system has another C library (${library} is not there)`,
      fix: 'install the package on this system',
    };
  const from = PACKAGES.find(([name]) => name.test(library))?.[1];
  return {
    why: `it needs the library ${library}, which is not there`,
    fix: `install ${library}${from ? ` (${from})` : ''}`,
  };
}
const RULES: readonly (readonly [RegExp, (found: RegExpExecArray) => Reason])[] = [
  [
    /(?:^|: |library )([\w+.-]+\.so[\w.]*)(?:: cannot open shared object file|: No such file or directory \(needed by)/,
    ([, library]) => missing(library),
  ],
  [/Library not loaded: \S*?([\w+.-]+\.dylib)/, ([, library]) => missing(library)],
  [
    /version [`'"]GLIBC_([\d.]+)' not found/,
    ([, version]) => ({
      why: `it needs glibc ${version}, which is newer than the one here`,
      fix: `use a system with glibc ${version} or later, or build the addon here`,
    }),
  ],
  [
    /version [`'"](GLIBCXX|CXXABI)_([\d.]+)' not found/,
    ([, name, version]) => ({
      why: `it needs a newer libstdc++ (${name}_${version})`,
      fix: 'install a newer libstdc++, or build the addon here',
    }),
  ],
  [
    /static TLS block/,
    () => ({
      why: 'a library it needs came too late (no room in the static TLS block)',
      fix: 'start Node.js with LD_PRELOAD=libgomp.so.1, or load trae-node before other native packages',
    }),
  ],
  [
    /failed to map segment.*not permitted|noexec/i,
    () => ({
      why: 'the system forbids running files of this folder (it is mounted noexec)',
      fix: 'move the project to a file system without the option noexec',
    }),
  ],
  [/[Pp]ermission denied/, () => ({ why: 'it cannot be read: permission denied', fix: 'make the file readable' })],
  [
    /NODE_MODULE_VERSION|did not self-register/,
    () => ({
      why: 'it is made for another version of Node.js',
      fix: 'install the package with the Node.js that runs it',
    }),
  ],
  [
    /undefined symbol: (napi_\w+)/,
    ([, name]) => ({ why: `this Node.js (${process.version}) lacks ${name}`, fix: 'use Node.js 20.15, 22.2 or later' }),
  ],
  [
    /specified module could not be found/,
    () => ({
      why: 'a library that it needs is not there',
      fix: 'install the Microsoft Visual C++ Redistributable (https://aka.ms/vs/17/release/vc_redist.x64.exe)',
    }),
  ],
  [
    /code signature|not valid for use in process/,
    () => ({
      why: 'macOS refuses its signature',
      fix: 'install the package again; files that were copied lose their signature',
    }),
  ],
];
/** @internal Of an error that opening `file` threw. */
export function reasonOf(error: unknown, file: string): Reason {
  // Loaders put the path before what they say.
  const text = String((error as { message?: unknown } | null)?.message ?? error);
  const said = text.startsWith(`${file}: `) ? text.slice(file.length + 2) : text;
  for (const [pattern, reason] of RULES) {
    const found = pattern.exec(said);
    if (found) return reason(found);
  }
  return { why: said.split('\n')[0], fix: null };
}
