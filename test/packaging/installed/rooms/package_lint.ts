/** publint and Are the types wrong? have nothing to say. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { toolFile } from '../cache';
import { toolsNode, Consumer } from '../consumer';
import { check } from '../report';
import { TOOLS } from '../versions';

export async function packageLint(tarball: string): Promise<void> {
  await check(`publint ${TOOLS.publint.publint}, strict`, async () => {
    const consumer = await new Consumer(tarball).install();
    const script = `
      import { publint } from ${JSON.stringify(toolFile('publint', 'publint/src/index-node.js'))};
      import { formatMessage } from ${JSON.stringify(toolFile('publint', 'publint/src/utils.js'))};
      const { messages, pkg } = await publint({ pkgDir: 'node_modules/trae-node', strict: true, pack: false });
      for (const m of messages) console.error(m.type + ': ' + formatMessage(m, pkg));
      if (messages.length) process.exitCode = 1;`;
    fs.writeFileSync(path.join(consumer.folder, 'publint.mjs'), script);
    await consumer.run(['publint.mjs'], { program: toolsNode() });
    consumer.remove();
  });
  await check(`arethetypeswrong ${TOOLS['are-the-types-wrong']['@arethetypeswrong/cli']}`, async () => {
    const consumer = new Consumer(tarball);
    const cli = toolFile('are-the-types-wrong', '@arethetypeswrong/cli/dist/index.js');
    await consumer.run([cli, path.basename(tarball), '--no-emoji', '--format', 'ascii'], { program: toolsNode() });
    consumer.remove();
  });
}
