/** The page about the command line: its commands run, and print what it shows. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { blocksOf, isShown, programOf } from '../documentation/pages';
import { Consumer, printed, ROOT, runNode } from '../packaging/consumer';
import { PROGRAM } from './program';

const TSX = pathToFileURL(path.join(ROOT, 'node_modules', 'tsx', 'dist', 'loader.mjs')).href;

/** Five digits of each long number: the last ones belong to an instruction set. */
const shortened = (text: string): string => text.replace(/\d+\.\d{5,}/g, (digits) => Number(digits).toPrecision(5));

describe('docs/command-line.md', function () {
  this.timeout(600_000);
  it('shows what the commands print', async () => {
    const blocks = blocksOf(fs.readFileSync(path.join(ROOT, 'docs', 'command-line.md'), 'utf8'));
    const consumer = new Consumer({
      'package.json': '{}',
      'page.mts': programOf(blocks.filter((b) => b.language === 'ts')),
    });
    try {
      await printed(['--import', TSX, 'page.mts'], consumer.folder);
      const shell = blocks.filter((b) => b.language === 'sh');
      assert.ok(shell.length >= 6);
      for (const { code, output, line } of shell) {
        let text = '';
        for (const command of code.trim().split('\n')) {
          const [npx, name, ...args] = command.split(' ');
          assert.deepEqual([npx, name], ['npx', 'trae-node']);
          const { code: status, stdout, stderr } = await runNode([PROGRAM, ...args], { cwd: consumer.folder });
          assert.equal(status, 0, stderr);
          text += stdout;
        }
        if (output !== null) assert.ok(isShown(shortened(text), shortened(output)), `line ${line}:\n${text}`);
      }
    } finally {
      consumer.remove();
    }
  });
});
