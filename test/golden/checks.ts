/** What the cases of each group are and how they are compared. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as trae from '../../lib/index';
import { list, same, tensorOf, valueOf, variableOf, weightedSum, type Arrays } from './arrays';

/* eslint-disable @typescript-eslint/no-explicit-any -- cases are JSON of many shapes */
type Check = (c: any, arrays: Arrays) => Promise<void>;
const { keras } = trae;
const GRADIENT_FLOOR = 0.1;
const camel = (s: string): string => s.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());
const camelKeys = (o: object): Record<string, any> =>
  Object.fromEntries(Object.entries(o).map(([k, v]) => [camel(k), v as unknown]));
const isVariable = (v: unknown): v is trae.Variable => v instanceof trae.Variable;
const tensors = (y: unknown): trae.Tensor[] => (Array.isArray(y) ? (y.flat() as trae.Tensor[]) : [y as trae.Tensor]);

const activations: Check = async (c, A) => {
  const f = keras.activations.get(c.activation) as any;
  const x = trae.variable(tensorOf(A.x));
  const options = camelKeys(c.kwargs);
  const call = (): trae.Tensor =>
    c.activation === 'threshold' ? f(x.value, options.threshold, options.defaultValue) : f(x.value);
  await same('y', call(), A.y, 1e-5);
  await same('dx', trae.variableGrads(() => weightedSum([call()], [A.g]), [x]).grads[0], A.dx, 1e-5);
};

const layers: Check = async (c, A) => {
  const layer = keras.layers.deserialize(c.layer) as any;
  const xs = list(A, 'x', c.inputs);
  const weights = list(A, 'w', c.weights.length);
  if (!layer.built) layer.build(xs.length > 1 ? xs.map((x) => x.shape) : xs[0].shape);
  assert.deepEqual(
    layer.weights.map((w: trae.Variable) => [...w.shape]),
    weights.map((w) => w.shape),
  );
  for (const prefix of c.train ? ['', 'train_'] : ['']) {
    const restore = (): void => layer.setWeights(weights.map(tensorOf));
    restore();
    const inputs = xs.map(variableOf);
    const options = { training: prefix !== '', ...(A.mask ? { mask: tensorOf(A.mask) } : {}) };
    const call = (): trae.Tensor[] =>
      tensors(layer.apply(inputs.length > 1 ? inputs.map(valueOf) : valueOf(inputs[0]), options));
    const ys = call();
    assert.equal(ys.length, c.outputs, 'number of outputs');
    for (const [i, y] of ys.entries()) await same(`${prefix}y${i}`, y, A[`${prefix}y${i}`], 3e-5);
    if (prefix)
      for (const i of weights.keys()) await same(`${prefix}w${i}`, layer.weights[i], A[`${prefix}w${i}`], 3e-5);
    if (!A[`${prefix}g0`]) continue;
    restore();
    const hasInputGradients = A[`${prefix}dx0`] !== undefined;
    const by = [
      ...(hasInputGradients ? inputs.filter(isVariable) : []),
      ...c.trainable.map((i: number) => layer.weights[i]),
    ];
    const want = [
      ...(hasInputGradients ? list(A, `${prefix}dx`, c.inputs) : []),
      ...c.trainable.map((_: unknown, i: number) => A[`${prefix}dw${i}`]),
    ];
    const { grads } = trae.variableGrads(() => weightedSum(call(), list(A, `${prefix}g`, c.outputs)), by);
    for (const [i, g] of grads.entries()) await same(`${prefix}gradient ${i}`, g, want[i], 9e-5, GRADIENT_FLOOR);
  }
  if (c.loss !== undefined) {
    const total = (layer.losses as trae.Tensor[]).reduce((s, l) => s + Number(l.item()), 0);
    assert.ok(
      Math.abs(total - c.loss) <= 1e-4 * Math.max(1, Math.abs(c.loss)),
      `losses add up to ${total} instead of ${c.loss}`,
    );
  }
};

const losses: Check = async (c, A) => {
  const loss = keras.losses.deserialize(c.loss) as any;
  const yPred = trae.variable(tensorOf(A.y_pred));
  const call = (): trae.Tensor =>
    loss.call(tensorOf(A.y_true), yPred.value, ...(A.sample_weight ? [tensorOf(A.sample_weight)] : []));
  await same('loss', call(), A.loss, 3e-5);
  await same('dy_pred', trae.variableGrads(() => trae.sum(call()), [yPred]).grads[0], A.dy_pred, 3e-5);
};

