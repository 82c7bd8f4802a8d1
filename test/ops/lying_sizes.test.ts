/** Every op on empty tensors with huge other sides, in a process of its own with little memory: it answers, or refuses. */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import { hostileRuns, type Outcome } from '../helpers/hostile_runs';

describe('sizes that lie', () => {
  it('every op answers or refuses, and the process lives', async function () {
    this.timeout(300_000);
    const program = path.join(__dirname, '..', 'integration', 'programs', 'lying_sizes.ts');
    const outcomes = await hostileRuns([], {
      program,
      limit: 30_000,
      env: { NODE_OPTIONS: '--max-old-space-size=512' },
    });
    assert.ok(outcomes.length > 500, `${outcomes.length} calls`);
    const texts = (bad: Outcome[]): string[] => bad.map((o) => `${o.text}: ${o.fatal ?? `${o.error}: ${o.message}`}`);
    assert.deepEqual(texts(outcomes.filter((o) => o.fatal)), []);
    assert.deepEqual(texts(outcomes.filter((o) => o.error && (!o.isOurs || o.error === 'InternalError'))), []);
  });
});
