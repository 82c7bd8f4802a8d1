/** The numbers that steps give: of every dtype and shape, the same from plans as op by op; the order of rows is handed over once. */
import assert from 'node:assert/strict';
import { binding } from '../../../lib/core/binding';
import * as trae from '../../../lib/index';
import { wave } from '../helpers';

const { layers, Sequential, Model, callbacks } = trae.keras;
const quiet = { verbose: 0 as const };
const DTYPES: Record<trae.DType, number> = {
  float32: 1.5,
  float16: -2.5,
  bfloat16: 3.25,
  float64: 1 / 3,
  int32: -70000,
  int64: 2 ** 40 + 1,
  int8: -7,
  uint8: 200,
  bool: 1,
};

/** Steps that give one value of each dtype, and others that are no scalars. */
class Values extends Model {
  readonly dense = new layers.Dense(1);
  override call(x: trae.Tensor): unknown {
    return this.dense.apply(x);
  }
  private logs(x: trae.Tensor): trae.StepLogs {
    if (!this.built) this.apply(x);
    // With zeros that depend on the data, so that the values are computed.
    const zero = x.sum().multiply(0);
    const all = Object.entries(DTYPES).map(([dtype, v]) => {
      const t = trae.tensor([dtype === 'int64' ? BigInt(v) : v], [], dtype as trae.DType);
      return [dtype, trae.ops.where(zero.equal(0), t, t)] as const;
    });
    return {
      ...Object.fromEntries(all),
      one: trae.tensor([[4]], null, 'int8'),
      vector: trae.tensor([1, 0], null, 'bool'),
      matrix: trae.ops.cast(
        trae.tensor([
          [1.5, 2],
          [3, 4],
        ]),
        'bfloat16',
      ),
      none: trae.zeros([0]),
      big: trae.tensor([2n ** 41n, -1n], null, 'int64'),
    };
  }
  override trainStep([x]: trae.StepData): trae.StepLogs {
    return this.logs(x as trae.Tensor);
  }
  override testStep([x]: trae.StepData): trae.StepLogs {
    return this.logs(x as trae.Tensor);
  }
}
const EXPECTED: Record<string, unknown> = {
  ...DTYPES,
  one: 4,
  vector: [1, 0],
  matrix: [
    [1.5, 2],
    [3, 4],
  ],
  none: [],
  big: [2 ** 41, -1],
};

describe('the numbers of a step', () => {
  const x = wave(6, 2);
  const y = wave(6, 1);
  for (const runEagerly of [false, true])
    it(`of every dtype and shape are logged as they are, ${runEagerly ? 'op by op' : 'by plans'}`, async () => {
      const model = new Values();
      model.compile({ runEagerly });
      const batches: unknown[] = [];
      const perBatch = new callbacks.LambdaCallback({ onTrainBatchEnd: (_, logs) => void batches.push(logs) });
      const { history } = await model.fit(x, y, {
        batchSize: 4,
        validationData: [x, y],
        callbacks: [perBatch],
        ...quiet,
      });
      assert.deepEqual(
        Object.fromEntries(Object.entries(history).filter(([n]) => !n.startsWith('val_'))),
        Object.fromEntries(
          Object.entries(EXPECTED)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([n, v]) => [n, [v]]),
        ),
      );
      for (const [name, v] of Object.entries(EXPECTED)) assert.deepEqual(history[`val_${name}`], [v], name);
      assert.deepEqual(batches, [EXPECTED, EXPECTED]);
      assert.deepEqual(await model.evaluate(x, y, { returnDict: true, ...quiet }), EXPECTED);
      assert.deepEqual(await model.trainOnBatch(x, y, { returnDict: true }), EXPECTED);
      assert.deepEqual(await model.testOnBatch(x, y, { returnDict: true }), EXPECTED);
      function* one() {
        yield [trae.tensor(x.dataSync(), [6, 2]), trae.tensor(y.dataSync(), [6, 1])];
      }
      assert.deepEqual(await model.evaluate(one, null, { returnDict: true, ...quiet }), EXPECTED);
    });
});

describe('the order of rows', () => {
  it('is handed over once an epoch, however many calls the callbacks make of it', async () => {
    const Plain = binding.RowOrder;
    const made: [number, number][] = [];
    class Counted extends (Plain as unknown as new (...a: unknown[]) => object) {
      constructor(indices: Int32Array, rows: number) {
        super(indices, rows);
        made.push([indices.length, rows]);
      }
    }
    (binding as { RowOrder: unknown }).RowOrder = Counted;
    try {
      const model = new Sequential([layers.Input([2]), new layers.Dense(1)]);
      model.compile({ loss: 'mse' });
      let batches = 0;
      const perBatch = new callbacks.LambdaCallback({ onTrainBatchEnd: () => void batches++ });
      await model.fit(wave(100, 2), wave(100, 1), { batchSize: 1, epochs: 2, callbacks: [perBatch], ...quiet });
      assert.equal(batches, 200);
      assert.deepEqual(made, [
        [100, 100],
        [100, 100],
      ]);
      // Epochs that are parts of one pass share its order.
      await model.fit(wave(100, 2), wave(100, 1), {
        batchSize: 10,
        epochs: 5,
        stepsPerEpoch: 2,
        callbacks: [perBatch],
        ...quiet,
      });
      assert.equal(made.length, 3);
    } finally {
      (binding as { RowOrder: unknown }).RowOrder = Plain;
    }
  });
  it('is validated: numbers outside of the rows, data with fewer rows, what is no order', async () => {
    assert.throws(() => new binding.RowOrder(Int32Array.of(0, 3), 3), {
      name: 'IndexError',
      message: /index 3 is outside of the 3 rows/,
    });
    assert.throws(() => new binding.RowOrder(Int32Array.of(-1), 3), {
      name: 'IndexError',
      message: /index -1 is outside of the 3 rows/,
    });
    assert.throws(() => new binding.RowOrder(new Float32Array(2) as unknown as Int32Array, 3), {
      name: 'TypeError',
      message: /Int32Array/,
    });
    const plan = trae.compile((x: trae.Tensor) => x.sum()).planFor(trae.zeros([1, 2]));
    const data = [trae.tensor([1, 2, 3, 4, 5, 6], [3, 2])];
    const order = new binding.RowOrder(Int32Array.of(2, 0, 1, 2), 3);
    let last: number[] = [];
    const options = {
      data,
      batchSize: 1,
      start: 1,
      steps: 3,
      onProgress: (_: number, v: Float64Array) => void (last = [...v]),
    };
    assert.equal((await plan.runSteps({ ...options, order })).done, 3);
    assert.deepEqual(last, [11]);
    assert.throws(() => plan.runSteps({ ...options, order, start: 2 }), /need more than the 4 rows/);
    assert.throws(() => plan.runSteps({ ...options, data: [trae.zeros([2, 2])], order }), {
      name: 'IndexError',
      message: /one of 3 rows but the data have 2/,
    });
    assert.throws(() => plan.runSteps({ ...options, order: {} as never }), {
      name: 'TypeError',
      message: /must be a RowOrder/,
    });
  });
});
