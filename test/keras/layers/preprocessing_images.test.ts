/** Layers of images and sound against real Keras where nothing is left to chance; elsewhere: what holds whatever is drawn. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { close, golden, tensorOf, throwsText, type Config, type Golden } from '../helpers';

interface Case {
  name: string;
  config: Config;
  inputs: Golden;
  training: boolean;
  output: Golden;
}
const cases = [...golden<Case[]>('preprocessing_images.json'), ...golden<Case[]>('preprocessing_tiles.json')];
const { layers } = trae.keras;
type Layer = trae.keras.Layer;
const images = (): trae.Tensor => trae.random.uniform([4, 6, 6, 3], { seed: 5, maxval: 255 });
const apply = (layer: Layer, x: unknown, training = true): trae.Tensor => layer.apply(x, { training }) as trae.Tensor;

describe('layers of images against Keras', () => {
  for (const c of cases) {
    describe(c.name, () => {
      const made = (): Layer => layers.deserialize(structuredClone(c.config));
      it('gives what Keras gives, in a plan too', () => {
        const layer = made();
        const x = tensorOf(c.inputs);
        close(apply(layer, x, c.training), c.output, 'output', 3e-4, 1);
        close(trae.compile((t: trae.Tensor) => apply(layer, t, c.training))(x), c.output, 'compiled', 3e-4, 1);
      });
      it("has Keras' config and comes back from it", () => {
        const got = trae.keras.saving.serializeKerasObject(made()) as Config;
        assert.equal(got.class_name, c.config.class_name);
        for (const [key, value] of Object.entries(got.config)) {
          if (key === 'dtype' || key === 'layers' || (key === 'seed' && c.config.class_name === 'RandomCrop')) continue;
          if (typeof value === 'object')
            [value]
              .flat()
              .forEach((v, i) =>
                assert.ok(
                  v === null || Math.abs(Number(v) - Number([c.config.config[key]].flat()[i])) < 1e-9,
                  `config.${key}`,
                ),
              );
          else assert.equal(value, c.config.config[key], `config.${key}`);
        }
        close(apply(layers.deserialize(got), tensorOf(c.inputs), c.training), c.output, 'again', 3e-4, 1);
      });
    });
  }
});

describe('layers that choose', () => {
  const x = trae.random.uniform([1, 24, 24, 1], { seed: 5, maxval: 255 });
  for (const [name, layer] of Object.entries({
    AugMix: new layers.AugMix({ seed: 3, factor: 0.5 }),
    RandomElasticTransform: new layers.RandomElasticTransform({ seed: 3, scale: [0.2, 1] }),
  }))
    it(`${name} draws anew at each call of one plan, and the same as without a plan`, () => {
      const twin = layers.deserialize(trae.keras.saving.serializeKerasObject(layer));
      const plan = trae.compile((t: trae.Tensor) => apply(layer, t));
      const calls = [0, 1, 2].map(() => plan(x));
      for (const [i, y] of calls.entries()) {
        close(y, apply(twin, x), `call ${i}`, 1e-3, 255);
        if (i) assert.notDeepEqual(y.arraySync(), calls[i - 1].arraySync());
      }
    });
});
describe('layers of images', () => {
  const seeded: Record<string, () => Layer> = {
    RandomFlip: () => new layers.RandomFlip({ seed: 3 }),
    RandomRotation: () => new layers.RandomRotation(0.2, { seed: 3 }),
    RandomZoom: () => new layers.RandomZoom(0.3, { widthFactor: 0.2, seed: 3 }),
    RandomTranslation: () => new layers.RandomTranslation(0.3, 0.2, { seed: 3 }),
    RandomShear: () => new layers.RandomShear({ xFactor: 0.3, yFactor: 0.2, seed: 3 }),
    RandomCrop: () => new layers.RandomCrop(3, 4, { seed: 3 }),
    RandomPerspective: () => new layers.RandomPerspective({ scale: 0.4, seed: 3 }),
    RandomContrast: () => new layers.RandomContrast(0.5, { seed: 3 }),
    RandomBrightness: () => new layers.RandomBrightness(0.4, { seed: 3 }),
    RandomSharpness: () => new layers.RandomSharpness([0.1, 0.9], { seed: 3 }),
    RandomInvert: () => new layers.RandomInvert(0.9, { seed: 3 }),
    RandomPosterization: () => new layers.RandomPosterization([2, 7], { seed: 3 }),
    Solarization: () => new layers.Solarization({ additionFactor: 0.2, thresholdFactor: 0.6, seed: 3 }),
    RandomGrayscale: () => new layers.RandomGrayscale(0.5, { seed: 3 }),
    RandomColorDegeneration: () => new layers.RandomColorDegeneration(0.7, { seed: 3 }),
    RandomSaturation: () => new layers.RandomSaturation([0.3, 0.7], { seed: 3, valueRange: [0, 255] }),
    RandomHue: () => new layers.RandomHue(0.5, { seed: 3 }),
    RandomColorJitter: () =>
      new layers.RandomColorJitter({ brightnessFactor: 0.2, contrastFactor: 0.2, hueFactor: 0.3, seed: 3 }),
    RandomGaussianBlur: () => new layers.RandomGaussianBlur({ sigma: [0.2, 0.9], seed: 3 }),
    RandomElasticTransform: () => new layers.RandomElasticTransform({ scale: [0.5, 1], seed: 3 }),
    RandomErasing: () => new layers.RandomErasing({ seed: 3 }),
    CutMix: () => new layers.CutMix({ seed: 3 }),
    MixUp: () => new layers.MixUp(0.4, { seed: 3 }),
    RandAugment: () => new layers.RandAugment({ seed: 3 }),
    AugMix: () => new layers.AugMix({ seed: 3 }),
  };
  for (const [name, make] of Object.entries(seeded)) {
    it(`${name}: the seed decides, each call draws anew, inference leaves images`, () => {
      const x = images();
      const layer = make();
      const first = apply(layer, x);
      assert.deepEqual(apply(make(), x).arraySync(), first.arraySync(), 'equal seeds');
      assert.ok(Array.from(first.dataSync() as ArrayLike<number>).every(Number.isFinite), 'finite');
      const others = Array.from({ length: 6 }, () => apply(layer, x).dataSync().join());
      assert.ok(new Set([...others, first.dataSync().join()]).size > 1, 'another call gives another result');
      assert.deepEqual(apply(layer, x, false).arraySync(), x.arraySync(), 'inference');
      const implicit = layer.apply(x) as trae.Tensor; // called alone, it trains
      assert.deepEqual(implicit.shape, first.shape);
    });
    it(`${name}: in a plan it draws anew at each run`, () => {
      const x = images();
      const layer = make();
      const plan = trae.compile((t: trae.Tensor) => apply(layer, t));
      const runs = Array.from({ length: 6 }, () => plan(x).dataSync().join());
      assert.ok(new Set(runs).size > 1);
    });
  }
  it('RandomFlip gives the image or its mirror image', () => {
    const x = images();
    const y = apply(new layers.RandomFlip('horizontal', { seed: 1 }), x);
    const mirror = x.flip({ axis: 2 });
    const rows = (t: trae.Tensor): string[] => trae.unstack(t).map((r) => r.dataSync().join());
    const [given, mirrored] = [rows(x), rows(mirror)];
    rows(y).forEach((r, i) => assert.ok(r === given[i] || r === mirrored[i]));
  });
  it('RandomCrop gives a part', () => {
    const x = images();
    const y = apply(new layers.RandomCrop(3, 4, { seed: 2 }), x).arraySync() as number[][][][];
    const all = x.arraySync() as number[][][][];
    const places = [0, 1, 2, 3].flatMap((i) => [0, 1, 2].map((j) => [i, j]));
    assert.ok(places.some(([i, j]) => JSON.stringify(y) === JSON.stringify(all.map((im) => im.slice(i, i + 3).map((r) => r.slice(j, j + 4)))))); // prettier-ignore
  });
  it('MixUp and CutMix mix labels as images', () => {
    const labels = trae.eye(4);
    for (const layer of [new layers.MixUp(0.4, { seed: 3 }), new layers.CutMix({ seed: 3 })]) {
      const out = layer.apply({ images: images(), labels }, { training: true }) as {
        images: trae.Tensor;
        labels: trae.Tensor;
      };
      assert.deepEqual(out.labels.shape, [4, 4]);
      close(out.labels.sum({ axis: 1 }), [1, 1, 1, 1], 'labels add up');
    }
  });
  it('beta numbers: mean 1/2, more at the ends for a smaller alpha', () => {
    const layer = new layers.MixUp(0.2, { seed: 7 });
    const x = trae.concatenate([trae.zeros([500, 1, 1, 1]), trae.ones([500, 1, 1, 1])]);
    const y = apply(layer, x);
    assert.ok(Math.abs(y.mean().item() - 0.5) < 0.05);
  });
  it('segmentation masks move with their images, labels stay', () => {
    const x = images();
    const out = new layers.RandomFlip('vertical', { seed: 1 }).apply(
      { images: x, segmentationMasks: x, labels: [1, 2, 3, 4] },
      { training: true },
    ) as Record<string, trae.Tensor>;
    assert.deepEqual(out.images.arraySync(), out.segmentationMasks.arraySync());
    assert.deepEqual(out.labels.arraySync(), [1, 2, 3, 4]);
  });
  it('are parts of models: they change images in fit, not in predict', async () => {
    const model = new trae.keras.Sequential([
      layers.Input([6, 6, 3]),
      new layers.RandomBrightness([0.5, 0.5], { seed: 1 }),
      new layers.Flatten(),
      new layers.Dense(1, { kernelInitializer: 'ones' }),
    ]);
    const x = trae.zeros([4, 6, 6, 3]);
    assert.equal(((await model.predict(x, { verbose: 0 })) as trae.Tensor).sum().item(), 0);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const { history } = await model.fit(x, trae.zeros([4, 1]), { epochs: 1, verbose: 0 });
    assert.ok(history.loss[0] > 1e6);
  });
  const errors: [string, () => unknown, string, string][] = [
    [
      'factor',
      () => new layers.RandomRotation(2),
      'ValueError',
      'RandomRotation: factor must be a number or two numbers from -1 to 1.\n  Received: 2',
    ],
    [
      'fill mode',
      () => new layers.RandomZoom(0.1, { fillMode: 'mirror' as never }),
      'NotImplementedError',
      "RandomZoom: fillMode must be one of 'reflect', 'wrap', 'constant', 'nearest'.\n  Received: 'mirror'",
    ],
    [
      'mode',
      () => new layers.RandomFlip('sideways' as never),
      'ValueError',
      "RandomFlip: mode must be one of 'horizontal', 'vertical', 'horizontal_and_vertical'.\n  Received: 'sideways'",
    ],
    [
      'kernel',
      () => new layers.RandomGaussianBlur({ kernelSize: 4 }),
      'ValueError',
      'RandomGaussianBlur: kernelSize must be an odd number or two of them.\n  Received: 4',
    ],
    [
      'rank',
      () => new layers.RandomFlip({ name: 'f' }).apply(trae.zeros([2, 3]), { training: true }),
      'ValueError',
      "RandomFlip: an image (rank 3) or a batch of images (rank 4) is expected.\n  Received: shape (2, 3)\n  In layer 'f' (RandomFlip).",
    ],
    [
      'pipeline',
      () => new layers.Pipeline(3 as never),
      'ValueError',
      'Pipeline: an array of layers is expected.\n  Received: 3',
    ],
  ];
  for (const [what, f, name, text] of errors) it(`error: ${what}`, () => throwsText(f, name, text));
});

describe('records of images, boxes and masks', () => {
  for (const [boxesAt, masksAt] of [
    ['boundingBoxes', 'segmentationMasks'],
    ['bounding_boxes', 'segmentation_masks'],
  ])
    it(`boxes under ${boxesAt}, masks under ${masksAt}`, () => {
      const images = trae.ones([2, 8, 8, 3]);
      const boxes = trae.tensor([[[2, 2, 6, 6], [0, 0, 3, 3], [5, 5, 8, 8]], [[1, 1, 4, 4], [0, 4, 4, 8], [4, 0, 8, 4]]]).cast('float32'); // prettier-ignore
      const labels = trae.tensor([[1, 2, 3], [4, 5, 6]]).cast('float32'); // prettier-ignore
      const fewer = new layers.MaxNumBoundingBoxes(2, { boundingBoxFormat: 'xyxy' }).apply({
        images,
        [boxesAt]: { boxes, labels },
      }) as unknown as Record<string, Record<string, trae.Tensor>>;
      assert.deepEqual(fewer[boxesAt].boxes.shape, [2, 2, 4]);
      assert.deepEqual(fewer[boxesAt].labels.arraySync(), [[1, 2], [4, 5]]); // prettier-ignore
      const cropped = new layers.CenterCrop(4, 4, { boundingBoxFormat: 'xyxy' }).apply({
        images,
        [boxesAt]: { boxes, labels },
        [masksAt]: trae.ones([2, 8, 8, 1]),
      }) as unknown as Record<string, Record<string, trae.Tensor> & trae.Tensor>;
      assert.deepEqual(cropped[masksAt].shape, [2, 4, 4, 1]);
      assert.deepEqual((cropped[boxesAt].boxes.arraySync() as number[][][])[0][0], [0, 0, 4, 4]);
    });
});
