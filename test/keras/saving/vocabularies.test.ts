/** What lookups and other layers of data have learned, in every format: kept, or said. */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { temporaryFolder } from '../../io/support';

const { keras } = trae;
const { layers, models, Input, Model, Sequential } = keras;
type AnyModel = InstanceType<typeof Model>;
type Lookup = InstanceType<typeof layers.Layer> & { adapt(data: unknown): void };
const folder = temporaryFolder();
const texts = (): Lookup => new layers.StringLookup({ name: 'words' }) as unknown as Lookup;
const adapted = (layer: Lookup, data: unknown): Lookup => {
  layer.adapt(data);
  return layer;
};
const numbers = (t: unknown): number[] =>
  Array.from((t as trae.Tensor).dataSync() as ArrayLike<number | bigint>, Number);
const given = async (model: AnyModel, x: unknown): Promise<number[]> =>
  numbers(await model.predict(x as never, { verbose: 0 }));
async function warnings(f: () => Promise<unknown>): Promise<string[]> {
  const warn = console.warn;
  const said: string[] = [];
  console.warn = (text: string) => said.push(text);
  await f().finally(() => (console.warn = warn));
  return said;
}
const ints = trae.tensor([[10], [30], [99]], null, 'int64');
const floats = trae.tensor([[0.5], [2.5], [9]]);
const words = [['b'], ['a'], ['zz']];
/** Layers with data to learn from, and inputs. */
const kinds: Record<string, { make: () => Lookup; data: unknown; x: unknown; dtype: string }> = {
  StringLookup: { make: texts, data: ['a', 'b', 'b'], x: words, dtype: 'string' },
  'StringLookup of tf_idf': {
    make: () =>
      new layers.StringLookup({
        outputMode: 'tf_idf',
        maxTokens: 5,
        padToMaxTokens: true,
        name: 'words',
      }) as unknown as Lookup,
    data: [
      ['a', 'b'],
      ['b', 'c'],
    ],
    x: words,
    dtype: 'string',
  },
  IntegerLookup: {
    make: () => new layers.IntegerLookup() as unknown as Lookup,
    data: trae.tensor([10, 20, 30], null, 'int64'),
    x: ints,
    dtype: 'int64',
  },
  TextVectorization: {
    make: () => new layers.TextVectorization({ outputSequenceLength: 2 }) as unknown as Lookup,
    data: ['a b', 'b c'],
    x: words,
    dtype: 'string',
  },
  Normalization: {
    make: () => new layers.Normalization() as unknown as Lookup,
    data: floats,
    x: floats,
    dtype: 'float32',
  },
  Discretization: {
    make: () => new layers.Discretization({ numBins: 3 }) as unknown as Lookup,
    data: floats,
    x: floats,
    dtype: 'float32',
  },
};
const around = (layer: Lookup, dtype: string): AnyModel => {
  const x = Input([1], { dtype: dtype as never });
  return new Model({ inputs: x, outputs: layer.apply(x) as trae.KerasTensor, name: 'm' });
};

describe('what layers of data have learned', () => {
  for (const [name, { make, data, x, dtype }] of Object.entries(kinds))
    it(`${name}: whole models, and weights into a model that has learned nothing`, async () => {
      const model = around(adapted(make(), data), dtype);
      const want = await given(model, x);
      assert.ok(new Set(want).size > 1);
      for (const file of ['m.keras', 'm.h5']) {
        await model.save(path.join(folder, file));
        assert.deepEqual(await given(await models.loadModel(path.join(folder, file)), x), want, file);
      }
      // Borders of bins are options, which are no weights in Keras either.
      if (name === 'Discretization') return;
      for (const file of ['m.weights.h5', 'w.h5']) {
        const copy = around(make(), dtype);
        await model.saveWeights(path.join(folder, file));
        await copy.loadWeights(path.join(folder, file));
        assert.deepEqual(await given(copy, x), want, file);
      }
    });
  it('in nested models, by name, and in shards', async () => {
    const nested = (layer: Lookup, more: trae.keras.Layer[] = []): AnyModel => {
      const x = Input([1], { dtype: 'string' as never });
      const inner = around(layer, 'string');
      return new Model({
        inputs: x,
        outputs: [...more, new layers.Embedding(5, 2, { name: 'table' }), new layers.Flatten()].reduce(
          (h, l) => l.apply(h) as trae.KerasTensor,
          inner.apply(x) as trae.KerasTensor,
        ),
      });
    };
    const model = nested(adapted(texts(), ['a', 'b', 'b']));
    const want = await given(model, words);
    await model.saveWeights(path.join(folder, 'n.weights.h5'));
    await model.saveWeights(path.join(folder, 's.weights.json'), { maxShardSize: 1 });
    for (const file of ['n.weights.h5', 's.weights.json']) {
      const copy = nested(texts());
      await copy.loadWeights(path.join(folder, file));
      assert.deepEqual(await given(copy, words), want, file);
    }
    const other = nested(texts(), [new layers.Identity()]);
    await other.loadWeights(path.join(folder, 'n.weights.h5'), { byName: true });
    assert.deepEqual(await given(other, words), want);
  });
  it('formats without a place for it say what is left out', async () => {
    const model = around(adapted(texts(), ['a', 'b']), 'string');
    for (const file of ['m.safetensors', 'm.npz'])
      assert.match(
        (await warnings(() => model.saveWeights(path.join(folder, file)))).join(),
        /holds weights alone; what these layers have learned is left out: 'words'\.\n {2}Fix: save it as '\.weights\.h5' or '\.keras'\.$/,
      );
    assert.deepEqual(
      await warnings(() => around(adapted(texts(), ['a']), 'string').saveWeights(path.join(folder, 'm.weights.h5'))),
      [],
    );
  });
  it('a term that a file of one term a line cannot hold is refused', async () => {
    for (const term of ['one\ntwo', 'a\u2028b', 'a\u0085b', '\f']) {
      const model = around(adapted(texts(), [term, 'b']), 'string');
      await assert.rejects(
        model.save(path.join(folder, 'lines.keras')),
        /vocabulary of layer 'words' holds a term with a line break/,
      );
      await model.save(path.join(folder, 'lines.h5'));
      assert.deepEqual(
        await given(await models.loadModel(path.join(folder, 'lines.h5')), [[term], ['b']]),
        await given(model, [[term], ['b']]),
      );
    }
  });
  it('an empty archive of weights fits a model without weights', async () => {
    const model = new Sequential([Input([2]), new layers.ReLU()]);
    for (const file of ['none.npz', 'none.safetensors']) {
      await model.saveWeights(path.join(folder, file));
      assert.deepEqual((await model.loadWeights(path.join(folder, file))).loaded, []);
    }
  });
});

describe('weights by name', () => {
  it('of layers that were built before the layer around them, and after', async () => {
    const chain = (): AnyModel =>
      new Sequential([
        Input([4, 3]),
        new layers.Dense(3),
        new layers.TimeDistributed(new layers.Dense(3)),
        new layers.Bidirectional(new layers.GRU(2)),
        new layers.SpectralNormalization(new layers.Dense(2)),
      ]);
    const model = chain();
    const x = trae.random.normal([2, 4, 3], { seed: 1 });
    const want = await given(model, x);
    for (const file of ['p.safetensors', 'p.npz']) {
      await model.saveWeights(path.join(folder, file));
      for (const copy of [models.modelFromJson(model.toJson()), models.cloneModel(model)]) {
        await copy.loadWeights(path.join(folder, file));
        assert.deepEqual(await given(copy, x), want, file);
      }
    }
  });
});
