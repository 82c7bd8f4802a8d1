/** Metrics: values of real Keras after each batch, weights, masks, reset, configs. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { builtInClasses } from '../../lib/keras/serialization/registry';
import { setMask } from '../../lib/keras/masks';
import { close, golden, tensorOf, throwsText, type Config, type Golden } from './helpers';

interface Batch {
  yTrue?: Golden;
  yPred?: Golden;
  values?: Golden;
  sampleWeight: Golden | null;
  result: Golden;
}
const cases = golden<{ config: Config; batches: Batch[]; variables: string[] }[]>('metrics.json');
const { metrics } = trae.keras;

describe('metrics against Keras', () => {
  cases.forEach((c, i) => {
    const { name, ...settings } = c.config.config;
    it(`${c.config.class_name} ${JSON.stringify(settings)}${c.batches[0].sampleWeight ? ' weighted' : ''} (${i})`, () => {
      const metric = metrics.deserialize(c.config);
      assert.equal(metric.name, name);
      const feed = (update: (b: Batch) => void): void => {
        for (const b of c.batches) {
          update(b);
          close(metric.result(), b.result, 'result');
        }
      };
      const plain = (b: Batch): void => {
        const options = { sampleWeight: b.sampleWeight ? tensorOf(b.sampleWeight) : null };
        if (b.values) metric.updateState(tensorOf(b.values), options);
        else metric.updateState(tensorOf(b.yTrue!), tensorOf(b.yPred!), options);
      };
      feed(plain);
      metric.resetState();
      assert.deepEqual(
        metric.variables.map((v) => v.name),
        c.variables,
      );
      assert.ok(
        metric.variables.every((v) => Array.from(v.dataSync() as ArrayLike<number>, Number).every((x) => x === 0)),
      );
      const step = trae.compile(
        (b: { yTrue?: trae.Tensor; yPred?: trae.Tensor; values?: trae.Tensor; weight: trae.Tensor | null }) => {
          if (b.values) metric.updateState(b.values, { sampleWeight: b.weight });
          else metric.updateState(b.yTrue!, b.yPred, { sampleWeight: b.weight });
          return metric.result();
        },
      );
      for (const b of c.batches) {
        const weight = b.sampleWeight ? tensorOf(b.sampleWeight) : null;
        close(
          step(
            b.values
              ? { values: tensorOf(b.values), weight }
              : { yTrue: tensorOf(b.yTrue!), yPred: tensorOf(b.yPred!), weight },
          ),
          b.result,
          'compiled',
        );
      }
      const { config } = trae.keras.saving.serializeKerasObject(metric) as Config;
      for (const [key, value] of Object.entries(config))
        if (key !== 'dtype') assert.deepEqual(value, c.config.config[key], key);
    });
  });
  it('covers every metric', () => {
    const tested = new Set(cases.map((c) => c.config.class_name));
    // The wrapper is what all functions below go through.
    assert.deepEqual(
      builtInClasses()
        .filter((b) => b.module === 'keras.metrics' && !tested.has(b.name))
        .map((b) => b.name),
      ['MeanMetricWrapper'],
    );
  });
});

describe('metrics', () => {
  it('are found by name and by function', () => {
    assert.ok(metrics.get('mse') instanceof metrics.MeanSquaredError);
    assert.ok(metrics.get('binary_accuracy') instanceof metrics.BinaryAccuracy);
    const metric = metrics.get(function largest(t: trae.Tensor, p: trae.Tensor) {
      return t.subtract(p).abs().max({ axis: -1 });
    })!;
    assert.equal(metric.name, 'largest');
    metric.updateState(
      [
        [0, 1],
        [2, 3],
      ],
      [
        [1, 1],
        [0, 0],
      ],
    );
    assert.equal(metric.result().item(), 2);
  });
  it('are 0 before the first batch', () => {
    assert.equal(new metrics.Mean().result().item(), 0);
    assert.equal(new metrics.CategoricalAccuracy().result().item(), 0);
  });
  it('leave masked predictions out', () => {
    const p = trae.tensor([
      [[0.9], [0.1]],
      [[0.8], [0.2]],
    ]);
    setMask(
      p,
      trae.tensor([
        [true, true],
        [true, false],
      ]),
    );
    const metric = new metrics.MeanAbsoluteError();
    metric.updateState(
      [
        [[1], [0]],
        [[1], [1]],
      ],
      p,
    );
    close(metric.result(), (0.1 + 0.1 + 0.2) / 3, 'masked mean');
  });
  it('are subclassed, with variables of their own', () => {
    class Largest extends trae.keras.Metric {
      private readonly largest = this.addVariable({ name: 'largest' });
      updateState(_t: trae.Tensor, p: trae.Tensor): void {
        this.largest.assign(trae.maximum(this.largest.value, p.max()));
      }
      result(): trae.Tensor {
        return this.largest.value;
      }
    }
    const metric = new Largest({ name: 'top' });
    assert.equal(metric.variables[0].path, 'top/largest');
    metric.updateState(trae.tensor([0]), trae.tensor([3, 5]));
    metric.updateState(trae.tensor([0]), trae.tensor([4]));
    assert.equal(metric.result().item(), 5);
    metric.resetState();
    assert.equal(metric.result().item(), 0);
  });
  it('refuse what is not known', async () => {
    await throwsText(
      () => metrics.get('categorical_acuracy'),
      'ValueError',
      "metric 'categorical_acuracy' is not known. Did you mean 'CategoricalAccuracy'?",
    );
    await throwsText(
      () => new metrics.BinaryAccuracy({ treshold: 0.3 } as never),
      'TypeError',
      "BinaryAccuracy: unknown option 'treshold'. Did you mean 'threshold'?\n  Known options: name, dtype, threshold",
    );
    await throwsText(
      () =>
        new metrics.MeanSquaredError().updateState(trae.zeros([2, 3]), trae.zeros([2, 3]), {
          sampleWeight: trae.zeros([2, 3]),
        }),
      'ValueError',
      'sampleWeight of shape (2, 3) does not fit values of shape (2,).',
    );
  });
  it('refuse settings and shapes that cannot be', async () => {
    const z = trae.zeros([4, 3]);
    await throwsText(
      () => new metrics.Precision({ thresholds: [0.5, 1.5] }),
      'ValueError',
      'Precision: thresholds must lie in [0, 1].\n  Received: 1.5',
    );
    await throwsText(
      () => new metrics.Recall().updateState(z, trae.zeros([4, 2])),
      'ValueError',
      'Recall: targets of shape (4, 3) and predictions of shape (4, 2) do not match.',
    );
    await throwsText(
      () => new metrics.Recall({ classId: 3 }).updateState(z, z),
      'ValueError',
      'Recall: classId 3 is out of range for 3 classes.',
    );
    await throwsText(
      () => new metrics.Recall({ classId: 0 }).updateState([1], [1]),
      'ValueError',
      'Recall: classId needs predictions of shape (batch, classes).\n  Received: shape (1,)',
    );
    await throwsText(
      () => new metrics.RecallAtPrecision(1.5),
      'ValueError',
      'RecallAtPrecision: precision must lie in [0, 1].\n  Received: 1.5',
    );
    await throwsText(
      () => new metrics.PrecisionAtRecall(0.5, { numThresholds: 0 }),
      'ValueError',
      'PrecisionAtRecall: numThresholds must be an integer > 0.\n  Received: 0',
    );
    await throwsText(
      () => new metrics.AUC({ curve: 'ROCK' as never }),
      'ValueError',
      "AUC: curve must be 'ROC', 'PR' or 'PRGAIN'.\n  Received: 'ROCK'",
    );
    await throwsText(
      () => new metrics.AUC({ numThresholds: 1 }),
      'ValueError',
      'AUC: numThresholds must be an integer > 1.\n  Received: 1',
    );
    await throwsText(
      () => new metrics.AUC({ summationMethod: 'sum' as never }),
      'ValueError',
      "AUC: summationMethod must be 'interpolation', 'minoring' or 'majoring'.\n  Received: 'sum'",
    );
    await throwsText(
      () => new metrics.AUC({ numLabels: 2 }),
      'ValueError',
      'AUC: numLabels is only for multiLabel.\n  Received: numLabels 2, multiLabel false',
    );
    await throwsText(
      () => new metrics.AUC({ multiLabel: true }).updateState([1], [1]),
      'ValueError',
      'AUC: with multiLabel predictions must have shape (batch, labels).\n  Received: shape (1,)',
    );
    await throwsText(
      () => new metrics.F1Score({ average: 'mean' as never }),
      'ValueError',
      "F1Score: average must be 'micro', 'macro', 'weighted' or null.\n  Received: 'mean'",
    );
    await throwsText(
      () => new metrics.FBetaScore({ beta: 0 }),
      'ValueError',
      'FBetaScore: beta must be a number > 0.\n  Received: 0',
    );
    await throwsText(
      () => new metrics.F1Score({ threshold: 2 }),
      'ValueError',
      'F1Score: threshold must lie above 0 and up to 1.\n  Received: 2',
    );
    await throwsText(
      () => new metrics.F1Score().updateState([1], [1]),
      'ValueError',
      'F1Score: targets and predictions must have shape (batch, classes).\n  Received: targets (1,), predictions (1,)',
    );
    await throwsText(
      () => new metrics.R2Score().updateState([1], [1]),
      'ValueError',
      'R2Score: targets and predictions must have shape (batch, columns).\n  Received: targets (1,), predictions (1,)',
    );
    await throwsText(
      () => new metrics.R2Score({ numRegressors: -1 }),
      'ValueError',
      'R2Score: numRegressors must be an integer >= 0.\n  Received: -1',
    );
    await throwsText(
      () => new metrics.R2Score({ classAggregation: 'mean' as never }),
      'ValueError',
      "R2Score: classAggregation must be 'uniform_average', 'variance_weighted_average' or null.\n  Received: 'mean'",
    );
    await throwsText(() => new metrics.IoU(3, [3]), 'ValueError', 'IoU: target class 3 is out of range for 3 classes.');
    await throwsText(
      () => new metrics.MeanIoU(0),
      'ValueError',
      'MeanIoU: numClasses must be an integer > 0.\n  Received: 0',
    );
    await throwsText(
      () => new metrics.MeanIoU(2).updateState([1, 0], [1]),
      'ValueError',
      'MeanIoU: there are 2 targets but 1 predictions.',
    );
    await throwsText(
      () => new metrics.MeanIoU(2).updateState([1, 0], [1, 0], { sampleWeight: [1, 2, 3] }),
      'ValueError',
      'MeanIoU: sampleWeight must have a weight for each of the 2 targets.\n  Received: 3 weights',
    );
    await throwsText(
      () => new metrics.Mean().addVariable([2], 'glorot_uniform', { dtype: 'int32' }),
      'ValueError',
      'addVariable: integers start as zeros, ones or a constant.\n  Received: dtype int32',
    );
  });
  it('without a name are numbered; with a name of their own they are not', () => {
    trae.keras.utils.clearSession();
    assert.deepEqual(
      [
        new metrics.AUC(),
        new metrics.AUC(),
        new metrics.F1Score(),
        new metrics.F1Score(),
        new metrics.AUC({ name: 'auc' }),
      ].map((m) => m.name),
      ['auc', 'auc_1', 'f1_score', 'f1_score', 'auc'],
    );
  });
  it('share the variables of metrics they hold, and are called', () => {
    class Both extends trae.keras.Metric {
      private readonly parts = [new metrics.Mean({ name: 'a' }), new metrics.Sum({ name: 'b' })];
      private readonly seen = this.addVariable([], 'zeros', { name: 'seen', dtype: 'int32' });
      updateState(t: trae.Tensor): void {
        for (const p of this.parts) p.updateState(t);
        this.seen.assignAdd(1);
      }
      result(): trae.Tensor {
        return this.parts[0].result().add(this.parts[1].result());
      }
    }
    const both = new Both();
    assert.deepEqual(
      both.variables.map((v) => v.path),
      ['both/seen', 'a/total', 'a/count', 'b/total'],
    );
    assert.equal(both.call(trae.tensor([1, 3])).item(), 6);
    both.resetState();
    assert.equal(both.result().item(), 0);
  });
  it('with several values have several in the history', async () => {
    const { layers, Sequential } = trae.keras;
    trae.setRandomSeed(2);
    const model = new Sequential([layers.Input([4]), new layers.Dense(3, { activation: 'softmax' })]);
    model.compile({
      loss: 'categorical_crossentropy',
      metrics: [new metrics.F1Score(), new metrics.Precision({ thresholds: [0.2, 0.4], name: 'p' }), 'AUC'],
    });
    const x = trae.random.normal([24, 4]);
    const y = trae.keras.utils.toCategorical(
      Int32Array.from({ length: 24 }, (_, i) => i % 3),
      3,
    );
    const { history } = await model.fit(x, y, { epochs: 2, batchSize: 5, verbose: 0 });
    const values = history as unknown as Record<string, unknown[]>;
    assert.deepEqual(
      [
        values.f1_score.map((v) => (v as number[]).length),
        values.p.map((v) => (v as number[]).length),
        typeof values.AUC[1],
      ],
      [[3, 3], [2, 2], 'number'],
    );
    const f1 = new metrics.F1Score();
    f1.updateState(y, (await model.predict(x, { verbose: 0 })) as trae.Tensor);
    close(
      ((await model.evaluate(x, y, { verbose: 0, returnDict: true })) as unknown as Record<string, number[]>).f1_score,
      Array.from(f1.result().dataSync() as Float32Array),
      'evaluated',
    );
  });
});