const metrics: Check = async (c, A) => {
  const metric = keras.metrics.deserialize(c.metric) as any;
  for (let i = 0; i < c.updates; i++) {
    metric.updateState(
      tensorOf(A[`y_true${i}`]),
      tensorOf(A[`y_pred${i}`]),
      c.weighted ? { sampleWeight: tensorOf(A[`sample_weight${i}`]) } : {},
    );
    await same(`result ${i}`, metric.result(), A[`result${i}`], 3e-5);
  }
};

const optimizers: Check = async (c, A) => {
  const optimizer = keras.optimizers.deserialize(c.optimizer) as any;
  const variables = [
    trae.variable(tensorOf(A.w0), { name: 'kernel' }),
    trae.variable(tensorOf(A.w1), { name: 'bias' }),
  ];
  optimizer.build(variables);
  for (let step = 0; step < c.steps; step++) {
    optimizer.apply(list(A, `g${step}_`, 2).map(tensorOf), variables);
    for (const [k, v] of variables.entries()) await same(`step ${step}, variable ${k}`, v, A[`step${step}_${k}`], 1e-4);
  }
  optimizer.finalizeVariableValues(variables);
  for (const [k, v] of variables.entries()) await same(`final variable ${k}`, v, A[`final_${k}`], 1e-4);
};

const schedules: Check = async (c, A) => {
  const schedule = keras.optimizers.schedules.deserialize(c.schedule) as any;
  const rates = Array.from(A.step.data, (step) => schedule.call(step) as number | trae.Tensor);
  await same('learning rate', rates.map((r) => (typeof r === 'number' ? r : Number(r.item()))) as number[], A.lr, 1e-5);
};

const objects: Check = async (c, A) => {
  if (c.kind === 'regularizer') {
    const regularizer = keras.regularizers.deserialize(c.object) as any;
    const w = trae.variable(tensorOf(A.w));
    await same('y', regularizer.call(w.value), A.y, 3e-5);
    await same('dw', trae.variableGrads(() => regularizer.call(w.value), [w]).grads[0], A.dw, 3e-5);
  } else if (c.kind === 'constraint') {
    await same('y', (keras.constraints.deserialize(c.object) as any).call(tensorOf(A.w)), A.y, 3e-5);
  } else if (c.kind === 'initializer') {
    await same('y', (keras.initializers.deserialize(c.object) as any).call(c.shape), A.y, 3e-5);
  } else {
    // A random initializer: its distribution.
    const values = Array.from(
      (await (keras.initializers.deserialize(c.object) as any).call(c.shape).data()) as Float32Array,
    );
    const n = values.length;
    const mean = values.reduce((a, b) => a + b, 0) / n;
    const deviation = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / n);
    assert.ok(
      Math.abs(mean - c.mean) <= (6 * c.std) / Math.sqrt(n) + 0.02 * c.std,
      `mean ${mean} instead of about ${c.mean}`,
    );
    assert.ok(Math.abs(deviation / c.std - 1) <= 0.03, `standard deviation ${deviation} instead of about ${c.std}`);
    for (const [end, want] of [
      [Math.min(...values), c.min],
      [Math.max(...values), c.max],
    ])
      assert.ok(
        Math.abs(end - want) <= 0.3 * (c.max - c.min),
        `an end of the range at ${end} instead of about ${want}`,
      );
  }
};

