/** Seed document, section 3: parameters — sharing, freezing, regularizers and constraints. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { classesInTurn, close, throwsText, wave, weightsOf } from '../keras/helpers';

const { layers, Sequential, Model, Input, optimizers, regularizers, constraints } = trae.keras;
const quiet = { verbose: 0 as const };

/** Warnings of the process while `f` runs. */
async function warningsOf(f: () => unknown): Promise<string[]> {
  const seen: string[] = [];
  const listen = (w: Error): void => void seen.push(w.message);
  process.on('warning', listen);
  await f();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', listen);
  return seen;
}

describe('seed document: sharing', () => {
  it('one instance at several places of a Sequential: its weights count once', () => {
    const shared = new layers.Dense(64, { activation: 'relu' });
    const model = new Sequential([layers.Input([64]), shared, new layers.Dense(64), shared, new layers.Dense(10)]);
    assert.equal(model.countParams(), 2 * 4160 + 650);
    assert.equal(model.trainableWeights.length, 6);
  });
  it('gradients of all places are summed, and the weights updated once', async () => {
    const shared = new layers.Dense(2, { useBias: false, name: 'shared' });
    const x = Input([2]);
    const model = new Model({ inputs: x, outputs: shared.apply(shared.apply(x)) });
    const start = [
      [0.5, -0.25],
      [0.75, 1],
    ];
    const data = trae.tensor([[1, 2]]);
    const target = trae.tensor([[0.5, 0.5]]);
    model.setWeights([trae.tensor(start)]);
    model.compile({ optimizer: new optimizers.SGD(0.1), loss: 'mse' });
    const gradient = trae.grad((w) => data.matmul(w).matmul(w).subtract(target).square().mean())(trae.tensor(start));
    await model.trainOnBatch(data, target);
    close(shared.kernel, trae.tensor(start).subtract(gradient.multiply(0.1)), 'kernel');
    assert.equal(model.optimizer!.variables.length, 2); // iterations and rate: SGD has no slots
  });
  it('with other input shapes is an error that names both, the layer and the place', async () => {
    const shared = new layers.Dense(64, { name: 'shared' });
    await throwsText(
      () =>
        new Sequential([layers.Input([20]), shared, new layers.Dense(32, { name: 'between' }), shared], {
          name: 'chain',
        }),
      'ValueError',
      "layer 'shared' is shared by inputs of different shapes: its weights were made for (None, 20), and now it is called on (None, 32) at position 2 of Sequential 'chain'.\n" +
        "  Received: an input of shape (None, 32) from 'between': input of layer 'shared' is not what it expects: expected axis -1 of size 20, found 32.\n" +
        "  Fix: use another layer there, or bring the inputs to the same shape.\n  In layer 'shared' (Dense).",
    );
    const twice = new layers.Conv2D(3, 3, { name: 'twice' });
    twice.apply(Input([8, 8, 3]));
    await throwsText(
      () => twice.apply(Input([8, 8, 4], { name: 'four' })),
      'ValueError',
      "layer 'twice' is shared by inputs of different shapes: its weights were made for (None, 8, 8, 3), and now it is called on (None, 8, 8, 4).\n" +
        "  Received: an input of shape (None, 8, 8, 4) from 'four': input of layer 'twice' is not what it expects: expected axis -1 of size 3, found 4.\n" +
        "  Fix: use another layer there, or bring the inputs to the same shape.\n  In layer 'twice' (Conv2D).",
    );
  });
});

