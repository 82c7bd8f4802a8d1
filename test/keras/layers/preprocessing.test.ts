/** Preprocessing layers against real Keras: what they learn, what they give, their configs, assets and errors. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { fingerprint64, sipHash } from '../../../lib/support/fingerprint';
import { close, golden, tensorOf, throwsText, type Config, type Golden } from '../helpers';

interface Case {
  name: string;
  config: Config;
  adapt: unknown;
  inputs: unknown;
  output: Golden;
  vocabulary?: (string | number)[];
  boundaries?: number[];
  after: Config;
}
const cases = golden<Case[]>('preprocessing.json');
const { layers } = trae.keras;
/** A preprocessing layer, by the methods that some of them have. */
type Prepared = trae.keras.Layer & {
  adapt(data: unknown, options?: object): void | Promise<void>;
  getVocabulary(options?: object): (string | number)[];
  setVocabulary(terms: unknown[], options?: object): void;
  binBoundaries: number[];
  saveAssets(): Record<string, string>;
  loadAssets(read: (file: string) => string | undefined): void;
};
const isGolden = (x: unknown): x is Golden => typeof x === 'object' && x !== null && 'data' in x;
const given = (x: unknown): unknown =>
  isGolden(x)
    ? tensorOf({ ...x, dtype: x.dtype === 'float64' ? 'float32' : x.dtype })
    : Array.isArray(x) && isGolden(x[0])
      ? x.map(given)
      : x;
const made = (config: Config): Prepared => layers.deserialize(structuredClone(config)) as Prepared;
function learned(c: Case): Prepared {
  const layer = made(c.config);
  if (c.adapt !== null) assert.equal(layer.adapt(given(c.adapt)), undefined);
  return layer;
}
const reads = (c: Case): boolean => JSON.stringify(c.inputs).includes('"') && !isGolden(c.inputs);

describe('preprocessing layers against Keras', () => {
  for (const c of cases) {
    describe(c.name, () => {
      it('gives what Keras gives', () => {
        const y = learned(c).apply(given(c.inputs)) as trae.Tensor;
        assert.equal(y.dtype, c.output.dtype);
        close(y, c.output, 'output');
      });
      if (c.vocabulary)
        it('has the vocabulary', () => {
          assert.deepEqual(learned(c).getVocabulary(), c.vocabulary);
        });
      if (c.boundaries)
        it('has the borders', () => {
          learned(c).binBoundaries.forEach((b, i) => close(b, [c.boundaries![i]], `border ${i}`, 1e-5));
        });
      it("has Keras' config, before and after", () => {
        for (const [layer, want] of [
          [made(c.config), c.config],
          [learned(c), c.after],
        ] as const) {
          const got = trae.keras.saving.serializeKerasObject(layer) as Config;
          assert.equal(got.class_name, want.class_name);
          for (const [key, value] of Object.entries(got.config)) {
            if (key === 'dtype' || key === 'bin_boundaries' || (key === 'vocabulary_size' && value === null)) continue;
            assert.deepEqual(value, want.config[key], `config.${key}`);
          }
          assert.deepEqual(
            Object.keys(want.config).filter((k) => !(k in got.config) && k !== 'trainable'),
            [],
          );
        }
      });
      it('comes back from its config and its files', () => {
        const layer = learned(c);
        const again = made(trae.keras.saving.serializeKerasObject(layer) as Config);
        if (layer.weights.length) {
          if (!again.built) again.build(tensorOf(c.inputs as Golden).shape);
          again.setWeights(layer.getWeights());
        }
        if (typeof layer.saveAssets === 'function') {
          const files = layer.saveAssets();
          const store: Record<string, trae.Tensor> = {};
          layer.saveOwnVariables(store);
          again.loadOwnVariables(store);
          again.loadAssets((name) => files[name]);
        }
        close(again.apply(given(c.inputs)) as trae.Tensor, c.output, 'output');
      });
      if (!reads(c) && !c.config.class_name.startsWith('Hash'))
        it('computes the same in a plan', () => {
          const layer = learned(c);
          const x = given(c.inputs) as trae.Tensor;
          if (!layer.built) layer.build(x.shape);
          if (c.config.config.oov_method === 'farmhash')
            return assert.throws(() => trae.compile((t: trae.Tensor) => layer.apply(t) as trae.Tensor)(x), /farmhash/);
          close(trae.compile((t: trae.Tensor) => layer.apply(t) as trae.Tensor)(x), c.output, 'compiled');
        });
    });
  }
});

