/** Weights whose list of layers names one twice (golden/duplicate_layer_names.py), as Keras takes them. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../../lib/index';

const { layers, Input, Model } = trae.keras;
const GOLDEN = path.join(__dirname, '..', 'golden');
const FILE = path.join(GOLDEN, 'duplicate_layer_names.h5');
const expected = JSON.parse(fs.readFileSync(path.join(GOLDEN, 'duplicate_layer_names.json'), 'utf8')) as Record<
  string,
  unknown
>;
function made(...names: string[]): trae.keras.Model {
  const x = Input([2]);
  const y = names.reduce((t, name) => new layers.Dense(2, { name }).apply(t) as trae.keras.KerasTensor, x);
  const model = new Model({ inputs: x, outputs: y });
  for (const w of model.weights) w.assign(trae.full(w.shape, -1));
  return model;
}

describe('weights of layers of one name', () => {
  it('go to one layer after the other', async () => {
    const model = made('x', 'y');
    await model.loadWeights(FILE);
    assert.deepEqual(await Promise.all(model.weights.map((w) => w.value.array())), expected['in order']);
  });
  it('go by name to the layer of that name, and to no other', async () => {
    const model = made('b', 'a');
    await model.loadWeights(FILE, { byName: true });
    assert.deepEqual(await Promise.all(model.weights.map((w) => w.value.array())), expected['by name']);
  });
});
