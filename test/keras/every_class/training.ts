/** Compiled models: every optimizer, schedule, loss, metric, initializer, regularizer and constraint, by the rows of config.test.ts and the data of golden/. */
import * as trae from '../../../lib/index';
import { lossRows, metricRows, optimizerRows, scheduleRows } from '../config_rows/training';
import { constraintRows, initializerRows, regularizerRows } from '../config_rows/weights';
import { golden, tensorOf, wave, type Config, type Golden } from '../helpers';
import { modelOf, targetsOf, type AnyModel, type Given, type Made, type ModelCase } from './model_case';

const { keras } = trae;
const { layers, losses, metrics, optimizers, Input, Sequential } = keras;
type Optimizer = InstanceType<typeof optimizers.Optimizer>;
type WithSchedule = new (options: { learningRate: object }) => Optimizer;
const x = wave(6, 4);
const y = wave(6, 2).multiply(0.5);

const network = (): AnyModel =>
  new Sequential(
    [
      Input([4]),
      new layers.Dense(5, { activation: 'tanh', kernelInitializer: 'he_normal' }),
      new layers.Dense(2, { name: 'head' }),
    ],
    { name: 'network' },
  );
/** After three steps, so that every slot of the optimizer holds numbers. */
async function steps(optimizer: Optimizer): Promise<Made> {
  const model = network();
  model.setWeights(model.getWeights().map((w, i) => wave(...w.shape).multiply(0.4 + 0.1 * i)));
  model.compile({ optimizer, loss: new losses.MeanSquaredError() });
  await model.fit(x, y, { epochs: 3, batchSize: 6, verbose: 0 });
  return { model, x, y };
}
const ruleNames = Object.keys(optimizerRows).filter((name) => name !== 'OptimizerMap');
// These hold other optimizers, which have the schedule.
const scheduled = ruleNames.filter((name) => !['LossScaleOptimizer', 'MultiOptimizer'].includes(name));
const defaults = (name: string): Optimizer =>
  name === 'LossScaleOptimizer'
    ? new optimizers.LossScaleOptimizer(new optimizers.SGD())
    : name === 'MultiOptimizer'
      ? (optimizerRows.MultiOptimizer() as Optimizer)
      : new (optimizers as unknown as Record<string, new () => Optimizer>)[name]();
const optimizerCases = (): ModelCase[] => [
  ...ruleNames.flatMap((name) => [
    { name: `optimizer ${name}`, make: () => steps(optimizerRows[name]() as Optimizer) },
    { name: `optimizer ${name} of defaults`, make: () => steps(defaults(name)) },
    {
      name: `LossScaleOptimizer around ${name}`,
      make: () => steps(new optimizers.LossScaleOptimizer(defaults(name), { initialScale: 4, dynamicGrowthSteps: 2 })),
    },
  ]),
  ...scheduled.flatMap((name) =>
    Object.entries(scheduleRows).map(([schedule, make]) => ({
      name: `optimizer ${name} with ${schedule}`,
      make: () => steps(new (optimizers as unknown as Record<string, WithSchedule>)[name]({ learningRate: make() })),
    })),
  ),
];

