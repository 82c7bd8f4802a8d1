/** Memory of a model that meets a new length with every batch. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';

describe('batches of many lengths', () => {
  for (const kind of ['LSTM', 'SimpleRNN', 'a cell of the user'])
    for (const masks of ['masked', 'unmasked'])
      it(`150 of Embedding and ${kind}, ${masks}, stay below 400 MB`, async function () {
        this.timeout(600_000);
        const program = path.join(__dirname, 'programs/many_lengths.ts');
        const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program, kind, masks], {
          cwd: path.join(__dirname, '../..'),
        });
        const most = Number(stdout.trim());
        assert.ok(most > 0 && most < 400, `${stdout.trim()} MB were resident`);
      });
});
