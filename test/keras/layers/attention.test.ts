/** Attention in models: masks from embeddings, training against Keras, causality, grouped heads, errors. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { close, golden, tensorOf, throwsText, wave, type Config, type Golden } from '../helpers';

const { layers, Model, Input, saving } = trae.keras;
type Tensor = trae.Tensor;
const values = (t: unknown): number[] => Array.from((t as Tensor).dataSync() as Float32Array);

interface Transformer {
  x: Golden;
  y: Golden;
  weights: Golden[];
  paths: string[];
  predicted: Golden;
  after: Golden;
  history: Record<string, number[]>;
}
describe('a transformer block on masked sequences', () => {
  const want = golden<Transformer>('transformer.json');
  function made(): InstanceType<typeof Model> {
    const ids = Input([6], { dtype: 'int32' });
    const e = new layers.Embedding(10, 8, { maskZero: true }).apply(ids);
    const attended = new layers.MultiHeadAttention(2, 4).apply([e, e]);
    let x = new layers.LayerNormalization().apply(new layers.Add().apply([e, attended]));
    const decoded = new layers.MultiHeadAttention(2, 4).apply([x, e], { useCausalMask: true });
    const h = new layers.Dense(8).apply(new layers.Dense(16, { activation: 'relu' }).apply(decoded));
    x = new layers.LayerNormalization({ epsilon: 1e-5 }).apply(new layers.Add().apply([x, h]));
    const model = new Model({
      inputs: ids,
      outputs: new layers.Dense(3, { activation: 'softmax' }).apply(new layers.GlobalAveragePooling1D().apply(x)),
    });
    model.setWeights(want.weights.map(tensorOf));
    return model;
  }
  it('has the weights of Keras in its order', () => {
    const strip = (path: string): string => path.replace(/_\d+(?=\/)/, '');
    assert.deepEqual(
      made().weights.map((w) => strip(w.path)),
      want.paths.map(strip),
    );
  });
  it('predicts as Keras does, and learns as Keras does', async () => {
    const model = made();
    close(await model.predict(tensorOf(want.x), { verbose: 0 }), want.predicted, 'predict');
    model.compile({
      optimizer: new trae.keras.optimizers.SGD(0.1),
      loss: 'sparse_categorical_crossentropy',
      metrics: ['accuracy'],
    });
    const { history } = await model.fit(tensorOf(want.x), tensorOf(want.y), {
      epochs: 3,
      batchSize: 8,
      shuffle: false,
      verbose: 0,
    });
    for (const [key, list] of Object.entries(want.history)) close(history[key], list, key, 1e-3);
    close(await model.predict(tensorOf(want.x), { verbose: 0 }), want.after, 'after fit', 2e-3);
  });
  it('learns which of two tokens comes first', async () => {
    const n = 128;
    const rows = Array.from({ length: n }, (_, i) => {
      const row = Array.from({ length: 6 }, (_, k) => 3 + ((i * 7 + k * 5) % 6));
      const first = i % 6;
      const second = (first + 1 + ((i >> 3) % 5)) % 6;
      row[first] = 1;
      row[second] = 2;
      return row;
    });
    const y = rows.map((r) => (r.indexOf(1) < r.indexOf(2) ? 1 : 0));
    trae.setRandomSeed(3);
    const ids = Input([6], { dtype: 'int32' });
    const places = trae.tensor([0, 1, 2, 3, 4, 5], [1, 6], 'int32');
    const e = new layers.Add().apply([
      new layers.Embedding(10, 16).apply(ids),
      new layers.Embedding(6, 16).apply(ids.multiply(0).add(places)),
    ]);
    const attended = new layers.MultiHeadAttention(4, 8).apply([e, e]);
    const h = new layers.LayerNormalization().apply(new layers.Add().apply([e, attended]));
    const model = new Model({
      inputs: ids,
      outputs: new layers.Dense(1, { activation: 'sigmoid' }).apply(new layers.GlobalMaxPooling1D().apply(h)),
    });
    model.compile({
      optimizer: new trae.keras.optimizers.Adam(0.01),
      loss: 'binary_crossentropy',
      metrics: ['accuracy'],
    });
    const { history } = await model.fit(trae.tensor(rows, [n, 6], 'int32'), y, {
      epochs: 40,
      batchSize: 32,
      verbose: 0,
    });
    assert.ok(history.accuracy.at(-1)! > 0.95, `accuracy ${history.accuracy.at(-1)}`);
  });
});

describe('masks of attention', () => {
  const q = wave(2, 4, 3);
  const v = wave(2, 5, 3);
  it('come with the tensors, and go on with the output', () => {
    const ids = trae.tensor([[1, 2, 0, 0]], [1, 4], 'int32');
    const embedded = new layers.Embedding(5, 3, { maskZero: true }).apply(ids) as Tensor;
    for (const layer of [
      new layers.MultiHeadAttention(2, 3),
      new layers.GroupedQueryAttention(3, 4, 2),
      new layers.Attention(),
    ]) {
      const pooled = new layers.GlobalAveragePooling1D();
      const y = layer.apply([embedded, embedded]) as Tensor;
      const mean = values(y)
        .slice(0, 6)
        .reduce<number[]>((m, x, i) => ((m[i % 3] = (m[i % 3] ?? 0) + x / 2), m), []);
      close(pooled.apply(y) as Tensor, mean, layer.name, 1e-4); // the mean over the two that are not masked
      // What stands at masked positions changes nothing at the others.
      const mask = trae.tensor([[1, 1, 0, 0]], [1, 4], 'bool');
      const other = trae.concat([trae.slice(embedded, [0, 0, 0], [1, 2, 3]), trae.ones([1, 2, 3])], { axis: 1 });
      close(values(layer.apply([other, other], { mask: [mask, mask] })).slice(0, 6), values(y).slice(0, 6), layer.name);
    }
  });
  it('causal: no output depends on later inputs', () => {
    for (const layer of [
      new layers.MultiHeadAttention(2, 3),
      new layers.GroupedQueryAttention(3, 4, 1),
      new layers.Attention(),
      new layers.AdditiveAttention(),
    ]) {
      const changed = trae.concat([trae.slice(q, [0, 0, 0], [2, 3, 3]), trae.ones([2, 1, 3])], { axis: 1 });
      const [a, b] = [q, changed].map((x) => layer.apply([x, x], { useCausalMask: true }).reshape([2, 12]));
      const head = (t: Tensor): number[] => values(trae.slice(t, [0, 0], [2, 9]));
      assert.deepEqual(head(a), head(b));
      assert.notDeepEqual(values(a), values(b));
    }
  });
  it('a mask for an explicit query has no effect in MultiHeadAttention, as in Keras, and says so', () => {
    const layer = new layers.MultiHeadAttention(2, 3);
    const said: string[] = [];
    const { warn } = console;
    console.warn = (text: string) => said.push(text);
    try {
      const y = layer.apply([q, v], { queryMask: trae.zeros([2, 4], { dtype: 'bool' }) });
      assert.deepEqual(values(y), values(layer.apply([q, v])));
    } finally {
      console.warn = warn;
    }
    assert.deepEqual(said, [
      'MultiHeadAttention: queryMask has no effect, as in Keras: only the mask that the query itself carries counts.\n  Fix: give masks as mask: [queryMask, valueMask], or as attentionMask.',
    ]);
  });
});

describe('attention layers', () => {
  const q = wave(2, 4, 3);
  const v = wave(2, 5, 3);
  it('drop attention weights while training only', () => {
    for (const layer of [
      new layers.MultiHeadAttention(2, 3, { dropout: 0.5, seed: 2 }),
      new layers.GroupedQueryAttention(3, 2, 1, { dropout: 0.5, seed: 2 }),
      new layers.Attention({ dropout: 0.5, seed: 2 }),
    ]) {
      const quiet = values(layer.apply([q, v]));
      assert.deepEqual(values(layer.apply([q, v], { training: false })), quiet);
      assert.notDeepEqual(values(layer.apply([q, v], { training: true })), quiet);
      const [, scores] = layer.apply([q, v], { returnAttentionScores: true }) as [Tensor, Tensor];
      close(scores.sum({ axis: -1 }), Array<number>(scores.size / 5).fill(1), 'rows of weights', 1e-5);
    }
  });
  it('dropout with scores, and without: the same for the same seed', () => {
    const make = (): InstanceType<typeof layers.MultiHeadAttention> =>
      new layers.MultiHeadAttention(2, 3, {
        dropout: 0.5,
        seed: 7,
        kernelInitializer: new trae.keras.initializers.RandomNormal({ seed: 1 }),
      });
    const [y] = make().apply([q, v], { training: true, returnAttentionScores: true }) as Tensor[];
    assert.deepEqual(values(make().apply([q, v], { training: true })), values(y));
  });
  it('take the shapes of all inputs to files and back', () => {
    const layer = new layers.MultiHeadAttention(2, 3);
    layer.build([
      [null, 4, 3],
      [null, 5, 6],
      [null, 5, 2],
    ]);
    const config = saving.serializeKerasObject(layer) as Config;
    assert.deepEqual(config.build_config, {
      shapes_dict: { query_shape: [null, 4, 3], value_shape: [null, 5, 6], key_shape: [null, 5, 2] },
    });
    const copy = layers.deserialize(JSON.parse(JSON.stringify(config)));
    assert.deepEqual(
      copy.weights.map((w) => [...w.shape]),
      layer.weights.map((w) => [...w.shape]),
    );
    const gqa = new layers.GroupedQueryAttention(3, 2, 1);
    assert.match(gqa.name, /^grouped_query_attention/);
    assert.equal((saving.serializeKerasObject(gqa) as Config).class_name, 'GroupQueryAttention');
  });
  it('work with unknown lengths, and symbolically with scores', () => {
    const query = Input([null, 3]);
    const value = Input([null, 3]);
    const [y, scores] = new layers.MultiHeadAttention(2, 3, { outputShape: 5 }).apply([query, value], {
      returnAttentionScores: true,
    }) as trae.KerasTensor[];
    assert.deepEqual([...y.shape], [null, null, 5]);
    assert.equal(scores.ndim, 4);
    const model = new Model({ inputs: [query, value], outputs: [y, scores] });
    const [a, b] = model.apply([q, v]) as Tensor[];
    assert.deepEqual([...a.shape, ...b.shape], [2, 4, 5, 2, 2, 4, 5]);
  });
  it('an attention mask may be a symbolic tensor', () => {
    const x = Input([4, 3]);
    const mask = Input([4, 4], { dtype: 'bool' });
    const layer = new layers.MultiHeadAttention(2, 3);
    const model = new Model({ inputs: [x, mask], outputs: layer.apply([x, x], { attentionMask: mask }) });
    const lower = trae.tril(trae.ones([2, 4, 4])).cast('bool');
    close(model.apply([q, lower]) as Tensor, layer.apply([q, q], { useCausalMask: true }) as Tensor, 'lower triangle');
  });
  it('an initializer with a seed gives each projection the same values, without one values of its own', () => {
    const kernels = (kernelInitializer: trae.keras.InitializerIdentifier): number[][] => {
      const layer = new layers.MultiHeadAttention(2, 3, { kernelInitializer });
      layer.build([
        [1, 2, 3],
        [1, 2, 3],
      ]);
      return layer.weights.filter((w) => w.name === 'kernel').map((w) => values(w.value));
    };
    const [a, b] = kernels(new trae.keras.initializers.GlorotUniform({ seed: 5 }));
    const [c, d] = kernels('glorot_uniform');
    assert.deepEqual(a, b);
    assert.notDeepEqual(c, d);
    // The limit of glorot_uniform counts 3 inputs and 2 x 3 outputs.
    assert.ok(Math.max(...c.map(Math.abs)) <= Math.sqrt(6 / 9));
  });
  const failing: [string, () => unknown, string, string][] = [
    [
      'numHeads',
      () => new layers.MultiHeadAttention(0, 3),
      'ValueError',
      'MultiHeadAttention: numHeads must be a positive integer.\n  Received: 0',
    ],
    [
      'valueDim',
      () => new layers.MultiHeadAttention(1, 3, { valueDim: 1.5 }),
      'ValueError',
      'MultiHeadAttention: valueDim must be a positive integer.\n  Received: 1.5',
    ],
    [
      'dropout',
      () => new layers.MultiHeadAttention(1, 3, { dropout: 2 }),
      'ValueError',
      'MultiHeadAttention: dropout must lie between 0 and 1.\n  Received: 2',
    ],
    [
      'slidingWindow',
      () => new layers.MultiHeadAttention(1, 3, { slidingWindow: 0 }),
      'ValueError',
      'MultiHeadAttention: slidingWindow must be null or a positive integer.\n  Received: 0',
    ],
    [
      'flash attention and dropout',
      () => new layers.MultiHeadAttention(1, 3, { flashAttention: true, dropout: 0.1 }),
      'ValueError',
      'MultiHeadAttention: flashAttention excludes dropout.\n  Received: dropout 0.1\n  Fix: set dropout to 0, or leave flashAttention out.',
    ],
    [
      'flash attention and scores',
      () =>
        new layers.MultiHeadAttention(1, 3, { flashAttention: true, name: 'm' }).apply([q, v], {
          returnAttentionScores: true,
        }),
      'ValueError',
      "MultiHeadAttention: flashAttention does not give attention scores.\n  Fix: leave returnAttentionScores or flashAttention out.\n  In layer 'm' (MultiHeadAttention).",
    ],
    [
      'one tensor',
      () => new layers.MultiHeadAttention(1, 3, { name: 'm' }).apply(q),
      'ValueError',
      "MultiHeadAttention: an array of 2 or 3 inputs is expected: [query, value] or [query, value, key].\n  Fix: apply([query, value]).\n  In layer 'm' (MultiHeadAttention).",
    ],
    [
      'key of another length',
      () => new layers.MultiHeadAttention(1, 3, { name: 'm' }).apply([q, v, q]),
      'ValueError',
      "MultiHeadAttention: value and key may differ in their last axis only.\n  Received: value (2, 5, 3), key (2, 4, 3)\n  In layer 'm' (MultiHeadAttention).",
    ],
    [
      'attentionAxes',
      () => new layers.MultiHeadAttention(1, 3, { attentionAxes: 2, name: 'm' }).apply([q, v]),
      'ValueError',
      "MultiHeadAttention: attentionAxes must lie between the batch axis and the last one of inputs of rank 3.\n  Received: 2\n  In layer 'm' (MultiHeadAttention).",
    ],
    [
      'a mask that is no array',
      () => new layers.MultiHeadAttention(1, 3, { name: 'm' }).apply([q, v], { mask: q }),
      'ValueError',
      "MultiHeadAttention: mask must be an array: [query mask, value mask] or with a key mask.\n  Fix: use attentionMask for one mask of all pairs.\n  In layer 'm' (MultiHeadAttention).",
    ],
    [
      'heads',
      () => new layers.GroupedQueryAttention(3, 4, 3),
      'ValueError',
      'GroupedQueryAttention: numQueryHeads must be a multiple of numKeyValueHeads.\n  Received: 4 and 3',
    ],
    [
      'rank of grouped queries',
      () => new layers.GroupedQueryAttention(3, 4, 2, { name: 'g' }).apply([wave(2, 3), wave(2, 3)]),
      'ValueError',
      "GroupedQueryAttention: inputs of shape (batch, length, features) are expected.\n  Received: shape (2, 3)\n  In layer 'g' (GroupQueryAttention).",
    ],
    [
      'scoreMode',
      () => new layers.Attention({ scoreMode: 'sum' as 'dot' }),
      'ValueError',
      "Attention: scoreMode must be 'dot' or 'concat'.\n  Received: 'sum'",
    ],
    [
      'Attention on one tensor',
      () => new layers.Attention({ name: 'a' }).apply(q),
      'ValueError',
      "Attention: an array is expected: [query, value] or [query, value, key].\n  Fix: apply([query, value]).\n  In layer 'a' (Attention).",
    ],
    [
      'Attention on four tensors',
      () => new layers.Attention({ name: 'a' }).apply([q, v, v, v]),
      'ValueError',
      "Attention: 2 or 3 inputs are expected: [query, value] or [query, value, key].\n  Received: 4\n  In layer 'a' (Attention).",
    ],
    [
      'sizes of Attention',
      () => new layers.Attention({ name: 'a' }).apply([q, wave(2, 5, 4)]),
      'ValueError',
      "the last axes of query and key must agree.\n  Received: query (2, 4, 3), key (2, 5, 4)\n  In layer 'a' (Attention).",
    ],
    [
      'masks of Attention',
      () => new layers.Attention({ name: 'a' }).apply([q, v], { mask: [null] }),
      'ValueError',
      "Attention: mask must be an array of 2 or 3 masks: [query mask, value mask].\n  Received: 1 masks\n  In layer 'a' (Attention).",
    ],
    ['unknown option', () => new layers.AdditiveAttention({ scoreMode: 'dot' } as object), 'TypeError', ''],
    [
      'heads of dotProductAttention',
      () => trae.ops.dotProductAttention(wave(1, 2, 3, 4), wave(1, 5, 2, 4), wave(1, 5, 2, 4)),
      'ValueError',
      'dotProductAttention: the 3 heads of query are no multiple of the 2 heads of key.\n  Received: query (1, 2, 3, 4), key (1, 5, 2, 4), value (1, 5, 2, 4)',
    ],
    [
      'rank of dotProductAttention',
      () => trae.ops.dotProductAttention(wave(2, 3, 4), wave(2, 3, 4), wave(2, 3, 4)),
      'ValueError',
      'dotProductAttention: query, key and value must have shape (batch, length, heads, size).\n  Received: query (2, 3, 4), key (2, 3, 4), value (2, 3, 4)',
    ],
  ];
  for (const [name, f, kind, text] of failing)
    if (text) it(`error: ${name}`, () => throwsText(f, kind, text));
    else it(`error: ${name}`, () => assert.throws(f, /AdditiveAttention: unknown option 'scoreMode'/));
});
