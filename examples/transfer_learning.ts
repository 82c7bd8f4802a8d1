/**
 * Transfer learning on a folder of images: a pretrained model without its classifier is frozen and a head is trained on what
 * it finds; then its last layers are unfrozen and tuned at a low learning rate.
 *
 *   npm run example:transfer                               offline: shapes, and extractors that were trained on other shapes
 *   npm run example:transfer -- --images ~/flowers --weights imagenet      a folder of each class; ImageNet's weights
 *   npm run example:transfer -- --hub https://tfhub.dev/tensorflow/resnet_50/feature_vector/1 --side 224
 */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import * as trae from 'trae-node';
import { writeCurves } from './curves';
import { draw, KNOWN, NEW, randomNumbers, writeImages } from './shapes';

const { applications, layers, optimizers, utils, Input, Model, Sequential } = trae.keras;

const FOLDER = path.resolve('demo', 'transfer');
const SAVED_MODEL = path.join(__dirname, 'shape_features.tar.gz');
type AnyModel = trae.keras.Model;
type Images = ReturnType<typeof utils.imageDatasetFromDirectory>;

/** A source of features, and how many of its layers stay frozen when it is tuned. */
interface Extractor {
  name: string;
  base: AnyModel | trae.hub.KerasLayer;
  parts: readonly { trainable: boolean }[];
  tuned: number;
  prepare: (images: trae.keras.KerasTensor) => trae.keras.KerasTensor;
}

/** Trains MobileNetV2 on the shapes that are known, and keeps its weights without the classifier. */
async function pretrain(file: string, side: number): Promise<void> {
  const random = randomNumbers(2);
  const shapes = Object.values(KNOWN);
  const rows = 150 * shapes.length;
  const pixels = new Uint8Array(rows * side * side * 3);
  for (let i = 0; i < rows; i++) pixels.set(draw(shapes[i % shapes.length], side, random), i * side * side * 3);
  const x = trae.tensor(pixels, [rows, side, side, 3]);
  const y = trae.tensor(Array.from({ length: rows }, (_, i) => i % shapes.length));
  const base = await applications.MobileNetV2({
    weights: null,
    alpha: 0.35,
    includeTop: false,
    pooling: 'avg',
    inputShape: [side, side, 3],
  });
  // Its moving statistics follow in thousands of steps; these are 290.
  for (const layer of base.layers)
    if (layer instanceof layers.BatchNormalization) Object.assign(layer, { momentum: 0.9 });
  const model = new Sequential([base, new layers.Dense(shapes.length, { activation: 'softmax' })]);
  model.compile({
    optimizer: new optimizers.Adam({ learningRate: 0.002 }),
    loss: 'sparse_categorical_crossentropy',
    metrics: ['accuracy'],
  });
  const { history } = await model.fit(applications.mobilenetV2.preprocessInput(x), y, {
    epochs: 10,
    batchSize: 32,
    verbose: 0,
  });
  console.log(
    `MobileNetV2 trained on ${rows} images of ${Object.keys(KNOWN).join(', ')}: accuracy ${history.accuracy.at(-1)!.toFixed(3)}`,
  );
  await base.saveWeights(file);
}

/** MobileNetV2 without its classifier, all frozen. */
async function mobileNet(weights: string, side: number): Promise<Extractor> {
  const base = await applications.MobileNetV2({
    weights,
    alpha: 0.35,
    includeTop: false,
    pooling: 'avg',
    inputShape: [side, side, 3],
  });
  const { layers: parts } = base;
  return {
    name: base.name,
    base,
    parts,
    // The last block and what follows: from its expansion on.
    tuned: parts.length - parts.findIndex((layer) => layer.name === 'block_16_expand'),
    prepare: (images) => applications.mobilenetV2.preprocessInput(images),
  };
}

