/** Bounding boxes against real Keras: the functions, and layers that move boxes with their images. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { camelCase } from '../../../lib/keras/serialization/naming';
import { close, golden, tensorOf, throwsText, type Config, type Golden } from '../helpers';

const { layers, utils } = trae.keras;
const { boundingBoxes } = utils;
interface Row {
  function: string;
  arguments: (Golden | number | string)[];
  options: Record<string, unknown>;
  y: Golden;
}
interface Data {
  images: Golden;
  boxes: Golden;
  labels: Golden;
}
const { rows, clipped } = golden<{ rows: Row[]; clipped: { boxes: Golden; labels: Golden } }>('boxes.json');
const functions = boundingBoxes as unknown as Record<string, (...args: unknown[]) => trae.Tensor>;
const isArray = (a: unknown): a is Golden => typeof a === 'object' && a !== null && 'data' in a;

describe('functions of bounding boxes against Keras', () => {
  for (const row of rows)
    it(`${row.function} ${row.arguments.filter((a) => typeof a === 'string').join(' to ')} ${JSON.stringify(row.options)}`, () => {
      const options = Object.fromEntries(Object.entries(row.options).map(([k, v]) => [camelCase(k), v]));
      const given = row.arguments.map((a) => (isArray(a) ? tensorOf(a) : a));
      close(functions[camelCase(row.function)](...given, options), row.y, row.function, 3e-4);
    });
  it('clipToImageSize takes the labels of boxes of which nothing is left', () => {
    const given = { boxes: trae.tensor([[-5, 2, 12, 30], [40, 3, 50, 9]]), labels: trae.tensor([3, 4], [2], 'int32') }; // prettier-ignore
    const got = boundingBoxes.clipToImageSize(given, { height: 20, width: 30 });
    close(got.boxes, clipped.boxes, 'boxes');
    close(got.labels as trae.Tensor, clipped.labels, 'labels');
    assert.deepEqual((given.labels as trae.Tensor).arraySync(), [3, 4]);
  });
  it('what is encoded comes back', () => {
    const anchors = [[0, 0, 4, 6], [3, 1, 9, 4]]; // prettier-ignore
    const boxes = [[1, 1, 5, 5], [2, 2, 11, 3]]; // prettier-ignore
    const deltas = boundingBoxes.encodeBoxToDeltas(anchors, boxes, 'xyxy', 'xyxy', { variance: [0.1, 0.1, 0.2, 0.2] });
    const levels = boundingBoxes.decodeDeltasToBoxes({ P3: anchors }, { P3: deltas }, 'xyxy', 'xyxy', {
      variance: [0.1, 0.1, 0.2, 0.2],
    });
    close(levels.P3, boxes.flat(), 'boxes', 1e-4);
  });
  it('refuse what does not fit', async () => {
    const known =
      "'xyxy', 'yxyx', 'xywh', 'center_xywh', 'center_yxhw', 'rel_xyxy', 'rel_yxyx', 'rel_xywh', 'rel_center_xywh'";
    const one = [[0, 0, 1, 1]];
    await throwsText(
      () => boundingBoxes.convertFormat(one, 'xyxz' as never, 'xywh'),
      'ValueError',
      `convertFormat: a format of bounding boxes is one of ${known}.\n  Received: 'xyxz'`,
    );
    await throwsText(
      () => boundingBoxes.convertFormat([[1, 2, 3]], 'xyxy', 'xywh'),
      'ValueError',
      'convertFormat: boxes have four numbers in the last axis.\n  Received: shape (1, 3)',
    );
    await throwsText(
      () => boundingBoxes.convertFormat(one, 'xyxy', 'rel_xyxy', { height: 3 }),
      'ValueError',
      "convertFormat: relative formats need the height and the width of the image.\n  Received: source 'xyxy', target 'rel_xyxy', height 3, width null",
    );
    await throwsText(
      () => boundingBoxes.crop(one, 0, 0, 1, 1, { boundingBoxFormat: 'xywh' }),
      'NotImplementedError',
      "crop: boxes must be in the format 'xyxy'.\n  Received: 'xywh'\n  Fix: convertFormat before and after.",
    );
    await throwsText(
      () => boundingBoxes.clipToImageSize({ boxes: one }),
      'ValueError',
      'clipToImageSize: boxes in pixels need the height and the width of the image.',
    );
    await throwsText(
      () => boundingBoxes.computeIou(one, [0, 0, 1, 1], 'xyxy'),
      'ValueError',
      'computeIou: boxes of shape (n, 4) or (batch, n, 4) are expected.\n  Received: shapes (1, 4) and (4,)',
    );
    await throwsText(
      () => boundingBoxes.encodeBoxToDeltas(one, one, 'xyxy', 'xyxy', { variance: [1] }),
      'ValueError',
      'encodeBoxToDeltas: variance must be four numbers.\n  Received: 1',
    );
  });
});

type Moved = { images: trae.Tensor; boundingBoxes: { boxes: trae.Tensor; labels: trae.Tensor } };
const apply = (layer: trae.keras.Layer, data: unknown): Moved => layer.apply(data, { training: true }) as Moved;

describe('boxes in image layers', () => {
  for (const c of golden<{ name: string; config: Config; inputs: Data; output: Data }[]>('preprocessing_boxes.json'))
    it(`${c.name}, ${String(c.config.config.bounding_box_format)}: what Keras gives`, () => {
      const layer = layers.deserialize(structuredClone(c.config));
      const data = {
        images: tensorOf(c.inputs.images),
        boundingBoxes: { boxes: tensorOf(c.inputs.boxes), labels: tensorOf(c.inputs.labels) },
      };
      const got = apply(layer, data);
      close(got.boundingBoxes.boxes, c.output.boxes, 'boxes', 1e-3);
      close(got.boundingBoxes.labels, c.output.labels, 'labels');
      close(got.images, c.output.images, 'images', 2e-3, 1);
      assert.equal(
        (trae.keras.saving.serializeKerasObject(layer) as Config).config.bounding_box_format,
        c.config.config.bounding_box_format,
      );
      // One image alone.
      const first = (t: trae.Tensor): trae.Tensor => trae.ops.getItem(t, 0);
      const one = apply(layer, {
        images: first(data.images),
        boundingBoxes: { boxes: first(data.boundingBoxes.boxes), labels: first(data.boundingBoxes.labels) },
      });
      close(one.boundingBoxes.boxes, first(got.boundingBoxes.boxes), 'boxes of one image', 1e-5);
    });
  // A bright rectangle and its box go the same way.
  const [H, W] = [24, 32];
  const box = [6, 5, 17, 14];
  const image = trae.tensor(
    Float32Array.from({ length: H * W }, (_, i) =>
      Number(i % W >= box[0] && i % W < box[2] && Math.floor(i / W) >= box[1] && Math.floor(i / W) < box[3]),
    ),
    [1, H, W, 1],
  );
  const found = (t: trae.Tensor): number[] => {
    const [, h, w] = t.shape;
    const v = t.dataSync();
    const xs: number[] = [];
    const ys: number[] = [];
    for (let i = 0; i < h * w; i++)
      if (Number(v[i]) > 0.5) {
        xs.push(i % w);
        ys.push(Math.floor(i / w));
      }
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1];
  };
  const moving: Record<string, (seed: number) => trae.keras.Layer> = {
    RandomFlip: (seed) => new layers.RandomFlip({ seed, boundingBoxFormat: 'xyxy' }),
    RandomTranslation: (seed) =>
      new layers.RandomTranslation(0.15, 0.15, { seed, fillMode: 'constant', boundingBoxFormat: 'xyxy' }),
    RandomZoom: (seed) =>
      new layers.RandomZoom(0.2, { widthFactor: 0.3, seed, fillMode: 'constant', boundingBoxFormat: 'xyxy' }),
    RandomCrop: (seed) => new layers.RandomCrop(20, 28, { seed, boundingBoxFormat: 'xyxy' }),
    'RandomCrop of a smaller image': (seed) => new layers.RandomCrop(30, 40, { seed, boundingBoxFormat: 'xyxy' }),
  };
  for (const [name, make] of Object.entries(moving))
    it(`${name}: boxes stay around what they were around`, () => {
      for (let seed = 0; seed < 6; seed++) {
        const got = apply(make(seed), { images: image, boundingBoxes: { boxes: [[box]], labels: [[7]] } });
        const want = found(got.images);
        const edges = (got.boundingBoxes.boxes.arraySync() as number[][][])[0][0];
        edges.forEach((v, i) =>
          assert.ok(Math.abs(v - want[i]) <= 1.51, `seed ${seed}, edge ${i}: ${v}, the pixels say ${want[i]}`),
        );
        assert.deepEqual(got.boundingBoxes.labels.arraySync(), [[7]]);
      }
    });
  for (const [name, layer] of Object.entries({
    RandomShear: new layers.RandomShear({
      xFactor: 0.3,
      yFactor: 0.2,
      seed: 3,
      fillMode: 'constant',
      boundingBoxFormat: 'xyxy',
    }),
    RandomRotation: new layers.RandomRotation(0.1, { seed: 2, fillMode: 'constant', boundingBoxFormat: 'xyxy' }),
    RandomPerspective: new layers.RandomPerspective({ scale: 0.3, seed: 2, boundingBoxFormat: 'xyxy' }),
    RandAugment: new layers.RandAugment({ seed: 5, factor: 0.2, valueRange: [0, 1], boundingBoxFormat: 'xyxy' }),
  }))
    it(`${name}: the box covers what it covered`, () => {
      for (let k = 0; k < 4; k++) {
        const got = apply(layer, { images: image, boundingBoxes: { boxes: [[box]], labels: [[7]] } });
        const edges = (got.boundingBoxes.boxes.arraySync() as number[][][])[0][0];
        if (name === 'RandAugment') assert.ok(edges[2] > edges[0] && edges[3] > edges[1], String(edges));
        else
          found(got.images).forEach((v, i) =>
            assert.ok(
              i < 2 ? v >= edges[i] - 1.5 : v <= edges[i] + 1.5,
              `edge ${i}: ${edges[i]}, the pixels reach ${v}`,
            ),
          );
      }
    });
  it('of two mixed images go together', () => {
    const pair = trae.concatenate([image, image], { axis: 0 });
    const got = apply(new layers.MixUp({ seed: 3, boundingBoxFormat: 'xyxy' }), {
      images: pair,
      boundingBoxes: { boxes: [[box], [[0, 0, 1, 1]]], labels: [[7], [8]] },
    });
    assert.deepEqual([got.boundingBoxes.boxes.shape, got.boundingBoxes.labels.shape], [[2, 2, 4], [2, 2]]); // prettier-ignore
  });
  it('need a format, boxes and labels', async () => {
    const flip = new layers.RandomFlip({ name: 'flip' });
    const data = { images: image, boundingBoxes: { boxes: [[box]], labels: [[7]] } };
    const place = (name: string, kind: string): string => `\n  In layer '${name}' (${kind}).`;
    await throwsText(
      () => flip.apply(data),
      'ValueError',
      `RandomFlip: how bounding boxes are written is not known.\n  Fix: make the layer with boundingBoxFormat, like { boundingBoxFormat: 'xyxy' }.${place('flip', 'RandomFlip')}`,
    );
    const known = new layers.RandomFlip({ name: 'flip', boundingBoxFormat: 'xyxy' });
    await throwsText(
      () => known.apply({ images: image, boundingBoxes: { boxes: [[box]] } }),
      'ValueError',
      `RandomFlip: boundingBoxes must be a record of boxes and labels.\n  Received: keys boxes${place('flip', 'RandomFlip')}`,
    );
    await throwsText(
      () => known.apply({ images: image, boundingBoxes: { boxes: [[box]], labels: [1, 2] } }),
      'ValueError',
      `RandomFlip: boxes of shape (n, 4) or (batch, n, 4), and a label for each, are expected.\n  Received: boxes (1, 1, 4), labels (2,)${place('flip', 'RandomFlip')}`,
    );
    await throwsText(
      () => new layers.CutMix({ name: 'cut', boundingBoxFormat: 'xyxy' }).apply(data),
      'NotImplementedError',
      `CutMix: boxes of two images that are cut into each other are not defined.\n  Fix: pass images, labels and segmentationMasks only, or use MixUp.${place('cut', 'CutMix')}`,
    );
    await throwsText(
      () => new layers.MaxNumBoundingBoxes(0),
      'ValueError',
      'MaxNumBoundingBoxes: maxNumber must be a positive integer.\n  Received: 0',
    );
  });
});
