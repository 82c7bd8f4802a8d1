/**
 * The practical case of docs/guide/practical-case.md, and its pictures.
 *
 *   npx tsx examples/practical_case.ts                     CIFAR-10, fetched once; pictures go to demo/practical-case
 *   npx tsx examples/practical_case.ts --epochs 2 --data ~/cifar-10-batches-bin --out pictures
 */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import * as trae from 'trae-node';
import { answersPicture, confusionPicture, schedulesPicture, type Answer } from './pictures';

const { callbacks, datasets, layers, optimizers, utils, Sequential } = trae.keras;
const { CosineDecay, CosineDecayRestarts, ExponentialDecay } = optimizers.schedules;

const CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const BATCH = 64;

/** A custom layer that is made of other layers. */
class ConvBlock extends layers.Layer {
  readonly conv;
  readonly bn = new layers.BatchNormalization();
  readonly relu = new layers.ReLU();
  constructor(filters: number, kernelSize: number) {
    super();
    this.conv = new layers.Conv2D(filters, kernelSize, { padding: 'same' });
  }
  override call(inputs: trae.Tensor, { training }: trae.CallOptions = {}): trae.Tensor {
    return this.relu.apply(this.bn.apply(this.conv.apply(inputs), { training }));
  }
}
const makeModel = (): trae.keras.Model =>
  new Sequential([
    layers.Input([32, 32, 3]),
    new ConvBlock(32, 3),
    new layers.MaxPooling2D(2),
    new ConvBlock(64, 3),
    new layers.MaxPooling2D(2),
    new layers.Flatten(),
    new layers.Dense(128, { activation: 'relu' }),
    new layers.Dropout(0.5),
    new layers.Dense(10, { activation: 'softmax' }),
  ]);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      epochs: { type: 'string', default: '10' },
      data: { type: 'string' },
      out: { type: 'string', default: path.join('demo', 'practical-case') },
    },
  });
  const epochs = Number(values.epochs);
  const save = async (name: string, picture: string): Promise<void> =>
    fs.writeFile(path.join(values.out, name), picture);
  await fs.mkdir(values.out, { recursive: true });

  // ---- the data
  const [[xTrain, yTrain], [xTest, yTest]] = await datasets.cifar10.loadData({ path: values.data });
  const scaled = (images: trae.Tensor): trae.Tensor => images.cast('float32').divide(255);
  const x = scaled(xTrain);
  const y = utils.toCategorical(yTrain, 10);
  const xOfTest = scaled(xTest);
  const yOfTest = utils.toCategorical(yTest, 10);
  console.log(xTrain.shape, yTrain.shape, xTest.shape, y.shape);

  // ---- training
  utils.setRandomSeed(42);
  const model = makeModel();
  model.summary();
  model.compile({ optimizer: 'adam', loss: 'categorical_crossentropy', metrics: ['accuracy'] });
  const story = new callbacks.History();
  const train = async (from: number, to: number): Promise<void> => {
    const { history } = await model.fit(x, y, {
      initialEpoch: from,
      epochs: to,
      batchSize: BATCH,
      validationSplit: 0.2,
      verbose: 2,
    });
    for (let e = from; e < to; e++)
      story.onEpochEnd(e, Object.fromEntries(Object.entries(history).map(([k, v]) => [k, v[e - from]])));
  };
  const start = performance.now();
  await train(0, epochs);
  console.log(`${((performance.now() - start) / 1000).toFixed(0)} seconds`);
  console.log('evaluate:', await model.evaluate(xOfTest, yOfTest, { batchSize: 256, verbose: 0 }));

  // ---- compiled again: the convolutions stay as they are, the rate falls in steps
  const fine = Math.max(1, Math.round(epochs / 5));
  for (const layer of model.layers.slice(0, 4)) layer.trainable = false;
  const lrSchedule = new ExponentialDecay(0.001, 10000, 0.96, { staircase: true });
  model.compile({
    optimizer: new optimizers.Adam({ learningRate: lrSchedule }),
    loss: 'categorical_crossentropy',
    metrics: ['accuracy'],
  });
  await train(epochs, epochs + fine);
  console.log('after ExponentialDecay:', await model.evaluate(xOfTest, yOfTest, { batchSize: 256, verbose: 0 }));

  // ---- and again: all layers, restarts of the rate
  for (const layer of model.layers) layer.trainable = true;
  const stepsPerEpoch = Math.ceil((0.8 * xTrain.shape[0]) / BATCH);
  const restarts = new CosineDecayRestarts(0.0005, fine * stepsPerEpoch, { tMul: 2 });
  model.compile({
    optimizer: new optimizers.Adam({ learningRate: restarts }),
    loss: 'categorical_crossentropy',
    metrics: ['accuracy'],
  });
  await train(epochs + fine, epochs + 4 * fine);
  console.log('after CosineDecayRestarts:', await model.evaluate(xOfTest, yOfTest, { batchSize: 256, verbose: 0 }));
  await story.plot(path.join(values.out, 'practical-case-curves.svg'), {
    title: 'CIFAR-10: three times compiled, trained on',
    marks: { 'exponential decay': epochs + 1, 'cosine restarts': epochs + fine + 1 },
  });

  // ---- from the start, with warm-up
  utils.setRandomSeed(42);
  const warm = makeModel();
  const all = epochs * stepsPerEpoch;
  const warmUp = new CosineDecay(0, all - 2 * stepsPerEpoch, { warmupTarget: 0.002, warmupSteps: 2 * stepsPerEpoch });
  warm.compile({
    optimizer: new optimizers.Adam({ learningRate: warmUp }),
    loss: 'categorical_crossentropy',
    metrics: ['accuracy'],
  });
  const warmed = await warm.fit(x, y, { epochs, batchSize: BATCH, validationSplit: 0.2, verbose: 2 });
  console.log('with warm-up:', await warm.evaluate(xOfTest, yOfTest, { batchSize: 256, verbose: 0 }));
  await warmed.plot(path.join(values.out, 'practical-case-warm-up.svg'), {
    title: 'CIFAR-10 with warm-up and cosine decay',
  });
  await save(
    'practical-case-schedules.svg',
    schedulesPicture(
      {
        'exponential decay': new ExponentialDecay(0.001, 2000, 0.8),
        'with a staircase': new ExponentialDecay(0.001, 2000, 0.8, { staircase: true }),
        'cosine restarts': restarts,
        'warm-up, cosine decay': warmUp,
      },
      all,
    ),
  );

  // ---- what it says of images it has not seen
  const probabilities = (await warm.predict(xOfTest, { batchSize: 256, verbose: 0 })) as trae.Tensor;
  const guesses = await probabilities.argmax({ axis: -1 }).data();
  const sure = await probabilities.max({ axis: -1 }).data();
  const truths = await yTest.data();
  const bytes = (await xTest.data()) as Uint8Array;
  const counts = CLASSES.map(() => CLASSES.map(() => 0));
  for (let i = 0; i < truths.length; i++) counts[Number(truths[i])][Number(guesses[i])]++;
  await save(
    'practical-case-confusion.svg',
    confusionPicture(`${truths.length} test images, by class`, CLASSES, counts),
  );
  const answers: Answer[] = Array.from({ length: 32 }, (_, i) => ({
    pixels: bytes.subarray(i * 3072, (i + 1) * 3072),
    truth: CLASSES[Number(truths[i])],
    guess: CLASSES[Number(guesses[i])],
    confidence: Number(sure[i]),
  }));
  await save('practical-case-answers.svg', answersPicture('The first 32 test images', answers, 32));
  console.log(`pictures: ${path.resolve(values.out)}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof trae.TraeError ? error.message : error);
  process.exitCode ||= 1;
});