describe('hashes of texts', () => {
  // TensorFlow: tf.raw_ops.Fingerprint(method='farmhash64'); tf.strings.to_hash_bucket_strong is compared by the cases above.
  it('Fingerprint64 of the empty text and of a short one', () => {
    assert.equal(fingerprint64(''), 0x9ae16a3b2f90404fn);
    assert.notEqual(fingerprint64('a'), fingerprint64('b'));
  });
  it("SipHash-2-4: the test vector of its authors' paper", () => {
    const text = String.fromCharCode(...Array.from({ length: 15 }, (_, i) => i));
    assert.equal(sipHash(text, [0x0706050403020100n, 0x0f0e0d0c0b0a0908n]), 0xa129ca6149be45e5n);
  });
});

describe('preprocessing layers', () => {
  it('learn from batches as from the whole', async () => {
    const data = trae.random.normal([12, 3], { seed: 3 });
    const parts = trae.split(data, [5, 9]);
    const whole = new layers.Normalization();
    const batches = new layers.Normalization();
    const slow = new layers.Normalization();
    whole.adapt(data);
    batches.adapt(parts);
    await slow.adapt(
      (async function* () {
        for (const p of parts) yield Promise.resolve(p);
      })(),
    );
    for (const other of [batches, slow]) other.weights.forEach((w, i) => close(w, whole.weights[i], w.name, 1e-5));
  });
  it('StringLookup back to texts', () => {
    const layer = new layers.StringLookup({ vocabulary: ['a', 'b'], maskToken: '', invert: true });
    assert.deepEqual(
      layer.apply([
        [2, 3],
        [0, 9],
      ]),
      [
        ['a', 'b'],
        ['', '[UNK]'],
      ],
    );
  });
  it('CategoryEncoding with weights', () => {
    const layer = new layers.CategoryEncoding(4, { outputMode: 'count' });
    const y = layer.apply(trae.tensor([[0, 1, 1]], null, 'int32'), { countWeights: [[0.5, 1, 2]] }) as trae.Tensor;
    assert.deepEqual(y.arraySync(), [[0.5, 3, 0, 0]]);
  });
  it('texts through functions of the user', () => {
    const layer = new layers.TextVectorization({
      standardize: (t) => t.replace('-', ' '),
      split: (t) => t.split(' '),
      vocabulary: ['a', 'b'],
    });
    assert.deepEqual((layer.apply(['a-b c', 'b']) as trae.Tensor).arraySync(), [
      [2n, 3n, 1n],
      [3n, 0n, 0n],
    ]);
    assert.deepEqual((layer.apply('a-b') as trae.Tensor).arraySync(), [2n, 3n]);
  });
  it('are parts of models', async () => {
    const input = trae.keras.Input([1], { dtype: 'int32' });
    const ids = new layers.IntegerLookup({ vocabulary: [7, 9] }).apply(input);
    const model = new trae.keras.Model({
      inputs: input,
      outputs: new layers.CategoryEncoding(4, { outputMode: 'one_hot' }).apply(ids),
    });
    const y = (await model.predict(trae.tensor([[9], [8], [7]], null, 'int32'), { verbose: 0 })) as trae.Tensor;
    assert.deepEqual(y.arraySync(), [
      [0, 0, 1, 0],
      [1, 0, 0, 0],
      [0, 1, 0, 0],
    ]);
  });
  const errors: [string, () => unknown, string, string][] = [
    [
      'mean without variance',
      () => new layers.Normalization({ mean: 1 }),
      'ValueError',
      'Normalization: mean and variance must both be given.\n  Received: a mean, no variance',
    ],
    [
      'adapt to another shape',
      () => {
        const layer = new layers.Normalization({ name: 'n' });
        layer.build([null, 3]);
        layer.adapt([[1, 2]]);
      },
      'ValueError',
      "adapt: layer 'n' was built for inputs of shape (None, 3) but the data have shape (1, 2).",
    ],
    [
      'no bins',
      () => new layers.Discretization(),
      'ValueError',
      'Discretization: numBins or binBoundaries must be given.',
    ],
    [
      'bins and borders',
      () => new layers.Discretization([1], { numBins: 3 }),
      'ValueError',
      'Discretization: numBins and binBoundaries exclude each other.\n  Received: numBins 3, binBoundaries [1]',
    ],
    [
      'tokens',
      () => new layers.CategoryEncoding(0),
      'ValueError',
      'CategoryEncoding: numTokens must be an integer >= 1.\n  Received: 0',
    ],
    [
      'output mode',
      () => new layers.CategoryEncoding(3, { outputMode: 'int' }),
      'ValueError',
      "CategoryEncoding: outputMode must be one of 'count', 'one_hot', 'multi_hot'.\n  Received: 'int'",
    ],
    [
      'sparse',
      () => new layers.Hashing(3, { sparse: true }),
      'ValueError',
      'Hashing: sparse must be false: there are no sparse tensors.',
    ],
    [
      'salt',
      () => new layers.Hashing(3, { salt: [1, 2, 3] }),
      'ValueError',
      'Hashing: salt must be an integer or two of them.\n  Received: [1, 2, 3]',
    ],
    [
      'one feature',
      () => new layers.HashedCrossing(3, { name: 'h' }).apply([['a']]),
      'ValueError',
      "HashedCrossing: an array of two or more features is expected.\n  In layer 'h' (HashedCrossing).",
    ],
    [
      'repeated terms',
      () => new layers.StringLookup({ name: 's', vocabulary: ['a', 'b', 'a'] }),
      'ValueError',
      "setVocabulary: layer 's' was given terms more than once: 'a'.",
    ],
    [
      'unknown term',
      () => new layers.StringLookup({ name: 's', vocabulary: ['a'], numOovIndices: 0 }).apply(['b']),
      'ValueError',
      "'b' is not in the vocabulary.\n  Fix: numOovIndices >= 1 gives unknown terms an index.\n  In layer 's' (StringLookup).",
    ],
    [
      'a path',
      () => new layers.StringLookup({ vocabulary: '/etc/hostname' as never }),
      'ValueError',
      "StringLookup: vocabulary must be an array of terms, not the path of a file.\n  Fix: readFileSync(path, 'utf8').trimEnd().split('\\n')",
    ],
    [
      'ngrams',
      () => new layers.TextVectorization({ ngrams: 0 }),
      'ValueError',
      'TextVectorization: ngrams must be null, a positive integer or several.\n  Received: 0',
    ],
    [
      'not texts',
      () => new layers.TextVectorization({ name: 't' }).apply([1, 2] as never),
      'TypeError',
      "TextVectorization: texts are expected.\n  Received: 1\n  In layer 't' (TextVectorization).",
    ],
    [
      'a size that is not known',
      () => new layers.StringLookup({ name: 's', outputMode: 'multi_hot' }).apply(['a']),
      'RuntimeError',
      "with outputMode 'multi_hot' and padToMaxTokens false, the vocabulary must be known before the call.\n  Fix: give a vocabulary, or call adapt(data).\n  In layer 's' (StringLookup).",
    ],
  ];
  for (const [what, f, name, text] of errors) it(`error: ${what}`, () => throwsText(f, name, text));
  for (const layer of [
    new layers.StringLookup(),
    new layers.IntegerLookup(),
    new layers.TextVectorization(),
    new layers.StringLookup({ invert: true, outputMode: 'int' }),
  ])
    it(`error: ${layer.constructor.name} without a vocabulary`, () =>
      assert.throws(
        () =>
          layer.apply(
            layer instanceof layers.TextVectorization || (layer instanceof layers.StringLookup && !layer.invert)
              ? ['a']
              : [1],
          ),
        {
          name: 'RuntimeError',
          message: /^there is no vocabulary yet: all terms would be unknown\.\n {2}Fix: call adapt/,
        },
      ));
});
