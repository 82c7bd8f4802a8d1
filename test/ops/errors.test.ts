/** Errors of all ops: each op with a rule of its own has a test of its error; the engine goes on after one. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { binding } from '../../lib/core/binding';
import * as trae from '../../lib/index';
import { throwsText } from '../helpers/compare';
import { rowTable } from '../helpers/rows';
import { zeros as z } from './refusals';
import './rows/index';

/** Elementwise under another name, or reached only through functions that check before. */
const INNER = [
  'attention',
  'convBackwardData',
  'identity',
  'layerNorm',
  'place',
  'randomPermutation',
  'range',
  'randomGamma',
  'randomBinomial',
  'erfc',
  'besselI0',
  'nextAfter',
  'searchSorted',
  'segmentReduce',
];

describe('ops: errors', () => {
  it('each native op with a rule of its own is refused in some test', () => {
    const files = ['ops', 'keras', 'keras/layers', 'core'].flatMap((f) => {
      const folder = path.join(__dirname, '..', f);
      return fs
        .readdirSync(folder)
        .flatMap((name) => (name.endsWith('.test.ts') ? [fs.readFileSync(path.join(folder, name), 'utf8')] : []));
    });
    const text = files.join('\n');
    const camel = (name: string): string => name.replace(/_(\w)/g, (_, c: string) => c.toUpperCase());
    const without = binding
      .ops()
      .filter((op) => !op.internal)
      .map((op) => camel(op.name))
      .filter(
        (name) =>
          !['unary', 'binary', 'activation'].includes(rowTable.get(name)?.family ?? '') &&
          !INNER.includes(name) &&
          !new RegExp(`['"\`]${name}: `).test(text),
      );
    assert.deepEqual(without, []);
  });
  it('an op that failed leaves the engine usable, and fails again when read again', async () => {
    const bad = trae.take(z(3), [9]);
    const after = bad.add(1);
    for (const t of [bad, after, bad])
      await throwsText(() => t.data(), 'IndexError', 'take: index 9 is out of range for an axis of size 3.');
    assert.deepEqual(z(2).add(1).arraySync(), [1, 1]);
  });
});
