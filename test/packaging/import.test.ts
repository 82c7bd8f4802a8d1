/** What importing the package costs before anything is computed. */
import assert from 'node:assert/strict';
import { printed, ROOT } from './consumer';

const LOAD = `
require('./dist/index.js');
const inPackage = Object.keys(require.cache).filter((file) => file.startsWith(process.cwd()));
console.log(JSON.stringify({ files: inPackage.map((file) => file.slice(process.cwd().length + 1).replaceAll('\\\\', '/')), rss: process.memoryUsage.rss() }));`;

describe('import of the built package', () => {
  let files: string[], rss: number;
  before(async () => {
    ({ files, rss } = JSON.parse(await printed(['-e', LOAD], ROOT)) as { files: string[]; rss: number });
  });

  it('reads one file of its own beside the addon', () => {
    assert.deepEqual(
      files.filter((file) => file.startsWith('dist/')),
      ['dist/index.js'],
    );
    assert.equal(files.filter((file) => file.endsWith('.node')).length, 1);
  });

  it('loads no package but the one that finds the addon', () => {
    const packages = files
      .filter((file) => file.startsWith('node_modules/'))
      .map((file) =>
        file
          .split('/')
          .slice(1, file.startsWith('node_modules/@') ? 3 : 2)
          .join('/'),
      );
    assert.deepEqual([...new Set(packages)], ['node-gyp-build']);
  });

  it('gives all names to importers of its file', async () => {
    const program = `const required = require('./dist/index.js');
import('./dist/index.js').then((imported) => console.log(JSON.stringify(Object.keys(required).filter((name) => imported[name] !== required[name]))));`;
    assert.deepEqual(JSON.parse(await printed(['-e', program], ROOT)), []);
  });

  it('takes less than 150 MB of memory', () => {
    assert.ok(rss < 150e6, `${rss} bytes`);
  });
});
