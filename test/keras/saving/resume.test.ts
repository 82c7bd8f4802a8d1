/**
 * Training that was saved and loaded goes on as if it had not stopped, to the bit: for every kind of optimizer state, for
 * frozen parts and nested models, through each format that holds the state.
 */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { temporaryFolder } from '../../io/support';

const { layers, Sequential, Model, Input, optimizers, models } = trae.keras;
type AnyModel = InstanceType<typeof Model>;
const folder = temporaryFolder();
const x = trae.random.normal([24, 4], { seed: 1 });
const y = trae.random.normal([24, 2], { seed: 2 });

const plain = (): AnyModel =>
  new Sequential([
    layers.Input([4]),
    new layers.Dense(5, { activation: 'tanh', name: 'a' }),
    new layers.BatchNormalization({ name: 'n' }),
    new layers.Dense(2, { name: 'b' }),
  ]);
const frozen = (): AnyModel => {
  const model = plain();
  model.getLayer('a').trainable = false;
  return model;
};
const nested = (): AnyModel => {
  const inner = new Sequential(
    [
      layers.Input([4]),
      new layers.Dense(4, { activation: 'relu', name: 'i1' }),
      new layers.BatchNormalization({ name: 'i2' }),
    ],
    { name: 'inner' },
  );
  const input = Input([4], { name: 'x' });
  const twice = new layers.Dense(4, { name: 'twice' });
  const h = twice.apply(twice.apply(inner.apply(input)));
  return new Model({
    inputs: input,
    outputs: new layers.Dense(2, { name: 'out' }).apply(h) as trae.KerasTensor,
    name: 'outer',
  });
};
const nestedFrozen = (): AnyModel => {
  const model = nested();
  model.getLayer('inner').trainable = false;
  return model;
};
const kinds: Record<string, () => InstanceType<typeof optimizers.Optimizer>> = {
  sgd: () => new optimizers.SGD({ learningRate: 0.05, momentum: 0.9, nesterov: true }),
  adam: () => new optimizers.Adam({ learningRate: 0.01, amsgrad: true }),
  adamw: () => new optimizers.AdamW({ learningRate: 0.01, weightDecay: 0.1, clipnorm: 0.5 }),
  rmsprop: () => new optimizers.RMSprop({ learningRate: 0.01, momentum: 0.5, centered: true }),
  nadam: () => new optimizers.Nadam({ learningRate: 0.01 }),
  adafactor: () => new optimizers.Adafactor({ learningRate: 0.01 }),
  ftrl: () => new optimizers.Ftrl({ learningRate: 0.05 }),
  lamb: () => new optimizers.Lamb({ learningRate: 0.01 }),
  lion: () => new optimizers.Lion({ learningRate: 0.001 }),
  muon: () => new optimizers.Muon({ learningRate: 0.01 }),
  'moving averages': () => new optimizers.Adam({ learningRate: 0.01, useEma: true, emaMomentum: 0.9 }),
  'moving averages that overwrite': () =>
    new optimizers.SGD({ learningRate: 0.05, momentum: 0.5, useEma: true, emaMomentum: 0.8, emaOverwriteFrequency: 2 }),
  // 3 batches an epoch: the saved state is in the middle of an accumulation.
  'gradients of 4 steps': () => new optimizers.Adam({ learningRate: 0.02, gradientAccumulationSteps: 4 }),
  'scaled loss': () =>
    new optimizers.LossScaleOptimizer(new optimizers.Adam({ learningRate: 0.01 }), {
      initialScale: 1024,
      dynamicGrowthSteps: 2,
    }),
  'falling rate': () => new optimizers.Adam({ learningRate: new optimizers.schedules.ExponentialDecay(0.05, 2, 0.8) }),
};
const builders: Record<string, () => AnyModel> = { plain, frozen, nested, nestedFrozen };
const fit = { verbose: 0, shuffle: false, batchSize: 8 } as const;

describe('training that goes on after loading', () => {
  let files = 0;
  const check = async (
    build: () => AnyModel,
    optimizer: () => InstanceType<typeof optimizers.Optimizer>,
    extension: string,
  ): Promise<void> => {
    trae.setRandomSeed(5);
    const model = build();
    const file = path.join(folder, `${files++}${extension}`);
    model.compile({ optimizer: optimizer(), loss: 'mse', metrics: ['mae'] });
    await model.fit(x, y, { ...fit, epochs: 1 });
    const warn = console.warn;
    const said: string[] = [];
    console.warn = (text: string) => said.push(text);
    let again: AnyModel;
    try {
      if (extension === '.weights.h5') {
        await model.saveWeights(file);
        again = build();
        again.compile({ optimizer: optimizer(), loss: 'mse', metrics: ['mae'] });
        again.optimizer!.build(again.trainableVariables);
        await again.loadWeights(file);
      } else {
        await model.save(file);
        again = await models.loadModel(file);
      }
    } finally {
      console.warn = warn;
    }
    assert.deepEqual(said, []);
    assert.deepEqual(
      again.trainableWeights.map((w) => w.shape),
      model.trainableWeights.map((w) => w.shape),
    );
    const a = await model.fit(x, y, { ...fit, epochs: 2 });
    const b = await again.fit(x, y, { ...fit, epochs: 2 });
    assert.deepEqual(b.history, a.history);
    assert.deepEqual(
      again.getWeights().map((w) => w.arraySync()),
      model.getWeights().map((w) => w.arraySync()),
    );
    assert.equal(again.optimizer!.iterations.item(), 9);
  };
  for (const extension of ['.keras', '.h5', '.weights.h5'])
    describe(extension, () => {
      for (const [name, optimizer] of Object.entries(kinds)) it(name, () => check(plain, optimizer, extension));
      for (const [name, build] of Object.entries(builders))
        if (name !== 'plain') it(`${name} models`, () => check(build, kinds.adam, extension));
      it('frozen parts with moving averages', () =>
        check(nestedFrozen, kinds['moving averages that overwrite'], extension));
    });
  it('random numbers of dropout go on too', async () => {
    trae.setRandomSeed(6);
    const model = new Sequential([
      layers.Input([4]),
      new layers.Dense(8),
      new layers.Dropout(0.4),
      new layers.GaussianNoise(0.2),
      new layers.Dense(2),
    ]);
    const file = path.join(folder, 'dropout.keras');
    model.compile({ optimizer: 'adam', loss: 'mse' });
    await model.fit(x, y, { ...fit, epochs: 1 });
    await model.save(file);
    const again = await models.loadModel(file);
    const a = await model.fit(x, y, { ...fit, epochs: 2 });
    const b = await again.fit(x, y, { ...fit, epochs: 2 });
    assert.deepEqual(b.history, a.history);
  });
  for (const extension of ['.keras', '.h5'])
    it(`several optimizers (${extension})`, async () => {
      const { MultiOptimizer, OptimizerMap, Adam, SGD } = optimizers;
      await check(
        plain,
        () =>
          new MultiOptimizer(
            new OptimizerMap(new Adam({ learningRate: 0.01 }), {
              '(.+/)?b/.+': new SGD({ learningRate: 0.1, momentum: 0.9 }),
            }),
          ),
        extension,
      );
    });
});
