/** Steps that a model overrides, metrics of its own, its compile config; what is traced, and what cannot be. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { classifier, classesInTurn, close, throwsText, wave, weightsOf } from '../helpers';

const { layers, Sequential, Model, metrics, optimizers, losses } = trae.keras;
const quiet = { verbose: 0 as const };

/** A model whose training step is written out: what the built-in one does. */
class ByHand extends Model {
  readonly dense = new layers.Dense(2, { kernelInitializer: 'ones' });
  readonly tracker = new metrics.Mean({ name: 'loss' });
  readonly mae = new metrics.MeanAbsoluteError({ name: 'mae' });
  traces = 0;
  override call(x: trae.Tensor): unknown {
    return this.dense.apply(x);
  }
  override trainStep([x, y]: trae.StepData): trae.StepLogs {
    this.traces++;
    if (!this.built) this.apply(x);
    let yPred!: trae.Tensor;
    const { value, grads } = trae.variableGrads(() => {
      yPred = this.apply(x, { training: true }) as trae.Tensor;
      return (yPred.subtract(y as trae.Tensor) as trae.Tensor).square().mean();
    }, this.trainableVariables);
    this.optimizer!.apply(grads, this.trainableVariables);
    this.tracker.updateState(value);
    this.mae.updateState(y as trae.Tensor, yPred);
    return { loss: this.tracker.result(), mae: this.mae.result() };
  }
  override testStep([x, y]: trae.StepData): trae.StepLogs {
    this.mae.updateState(y as trae.Tensor, this.apply(x, { training: false }) as trae.Tensor);
    return { mae: this.mae.result() };
  }
  override predictStep([x]: trae.StepData): unknown {
    return (this.apply(x, { training: false }) as trae.Tensor).multiply(10);
  }
  override get metrics(): trae.keras.Metric[] {
    return [this.tracker, this.mae];
  }
}

describe('steps of a subclass', () => {
  const x = wave(12, 3);
  const y = wave(12, 2);
  it('train as the built-in one, traced once', async () => {
    const own = new ByHand();
    const plain = new Sequential([layers.Input([3]), new layers.Dense(2, { kernelInitializer: 'ones' })]);
    own.compile({ optimizer: new optimizers.SGD(0.1) });
    plain.compile({ optimizer: new optimizers.SGD(0.1), loss: 'mse', metrics: ['mae'] });
    const options = { epochs: 4, batchSize: 4, shuffle: false, validationData: [x, y], ...quiet };
    const a = await own.fit(x, y, options);
    const b = await plain.fit(x, y, options);
    assert.equal(own.traces, 1);
    assert.deepEqual(Object.keys(a.history), ['loss', 'mae', 'val_mae']);
    close(a.history.loss, b.history.loss, 'loss');
    close(a.history.mae, b.history.mae, 'mae');
    close(a.history.val_mae, b.history.val_mae, 'val_mae');
    weightsOf(own).forEach((w, i) => close(w, weightsOf(plain)[i], 'weights'));
    close(
      (await own.predict(x, quiet)) as trae.Tensor,
      ((await plain.predict(x, quiet)) as trae.Tensor).multiply(10),
      'predictStep',
    );
    close(await own.evaluate(x, y, quiet), (await plain.evaluate(x, y, quiet))[1], 'evaluate');
    close((await own.trainOnBatch(x, y)) as number[], (await plain.trainOnBatch(x, y)) as number[], 'trainOnBatch');
  });
  it('without targets get [x] alone', async () => {
    const seen: number[] = [];
    class Auto extends ByHand {
      override trainStep(data: trae.StepData): trae.StepLogs {
        seen.push(data.length);
        return { nothing: trae.tensor(1).add((data[0] as trae.Tensor).sum().multiply(0)) };
      }
    }
    const model = new Auto();
    model.compile();
    const { history } = await model.fit(x, quiet);
    assert.deepEqual([seen, history], [[1], { nothing: [1] }]);
  });
  it('must return scalars by name', async () => {
    const returning = (value: unknown): InstanceType<typeof Model> => {
      class Wrong extends ByHand {
        override trainStep(): trae.StepLogs {
          return value as trae.StepLogs;
        }
      }
      const model = new Wrong({ name: 'wrong' });
      model.compile();
      return model;
    };
    await throwsText(
      () => returning(undefined).fit(x, y, quiet),
      'TypeError',
      "trainStep of model 'wrong' must return a record of scalar tensors by name.\n  Received: undefined",
    );
    await throwsText(
      () => returning({ loss: 3 }).fit(x, y, quiet),
      'TypeError',
      "trainStep of model 'wrong': 'loss' must be a tensor.\n  Received: 3\n  Fix: return metric.result().",
    );
  });
  it('computeMetrics adds results', async () => {
    class Counting extends Model {
      readonly dense = new layers.Dense(2);
      readonly rows = new metrics.Sum({ name: 'rows' });
      override call(inputs: trae.Tensor): unknown {
        return this.dense.apply(inputs);
      }
      override computeMetrics(
        inputs: unknown,
        target: unknown,
        yPred: unknown,
        options: { sampleWeight?: trae.TensorLike | null },
      ): trae.StepLogs {
        const logs = super.computeMetrics(inputs, target, yPred, options);
        this.rows.updateState(trae.ones([(inputs as trae.Tensor).shape[0]]));
        return { ...logs, rows: this.rows.result() };
      }
    }
    const model = new Counting();
    model.compile({ loss: 'mse', metrics: ['mae'] });
    const { history } = await model.fit(x, y, { epochs: 2, batchSize: 5, validationData: [x, y], ...quiet });
    assert.deepEqual(Object.keys(history), ['loss', 'mae', 'rows', 'val_loss', 'val_mae', 'val_rows']);
    assert.deepEqual(
      [history.rows, history.val_rows],
      [
        [12, 12],
        [12, 12],
      ],
    );
    assert.deepEqual(model.metricsNames, ['loss', 'mae', 'rows']);
    model.resetMetrics();
    assert.equal(model.getMetricsResult().rows.item(), 0);
  });
});

describe('compile config', () => {
  it('is Keras JSON, and compiles another model the same', async () => {
    const model = classifier({
      optimizer: new optimizers.Adam(0.02),
      loss: new losses.SparseCategoricalCrossentropy({ fromLogits: false }),
      metrics: ['accuracy'],
    });
    const config = model.getCompileConfig()!;
    assert.deepEqual(Object.keys(config), [
      'optimizer',
      'loss',
      'loss_weights',
      'metrics',
      'weighted_metrics',
      'run_eagerly',
      'steps_per_execution',
      'jit_compile',
    ]);
    assert.deepEqual(
      [
        (config.optimizer as { class_name: string }).class_name,
        (config.loss as { class_name: string }).class_name,
        config.metrics,
        config.steps_per_execution,
      ],
      ['Adam', 'SparseCategoricalCrossentropy', ['accuracy'], 1],
    );
    const other = classifier();
    other.compileFromConfig(JSON.parse(JSON.stringify(config)) as Record<string, unknown>);
    assert.equal(other.optimizer!.built, true);
    const x = wave(20, 4);
    const y = classesInTurn(20, 3);
    const [a, b] = [
      await model.fit(x, y, { shuffle: false, ...quiet }),
      await other.fit(x, y, { shuffle: false, ...quiet }),
    ];
    close(b.history.loss, a.history.loss, 'loss');
    assert.deepEqual(b.history.accuracy, a.history.accuracy);
    assert.equal(new Sequential([new layers.Dense(1)]).getCompileConfig(), null);
  });
});
