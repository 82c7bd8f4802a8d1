/** Without a native build that loads, the package says what it tried, why that failed and what to do. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { nodeGypBuild, placesOf } from '../../lib/addon/places';
import { readBinaryFile } from '../../lib/addon/binary_file';
import { reasonOf } from '../../lib/addon/reasons';
import { ROOT, runNode } from './consumer';

const LOAD =
  "try { const t = require('./dist/index.js'); console.log(t.sum(t.tensor([1, 2])).item()); } catch (e) { console.log(JSON.stringify([e.code, e.message])); }";
const addon = placesOf(ROOT).searched.flatMap((p) => p.candidates)[0];
const platform = `${process.platform}-${process.arch}`;
const execFolder = path.join(path.dirname(process.execPath), 'prebuilds');

/** A copy of the package without a binary. */
class PackageCopy {
  readonly folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'trae-addon-')));
  constructor() {
    fs.cpSync(path.join(ROOT, 'dist'), path.join(this.folder, 'dist'), { recursive: true });
    fs.copyFileSync(path.join(ROOT, 'package.json'), path.join(this.folder, 'package.json'));
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(this.folder, 'node_modules'), 'junction');
  }
  at(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }
  /** Runs `f` with these files in the copy. */
  async with<T>(files: Record<string, Uint8Array | string>, f: () => Promise<T>): Promise<T> {
    for (const [name, content] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(this.at(name)), { recursive: true });
      fs.writeFileSync(this.at(name), content);
    }
    try {
      return await f();
    } finally {
      for (const name of ['build', 'prebuilds']) fs.rmSync(this.at(name), { recursive: true, force: true });
    }
  }
  /** What loading it prints: the page of help, in parts. */
  async page(env: NodeJS.ProcessEnv = {}): Promise<{ heading: string; tried: string[]; advice: string[] }> {
    const { code, stdout, stderr } = await runNode(['-e', LOAD], { cwd: this.folder, env });
    assert.equal(code, 0, `the process ended with ${code}: ${stderr}`);
    const [kind, message] = JSON.parse(stdout) as [string, string];
    assert.equal(kind, 'ERR_NATIVE_ADDON');
    const lines = message.split('\n');
    const end = lines.indexOf('  What to do:');
    assert.equal(lines[1], '  Tried, in this order:');
    return { heading: lines[0], tried: lines.slice(2, end), advice: lines.slice(end + 1) };
  }
  /** Why the only file in it cannot be used, and what helps. */
  async refusal(name: string, content: Uint8Array | string): Promise<{ why: string; advice: string[] }> {
    const { tried, advice } = await this.with({ [name]: content }, () => this.page());
    const start = `  - ${this.at(name)}: `;
    const line = tried.find((l) => l.startsWith(start));
    assert.ok(line, tried.join('\n'));
    return { why: line.slice(start.length), advice };
  }
}