describe('seed document: freezing', () => {
  const classifier = (): trae.keras.Model =>
    new Sequential([
      new layers.Dense(8, { activation: 'relu', inputShape: [6] }),
      new layers.Dropout(0.2),
      new layers.BatchNormalization(),
      new layers.Dense(8, { activation: 'relu' }),
      new layers.Dense(3, { activation: 'softmax' }),
    ]);
  const x = wave(48, 6);
  const y = classesInTurn(48, 3);
  const compiled = (model: trae.keras.Model, optimizer: trae.keras.OptimizerIdentifier = 'adam'): trae.keras.Model => {
    model.compile({ optimizer, loss: 'sparse_categorical_crossentropy' });
    return model;
  };
  it('for (const layer of model.layers.slice(0, 4)) layer.trainable = false', async () => {
    const model = compiled(classifier());
    await model.fit(x, y, quiet);
    for (const layer of model.layers.slice(0, 4)) layer.trainable = false;
    compiled(model);
    const before = weightsOf(model);
    await model.fit(x, y, { epochs: 2, ...quiet });
    const after = weightsOf(model);
    assert.deepEqual(after.slice(0, 8), before.slice(0, 8)); // moving statistics included: frozen, they are used and kept
    assert.notDeepEqual(after.slice(8), before.slice(8));
    assert.deepEqual([model.trainableWeights.length, model.nonTrainableWeights.length], [2, 8]);
  });
  it('model.layers.slice(-2) are trained, the others not', async () => {
    const model = classifier();
    model.trainable = false;
    model.setOwnTrainable(true);
    for (const layer of model.layers.slice(-2)) layer.trainable = true;
    compiled(model);
    const before = weightsOf(model);
    await model.fit(x, y, quiet);
    const changed = weightsOf(model).map((w, i) => JSON.stringify(w) !== JSON.stringify(before[i]));
    assert.deepEqual(changed, [false, false, false, false, false, false, true, true, true, true]);
  });
  it('after compile has no effect until compiling again, and says so once', async () => {
    const model = compiled(classifier());
    await model.fit(x, y, quiet);
    model.layers[0].trainable = false;
    const before = weightsOf(model)[0];
    const warnings = await warningsOf(async () => {
      await model.fit(x, y, quiet);
      await model.fit(x.slice([0, 0], [20, 6]), y.slice([0], [20]), quiet); // another size of the last batch: another plan
    });
    assert.deepEqual(warnings, [
      `'trainable' of '${model.layers[0].name}' has changed since model '${model.name}' was compiled. This has no effect until compile is called again.`,
    ]);
    const moved = weightsOf(model)[0];
    assert.notDeepEqual(moved, before);
    assert.equal(model.layers[0].trainable, false);
    compiled(model);
    assert.deepEqual(await warningsOf(() => model.fit(x, y, quiet)), []);
    assert.deepEqual(weightsOf(model)[0], moved);
  });
  it('single variables', async () => {
    const model = classifier();
    const last = model.layers.at(-1) as InstanceType<typeof layers.Dense>;
    last.bias!.trainable = false;
    compiled(model);
    assert.equal(model.trainableWeights.length, 7);
    const bias = last.bias!.arraySync();
    const kernel = last.kernel.arraySync();
    await model.fit(x, y, quiet);
    assert.deepEqual(last.bias!.arraySync(), bias);
    assert.notDeepEqual(last.kernel.arraySync(), kernel);
  });
  it('models inside of models', async () => {
    const base = new Sequential([layers.Input([6]), new layers.Dense(5), new layers.BatchNormalization()]);
    const input = Input([6]);
    const model = new Model({
      inputs: input,
      outputs: new layers.Dense(3, { activation: 'softmax' }).apply(base.apply(input)),
    });
    base.trainable = false;
    compiled(model);
    const before = weightsOf(base);
    await model.fit(x, y, quiet);
    assert.deepEqual(weightsOf(base), before);
    assert.equal(model.trainableWeights.length, 2);
  });
  it('the optimizer’s slots survive when the same optimizer is compiled again', async () => {
    const model = classifier();
    const optimizer = new optimizers.Adam(0.01);
    compiled(model, optimizer);
    await model.fit(x, y, quiet);
    const slots = optimizer.variables.map((v) => v.arraySync());
    model.layers[0].trainable = false;
    compiled(model, optimizer);
    assert.deepEqual(
      optimizer.variables.map((v) => v.arraySync()),
      slots,
    );
    await model.fit(x, y, quiet);
    assert.equal(Number(optimizer.iterations.item()), 4);
    const of = (word: string): number[] => optimizer.variables.flatMap((v, i) => (v.name.includes(word) ? [i] : []));
    for (const i of of(`${model.layers[0].name}_kernel`))
      assert.deepEqual(optimizer.variables[i].arraySync(), slots[i]);
  });
});

