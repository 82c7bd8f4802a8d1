/** `summary()`: the text of real Keras at 80 columns, letter for letter. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { golden, throwsText, wave, type Config } from './helpers';

const { layers, Sequential, Model, Input } = trae.keras;
const texts =
  golden<{ model: string; options: { expand_nested?: boolean; show_trainable?: boolean }; text: string }[]>(
    'summaries.json',
  );

const camel = (k: string): string => k.replace(/_(\w)/g, (_, c: string) => c.toUpperCase());
const models: Record<string, () => trae.keras.Model | Promise<trae.keras.Model>> = {
  chain: () =>
    new Sequential(
      [
        layers.Input([28, 28, 1]),
        new layers.Conv2D(32, 3, { activation: 'relu', name: 'conv2d' }),
        new layers.BatchNormalization({ name: 'batch_normalization' }),
        new layers.MaxPooling2D({ name: 'max_pooling2d' }),
        new layers.Flatten({ name: 'flatten' }),
        new layers.Dropout(0.5, { name: 'dropout' }),
        new layers.Dense(10, { activation: 'softmax', name: 'dense' }),
      ],
      { name: 'chain' },
    ),
  branches: () => {
    const a = Input([8], { name: 'left' });
    const b = Input([4], { name: 'right' });
    const joined = new layers.Concatenate({ name: 'joined' }).apply([
      new layers.Dense(6, { name: 'wide' }).apply(a),
      new layers.Dense(6, { name: 'narrow' }).apply(b),
    ]);
    return new Model({
      inputs: [a, b],
      outputs: new layers.Add({ name: 'sum' }).apply([joined, new layers.Dense(12, { name: 'shortcut' }).apply(a)]),
      name: 'branches',
    });
  },
  nested: () => {
    const inner = new Sequential(
      [layers.Input([6]), new layers.Dense(5, { name: 'first' }), new layers.Dense(4, { name: 'second' })],
      { name: 'inner' },
    );
    inner.layers[0].trainable = false;
    const x = Input([6], { name: 'x' });
    return new Model({
      inputs: x,
      outputs: new layers.Dense(2, { name: 'head' }).apply(inner.apply(x)),
      name: 'nested',
    });
  },
  unbuilt: () =>
    new Sequential([new layers.Dense(3, { name: 'one' }), new layers.Dense(2, { name: 'two' })], { name: 'unbuilt' }),
  fitted: async () => {
    const model = new Sequential([layers.Input([3]), new layers.Dense(2, { name: 'only' })], { name: 'fitted' });
    model.compile({ optimizer: 'adam', loss: 'mse' });
    await model.trainOnBatch(wave(2, 3), wave(2, 2));
    return model;
  },
};

describe('summary', () => {
  const columns = Object.getOwnPropertyDescriptor(process.stdout, 'columns');
  before(() => Object.defineProperty(process.stdout, 'columns', { value: 80, configurable: true, writable: true }));
  after(() => {
    if (columns) Object.defineProperty(process.stdout, 'columns', columns);
    else delete (process.stdout as { columns?: number }).columns;
  });
  for (const { model: name, options, text } of texts)
    it(`of '${name}' is that of Keras ${JSON.stringify(options)}`, async () => {
      const model = await models[name]();
      const lines: string[] = [];
      model.summary({
        printFn: (line) => lines.push(line),
        expandNested: options.expand_nested,
        showTrainable: options.show_trainable,
      });
      assert.equal(lines.join('\n').trimEnd(), text.trimEnd());
    });
  type Case = { options: Record<string, unknown>; text: string };
  for (const { config, cases, compiled } of golden<{ config: Config; cases: Case[]; compiled: Case[] }[]>(
    'summary_tables.json',
  ))
    for (const { options, text } of [...cases, ...compiled])
      it(`of '${String(config.config.name)}'${compiled.some((c) => c.text === text) ? ', compiled,' : ''} is that of Keras ${JSON.stringify(options)}`, () => {
        const model = trae.keras.saving.deserializeKerasObject(config) as trae.keras.Model;
        if (compiled.some((c) => c.text === text)) {
          model.compile({ optimizer: 'adam', loss: 'mse' });
          model.optimizer!.build(model.trainableVariables);
        }
        const lines: string[] = [];
        model.summary({
          printFn: (line) => lines.push(line),
          ...Object.fromEntries(Object.entries(options).map(([k, v]) => [camel(k), v])),
        });
        assert.equal(lines.join('\n').trimEnd(), text.trimEnd());
      });
  it('cuts names that are too long, and breaks at spaces', () => {
    let text = '';
    const long = new layers.Dense(2, { name: 'a_very_long_name_of_a_layer_that_does_not_fit_into_its_column' });
    new Sequential(
      [layers.Input([6]), long, new layers.Dense(3, { name: 'second layer with spaces in its name ok' })],
      { name: 'm' },
    ).summary({
      printFn: (t) => {
        text = t;
      },
    });
    assert.deepEqual(
      text
        .split('\n')
        .slice(4, 9)
        .map((l) => l.slice(0, 36)),
      [
        // as Keras prints it
        '│ a_very_long_name_of_a_layer_th… │ ',
        '│ (Dense)                         │ ',
        '├─────────────────────────────────┼─',
        '│ second layer with spaces in its │ ',
        '│ name ok (Dense)                 │ ',
      ],
    );
  });
  it('takes a line length', async () => {
    let text = '';
    (await models.chain()).summary({
      lineLength: 60,
      printFn: (t) => {
        text = t;
      },
    });
    for (const line of text.split('\n').filter((l) => /[│┃━─]/.test(l))) assert.equal(line.length, 60, line);
  });
  it('of a subclassed model lists its layers once it is built', async () => {
    class Pair extends Model {
      readonly one = new layers.Dense(3, { name: 'one' });
      readonly two = new layers.Dense(2, { name: 'two' });
      override call(x: trae.Tensor): unknown {
        return this.two.apply(this.one.apply(x));
      }
    }
    const model = new Pair({ name: 'pair' });
    model.build([null, 4]);
    let text = '';
    model.summary({
      printFn: (t) => {
        text = t;
      },
    });
    assert.match(text, /^Model: "pair"\n/);
    assert.match(text, /│ one \(Dense\) +│ \(None, 3\) +│ +15 │/);
    assert.match(text, /│ two \(Dense\) +│ \(None, 2\) +│ +8 │/);
    assert.match(
      text,
      /\n Total params: 23 \(92\.00 B\)\n Trainable params: 23 \(92\.00 B\)\n Non-trainable params: 0 \(0\.00 B\)/,
    );
  });
  it('of a model without layers says what to do', () =>
    throwsText(
      () => new (class Empty extends Model {})({ name: 'empty' }).summary(),
      'ValueError',
      "summary: model 'empty' is not built yet.\n  Fix: call build(inputShape), or fit it first.",
    ));
});
