/** The seed document's snippets, each run as it stands (files, hub and downloads apart). */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { classesInTurn, close, wave } from '../keras/helpers';

const { layers, Sequential, Model } = trae.keras;
const quiet = { verbose: 0 as const };

describe('tensors, gradients, variables', () => {
  const x = trae.tensor([
      [1, 2],
      [3, 4],
    ]),
    y = trae.tensor([
      [1, 0],
      [-1, 1],
    ]);
  it('tensors', async () => {
    assert.deepEqual([x.shape, x.dtype, x.ndim, x.size], [[2, 2], 'float32', 2, 4]);
    assert.deepEqual(await x.array(), [
      [1, 2],
      [3, 4],
    ]);
    assert.deepEqual(x.arraySync(), [
      [1, 2],
      [3, 4],
    ]);
    assert.deepEqual([await x.data(), x.dataSync()], [Float32Array.of(1, 2, 3, 4), Float32Array.of(1, 2, 3, 4)]);
    assert.equal(trae.tensor(7).item(), 7);
    assert.deepEqual(x.add(1).matmul(y).relu().arraySync(), [
      [0, 3],
      [0, 5],
    ]);
    assert.deepEqual(trae.concat([x, y], { axis: -1 }).shape, [2, 4]);
    close(trae.tanh(x), trae.ops.tanh(x), 'both names');
  });
  it('variables and gradients', () => {
    const v = trae.variable(x, { name: 'w', trainable: true });
    v.assign(v.value.add(1));
    assert.deepEqual(v.arraySync(), [
      [2, 3],
      [4, 5],
    ]);
    assert.equal(
      trae
        .grad((t) => t.square().sum())(trae.tensor([3]))
        .item(),
      6,
    );
    assert.equal(
      trae
        .grad(trae.grad((t) => t.power(3).sum()) as (t: trae.Tensor) => trae.Tensor)(trae.tensor(2))
        .item(),
      12,
    );
    const { value, grad } = trae.valueAndGrad((t) => t.square().sum())(trae.tensor([3]));
    assert.deepEqual([value.item(), grad.item()], [9, 6]);
    const [w, b] = [trae.variable([2]), trae.variable([1])],
      both = trae.variableGrads(() => w.value.multiply(3).add(b).sum(), [w, b]);
    assert.deepEqual([both.value.item(), ...both.grads.map((g) => g.item())], [7, 3, 1]);
    const f = trae.customGradient((t) => {
      const out = trae.tanh(t);
      return [out, (dy) => dy.multiply(out.square().multiply(-1).add(1))];
    });
    close(trae.grad((t) => f(t).sum())(trae.tensor([0.5])), trae.grad((t) => trae.tanh(t).sum())(trae.tensor([0.5])), 'custom');
  });
  it('compile, tidy, memory, seeds, settings', () => {
    const fast = trae.compile((a: trae.Tensor, b: trae.Tensor) => a.matmul(b).sum());
    assert.equal(fast(x, y).item(), x.matmul(y).sum().item());
    assert.equal(trae.tidy(() => x.add(1).sum()).item(), 14);
    assert.ok(trae.memory().bytesInUse > 0);
    trae.setRandomSeed(7);
    const first = trae.random.normal([2, 3]).dataSync();
    trae.keras.utils.setRandomSeed(7);
    assert.deepEqual(trae.random.normal([2, 3]).dataSync(), first);
    assert.ok(trae.config.numThreads >= 1);
    assert.ok(trae.devices().length >= 1);
    assert.match(trae.version, /^\d+\.\d+\.\d+/);
  });
});

