/** Which room of lib may know which: no circle of files, no import that runs up, types included. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as path from 'node:path';
import { arrowsOf, circlesOf, importsOf, roomOf, ROOMS, upwardImports } from '../helpers/arrows';

const lib = path.join(__dirname, '..', '..', 'lib');

describe('the rooms of lib', () => {
  const imports = importsOf(lib);
  it('files import each other in no circle', () => assert.deepEqual(circlesOf(imports), []));
  it('imports run down, from a room to one beneath it', () => assert.deepEqual(upwardImports(imports), []));
  it('each room of the list is there', () => {
    const files = imports.flatMap(({ from, to }) => [from, to]);
    assert.deepEqual(
      ROOMS.filter((room) => !files.some((file) => roomOf(file) === room)),
      [],
    );
  });
  it('lib/io is read without the addon', () => {
    const program = `for (const file of ['hdf5/index', 'zip', 'npz', 'npy_objects', 'safetensors', 'pickle', 'wav', 'idx', 'atomic',
      'download/cache', 'download/archives', 'download/members', 'download/registry']) require(${JSON.stringify(path.join(lib, 'io'))} + '/' + file);
      const opened = Object.keys(require.cache).filter((file) => /\\.node$|lib.(core|addon)/.test(file));
      console.log(JSON.stringify(opened));`;
    const out = execFileSync(process.execPath, ['--require', require.resolve('tsx/cjs'), '-e', program], {
      encoding: 'utf8',
    });
    assert.deepEqual(JSON.parse(out), []);
  });
});

describe('what finds arrows', () => {
  const rooms = ['a.ts', 'b', 'c', 'c/d'];
  it('finds a circle of files, also of one', () =>
    assert.deepEqual(
      circlesOf([
        { from: 'x.ts', to: 'y.ts' },
        { from: 'y.ts', to: 'z.ts' },
        { from: 'z.ts', to: 'x.ts' },
        { from: 'z.ts', to: 'w.ts' },
        { from: 'w.ts', to: 'w.ts' },
      ]),
      [['w.ts'], ['x.ts', 'y.ts', 'z.ts']],
    ));
  it('finds an import that runs up', () =>
    assert.deepEqual(
      upwardImports(
        [
          { from: 'b/x.ts', to: 'c/y.ts' },
          { from: 'c/y.ts', to: 'a.ts' },
          { from: 'c/y.ts', to: 'c/d/z.ts' },
        ],
        rooms,
      ),
      ['b/x.ts -> c/y.ts', 'c/y.ts -> c/d/z.ts'],
    ));
  it('refuses a file that stands in no room', () => assert.throws(() => roomOf('e/x.ts', rooms), /in no room/));
  it('counts each arrow between rooms once', () =>
    assert.deepEqual(
      arrowsOf(
        [
          { from: 'b/x.ts', to: 'a.ts' },
          { from: 'b/y.ts', to: 'a.ts' },
          { from: 'b/y.ts', to: 'b/x.ts' },
        ],
        (file) => roomOf(file, rooms),
      ),
      ['b -> a.ts'],
    ));
});