describe('native addon', () => {
  const copy = new PackageCopy();
  const release = path.join('build', 'Release', 'trae.node');
  after(() => fs.rmSync(copy.folder, { recursive: true, force: true }));

  it('that is missing: every place, and what to do', async () => {
    const { heading, tried, advice } = await copy.page();
    assert.ok(
      heading.startsWith(`trae-node: the native addon could not be loaded on ${platform} (Node ${process.version}`),
      heading,
    );
    assert.deepEqual(tried, [
      `  - ${copy.at('build', 'Release')}: there is no such folder.`,
      `  - ${copy.at('build', 'Debug')}: there is no such folder.`,
      `  - ${copy.at('prebuilds')}: there is no such folder.`,
      `  - ${execFolder}: there is no such folder.`,
    ]);
    assert.deepEqual(advice, [
      `  - the package has no prebuilt binaries: it was made without them, or a tool that packed the project left ${copy.at('prebuilds')} out.`,
      `  - build it, with a C++20 compiler, CMake, oneDNN and Eigen: "npm install --no-save cmake-js node-addon-api && npx cmake-js build" in ${copy.folder}.`,
      '  - use a binary that lies elsewhere: set TRAE_NODE_PREBUILD to the folder that holds build/Release/trae.node.',
      '  - "npx trae-node doctor" shows this and more about the system.',
    ]);
  });

  it('that is there for other platforms alone: they are named', async () => {
    const { tried, advice } = await copy.with(
      { 'prebuilds/plan9-x64/trae-node.node': 'x', 'build/Release/notes.txt': 'x' },
      () => copy.page(),
    );
    assert.equal(tried[0], `  - ${copy.at('build', 'Release')}: it holds no .node file.`);
    assert.equal(tried[2], `  - ${copy.at('prebuilds')}: it holds nothing for ${platform}, only for plan9-x64.`);
    assert.equal(advice[0], `  - the package has no binary for ${platform}; it has some for plan9-x64.`);
  });

  it('that is there for another runtime or C library alone: its files are named', async () => {
    const other = `trae-node.electron.abi1.node`;
    const { tried } = await copy.with({ [`prebuilds/${platform}/${other}`]: 'x' }, () => copy.page());
    assert.equal(
      tried[2],
      `  - ${copy.at('prebuilds', platform)}: none of its files fits this libc, runtime or processor (${other}).`,
    );
  });

  it('that is no library, or empty', async () => {
    assert.equal((await copy.refusal(release, 'not a library')).why, 'it is no shared library (13 bytes).');
    const { why, advice } = await copy.refusal(`prebuilds/${platform}/trae-node.node`, '');
    assert.equal(why, 'the file is empty.');
    assert.ok(advice[0].includes('install the package again on this machine'), advice.join('\n'));
  });

  it('that is made for another system', async () => {
    const other =
      process.platform === 'darwin'
        ? Buffer.from('MZ'.padEnd(60, '\0') + '\x40\0\0\0PE\0\0\x64\x86', 'latin1')
        : Buffer.from('cffaedfe0c000001', 'hex');
    const { why, advice } = await copy.refusal(release, other);
    assert.match(
      why,
      process.platform === 'darwin'
        ? /^it is made for Windows, and this is macOS\.$/
        : /^it is made for macOS, and this is (Linux|Windows)\.$/,
    );
    assert.ok(advice.some((l) => l.includes('node_modules of another machine cannot be copied here')));
  });

  it('that lies elsewhere is named by TRAE_NODE_PREBUILD', async () => {
    const { stdout } = await runNode(['-e', LOAD], { cwd: copy.folder, env: { TRAE_NODE_PREBUILD: ROOT } });
    assert.equal(stdout.trim(), '3');
    const { tried, advice } = await copy.page({ TRAE_NODE_PREBUILD: copy.at('nowhere') });
    assert.equal(tried[0], `  - ${copy.at('nowhere', 'build', 'Release')}: there is no such folder.`);
    assert.ok(advice[0].startsWith(`  - TRAE_NODE_PREBUILD is set to '${copy.at('nowhere')}'`), advice[0]);
  });

  it('is looked for as the settings of npm say, and they are named', async () => {
    const { tried, advice } = await copy.page({ PREBUILDS_ONLY: '1', npm_config_arch: 'mips' });
    assert.equal(tried[0], `  - ${copy.at('build', 'Release')}: left out, because PREBUILDS_ONLY is set.`);
    assert.ok(advice.some((l) => l.startsWith("  - npm_config_arch is set to 'mips'")));
  });

  it('in a bundle: the advice says to keep it out', async () => {
    const manifest = copy.at('package.json');
    fs.renameSync(manifest, copy.at('aside.json'));
    try {
      // Without the manifest there is no version either; the addon comes first.
      const { advice } = await copy.page();
      assert.match(
        advice[0],
        /a bundler took it in without its addon\. Keep trae-node out of the bundle \(esbuild: --external:trae-node; webpack: externals\)/,
      );
    } finally {
      fs.renameSync(copy.at('aside.json'), manifest);
    }
  });

  it('that is broken in the first place is taken from the next, with a warning', async () => {
    const good = path.join('prebuilds', platform, 'trae-node.node');
    const { stdout, stderr } = await copy.with({ [release]: 'broken', [good]: fs.readFileSync(addon) }, () =>
      runNode(['-e', LOAD], { cwd: copy.folder }),
    );
    assert.equal(stdout.trim(), '3');
    assert.ok(
      stderr.includes(
        `${copy.at(release)} could not be loaded (it is no shared library (6 bytes)). ${copy.at(good)} is used instead.`,
      ),
      stderr,
    );
  });

  it('is looked for in the order of node-gyp-build', async () => {
    const names = [
      'trae-node.node',
      'trae-node.napi.node',
      'node.napi.node',
      'node.napi.glibc.node',
      'node.napi.musl.node',
      `node.abi${process.versions.modules}.node`,
      'electron.napi.node',
      'a.b.c.node',
    ];
    for (let used = 1; used < 2 ** names.length; used += 5) {
      const folder = copy.at('prebuilds', platform);
      const files = names.filter((_, i) => used & (1 << i));
      fs.mkdirSync(folder, { recursive: true });
      for (const name of files) fs.writeFileSync(path.join(folder, name), '');
      const mine = placesOf(copy.folder).searched.flatMap((p) => p.candidates)[0] as string | undefined;
      let theirs: string | undefined;
      try {
        theirs = (nodeGypBuild as unknown as { path(folder: string): string }).path(copy.folder);
      } catch {
        theirs = undefined;
      }
      fs.rmSync(copy.at('prebuilds'), { recursive: true });
      assert.equal(mine, theirs, files.join(', '));
    }
  });

  // Edits of ELF files; where libraries have another form, the system's own loader judges them.
  if (process.platform === 'linux') {
    const whole = fs.readFileSync(addon);

    it('that is cut off, wherever: a sentence, not a signal', async () => {
      const ends = [5, 63, 200, 4096, whole.length >> 1, whole.length - 100];
      for (const end of ends) {
        const { why, advice } = await copy.refusal(release, whole.subarray(0, end));
        if (end > 64)
          assert.equal(why, `the file is cut off: it has ${end} of at least ${readBinaryFile(addon).announced} bytes.`);
        else assert.match(why, /^the file is cut off: it has \d+ of at least 64 bytes\.$/);
        assert.ok(advice.some((l) => l.includes('install the package again')));
      }
    });

    it('that is made for another processor', async () => {
      const other = Buffer.from(whole);
      const [machine, name] = process.arch === 'arm64' ? [62, 'x64'] : [183, 'arm64'];
      other.writeUInt16LE(machine, 18);
      const { why, advice } = await copy.refusal(`prebuilds/${platform}/trae-node.node`, other);
      assert.equal(why, `it is made for ${name}, and this Node.js for ${process.arch}.`);
      assert.ok(advice.some((l) => l.includes('install the package again on this machine')));
    });

    it('that needs a library which is not there', async () => {
      const other = Buffer.from(whole);
      const at = other.indexOf('libm.so.6\0', 0, 'latin1');
      assert.ok(at > 0);
      other.write('libQ.so.6', at, 'latin1');
      const { why, advice } = await copy.refusal(release, other);
      assert.equal(why, 'it needs the library libQ.so.6, which is not there.');
      assert.equal(advice[0], '  - install libQ.so.6.');
    });

    it('that needs a newer C library', async () => {
      const other = Buffer.from(whole);
      const versions = [...whole.toString('latin1').matchAll(/GLIBC_2\.[\d.]+(?=\0)/g)];
      assert.ok(versions.length);
      for (const { 0: text, index } of versions)
        other.write(text.replace(/\d/g, '9').replace('GLIBC_9', 'GLIBC_2'), index, 'latin1');
      // The versions are compared by a hash first.
      const hash = (name: string): number => {
        let h = 0;
        for (const c of Buffer.from(name)) {
          h = ((h << 4) + c) >>> 0;
          const g = h & 0xf0000000;
          if (g) h ^= g >>> 24;
          h = (h & ~g) >>> 0;
        }
        return h;
      };
      for (const { 0: text } of versions) {
        const before = Buffer.alloc(4);
        const after = Buffer.alloc(4);
        before.writeUInt32LE(hash(text));
        after.writeUInt32LE(hash(text.replace(/\d/g, '9').replace('GLIBC_9', 'GLIBC_2')));
        for (let at = other.indexOf(before); at >= 0; at = other.indexOf(before, at + 4))
          if (at % 4 === 0) after.copy(other, at);
      }
      const { why, advice } = await copy.refusal(release, other);
      assert.match(why, /^it needs glibc 2\.9+(\.9+)?, which is newer than the one here\.$/);
      assert.match(advice[0], /^ {2}- use a system with glibc 2\.9+(\.9+)? or later, or build the addon here\.$/);
    });
  }
});

