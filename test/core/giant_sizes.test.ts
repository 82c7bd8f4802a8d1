/** Sizes that no memory holds, given to layers, initializers, utilities and nested arrays: OutOfMemoryError with the bytes, before anything is made. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import * as trae from '../../lib/index';

const { layers, initializers, utils, Sequential } = trae.keras;
const HUGE = 2 ** 40;
const ids = (): trae.Tensor => trae.tensor([1, 2], 'int32');
/** Of the same rows over and over: little memory here, and more values than there can be. */
function nested(depth: number): unknown {
  let a: unknown = [1];
  for (let i = 0; i < depth; i++) a = [a, a];
  return a;
}
const row = new Float32Array(2 ** 20);
const cases: Record<string, () => unknown> = {
  LSTM: () => new layers.LSTM(2 ** 30).apply(trae.ones([1, 2, 3])),
  GRU: () => new layers.GRU(2 ** 20).apply(trae.ones([1, 2, 3])),
  ConvLSTM2D: () => new layers.ConvLSTM2D(2 ** 30, 3).apply(trae.ones([1, 2, 8, 8, 3])),
  'a kernel of Conv2D': () => new layers.Conv2D(4, 2 ** 20, { padding: 'same' }).apply(trae.ones([1, 8, 8, 3])),
  EinsumDense: () => new layers.EinsumDense('ab,bc->ac', HUGE).apply(trae.ones([1, 8])),
  MultiHeadAttention: () =>
    new layers.MultiHeadAttention(2 ** 20, 2 ** 20).apply([trae.ones([1, 2, 8]), trae.ones([1, 2, 8])]),
  Embedding: () => new layers.Embedding(2 ** 30, 2 ** 20).apply(ids()),
  Dense: () => new layers.Dense(2 ** 31 - 1).apply(trae.ones([1, 1024])),
  UpSampling2D: () => new layers.UpSampling2D(2 ** 20).apply(trae.ones([1, 8, 8, 3])),
  ZeroPadding1D: () => new layers.ZeroPadding1D(HUGE).apply(trae.ones([1, 8, 3])),
  'Resizing, lanczos': () =>
    new layers.Resizing(2 ** 30, 8, { interpolation: 'lanczos5' }).apply(trae.ones([1, 8, 8, 3])),
  CenterCrop: () => new layers.CenterCrop(2 ** 30, 2 ** 30).apply(trae.ones([1, 8, 8, 3])),
  'CategoryEncoding, one-hot': () =>
    new layers.CategoryEncoding({ numTokens: HUGE, outputMode: 'one_hot' }).apply(ids()),
  'Hashing, one-hot': () => new layers.Hashing(HUGE, { outputMode: 'one_hot' }).apply(ids()),
  'HashedCrossing, one-hot': () =>
    new layers.HashedCrossing(2 ** 35, { outputMode: 'one_hot' }).apply([ids(), ids()] as never),
  'TextVectorization, long rows': () =>
    new layers.TextVectorization({ outputSequenceLength: HUGE, vocabulary: ['a'] }).apply(['a b']),
  'TextVectorization, rows of 2^31': () =>
    new layers.TextVectorization({ outputSequenceLength: 2 ** 31, vocabulary: ['a'] }).apply(['a b']),
  'StringLookup, unknown terms': () => new layers.StringLookup({ numOovIndices: HUGE, vocabulary: ['a'] }),
  MelSpectrogram: () => new layers.MelSpectrogram({ numMelBins: 2 ** 35 }).apply(trae.ones([1, 3000])),
  STFTSpectrogram: () =>
    new layers.STFTSpectrogram({ frameLength: 2 ** 30, frameStep: 1, fftLength: 2 ** 30 }).apply(
      trae.ones([1, 100, 1]),
    ),
  BatchNormalization: () => new layers.BatchNormalization().build([null, HUGE]),
  'a layer in RNN': () => new layers.RNN(new layers.LSTMCell(2 ** 30)).apply(trae.ones([1, 2, 3])),
  Zeros: () => new initializers.Zeros().call([HUGE]),
  Constant: () => new initializers.Constant(3).call([HUGE]),
  GlorotUniform: () => new initializers.GlorotUniform().call([2 ** 20, 2 ** 20]),
  Orthogonal: () => new initializers.Orthogonal().call([2 ** 20, 2 ** 20]),
  STFT: () => new initializers.STFT().call([2 ** 30, 1, 2 ** 20]),
  toCategorical: () => utils.toCategorical([1, 2], HUGE),
  'padSequences, one row': () => utils.padSequences([[1, 2]], { maxlen: HUGE }),
  'nested arrays of 2^45 values': () => trae.tensor(nested(45) as never),
  'nested arrays of 2^40 values in typed rows': () => trae.tensor(Array.from({ length: 2 ** 20 }, () => row)),
  'predict on nested arrays': () =>
    new Sequential([layers.Input([2]), new layers.Flatten()]).predict(nested(45) as never, { verbose: 0 }),
  'random.normal': () => trae.random.normal([HUGE]),
  'random.randint': () => trae.random.randint([HUGE], 0, 5),
  'random.categorical': () => trae.random.categorical(trae.ones([2, 3]), HUGE),
  'a gradient': () =>
    trae
      .grad((x) => trae.outer(x, x).sum())(trae.ones([2 ** 20]))
      .dataSync(),
  predictions: () =>
    new Sequential([layers.Input([4]), new layers.RepeatVector(2 ** 30)]).predict(trae.ones([64, 4]), { verbose: 0 }),
};

