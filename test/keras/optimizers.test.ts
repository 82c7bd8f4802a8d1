/** Optimizers step by step against real Keras, and what surrounds an update. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { builtInClasses } from '../../lib/keras/serialization/registry';
import { close, golden, tensorOf, throwsText, type Config, type Golden } from './helpers';

const { optimizers, saving } = trae.keras;
interface Case {
  config: Config;
  after: Golden[][];
  final: Golden[];
  /** Factors of the loss at each step, of those that scale it. */
  scaledLosses: number[];
  state: Golden[];
  variables: string[];
  rate: number | null;
}
const { names, start, gradients, cases } = golden<{
  names: string[];
  start: Golden[];
  gradients: Golden[][];
  cases: Case[];
}>('optimizers.json');
const variablesAt = (): trae.Variable[] => start.map((v, i) => trae.variable(tensorOf(v), { name: names[i] }));
const without = (config: Record<string, unknown>): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(config).filter(
        ([k, v]) => v !== null && v !== false && !['name', 'ema_momentum', 'learning_rate'].includes(k),
      ),
    ),
  );

describe('optimizers against Keras', () => {
  cases.forEach((c, n) => {
    const steps = (
      name: string,
      apply: (o: trae.keras.Optimizer, variables: trae.Variable[]) => (g: trae.Tensor[]) => void,
    ): void => {
      it(`${c.config.class_name} ${without(c.config.config)} (${n}): ${name}`, () => {
        const optimizer = optimizers.deserialize(c.config);
        const variables = variablesAt();
        optimizer.build(variables);
        const step = apply(optimizer, variables);
        gradients.forEach((list, k) => {
          let g = list.map(tensorOf);
          if (c.scaledLosses.length) {
            close(optimizer.scaleLoss(trae.tensor(1)), c.scaledLosses[k], `scale of step ${k}`);
            g = g.map((e) => e.multiply(c.scaledLosses[k]));
            if (k === 3) g[2] = g[2].add(Infinity);
          }
          step(g);
          variables.forEach((v, i) => close(v, c.after[k][i], `step ${k}, variable ${i}`));
        });
        assert.equal(Number(optimizer.iterations.dataSync()[0]), gradients.length - (c.scaledLosses.length ? 1 : 0));
        if (c.rate !== null) close(optimizer.learningRate.item(), c.rate, 'rate');
        optimizer.variables.forEach((v, i) => close(v, c.state[i], `state ${i}, ${v.name}`, 1e-3));
        optimizer.finalizeVariableValues(variables);
        variables.forEach((v, i) => close(v, c.final[i], `final ${i}`));
      });
    };
    steps('eagerly', (o, variables) => (g) => o.apply(g, variables));
    steps('compiled', (o, variables) => {
      const compiled = trae.compile((...g: trae.Tensor[]) => {
        o.apply(g, variables);
        return g[0].sum();
      });
      return (g) => void compiled(...g).item();
    });
    it(`${c.config.class_name} (${n}): config and variables`, () => {
      const optimizer = optimizers.deserialize(c.config);
      const got = saving.serializeKerasObject(optimizer) as Config;
      assert.deepEqual(
        { module: got.module, name: got.class_name, registered: got.registered_name },
        { module: c.config.module, name: c.config.class_name, registered: c.config.registered_name },
      );
      for (const [key, value] of Object.entries(c.config.config)) {
        assert.ok(key in got.config, `${key} is missing`);
        if (typeof value === 'number') close(Number(got.config[key]), value, key, 1e-6);
        else if (!['learning_rate', 'inner_optimizer', 'optimizer_map'].includes(key))
          assert.deepEqual(got.config[key], value, key);
      }
      optimizer.build(variablesAt());
      // One without a name is numbered among all variables of the program.
      const plain = (names: string[]): string[] => names.map((n) => n.replace(/^variable_\d+$/, 'variable'));
      assert.deepEqual(plain(optimizer.variables.map((v) => v.name)), plain(c.variables));
    });
  });
  it('cover every optimizer', () => {
    const tested = new Set(cases.map((c) => c.config.class_name));
    assert.deepEqual(
      builtInClasses()
        .filter((b) => b.module === 'keras.optimizers' && !tested.has(b.name))
        .map((b) => b.name),
      ['OptimizerMap'], // part of MultiOptimizer
    );
  });
});