describe('what loaders say', () => {
  const why = (message: string): string => reasonOf(new Error(message), '/p/trae.node').why;
  it('of glibc, musl, macOS and Windows in words', () => {
    assert.equal(
      why('libdnnl.so.2: cannot open shared object file: No such file or directory'),
      'it needs the library libdnnl.so.2, which is not there',
    );
    assert.equal(
      why('Error loading shared library libstdc++.so.6: No such file or directory (needed by /p/trae.node)'),
      'it needs the library libstdc++.so.6, which is not there',
    );
    assert.equal(
      why('Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /p/trae.node)'),
      'it is made for glibc, and this system has another C library (ld-linux-x86-64.so.2 is not there)',
    );
    assert.equal(
      why('libc.musl-x86_64.so.1: cannot open shared object file: No such file or directory'),
      'it is made for musl, and this system has another C library (libc.musl-x86_64.so.1 is not there)',
    );
    assert.equal(
      why("/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by /p/trae.node)"),
      'it needs glibc 2.38, which is newer than the one here',
    );
    assert.equal(
      why("/usr/lib/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by /p/trae.node)"),
      'it needs a newer libstdc++ (GLIBCXX_3.4.30)',
    );
    assert.equal(
      why('dlopen(/p/trae.node, 0x0001): Library not loaded: @rpath/libomp.dylib\n  Referenced from: /p'),
      'it needs the library libomp.dylib, which is not there',
    );
    assert.equal(
      why('The specified module could not be found.\n\\\\?\\C:\\p\\trae.node'),
      'a library that it needs is not there',
    );
    assert.equal(
      why('/p/trae.node: cannot allocate memory in static TLS block'),
      'a library it needs came too late (no room in the static TLS block)',
    );
    assert.equal(
      why('/p/trae.node: failed to map segment from shared object: Operation not permitted'),
      'the system forbids running files of this folder (it is mounted noexec)',
    );
    assert.equal(
      why('/p/trae.node: undefined symbol: napi_add_finalizer_x'),
      `this Node.js (${process.version}) lacks napi_add_finalizer_x`,
    );
    assert.equal(why('/p/trae.node: something new\nand more'), 'something new');
  });
});