const ops: Check = async (c, A) => {
  const f = (trae.ops as any)[camel(c.op)] as ((...args: unknown[]) => unknown) | undefined;
  assert.ok(f, `trae.ops.${camel(c.op)} exists`);
  // a0, a1, ...: named after their places among the arguments.
  const places = Object.keys(A).filter((k) => /^a\d+$/.test(k));
  const inputs = new Map(
    places.sort((a, b) => Number(a.slice(1)) - Number(b.slice(1))).map((k) => [k, variableOf(A[k])]),
  );
  const options = camelKeys(c.options);
  const call = (): trae.Tensor[] => {
    const args = c.positional.map((p: any) => (p?.array !== undefined ? valueOf(inputs.get(`a${p.array}`)!) : p));
    return tensors(f(...args, ...(Object.keys(options).length ? [options] : [])));
  };
  const ys = call();
  assert.equal(ys.length, c.outputs, 'number of outputs');
  for (const [i, y] of ys.entries()) {
    if (c.op === 'eigh' && i === 1) continue; // eigenvectors are defined up to their sign
    if (c.dtypes) assert.equal(y.dtype, c.dtypes[i], `dtype of y${i}`);
    await same(`y${i}`, y, A[`y${i}`], 3e-5);
  }
  if (!A.d0) return;
  const { grads } = trae.variableGrads(
    () => weightedSum(call(), list(A, 'g', c.outputs)),
    [...inputs.values()].filter(isVariable),
  );
  for (const [i, g] of grads.entries()) await same(`d${i}`, g, A[`d${i}`], 9e-5, GRADIENT_FLOOR);
};

/** @param folder - of the model files. */
const models =
  (folder: string): Check =>
  async (c, A) => {
    const file = (ending: string): string => path.join(folder, c.name + ending);
    const several = (prefix: string, n: number): any =>
      n > 1 ? list(A, prefix, n).map(tensorOf) : tensorOf(A[`${prefix}0`]);
    const x = several('x', c.inputs);
    const targets = several('t', c.outputs);
    const batchSize = c.fit.batch_size as number;
    const predicts = async (what: string, model: any, prefix: string, tolerance: number): Promise<void> => {
      const ys = tensors(await model.predict(x, { verbose: 0 }));
      for (const [i, y] of ys.entries()) await same(`${what}, output ${i}`, y, A[`${prefix}${i}`], tolerance);
    };
    const near = (
      what: string,
      got: Record<string, number | number[]>,
      want: Record<string, number | number[]>,
      tolerance: number,
    ): void => {
      for (const [key, values] of Object.entries(want)) {
        assert.ok(got[key] !== undefined, `${what} has '${key}' among ${Object.keys(got)}`);
        [values].flat().forEach((w, i) => {
          const v = Number([got[key]].flat()[i]);
          assert.ok(
            Math.abs(v - w) <= tolerance * Math.max(1, Math.abs(w)),
            `${what}.${key}[${i}]: ${v} instead of ${w}`,
          );
        });
      }
    };
    const model = (await keras.models.loadModel(file('.keras'))) as any;
    assert.equal(model.countParams(), c.params);
    await predicts('new', model, 'pred', 5e-5);
    if (c.h5) await predicts('from HDF5', await keras.models.loadModel(file('.h5')), 'pred', 5e-5);
    near('evaluate', await model.evaluate(x, targets, { batchSize, verbose: 0, returnDict: true }), c.evaluate, 2e-4);
    const fit = { epochs: c.fit.epochs, batchSize, shuffle: false, verbose: 0 as const };
    const more = {
      ...(c.fit.validation_split ? { validationSplit: c.fit.validation_split } : {}),
      ...(A.sample_weight ? { sampleWeight: tensorOf(A.sample_weight) } : {}),
    };
    near('history', (await model.fit(x, targets, { ...fit, ...more })).history, c.history, 2e-3);
    await predicts('after fit', model, 'after', 1e-2);
    const resumed = (await keras.models.loadModel(file('.trained.keras'))) as any;
    await predicts('from the trained file', resumed, 'after', 5e-5);
    near('resumed history', (await resumed.fit(x, targets, { ...fit, epochs: 1 })).history, c.resume_history, 2e-3);
    await predicts('after resuming', resumed, 'resumed', 1e-2);
    const folderOfCopy = fs.mkdtempSync(path.join(os.tmpdir(), 'trae-golden-'));
    try {
      const copy = path.join(folderOfCopy, 'model.keras');
      await resumed.save(copy);
      await predicts('saved and loaded', await keras.models.loadModel(copy), 'resumed', 1e-2);
    } finally {
      fs.rmSync(folderOfCopy, { recursive: true });
    }
  };

/** @internal By group; `folder` holds the cases. */
export const checksIn = (folder: string): Record<string, Check> => ({
  activations,
  layers,
  losses,
  metrics,
  optimizers,
  schedules,
  regularizers_constraints_initializers: objects,
  ops,
  models: models(path.join(folder, 'models')),
});
