/** Models on texts, Sequential and functional: predict, evaluate, fit, files of both generations (golden/texts). */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { withOrigin } from '../../../lib/keras/serialization/origin';
import { temporaryFolder } from '../../io/support';
import { close, golden } from '../helpers';

const { layers, Sequential, Model, Input } = trae.keras;
type AnyModel = InstanceType<typeof Model>;
type Symbolic = trae.KerasTensor;
const { loadModel } = trae.keras.models;

const TEXTS = ['the cat sat', 'the dog ran', 'a cat ran far away', 'no dog', 'cat', 'dog dog'];
const KINDS = ['x', 'y', 'x', 'y', 'x', 'y'];
const targets = (): trae.Tensor => trae.tensor([1, 0, 1, 0, 1, 0], [6, 1]);
function words(options = {}): InstanceType<typeof layers.TextVectorization> {
  const layer = new layers.TextVectorization({ outputSequenceLength: 4, ...options });
  layer.adapt(TEXTS);
  return layer;
}
const head = (x: unknown): Symbolic =>
  new layers.Dense(1, { activation: 'sigmoid' }).apply(
    new layers.GlobalAveragePooling1D().apply(new layers.Embedding(12, 4).apply(x)),
  ) as Symbolic;
const compiled = <M extends AnyModel>(model: M): M => {
  model.compile({
    optimizer: new trae.keras.optimizers.Adam({ learningRate: 0.05 }),
    loss: 'binary_crossentropy',
    metrics: ['accuracy'],
  });
  return model;
};
const chain = (...first: unknown[]): AnyModel =>
  new Sequential([
    ...first,
    new layers.Embedding(12, 4),
    new layers.GlobalAveragePooling1D(),
    new layers.Dense(1, { activation: 'sigmoid' }),
  ] as never);
function functional(): AnyModel {
  const a = Input([1], { dtype: 'string' });
  return new Model({ inputs: a, outputs: head(words().apply(a)) });
}
function several(): AnyModel {
  const text = Input([1], { dtype: 'string', name: 'text' });
  const numbers = Input([2], { name: 'numbers' });
  const kind = Input([1], { dtype: 'string', name: 'kind' });
  const hashed = new layers.CategoryEncoding({ numTokens: 5, outputMode: 'multi_hot' }).apply(
    new layers.Hashing(5).apply(text),
  );
  const looked = new layers.StringLookup({ vocabulary: ['x', 'y'], numOovIndices: 0, outputMode: 'one_hot' }).apply(
    kind,
  );
  const counted = words({ outputSequenceLength: null, outputMode: 'tf_idf' }).apply(text);
  const joined = new layers.Concatenate().apply([counted, numbers, looked, hashed]);
  return new Model({
    inputs: { text, numbers, kind },
    outputs: new layers.Dense(1, { activation: 'sigmoid' }).apply(joined) as Symbolic,
  });
}
function nested(): AnyModel {
  const text = Input([1], { dtype: 'string' });
  const numbers = Input([2]);
  const kind = Input([1], { dtype: 'string' });
  return new Model({ inputs: [text, numbers, kind], outputs: several().apply({ text, numbers, kind }) as Symbolic });
}
const record = (): Record<string, unknown> => ({
  text: TEXTS,
  numbers: trae.ones([6, 2]),
  kind: KINDS.map((k) => [k]),
});
const cases: Record<string, [() => AnyModel, () => unknown]> = {
  Sequential: [() => chain(words()), () => TEXTS],
  'Sequential with Input': [
    () => chain(layers.Input([1], { dtype: 'string' } as never), words()),
    () => TEXTS.map((t) => [t]),
  ],
  functional: [functional, () => TEXTS],
  'functional, several inputs by name': [several, record],
  'a model inside of a model': [nested, () => [TEXTS, trae.ones([6, 2]), KINDS]],
};