/** A SavedModel as a layer, all frozen. */
async function savedModel(handle: string, side: number): Promise<Extractor> {
  const base = await trae.hub.KerasLayer.load(handle, { inputShape: [side, side, 3], trainable: true });
  return {
    name: path.basename(handle),
    base,
    parts: base.layers,
    tuned: 4,
    prepare: (images) => new layers.Rescaling(1 / 255).apply(images),
  };
}

function withHead({ base, prepare }: Extractor, side: number, classes: number): AnyModel {
  const images = Input([side, side, 3]);
  // Frozen or not, moving statistics stay as they are: there are too few images for new ones.
  const features = base.apply(prepare(images), { training: false });
  const outputs = new layers.Dense(classes, { activation: 'softmax' }).apply(new layers.Dropout(0.2).apply(features));
  return new Model({ inputs: images, outputs });
}

async function transfer(
  extractor: Extractor,
  train: Images,
  test: Images,
  side: number,
  classes: number,
): Promise<void> {
  const { name, parts, tuned } = extractor;
  const model = withHead(extractor, side, classes);
  const fit = async (what: string, learningRate: number, from: number, to: number) => {
    model.compile({
      optimizer: new optimizers.Adam({ learningRate }),
      loss: 'sparse_categorical_crossentropy',
      metrics: ['accuracy'],
    });
    const start = performance.now();
    const { history } = await model.fit(train, null, {
      initialEpoch: from,
      epochs: to,
      validationData: test,
      verbose: 0,
    });
    const seconds = (performance.now() - start) / 1000;
    console.log(
      `  ${what}: ${model.trainableWeights.length} of ${model.weights.length} weights learn, ${to - from} epochs in ${seconds.toFixed(1)} s`,
    );
    for (let e = 0; e < to - from; e++)
      console.log(
        `    epoch ${String(from + e + 1).padStart(2)}: loss ${history.loss[e].toFixed(4)}, accuracy ${history.accuracy[e].toFixed(3)}; test loss ${history.val_loss[e].toFixed(4)}, test accuracy ${history.val_accuracy[e].toFixed(3)}`,
      );
    return history;
  };
  console.log(`\n${name}`);
  for (const part of parts) part.trainable = false;
  const trained = await fit('head', 0.01, 0, 8);
  for (const part of parts.slice(-tuned)) part.trainable = true;
  const tunedHistory = await fit('fine-tuning', 0.0005, 8, 16);
  const picture = path.join(FOLDER, `${name.replace(/\W+/g, '_')}.svg`);
  await writeCurves(picture, `${name}: head, then fine-tuning`, trained, tunedHistory);
  console.log(`  ${picture}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      images: { type: 'string' },
      weights: { type: 'string' },
      hub: { type: 'string' },
      side: { type: 'string', default: '64' },
      seed: { type: 'string', default: '42' },
    },
  });
  const side = Number(values.side);
  utils.setRandomSeed(Number(values.seed));
  await fs.mkdir(FOLDER, { recursive: true });
  const images = values.images ?? path.join(FOLDER, 'images');
  if (!values.images) await writeImages(images, NEW, 80, side);
  const [train, test] = utils.imageDatasetFromDirectory(images, {
    imageSize: side,
    batchSize: 16,
    validationSplit: 0.5,
    subset: 'both',
    seed: 1,
  });
  const classes = (await fs.readdir(images, { withFileTypes: true })).filter((entry) => entry.isDirectory()).length;

  if (values.hub) return transfer(await savedModel(values.hub, side), train, test, side, classes);
  const weights = values.weights ?? path.join(FOLDER, 'shapes.weights.h5');
  if (!values.weights) await pretrain(weights, side);
  await transfer(await mobileNet(weights, side), train, test, side, classes);
  if (side === 64) await transfer(await savedModel(SAVED_MODEL, side), train, test, side, classes);
}

main().catch((error: unknown) => {
  console.error(error instanceof trae.TraeError ? error.message : error);
  process.exitCode = 1;
});
