/** Seed document, section 1: the standard layers, what a layer knows of itself, the table of a model. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { classesInTurn, wave } from '../keras/helpers';

const { layers, Sequential, Model } = trae.keras;
const quiet = { verbose: 0 as const };
const textOf = (model: trae.keras.Model, options: object = {}): string => {
  const lines: string[] = [];
  model.summary({ printFn: (t: string) => lines.push(t), ...options });
  return lines.join('\n');
};
const seedModel = (): trae.keras.Model =>
  new Sequential([
    new layers.Dense(64, { activation: 'relu', inputShape: [20] }),
    new layers.Dropout(0.5),
    new layers.BatchNormalization(),
    new layers.Dense(32, { activation: 'relu' }),
    new layers.Dense(10, { activation: 'softmax' }),
  ]);

describe('seed document: standard layers', () => {
  it('the model of five layers, and its table', () => {
    const model = seedModel();
    const text = textOf(model);
    for (const line of [
      /dense\w* \(Dense\) +│ \(None, 64\) +│ +1,344 │/,
      /dropout\w* \(Dropout\) +│ \(None, 64\) +│ +0 │/,
      /│ \(None, 64\) +│ +256 │/,
      /│ \(None, 32\) +│ +2,080 │/,
      /│ \(None, 10\) +│ +330 │/,
    ])
      assert.match(text, line);
    assert.match(
      text,
      /Total params: 4,010 \(15\.66 KB\)\n Trainable params: 3,882 \(15\.16 KB\)\n Non-trainable params: 128 \(512\.00 B\)/,
    );
    const { log } = console;
    const printed: string[] = [];
    console.log = (t: string) => printed.push(t);
    try {
      model.summary();
    } finally {
      console.log = log;
    }
    assert.equal(printed.join('\n'), text);
  });
  it('what a layer knows of itself', () => {
    const model = seedModel();
    const first = model.layers[0];
    assert.deepEqual(
      [first.weights, first.trainableWeights, first.nonTrainableWeights].map((l) => l.map((w) => w.name)),
      [['kernel', 'bias'], ['kernel', 'bias'], []],
    );
    assert.deepEqual(
      [first.inputShape, first.outputShape],
      [
        [null, 20],
        [null, 64],
      ],
    );
    assert.equal(first.input, model.input);
    assert.equal(first.output, model.layers[1].input);
    const norm = model.layers[2];
    assert.deepEqual(
      norm.nonTrainableWeights.map((w) => w.name),
      ['moving_mean', 'moving_variance'],
    );
    assert.deepEqual(
      [model.weights.length, model.trainableWeights.length, model.nonTrainableWeights.length],
      [10, 8, 2],
    );
    assert.deepEqual(
      [model.inputShape, model.outputShape],
      [
        [null, 20],
        [null, 10],
      ],
    );
  });
  it('a layer that is not built has no weights and no shapes', () => {
    const alone = new layers.Dense(64);
    assert.deepEqual([alone.built, alone.weights], [false, []]);
    for (const name of ['input', 'output', 'inputShape', 'outputShape'] as const)
      assert.throws(() => alone[name] as unknown, {
        name: 'AttributeError',
        message: new RegExp(`^${name}: layer '${alone.name}' has never been called`),
      });
    assert.throws(() => alone.countParams(), /is not built yet/);
  });
  it('Dense, Conv2D, LSTM, Dropout, BatchNormalization in one model', async () => {
    const model = new Sequential([
      layers.Input([12, 8, 1]),
      new layers.Conv2D(4, 3, { padding: 'same', activation: 'relu' }),
      new layers.BatchNormalization(),
      new layers.Reshape([12, 32]),
      new layers.LSTM(6),
      new layers.Dropout(0.2),
      new layers.Dense(3, { activation: 'softmax' }),
    ]);
    assert.deepEqual(
      model.layers.map((l) => l.outputShape as number[]),
      [
        [null, 12, 8, 4],
        [null, 12, 8, 4],
        [null, 12, 32],
        [null, 6],
        [null, 6],
        [null, 3],
      ],
    );
    assert.deepEqual(
      model.layers[3].weights.map((w) => [...w.shape]),
      [[32, 24], [6, 24], [24]],
    );
    model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
    const { history } = await model.fit(wave(30, 12, 8, 1), classesInTurn(30, 3), {
      epochs: 2,
      batchSize: 8,
      ...quiet,
    });
    assert.ok(history.loss.every(Number.isFinite));
  });
  it('tables of nested models, shared layers counted once', () => {
    const shared = new layers.Dense(8, { name: 'shared' });
    const inner = new Sequential([layers.Input([8]), shared, new layers.Dense(8, { name: 'own' }), shared], {
      name: 'inner',
    });
    const x = trae.keras.Input([8], { name: 'x' });
    shared.trainable = false;
    const model = new Model({
      inputs: x,
      outputs: new layers.Dense(1, { name: 'head' }).apply(inner.apply(shared.apply(x))),
      name: 'outer',
    });
    const text = textOf(model, { expandNested: true, showTrainable: true, lineLength: 110 });
    assert.match(text, /Total params: 153 /);
    assert.match(text, /Trainable params: 81 /);
    assert.match(text, /Non-trainable params: 72 /);
    assert.match(text, / {3}└ own \(Dense\)/);
    assert.match(text, /head \(Dense\).*│ +Y +│/);
    assert.match(text, /shared \(Dense\).*│ +N +│/);
    assert.equal(model.countParams(), 153);
  });
});
