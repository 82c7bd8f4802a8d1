/** Random programs of models: no error is JavaScript's own. `scripts/search_raw_errors_models.ts` runs more of them. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { runProgram } from '../../helpers/random_models';
import { throwsText } from '../helpers';

describe('random programs of models', () => {
  const home = process.cwd();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'random-programs-'));
  before(() => process.chdir(folder)); // what takes a text for a path writes there
  after(() => {
    process.chdir(home);
    fs.rmSync(folder, { recursive: true });
  });
  it('end in results or in errors of ours', async function () {
    this.timeout(300_000);
    let steps = 0;
    let refused = 0;
    for (let seed = 0; seed < 120; seed++) {
      const result = await runProgram(seed);
      assert.deepEqual(result.findings, []);
      steps += result.steps;
      refused += result.refused;
    }
    assert.ok(refused > steps / 4 && refused < (steps * 9) / 10, `${refused} of ${steps} are refused`);
  });
  it('a number for a whole batch is no row of predictions', async () => {
    const { layers, Model, Input } = trae.keras;
    const x = Input([3]);
    const model = new Model({ inputs: x, outputs: trae.mean(new layers.Dense(2).apply(x) as never) as never });
    const text =
      'predict: the model gives a single number for a whole batch; predictions are joined row by row.\n  Received: an output of shape ()\n  Fix: let the output keep the first axis, or call predictOnBatch.';
    await throwsText(() => model.predict(trae.ones([4, 3]), { verbose: 0 }), 'ValueError', text);
    assert.deepEqual(((await model.predictOnBatch(trae.ones([4, 3]))) as trae.Tensor).shape, []);
    model.compile({ optimizer: 'sgd', loss: 'mse', runEagerly: true });
    await throwsText(() => model.predict(trae.ones([4, 3]), { verbose: 0, batchSize: 2 }), 'ValueError', text);
  });
});
