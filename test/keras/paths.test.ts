/** Paths that are none, folders, and files below files: whatever takes a path tells it as an error of this library. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../lib/index';
import { temporaryFolder } from '../io/support';

const { callbacks, layers, models, utils, saving, Sequential } = trae.keras;
const isOurs = (e: unknown): boolean => e instanceof trae.TraeError && !/is not a function|Cannot read/.test(e.message);

describe('paths', () => {
  const folder = temporaryFolder();
  const plain = path.join(folder, 'plain');
  const empty = path.join(folder, 'empty.keras');
  fs.writeFileSync(plain, 'a text, of no format that is read');
  fs.writeFileSync(empty, '');
  const wrong: unknown[] = [
    undefined,
    null,
    5,
    {},
    [],
    '',
    folder,
    empty,
    plain,
    path.join(folder, 'missing', 'x.keras'),
    path.join(plain, 'x.keras'),
  ];
  const model = new Sequential([layers.Input([3]), new layers.Dense(2)]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });

  const readers: Record<string, (file: never) => unknown> = {
    loadModel: (f) => models.loadModel(f),
    loadWeights: (f) => model.loadWeights(f),
    KerasFileEditor: (f) => saving.KerasFileEditor.open(f),
    modelFromJson: (f) => models.modelFromJson(f),
    loadImg: (f) => utils.loadImg(f),
  };
  for (const [name, read] of Object.entries(readers))
    it(`${name} refuses each in words`, async () => {
      for (const file of wrong)
        await assert.rejects(
          async () => read(file as never),
          (e: Error) => isOurs(e) || assert.fail(`${String(file)}: ${e.stack}`),
        );
    });
  it('files are no directories', () => {
    for (const make of [
      utils.imageDatasetFromDirectory,
      utils.textDatasetFromDirectory,
      utils.audioDatasetFromDirectory,
    ])
      assert.throws(() => (make as (directory: string) => unknown)(plain), isOurs);
  });
  it('callbacks that write say where they cannot', async () => {
    const below = path.join(plain, 'x');
    for (const make of [
      () => new callbacks.CSVLogger(below),
      () => new callbacks.ModelCheckpoint(`${below}/m.keras`),
      () => new callbacks.BackupAndRestore(below),
    ])
      await assert.rejects(
        () => model.fit(trae.zeros([4, 3]), trae.zeros([4, 2]), { verbose: 0, callbacks: [make()] }),
        (e: Error) =>
          (e.name === 'FileError' && /cannot be (read|written): a part of its path is no folder/.test(e.message)) ||
          assert.fail(e.stack),
      );
    for (const file of [undefined, null, 5, {}, ''])
      assert.throws(() => new callbacks.CSVLogger(file as never), isOurs);
  });
});
