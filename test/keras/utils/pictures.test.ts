/** Pictures of models and of histories: what they show; files of each kind. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { PNG } from 'pngjs';
import * as trae from '../../../lib/index';
import { throwsText } from '../helpers';

const { layers, Sequential, Model, Input, utils, callbacks } = trae.keras;

function network(): trae.keras.Model {
  const x = Input([8], { name: 'x' });
  const inner = new Sequential(
    [
      layers.Input([8]),
      new layers.Dense(6, { name: 'deep', activation: 'relu' }),
      new layers.Dense(8, { name: 'back' }),
    ],
    { name: 'inner' },
  );
  inner.layers[0].trainable = false;
  const sum = new layers.Add({ name: 'skip' }).apply([inner.apply(x), x]);
  return new Model({
    inputs: x,
    outputs: [
      new layers.Dense(2, { name: 'kind' }).apply(sum),
      new layers.Dense(1, { name: 'value' }).apply(sum),
    ] as trae.KerasTensor[],
    name: 'net',
  });
}
const edgesOf = (dot: string): string[] => {
  const names = new Map([...dot.matchAll(/(n\d+) \[label=.*?<b>(\w+)<\/b>/g)].map((m) => [m[1], m[2]]));
  return [...dot.matchAll(/(n\d+) -> (n\d+)/g)].map((m) => `${names.get(m[1])} -> ${names.get(m[2])}`).sort();
};

describe('pictures', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pictures-'));
  after(() => fs.rmSync(folder, { recursive: true }));

  it('modelToDot joins layers as the graph does', () => {
    const model = network();
    assert.deepEqual(edgesOf(utils.modelToDot(model)), [
      'inner -> skip',
      'skip -> kind',
      'skip -> value',
      'x -> inner',
      'x -> skip',
    ]);
    assert.deepEqual(edgesOf(utils.modelToDot(model, { expandNested: true })), [
      'back -> skip',
      'deep -> back',
      'skip -> kind',
      'skip -> value',
      'x -> deep',
      'x -> skip',
    ]);
    assert.deepEqual(edgesOf(utils.modelToDot(model, { layerRange: ['skip', 'kind'] })), ['skip -> kind']);
    const shared = new layers.Dense(4, { name: 'twice' });
    assert.deepEqual(
      edgesOf(
        utils.modelToDot(new Sequential([layers.Input([4]), shared, new layers.Dense(4, { name: 'other' }), shared])),
      ),
      ['other -> twice', 'twice -> other'],
    );
  });
  it('plotModel shows what is asked for', async () => {
    const texts = async (options: object): Promise<string[]> =>
      [...(await utils.plotModel(network(), { toFile: null, ...options })).matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(
        (m) => m[1].trim(),
      );
    assert.deepEqual((await texts({})).filter((t) => t !== '').sort(), [
      'Add',
      'Dense',
      'Dense',
      'InputLayer',
      'Sequential',
    ]);
    const all = await texts({
      showShapes: true,
      showDtype: true,
      showLayerNames: true,
      showLayerActivations: true,
      showTrainable: true,
      expandNested: true,
      rankdir: 'LR',
    });
    for (const t of [
      'x',
      'deep',
      'back',
      'skip',
      'kind',
      'value',
      'inner',
      '(None, 8)',
      '(None, 8), (None, 8)',
      '(None, 2)',
      'float32',
      'relu',
      'linear',
      'trainable',
      'frozen',
    ])
      assert.ok(all.includes(t), t);
  });
  it('plotModel writes SVG, PNG and DOT', async () => {
    const model = network();
    const file = (name: string): string => path.join(folder, 'deep', name);
    const svg = await utils.plotModel(model, { toFile: file('m.svg') });
    assert.equal(fs.readFileSync(file('m.svg'), 'utf8'), svg);
    await utils.plotModel(model, { toFile: file('m.png'), dpi: 72 });
    await utils.plotModel(model, { toFile: file('large.png'), dpi: 144 });
    const [small, large] = ['m.png', 'large.png'].map((f) => PNG.sync.read(fs.readFileSync(file(f))));
    assert.ok(Math.abs(large.width - 2 * small.width) <= 2, `${large.width} ${small.width}`);
    assert.ok(small.data.some((v, i) => i % 4 !== 3 && v < 100)); // something is drawn
    await utils.plotModel(model, { toFile: file('m.dot') });
    assert.match(fs.readFileSync(file('m.dot'), 'utf8'), /^digraph model \{/);
  });
  it('refuse what they cannot draw', async () => {
    await throwsText(
      () => utils.plotModel(network(), { toFile: 'm.bmp' }),
      'ValueError',
      "plotModel: toFile must end in .svg, .png or .dot.\n  Received: 'm.bmp'",
    );
    await throwsText(
      () => utils.modelToDot(new Sequential([new layers.Dense(1)], { name: 'late' })),
      'ValueError',
      "modelToDot: model 'late' is not built yet.\n  Fix: call build(inputShape), or call it on data.",
    );
    await throwsText(
      () => utils.modelToDot(network(), { layerRange: ['skip', 'none'] }),
      'ValueError',
      "layerRange: no layer is named 'none'.\n  Its layers: x, inner, skip, kind, value",
    );
  });
  it('history.plot draws a panel for each value', async () => {
    const h = new callbacks.History();
    for (let e = 0; e < 4; e++)
      h.onEpochEnd(e, { loss: 1 / (e + 1), val_loss: 1.2 / (e + 1), accuracy: e / 4, val_accuracy: e / 5 });
    const svg = await h.plot(path.join(folder, 'h.svg'), { title: 'Two values', marks: { 'fine-tuning': 3 } });
    for (const t of ['Two values', 'Loss', 'Accuracy', 'training', 'validation', 'epoch', 'fine-tuning'])
      assert.ok(svg.includes(`>${t}</text>`), t);
    assert.equal((await h.plot(null, { metrics: ['loss'] })).includes('>Accuracy<'), false);
    await h.plot(path.join(folder, 'h.png'));
    assert.equal(PNG.sync.read(fs.readFileSync(path.join(folder, 'h.png'))).width, 1760);
    await throwsText(
      () => h.plot(null, { metrics: ['mae'] }),
      'ValueError',
      "plot: the history has no 'mae'.\n  It has: loss, accuracy",
    );
    await throwsText(() => new callbacks.History().plot(null), 'ValueError', 'plot: the history is empty.');
  });
});