interface LossCase {
  config: Config;
  yTrue: Golden;
  yPred: Golden;
}
interface MetricCase {
  config: Config;
  batches: { yTrue?: Golden; yPred?: Golden; values?: Golden }[];
}
/** Predicts what it is given, through a kernel that can be trained where there is an axis for it. */
function echo(given: trae.Tensor): AnyModel {
  const n = given.shape.at(-1)!;
  const hasKernel = given.ndim > 1 && given.dtype === 'float32';
  const layer = hasKernel
    ? new layers.Dense(n, { kernelInitializer: 'identity', useBias: false })
    : new layers.Activation('linear', { dtype: given.dtype });
  return modelOf(layer, given);
}
// One row for each set of options.
function distinct<T extends { config: Config }>(cases: T[]): T[] {
  const seen = new Set<string>();
  return cases.filter((c) => {
    const { name: _, ...options } = c.config.config;
    const key = JSON.stringify([c.config.class_name, options]);
    return !seen.has(key) && seen.add(key);
  });
}
const optionsOf = (config: Config): string => {
  const { name: _, ...options } = config.config;
  return JSON.stringify(options);
};
function compiled(given: trae.Tensor, target: Given, options: trae.CompileOptions): Made {
  const model = options.loss ? echo(given) : modelOf(new layers.ActivityRegularization({ l2: 0.01 }), given);
  model.compile({ optimizer: new optimizers.SGD(0.01), ...options });
  const isEvaluatedOnly =
    !options.loss || ['none', null].includes((options.loss as { reduction?: string | null }).reduction ?? '');
  return { model, x: given, y: target, isEvaluatedOnly };
}
const lossCases = (): ModelCase[] => [
  ...distinct(golden<LossCase[]>('losses.json')).map((c) => ({
    name: `loss ${c.config.class_name} ${optionsOf(c.config)}`,
    make: () => compiled(tensorOf(c.yPred), tensorOf(c.yTrue), { loss: losses.deserialize(c.config) }),
  })),
  ...Object.entries(lossRows)
    .filter(([name]) => name !== 'Dice' && name !== 'CTC') // their options ask for other data: golden/ has them
    .map(([name, make]) => ({
      name: `loss ${name} by name`,
      make: () => {
        const c = golden<LossCase[]>('losses.json').find((l) => l.config.class_name === name)!;
        void make;
        return compiled(tensorOf(c.yPred), tensorOf(c.yTrue), { loss: name as trae.keras.LossName });
      },
    })),
  {
    name: 'loss of a function',
    make: () =>
      compiled(wave(4, 3), wave(4, 3), {
        loss: new losses.LossFunctionWrapper(losses.huber as never, { delta: 0.5, name: 'w' }),
      }),
  },
];
const metricCases = (): ModelCase[] => [
  ...distinct(golden<MetricCase[]>('metrics.json')).map((c) => ({
    name: `metric ${c.config.class_name} ${optionsOf(c.config)}`,
    make: () => {
      const { yTrue, yPred, values } = c.batches[0];
      const given = tensorOf((yPred ?? values)!);
      return compiled(
        given.dtype === 'float32' ? given : given.cast('float32'),
        yTrue ? tensorOf(yTrue) : trae.onesLike(given),
        { metrics: [metrics.deserialize(c.config)] },
      );
    },
  })),
  {
    name: 'metric of a function',
    make: () =>
      compiled(wave(4, 3), wave(4, 3), {
        loss: 'mse',
        metrics: [new metrics.MeanMetricWrapper(losses.meanSquaredError, { name: 'w' }), 'mae'],
      }),
  },
  {
    name: 'metrics of every kind, weighted too',
    make: () =>
      compiled(wave(4, 3).abs(), trae.cast(trae.greater(wave(4, 3), 0), 'float32'), {
        loss: 'binary_crossentropy',
        metrics: ['accuracy', 'AUC', metricRows.FBetaScore() as never],
        weightedMetrics: ['mse'],
      }),
  },
];

const ofWeights = (options: object, shape = 4): Promise<Made> => {
  const layer = new layers.Dense(shape, { name: 'weights', ...options });
  const model = modelOf(layer, x);
  model.compile({ optimizer: new optimizers.SGD(0.1, { momentum: 0.5 }), loss: new losses.MeanSquaredError() });
  return targetsOf(model, x).then((target) => ({ model, x, y: target! }));
};
const weightCases = (): ModelCase[] => [
  ...Object.entries(initializerRows).map(([name, make]) => ({
    name: `initializer ${name}`,
    make: async () => {
      if (name !== 'STFT') return ofWeights({ kernelInitializer: make() });
      const wide = wave(2, 9, 1);
      const model = modelOf(new layers.Conv1D(5, 8, { kernelInitializer: make() as never }), wide);
      model.compile({ optimizer: new optimizers.SGD(0.1), loss: new losses.MeanSquaredError() });
      return { model, x: wide, y: (await targetsOf(model, wide))! };
    },
  })),
  ...Object.entries(regularizerRows).map(([name, make]) => ({
    name: `regularizer ${name}`,
    make: () =>
      ofWeights({
        kernelRegularizer: make(),
        ...(name === 'OrthogonalRegularizer' ? {} : { activityRegularizer: make() }),
      }),
  })),
  ...Object.entries(constraintRows).map(([name, make]) => ({
    name: `constraint ${name}`,
    make: () => ofWeights({ kernelConstraint: make() }),
  })),
];
export const trainingCases = (): ModelCase[] => [
  ...optimizerCases(),
  ...lossCases(),
  ...metricCases(),
  ...weightCases(),
];
