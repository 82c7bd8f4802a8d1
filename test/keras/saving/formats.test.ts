/** The table of formats, what is a model in them, and where a config comes from. */
import assert from 'node:assert/strict';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { withFile } from '../../../lib/io/source';
import { FORMATS, formatOfName, suffixesOf } from '../../../lib/keras/saving/formats';

const { keras } = trae;
const { layers, models, saving, Sequential } = keras;

describe('formats of files', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'trae-formats-'))));
  after(() => rm(folder, { recursive: true, force: true }));
  const at = (name: string): string => path.join(folder, name);
  const make = (): trae.keras.Sequential => new Sequential([layers.Input([3]), new layers.Dense(2)]);
  const x = trae.tensor([[1, -2, 3]]);
  const outputs = (model: trae.keras.Model): unknown => (model.apply(x) as trae.Tensor).arraySync();

  it('each ending belongs to one format, and the longest one counts', () => {
    const suffixes = FORMATS.flatMap((f) => f.suffixes);
    assert.equal(new Set(suffixes).size, suffixes.length);
    for (const suffix of suffixes) assert.equal(formatOfName(`a.b${suffix}`)?.suffix, suffix);
    assert.equal(formatOfName('model.zip'), undefined);
    assert.deepEqual(suffixesOf('saveModel'), ['.keras', '.h5', '.hdf5']);
    assert.deepEqual(suffixesOf('saveWeights'), [
      '.weights.h5',
      '.h5',
      '.hdf5',
      '.weights.json',
      '.npz',
      '.safetensors',
    ]);
  });

  it('models: what was written is told by what it holds, whatever it is called', async () => {
    for (const suffix of suffixesOf('saveModel')) {
      const model = make();
      await model.save(at(`m${suffix}`));
      await rename(at(`m${suffix}`), at('m.bin'));
      const found = await withFile(at('m.bin'), (source) =>
        Promise.resolve(FORMATS.find((f) => f.loadModel && f.sniff(source, at('m.bin')))),
      );
      assert.equal(found, formatOfName(suffix)!.format, suffix);
      assert.deepEqual(outputs(await models.loadModel(at('m.bin'))), outputs(model), suffix);
    }
  });

  it('weights: what was written is told by what it holds', async () => {
    for (const suffix of suffixesOf('saveWeights')) {
      const model = make();
      const other = make();
      const file = at(`w${suffix}`);
      await model.saveWeights(file, suffix === '.weights.json' ? { maxShardSize: 1 } : {});
      const found = await withFile(file, (source) =>
        Promise.resolve(FORMATS.find((f) => f.loadWeights && f.sniff(source, file))),
      );
      assert.equal(found, formatOfName(file)!.format, suffix);
      await other.loadWeights(file);
      assert.deepEqual(outputs(other), outputs(model), suffix);
    }
  });

  // Names that models have too.
  class Stack extends layers.Layer {
    graph = 'a graph of its own';
    kernel!: trae.Variable;
    pop(): void {}
    trainStep(): void {}
    compileFromConfig(): void {}
    override build(shape: number[]): void {
      this.kernel = this.addWeight({ shape: [shape.at(-1)!], initializer: 'ones', name: 'kernel' });
    }
    override call(t: trae.Tensor): trae.Tensor {
      return t.multiply(this.kernel);
    }
  }
  it("a layer with members called as a model's is a layer", async () => {
    const model = new Sequential([layers.Input([3]), new Stack(), new layers.Dense(2)]);
    const lines: string[] = [];
    model.summary({ printFn: (text) => lines.push(text), expandNested: true });
    assert.match(lines.join('\n'), /\(Stack\)/);
    for (const suffix of ['.keras', '.h5']) {
      await model.save(at(`stack${suffix}`));
      const again = await models.loadModel(at(`stack${suffix}`), { customObjects: { Stack } });
      assert.deepEqual(outputs(again), outputs(model), suffix);
    }
    assert.throws(
      () => models.modelFromJson(JSON.stringify({ class_name: 'Stack', config: {} }), { customObjects: { Stack } }),
      { name: 'ValueError', message: /describes no model but 'Stack'/ },
    );
  });
});

describe('where a config comes from', () => {
  type Gru = InstanceType<typeof layers.GRU> & { cell: { resetAfter: boolean } };
  const resetAfter = (layer: unknown): boolean => (layer as Gru).cell.resetAfter;
  const gru = (name: string): object => ({ class_name: 'GRU', config: { name, units: 2 } });
  /** Makes its part when it is asked to, and another one of its own at once. */
  class Late extends layers.Layer {
    own: unknown;
    part: unknown;
    static override fromConfig({ name, part }: Record<string, unknown>): Late {
      const layer = new Late({ name: name as string });
      layer.part = part;
      layer.own = saving.deserializeKerasObject({ module: 'keras.layers', ...gru('own') });
      return layer;
    }
    override call(t: trae.Tensor): trae.Tensor {
      return t;
    }
    make(): unknown {
      return saving.deserializeKerasObject(this.part);
    }
  }
  const read = (version: string): Late => {
    const json = JSON.stringify({
      class_name: 'Sequential',
      keras_version: version,
      config: { name: 'm', layers: [{ class_name: 'Late', config: { name: 'late', part: gru('part') } }] },
    });
    return models.modelFromJson(json, { customObjects: { Late } }).layers.at(-1) as Late;
  };

  it('configs of two files that are read at one time do not mix', async () => {
    const old = read('2.3.1');
    const current = read('3.15.1');
    await Promise.resolve();
    // Unless it said so, the reset gate of Keras 2 came before the matrix product; that of Keras 3 comes behind it.
    assert.equal(resetAfter(old.make()), false);
    assert.equal(resetAfter(current.make()), true);
    assert.equal(resetAfter(old.make()), false);
  });
  it('a config that a class makes itself, while an old file is read, is of Keras 3', () => {
    assert.equal(resetAfter(read('2.3.1').own), true);
    assert.equal(resetAfter(read('3.15.1').own), true);
  });
  it('models of an old and of a new file, loaded together', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'trae-origin-'));
    try {
      const model = new Sequential([layers.Input([4, 3]), new layers.GRU(2, { name: 'g' })]);
      await model.save(path.join(folder, 'new.keras'));
      const sequential = (version: string): string =>
        JSON.stringify({
          class_name: 'Sequential',
          keras_version: version,
          config: {
            name: 'm',
            layers: [{ class_name: 'GRU', config: { name: 'g', units: 2, batch_input_shape: [null, 4, 3] } }],
          },
        });
      const loads = Array.from({ length: 6 }, async (_, i) => {
        const made =
          i % 2 ? await models.loadModel(path.join(folder, 'new.keras')) : models.modelFromJson(sequential('2.2.4'));
        return resetAfter(made.layers.at(-1));
      });
      assert.deepEqual(await Promise.all(loads), [false, true, false, true, false, true]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
