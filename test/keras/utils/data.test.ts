/** keras.utils against Keras: sequences, windows, images and texts of directories; datasets and batches by number. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { PNG } from 'pngjs';
import * as trae from '../../../lib/index';
import { camelCase } from '../../../lib/keras/serialization/naming';
import { classesInTurn, classifier, close, golden, tensorOf, throwsText, wave, type Golden } from '../helpers';

const { utils, layers } = trae.keras;
type Options = Record<string, unknown>;
interface File {
  padded: { sequences: number[][]; options: Options; value: Golden }[];
  windows: { length: number; options: Options; data: Golden; targets: Golden | null; batches: Golden[][] }[];
  images: {
    pixels: Record<string, Golden[]>;
    cases: { options: Options; classNames: string[] | null; files: string[]; batches: Golden[][] }[];
  };
  x: Golden;
  normalized: { options: Options; value: Golden }[];
}
const file = golden<File>('utils.json');
const camel = (o: Options): Options => Object.fromEntries(Object.entries(o).map(([k, v]) => [camelCase(k), v]));
const asArray = (batch: unknown): trae.Tensor[] => (Array.isArray(batch) ? batch : [batch]) as trae.Tensor[];
function sameBatches(got: unknown[], want: Golden[][], tolerance?: number): void {
  assert.equal(got.length, want.length, 'number of batches');
  got.forEach((batch, i) => {
    assert.equal(asArray(batch).length, want[i].length);
    asArray(batch).forEach((t, k) => close(t, want[i][k], `batch ${i}, part ${k}`, tolerance));
  });
}

describe('utils against Keras', () => {
  for (const c of file.padded)
    it(`padSequences ${JSON.stringify(c.options)} of ${typeof c.sequences[0][0] === 'number' ? 'numbers' : 'vectors'}`, () => {
      const got = utils.padSequences(c.sequences, camel(c.options));
      close(got, c.value, 'padded');
      assert.equal(got.dtype, c.value.dtype);
    });
  for (const c of file.windows)
    it(`timeseriesDatasetFromArray length ${c.length} ${JSON.stringify(c.options)}, ${c.targets ? c.targets.shape[0] : 'no'} targets`, async () => {
      const dataset = utils.timeseriesDatasetFromArray(
        tensorOf(c.data),
        c.targets && tensorOf(c.targets),
        c.length,
        camel(c.options),
      );
      const batches = await dataset.toArray();
      sameBatches(batches, c.batches);
      assert.equal(dataset.length, batches.length);
    });
  file.normalized.forEach((c) =>
    it(`normalize ${JSON.stringify(c.options)}`, () =>
      close(utils.normalize(tensorOf(file.x), camel(c.options)), c.value, 'normalized')),
  );
});

describe('images of a directory', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'images-'));
  before(() => {
    for (const [name, list] of Object.entries(file.images.pixels)) {
      fs.mkdirSync(path.join(folder, name));
      list.forEach((p, i) => {
        const image = new PNG({
          width: p.shape[1],
          height: p.shape[0],
          colorType: 2,
          inputColorType: 2,
          inputHasAlpha: false,
        });
        image.data = Buffer.from(p.data.map(Number));
        fs.writeFileSync(
          path.join(folder, name, `${i}.png`),
          PNG.sync.write(image, { colorType: 2, inputColorType: 2, inputHasAlpha: false }),
        );
      });
    }
    fs.writeFileSync(path.join(folder, 'a', 'notes.md'), 'no image');
  });
  after(() => fs.rmSync(folder, { recursive: true }));
  for (const c of file.images.cases)
    it(`as Keras: ${JSON.stringify(c.options)}`, async () => {
      const dataset = utils.imageDatasetFromDirectory(folder, { shuffle: false, verbose: false, ...camel(c.options) });
      sameBatches(await dataset.toArray(), c.batches, 1e-3);
      assert.deepEqual(dataset.classNames, c.classNames);
      assert.deepEqual(
        dataset.filePaths!.map((f) => path.relative(folder, f)),
        c.files,
      );
    });
  it('single images, in grey, read and written', async () => {
    const pixels = file.images.pixels.b[0];
    const name = path.join(folder, 'b', '0.png');
    const rgb = await utils.loadImg(name);
    close(rgb, pixels, 'pixels');
    const grey = await utils.loadImg(name, { colorMode: 'grayscale' });
    assert.deepEqual(grey.shape, [7, 5, 1]);
    const luma = (k: number): number =>
      0.299 * Number(pixels.data[3 * k]) +
      0.587 * Number(pixels.data[3 * k + 1]) +
      0.114 * Number(pixels.data[3 * k + 2]);
    Array.from(grey.dataSync() as Uint8Array).forEach((v, k) => assert.ok(Math.abs(v - luma(k)) <= 0.5 + 1e-3));
    const written = path.join(folder, 'written.png');
    await utils.saveImg(written, rgb, { scale: false });
    close(await utils.loadImg(written), pixels, 'written and read');
    assert.equal(utils.imgToArray(rgb, { dataFormat: 'channels_first' }).shape.join(), '3,7,5');
    assert.deepEqual(
      utils
        .arrayToImg([
          [[1], [2]],
          [[3], [5]],
        ])
        .arraySync(),
      [
        [[0], [63]],
        [[127], [255]],
      ],
    );
    assert.deepEqual((await utils.loadImg(name, { targetSize: [3, 2], interpolation: 'bilinear' })).shape, [3, 2, 3]);
    fs.rmSync(written);
  });
  it('refuse what does not fit', async () => {
    const make = utils.imageDatasetFromDirectory;
    await throwsText(
      () => make(folder, { colorMode: 'cmyk' as never }),
      'ValueError',
      "imageDatasetFromDirectory: colorMode must be 'rgb', 'rgba' or 'grayscale'.\n  Received: 'cmyk'",
    );
    await throwsText(
      () => make(folder, { imageSize: [3] as never }),
      'ValueError',
      'imageDatasetFromDirectory: imageSize must be [height, width].\n  Received: [3]',
    );
    await throwsText(
      () => make(folder, { classNames: ['c', 'a'], verbose: false }),
      'ValueError',
      "imageDatasetFromDirectory: there is no folder for class 'c'.\n  Received: folders 'a', 'b'",
    );
    await throwsText(
      () => make(folder, { labels: [1, 2], verbose: false }),
      'ValueError',
      `imageDatasetFromDirectory: there are 2 labels but 3 files in '${folder}'.`,
    );
    await throwsText(
      () => make(path.join(folder, 'none')),
      'ValueError',
      `imageDatasetFromDirectory: there is no directory '${path.join(folder, 'none')}'.`,
    );
    fs.writeFileSync(path.join(folder, 'b', 'broken.png'), 'broken');
    await assert.rejects(
      make(folder, { verbose: false }).toArray(),
      /^ValueError: imageDatasetFromDirectory: '.*broken\.png' is no image that can be read: /,
    );
    fs.rmSync(path.join(folder, 'b', 'broken.png'));
  });
});

describe('texts of a directory', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'texts-'));
  before(() => {
    for (const [name, count] of [
      ['neg', 4],
      ['pos', 6],
    ] as const) {
      fs.mkdirSync(path.join(folder, name, 'deep'), { recursive: true });
      for (let i = 0; i < count; i++)
        fs.writeFileSync(path.join(folder, name, i % 2 ? 'deep' : '', `${i}.txt`), `${name} ${i} ü`);
    }
    fs.writeFileSync(path.join(folder, 'neg', 'image.png'), '');
  });
  after(() => fs.rmSync(folder, { recursive: true }));
  const quiet = { verbose: false };
  it('come with the class of their folder', async () => {
    const dataset = utils.textDatasetFromDirectory(folder, { ...quiet, shuffle: false, batchSize: 4 });
    const batches = (await dataset.toArray()) as [string[], trae.Tensor][];
    assert.deepEqual([dataset.length, dataset.classNames], [3, ['neg', 'pos']]);
    assert.deepEqual(batches[0][0], ['neg 0 ü', 'neg 2 ü', 'neg 1 ü', 'neg 3 ü']);
    assert.deepEqual(
      batches.flatMap((b) => b[1].arraySync() as number[]),
      [0, 0, 0, 0, 1, 1, 1, 1, 1, 1],
    );
    assert.deepEqual(
      (
        (await utils
          .textDatasetFromDirectory(folder, { ...quiet, labels: null, shuffle: false, maxLength: 3 })
          .toArray()) as string[][]
      )[0].slice(0, 2),
      ['neg', 'neg'],
    );
  });
  it('shuffled: the same files, in another order each time', async () => {
    const dataset = utils.textDatasetFromDirectory(folder, { ...quiet, seed: 3, batchSize: null });
    const pass = async (): Promise<string[]> =>
      ((await dataset.toArray()) as [string[], trae.Tensor][]).map(([t, y]) => {
        assert.equal(y.item(), t[0].startsWith('pos') ? 1 : 0, 'the class stays with its text');
        return t[0];
      });
    const [a, b] = [await pass(), await pass()];
    assert.notDeepEqual(a, b);
    assert.deepEqual([...a].sort(), [...b].sort());
    assert.equal(a.length, 10);
  });
  it('in two parts that share nothing', async () => {
    const lines: string[] = [];
    const log = console.log;
    console.log = (t: string) => void lines.push(t);
    let parts: trae.keras.utils.Dataset[];
    try {
      parts = utils.textDatasetFromDirectory(folder, { validationSplit: 0.3, subset: 'both', seed: 5 });
    } finally {
      console.log = log;
    }
    assert.deepEqual(lines, [
      'Found 10 files belonging to 2 classes.',
      'Using 7 files for training.',
      'Using 3 files for validation.',
    ]);
    assert.equal(new Set(parts.flatMap((p) => p.filePaths!)).size, 10);
    const alone = utils.textDatasetFromDirectory(folder, {
      ...quiet,
      validationSplit: 0.3,
      subset: 'validation',
      seed: 5,
    });
    assert.deepEqual(alone.filePaths, parts[1].filePaths);
  });
  it('refuse what does not fit', async () => {
    const make = utils.textDatasetFromDirectory;
    const where = 'textDatasetFromDirectory';
    await throwsText(
      () => make(folder, { validationSplit: 0.3 }),
      'ValueError',
      `${where}: validationSplit and subset go together.\n  Received: validationSplit 0.3, subset null`,
    );
    await throwsText(
      () => make(folder, { validationSplit: 0.3, subset: 'training' }),
      'ValueError',
      `${where}: with validationSplit and shuffle a seed is needed, so that no file is in both parts.\n  Fix: seed, or shuffle: false.`,
    );
    await throwsText(
      () => make(folder, { ...quiet, labelMode: 'many' as never }),
      'ValueError',
      `${where}: labelMode must be 'int', 'categorical', 'binary' or null.\n  Received: 'many'`,
    );
    await throwsText(
      () => make(path.join(folder, 'neg', 'deep'), { ...quiet }),
      'ValueError',
      `${where}: there are no files in '${path.join(folder, 'neg', 'deep')}'.\n  Fix: files that end in .txt.`,
    );
    await throwsText(
      () => make(folder, { lables: null } as never),
      'TypeError',
      `${where}: unknown option 'lables'. Did you mean 'labels'?\n  Known options: labels, labelMode, classNames, batchSize, shuffle, seed, validationSplit, subset, followLinks, verbose, maxLength`,
    );
  });
});

describe('datasets', () => {
  it('are taken from, skipped, mapped, and trained on', async () => {
    const series = wave(60, 4);
    const dataset = utils.timeseriesDatasetFromArray(series, classesInTurn(60, 3), 1, {
      batchSize: 8,
      shuffle: true,
      seed: 1,
    });
    assert.deepEqual(
      [dataset.take(2).length, dataset.skip(2).length, (await dataset.skip(6).toArray()).length],
      [2, 6, 2],
    );
    const rows = dataset.map((b) => {
      const [x, y] = b as [trae.Tensor, trae.Tensor];
      return [x.squeeze({ axis: 1 }), y] as const;
    });
    const { history } = await classifier().fit(rows, null, { epochs: 2, verbose: 0 });
    assert.equal(history.loss.length, 2);
    const [first, second] = [await dataset.toArray(), await dataset.toArray()];
    assert.notDeepEqual((first[0] as trae.Tensor[])[1].arraySync(), (second[0] as trae.Tensor[])[1].arraySync());
  });
  it('are split by number and by share', async () => {
    const x = trae.tensor([...Array(10).keys()]);
    const y = x.multiply(2);
    const [left, right] = await utils.splitDataset([x, y], { leftSize: 0.7 });
    const values = async (d: trae.keras.utils.Dataset): Promise<number[][]> =>
      ((await d.toArray()) as trae.Tensor[][]).map((b) => b.map((t) => t.item()));
    assert.deepEqual(
      await values(left),
      [0, 1, 2, 3, 4, 5, 6].map((v) => [v, 2 * v]),
    );
    assert.deepEqual(
      await values(right),
      [7, 8, 9].map((v) => [v, 2 * v]),
    );
    const [a, b] = await utils.splitDataset([x, y], { leftSize: 2, rightSize: 3, shuffle: true, seed: 4 });
    const all = [...(await values(a)), ...(await values(b))].map(([v, w]) => {
      assert.equal(w, 2 * v);
      return v;
    });
    assert.equal(new Set(all).size, 5);
    const batched = utils.timeseriesDatasetFromArray(x, y, 1, { batchSize: 4 });
    const [c, d] = await utils.splitDataset(batched, { rightSize: 5 });
    assert.deepEqual([c.length, d.length], [2, 2]);
    assert.deepEqual(((await d.toArray()) as trae.Tensor[][])[0][1].arraySync(), [10, 12, 14, 16]);
    await throwsText(() => utils.splitDataset([x, y]), 'ValueError', 'splitDataset: leftSize or rightSize is needed.');
    await throwsText(
      () => utils.splitDataset(x, { leftSize: 10 }),
      'ValueError',
      'splitDataset: leftSize must be a number of examples from 1 to 9, or a share between 0 and 1.\n  Received: 10',
    );
    await throwsText(
      () => utils.splitDataset(x, { leftSize: 0.7, rightSize: 0.5 }),
      'ValueError',
      'splitDataset: leftSize and rightSize are more than the whole.\n  Received: 0.7 + 0.5',
    );
    await throwsText(
      () => utils.splitDataset([x, trae.zeros([3])], { leftSize: 1 }),
      'ValueError',
      'splitDataset: all arrays must have the same number of rows, at least 1.\n  Received: 10, 3',
    );
  });
  it('by number are subclassed', async () => {
    class Rows extends utils.PyDataset {
      epochs = 0;
      override get numBatches(): number {
        return 5;
      }
      override getItem(index: number): [trae.Tensor, trae.Tensor] {
        return [wave(4, 4).add(index), classesInTurn(4, 3)];
      }
      override onEpochEnd(): void {
        this.epochs++;
      }
    }
    const rows = new Rows({ workers: 2 });
    const { history } = await classifier().fit(rows, null, { epochs: 3, verbose: 0 });
    assert.deepEqual([history.loss.length, rows.epochs], [3, 3]);
    assert.equal(utils.Sequence, utils.PyDataset);
    await throwsText(
      () => new utils.PyDataset().getItem(3),
      'NotImplementedError',
      'PyDataset: getItem(index) must be implemented, which returns batch 3 as [x, y].',
    );
    await throwsText(
      () => new Rows({ worker: 1 } as never),
      'TypeError',
      "Rows: unknown option 'worker'. Did you mean 'workers'?\n  Known options: workers, useMultiprocessing, maxQueueSize",
    );
  });
  it('windows and sequences refuse what does not fit', async () => {
    const windows = utils.timeseriesDatasetFromArray;
    await throwsText(
      () => windows(wave(5, 2), null, 2, { samplingRate: 5 }),
      'ValueError',
      'timeseriesDatasetFromArray: samplingRate must be an integer from 1 to 4, the data having 5 rows.\n  Received: 5',
    );
    await throwsText(
      () => windows(wave(5, 2), null, 2, { startIndex: 3, endIndex: 3 }),
      'ValueError',
      'timeseriesDatasetFromArray: endIndex must be an integer from 4 to 5, the data having 5 rows.\n  Received: 3',
    );
    await throwsText(
      () => utils.padSequences([[1], [[2]]] as never),
      'ValueError',
      'padSequences: elements of sequence 1 have shape (1,) instead of ().',
    );
    await throwsText(
      () => utils.padSequences([[1]], { padding: 'left' as never }),
      'ValueError',
      "padSequences: padding must be 'pre' or 'post'.\n  Received: 'left'",
    );
    await throwsText(
      () => utils.padSequences([1] as never),
      'ValueError',
      'padSequences: element 0 is no sequence.\n  Received: 1',
    );
  });
});

describe('small helpers', () => {
  it('pack and unpack batches', async () => {
    const x = trae.zeros([2]);
    assert.equal(utils.packXYSampleWeight(x), x);
    assert.deepEqual(utils.packXYSampleWeight([x, x]), [[x, x]]);
    assert.deepEqual(utils.packXYSampleWeight(1, 2, 3), [1, 2, 3]);
    assert.deepEqual(
      [utils.unpackXYSampleWeight([1, 2]), utils.unpackXYSampleWeight(x)],
      [
        [1, 2, null],
        [x, null, null],
      ],
    );
    await throwsText(
      () => utils.unpackXYSampleWeight([1, 2, 3, 4]),
      'ValueError',
      'unpackXYSampleWeight: a batch is x, [x], [x, y] or [x, y, sampleWeight].\n  Received: an array of 4',
    );
  });
  it('know dtypes, symbolic tensors and their sources', async () => {
    assert.deepEqual(
      ['int', 'float', null, 'bfloat16'].map((d) => utils.standardizeDtype(d)),
      ['int32', 'float32', 'float32', 'bfloat16'],
    );
    assert.equal(utils.standardizeDtype(trae.tensor([1], [1], 'uint8')), 'uint8');
    await throwsText(
      () => utils.standardizeDtype('int7'),
      'ValueError',
      "standardizeDtype: dtype 'int7' is not one of 'float32', 'float16', 'bfloat16', 'float64', 'int32', 'int64', 'int8', 'uint8', 'bool'.",
    );
    const [a, b] = [trae.keras.Input([2]), trae.keras.Input([2])];
    const sum = new layers.Add().apply([new layers.Dense(2).apply(a), b]) as trae.KerasTensor;
    assert.ok(utils.isKerasTensor(sum) && !utils.isKerasTensor(trae.zeros([1])));
    assert.deepEqual(utils.getSourceInputs(sum), [a, b]);
    utils.disableInteractiveLogging();
    assert.equal(utils.isInteractiveLoggingEnabled(), false);
    utils.enableInteractiveLogging();
    assert.equal(utils.isInteractiveLoggingEnabled(), true);
  });
});
