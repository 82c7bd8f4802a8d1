/** npm 11 and 12 at their defaults, a lockfile, pnpm and yarn in both of its layouts. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { CACHE, completeMark, fill, toolFile } from '../cache';
import { assertTrained, Consumer } from '../consumer';
import { check } from '../report';
import { TOOLS, TOOLS_NODE, type Tool } from '../versions';

const PROGRAMS = ['esm.mjs', 'commonjs.cjs'];

async function npm(version: 'npm-11' | 'npm-12', tarball: string): Promise<void> {
  const label = `npm ${TOOLS[version].npm}`;
  const program = (consumer: Consumer) =>
    Promise.all(PROGRAMS.map(async (file) => assertTrained(await consumer.run([file]))));
  await check(`${label} at its defaults: install, run`, async () => {
    const consumer = new Consumer(tarball, TOOLS_NODE);
    await consumer.npm(version, ['install', consumer.dependency]);
    await program(consumer);
    consumer.remove();
  });
  await check(`${label} at its defaults: npm ci from a lockfile, run`, async () => {
    const first = new Consumer(tarball, TOOLS_NODE);
    await first.npm(version, ['install', '--package-lock-only', first.dependency]);
    const consumer = new Consumer(tarball, TOOLS_NODE);
    for (const file of ['package.json', 'package-lock.json'])
      fs.copyFileSync(path.join(first.folder, file), path.join(consumer.folder, file));
    await consumer.npm(version, ['ci']);
    await program(consumer);
    for (const c of [first, consumer]) c.remove();
  });
}

interface Other {
  tool: Tool;
  cli: string;
  /** Installs what package.json names; `folder` is what it keeps between runs. */
  install: (
    folder: string,
    isOffline: boolean,
  ) => { args: string[]; env?: Record<string, string>; files?: Record<string, string> };
  /** The lockfile, where it is needed to resolve packages without the network. */
  lockfile?: string;
  /** Runs a program; default: node. */
  runner?: string[];
}

const yarn4 = (linker: string): Other => ({
  tool: 'yarn-4',
  cli: '@yarnpkg/cli-dist/bin/yarn.js',
  install: (folder, isOffline) => ({
    args: ['install', '--no-immutable'],
    env: { YARN_GLOBAL_FOLDER: folder, YARN_ENABLE_NETWORK: isOffline ? '0' : '1', YARN_ENABLE_TELEMETRY: '0' },
    files: { '.yarnrc.yml': `nodeLinker: ${linker}\nenableGlobalCache: true\n`, 'yarn.lock': '' },
  }),
  lockfile: 'yarn.lock',
});
const OTHERS: Record<string, Other> = {
  pnpm: {
    tool: 'pnpm',
    cli: 'pnpm/bin/pnpm.mjs',
    install: (folder, isOffline) => ({
      args: ['install', '--store-dir', path.join(folder, 'store'), ...(isOffline ? ['--offline'] : [])],
      env: { XDG_CACHE_HOME: path.join(folder, 'cache') },
    }),
  },
  'yarn 1': {
    tool: 'yarn-1',
    cli: 'yarn/bin/yarn.js',
    install: (folder, isOffline) => ({
      args: ['install', '--cache-folder', folder, '--non-interactive', ...(isOffline ? ['--offline'] : [])],
    }),
  },
  'yarn 4, node_modules': yarn4('node-modules'),
  "yarn 4, Plug'n'Play": {
    ...yarn4('pnp'),
    runner: ['--require', './.pnp.cjs', '--experimental-loader', './.pnp.loader.mjs'],
  },
};

async function other(
  name: string,
  { tool, cli, install, lockfile, runner = [] }: Other,
  tarball: string,
): Promise<void> {
  await check(`${name} (${Object.values(TOOLS[tool])[0]}): install offline, run`, async () => {
    const file = toolFile(tool, cli);
    const kept = path.join(CACHE, `${tool}-store`);
    const installIn = async (isOffline: boolean): Promise<Consumer> => {
      const manifest = { dependencies: { 'trae-node': `file:./${path.basename(tarball)}` } };
      const consumer = new Consumer(tarball, TOOLS_NODE, manifest);
      const { args, env = {}, files = {} } = install(kept, isOffline);
      for (const [f, text] of Object.entries(files)) fs.writeFileSync(path.join(consumer.folder, f), text);
      if (isOffline && lockfile) fs.copyFileSync(path.join(kept, lockfile), path.join(consumer.folder, lockfile));
      const whole = isOffline ? env : { ...(process.env as Record<string, string>), ...env };
      await consumer.run([file, ...args], { env: { ...whole, PATH: consumer.path } });
      return consumer;
    };
    const complete = path.join(kept, completeMark());
    if (!fs.existsSync(complete))
      await fill(`the dependencies of the package with ${tool}`, async () => {
        const first = await installIn(false);
        if (lockfile) fs.copyFileSync(path.join(first.folder, lockfile), path.join(kept, lockfile));
        first.remove();
        fs.writeFileSync(complete, '');
      });
    const consumer = await installIn(true);
    for (const f of PROGRAMS) assertTrained(await consumer.run([...runner, f]));
    consumer.remove();
  });
}

export async function packageManagers(tarball: string): Promise<void> {
  await npm('npm-11', tarball);
  await npm('npm-12', tarball);
  for (const [name, manager] of Object.entries(OTHERS)) await other(name, manager, tarball);
}
