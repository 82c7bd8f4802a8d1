/** KerasFileEditor: what it prints is what Keras 3.15.1 prints; edited files load. */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { temporaryFolder } from '../../io/support';
import { close, throwsText, wave } from '../helpers';

const { layers, saving, Sequential } = trae.keras;
const { KerasFileEditor } = saving;
const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);
const chain = (...units: number[]): InstanceType<typeof Sequential> =>
  new Sequential([layers.Input([4]), ...units.map((n, i) => new layers.Dense(n, { name: 'abc'[i] }))]);

describe('KerasFileEditor', () => {
  const model = chain(6, 3);
  const file = at('plain.weights.h5');
  let lines: string[] = [];
  const open = (name = file) => {
    lines = [];
    return KerasFileEditor.open(name, { printFn: (line) => lines.push(line) });
  };
  before(() => model.saveWeights(file));
  it('prints the weights as Keras does, with the names that layers had', async () => {
    (await open()).summary();
    const want = `Keras model file '${file}'
Weights structure
  > layers
      ├─ dense
      │   ├─ 0: shape=(4, 6), dtype=float32
      │   └─ 1: shape=(6,), dtype=float32
      └─ dense_1
          ├─ 0: shape=(6, 3), dtype=float32
          └─ 1: shape=(3,), dtype=float32`;
    assert.equal(lines.join('\n').replace(/ \('\w+'\)/g, ''), want);
    assert.ok(lines.includes("      ├─ dense ('a')"));
  });
  it('compares with a model', async () => {
    const editor = await open();
    assert.deepEqual(editor.compare(model), { status: 'success', errorCount: 0, matchCount: 4 });
    lines = [];
    assert.deepEqual(editor.compare(chain(5, 3, 3)), { status: 'error', errorCount: 4, matchCount: 1 });
    assert.equal(
      lines.join('\n'),
      `Running comparison
...Weight shape mismatch for /layers/dense/0
    In reference model: shape=(4, 5)
    In saved file: shape=(4, 6)
...Weight shape mismatch for /layers/dense/1
    In reference model: shape=(5,)
    In saved file: shape=(6,)
...Weight shape mismatch for /layers/dense_1/0
    In reference model: shape=(5, 3)
    In saved file: shape=(6, 3)
...Object /layers/dense_2 present in reference model, missing from saved file
    In reference model, /layers/dense_2 contains the following keys: 0, 1
─────────────────────
Found 4 errors: saved file is not compatible with the reference model`,
    );
  });
  it('edits: what is written loads into the changed model', async () => {
    const editor = await open();
    editor.renameObject('dense_1', 'dense_2');
    editor.addObject('layers/dense_1', { 0: wave(6, 6), 1: wave(6) });
    editor.deleteWeight('layers/dense_2', '1');
    editor.addWeights('dense_2', { 1: [1, 2, 3] });
    const target = chain(6, 6, 3);
    assert.equal(editor.compare(target).status, 'success');
    await editor.resaveWeights(at('edited.weights.h5'));
    await target.loadWeights(at('edited.weights.h5'));
    [model.weights[0], model.weights[1], wave(6, 6), wave(6), model.weights[2], [1, 2, 3]].forEach((w, i) =>
      close(target.weights[i], w, `weight ${i}`),
    );
    editor.deleteObject('layers/dense_2');
    assert.equal(editor.compare(target).errorCount, 1);
  });
  it('.keras: config, metadata, models inside of models', async () => {
    const outer = new Sequential([layers.Input([4]), chain(3), new layers.Dense(2)]);
    await outer.save(at('nested.keras'));
    const editor = await open(at('nested.keras'));
    assert.equal(editor.config!.class_name, 'Sequential');
    assert.equal(editor.metadata!.keras_version, '3.15.1');
    assert.deepEqual(editor.compare(outer), { status: 'success', errorCount: 0, matchCount: 4 });
    await editor.save(at('nested.weights.h5'));
    const copy = new Sequential([layers.Input([4]), chain(3), new layers.Dense(2)]);
    await copy.loadWeights(at('nested.weights.h5'));
    copy.weights.forEach((w, i) => close(w, outer.weights[i], `weight ${i}`));
  });
  it('errors', async () => {
    const editor = await open();
    await throwsText(
      () => KerasFileEditor.open('a.npz'),
      'ValueError',
      "KerasFileEditor: the name of the file must end in '.keras' or '.weights.h5'.\n  Received: 'a.npz'",
    );
    await throwsText(
      () => editor.deleteObject('dense_7'),
      'ValueError',
      "deleteObject: the file has no object 'dense_7'.\n  Fix: summary() lists them.",
    );
    await throwsText(
      () => editor.deleteObject('0'),
      'ValueError',
      "deleteObject: the file has 2 objects '0': layers/dense/0, layers/dense_1/0.\n  Fix: pass the whole path.",
    );
    await throwsText(
      () => editor.renameObject('dense', 'a/b'),
      'ValueError',
      "renameObject: a name of one part is expected, without '/'.\n  Received: 'a/b'",
    );
    await throwsText(
      () => editor.renameObject('dense', 'dense_1'),
      'ValueError',
      "renameObject: the file has an object 'layers/dense_1' already.\n  Fix: deleteObject('layers/dense_1') first.",
    );
    await throwsText(
      () => editor.addObject('no/dense', {}),
      'ValueError',
      "addObject: the file has no object 'no'.\n  Fix: summary() lists them.",
    );
    await throwsText(
      () => editor.deleteWeight('dense', '9'),
      'ValueError',
      "deleteWeight: object 'dense' has no weight '9'.\n  Its weights: 0, 1",
    );
    await throwsText(
      () => editor.addWeights('dense', [1] as never),
      'TypeError',
      "addWeights: weights must be a record of arrays by name ('0', '1', ...).\n  Received: [1]",
    );
    await throwsText(
      () => editor.save('b.h5'),
      'ValueError',
      "save: the name of the file must end in '.weights.h5'.\n  Received: 'b.h5'",
    );
  });
});
