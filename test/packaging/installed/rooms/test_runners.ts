/** vitest and jest: each has modules of its own for each test file, so the library is evaluated more than once in a process. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { tool } from '../cache';
import { Consumer, toolsNode } from '../consumer';
import { check } from '../report';
import { TOOLS } from '../versions';

const CONFIG = { root: '.', test: { include: ['**/*.vitest.mjs'], globals: true, testTimeout: 120_000 } };

export async function testRunners(tarball: string): Promise<void> {
  let consumer!: Consumer;
  if (!(await check('install', async () => void (consumer = await new Consumer(tarball).install())))) return;
  for (const kind of ['vitest.mjs', 'jest.cjs'])
    fs.copyFileSync(path.join(consumer.folder, `first.${kind}`), path.join(consumer.folder, `second.${kind}`));
  const useTool = (name: 'vitest' | 'jest'): string => {
    const modules = path.join(tool(name), 'node_modules');
    for (const folder of fs.readdirSync(modules)) {
      const link = path.join(consumer.folder, 'node_modules', folder);
      if (!folder.startsWith('.') && !fs.existsSync(link)) fs.symlinkSync(path.join(modules, folder), link, 'junction');
    }
    return modules;
  };
  for (const [what, pool] of Object.entries({
    'in worker threads': 'threads',
    'in processes': 'forks',
    'in vm contexts': 'vmThreads',
  }))
    await check(`vitest ${TOOLS.vitest.vitest}, ${what}: two files`, async () => {
      const modules = useTool('vitest');
      fs.writeFileSync(
        path.join(consumer.folder, 'vitest.config.mjs'),
        `export default ${JSON.stringify({ ...CONFIG, test: { ...CONFIG.test, pool } })};`,
      );
      await consumer.run([path.join(modules, 'vitest', 'vitest.mjs'), 'run'], { program: toolsNode() });
    });
  for (const [what, args] of Object.entries({
    'in one process': ['--runInBand'],
    'in worker threads': ['--workerThreads', '--maxWorkers=2'],
    'in processes': ['--maxWorkers=2'],
  }))
    await check(`jest ${TOOLS.jest.jest}, ${what}: two files, modules reset between tests`, async () => {
      const modules = useTool('jest');
      fs.writeFileSync(
        path.join(consumer.folder, 'jest.config.cjs'),
        "module.exports = { testMatch: ['**/*.jest.cjs'], resetModules: true, testTimeout: 120000, haste: { enableSymlinks: false } };",
      );
      await consumer.run([path.join(modules, 'jest', 'bin', 'jest.js'), '--no-watchman', '--no-cache', ...args], {
        program: toolsNode(),
      });
    });
  consumer.remove();
}
