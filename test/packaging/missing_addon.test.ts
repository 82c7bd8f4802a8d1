/** Without a native build the package says why and what to do. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ROOT, runNode } from './consumer';

const LOAD = "try { const t = require('./dist/index.js'); console.log(t.sum(t.tensor([1, 2])).item()); } catch (e) { console.log(JSON.stringify([e.code, e.message])); }";

describe('native addon', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trae-addon-'));
  before(() => {
    fs.cpSync(path.join(ROOT, 'dist'), path.join(folder, 'dist'), { recursive: true });
    fs.copyFileSync(path.join(ROOT, 'package.json'), path.join(folder, 'package.json'));
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const failure = async (): Promise<[string, string]> => JSON.parse((await runNode(['-e', LOAD], { cwd: folder })).stdout) as [string, string];
  const heading = `trae-node: the native addon could not be loaded on ${process.platform}-${process.arch} (Node ${process.version}, `;

  it('that is missing: a help page', async () => {
    const [code, message] = await failure();
    assert.equal(code, 'ERR_NATIVE_ADDON');
    const lines = message.split('\n');
    assert.ok(lines[0].startsWith(heading), lines[0]);
    assert.match(lines[1], new RegExp(`^  Reason: No native build was found for .*platform=${process.platform} arch=${process.arch}`));
    assert.deepEqual(lines.slice(2), [
      '  Possible solutions:',
      '  - "cannot open shared object file": install the named library (oneDNN: apt install libdnnl2, brew install onednn, dnf install onednn).',
      '  - two copies of the package, or a bundler that took it in without its addon: keep trae-node out of the bundle (esbuild: --external:trae-node; webpack: externals), so that it is required from node_modules.',
      '  - no build found: run "npm run build" in the package folder, or set TRAE_NODE_PREBUILD to a folder holding build/Release/trae.node.',
      '  - built for another Node or platform: run "npm rebuild trae-node".',
    ]);
  });

  it('that is no library: the reason of the system', async () => {
    const file = path.join(folder, 'build', 'Release', 'trae.node');
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, 'not a library');
    const [code, message] = await failure();
    fs.rmSync(path.join(folder, 'build'), { recursive: true });
    assert.equal(code, 'ERR_NATIVE_ADDON');
    assert.ok(message.split('\n')[1].includes('trae.node'), message);
  });

  it('that lies elsewhere is named by TRAE_NODE_PREBUILD', async () => {
    const { stdout } = await runNode(['-e', LOAD], { cwd: folder, env: { TRAE_NODE_PREBUILD: ROOT } });
    assert.equal(stdout.trim(), '3');
  });
});
