/** Optimizers step by step against real Keras, and what surrounds an update. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { builtInClasses } from '../../lib/keras/saving/registry';
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
const { names, start, gradients, cases } = golden<{ names: string[]; start: Golden[]; gradients: Golden[][]; cases: Case[] }>('optimizers.json');
const variablesAt = (): trae.Variable[] => start.map((v, i) => trae.variable(tensorOf(v), { name: names[i] }));
const without = (config: Record<string, unknown>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(config).filter(([k, v]) => v !== null && v !== false && !['name', 'ema_momentum', 'learning_rate'].includes(k))));

describe('optimizers against Keras', () => {
  cases.forEach((c, n) => {
    const steps = (name: string, apply: (o: trae.keras.Optimizer, variables: trae.Variable[]) => (g: trae.Tensor[]) => void): void => {
      it(`${c.config.class_name} ${without(c.config.config)} (${n}): ${name}`, () => {
        const optimizer = optimizers.deserialize(c.config),
          variables = variablesAt();
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
      const optimizer = optimizers.deserialize(c.config),
        got = saving.serializeKerasObject(optimizer) as Config;
      assert.deepEqual(
        { module: got.module, name: got.class_name, registered: got.registered_name },
        { module: c.config.module, name: c.config.class_name, registered: c.config.registered_name },
      );
      for (const [key, value] of Object.entries(c.config.config)) {
        assert.ok(key in got.config, `${key} is missing`);
        if (typeof value === 'number') close(Number(got.config[key]), value, key, 1e-6);
        else if (!['learning_rate', 'inner_optimizer', 'optimizer_map'].includes(key)) assert.deepEqual(got.config[key], value, key);
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
    const optimizer = new SGD(() => rate),
      v = trae.variable([1]);
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
    const [kernel, bias] = [trae.variable([1], { name: 'kernel' }), trae.variable([1], { name: 'bias' })],
      optimizer = new SGD(1, { weightDecay: 0.5 });
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
      () => new Adam({ learnRate: 0.1 }),
      'TypeError',
      "Adam: unknown option 'learnRate'. Did you mean 'learningRate'?\n  Known options: learningRate, weightDecay, clipnorm, clipvalue, globalClipnorm, useEma, emaMomentum, emaOverwriteFrequency, lossScaleFactor, gradientAccumulationSteps, name, beta1, beta2, epsilon, amsgrad",
    );
    await throwsText(
      () => new SGD(0.1, { clipnorm: 1, clipvalue: 2 }),
      'ValueError',
      'SGD: only one of clipnorm, clipvalue and globalClipnorm can be set.\n  Received: clipnorm=1, clipvalue=2, globalClipnorm=null',
    );
    await throwsText(() => new SGD(0.1, { momentum: 1.5 }), 'ValueError', 'SGD: momentum must lie in [0, 1].\n  Received: 1.5');
    await throwsText(() => new SGD(NaN), 'ValueError', 'SGD: learningRate must be a number, a schedule or a function.\n  Received: NaN');
    await throwsText(() => new SGD(0.1, { gradientAccumulationSteps: 1 }), 'ValueError', 'SGD: gradientAccumulationSteps must be a whole number >= 2.\n  Received: 1');
    await throwsText(() => optimizers.get('adm'), 'ValueError', "optimizer 'adm' is not known. Did you mean 'Adam'?");
    const v = trae.variable([1, 2], { name: 'v' }),
      other = trae.variable([1], { name: 'other' }),
      optimizer = new SGD({ name: 'sgd_here' });
    await throwsText(() => optimizer.apply([[1]], [v]), 'ValueError', "sgd_here: the gradient of 'v' has shape (1,) instead of (2,).");
    await throwsText(() => optimizer.apply([[1], [2]], [v]), 'ValueError', 'sgd_here: 2 gradients are given for 1 variables.');
    await throwsText(() => optimizer.apply([null], [v]), 'ValueError', 'sgd_here: no gradients for any variable.');
    await throwsText(
      () => optimizer.apply([[1]], [other]),
      'ValueError',
      "sgd_here: variable 'other' is unknown: an optimizer keeps state for the variables it was built with.\n  Fix: make a new optimizer, or compile the model again.",
    );
  });
});
