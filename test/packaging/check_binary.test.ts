/** The check that prebuilt binaries pass: nothing newer than the oldest system that is served, nothing beside the C library. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ROOT } from './consumer';

interface Found {
  libraries: string[];
  glibc: { symbol: string; version: string }[];
  unresolved: string[];
  exported: string[];
}
interface Check {
  NEWEST_GLIBC: string;
  LARGEST_BYTES: number;
  inspect(readelf: string): Found;
  problems(found: Found, bytes: number): string[];
  readelf(file: string): string;
}

const text = (dynamic: string[], symbols: string[]): string =>
  [
    'Dynamic section at offset 0x2e0cb0 contains 34 entries:',
    '  Tag        Type                         Name/Value',
    ...dynamic,
    '',
    `Symbol table '.dynsym' contains ${symbols.length + 1} entries:`,
  ]
    .concat([
      '   Num:    Value          Size Type    Bind   Vis      Ndx Name',
      '     0: 0000000000000000     0 NOTYPE  LOCAL  DEFAULT  UND ',
    ])
    .concat(symbols.map((symbol, i) => `${String(i + 1).padStart(6)}: ${symbol}`))
    .join('\n');
const needed = (name: string): string => ` 0x0000000000000001 (NEEDED)             Shared library: [${name}]`;
const NEVER_UNLOADED = ' 0x000000006ffffffb (FLAGS_1)            Flags: NODELETE';
const LIBC = ['libm.so.6', 'libc.so.6', 'libpthread.so.0', 'libdl.so.2', 'ld-linux-x86-64.so.2'].map(needed);
const SYMBOLS = [
  '0000000000000000     0 FUNC    GLOBAL DEFAULT  UND napi_throw',
  '0000000000000000     0 FUNC    GLOBAL DEFAULT  UND expf@GLIBC_2.27 (2)',
  '0000000000000000     0 FUNC    GLOBAL DEFAULT  UND fcntl64@GLIBC_2.28 (3)',
  '0000000000000000     0 NOTYPE  WEAK   DEFAULT  UND __gmon_start__',
  '0000000000021000    38 FUNC    GLOBAL DEFAULT   12 napi_register_module_v1',
];

describe('check of prebuilt binaries', () => {
  let check: Check;
  before(async () => {
    check = (await import(path.join(ROOT, 'scripts', 'check_binary.mjs'))) as Check;
  });
  const judge = (dynamic: string[], symbols: string[], bytes = 1000): string[] =>
    check.problems(check.inspect(text(dynamic, symbols)), bytes);

  it('passes what needs the C library of the oldest system only', () =>
    assert.deepEqual(judge([...LIBC, NEVER_UNLOADED], SYMBOLS), []));

  it('refuses symbols of a newer glibc by name', () => {
    assert.deepEqual(
      judge(
        [...LIBC, NEVER_UNLOADED],
        [...SYMBOLS, '0000000000000000     0 FUNC    GLOBAL DEFAULT  UND exp@GLIBC_2.29 (4)'],
      ),
      ['needs a glibc newer than 2.28: exp of 2.29'],
    );
    assert.deepEqual(
      judge(
        [...LIBC, NEVER_UNLOADED],
        [...SYMBOLS, '0000000000000000     0 FUNC    GLOBAL DEFAULT  UND f@GLIBC_3.0 (4)'],
      ),
      ['needs a glibc newer than 2.28: f of 3.0'],
    );
  });

  it('refuses other libraries, foreign and open symbols, static TLS, unloading and search paths', () => {
    const dynamic = [
      ...LIBC,
      needed('libgomp.so.1'),
      ' 0x000000000000001e (FLAGS)              SYMBOLIC STATIC_TLS',
      ' 0x000000000000001d (RUNPATH)            Library runpath: [/opt/lib]',
    ];
    const symbols = [
      ...SYMBOLS,
      '0000000000000000     0 FUNC    GLOBAL DEFAULT  UND dnnl_sgemm',
      '0000000000031000    38 FUNC    WEAK   DEFAULT   12 _ZNSt5dequeIiE4pushEi',
    ];
    assert.deepEqual(judge(dynamic, symbols, check.LARGEST_BYTES + 1), [
      'needs libgomp.so.1, which not every system has',
      'nobody gives dnnl_sgemm',
      'shows 1 symbols of its own to other addons: _ZNSt5dequeIiE4pushEi',
      'has thread-local variables that must be known when the process starts (static TLS)',
      'is unloaded with its last worker, under its own threads (link it with -z nodelete)',
      'looks for libraries in /opt/lib',
      `has ${check.LARGEST_BYTES + 1} bytes, more than ${check.LARGEST_BYTES}`,
    ]);
  });

  // The stand-ins for an old glibc exist for Linux with glibc alone.
  const report = process.report?.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  if (process.platform === 'linux' && report.header.glibcVersionRuntime)
    it('finds nothing newer in what is linked with scripts/old_glibc.sh', () => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trae-glibc-'));
      try {
        const source = path.join(folder, 'a.c');
        const library = path.join(folder, 'a.so');
        fs.writeFileSync(
          source,
          '#include <math.h>\n#include <pthread.h>\ndouble f(double x, pthread_t* t) { pthread_create(t, 0, 0, 0); return exp(x) + hypot(x, x) + pow(x, x); }\n',
        );
        execFileSync('bash', [
          path.join(ROOT, 'scripts', 'old_glibc.sh'),
          path.join(folder, 'stubs'),
          check.NEWEST_GLIBC,
        ]);
        execFileSync('cc', [
          '-shared',
          '-fPIC',
          '-Wl,-z,nodelete',
          `-L${path.join(folder, 'stubs')}`,
          '-o',
          library,
          source,
          '-lm',
        ]);
        const found = check.inspect(check.readelf(library));
        assert.deepEqual(
          found.glibc
            .map((s) => s.symbol)
            .filter((name) => /^(exp|hypot|pow|pthread_create)$/.test(name))
            .sort(),
          ['exp', 'hypot', 'pow', 'pthread_create'],
        );
        assert.deepEqual(check.problems({ ...found, exported: [] }, 1000), []);
        assert.deepEqual(found.libraries, ['libm.so.6', 'libc.so.6']);
      } finally {
        fs.rmSync(folder, { recursive: true });
      }
    });
});