describe('sizes that no memory holds', () => {
  for (const [name, make] of Object.entries(cases))
    it(name, async () => {
      await assert.rejects(
        async () => make(),
        (e) => e instanceof trae.OutOfMemoryError && /\d{9}|memory can address/.test(e.message),
      );
    });
  it('training with activations that do not fit: the model trains on when the data are smaller', async () => {
    const model = new Sequential([
      layers.Input([4]),
      new layers.RepeatVector(2 ** 30),
      new layers.Dense(64),
      new layers.GlobalAveragePooling1D(),
      new layers.Dense(1),
    ]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    await assert.rejects(model.fit(trae.ones([32, 4]), trae.ones([32, 1]), { verbose: 0 }), {
      name: 'OutOfMemoryError',
    });
    const weights = model.getWeights().map((w) => w.shape);
    assert.deepEqual(weights, [[4, 64], [64], [64, 1], [1]]);
  });
  it('many numbers in nested arrays are read exactly', () => {
    const part = Float32Array.from({ length: 2 ** 21 }, (_, i) => i % 97);
    const t = trae.tensor([part, [...part], part]);
    assert.deepEqual([t.dtype, t.shape], ['float32', [3, 2 ** 21]]);
    const sums = trae.sum(t, { axis: 1 }).dataSync();
    const whole = part.reduce((a, b) => a + b, 0);
    for (const s of sums) assert.ok(Math.abs(Number(s) - whole) < 1e-4 * whole);
    assert.deepEqual(Number(t.dataSync()[2 ** 21 + 96]), 96);
    assert.equal(trae.tensor([part, part, part], 'int32').dtype, 'int32');
    assert.throws(() => trae.tensor([part, part, [...part.subarray(1), 'a' as never]]), { name: 'TypeError' });
  });
  it('padSequences keeps every dtype', () => {
    for (const dtype of ['int32', 'float32', 'float64', 'int64', 'bool', 'uint8', 'int8', 'float16'] as const) {
      const t = utils.padSequences([[1], [0, 1, 1]], { dtype, value: 1 });
      assert.equal(t.dtype, dtype);
      assert.deepEqual(trae.cast(t, 'int32').arraySync(), [
        [1, 1, 1],
        [0, 1, 1],
      ]);
    }
  });
  // Only Linux has the limit.
  const linux = process.platform === 'linux' ? it : () => undefined;
  linux('with little address space the process lives, and says what it cannot have', async function () {
    this.timeout(300_000); // a process of its own, which other work may slow down
    const program = path.join(__dirname, 'programs', 'little_memory.ts');
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program], {
      cwd: path.join(__dirname, '..', '..'),
    });
    assert.equal(stdout.trim(), '7 refused');
  });
});
