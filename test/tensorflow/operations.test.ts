/** The page lists the operations that graphs may consist of. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { operations } from '../../lib/tensorflow/graph/operations/index';

describe('operations of imported graphs', () => {
  it('are those that docs/pretrained.md lists', () => {
    const page = fs.readFileSync(path.join(__dirname, '..', '..', 'docs', 'pretrained.md'), 'utf8');
    const [, list] = /<!-- operations -->([^]*)<!-- \/operations -->/.exec(page)!;
    assert.deepEqual(
      [...list.matchAll(/`(\w+)`/g)].map((m) => m[1]),
      [...operations.keys()].sort(),
    );
  });
  it('read, write and call nothing outside of the graph', () => {
    // What fills a table from a file takes the text of one of the model's, never a path.
    for (const name of operations.keys())
      assert.doesNotMatch(
        name,
        /(?<!^InitializeTableFromText)File|PyFunc|Save|Restore|Load|Socket|Rpc|Send|Recv|Iterator|Dataset/,
      );
  });
});
