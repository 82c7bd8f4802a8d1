/** doctor, also where the engine does not load; and how the program ends: status, streams, signals. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { placesOf } from '../../lib/addon/places';
import { manifest, ROOT, runNode } from '../packaging/consumer';
import { PROGRAM, Workplace, writeClassifier } from './program';

interface Report {
  passed: boolean;
  versions: Record<string, string | null>;
  instructionSet: { chosen: string; why: string } | null;
  threads: { count: number; why: string } | null;
  addon: { file?: string; origin?: string; error?: string; attempts?: { at: string; why: string }[] };
  selfTest: { name: string; passed: boolean }[];
  optionalPackages: { name: string; found: boolean; version: string | null }[];
  environment: Record<string, string>;
  cache: { folder: string };
}

describe('trae-node doctor', function () {
  this.timeout(600_000);
  const place = new Workplace();
  after(() => place.remove());

  it('shows versions, the binary and its choices, and computes', async () => {
    const found = await place.json<Report>('doctor');
    assert.equal(found.passed, true);
    assert.equal(found.versions['trae-node'], manifest.version);
    assert.equal(found.versions.node, process.versions.node);
    assert.match(found.versions.onednn!, /^\d+\.\d+/);
    assert.ok(['base', 'avx2', 'avx512'].includes(found.instructionSet!.chosen));
    assert.equal(found.addon.file, placesOf(ROOT).searched.flatMap((p) => p.candidates)[0]);
    assert.deepEqual(
      found.selfTest.map((t) => [t.name, t.passed]),
      [
        ['matrix product', true],
        ['gradient', true],
        ['convolution', true],
        ['training step', true],
      ],
    );
    assert.ok(found.threads!.count >= 1);
    assert.deepEqual(
      found.optionalPackages.map((p) => p.name),
      ['sharp', '@resvg/resvg-js', 'echarts'],
    );
  });
  it('prints lines for people, and names the settings that count', async () => {
    const { code, stdout } = await place.run(['doctor'], {
      TRAE_MAX_ISA: 'base',
      OMP_NUM_THREADS: '1',
      TRAE_HOME: place.at('home'),
    });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^trae-node: {4}\d/);
    assert.match(stdout, /^threads: +1: /m);
    if (process.arch === 'x64') assert.match(stdout, /^instructions: base: /m);
    assert.ok(stdout.includes(`${place.at('home', 'datasets')} (not there yet)`), stdout);
    assert.match(stdout, /TRAE_MAX_ISA=base/);
    assert.match(stdout, /\nAll is well\.\n$/);
  });

  describe('without an engine', () => {
    const copy = place.at('package');
    before(() => {
      fs.mkdirSync(copy);
      fs.cpSync(path.join(ROOT, 'dist'), path.join(copy, 'dist'), { recursive: true });
      fs.copyFileSync(path.join(ROOT, 'package.json'), path.join(copy, 'package.json'));
      fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'), 'junction');
    });
    const run = (...args: string[]) =>
      runNode([path.join(copy, 'dist', 'cli', 'main.js'), ...args], { cwd: place.folder });

    it('shows every place that was tried and what to do, with status 1', async () => {
      const { code, stdout, stderr } = await run('doctor');
      assert.equal(code, 1, stderr);
      assert.match(stdout, /^processor: /m);
      assert.ok(stdout.includes(`  - ${path.join(copy, 'build', 'Release')}: there is no such folder.\n`), stdout);
      assert.match(stdout, / {2}What to do:\n {2}- /);
      assert.doesNotMatch(stdout + stderr, /^\s+at /m);
      const json = JSON.parse((await run('doctor', '--json')).stdout) as Report;
      assert.equal(json.passed, false);
      assert.equal(json.versions.onednn, null);
      assert.equal(json.addon.attempts!.length, 4);
      assert.match(json.addon.error!, /the native addon could not be loaded/);
    });
    it('still has help and a version; other commands say what is missing', async () => {
      assert.equal((await run('--version')).stdout, `${manifest.version}\n`);
      assert.match((await run('predict', '--help')).stdout, /^npx trae-node predict MODEL INPUT\.\.\. /);
      const { code, stderr } = await run('summary', 'm.keras');
      assert.equal(code, 1);
      assert.match(stderr, /^trae-node: the native addon could not be loaded on /);
      assert.doesNotMatch(stderr, /^\s+at /m);
    });
    // There are no signals on Windows.
    const onUnix = process.platform === 'win32' ? () => undefined : it;
    onUnix('outlives a library that ends the process', async () => {
      place.write('crash.cjs', "if (process.argv[1]?.includes('engine_probe')) process.kill(process.pid, 'SIGILL');");
      const { code, stdout } = await place.run(['doctor'], { NODE_OPTIONS: `--require ${place.at('crash.cjs')}` });
      assert.equal(code, 1);
      assert.match(
        stdout,
        /the process that loads the engine was ended by SIGILL: this processor lacks instructions that the binary has\./,
      );
    });
  });
});

describe('trae-node', function () {
  this.timeout(600_000);
  const place = new Workplace();
  before(() => writeClassifier(place, [[1, 2, 3, 4]]));
  after(() => place.remove());

  it('is the program of the package, and runs by its first line', () => {
    const { bin } = manifest as unknown as { bin: Record<string, string> };
    assert.deepEqual(bin, { 'trae-node': './dist/cli/main.js' });
    assert.ok(fs.readFileSync(PROGRAM, 'utf8').startsWith('#!/usr/bin/env node\n'));
    if (process.platform !== 'win32') assert.ok(fs.statSync(PROGRAM).mode & 0o100);
  });
  it('ends with status 2 and where help is, for a command line that is not understood', async () => {
    assert.equal(
      await place.refused(2, 'sumary'),
      "there is no command 'sumary'. Did you mean 'summary'?\nFix: npx trae-node --help shows what it takes.",
    );
    assert.equal(
      await place.refused(2, 'plot', 'm', '--nowhere'),
      "plot has no option '--nowhere'.\nFix: npx trae-node plot --help shows what it takes.",
    );
  });
  it('shows where an error arose with --verbose or TRAE_DEBUG alone', async () => {
    const plain = await place.run(['inspect', 'nowhere']);
    assert.deepEqual([plain.code, plain.stderr], [1, 'trae-node: nowhere cannot be read: there is no such file.\n']);
    assert.match((await place.run(['inspect', 'nowhere', '--verbose'])).stderr, /\[cause\]: Error: ENOENT.*\n\s+at /);
    assert.match(
      (await place.run(['inspect', 'nowhere'], { TRAE_DEBUG: '1' })).stderr,
      /\[cause\]: Error: ENOENT.*\n\s+at /,
    );
  });
  it('is quiet when nobody reads its output any more', async () => {
    const rows = Array(20_000).fill('1,2,3,4').join('\n');
    place.write('many.csv', rows);
    const child = spawn(process.execPath, [PROGRAM, 'predict', 'model.keras', 'many.csv'], {
      cwd: place.folder,
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    let stderr = '';
    child.stderr.on('data', (d: Buffer) => (stderr += d.toString()));
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on('exit', resolve));
    assert.deepEqual([code, stderr], [0, '']);
  });
  // Where /proc tells what a process listens to.
  const onLinux = process.platform === 'linux' ? it : () => undefined;
  onLinux('takes away what it was writing when it is stopped', async () => {
    const big = Array(60_000).fill('1,2,3,4').join('\n');
    place.write('big.csv', big);
    const before = fs.readdirSync(place.folder);
    const child = spawn(
      process.execPath,
      [PROGRAM, 'predict', 'model.keras', 'big.csv', '--batch-size', '1', '--out', 'out.csv'],
      {
        cwd: place.folder,
        env: { ...process.env, NODE_OPTIONS: '' },
      },
    );
    let stderr = '';
    child.stderr.on('data', (d: Buffer) => (stderr += d.toString()));
    // The last signal that it listens to: Node.js itself catches SIGINT from the start.
    const status = `/proc/${child.pid}/status`;
    const isListening = (): boolean => {
      const caught = fs.existsSync(status) ? /^SigCgt:\s*([0-9a-f]+)/m.exec(fs.readFileSync(status, 'utf8')) : null;
      return caught !== null && (BigInt(`0x${caught[1]}`) & 1n) !== 0n;
    };
    while (!isListening() && child.exitCode === null) await new Promise((r) => setTimeout(r, 20));
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.on('exit', resolve));
    assert.deepEqual([code, stderr], [130, '']);
    assert.deepEqual(fs.readdirSync(place.folder), before);
  });
});
