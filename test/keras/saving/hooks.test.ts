/** What layers save and load by hooks of their own: arrays by name, files, in archives and in files of weights. */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { openHdf5 } from '../../../lib/io/hdf5/index';
import { withFile } from '../../../lib/io/source';
import { ZipReader } from '../../../lib/io/zip';
import { temporaryFolder } from '../../io/support';
import { throwsText } from '../helpers';

const { layers, Sequential } = trae.keras;
const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);

/** y = factor x + offset, where the factor is stored by name and a note and some bytes as files. */
class Noted extends layers.Layer {
  factor!: trae.Variable;
  offset = 0;
  note = '';
  bytes: Uint8Array = new Uint8Array(0);
  override build(): void {
    this.factor = this.addWeight({ shape: [], initializer: 'ones', name: 'factor' });
  }
  override call(inputs: trae.Tensor): trae.Tensor {
    return inputs.multiply(this.factor.value).add(this.offset);
  }
  override saveOwnVariables(store: Record<string, trae.TensorLike | trae.Variable>): void {
    store.factor = this.factor;
    store.offset = [this.offset];
  }
  override loadOwnVariables(store: Record<string, trae.Tensor>): void {
    this.factor.assign(store.factor);
    this.offset = store.offset.reshape([]).item();
  }
  saveAssets(): Record<string, string | Uint8Array> {
    return { 'note.txt': this.note, 'deep/data.bin': this.bytes };
  }
  loadAssets(read: { (file: string): string | undefined; bytes(file: string): Uint8Array | undefined }): void {
    this.note = read('note.txt')!;
    this.bytes = read.bytes('deep/data.bin')!;
    assert.equal(read('other.txt'), undefined);
    assert.equal(read.bytes('other.txt'), undefined);
  }
}
const make = (): { model: InstanceType<typeof Sequential>; layer: Noted } => {
  const layer = new Noted({ name: 'noted' });
  return { model: new Sequential([layers.Input([3]), new layers.Dense(3), layer]), layer };
};
const x = trae.tensor([[1, 2, 3]]);
const values = (model: trae.keras.Layer): unknown => (model.apply(x) as trae.Tensor).arraySync();

