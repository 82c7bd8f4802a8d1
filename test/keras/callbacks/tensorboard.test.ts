/** TensorBoard's event files, read back by a reader of our own that knows nothing of the writer. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { PNG } from 'pngjs';
import * as trae from '../../../lib/index';
import { crc32c } from '../../../lib/io/crc32c';
import { close, throwsText, wave } from '../helpers';

const { callbacks, layers, Sequential } = trae.keras;

type Field = { number: number; value: bigint | Buffer };
/** Fields of a protobuf message. */
function fields(message: Buffer): Field[] {
  const out: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    let shift = 0n;
    for (;;) {
      const byte = message[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
      shift += 7n;
    }
  };
  while (at < message.length) {
    const key = Number(varint());
    const kind = key & 7;
    const number = key >> 3;
    if (kind === 0) out.push({ number, value: varint() });
    else {
      const size = kind === 1 ? 8 : kind === 5 ? 4 : Number(varint());
      out.push({ number, value: message.subarray(at, at + size) });
      at += size;
    }
  }
  return out;
}
const all = (m: Buffer, n: number): Buffer[] =>
  fields(m)
    .filter((f) => f.number === n)
    .map((f) => f.value as Buffer);
const one = (m: Buffer, n: number): Buffer => all(m, n)[0];
interface Entry {
  step: number;
  tag: string;
  plugin: string;
  dtype: number;
  shape: number[];
  content: Buffer;
  strings: Buffer[];
}
/** All values in the only event file of a folder; checks the frames. */
function read(folder: string): { version: string; entries: Entry[] } {
  const names = fs.readdirSync(folder).filter((n) => n.startsWith('events.out.tfevents.'));
  assert.equal(names.length, 1);
  const file = fs.readFileSync(path.join(folder, names[0]));
  const entries: Entry[] = [];
  const unmasked = (c: number): number => {
    const rotated = (c - 0xa282ead8) >>> 0;
    return ((rotated >>> 17) | (rotated << 15)) >>> 0;
  };
  let version = '';
  for (let at = 0; at < file.length;) {
    const size = Number(file.readBigUInt64LE(at));
    const event = file.subarray(at + 12, at + 12 + size);
    assert.equal(unmasked(file.readUInt32LE(at + 8)), crc32c(file.subarray(at, at + 8)));
    assert.equal(unmasked(file.readUInt32LE(at + 12 + size)), crc32c(event));
    at += 16 + size;
    assert.ok(Math.abs(one(event, 1).readDoubleLE() - Date.now() / 1000) < 600, 'wall time');
    if (one(event, 3)) version = one(event, 3).toString();
    const summary = one(event, 5);
    if (!summary) continue;
    for (const value of all(summary, 1)) {
      const tensor = one(value, 8);
      const shape = one(tensor, 2);
      entries.push({
        step: Number(fields(event).find((f) => f.number === 2)?.value ?? 0),
        tag: one(value, 1).toString(),
        plugin: one(one(one(value, 9), 1), 1).toString(),
        dtype: Number(fields(tensor).find((f) => f.number === 1)!.value),
        shape: all(shape, 2).map((d) => Number(fields(d)[0]?.value ?? 0)),
        content: one(tensor, 4),
        strings: all(tensor, 8),
      });
    }
  }
  return { version, entries };
}