describe('optimizers', () => {
  const { SGD, Adam } = optimizers;
  it('take the rate as a number, an option, a schedule, a function', () => {
    close(new Adam(1e-5).learningRate.item(), 1e-5, 'number');
    close(new Adam({ learningRate: 0.3 }).learningRate.item(), 0.3, 'option');
    close(new SGD(new optimizers.schedules.ExponentialDecay(0.2, 10, 0.5)).learningRate.item(), 0.2, 'schedule');
    let rate = 0.5;
    const optimizer = new SGD(() => rate);
    const v = trae.variable([1]);
    optimizer.apply([[1]], [v]);
    rate = 0.25;
    optimizer.apply([[1]], [v]);
    close(v, [0.25], 'function of the moment');
  });
  it('let the rate be set when it was a number', async () => {
    const optimizer = new SGD(0.1);
    optimizer.learningRate = 0.4;
    close(optimizer.learningRate.item(), 0.4, 'rate');
    const scheduled = new SGD(new optimizers.schedules.ExponentialDecay(0.2, 10, 0.5), { name: 'mine' });
    await throwsText(
      () => {
        scheduled.learningRate = 0.1;
      },
      'ValueError',
      'mine: the learning rate is a schedule and cannot be set.\n  Fix: make the optimizer with a number.',
    );
  });
  it('leave variables out of weight decay', () => {
    const [kernel, bias] = [trae.variable([1], { name: 'kernel' }), trae.variable([1], { name: 'bias' })];
    const optimizer = new SGD(1, { weightDecay: 0.5 });
    optimizer.excludeFromWeightDecay({ varNames: ['bias'] });
    optimizer.apply([[0], [0]], [kernel, bias]);
    close(kernel, [0.5], 'decayed');
    close(bias, [1], 'left out');
  });
  it('project by the constraints of variables', () => {
    const v = trae.variable([0.5, 2]);
    v.constraint = new trae.keras.constraints.NonNeg();
    new SGD(1).apply([[1, 1]], [v]);
    assert.deepEqual(v.arraySync(), [0, 1]);
  });
  it('skip variables without a gradient', () => {
    const [a, b] = [trae.variable([1]), trae.variable([1])];
    new SGD(1).applyGradients([
      [trae.tensor([1]), a],
      [null, b],
    ]);
    assert.deepEqual([a.item(), b.item()], [0, 1]);
  });
  it('refuse what does not fit', async () => {
    await throwsText(
      () => new Adam({ learnRate: 0.1 } as never),
      'TypeError',
      "Adam: unknown option 'learnRate'. Did you mean 'learningRate'?\n  Known options: learningRate, weightDecay, clipnorm, clipvalue, globalClipnorm, useEma, emaMomentum, emaOverwriteFrequency, lossScaleFactor, gradientAccumulationSteps, name, beta1, beta2, epsilon, amsgrad",
    );
    await throwsText(
      () => new SGD(0.1, { clipnorm: 1, clipvalue: 2 }),
      'ValueError',
      'SGD: only one of clipnorm, clipvalue and globalClipnorm can be set.\n  Received: clipnorm=1, clipvalue=2, globalClipnorm=null',
    );
    await throwsText(
      () => new SGD(0.1, { momentum: 1.5 }),
      'ValueError',
      'SGD: momentum must lie in [0, 1].\n  Received: 1.5',
    );
    await throwsText(
      () => new SGD(NaN),
      'ValueError',
      'SGD: learningRate must be a number, a schedule or a function.\n  Received: NaN',
    );
    await throwsText(
      () => new SGD(0.1, { gradientAccumulationSteps: 1 }),
      'ValueError',
      'SGD: gradientAccumulationSteps must be an integer >= 2.\n  Received: 1',
    );
    await throwsText(() => optimizers.get('adm'), 'ValueError', "optimizer 'adm' is not known. Did you mean 'Adam'?");
    const v = trae.variable([1, 2], { name: 'v' });
    const other = trae.variable([1], { name: 'other' });
    const optimizer = new SGD({ name: 'sgd_here' });
    await throwsText(
      () => optimizer.apply([[1]], [v]),
      'ValueError',
      "sgd_here: the gradient of 'v' has shape (1,) instead of (2,).",
    );
    await throwsText(
      () => optimizer.apply([[1], [2]], [v]),
      'ValueError',
      'sgd_here: 2 gradients are given for 1 variables.',
    );
    await throwsText(() => optimizer.apply([null], [v]), 'ValueError', 'sgd_here: no gradients for any variable.');
    await throwsText(
      () => optimizer.apply([[1]], [other]),
      'ValueError',
      "sgd_here: variable 'other' is unknown: an optimizer keeps state for the variables it was built with.\n  Fix: make a new optimizer, or compile the model again.",
    );
  });
  it('refuse settings that cannot be', async () => {
    await throwsText(
      () => new optimizers.Lion(0.1, { beta1: 0 }),
      'ValueError',
      'Lion: beta1 must lie above 0 and up to 1: without momentum only signs are left.\n  Received: 0',
    );
    await throwsText(
      () => new optimizers.Ftrl(0.1, { learningRatePower: 0.5 }),
      'ValueError',
      'Ftrl: learningRatePower must be <= 0.\n  Received: 0.5',
    );
    await throwsText(
      () => new optimizers.Ftrl(0.1, { l1RegularizationStrength: -1 }),
      'ValueError',
      'Ftrl: l1RegularizationStrength must be >= 0.\n  Received: -1',
    );
    await throwsText(
      () => new optimizers.LossScaleOptimizer('adam' as never),
      'ValueError',
      "LossScaleOptimizer: innerOptimizer must be an optimizer.\n  Received: 'adam'",
    );
    await throwsText(
      () => new optimizers.LossScaleOptimizer(new Adam(), { clipnorm: 1 } as never),
      'ValueError',
      'LossScaleOptimizer: clipnorm belongs to the inner optimizer.\n  Received: 1\n  Fix: new Adam({ clipnorm: 1 }).',
    );
    await throwsText(
      () => new optimizers.MultiOptimizer({} as never),
      'TypeError',
      'MultiOptimizer: an OptimizerMap or a function of the variable is expected.\n  Received: {}',
    );
    await throwsText(
      () => new optimizers.OptimizerMap(new SGD(), { a: new optimizers.LossScaleOptimizer(new SGD()) }),
      'ValueError',
      'OptimizerMap: LossScaleOptimizer cannot be one of several optimizers.\n  Fix: wrap the MultiOptimizer in it, or use the inner optimizer.',
    );
    const map = new optimizers.OptimizerMap(new SGD({ name: 'plain' }), {
      'a.*': new SGD({ name: 'first' }),
      '.*b': new SGD(),
    });
    await throwsText(() => map.get('ab'), 'ValueError', "OptimizerMap: several patterns match 'ab': 'a.*', '.*b'.");
    await throwsText(
      () => map.set('a.*', new SGD()),
      'ValueError',
      "OptimizerMap: 'a.*' has an optimizer already: first.",
    );
    assert.equal(map.get('c').name, 'plain');
    await throwsText(
      () => new optimizers.MultiOptimizer(map).learningRate,
      'RuntimeError',
      'MultiOptimizer: it has no learning rate of its own.\n  Fix: use the rates of its optimizers.',
    );
  });
  it('leave variables out of weight decay by regular expressions too', () => {
    const [a, b] = [trae.variable([1], { name: 'gamma_1' }), trae.variable([1], { name: 'kernel' })];
    const optimizer = new SGD(1, { weightDecay: 0.5 });
    optimizer.excludeFromWeightDecay({ varNames: ['^gamma_\\d$'] });
    optimizer.apply([[0], [0]], [a, b]);
    assert.deepEqual([a.item(), b.item()], [1, 0.5]);
  });
  it('warn of variables that the loss does not depend on', () => {
    const warned: string[] = [];
    const warn = console.warn;
    console.warn = (t: string) => void warned.push(t);
    try {
      new SGD({ name: 'here' }).apply(
        [[1], null],
        [trae.variable([1], { name: 'a' }), trae.variable([1], { name: 'b' })],
      );
    } finally {
      console.warn = warn;
    }
    assert.deepEqual(warned, ["here: the loss does not depend on 'b', which stay as they are."]);
  });
  it('are subclassed, as in Keras', async () => {
    class Signs extends trae.keras.Optimizer {
      private counts: trae.Variable[] = [];
      constructor(learningRate: number) {
        super({ learningRate }, 0.1);
      }
      override build(variables: readonly trae.Variable[]): void {
        if (this.built) return;
        super.build(variables);
        this.counts = this.addOptimizerVariables(variables, 'count');
      }
      protected override updateStep(gradient: trae.Tensor, variable: trae.Variable, learningRate: trae.Tensor): void {
        this.counts[this.indexOf(variable)].assignAdd(1);
        variable.assignSub(gradient.sign().multiply(learningRate));
      }
    }
    const optimizer = new Signs(0.25);
    const v = trae.variable([1, -1], { name: 'v' });
    optimizer.apply([[3, -4]], [v]);
    assert.deepEqual(
      [v.arraySync(), optimizer.variables.map((x) => x.name)],
      [
        [0.75, -0.75],
        ['iteration', 'learning_rate', 'v_count'],
      ],
    );
    const { layers, Sequential } = trae.keras;
    const model = new Sequential([layers.Input([2]), new layers.Dense(1, { kernelInitializer: 'zeros' })]);
    model.compile({ optimizer: new Signs(0.01), loss: 'mse' });
    const x = trae.random.normal([40, 2], { seed: 1 });
    const { history } = await model.fit(x, x.sum({ axis: 1, keepdims: true }), { epochs: 5, batchSize: 8, verbose: 0 });
    assert.ok(history.loss[4] < history.loss[0]);
  });
  it('scale the loss of models that compute in float16, unless told not to', () => {
    const { layers, Sequential } = trae.keras;
    const optimizerOf = (
      dtype: trae.keras.DTypePolicyName,
      options: trae.CompileOptions = {},
    ): trae.keras.Optimizer => {
      trae.keras.setDtypePolicy(dtype);
      try {
        const model = new Sequential([layers.Input([2]), new layers.Dense(1)]);
        model.compile({ optimizer: 'sgd', loss: 'mse', ...options });
        return model.optimizer!;
      } finally {
        trae.keras.setDtypePolicy('float32');
      }
    };
    assert.equal(optimizerOf('mixed_float16').name, 'loss_scale_optimizer');
    assert.ok(optimizerOf('mixed_float16', { autoScaleLoss: false }) instanceof SGD);
    assert.ok(optimizerOf('mixed_bfloat16') instanceof SGD);
  });
  it('a LossScaleOptimizer scales alone, around several optimizers too', () => {
    const several = (): InstanceType<typeof optimizers.MultiOptimizer> =>
      new optimizers.MultiOptimizer(new optimizers.OptimizerMap(new SGD(0.5), { 'x/.*': new SGD(0.25) }), {
        lossScaleFactor: 4,
      });
    const scaled = new optimizers.LossScaleOptimizer(several(), { initialScale: 8 });
    const v = trae.variable([1, 2], { name: 'v' });
    scaled.build([v]);
    assert.equal(scaled.scaleLoss(trae.tensor(1)).item(), 8);
    scaled.apply([trae.tensor([8, 16])]);
    assert.deepEqual(v.value.arraySync(), [0.5, 1]);
  });
  it('of several kinds train one model', async () => {
    const { layers, Sequential } = trae.keras;
    const model = new Sequential(
      [layers.Input([3]), new layers.Dense(4, { name: 'first' }), new layers.Dense(1, { name: 'last' })],
      { name: 'm' },
    );
    const rates = new optimizers.OptimizerMap(new SGD(0), { '.*last/.*': new Adam(0.05) });
    model.compile({ optimizer: new optimizers.MultiOptimizer(rates), loss: 'mse' });
    const before = model.getWeights().map((w) => w.arraySync());
    const x = trae.random.normal([32, 3], { seed: 3 });
    await model.fit(x, x.sum({ axis: 1, keepdims: true }), { epochs: 2, batchSize: 8, verbose: 0 });
    const after = model.getWeights().map((w) => w.arraySync());
    assert.deepEqual(after.slice(0, 2), before.slice(0, 2), 'rate 0');
    assert.notDeepEqual(after[2], before[2]);
  });
});
