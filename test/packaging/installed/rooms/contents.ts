/** What is in the tarball, and how large it is. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { check } from '../report';

const MIB = 2 ** 20;
/** With the binary of one platform. */
const LIMITS = { packed: 30 * MIB, unpacked: 80 * MIB };
/** With all of them: larger than this, they would go into a package for each platform. */
const ALL_PLATFORMS = { packed: 50 * MIB, unpacked: 150 * MIB };

/** The files of the tarball, names without the leading `package/`. */
async function filesOf(tarball: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const archive = extract();
  archive.on('entry', ({ name, type }, stream, next) => {
    const parts: Buffer[] = [];
    stream.on('data', (part) => parts.push(part as Buffer));
    stream.on('end', () => {
      if (type === 'file') files.set(name.replace(/^package\//, ''), Buffer.concat(parts));
      next();
    });
  });
  await pipeline(fs.createReadStream(tarball), createGunzip(), archive);
  return files;
}

export async function contents(tarball: string): Promise<void> {
  const files = await filesOf(tarball);
  const names = [...files.keys()];
  const name = `prebuilds/${process.platform}-${process.arch}`;

  await check('the binary of this platform is inside, once', () => {
    // Licences lie beside it, in a release also its twin for musl.
    const binaries = [...files].filter(
      ([f]) => f.startsWith(`${name}/`) && f.endsWith('.node') && !f.endsWith('.musl.node'),
    );
    assert.equal(
      binaries.length,
      1,
      `files in ${name}: ${binaries.map(([f]) => f).join(', ') || 'none'}; run npm run prebuild`,
    );
    return `${binaries[0][0]}, ${(binaries[0][1].length / MIB).toFixed(1)} MiB`;
  });
  await check('nothing in it makes npm build or run anything', () => {
    const built = names.filter((f) => /(^|\/)(binding\.gyp|node_modules\/.*)$/.test(f));
    assert.deepEqual(built, []);
    const { scripts } = JSON.parse(files.get('package.json')!.toString()) as { scripts: object };
    const run = Object.keys(scripts).filter((script) => /^(pre|post)?(install|prepare)$/.test(script));
    assert.deepEqual(run, []);
  });
  await check('source maps hold their sources', () => {
    const maps = names.filter((f) => f.endsWith('.map'));
    const without = maps.filter(
      (f) => !(JSON.parse(files.get(f)!.toString()) as { sourcesContent?: string[] }).sourcesContent?.[0],
    );
    assert.deepEqual(without, []);
  });
  await check('what users look for in a package is inside', () => {
    const wanted = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'binding.d.ts', 'CMakeLists.txt'];
    const missing = wanted.filter((f) => !files.has(f));
    assert.deepEqual(missing, []);
  });
  await check('size', () => {
    const packed = fs.statSync(tarball).size;
    const unpacked = [...files.values()].reduce((sum, file) => sum + file.length, 0);
    const binaries = names.filter((f) => f.endsWith('.node')).length;
    const limits = binaries > 1 ? ALL_PLATFORMS : LIMITS;
    assert.ok(
      packed <= limits.packed && unpacked <= limits.unpacked,
      `packed ${packed}, unpacked ${unpacked} bytes; limits ${limits.packed} and ${limits.unpacked}`,
    );
    return `packed ${(packed / MIB).toFixed(1)} MiB, unpacked ${(unpacked / MIB).toFixed(1)} MiB, ${files.size} files`;
  });
}
