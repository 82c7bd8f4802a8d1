/**
 * Every op is called with arguments that nobody should give, in a process of its own: what cannot be done is refused by
 * an error of ours, and the process lives. `tsx test/integration/programs/hostile_ops.ts 0 100` does more of it.
 */
import assert from 'node:assert/strict';
import { opNames } from '../helpers/hostile_calls';
import { hostileRuns, type Outcome } from '../helpers/hostile_runs';

/** Thrown by the functions that rows give to `map`, `scan` and their like, or by an object whose `toString` throws. */
const isCallers = ({ stack = '' }: Outcome): boolean =>
  /^\s+at /.test(stack.split('\n')[1] ?? '') && stack.split('\n')[1].includes('/test/');

describe('hostile calls of ops', () => {
  let outcomes: Outcome[];
  before(async function () {
    this.timeout(300_000);
    outcomes = await hostileRuns(['0', '4']);
  });
  const texts = (bad: Outcome[]): string[] => bad.map((o) => `${o.text}: ${o.fatal ?? `${o.error}: ${o.message}`}`);

  it('return, or throw', () => {
    assert.equal(outcomes.length, 4 * opNames().length);
    assert.deepEqual(texts(outcomes.filter((o) => o.fatal)), []);
    const refused = outcomes.filter((o) => o.error).length;
    assert.ok(
      refused > outcomes.length / 2 && refused < outcomes.length,
      `${refused} of ${outcomes.length} are refused`,
    );
  });
  it('are refused by errors of ours', () => {
    assert.deepEqual(texts(outcomes.filter((o) => o.error && !o.isOurs && !isCallers(o))), []);
    assert.deepEqual(texts(outcomes.filter((o) => o.error === 'InternalError')), []);
  });
  it('are refused in a few lines of text', () => {
    assert.deepEqual(
      texts(
        outcomes.filter(
          (o) => o.isOurs && (o.message!.length < 20 || o.message!.length > 700 || /\[object|=>/.test(o.message!)),
        ),
      ),
      [],
    );
  });
});
