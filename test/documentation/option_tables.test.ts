/** docs/options.md says what the classes say. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { page } from '../../scripts/options';

it('docs/options.md holds the options of every class', () => {
  const text = fs.readFileSync(path.join(__dirname, '..', '..', 'docs', 'options.md'), 'utf8');
  assert.equal(text, page(), 'it is of an older state.\n  Fix: npx tsx scripts/options.ts');
});