describe('TensorBoard', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tensorboard-'));
  let train: Entry[], validation: Entry[], history: Record<string, number[]>, model: trae.keras.Model;
  before(async () => {
    model = new Sequential(
      [layers.Input([4]), new layers.Dense(3, { name: 'first' }), new layers.Dense(1, { name: 'last' })],
      { name: 'two' },
    );
    model.compile({ optimizer: new trae.keras.optimizers.SGD(0.25), loss: 'mse', metrics: ['mae'] });
    const board = new callbacks.TensorBoard({ logDir: folder, histogramFreq: 2, writeImages: true, updateFreq: 2 });
    ({ history } = await model.fit(wave(20, 4), wave(20, 1), {
      epochs: 3,
      batchSize: 4,
      validationSplit: 0.2,
      verbose: 0,
      callbacks: board,
    }));
    const read1 = read(path.join(folder, 'train'));
    const read2 = read(path.join(folder, 'validation'));
    assert.deepEqual([read1.version, read2.version], ['brain.Event:2', 'brain.Event:2']);
    train = read1.entries;
    validation = read2.entries;
  });
  after(() => fs.rmSync(folder, { recursive: true }));
  const scalars = (entries: Entry[], tag: string): { step: number; value: number }[] =>
    entries
      .filter((e) => e.tag === tag)
      .map((e) => {
        assert.deepEqual([e.plugin, e.dtype, e.shape], ['scalars', 1, []]);
        return { step: e.step, value: e.content.readFloatLE() };
      });
  it('writes loss and metrics of epochs, of training and of validation', () => {
    const check = (entries: Entry[], tag: string, values: number[]): void => {
      const found = scalars(entries, tag);
      assert.deepEqual(
        found.map((f) => f.step),
        [0, 1, 2],
        tag,
      );
      close(
        found.map((f) => f.value),
        values,
        tag,
        1e-6,
      );
    };
    check(train, 'epoch_loss', history.loss);
    check(train, 'epoch_mae', history.mae);
    check(train, 'epoch_learning_rate', [0.25, 0.25, 0.25]);
    check(validation, 'epoch_loss', history.val_loss);
    check(validation, 'epoch_mae', history.val_mae);
  });
  it('writes batches every so many, and evaluations by the number of steps', () => {
    assert.deepEqual(
      scalars(train, 'batch_loss').map((f) => f.step),
      [2, 4, 6, 8, 10, 12],
    );
    close(scalars(train, 'batch_loss')[1].value, history.loss[0], 'the mean so far', 1e-6);
    const evaluations = scalars(validation, 'evaluation_loss_vs_iterations');
    assert.deepEqual(
      evaluations.map((f) => f.step),
      [4, 8, 12],
    );
    close(
      evaluations.map((f) => f.value),
      history.val_loss,
      'evaluations',
      1e-6,
    );
  });
  it('writes histograms of weights that count them all', () => {
    const found = train.filter((e) => e.plugin === 'histograms');
    assert.deepEqual(
      found.map((e) => `${e.step} ${e.tag}`),
      [0, 2].flatMap((s) =>
        ['two/first/kernel', 'two/first/bias', 'two/last/kernel', 'two/last/bias'].map((t) => `${s} ${t}/histogram`),
      ),
    );
    const last = found.find((e) => e.step === 2 && e.tag === 'two/first/kernel/histogram')!;
    const values = Array.from(model.weights[0].dataSync() as Float32Array);
    assert.deepEqual([last.dtype, last.shape], [2, [30, 3]]);
    const rows = Array.from({ length: 30 }, (_, i) => [0, 1, 2].map((k) => last.content.readDoubleLE((i * 3 + k) * 8)));
    assert.deepEqual([rows[0][0], rows[29][1]], [Math.min(...values), Math.max(...values)]);
    rows.forEach(([low, high, count], i) => {
      const inside = values.filter((v) => v >= low - 1e-12 && (i === 29 ? v <= high : v < high - 1e-12)).length;
      assert.ok(Math.abs(inside - count) <= 1, `bucket ${i}`);
    });
    assert.equal(
      rows.reduce((sum, r) => sum + r[2], 0),
      12,
    );
    const single = found.find((e) => e.tag === 'two/last/bias/histogram')!;
    assert.equal(single.content.readDoubleLE((29 * 3 + 2) * 8), 1, 'one value lies in the last bucket');
  });
  it('writes weights as images', () => {
    const image = train.findLast((e) => e.tag === 'two/first/kernel/image')!;
    assert.deepEqual([image.plugin, image.dtype, image.shape], ['images', 7, [3]]);
    assert.deepEqual(image.strings.slice(0, 2).map(String), ['4', '3'], 'wider than high');
    const png = PNG.sync.read(image.strings[2]);
    const kernel = model.weights[0].arraySync() as number[][];
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 4; j++)
        assert.equal(png.data[(i * 4 + j) * 4], Math.max(0, Math.min(255, Math.floor(kernel[j][i] * 255.5))));
  });
  it('writes the model for the page of graphs', () => {
    const graph = train.find((e) => e.tag === 'keras')!;
    assert.deepEqual([graph.plugin, graph.dtype], ['graph_keras_model', 7]);
    assert.deepEqual(
      JSON.parse(String(graph.strings[0])),
      JSON.parse(JSON.stringify(trae.keras.saving.serializeKerasObject(model))),
    );
  });
  it('has the checksum of TFRecord', () => {
    assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
    assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa); // RFC 3720, B.4
  });
  it('describes embeddings for the projector', async () => {
    const logs = fs.mkdtempSync(path.join(os.tmpdir(), 'tensorboard-'));
    const words = new Sequential([
      layers.Input([3]),
      new layers.Embedding(5, 2, { name: 'words' }),
      new layers.Flatten(),
      new layers.Dense(1),
    ]);
    words.compile({ loss: 'mse' });
    const saved: string[] = [];
    Object.assign(words, {
      saveWeights: (file: string) => {
        saved.push(path.relative(logs, file));
        return Promise.resolve();
      },
    });
    const ids = trae.tensor(
      Int32Array.from({ length: 12 }, (_, i) => i % 5),
      [4, 3],
    );
    await words.fit(ids, wave(4, 1), {
      epochs: 3,
      verbose: 0,
      callbacks: [
        new callbacks.TensorBoard({ logDir: logs, embeddingsFreq: 2, embeddingsMetadata: { words: 'words.tsv' } }),
      ],
    });
    assert.deepEqual(saved, ['train/keras_embedding.ckpt-0.weights.h5', 'train/keras_embedding.ckpt-2.weights.h5']);
    assert.equal(
      fs.readFileSync(path.join(logs, 'projector_config.pbtxt'), 'utf8'),
      'embeddings {\n  tensor_name: "layer_with_weights-0/embeddings/.ATTRIBUTES/VARIABLE_VALUE"\n  metadata_path: "words.tsv"\n}\n',
    );
    await throwsText(
      () =>
        words.fit(ids, wave(4, 1), {
          verbose: 0,
          callbacks: [
            new callbacks.TensorBoard({ logDir: logs, embeddingsFreq: 1, embeddingsMetadata: { word: 'w.tsv' } }),
          ],
        }),
      'ValueError',
      "TensorBoard: embeddingsMetadata names 'word', but the embeddings of the model are 'words'.",
    );
    fs.rmSync(logs, { recursive: true });
  });
  it('refuses what does not fit', async () => {
    await throwsText(
      () => new callbacks.TensorBoard({ updateFreq: 0 }),
      'ValueError',
      "TensorBoard: updateFreq must be 'epoch', 'batch' or a number of batches.\n  Received: 0",
    );
    await throwsText(
      () => new callbacks.TensorBoard({ profileBatch: 2 }),
      'ValueError',
      'TensorBoard: profileBatch must be 0, because a step runs as one native plan.\n  Received: 2',
    );
  });
});
