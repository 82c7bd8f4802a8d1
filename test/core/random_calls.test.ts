/** Everything public called with random arguments: no error is JavaScript's own. `scripts/search_raw_errors.ts` does more of it. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { allTargets, randomCalls, resultOf } from '../support/random_calls';

describe('random arguments', () => {
  const home = process.cwd(),
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'random-calls-'));
  before(() => process.chdir(folder)); // what takes a text for a path writes there
  after(() => {
    process.chdir(home);
    fs.rmSync(folder, { recursive: true });
  });

  it('to functions, classes and methods are refused by errors of ours', async function () {
    this.timeout(300_000);
    const names = allTargets().map((t) => t.name);
    for (const name of ['trae.tidy', 'new trae.keras.layers.Dense', 'Tensor.reshape', 'new keras.losses.MeanSquaredError().call']) assert.ok(names.includes(name), name);
    const found: string[] = [];
    let refused = 0,
      count = 0;
    for (const call of randomCalls(0, 2)) {
      const finding = await resultOf(call, () => refused++);
      count++;
      if (finding) found.push(`${finding.text}: ${finding.message} ${finding.where}`);
    }
    assert.deepEqual(found, []);
    assert.ok(refused > count / 4 && refused < count, `${refused} of ${count} are refused`);
  });
});
