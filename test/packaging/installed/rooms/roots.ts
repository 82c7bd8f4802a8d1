/** Systems of other distributions, as debootstrap makes them: nothing is in them but the base and Node. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { CACHE, fill, nodeProgram } from '../cache';
import { runHere } from '../commands';
import { assertTrained, Consumer } from '../consumer';
import { check, NotHere } from '../report';
import { NODE } from '../versions';

/** Node 22 needs nothing beside glibc and libstdc++; Node 26 asks for libatomic too. */
const MAJOR = 22;
const PACKAGES = 'libstdc++6,libatomic1';
const ROOTS = {
  'Debian 13 (glibc 2.41)': 'trixie',
  'Debian 12 (glibc 2.36, between Ubuntu 22.04 with 2.35 and 24.04 with 2.39)': 'bookworm',
  'Debian 11 (glibc 2.31, as Ubuntu 20.04)': 'bullseye',
};

/** The root of a distribution, made once. @throws NotHere where that cannot be done. */
function root(suite: string): string {
  if (process.platform !== 'linux') throw new NotHere('roots are of Linux');
  if (process.getuid?.() !== 0) throw new NotHere('chroot and debootstrap ask for root');
  const folder = path.join(CACHE, `root-${suite}`);
  if (fs.existsSync(path.join(folder, 'complete'))) return folder;
  if (spawnSync('debootstrap', ['--version']).status !== 0)
    throw new NotHere('no debootstrap: apt-get install debootstrap');
  fill(`${suite}, by debootstrap`, () => {
    fs.rmSync(folder, { recursive: true, force: true });
    runHere('debootstrap', ['--variant=minbase', `--include=${PACKAGES}`, suite, folder], '/');
    fs.writeFileSync(path.join(folder, 'complete'), '');
  });
  return folder;
}

export async function roots(tarball: string): Promise<void> {
  let consumer!: Consumer;
  if (!(await check('install', async () => void (consumer = await new Consumer(tarball, MAJOR).install())))) return;
  const script =
    'set -e; mount -t proc proc "$0/proc"; mount --bind "$1" "$0/mnt"; mount --bind "$2" "$0/srv"; exec chroot "$0" /bin/sh -c "cd /mnt; exec /srv/node $3"';
  for (const [name, suite] of Object.entries(ROOTS))
    for (const file of ['esm.mjs', 'commonjs.cjs'])
      await check(`${name}: ${file}, Node ${NODE[MAJOR]}`, async () => {
        const bin = path.dirname(fs.realpathSync(nodeProgram(MAJOR)));
        const args = ['--mount', '/bin/sh', '-c', script, root(suite), consumer.folder, bin, file];
        assertTrained(
          await consumer.run(args, { program: '/usr/bin/unshare', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } }),
        );
      });
  consumer.remove();
}
