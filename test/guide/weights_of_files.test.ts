/** Seed document, section 3: weights from a file that Keras wrote, in the layout of Keras 1 and 2. */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import * as trae from '../../lib/index';
import { close, golden, tensorOf, throwsText, type Golden } from '../keras/helpers';

const { layers, Sequential } = trae.keras;
const FILE = path.join(__dirname, '..', 'keras', 'golden', 'pretrained_weights.h5');
const { x, predictions } = golden<{ x: Golden; predictions: Golden }>('pretrained_weights.json');

/** The model of section 1. @param wide - units of its second Dense; @param last - name of its last layer. */
const seedModel = (wide = 32, last = 'dense_2'): trae.keras.Model =>
  new Sequential(
    [
      new layers.Dense(64, { activation: 'relu', inputShape: [20], name: 'dense' }),
      new layers.Dropout(0.5),
      new layers.BatchNormalization({ name: 'batch_normalization' }),
      new layers.Dense(wide, { activation: 'relu', name: 'dense_1' }),
      new layers.Dense(10, { activation: 'softmax', name: last }),
    ],
    { name: 'seed' },
  );
/** What console.warn is told meanwhile. */
async function saidWhile<T>(f: () => Promise<T>): Promise<[T, string[]]> {
  const { warn } = console;
  const said: string[] = [];
  console.warn = (text: string) => void said.push(text);
  return [await f().finally(() => (console.warn = warn)), said];
}

describe('seed document: weights of a file', () => {
  it("await model.loadWeights('pretrained_weights.h5')", async () => {
    const model = seedModel();
    const report = await model.loadWeights(FILE);
    close((await model.predict(tensorOf(x), { verbose: 0 })) as trae.Tensor, predictions, 'predictions');
    assert.deepEqual([report.loaded.length, report.skipped], [10, []]);
    assert.equal(report.loaded[0], 'seed/dense/kernel');
  });
  it('another shape is an error that names path, expected and found shape; nothing is loaded then', async () => {
    const model = seedModel(16);
    const before = model.getWeights().map((w) => w.arraySync());
    await throwsText(
      () => model.loadWeights(FILE),
      'ValueError',
      `${FILE} does not fit model 'seed': 3 difference(s).\n` +
        "  weight 'seed/dense_1/kernel' has shape (64, 16) but 'dense_1/sequential/dense_1/kernel' in the file has shape (64, 32)\n" +
        "  weight 'seed/dense_1/bias' has shape (16,) but 'dense_1/sequential/dense_1/bias' in the file has shape (32,)\n" +
        "  weight 'seed/dense_2/kernel' has shape (16, 10) but 'dense_2/sequential/dense_2/kernel' in the file has shape (32, 10)\n" +
        '  Fix: build the model that the file was made of, or pass { skipMismatch: true } to load the rest.',
    );
    assert.deepEqual(
      model.getWeights().map((w) => w.arraySync()),
      before,
    );
  });
  it('skipMismatch loads the rest, says so, and reports both shapes', async () => {
    const model = seedModel(16);
    const [report, said] = await saidWhile(() => model.loadWeights(FILE, { skipMismatch: true }));
    assert.deepEqual(
      report.skipped.map(({ path: place, expected, found }) => [place, [...expected!], [...found!]]),
      [
        ['seed/dense_1/kernel', [64, 16], [64, 32]],
        ['seed/dense_1/bias', [16], [32]],
        ['seed/dense_2/kernel', [16, 10], [32, 10]],
      ],
    );
    assert.equal(report.loaded.length, 7);
    assert.match(
      said.join('\n'),
      /^loadWeights: 3 difference\(s\) between .*pretrained_weights\.h5 and model 'seed' were skipped:\n {2}weight 'seed\/dense_1\/kernel' has shape/,
    );
    const whole = seedModel();
    await whole.loadWeights(FILE);
    assert.deepEqual(model.layers[0].getWeights()[0].arraySync(), whole.layers[0].getWeights()[0].arraySync());
  });
  it('byName takes the layers of the same name and leaves the others alone', async () => {
    const model = seedModel(32, 'head');
    const head = model.layers.at(-1)!.getWeights()[0].arraySync();
    const report = await model.loadWeights(FILE, { byName: true });
    assert.equal(report.loaded.length, 8);
    assert.deepEqual(
      report.skipped.map((s) => s.reason),
      ["the file has no layer 'head'", "the model has no layer 'dense_2'"],
    );
    assert.deepEqual(model.layers.at(-1)!.getWeights()[0].arraySync(), head);
  });
});
