/** Activations, initializers, regularizers, constraints and schedules against real Keras, and their errors. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { builtInClasses } from '../../lib/keras/serialization/registry';
import { close, golden, tensorOf, throwsText, type Config, type Golden } from './helpers';

const { activations, initializers, regularizers, constraints, optimizers, saving } = trae.keras;
const { schedules } = optimizers;
const names = (module: string): string[] =>
  builtInClasses()
    .filter((b) => b.module === module)
    .map((b) => b.name);
const missing = (module: string, cases: { config: Config }[]): string[] =>
  names(module).filter((n) => !cases.some((c) => c.config.class_name === n));
function sameConfig(object: unknown, want: Config): void {
  const got = saving.serializeKerasObject(object) as Config;
  assert.deepEqual(
    { module: got.module, name: got.class_name, registered: got.registered_name },
    { module: want.module, name: want.class_name, registered: want.registered_name },
  );
  for (const [key, value] of Object.entries(want.config)) assert.deepEqual(got.config[key] ?? null, value, key);
}

describe('activations against Keras', () => {
  const { x, cases } = golden<{ x: Golden; cases: { name: string; y: Golden; dx: Golden }[] }>('activations.json');
  for (const c of cases)
    it(c.name, () => {
      const f = activations.get(c.name);
      close(f(tensorOf(x)), c.y, 'value');
      close(trae.grad((t) => f(t).square().multiply(0.5).add(f(t)).sum())(tensorOf(x)), c.dx, 'gradient');
      close(trae.compile((t: trae.Tensor) => f(t))(tensorOf(x)), c.y, 'compiled');
      assert.equal(activations.serialize(f), c.name);
      assert.equal(activations.get(activations.serialize(f)), f);
    });
  it('have aliases and options', () => {
    assert.equal(activations.get('swish'), activations.get('silu'));
    assert.equal(activations.get('hard_swish'), activations.get('hard_silu'));
    assert.equal(activations.get('leakyRelu'), activations.get('leaky_relu'));
    assert.equal(activations.get(null), activations.linear);
    assert.deepEqual(
      activations.relu([-2, 0.5, 3, 9], { negativeSlope: 0.5, maxValue: 6, threshold: 1 }).arraySync(),
      [-1.5, -0.25, 3, 6],
    );
    close(activations.gelu(trae.tensor([1]), { approximate: true }), [0.841192], 'tanh form of gelu', 1e-5);
  });
  it('refuse what is not known', async () => {
    await throwsText(
      () => activations.get('rellu'),
      'ValueError',
      "activation 'rellu' is not known. Did you mean 'relu'?",
    );
    await throwsText(
      () => activations.get(3),
      'TypeError',
      'activation: a name or a function is expected.\n  Received: 3',
    );
  });
});

describe('initializers against Keras', () => {
  interface Statistics {
    config: Config;
    shape: number[];
    mean: number;
    std: number;
    min: number;
    max: number;
  }
  const { exact, statistics } = golden<{
    exact: { config: Config; shape: number[]; value: Golden }[];
    statistics: Statistics[];
  }>('weights.json');
  exact.forEach((c) =>
    it(`${c.config.class_name} ${JSON.stringify(c.config.config)}`, () => {
      const init = initializers.deserialize(c.config);
      close(init.call(c.shape), c.value, 'value');
      sameConfig(init, c.config);
    }),
  );
  // Both draw at random: what agrees is mean, spread and range, up to what a sample of this size leaves open.
  for (const c of statistics)
    it(`${c.config.class_name} ${JSON.stringify(c.config.config)} of shape (${c.shape})`, () => {
      const init = initializers.deserialize(c.config);
      const v = Array.from(init.call(c.shape).dataSync() as Float32Array);
      const n = v.length;
      const mean = v.reduce((a, b) => a + b, 0) / n;
      const std = Math.sqrt(v.reduce((a, b) => a + (b - mean) ** 2, 0) / n);
      const low = Math.min(...v);
      const high = Math.max(...v);
      assert.ok(Math.abs(mean - c.mean) < (6 * c.std) / Math.sqrt(n), `mean ${mean} instead of ${c.mean}`);
      assert.ok(Math.abs(std - c.std) < 0.05 * c.std, `deviation ${std} instead of ${c.std}`);
      const slack = 0.25 * (c.max - c.min);
      assert.ok(
        Math.abs(low - c.min) < slack && Math.abs(high - c.max) < slack,
        `range ${low} to ${high} instead of ${c.min} to ${c.max}`,
      );
      sameConfig(init, c.config);
    });
  it('cover every class', () => assert.deepEqual(missing('keras.initializers', [...exact, ...statistics]), []));
  it('give the same values for the same seed, others for another', () => {
    const draw = (seed: number | null): string =>
      String(new initializers.GlorotUniform({ seed }).call([4, 4]).dataSync());
    assert.equal(draw(3), draw(3));
    assert.notEqual(draw(3), draw(4));
    trae.setRandomSeed(1);
    const first = draw(null);
    const second = draw(null);
    assert.notEqual(first, second);
    trae.setRandomSeed(1);
    assert.deepEqual([draw(null), draw(null)], [first, second]);
  });
  it('make orthonormal columns', () => {
    const q = new initializers.Orthogonal({ seed: 2 }).call([6, 4]);
    close(trae.matmul(q.transpose(), q), trae.eye(4), 'product', 1e-3);
  });
  it('are names, numbers, tensors, functions', async () => {
    assert.ok(initializers.get('he_normal') instanceof initializers.HeNormal);
    assert.ok(initializers.get('uniform') instanceof initializers.RandomUniform);
    assert.deepEqual(
      initializers
        .get(trae.tensor([1, 2]))!
        .call([3, 2])
        .arraySync(),
      [
        [1, 2],
        [1, 2],
        [1, 2],
      ],
    );
    assert.deepEqual(
      initializers
        .get((shape: number[]) => trae.full(shape, 7))!
        .call([2])
        .arraySync(),
      [7, 7],
    );
    await throwsText(
      () => initializers.get('glorot_unifrom'),
      'ValueError',
      "initializer 'glorot_unifrom' is not known. Did you mean 'GlorotUniform'?",
    );
    await throwsText(
      () => new initializers.RandomNormal({ std: 1 } as never),
      'TypeError',
      "RandomNormal: unknown option 'std'. Did you mean 'seed'?\n  Known options: mean, stddev, seed",
    );
    await throwsText(
      () => new initializers.Identity().call([2, 2, 2]),
      'ValueError',
      'Identity: only for matrices.\n  Received: shape (2, 2, 2) of rank 3',
    );
    await throwsText(
      () => new initializers.Orthogonal().call([3]),
      'ValueError',
      'Orthogonal: at least two axes are needed.\n  Received: shape (3,)',
    );
    await throwsText(
      () => new initializers.RandomNormal().call([3], { dtype: 'int32' }),
      'ValueError',
      'RandomNormal: a floating-point dtype is expected.\n  Received: int32',
    );
  });
});

describe('regularizers and constraints against Keras', () => {
  const file = golden<{
    x: Golden;
    regularizers: { config: Config; value: number; dx: Golden }[];
    constraints: { config: Config; w: Golden }[];
  }>('weights.json');
  const x = (): trae.Tensor => tensorOf(file.x);
  for (const c of file.regularizers)
    it(`${c.config.class_name} ${JSON.stringify(c.config.config)}`, () => {
      const r = regularizers.deserialize(c.config);
      close(r.call(x()), c.value, 'penalty');
      close(trae.grad((t) => r.call(t))(x()), c.dx, 'gradient');
      sameConfig(r, c.config);
    });
  for (const c of file.constraints)
    it(`${c.config.class_name} ${JSON.stringify(c.config.config)}`, () => {
      const constraint = constraints.deserialize(c.config);
      close(constraint.call(x().multiply(2)), c.w, 'projection');
      sameConfig(constraint, c.config);
    });
  it('cover every class', () => {
    assert.deepEqual(missing('keras.regularizers', file.regularizers), []);
    assert.deepEqual(missing('keras.constraints', file.constraints), []);
  });
  it('are made by name, short form and function', async () => {
    close(regularizers.get('l2')!.call(trae.tensor([1, 2])), 0.05, 'l2');
    close(regularizers.l1(0.5).call(trae.tensor([-1, 2])), 1.5, 'l1');
    close(regularizers.l1L2({ l1: 1, l2: 1 }).call(trae.tensor([-1, 2])), 8, 'l1 and l2');
    close(regularizers.get((t: trae.Tensor) => t.sum())!.call(trae.tensor([1, 2])), 3, 'function');
    assert.deepEqual(
      constraints
        .get('non_neg')!
        .call(trae.tensor([-1, 2]))
        .arraySync(),
      [0, 2],
    );
    await throwsText(() => regularizers.get('l3'), 'ValueError', "regularizer 'l3' is not known. Did you mean 'L1'?");
    await throwsText(
      () => regularizers.l2('much' as never),
      'ValueError',
      "regularizer: l2 must be a number.\n  Received: 'much'",
    );
    await throwsText(
      () => regularizers.l1(-0.1),
      'ValueError',
      'regularizer: l1 must not be negative.\n  Received: -0.1',
    );
    await throwsText(
      () => constraints.get('max_nrm'),
      'ValueError',
      "constraint 'max_nrm' is not known. Did you mean 'MaxNorm'?",
    );
    await throwsText(
      () => new constraints.MaxNorm({ max: 2 } as never),
      'TypeError',
      "MaxNorm: unknown option 'max'.\n  Known options: maxValue, axis",
    );
  });
});

describe('schedules against Keras', () => {
  const cases = golden<{ config: Config; steps: number[]; values: number[] }[]>('schedules.json');
  for (const c of cases)
    it(`${c.config.class_name} ${JSON.stringify(c.config.config)}`, () => {
      const schedule = schedules.deserialize(c.config);
      close(
        c.steps.map((s) => schedule.call(s)),
        c.values,
        'rates',
      );
      const compiled = trae.compile((s: trae.Tensor) => schedule.call(s));
      close(
        c.steps.map((s) => compiled(trae.tensor(BigInt64Array.from([BigInt(s)]), [])).item()),
        c.values,
        'rates of tensors',
      );
      sameConfig(schedule, c.config);
    });
  it('cover every class', () => assert.deepEqual(missing('keras.optimizers.schedules', cases), []));
  it('refuse what does not fit', async () => {
    await throwsText(
      () => new schedules.PiecewiseConstantDecay([1, 2], [1, 2]),
      'ValueError',
      'PiecewiseConstantDecay: there must be one boundary less than values.\n  Received: 2 boundaries and 2 values',
    );
    await throwsText(
      () => new schedules.ExponentialDecay(0.1, 0, 0.5),
      'ValueError',
      'ExponentialDecay: decaySteps must be positive.\n  Received: 0',
    );
    await throwsText(
      () => new schedules.ExponentialDecay(0.1, 5, 0.5, { stairs: true } as never),
      'TypeError',
      "ExponentialDecay: unknown option 'stairs'.\n  Known options: staircase, name",
    );
  });
});
