/** What would be published, and what package.json says of it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { manifest, ROOT } from './consumer';

interface Packed {
  name: string;
  version: string;
  files: { path: string; size: number }[];
}

async function pack(): Promise<Packed> {
  const windows = process.platform === 'win32';
  const { stdout } = await promisify(execFile)(
    windows ? 'npm.cmd' : 'npm',
    ['pack', '--dry-run', '--json', '--ignore-scripts'],
    { cwd: ROOT, shell: windows, maxBuffer: 2 ** 26 },
  );
  const answer = JSON.parse(stdout) as Packed[] | Record<string, Packed>;
  return Object.values(answer)[0];
}

describe('published files', () => {
  let files: string[];
  before(async () => {
    const packed = await pack();
    assert.equal(packed.name, 'trae-node');
    files = packed.files.map((f) => f.path);
  });

  it('hold the library, its types, and all that building it takes', () => {
    for (const needed of [
      'package.json',
      'README.md',
      'LICENSE',
      'CMakeLists.txt',
      'binding.d.ts',
      'dist/index.js',
      'dist/index.mjs',
      'dist/index.d.ts',
      'dist/index.d.mts',
      'native/napi/module.cpp',
    ])
      assert.ok(files.includes(needed), `${needed} is missing`);
    const sources = fs
      .readdirSync(path.join(ROOT, 'native'), { recursive: true, encoding: 'utf8' })
      .filter((f) => /\.(cpp|h)$/.test(f) && !f.startsWith(`tests${path.sep}`));
    assert.ok(sources.length > 50, `${sources.length} native sources`);
    assert.deepEqual(
      sources.map((f) => path.posix.join('native', ...f.split(path.sep))).filter((f) => !files.includes(f)),
      [],
    );
  });

  it('hold the types of each source, and the library as one file', () => {
    const sources = fs
      .readdirSync(path.join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
      .filter((f) => f.endsWith('.ts'));
    assert.ok(sources.length > 50, `${sources.length} sources`);
    const stem = (f: string): string => path.posix.join('dist', ...f.replace(/\.ts$/, '').split(path.sep));
    assert.deepEqual(
      sources.map((f) => `${stem(f)}.d.ts`).filter((f) => !files.includes(f)),
      [],
    );
    const library = fs.readFileSync(path.join(ROOT, 'dist', 'index.js'), 'utf8');
    const holdsCode = (f: string): boolean =>
      /^(export )?(abstract |async )?(const|let|class|function|enum)\b|^export (\*|\{)|^[a-zA-Z.]+\(/m.test(
        fs.readFileSync(path.join(ROOT, 'lib', f), 'utf8'),
      );
    assert.deepEqual(
      sources.filter(
        (f) =>
          !library.includes(`// lib/${f.split(path.sep).join('/')}\n`) &&
          !files.includes(`${stem(f)}.js`) &&
          holdsCode(f),
      ),
      [],
    );
  });

  it('hold neither tests nor what is only for developing', () => {
    assert.deepEqual(
      files.filter((f) =>
        /^(test|build|build-.*|examples|benchmarks|demo|node_modules|scripts|docs|lib|\.ci)\/|^native\/tests\/|^(tsconfig|eslint|\.)/.test(
          f,
        ),
      ),
      [],
    );
  });
});

describe('package.json', () => {
  const read = <T>(key: string): T => (manifest as Record<string, unknown>)[key] as T;

  it('says what the package is', () => {
    assert.equal(manifest.version, '0.1.0');
    assert.equal(read('license'), 'Apache-2.0');
    assert.deepEqual(read('engines'), { node: '^20.15.0 || >=22.2.0' });
    assert.deepEqual(read('binary'), { napi_versions: [8] });
    assert.match(fs.readFileSync(path.join(ROOT, 'LICENSE'), 'utf8'), /Apache License\s+Version 2\.0, January 2004/);
  });

  it('names entry points that exist', () => {
    const entries = JSON.stringify([read('exports'), read('main'), read('types')])
      .match(/\.\/[^"]+/g)!
      .filter((f) => f !== './');
    assert.ok(entries.length >= 6);
    assert.deepEqual(
      entries.filter((f) => f !== '.' && !fs.existsSync(path.join(ROOT, f))),
      [],
    );
  });

  it('runs nothing when it is installed', () => {
    assert.deepEqual(
      Object.keys(read<object>('scripts')).filter((name) => /install|prepare$/.test(name)),
      [],
    );
  });

  it('has every package that the library requires among its dependencies, or its optional peers', () => {
    const sources = fs
      .readdirSync(path.join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
      .filter((f) => f.endsWith('.ts'));
    const used = new Set<string>();
    for (const f of sources)
      for (const [, name] of fs
        .readFileSync(path.join(ROOT, 'lib', f), 'utf8')
        .matchAll(/(?:from|require\(|import\() ?'((?!node:)[@\w][^']*)'/g))
        // A part of a package: '@scope/name/part'.
        used.add(name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
    assert.deepEqual(
      [...used].sort(),
      [...Object.keys(read<object>('dependencies')), ...Object.keys(read<object>('peerDependencies'))].sort(),
    );
    assert.deepEqual(
      Object.keys(read<object>('peerDependenciesMeta')).sort(),
      Object.keys(read<object>('peerDependencies')).sort(),
    );
  });
});
