/** Models of Keras 2 go on with their training as they would have there: golden/legacy/resume.json holds their weights three steps later. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { withOrigin } from '../../../lib/keras/serialization/origin';
import { close, golden } from '../helpers';

const folder = path.join(__dirname, '..', 'golden', 'legacy');
const { x, y, cases } = golden<{ x: number[]; y: number[]; cases: Record<string, number[][]> }>('legacy/resume.json');

const files = fs.readdirSync(folder).filter((f) => /^resume_.*\.(h5|keras)$/.test(f));

describe('optimizers in files of Keras 2', () => {
  it('there is a case for each file', () => {
    assert.deepEqual(
      files
        .filter((f) => f.endsWith('.h5'))
        .map((f) => f.slice(7, -3))
        .sort(),
      Object.keys(cases).sort(),
    );
    assert.ok(files.length >= 52);
  });
  it("the decay of Nadam is that of its momentum, not of its rate as SGD's is", () => {
    const read = (name: string): trae.keras.optimizers.Optimizer =>
      trae.keras.optimizers.deserialize(
        withOrigin(
          { class_name: name, config: { name, learning_rate: 0.5, decay: 0.004 } },
          { version: '2.10.0', backend: 'tensorflow' },
        ) as never,
      ) as trae.keras.optimizers.Optimizer;
    const configOf = (name: string): unknown => (read(name).getConfig() as { learningRate: unknown }).learningRate;
    assert.equal(configOf('Nadam'), 0.5);
    assert.notEqual(typeof configOf('SGD'), 'number');
  });
  for (const file of files) {
    const name = file.replace(/^resume_|\.\w+$/g, '');
    const after = cases[name];
    it(`${file}: goes on`, async () => {
      const warn = console.warn;
      const said: string[] = [];
      console.warn = (text: string) => said.push(text);
      const model = await trae.keras.models.loadModel(path.join(folder, file)).finally(() => (console.warn = warn));
      assert.deepEqual(said, []);
      assert.equal(model.optimizer!.iterations.item(), 3);
      const data = trae.tensor(x, [8, 4]);
      const target = trae.tensor(y, [8, 2]);
      for (let i = 0; i < 3; i++) await model.trainOnBatch(data, target);
      model.weights.forEach((w, i) => close(w, after[i], w.path, 1e-3));
    });
  }
  it('Nadam keeps its schedule of momentum when it is written again', async () => {
    const made = fs.mkdtempSync(path.join(os.tmpdir(), 'nadam-'));
    const data = trae.tensor(x, [8, 4]);
    const target = trae.tensor(y, [8, 2]);
    try {
      const first = await trae.keras.models.loadModel(path.join(folder, 'resume_legacy_nadam_schedule.h5'));
      await first.save(path.join(made, 'm.keras'));
      const model = await trae.keras.models.loadModel(path.join(made, 'm.keras'));
      for (let i = 0; i < 3; i++) await model.trainOnBatch(data, target);
      model.weights.forEach((w, i) => close(w, cases.legacy_nadam_schedule[i], w.path, 1e-3));
    } finally {
      fs.rmSync(made, { recursive: true });
    }
  });
});