describe('hooks of layers', () => {
  const { model, layer } = make();
  before(() => {
    layer.factor.assign(2.5);
    layer.offset = 7;
    layer.note = 'grüße\n';
    layer.bytes = Uint8Array.of(0, 255, 128);
  });
  it('.keras: arrays by name, files as text and bytes', async () => {
    await model.save(at('hooks.keras'));
    await withFile(at('hooks.keras'), async (source) => {
      const zip = new ZipReader(source);
      assert.deepEqual(
        zip.names.filter((n) => n.startsWith('assets')),
        ['assets/layers/noted/note.txt', 'assets/layers/noted/deep/data.bin'],
      );
      const group = openHdf5(await zip.open('model.weights.h5')).group('layers/noted/vars')!;
      assert.deepEqual(group.keys(), ['factor', 'offset']);
    });
    const again = await trae.keras.models.loadModel(at('hooks.keras'), { customObjects: { Noted } });
    const found = again.getLayer('noted') as Noted;
    assert.deepEqual(values(again), values(model));
    assert.equal(found.note, 'grüße\n');
    assert.deepEqual([...found.bytes], [0, 255, 128]);
  });
  for (const options of [{}, { byName: true }])
    it(`.weights.h5: arrays by name ${JSON.stringify(options)}`, async () => {
      await model.saveWeights(at('hooks.weights.h5'));
      const { model: other, layer: found } = make();
      other.layers[0].setWeights(model.layers[0].getWeights());
      const report = await other.loadWeights(at('hooks.weights.h5'), options);
      assert.equal(found.offset, 7);
      assert.deepEqual(values(other), values(model));
      assert.ok(report.loaded.some((p) => p.endsWith('noted/factor')));
    });
  it('errors of a hook are thrown, or skipped and reported', async () => {
    class Strict extends Noted {
      override loadOwnVariables(): void {
        throw new trae.ValueError('Strict: no thanks.');
      }
    }
    await model.saveWeights(at('strict.weights.h5'));
    const other = new Sequential([layers.Input([3]), new layers.Dense(3), new Strict({ name: 'noted' })]);
    // Its place in the file is named by its class.
    const file = at('strict.weights.h5');
    await throwsText(() => other.loadWeights(file), 'ValueError', 'Strict: no thanks.');
    const warn = console.warn;
    console.warn = () => undefined;
    const report = await other.loadWeights(file, { skipMismatch: true }).finally(() => (console.warn = warn));
    assert.deepEqual(
      report.skipped.map((s) => s.reason),
      ['Strict: no thanks.'],
    );
  });
  it('names that lead out of the place are refused', async () => {
    class Bad extends Noted {
      override saveAssets(): Record<string, string> {
        return { '../x.txt': '' };
      }
    }
    class Worse extends Noted {
      override saveOwnVariables(store: Record<string, trae.TensorLike | trae.Variable>): void {
        store['a/b'] = this.factor;
      }
    }
    await throwsText(
      () => new Sequential([layers.Input([3]), new Bad({ name: 'bad' })]).save(at('bad.keras')),
      'ValueError',
      "saveAssets: '../x.txt' of layer 'bad' (layers/bad) is no name for a file.",
    );
    await throwsText(
      () => new Sequential([layers.Input([3]), new Worse({ name: 'w' })]).save(at('bad.keras')),
      'ValueError',
      "saveOwnVariables: 'a/b' of layer 'w' (layers/worse) is no name for an array.",
    );
  });
  it('the default numbers variables, and tells when their number differs', () => {
    const dense = new layers.Dense(2, { name: 'd' });
    const store: Record<string, trae.Tensor> = {};
    dense.build([null, 3]);
    dense.saveOwnVariables(store);
    assert.deepEqual(Object.keys(store), ['0', '1']);
    const other = new layers.Dense(2, { name: 'e' });
    other.build([null, 3]);
    other.loadOwnVariables(
      Object.fromEntries(Object.entries(store).map(([k, v]) => [k, trae.tensor(v.arraySync() as number[])])),
    );
    assert.deepEqual(other.kernel.arraySync(), dense.kernel.arraySync());
    assert.throws(() => other.loadOwnVariables({ 0: trae.tensor([1]) }), {
      name: 'ValueError',
      message: "loadOwnVariables: layer 'e' has 2 variables (kernel, bias) but the file holds 1 (0).",
    });
  });
  it('vocabularies and the weights of tf_idf come back', async () => {
    const texts = ['the cat sat', 'the dog sat on the cat', 'a bird'];
    for (const outputMode of ['int', 'tf_idf', 'multi_hot'] as const) {
      const vectorize = new layers.TextVectorization({ outputMode, name: 'texts' });
      vectorize.adapt(texts);
      const lookup = new layers.StringLookup({ outputMode, name: 'words' });
      lookup.adapt(['a', 'b', 'a', 'c']);
      const numbers = new layers.IntegerLookup({ outputMode, name: 'numbers' });
      numbers.adapt(trae.tensor([3, 3, 5, 9], [4], 'int64'));
      for (const l of [vectorize, lookup, numbers]) {
        class Holder extends trae.keras.Model {
          inner = l;
          constructor() {
            super({ name: 'holder' });
            this.built = true;
          }
          override call(inputs: unknown): unknown {
            return inputs;
          }
        }
        const file = at(`${l.name}_${outputMode}.keras`);
        await new Holder().save(file);
        const config = trae.keras.saving.serializeKerasObject(l);
        const fresh = trae.keras.saving.deserializeKerasObject(config) as typeof l;
        class Other extends Holder {
          override inner = fresh;
        }
        const holder = new Other();
        await holder.loadWeights(file);
        const given = l === vectorize ? texts : l === lookup ? ['a', 'c', 'x'] : [3, 9, 1];
        assert.deepEqual(
          (fresh.apply(given as never) as trae.Tensor).arraySync(),
          (l.apply(given as never) as trae.Tensor).arraySync(),
          `${l.name} ${outputMode}`,
        );
      }
    }
  });
});
