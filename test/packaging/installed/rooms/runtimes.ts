/** Bun and Deno load addons of Node-API too. */
import { toolFile } from '../cache';
import { assertTrained, Consumer } from '../consumer';
import { check } from '../report';
import { TOOLS } from '../versions';

const PROGRAMS = ['esm.mjs', 'commonjs.cjs', 'workers.mjs'];
const EXE = process.platform === 'win32' ? '.exe' : '';

export async function runtimes(tarball: string): Promise<void> {
  let consumer!: Consumer;
  if (!(await check('install', async () => void (consumer = await new Consumer(tarball).install())))) return;
  const [bun] = Object.entries(TOOLS.bun)[0];
  const [deno] = Object.entries(TOOLS.deno)[0];
  for (const file of PROGRAMS) {
    const rest = file === 'workers.mjs' ? ['1'] : [];
    await check(`Bun ${TOOLS.bun[bun]}: ${file}`, async () =>
      assertTrained(
        await consumer.run([file, ...rest], { program: toolFile('bun', `${bun}/bin/bun${EXE}`), timeout: 120_000 }),
      ),
    );
    await check(`Deno ${TOOLS.deno[deno]}: ${file}`, async () =>
      assertTrained(
        await consumer.run(['run', '--allow-all', '--node-modules-dir=manual', '--no-remote', file, ...rest], {
          program: toolFile('deno', `${deno}/deno${EXE}`),
          timeout: 120_000,
        }),
      ),
    );
  }
  consumer.remove();
}
