/** An ES module and a CommonJS module, with the libraries of the system there and away. */
import { withoutSystemLibraries } from '../commands';
import { assertSelfContained, assertTrained, Consumer } from '../consumer';
import { check, NotHere } from '../report';

const PROGRAMS = { 'ES module': 'esm.mjs', 'CommonJS module': 'commonjs.cjs' };

export async function consumers(tarball: string): Promise<void> {
  let consumer!: Consumer;
  const isThere = await check(
    'npm install of the tarball, offline, without scripts, PATH holding node alone',
    async () => {
      consumer = await new Consumer(tarball).install();
    },
  );
  if (!isThere) return;
  for (const [name, file] of Object.entries(PROGRAMS)) {
    let output = '';
    await check(`${name} trains, saves and loads`, async () => assertTrained((output = await consumer.run([file]))));
    await check(`${name} opens no oneDNN, OpenMP or OpenCL of the system`, () => {
      if (process.platform !== 'linux') throw new NotHere('open libraries are read from /proc');
      assertSelfContained(output);
    });
    await check(`${name}, with oneDNN, OpenMP and OpenCL of the system away`, async () => {
      const hidden = withoutSystemLibraries();
      if (typeof hidden === 'string') throw new NotHere(hidden);
      const [program, args] = hidden(consumer.node, [file]);
      assertTrained(await consumer.run(args, { program, env: { TRAE_PATH: consumer.path } }));
    });
  }
  consumer.remove();
}
