/** Files that Keras 2.12 to 3.0 made on Windows, where the path of an object is one name with backslashes: every reader takes them. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { Hdf5Writer, openHdf5, type Hdf5Group } from '../../../lib/io/hdf5/index';
import { FileSource } from '../../../lib/io/source';
import { ZipReader, ZipWriter } from '../../../lib/io/zip';
import { writeAtomically } from '../../../lib/io/atomic';
import { temporaryFolder } from '../../io/support';

const { layers, Model, Sequential } = trae.keras;
const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);

function nested(): InstanceType<typeof Model> {
  const x = trae.keras.Input([5]);
  const y = new Sequential(
    [layers.Input([5]), new layers.Dense(4, { name: 'first' }), new layers.Dense(4, { name: 'second' })],
    { name: 'inner' },
  ).apply(x) as typeof x;
  const z = new layers.Reshape([2, 2]).apply(y) as typeof x;
  const attended = new layers.MultiHeadAttention(2, 3, { name: 'attention' }).apply([z, z]) as typeof x;
  const h = new layers.Bidirectional(new layers.LSTM(2), { name: 'both' }).apply(attended) as typeof x;
  const model = new Model({ inputs: x, outputs: new layers.Dense(2, { name: 'last' }).apply(h) });
  model.compile({ optimizer: 'adam', loss: 'mse' });
  return model;
}
// The same file with the names that os.path.join gave there.
async function asOnWindows(root: Hdf5Group): Promise<Buffer> {
  const h5 = new Hdf5Writer();
  const visit = async (group: Hdf5Group, object: string): Promise<void> => {
    for (const key of group.keys()) {
      const child = group.group(key)!;
      if (key !== 'vars') {
        await visit(child, object ? `${object}\\${key}` : key);
        continue;
      }
      const vars = object ? `${object}/vars` : 'vars';
      h5.group(vars);
      const name = child.attributes.get('name');
      if (typeof name === 'string') h5.attribute(vars, 'name', name);
      for (const d of child.datasets()) {
        const data = await d.read();
        h5.dataset(`${vars}/${d.path.split('/').at(-1)!}`, {
          shape: d.shape,
          dtype: d.dtype as trae.DType,
          data: () => Promise.resolve(data as Float32Array),
        });
      }
    }
  };
  await visit(root, '');
  const file = at('written.h5');
  await writeAtomically(file, (sink) => h5.writeTo(sink), null);
  return fs.readFileSync(file);
}

describe('files that Keras made on Windows', () => {
  const x = trae.random.normal([8, 5], { seed: 1 });
  const y = trae.random.normal([8, 2], { seed: 2 });
  let model: InstanceType<typeof Model>, predicted: number[][];
  const predict = (m: InstanceType<typeof Model>): number[][] => (m.apply(x) as trae.Tensor).arraySync() as number[][];
  before(async () => {
    model = nested();
    await model.fit(x, y, { verbose: 0, epochs: 2, batchSize: 8 });
    predicted = predict(model);
    await model.save(at('plain.keras'));
    await model.saveWeights(at('plain.weights.h5'));
    const source = await FileSource.open(at('plain.weights.h5'));
    fs.writeFileSync(at('windows.weights.h5'), await asOnWindows(openHdf5(source)));
    await source.close();
    const archive = await FileSource.open(at('plain.keras'));
    const zip = new ZipReader(archive);
    const weights = await asOnWindows(openHdf5(await zip.open('model.weights.h5')));
    await writeAtomically(
      at('windows.keras'),
      async (sink) => {
        const out = new ZipWriter(sink);
        for (const name of zip.names) {
          const bytes = name === 'model.weights.h5' ? weights : await zip.read(name);
          await out.add(name, (entry) => entry.write(bytes));
        }
        await out.finish();
      },
      null,
    );
    await archive.close();
  });
  it('names hold backslashes', async () => {
    const source = await FileSource.open(at('windows.weights.h5'));
    const keys = openHdf5(source).keys();
    await source.close();
    assert.ok(
      keys.includes('layers\\sequential\\layers\\dense_1') &&
        keys.includes('layers\\bidirectional\\forward_layer\\cell'),
      String(keys),
    );
  });
  it('loadModel: models inside of models, optimizers', async () => {
    const again = await trae.keras.models.loadModel(at('windows.keras'));
    assert.deepEqual(predict(again), predicted);
    assert.equal(again.optimizer!.iterations.item(), 2);
    again.optimizer!.variables.forEach((v, i) =>
      assert.deepEqual(v.arraySync(), model.optimizer!.variables[i].arraySync(), v.path),
    );
  });
  for (const name of ['plain.weights.h5', 'windows.weights.h5', 'windows.keras'])
    it(`loadWeights: ${name}, by place and by name`, async () => {
      for (const byName of [false, true]) {
        const again = nested();
        await again.loadWeights(at(name), { byName });
        assert.deepEqual(predict(again), predicted, `byName ${byName}`);
      }
    });
  it('KerasFileEditor holds and compares them as others', async () => {
    type Tree = Awaited<ReturnType<typeof trae.keras.saving.KerasFileEditor.open>>['weightsDict'];
    const listed = (tree: Tree, above = ''): string[] =>
      Object.entries(tree).flatMap(([key, v]) =>
        v instanceof trae.Tensor
          ? [
              `${above}/${key} ${JSON.stringify(v.arraySync(), (_, n: unknown) => (typeof n === 'bigint' ? String(n) : n))}`,
            ]
          : listed(v, `${above}/${key}`),
      );
    const contents = async (name: string): Promise<string[]> => {
      const editor = await trae.keras.saving.KerasFileEditor.open(at(name), { printFn: () => undefined });
      assert.equal(editor.compare(model).status, 'success');
      return listed(editor.weightsDict).sort();
    };
    for (const extension of ['weights.h5', 'keras'])
      assert.deepEqual(await contents(`windows.${extension}`), await contents(`plain.${extension}`));
  });
});