describe('seed document: regularizers and constraints', () => {
  it('the layer of the document', async () => {
    const layer = new layers.Dense(64, {
      kernelRegularizer: trae.keras.regularizers.l2(0.01),
      kernelConstraint: new trae.keras.constraints.MaxNorm({ maxValue: 2, axis: 0 }),
    });
    const model = new Sequential([layers.Input([8]), layer, new layers.Dense(1)]);
    model.compile({ optimizer: new optimizers.SGD(5), loss: 'mse' });
    const penalty = 0.01 * layer.kernel.value.square().sum().item();
    const x = wave(32, 8).multiply(3);
    const y = wave(32, 1).multiply(3);
    const mse = (model.apply(x) as trae.Tensor).subtract(y).square().mean().item();
    const { history } = await model.fit(x, y, quiet);
    close(history.loss[0], mse + penalty, 'loss with penalty');
    const norms = layer.kernel.value.square().sum({ axis: 0 }).sqrt().dataSync() as Float32Array;
    assert.ok(Math.max(...norms) <= 2.001, String(Math.max(...norms)));
  });
  const w = [
    [1, -2],
    [0.5, 3],
  ];
  const cases: [string, trae.keras.RegularizerIdentifier, number][] = [
    ['L1', new regularizers.L1(0.1), 0.65],
    ['L2', new regularizers.L2(0.1), 1.425],
    ['L1L2', new regularizers.L1L2({ l1: 0.1, l2: 0.1 }), 2.075],
    [
      'OrthogonalRegularizer',
      new regularizers.OrthogonalRegularizer({ factor: 0.1 }),
      (0.1 * 5.5) / (Math.sqrt(5) * Math.sqrt(9.25)),
    ],
    ['a function', (t: trae.Tensor) => t.max(), 3],
  ];
  for (const [name, regularizer, penalty] of cases)
    it(`${name} joins the loss, its history and that of evaluate`, async () => {
      const dense = new layers.Dense(2, { kernelRegularizer: regularizer, useBias: false });
      const model = new Sequential([layers.Input([2]), dense]);
      model.setWeights([trae.tensor(w)]);
      model.compile({ optimizer: new optimizers.SGD(0), loss: 'mse' });
      const x = trae.zeros([4, 2]);
      const { history } = await model.fit(x, x, { validationData: [x, x], ...quiet });
      close(
        [history.loss[0], history.val_loss[0], (await model.evaluate(x, x, quiet)) as number],
        [penalty, penalty, penalty],
        name,
      );
    });
  it('a frozen layer is not penalized', () => {
    const dense = new layers.Dense(2, { kernelRegularizer: 'l2' });
    dense.build([null, 2]);
    assert.equal(dense.losses.length, 1);
    dense.trainable = false;
    assert.equal(dense.losses.length, 0);
  });
  it('constraints act after every step', async () => {
    const constrained: Record<string, [trae.keras.ConstraintIdentifier, (v: number[]) => boolean]> = {
      NonNeg: [new constraints.NonNeg(), (v) => v.every((e) => e >= 0)],
      UnitNorm: [
        new constraints.UnitNorm({ axis: 0 }),
        (v) => [0, 1].every((c) => Math.abs(Math.hypot(v[c], v[c + 2], v[c + 4]) - 1) < 1e-4),
      ],
      MinMaxNorm: [
        new constraints.MinMaxNorm({ minValue: 0.5, maxValue: 0.7, axis: 0 }),
        (v) => [0, 1].every((c) => Math.hypot(v[c], v[c + 2], v[c + 4]) <= 0.7001),
      ],
    };
    for (const [name, [kernelConstraint, holds]] of Object.entries(constrained)) {
      const dense = new layers.Dense(2, { kernelConstraint });
      const model = new Sequential([layers.Input([3]), dense]);
      model.compile({ optimizer: new optimizers.SGD(0.5), loss: 'mse' });
      for (let step = 0; step < 3; step++) {
        await model.trainOnBatch(wave(8, 3), wave(8, 2));
        assert.ok(holds([...(dense.kernel.dataSync() as Float32Array)]), `${name}: ${dense.kernel.arraySync()}`);
      }
    }
  });
});
