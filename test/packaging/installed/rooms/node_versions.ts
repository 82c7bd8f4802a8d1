/** Every supported Node, with deprecations as errors. */
import { assertTrained, Consumer } from '../consumer';
import { check } from '../report';
import { NODE, NODE_MAJORS } from '../versions';

export async function nodeVersions(tarball: string): Promise<void> {
  for (const major of NODE_MAJORS) {
    let consumer!: Consumer;
    const isThere = await check(`Node ${NODE[major]}: install`, async () => {
      consumer = await new Consumer(tarball, major).install();
    });
    if (!isThere) continue;
    for (const file of ['esm.mjs', 'commonjs.cjs'])
      await check(`Node ${NODE[major]}: ${file} with --throw-deprecation`, async () =>
        assertTrained(await consumer.run(['--throw-deprecation', '--pending-deprecation', file])),
      );
    consumer.remove();
  }
}
