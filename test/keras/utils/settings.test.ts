/** Config, CustomObjectScope, and directories of sounds. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { readWav, resampled } from '../../../lib/io/wav';
import { throwsText } from '../helpers';

const { utils, layers, saving } = trae.keras;

describe('Config', () => {
  it('holds settings as attributes, a record and JSON', () => {
    const config = new utils.Config({ rate: 0.1 });
    config.momentum = 0.9;
    config.update({ rate: 0.2, name: 'x' });
    assert.deepEqual(
      [config.rate, config.length, [...(config as unknown as Iterable<string>)]],
      [0.2, 3, ['momentum', 'name', 'rate']],
    );
    assert.deepEqual(config.asDict(), { rate: 0.2, momentum: 0.9, name: 'x' });
    assert.equal(config.toJson(), '{"rate":0.2,"momentum":0.9,"name":"x"}');
    assert.equal(JSON.stringify(config), config.toJson());
    assert.deepEqual([config.keys(), config.values(), config.items()[1]], [['rate', 'momentum', 'name'], [0.2, 0.9, 'x'], ['momentum', 0.9]]); // prettier-ignore
    assert.deepEqual(
      [
        config.pop('name'),
        config.pop('name', 3),
        config.get('name'),
        config.get('rate'),
        'rate' in config,
        'name' in config,
      ],
      ['x', 3, null, 0.2, true, false],
    );
    delete config.rate;
    assert.deepEqual({ ...config }, { momentum: 0.9 });
  });
  it('is frozen and thawed, and knows near names', async () => {
    const config = new utils.Config({ learningRate: 0.1 });
    config.freeze();
    assert.equal(config.frozen, true);
    const text = 'Config: it is frozen and cannot change.\n  Fix: unfreeze() it first.';
    await throwsText(() => (config.seed = 1), 'ValueError', text);
    await throwsText(() => config.update({ seed: 1 }), 'ValueError', text);
    await throwsText(() => config.pop('learningRate'), 'ValueError', text);
    await throwsText(() => delete config.learningRate, 'ValueError', text);
    config.unfreeze();
    config.seed = 1;
    assert.equal(config.seed, 1);
    await throwsText(
      () => config.learning_rte,
      'AttributeError',
      "Config: there is no setting 'learning_rte'. Did you mean 'learningRate'?",
    );
    await throwsText(() => (config.freeze = 3), 'ValueError', "Config: 'freeze' is not a name for a setting.");
  });
});
describe('CustomObjectScope', () => {
  class Tripled extends layers.Layer {
    override call(x: trae.Tensor): trae.Tensor {
      return x.multiply(3);
    }
  }
  const config = { module: null, class_name: 'Tripled', config: { name: 'tripled' }, registered_name: 'Tripled' };
  it('makes classes known until it is left', () => {
    const scope = new utils.CustomObjectScope({ Tripled });
    const layer = saving.deserializeKerasObject(config) as trae.keras.Layer;
    assert.equal((layer.apply([2]) as trae.Tensor).item(), 6);
    scope.exit();
    assert.throws(() => saving.deserializeKerasObject(config), /Tripled/);
    assert.ok(saving.deserializeKerasObject(config, { customObjects: { Tripled } }));
    scope.enter();
    assert.ok(saving.deserializeKerasObject(config));
    scope[Symbol.dispose]();
    assert.throws(() => saving.deserializeKerasObject(config), /Tripled/);
  });
});

/** A WAV file of samples in turn, as the specification has it. */
function wav(
  samples: number[],
  {
    channels = 1,
    rate = 8000,
    bits = 16,
    kind = 1,
  }: { channels?: number; rate?: number; bits?: number; kind?: number } = {},
): Buffer {
  const width = bits / 8;
  const data = Buffer.alloc(samples.length * width);
  samples.forEach((v, i) => {
    if (kind === 3) data[bits === 32 ? 'writeFloatLE' : 'writeDoubleLE'](v, i * width);
    else if (bits === 8) data.writeUInt8(v + 128, i);
    else data.writeIntLE(v, i * width, width);
  });
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(kind, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * width * channels, 28);
  head.writeUInt16LE(width * channels, 32);
  head.writeUInt16LE(bits, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}
describe('sounds', () => {
  it('are read in all widths', () => {
    const close = (bytes: Buffer, want: number[]): void =>
      readWav(bytes, 'x').samples.forEach((v, i) =>
        assert.ok(Math.abs(v - want[i]) < 1e-6, `${v} instead of ${want[i]}`),
      );
    close(wav([0, 16384, -32768]), [0, 0.5, -1]);
    close(wav([64, -128], { bits: 8 }), [0.5, -1]);
    close(wav([4194304, -8388608], { bits: 24 }), [0.5, -1]);
    close(wav([1073741824], { bits: 32 }), [0.5]);
    close(wav([0.25, -0.75], { bits: 32, kind: 3 }), [0.25, -0.75]);
    close(wav([0.25], { bits: 64, kind: 3 }), [0.25]);
    const two = readWav(wav([1, 2, 3, 4], { channels: 2, rate: 44100 }), 'x');
    assert.deepEqual([two.channels, two.rate, two.samples.length], [2, 44100, 4]);
    // Other chunks, with a byte of padding, stand between.
    const plain = wav([16384]);
    const extra = Buffer.concat([
      plain.subarray(0, 36),
      Buffer.from('LIST\x03\0\0\0abc\0', 'latin1'),
      plain.subarray(36),
    ]);
    close(extra, [0.5]);
  });
  it('refuse what is none', async () => {
    await throwsText(
      () => readWav(Buffer.from('nothing like it'), 'a.wav'),
      'FileError',
      'a.wav: this is no WAV file.',
    );
    await throwsText(() => readWav(wav([1]).subarray(0, 36), 'a.wav'), 'FileError', 'a.wav: it holds no samples.');
    await throwsText(
      () => readWav(wav([1], { kind: 2 }), 'a.wav'),
      'FileError',
      'a.wav: samples of kind 2 with 16 bits, 1 channels and 8000 a second are not known.',
    );
    const bytes = wav([1, 2, 3, 4]);
    for (let n = 0; n < bytes.length; n++)
      try {
        readWav(bytes.subarray(0, n), 'a.wav');
      } catch (error) {
        assert.equal((error as Error).name, 'FileError');
      }
  });
  it('keep their tones at another rate, and lose those that do not fit', () => {
    const tone = (hertz: number, rate: number, n: number): Float32Array =>
      Float32Array.from({ length: n }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate));
    for (const rate of [4000, 12000, 11025]) {
      const got = resampled({ samples: tone(440, 8000, 2000), channels: 1, rate: 8000 }, rate).samples;
      const want = tone(440, rate, got.length);
      assert.equal(got.length, Math.ceil((2000 * rate) / 8000));
      for (let i = 100; i < got.length - 100; i++)
        assert.ok(Math.abs(got[i] - want[i]) < 2e-3, `${rate}: ${got[i]} instead of ${want[i]}`);
    }
    const folded = resampled({ samples: tone(3000, 8000, 2000), channels: 1, rate: 8000 }, 4000).samples;
    assert.ok(Math.max(...folded.slice(100, -100).map(Math.abs)) < 2e-3);
  });
  describe('of a directory', () => {
    let directory: string;
    before(() => {
      directory = fs.mkdtempSync(path.join(os.tmpdir(), 'trae-sounds-'));
      for (const [name, samples] of Object.entries({
        'cat/a': [8192, 16384, -16384],
        'cat/b': [16384],
        'dog/c': [-8192, 0],
      })) {
        fs.mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
        fs.writeFileSync(path.join(directory, `${name}.wav`), wav(samples));
      }
      fs.writeFileSync(path.join(directory, 'cat', 'notes.txt'), 'no sound');
    });
    after(() => fs.rmSync(directory, { recursive: true }));
    const all = async (options: object): Promise<unknown[]> => {
      const out: unknown[] = [];
      for await (const batch of utils.audioDatasetFromDirectory(directory, {
        verbose: false,
        shuffle: false,
        ...options,
      } as never))
        out.push(batch);
      return out;
    };
    const plain = (t: unknown): unknown => (t as trae.Tensor).arraySync();
    it('come in batches filled with zeros', async () => {
      const [[audio, labels]] = (await all({})) as [[trae.Tensor, trae.Tensor]];
      assert.deepEqual(plain(audio), [[[0.25], [0.5], [-0.5]], [[0.5], [0], [0]], [[-0.25], [0], [0]]]); // prettier-ignore
      assert.deepEqual(plain(labels), [0, 0, 1]);
    });
    it('are cut, kept ragged, single, resampled', async () => {
      const [[cut]] = (await all({ outputSequenceLength: 2 })) as [[trae.Tensor]];
      assert.deepEqual(plain(cut), [[[0.25], [0.5]], [[0.5], [0]], [[-0.25], [0]]]); // prettier-ignore
      const [ragged] = (await all({ ragged: true, labels: null })) as [trae.Tensor[]];
      assert.deepEqual(ragged.map((t) => t.shape), [[3, 1], [1, 1], [2, 1]]); // prettier-ignore
      const single = (await all({ batchSize: null })) as [trae.Tensor, trae.Tensor][];
      assert.deepEqual(single[1][0].shape, [1, 1]);
      const [[slow]] = (await all({ samplingRate: 4000 })) as [[trae.Tensor]];
      assert.deepEqual(slow.shape, [3, 2, 1]);
    });
    it('refuse what cannot be', async () => {
      const call = (options: object) => () => utils.audioDatasetFromDirectory(directory, options as never);
      await throwsText(
        call({ samplingRate: 0.5 }),
        'ValueError',
        'audioDatasetFromDirectory: samplingRate must be an integer > 0.\n  Received: 0.5',
      );
      await throwsText(
        call({ ragged: true, outputSequenceLength: 3 }),
        'ValueError',
        'audioDatasetFromDirectory: ragged and outputSequenceLength exclude each other.',
      );
    });
  });
});
