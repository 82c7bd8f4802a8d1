/** Metrics: values of real Keras after each batch, weights, masks, reset, configs. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { builtInClasses } from '../../lib/keras/saving/registry';
import { setMask } from '../../lib/keras/layers/layer';
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
      assert.ok(metric.variables.every((v) => Array.from(v.dataSync() as ArrayLike<number>, Number).every((x) => x === 0)));
      const step = trae.compile((b: { yTrue?: trae.Tensor; yPred?: trae.Tensor; values?: trae.Tensor; weight: trae.Tensor | null }) => {
        if (b.values) metric.updateState(b.values, { sampleWeight: b.weight });
        else metric.updateState(b.yTrue!, b.yPred, { sampleWeight: b.weight });
        return metric.result();
      });
      for (const b of c.batches) {
        const weight = b.sampleWeight ? tensorOf(b.sampleWeight) : null;
        close(step(b.values ? { values: tensorOf(b.values), weight } : { yTrue: tensorOf(b.yTrue!), yPred: tensorOf(b.yPred!), weight }), b.result, 'compiled');
      }
      const { config } = trae.keras.saving.serializeKerasObject(metric) as Config;
      for (const [key, value] of Object.entries(config)) if (key !== 'dtype') assert.deepEqual(value, c.config.config[key], key);
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
    await throwsText(() => metrics.get('categorical_acuracy'), 'ValueError', "metric 'categorical_acuracy' is not known. Did you mean 'CategoricalAccuracy'?");
    await throwsText(
      () => new metrics.BinaryAccuracy({ treshold: 0.3 } as never),
      'TypeError',
      "BinaryAccuracy: unknown option 'treshold'. Did you mean 'threshold'?\n  Known options: name, dtype, threshold",
    );
    await throwsText(
      () => new metrics.MeanSquaredError().updateState(trae.zeros([2, 3]), trae.zeros([2, 3]), { sampleWeight: trae.zeros([2, 3]) }),
      'ValueError',
      'sampleWeight of shape (2, 3) does not fit values of shape (2,).',
    );
  });
});
