// Refuses a release that lacks the binary of a platform, has one too many, or is not of the version of its tag.
//   node scripts/check_prebuilds.mjs [--tarball FILE] [--tag vX.Y.Z]      without a tarball: the folder prebuilds/
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const EXPECTED = [
  'darwin-arm64/trae-node.node',
  'darwin-x64/trae-node.node',
  'linux-arm64/trae-node.musl.node',
  'linux-arm64/trae-node.node',
  'linux-x64/trae-node.musl.node',
  'linux-x64/trae-node.node',
  'win32-x64/trae-node.node',
];

const { values } = parseArgs({ options: { tarball: { type: 'string' }, tag: { type: 'string' } } });
const tar = (...args) => execFileSync('tar', args, { encoding: 'utf8', maxBuffer: 2 ** 28 });

const folder = path.join(root, 'prebuilds');
const found = values.tarball
  ? tar('-tf', values.tarball)
      .split('\n')
      .flatMap((f) => (f.startsWith('package/prebuilds/') ? [f.slice('package/prebuilds/'.length)] : []))
  : fs.existsSync(folder)
    ? fs.readdirSync(folder, { recursive: true }).map((f) => f.split(path.sep).join('/'))
    : [];
const binaries = found.filter((f) => f.endsWith('.node')).sort();
const manifest = JSON.parse(
  values.tarball
    ? tar('-xOf', values.tarball, 'package/package.json')
    : fs.readFileSync(path.join(root, 'package.json'), 'utf8'),
);

const faults = [
  ...EXPECTED.filter((f) => !binaries.includes(f)).map((f) => `missing: prebuilds/${f}`),
  ...binaries.filter((f) => !EXPECTED.includes(f)).map((f) => `unexpected: prebuilds/${f}`),
  ...(values.tag && values.tag !== `v${manifest.version}`
    ? [`the tag is ${values.tag}, the version of package.json is ${manifest.version}`]
    : []),
  // Provenance is refused without it.
  ...(values.tag && !manifest.repository ? ['package.json names no repository'] : []),
];
for (const fault of faults) console.error(`check_prebuilds: ${fault}`);
if (!faults.length) console.log(`check_prebuilds: ${binaries.length} binaries, version ${manifest.version}`);
process.exitCode = faults.length ? 1 : 0;
