/** Worker threads and child processes. */
import { assertTrained, Consumer } from '../consumer';
import { check } from '../report';

export async function workers(tarball: string): Promise<void> {
  let consumer!: Consumer;
  if (!(await check('install', async () => void (consumer = await new Consumer(tarball).install())))) return;
  for (const count of [1, 3])
    await check(
      `${count} worker${count > 1 ? 's' : ''}, twice: train, save and load beside the main thread`,
      async () => {
        const lines = (await consumer.run(['workers.mjs', String(count)])).trim().split('\n');
        if (lines.length !== 2 * count + 1) throw new Error(`${lines.length} answers of ${2 * count + 1}`);
        lines.forEach(assertTrained);
      },
    );
  await check('a worker that is ended while it trains takes nothing with it', async () =>
    assertTrained(await consumer.run(['workers.mjs', 'ended'])),
  );
  consumer.remove();
}