describe('the seed document', () => {
  const seedModel = (): trae.keras.Model =>
    new Sequential([
      new layers.Dense(64, { activation: 'relu', inputShape: [20] }),
      new layers.Dropout(0.5),
      new layers.BatchNormalization(),
      new layers.Dense(32, { activation: 'relu' }),
      new layers.Dense(10, { activation: 'softmax' }),
    ]);
  it('builds, prints and trains the model', async () => {
    const model = seedModel(),
      first = model.layers[0];
    let text = '';
    model.summary({
      printFn: (t) => {
        text = t;
      },
    });
    assert.match(text, /Total params: 4,010 /);
    assert.deepEqual(
      [first.weights.length, first.trainableWeights.length, first.nonTrainableWeights.length, first.inputShape, first.outputShape],
      [2, 2, 0, [null, 20], [null, 64]],
    );
    assert.equal((first.input as trae.KerasTensor).ndim + (first.output as trae.KerasTensor).ndim, 4);
    const x = wave(200, 20),
      y = trae.keras.utils.toCategorical(classesInTurn(200, 10), 10);
    model.compile({ optimizer: 'adam', loss: 'categorical_crossentropy', metrics: ['accuracy'] });
    const history = await model.fit(x, y, { epochs: 3, batchSize: 64, validationSplit: 0.2, ...quiet });
    assert.equal(history.history.val_accuracy.length, 3);
    const [loss, accuracy] = await model.evaluate(x, y, quiet),
      record = await model.evaluate(x, y, { returnDict: true, ...quiet });
    assert.deepEqual(record, { loss, accuracy });
  });
  it('fine-tunes: freezes layers, a schedule, compiles again', async () => {
    const model = seedModel(),
      x = wave(128, 20),
      y = trae.keras.utils.toCategorical(classesInTurn(128, 10), 10);
    model.compile({ optimizer: 'adam', loss: 'categorical_crossentropy' });
    await model.fit(x, y, quiet);
    for (const layer of model.layers.slice(0, 4)) layer.trainable = false;
    const frozen = model.layers.slice(0, 4).flatMap((l) => l.weights.map((w) => w.arraySync()));
    const lrSchedule = new trae.keras.optimizers.schedules.ExponentialDecay(0.001, 10000, 0.96, { staircase: true });
    model.compile({ optimizer: new trae.keras.optimizers.Adam({ learningRate: lrSchedule }), loss: 'categorical_crossentropy', metrics: ['accuracy'] });
    const before = model.layers[4].weights.map((w) => w.arraySync());
    await model.fit(x, y, { epochs: 2, ...quiet });
    assert.deepEqual(
      model.layers.slice(0, 4).flatMap((l) => l.weights.map((w) => w.arraySync())),
      frozen,
    );
    assert.notDeepEqual(
      model.layers[4].weights.map((w) => w.arraySync()),
      before,
    );
    assert.equal(model.trainableWeights.length, 2);
  });
  it('regularizes and constrains weights', async () => {
    const layer = new layers.Dense(64, { kernelRegularizer: trae.keras.regularizers.l2(0.01), kernelConstraint: new trae.keras.constraints.MaxNorm({ maxValue: 2, axis: 0 }) });
    const model = new Sequential([layers.Input([8]), layer, new layers.Dense(1)]);
    model.compile({ optimizer: new trae.keras.optimizers.SGD(5), loss: 'mse' });
    await model.fit(wave(32, 8).multiply(3), wave(32, 1).multiply(3), quiet);
    const norms = layer.kernel.value.square().sum({ axis: 0 }).sqrt().dataSync() as Float32Array;
    assert.ok(Math.max(...norms) <= 2.001, String(Math.max(...norms)));
  });
  it('the image model: ConvBlock, pooling, dropout', async () => {
    class ConvBlock extends layers.Layer {
      readonly conv: trae.keras.Layer;
      readonly norm = new layers.BatchNormalization();
      readonly relu = new layers.ReLU();
      constructor(filters: number) {
        super();
        this.conv = new layers.Conv2D(filters, 3, { padding: 'same' });
      }
      override call(x: trae.Tensor, { training }: trae.CallOptions = {}): unknown {
        return this.relu.apply(this.norm.apply(this.conv.apply(x), { training }));
      }
    }
    const model = new Sequential([
      layers.Input([8, 8, 3]),
      new ConvBlock(8),
      new layers.MaxPooling2D(),
      new ConvBlock(16),
      new layers.MaxPooling2D(),
      new layers.Flatten(),
      new layers.Dense(32, { activation: 'relu' }),
      new layers.Dropout(0.5),
      new layers.Dense(10, { activation: 'softmax' }),
    ]);
    model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
    const history = await model.fit(wave(64, 8, 8, 3), classesInTurn(64, 10), { epochs: 2, batchSize: 16, validationSplit: 0.25, ...quiet });
    assert.ok(history.history.loss.every(Number.isFinite));
    assert.deepEqual([model.layers[0].weights.length, model.layers[0].outputShape], [6, [null, 8, 8, 8]]);
  });
  it('shares layers and joins inputs', async () => {
    const shared = new layers.Dense(64, { activation: 'relu' });
    const chain = new Sequential([layers.Input([64]), shared, new layers.Dense(64), shared, new layers.Dense(10)]);
    assert.equal(chain.countParams(), 2 * 4160 + 650);
    const input1 = trae.keras.Input([10]),
      input2 = trae.keras.Input([20]),
      model = new Model({ inputs: [input1, input2], outputs: new layers.Dense(1).apply(new layers.Concatenate().apply([input1, input2])) });
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    assert.equal((await model.fit([wave(8, 10), wave(8, 20)], wave(8, 1), quiet)).epoch.length, 1);
  });
});

describe('learning', () => {
  // Ten patterns of 28 x 28 pixels, shifted and with noise on them: as digits are, but made here.
  function digits(count: number, seed: number): [trae.Tensor, trae.Tensor] {
    trae.setRandomSeed(seed);
    const labels = classesInTurn(count, 10),
      noise = trae.random.normal([count, 28, 28, 1], { stddev: 0.3 }).dataSync() as Float32Array,
      k = labels.dataSync() as Int32Array,
      data = new Float32Array(count * 784);
    for (let n = 0; n < count; n++)
      for (let r = 0; r < 28; r++)
        for (let c = 0; c < 28; c++) {
          const i = n * 784 + r * 28 + c,
            dr = r - 14 - (n % 3),
            dc = c - 14 + (n % 5) - 2,
            angle = (k[n] * Math.PI) / 10;
          data[i] = (Math.abs(dr * Math.cos(angle) + dc * Math.sin(angle)) < 2 ? 1 : 0) + noise[i];
        }
    return [trae.tensor(data, [count, 28, 28, 1]), labels];
  }
  it('reaches more than 95 % on images of ten kinds it has not seen', async () => {
    const [xTrain, yTrain] = digits(1500, 1),
      [xTest, yTest] = digits(300, 2);
    trae.setRandomSeed(3);
    const model = new Sequential([
      layers.Input([28, 28, 1]),
      new layers.Conv2D(8, 5, { strides: 2, activation: 'relu' }),
      new layers.MaxPooling2D(),
      new layers.Flatten(),
      new layers.Dense(32, { activation: 'relu' }),
      new layers.Dense(10, { activation: 'softmax' }),
    ]);
    model.compile({ optimizer: new trae.keras.optimizers.Adam(0.003), loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
    await model.fit(xTrain, yTrain, { epochs: 6, batchSize: 32, ...quiet });
    const { accuracy } = await model.evaluate(xTest, yTest, { returnDict: true, ...quiet });
    assert.ok(accuracy > 0.95, String(accuracy));
  }).timeout(60000);
});
