/** Seed document, section 4: the practical case (CIFAR-10 from its binary files) and its optimization. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../lib/index';
import { loadSized } from '../../lib/keras/datasets/cifar10_files';
import { temporary } from '../keras/datasets/fixtures';
import { classesInTurn, close } from '../keras/helpers';

const { layers, Sequential, optimizers } = trae.keras;
const quiet = { verbose: 0 as const };

// A small copy of the binary version: a label and 3 x 32 x 32 bytes a row. The label shows as a bright column.
function writeCifar(folder: string, rows: number): void {
  const names = ['data_batch_1', 'data_batch_2', 'data_batch_3', 'data_batch_4', 'data_batch_5', 'test_batch'];
  names.forEach((name, n) => {
    const bytes = Buffer.alloc(rows * 3073);
    for (let r = 0; r < rows; r++) {
      const label = (r * 7 + n) % 10;
      const at = r * 3073;
      bytes[at] = label;
      for (let i = 0; i < 3072; i++) bytes[at + 1 + i] = (i % 32) >> 1 === label + 3 ? 220 : (i * 37 + r * 11 + n) % 90;
    }
    fs.writeFileSync(path.join(folder, `${name}.bin`), bytes);
  });
}

describe('seed document: the practical case', () => {
  const folder = temporary();
  after(() => fs.rmSync(folder, { recursive: true }));

  it('CIFAR-10 from its binary files, trained, evaluated, tuned', async () => {
    writeCifar(folder, 60);
    const [[xTrain, yTrain], [xTest, yTest]] = await loadSized({ batches: 5, rows: 60 }, { path: folder });
    assert.deepEqual(
      [xTrain.shape, yTrain.shape, xTest.shape],
      [
        [300, 32, 32, 3],
        [300, 1],
        [60, 32, 32, 3],
      ],
    );
    const scaled = (t: trae.Tensor): trae.Tensor => t.cast('float32').divide(255);
    const y = trae.keras.utils.toCategorical(yTrain, 10);
    const yOfTest = trae.keras.utils.toCategorical(yTest, 10);
    trae.setRandomSeed(5);
    const model = new Sequential([
      layers.Input([32, 32, 3]),
      new layers.Conv2D(8, 3, { padding: 'same', activation: 'relu' }),
      new layers.MaxPooling2D(2),
      new layers.Conv2D(16, 3, { padding: 'same', activation: 'relu' }),
      new layers.MaxPooling2D(2),
      new layers.Flatten(),
      new layers.Dense(32, { activation: 'relu' }),
      new layers.Dropout(0.2),
      new layers.Dense(10, { activation: 'softmax' }),
    ]);
    model.compile({ optimizer: 'adam', loss: 'categorical_crossentropy', metrics: ['accuracy'] });
    const history = await model.fit(scaled(xTrain), y, { epochs: 15, batchSize: 32, validationSplit: 0.2, ...quiet });
    assert.deepEqual(Object.keys(history.history), ['accuracy', 'loss', 'val_accuracy', 'val_loss']);
    assert.equal(history.history.val_accuracy.length, 15);
    const [loss, accuracy] = await model.evaluate(scaled(xTest), yOfTest, quiet);
    assert.ok(accuracy > 0.8, `accuracy ${accuracy}`);
    assert.deepEqual(await model.evaluate(scaled(xTest), yOfTest, { returnDict: true, ...quiet }), { accuracy, loss });

    const lrSchedule = new optimizers.schedules.ExponentialDecay(0.001, 10000, 0.96, { staircase: true });
    for (const layer of model.layers.slice(0, 4)) layer.trainable = false;
    model.compile({
      optimizer: new optimizers.Adam({ learningRate: lrSchedule }),
      loss: 'categorical_crossentropy',
      metrics: ['accuracy'],
    });
    await model.fit(scaled(xTrain), y, { epochs: 2, batchSize: 32, ...quiet });
    const [, tuned] = await model.evaluate(scaled(xTest), yOfTest, quiet);
    assert.ok(tuned > 0.8, `accuracy ${tuned}`);
  }).timeout(60000);

  it('ExponentialDecay with a staircase', () => {
    const { ExponentialDecay } = optimizers.schedules;
    const at = (schedule: InstanceType<typeof ExponentialDecay>, step: number): number => schedule.call(step);
    const stairs = new ExponentialDecay(0.001, 10000, 0.96, { staircase: true });
    close(
      [0, 9999, 10000, 25000].map((s) => at(stairs, s)),
      [0.001, 0.001, 0.00096, 0.001 * 0.96 ** 2],
      'stairs',
    );
    close(
      [0, 5000].map((s) => at(new ExponentialDecay(0.001, 10000, 0.96), s)),
      [0.001, 0.001 * 0.96 ** 0.5],
      'smooth',
    );
  });
  it('the other schedules: restarts and warm-up', () => {
    const { CosineDecayRestarts, CosineDecay, PolynomialDecay, PiecewiseConstantDecay, InverseTimeDecay } =
      optimizers.schedules;
    const restarts = new CosineDecayRestarts(0.1, 10);
    close(
      [0, 5, 10, 20, 30].map((s) => restarts.call(s)),
      [0.1, 0.05, 0.1, 0.05, 0.1],
      'restarts',
    );
    const warm = new CosineDecay(0, 10, { warmupTarget: 0.1, warmupSteps: 4 });
    close(
      [0, 2, 4, 14].map((s) => warm.call(s)),
      [0, 0.05, 0.1, 0],
      'warm-up',
    );
    close(
      [0, 5, 10].map((s) => new PolynomialDecay(0.1, 10, { endLearningRate: 0.02 }).call(s)),
      [0.1, 0.06, 0.02],
      'polynomial',
    );
    close(
      [0, 3, 8].map((s) => new PiecewiseConstantDecay([2, 5], [0.1, 0.05, 0.01]).call(s)),
      [0.1, 0.05, 0.01],
      'pieces',
    );
    close(
      [0, 10].map((s) => new InverseTimeDecay(0.1, 10, 1).call(s)),
      [0.1, 0.05],
      'inverse time',
    );
  });
});

describe('schedules in fit', () => {
  const { ExponentialDecay, CosineDecayRestarts, CosineDecay } = optimizers.schedules;
  const cases = {
    'ExponentialDecay with a staircase': new ExponentialDecay(0.1, 3, 0.5, { staircase: true }),
    CosineDecayRestarts: new CosineDecayRestarts(0.1, 4, { tMul: 2, mMul: 0.5, alpha: 0.1 }),
    'CosineDecay with warm-up': new CosineDecay(0, 8, { warmupTarget: 0.1, warmupSteps: 4 }),
  };
  for (const [name, schedule] of Object.entries(cases))
    it(`${name}: each step takes its own rate, and compiling again starts anew`, async () => {
      // The loss is the weight itself: a step moves it by the learning rate.
      const model = new Sequential([
        layers.Input([1]),
        new layers.Dense(1, { useBias: false, kernelInitializer: 'zeros' }),
      ]);
      const x = trae.ones([12, 1]);
      const sum = (from: number, to: number): number =>
        Array.from({ length: to - from }, (_, i) => schedule.call(from + i)).reduce((a, b) => a + b, 0);
      const compiled = (): void =>
        model.compile({
          optimizer: new optimizers.SGD({ learningRate: schedule }),
          loss: (_: trae.Tensor, yPred: trae.Tensor) => yPred,
        });
      const weight = (): number => -model.weights[0].value.item();
      compiled();
      await model.fit(x, x, { batchSize: 2, ...quiet });
      close(weight(), sum(0, 6), 'six steps');
      await model.fit(x, x, { batchSize: 2, ...quiet });
      close(weight(), sum(0, 12), 'twelve steps');
      compiled();
      await model.fit(x, x, { batchSize: 4, ...quiet });
      close(weight(), sum(0, 12) + sum(0, 3), 'three steps of a new optimizer');
    });
});

describe('learning', () => {
  // Ten patterns of 28 x 28 pixels, shifted and with noise on them: as digits are, but made here.
  function digits(count: number, seed: number): [trae.Tensor, trae.Tensor] {
    trae.setRandomSeed(seed);
    const labels = classesInTurn(count, 10);
    const noise = trae.random.normal([count, 28, 28, 1], { stddev: 0.3 }).dataSync() as Float32Array;
    const k = labels.dataSync() as Int32Array;
    const data = new Float32Array(count * 784);
    for (let n = 0; n < count; n++)
      for (let r = 0; r < 28; r++)
        for (let c = 0; c < 28; c++) {
          const i = n * 784 + r * 28 + c;
          const dr = r - 14 - (n % 3);
          const dc = c - 14 + (n % 5) - 2;
          const angle = (k[n] * Math.PI) / 10;
          data[i] = (Math.abs(dr * Math.cos(angle) + dc * Math.sin(angle)) < 2 ? 1 : 0) + noise[i];
        }
    return [trae.tensor(data, [count, 28, 28, 1]), labels];
  }
  it('reaches more than 95 % on images of ten kinds it has not seen', async () => {
    const [xTrain, yTrain] = digits(1500, 1);
    const [xTest, yTest] = digits(300, 2);
    trae.setRandomSeed(3);
    const model = new Sequential([
      layers.Input([28, 28, 1]),
      new layers.Conv2D(8, 5, { strides: 2, activation: 'relu' }),
      new layers.MaxPooling2D(),
      new layers.Flatten(),
      new layers.Dense(32, { activation: 'relu' }),
      new layers.Dense(10, { activation: 'softmax' }),
    ]);
    model.compile({
      optimizer: new trae.keras.optimizers.Adam(0.003),
      loss: 'sparse_categorical_crossentropy',
      metrics: ['accuracy'],
    });
    await model.fit(xTrain, yTrain, { epochs: 6, batchSize: 32, ...quiet });
    const { accuracy } = await model.evaluate(xTest, yTest, { returnDict: true, ...quiet });
    assert.ok(accuracy > 0.95, String(accuracy));
  }).timeout(60000);
});