describe('models on texts', () => {
  const written = temporaryFolder();
  for (const [name, [make, data]] of Object.entries(cases))
    it(`${name}: predict, evaluate, fit, single batches, files`, async () => {
      trae.setRandomSeed(3);
      const model = compiled(make());
      const x = data() as never;
      const before = (await model.predict(x, { verbose: 0 })) as trae.Tensor;
      assert.deepEqual(before.shape, [6, 1]);
      const [loss] = await model.evaluate(x, targets(), { verbose: 0 });
      close(
        loss,
        -(await trae.keras.losses.binaryCrossentropy(targets(), before).multiply(-1).mean().item()),
        'loss',
        1e-3,
      );
      const { history } = await model.fit(x, targets(), {
        epochs: 40,
        batchSize: 3,
        verbose: 0,
        validationData: [x, targets()],
      });
      assert.ok(history.loss.at(-1)! < history.loss[0] / 1.5, `${history.loss[0]} -> ${history.loss.at(-1)}`);
      assert.equal(history.val_loss.length, 40);
      const after = (await model.predict(x, { verbose: 0, batchSize: 2 })) as trae.Tensor;
      close((await model.predictOnBatch(x)) as trae.Tensor, after, 'one batch');
      close(model.apply(x) as trae.Tensor, after, 'applied');
      close(
        ((await model.testOnBatch(x, targets())) as number[])[0],
        (await model.evaluate(x, targets(), { verbose: 0 }))[0],
        'one batch evaluated',
        1e-3,
      );
      const file = path.join(written, `${name}.keras`);
      await model.save(file);
      const again = await loadModel(file);
      close((await again.predict(x, { verbose: 0 })) as trae.Tensor, after, 'read again');
      await again.fit(x, targets(), { verbose: 0 });
    });

  it('batches of texts: a generator, an object with getItem, an iterator; validationSplit of arrays', async () => {
    const model = compiled(several());
    const batch = (i: number): unknown => [
      { text: TEXTS.slice(i, i + 2), numbers: trae.ones([2, 2]), kind: KINDS.slice(i, i + 2) },
      trae.tensor([[1], [0]]),
    ];
    const generator = function* (): Generator<unknown> {
      for (let i = 0; i < 6; i += 2) yield batch(i);
    };
    class Indexed {
      #size = 2;
      readonly numBatches = 3;
      getItem(i: number): unknown {
        return batch(i * this.#size);
      }
    }
    const whole = await model.evaluate(record() as never, targets(), { verbose: 0 });
    for (const batches of [generator, new Indexed(), generator()])
      close((await model.evaluate(batches as never, null, { verbose: 0 }))[0], whole[0], 'evaluate', 1e-3);
    close(
      (await model.predict(generator as never, { verbose: 0 })) as trae.Tensor,
      (await model.predict(record() as never, { verbose: 0 })) as trae.Tensor,
      'predict',
    );
    assert.equal((await model.fit(generator as never, null, { epochs: 2, verbose: 0 })).history.loss.length, 2);
    assert.equal(
      (await model.fit(record() as never, targets(), { validationSplit: 0.34, verbose: 0 })).history.val_loss.length,
      1,
    );
  });

  it('a functional model of Keras on texts and numbers predicts what Keras predicted, and so after it was written', async () => {
    const { texts, kinds, x, y } = golden<{ texts: string[]; kinds: string[]; x: number[][]; y: number[][] }>(
      'texts/texts.json',
    );
    const model = await loadModel(path.join(__dirname, '..', 'golden', 'texts', 'several.keras'));
    const given = [trae.tensor(x), texts.map((t) => [t]), kinds.map((k) => [k])] as never;
    close((await model.predict(given, { verbose: 0 })) as trae.Tensor, y.flat(), 'read');
    const file = path.join(written, 'several.keras');
    await model.save(file);
    close((await (await loadModel(file)).predict(given, { verbose: 0 })) as trae.Tensor, y.flat(), 'written');
  });

  it('a layer that takes several inputs of texts, and of numbers beside them, here and in a model inside', async () => {
    const text = (name: string) => trae.keras.Input([1], { dtype: 'string' as never, name });
    const a = text('a');
    const b = text('b');
    const n = trae.keras.Input([1], { dtype: 'int64', name: 'n' });
    const crossed = new layers.HashedCrossing(10, { outputMode: 'one_hot' }).apply([a, b]) as typeof a;
    const mixed = new layers.HashedCrossing(4, { outputMode: 'one_hot' }).apply([a, n]) as typeof a;
    const inner = new trae.keras.Model({
      inputs: { a, b, n },
      outputs: new layers.Concatenate().apply([crossed, mixed]) as typeof a,
    });
    const [c, d] = [text('c'), text('d')];
    const outer = new trae.keras.Model({ inputs: [n, c, d], outputs: inner.apply({ a: c, b: d, n }) as typeof a });
    const [as, bs, ns] = [
      ['x', 'y', 'x', 'z'],
      ['p', 'q', 'q', 'p'],
      [1, 2, 3, 4],
    ].map((list) => list.map((v) => [v]));
    const numbers = trae.tensor(ns as number[][], null, 'int64');
    // HashedCrossing by itself is held against Keras among the preprocessing layers.
    const bins = (size: number, x: unknown): number[] => [
      ...((new layers.HashedCrossing(size).apply([as, x]) as trae.Tensor).cast('int32').dataSync() as Int32Array),
    ];
    const want = bins(10, bs).map((bin, i) => [
      ...Array.from({ length: 10 }, (_, k) => Number(k === bin)),
      ...Array.from({ length: 4 }, (_, k) => Number(k === bins(4, numbers)[i])),
    ]);
    const model = new trae.keras.Model({
      inputs: { a, b, n },
      outputs: new layers.Dense(1).apply(inner.apply({ a, b, n })) as typeof a,
    });
    for (const batchSize of [4, 3]) {
      assert.deepEqual(
        (
          (await inner.predict({ a: as, b: bs, n: numbers } as never, { verbose: 0, batchSize })) as trae.Tensor
        ).arraySync(),
        want,
      );
      assert.deepEqual(
        ((await outer.predict([numbers, as, bs] as never, { verbose: 0, batchSize })) as trae.Tensor).arraySync(),
        want,
      );
    }
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const { history } = await model.fit({ a: as, b: bs, n: numbers } as never, trae.tensor([[1], [0], [1], [0]]), {
      epochs: 30,
      verbose: 0,
      validationSplit: 0.5,
    });
    assert.ok(history.loss.at(-1)! < history.loss[0]);
    const file = path.join(written, 'crossed.keras');
    await outer.save(file);
    assert.deepEqual(
      ((await (await loadModel(file)).predict([numbers, as, bs] as never, { verbose: 0 })) as trae.Tensor).arraySync(),
      want,
    );
  });

  it('each batch is filled up to its own longest text: predict, evaluate, fit, validation', async () => {
    const make = (): InstanceType<typeof trae.keras.Model> => {
      trae.setRandomSeed(5);
      const words = new layers.TextVectorization();
      words.adapt(TEXTS);
      const text = trae.keras.Input([1], { dtype: 'string' as never, name: 'text' });
      const numbers = trae.keras.Input([2], { name: 'numbers' });
      const pooled = new layers.GlobalAveragePooling1D().apply(
        new layers.Embedding(20, 3).apply(words.apply(text) as typeof text),
      ) as typeof text;
      const model = new trae.keras.Model({
        inputs: { text, numbers },
        outputs: new layers.Dense(1).apply(new layers.Concatenate().apply([pooled, numbers])) as typeof text,
      });
      model.compile({ optimizer: new trae.keras.optimizers.SGD(0.1), loss: 'mse' });
      return model;
    };
    const model = make();
    const numbers = trae.random.normal([6, 2], { seed: 1 });
    const rows = (from: number): never =>
      ({
        text: TEXTS.slice(from, from + 2),
        numbers: trae.take(numbers, Int32Array.of(from, from + 1), { axis: 0 }),
      }) as never;
    const pairs = [0, 2, 4];
    const whole = { text: TEXTS, numbers } as never;
    const target = (from: number): trae.Tensor => trae.take(targets(), Int32Array.of(from, from + 1), { axis: 0 });
    const want = trae.concatenate(
      pairs.map((from) => model.apply(rows(from)) as trae.Tensor),
      { axis: 0 },
    );
    close((await model.predict(whole, { batchSize: 2, verbose: 0 })) as trae.Tensor, want, 'predict');
    const atOnce = (await model.predict(whole, { batchSize: 6, verbose: 0 })) as trae.Tensor;
    assert.ok(trae.max(trae.abs(atOnce.subtract(want))).item() > 1e-3, 'the length of a batch counts');
    const loss = trae.mean(want.subtract(targets()).square()).item();
    const evaluated = async (): Promise<number> =>
      ([await model.evaluate(whole, targets(), { batchSize: 2, verbose: 0 })].flat() as number[])[0];
    close(await evaluated(), loss, 'evaluate');
    // Three steps by hand, of the same batches.
    const byHand = make();
    for (const from of pairs) await byHand.trainOnBatch(rows(from), target(from));
    const { history } = await model.fit(whole, targets(), {
      batchSize: 2,
      shuffle: false,
      verbose: 0,
      validationData: [whole, targets()],
      validationBatchSize: 2,
    });
    model.weights.forEach((w, i) => close(w, byHand.weights[i], w.path));
    close(await evaluated(), history.val_loss[0], 'validation');
    const split = make();
    for (const from of [0, 2]) await split.trainOnBatch(rows(from), target(from));
    const again = make();
    await again.fit(whole, targets(), {
      batchSize: 2,
      shuffle: false,
      verbose: 0,
      validationSplit: 0.33,
      sampleWeight: trae.ones([6]),
    });
    again.weights.forEach((w, i) => close(w, split.weights[i], w.path));
    // In another order in each epoch; all rows of the first part, once.
    assert.equal((await again.fit(whole, targets(), { batchSize: 4, epochs: 3, verbose: 0 })).history.loss.length, 3);
    await assert.rejects(
      async () => model.fit({ text: TEXTS.slice(1), numbers } as never, targets(), { verbose: 0 }),
      /the same number of examples/,
    );
  });

  it("TextVectorization of tf.keras says dtype 'string'", () => {
    const config = { class_name: 'TextVectorization', config: { name: 'words', trainable: true, dtype: 'string', batch_input_shape: [null], max_tokens: 10, standardize: 'lower', split: 'whitespace', ngrams: null, output_mode: 'int', output_sequence_length: 3, pad_to_max_tokens: false, sparse: false, ragged: false, vocabulary: ['cat', 'dog'], idf_weights: null, encoding: 'utf-8' } }; // prettier-ignore
    const layer = trae.keras.saving.deserializeKerasObject(
      withOrigin(config, { version: '2.15.0', backend: 'tensorflow' }),
    ) as InstanceType<typeof layers.Layer>;
    assert.deepEqual((layer.apply(['dog cow Cat']) as trae.Tensor).cast('int32').arraySync(), [[3, 1, 2]]);
  });

  it('numbers where texts are expected are named', () => {
    assert.throws(
      () => functional().apply(trae.ones([2, 1])),
      /input 'input_layer[_0-9]*' takes texts\.\n {2}Received: /,
    );
  });
});
