/**
 * What is fetched once and kept outside of the repository: versions of Node, package managers, compilers, bundlers.
 * The only part that uses the network. `TRAE_PACKAGE_CACHE` names the folder; default ~/.cache/trae-node/package.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { npmHere } from './commands';
import { temporaryFolder } from './folders';
import { NotHere, remark } from './report';
import { NODE, NODE_FILE, NODE_PACKAGE, TOOLS, type NodeMajor, type Tool } from './versions';

export const CACHE =
  process.env.TRAE_PACKAGE_CACHE ??
  path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'trae-node', 'package');
/** False with `--offline`: what is not in the cache is then not run. */
let mayFetch = true;
export const forbidNetwork = (): void => void (mayFetch = false);

/** The file that says that the dependencies of the package, as they are now, have all been fetched. */
export function completeMark(): string {
  const { dependencies } = JSON.parse(
    fs.readFileSync(path.resolve(__dirname, '..', '..', '..', 'package.json'), 'utf8'),
  ) as { dependencies: object };
  return `complete-${createHash('sha256').update(JSON.stringify(dependencies)).digest('hex').slice(0, 12)}`;
}

/** What the cache lacks, to be fetched by `fetch`. @throws NotHere without a network. */
export function fill<T>(what: string, fetch: () => T): T {
  if (!mayFetch) throw new NotHere(`${what} is not in the cache ${CACHE}; run once without --offline`);
  remark(`fetching ${what} into ${CACHE}: needs the network, once`);
  try {
    return fetch();
  } catch (error) {
    throw new NotHere(`${what} could not be fetched: ${(error as Error).message.trim().split('\n').at(-1)}`);
  }
}

/** A folder whose node_modules holds these packages in these versions. */
function installed(name: string, packages: Record<string, string>): string {
  const version = Object.values(packages)[0];
  const folder = path.join(CACHE, 'tools', `${name}-${version}`);
  if (fs.existsSync(path.join(folder, 'complete'))) return folder;
  const list = Object.entries(packages).map(([p, v]) => `${p}@${v}`);
  fill(list.join(', '), () => {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
    npmHere(['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', ...list], folder);
    fs.writeFileSync(path.join(folder, 'complete'), '');
  });
  return folder;
}

/** The folder of a tool. @throws NotHere if it is neither in the cache nor to be had. */
export const tool = (name: Tool): string => installed(name, TOOLS[name]);
/** A file of a tool, named within its node_modules. */
export const toolFile = (name: Tool, file: string): string => path.join(tool(name), 'node_modules', ...file.split('/'));

/** The program `node` of a major version. @throws NotHere if it is neither in the cache nor to be had. */
export function nodeProgram(major: NodeMajor): string {
  return path.join(
    installed('node', { [NODE_PACKAGE]: NODE[major] }),
    'node_modules',
    NODE_PACKAGE,
    ...NODE_FILE.split('/'),
  );
}

/** A folder that holds this Node and nothing else, to be PATH. */
export function pathWithNodeOnly(program: string): string {
  const folder = temporaryFolder('path');
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  if (process.platform === 'win32') fs.copyFileSync(program, path.join(folder, name));
  else fs.symlinkSync(fs.realpathSync(program), path.join(folder, name));
  return folder;
}
