/** The floors of the native engine, read from its sources: an arrow upwards, a circle, and what a floor must not know. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';

const NATIVE = path.resolve('native');

/** Each floor, and the floors beneath it that it may include. The longest name that fits a file is its floor. */
const BENEATH: Record<string, string[]> = {
  core: [],
  graph: ['core'],
  ops: ['graph', 'core'],
  backend: ['ops', 'graph', 'core'],
  compiler: ['backend', 'ops', 'graph', 'core'],
  'backend/cpu': ['compiler', 'backend', 'ops', 'graph', 'core'],
  runtime: ['compiler', 'backend', 'ops', 'graph', 'core'],
  napi: ['runtime', 'compiler', 'backend', 'ops', 'graph', 'core'],
};
/** Not floors of the engine: tests see everything, the others are programs of their own. */
const BESIDE = ['tests', 'openmp', 'old_glibc.cpp'];

const floorOf = (file: string): string | undefined =>
  Object.keys(BENEATH)
    .sort((a, b) => b.length - a.length)
    .find((floor) => file.startsWith(`${floor}/`));

/** The sources of the floors with their text, by their path from native/. */
function sources(): Map<string, string> {
  const files = fs
    .readdirSync(NATIVE, { recursive: true, encoding: 'utf8' })
    .map((f) => f.split(path.sep).join('/'))
    .filter((f) => /\.(cpp|h)$/.test(f) && !BESIDE.some((b) => f === b || f.startsWith(`${b}/`)));
  return new Map(files.map((f) => [f, fs.readFileSync(path.join(NATIVE, f), 'utf8')]));
}

/** The files of native/ that a text includes. */
const includes = (text: string): string[] => [...text.matchAll(/^\s*#include "([^"]+)"/gm)].map((m) => m[1]);

const withoutComments = (text: string): string => text.replace(/\/\/.*$|\/\*[^]*?\*\//gm, '');

/** A path of includes that comes back to where it began, or undefined. */
function circle(files: Map<string, string>): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    path.push(file);
    for (const next of includes(files.get(file) ?? '')) {
      const found = visit(next);
      if (found) return found;
    }
    path.pop();
    done.add(file);
    return undefined;
  };
  for (const file of files.keys()) {
    const found = visit(file);
    if (found) return found;
  }
  return undefined;
}

/** Includes that lead to another floor than those beneath. */
function arrowsUpwards(files: Map<string, string>): string[] {
  return [...files].flatMap(([file, text]) => {
    const floor = floorOf(file);
    return includes(text)
      .filter((to) => floor && floorOf(to) !== floor && !BENEATH[floor].includes(floorOf(to) ?? ''))
      .map((to) => `${file} includes ${to}`);
  });
}

/** Where a pattern occurs in the code of floors, comments left out. */
function occurrences(files: Map<string, string>, floors: string[], pattern: RegExp): string[] {
  return [...files]
    .filter(([file]) => floors.includes(floorOf(file) ?? ''))
    .flatMap(([file, text]) =>
      withoutComments(text)
        .split('\n')
        .filter((line) => pattern.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
}

describe('the floors of the native engine', () => {
  const files = sources();

  it('hold every source, and each has some', () => {
    assert.deepEqual(
      [...files.keys()].filter((file) => !floorOf(file)),
      [],
    );
    for (const floor of Object.keys(BENEATH))
      assert.ok(
        [...files.keys()].some((file) => floorOf(file) === floor),
        `native/${floor} has no source`,
      );
  });

  it('are beneath each other one way only', () => {
    for (const [floor, beneath] of Object.entries(BENEATH))
      for (const other of beneath) assert.ok(!BENEATH[other].includes(floor), `${floor} and ${other}`);
  });

  it('include nothing of a floor above', () => {
    assert.deepEqual(arrowsUpwards(files), []);
  });

  it('include what is there', () => {
    const missing = [...files].flatMap(([file, text]) =>
      includes(text)
        .filter((to) => !files.has(to))
        .map((to) => `${file} includes ${to}`),
    );
    assert.deepEqual(missing, []);
  });

  it('have no circle of includes', () => {
    assert.equal(circle(files)?.join(' -> '), undefined);
  });

  it('name no op in the graph', () => {
    const ops = [...files]
      .filter(([file]) => file.startsWith('ops/'))
      .flatMap(([, text]) => [
        ...[...text.matchAll(/kName = "(\w+)"/g)].map((m) => m[1]),
        ...[...text.matchAll(/^ {2}\{"(\w+)", Code::/gm)].map((m) => m[1]),
        ...[...text.matchAll(/register_op\("(\w+)"/g)].map((m) => m[1]),
        ...[...text.matchAll(/name\(\) const override \{ return "(\w+)"/g)].map((m) => m[1]),
      ]);
    assert.ok(ops.length > 100 && ops.includes('add') && ops.includes('cast') && ops.includes('fused'));
    assert.deepEqual(occurrences(files, ['graph'], new RegExp(`"(${ops.join('|')})"`)), []);
  });

  it('touch the bytes of a tensor in its kernels alone', () => {
    // Above the kernels, addresses are passed on; the host reads and writes by Allocator, from_host and to_host.
    const above = ['graph', 'ops', 'compiler', 'runtime', 'napi'];
    assert.deepEqual(occurrences(files, above, /\b(memcpy|memset|memmove)\(.*(storage|->data\(\))/), []);
    assert.deepEqual(occurrences(files, above, /_cast<[^>]*(float|double|int\d+_t|uint\d+_t)[^>]*>\([^)]*storage/), []);
    // Storage without an allocator is the host's: scratch of the CPU's kernels.
    assert.deepEqual(occurrences(files, above, /make_(shared|unique)<Storage>\((?!.*,)/), []);
    assert.deepEqual(occurrences(files, ['ops', 'napi'], /storage.*->data\(\)/), []);
  });

  it('only convert in the binding', () => {
    assert.deepEqual(
      occurrences(files, ['napi'], /#pragma omp|parallel_for|make_kernel|->stream\(\)|\.stream\(\)/),
      [],
    );
    const elsewhere = Object.keys(BENEATH).filter((floor) => floor !== 'napi');
    assert.deepEqual(occurrences(files, elsewhere, /napi/i), []);
  });
});

describe('the test of floors', () => {
  it('finds an arrow upwards and a circle', () => {
    const files = new Map([
      ['core/a.h', '#include "graph/b.h"\n'],
      ['graph/b.h', '#include "graph/c.h"\n'],
      ['graph/c.h', '  #include "core/a.h"\n'],
      ['ops/d.cpp', '// #include "napi/e.h" is no include\n#include "backend/cpu/f.h"\n'],
      ['backend/cpu/f.h', ''],
    ]);
    assert.deepEqual(arrowsUpwards(files), ['core/a.h includes graph/b.h', 'ops/d.cpp includes backend/cpu/f.h']);
    assert.deepEqual(circle(files), ['core/a.h', 'graph/b.h', 'graph/c.h', 'core/a.h']);
  });
});
