/**
 * Tries the package as its user gets it: packs it, installs the tarball in empty folders, runs programs there.
 *   npm run test:package -- [--offline] [--list] [ROOM...]
 * ROOM: only these (--list names them). --offline: nothing is fetched; what the cache lacks is not run.
 * A line for each check, the count at the end. See cache.ts for what needs the network.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { forbidNetwork } from './cache';
import { npmHere } from './commands';
import { temporaryFolder } from './folders';
import { enter, finish } from './report';
import { ROOMS } from './rooms/index';

const ROOT = path.resolve(__dirname, '..', '..', '..');

/** Packs what `npm publish` would send. @returns the tarball. */
function pack(): string {
  if (!fs.existsSync(path.join(ROOT, 'dist', 'index.mjs'))) npmHere(['run', 'build:ts'], ROOT);
  const folder = temporaryFolder('packed');
  npmHere(['pack', '--ignore-scripts', '--pack-destination', folder], ROOT);
  return path.join(folder, fs.readdirSync(folder)[0]);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { offline: { type: 'boolean' }, list: { type: 'boolean' }, tarball: { type: 'string' } },
  });
  if (values.list) return console.log(Object.keys(ROOMS).join('\n'));
  if (values.offline) forbidNetwork();
  const unknown = positionals.filter((name) => !(name in ROOMS));
  if (unknown.length) throw new Error(`no room '${unknown.join("', '")}': ${Object.keys(ROOMS).join(', ')}`);
  const tarball = values.tarball ? path.resolve(values.tarball) : pack();
  for (const [name, room] of Object.entries(ROOMS)) {
    if (positionals.length && !positionals.includes(name)) continue;
    enter(name);
    await room(tarball);
  }
  process.exitCode = finish();
}

void main();
