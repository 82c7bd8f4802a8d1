/** Losses: values and gradients of real Keras, reductions, configs, wrong arguments. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { builtInClasses } from '../../lib/keras/serialization/registry';
import { setMask } from '../../lib/keras/masks';
import { close, golden, tensorOf, throwsText, type Config, type Golden } from './helpers';

interface Case {
  config: Config;
  yTrue: Golden;
  yPred: Golden;
  sampleWeight: Golden | null;
  mask: Golden | null;
  value: Golden;
  dx: Golden;
}
const cases = golden<Case[]>('losses.json');
const { losses } = trae.keras;

describe('losses against Keras', () => {
  cases.forEach((c, i) => {
    const { name, ...settings } = c.config.config;
    it(`${c.config.class_name} ${JSON.stringify(settings)} ${c.sampleWeight ? 'weighted' : ''} ${c.mask ? 'masked' : ''} (${i})`, () => {
      void name;
      const loss = losses.deserialize(c.config);
      const target = tensorOf(c.yTrue);
      const weight = c.sampleWeight ? tensorOf(c.sampleWeight) : null;
      const call = (t: trae.Tensor, p: trae.Tensor): trae.Tensor => {
        if (c.mask) setMask(p, tensorOf(c.mask));
        return loss.call(t, p, weight);
      };
      close(call(target, tensorOf(c.yPred)), c.value, 'value');
      close(trae.grad((p) => call(target, p).sum())(tensorOf(c.yPred)), c.dx, 'gradient');
      close(trae.compile(call)(target, tensorOf(c.yPred)), c.value, 'compiled');
      const config = (trae.keras.saving.serializeKerasObject(loss) as Config).config;
      for (const [key, value] of Object.entries(config)) assert.deepEqual(value, c.config.config[key], key);
    });
  });
  it('covers every loss', () => {
    const tested = new Set(cases.map((c) => c.config.class_name));
    assert.deepEqual(
      builtInClasses()
        .filter((b) => b.module === 'keras.losses' && !tested.has(b.name))
        .map((b) => b.name),
      [],
    );
  });
});

describe('losses', () => {
  it('are found by name in any spelling', () => {
    for (const name of ['mse', 'mean_squared_error', 'meanSquaredError', 'MeanSquaredError', 'MSE'])
      assert.ok(losses.get(name) instanceof losses.MeanSquaredError, name);
    assert.ok(losses.get('mae') instanceof losses.MeanAbsoluteError);
    assert.ok(losses.get('huber') instanceof losses.Huber);
    assert.ok(losses.get('binary_crossentropy') instanceof losses.BinaryCrossentropy);
    assert.equal(losses.get(null), null);
  });
  it('are functions too, one number for each example', () => {
    const t = trae.tensor([
      [0, 1],
      [2, 3],
    ]);
    const p = trae.tensor([
      [1, 1],
      [0, 0],
    ]);
    assert.deepEqual(losses.meanSquaredError(t, p).arraySync(), [0.5, 6.5]);
    assert.deepEqual(losses.meanAbsoluteError(t, p).arraySync(), [0.5, 2.5]);
    assert.deepEqual(losses.huber(t, p).arraySync(), [0.25, 2]);
  });
  it('take a function of the user', () => {
    const loss = losses.get((t: trae.Tensor, p: trae.Tensor) => t.subtract(p).abs().max({ axis: -1 }))!;
    assert.equal(
      loss
        .call(
          [
            [0, 1],
            [2, 3],
          ],
          [
            [1, 1],
            [0, 0],
          ],
        )
        .item(),
      2,
    );
  });
  it('are subclassed', () => {
    class Distance extends trae.keras.Loss {
      override lossOf(t: trae.Tensor, p: trae.Tensor): trae.Tensor {
        return t.subtract(p).square().sum({ axis: -1 }).sqrt();
      }
    }
    assert.equal(new Distance().name, 'distance');
    assert.equal(
      new Distance({ reduction: 'sum' })
        .call(
          [
            [0, 3],
            [4, 0],
          ],
          [
            [4, 0],
            [0, 3],
          ],
        )
        .item(),
      10,
    );
  });
  it('of one loss each, refuse what does not fit', async () => {
    await throwsText(
      () =>
        losses.categoricalCrossentropy(
          [1, 2],
          [
            [0.5, 0.5],
            [0.2, 0.8],
          ],
        ),
      'ValueError',
      "categoricalCrossentropy: targets must have the shape of the predictions, (2, 2): one-hot vectors.\n  Received: targets of shape (2,)\n  Fix: utils.toCategorical(y, 2), or the loss 'sparse_categorical_crossentropy' for class numbers.",
    );
    await throwsText(
      () =>
        losses.sparseCategoricalCrossentropy(
          [
            [0, 1],
            [1, 0],
          ],
          [
            [0.5, 0.5],
            [0.2, 0.8],
          ],
        ),
      'ValueError',
      "sparseCategoricalCrossentropy: targets must be class numbers of shape (2,) for predictions of shape (2, 2).\n  Received: targets of shape (2, 2)\n  Fix: the loss 'categorical_crossentropy' for one-hot vectors.",
    );
    await throwsText(
      () => losses.meanSquaredError(trae.zeros([3, 2]), trae.zeros([3, 4])),
      'ValueError',
      'meanSquaredError: targets of shape (3, 2) and predictions of shape (3, 4) do not match.\n  Fix: a last layer of 2 units, or targets of shape (3, 4).',
    );
    await throwsText(
      () => new losses.MeanSquaredError().call(trae.zeros([3, 2]), trae.zeros([3, 2]), trae.zeros([3, 2])),
      'ValueError',
      'sampleWeight of shape (3, 2) does not fit losses of shape (3,).',
    );
    await throwsText(
      () => new losses.Huber({ reduction: 'all' as never }),
      'ValueError',
      "Huber: reduction must be one of 'sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', 'null'.\n  Received: 'all'",
    );
    await throwsText(
      () => new losses.BinaryCrossentropy({ fromLogit: true } as never),
      'TypeError',
      "BinaryCrossentropy: unknown option 'fromLogit'. Did you mean 'fromLogits'?\n  Known options: name, reduction, dtype, fromLogits, labelSmoothing, axis",
    );
    await throwsText(
      () => losses.get('mean_square_error'),
      'ValueError',
      "loss 'mean_square_error' is not known. Did you mean 'MeanSquaredError'?",
    );
    await throwsText(
      () => losses.get(3),
      'TypeError',
      'loss: a name, a config, an instance or a function is expected.\n  Received: 3',
    );
  });
  it('stay finite for certain and for wrong predictions', () => {
    const value = losses
      .get('categorical_crossentropy')!
      .call(
        [
          [1, 0],
          [0, 1],
        ],
        [
          [0, 1],
          [0, 1],
        ],
      )
      .item();
    assert.ok(value > 7 && value < 9, String(value));
    assert.ok(
      Number.isFinite(new losses.BinaryCrossentropy({ fromLogits: true }).call([[1], [0]], [[-1000], [1000]]).item()),
    );
  });
  it('refuse settings and shapes that cannot be', async () => {
    await throwsText(
      () => new losses.CategoricalGeneralizedCrossEntropy({ q: 1 }),
      'ValueError',
      'CategoricalGeneralizedCrossEntropy: q must lie between 0 and 1, both excluded.\n  Received: 1',
    );
    await throwsText(
      () => losses.categoricalGeneralizedCrossEntropy([[1, 0]], [[0.5, 0.5]]),
      'ValueError',
      'categoricalGeneralizedCrossEntropy: targets must be class numbers of shape (1,) for predictions of shape (1, 2).\n  Received: targets of shape (1, 2)',
    );
    await throwsText(
      () => losses.ctc([1, 2], trae.zeros([1, 3, 4])),
      'ValueError',
      'ctc: targets must be class numbers of shape (batch, labels).\n  Received: shape (2,)',
    );
    await throwsText(
      () => losses.ctc([[1, 2]], trae.zeros([3, 4])),
      'ValueError',
      'ctc: predictions must be logits of shape (batch, frames, classes).\n  Received: shape (3, 4)',
    );
    await throwsText(
      () => losses.ctc([[1, 2]], trae.zeros([2, 3, 4])),
      'ValueError',
      'ctc: there are 1 rows of targets but 2 of predictions.',
    );
    await throwsText(
      () => losses.circle([1, 2], trae.zeros([2])),
      'ValueError',
      'circle: predictions must be a row of numbers for each example.\n  Received: shape (2,)',
    );
    for (const [name, f] of Object.entries({
      hinge: losses.hinge,
      poisson: losses.poisson,
      klDivergence: losses.klDivergence,
      dice: losses.dice,
      tversky: losses.tversky,
      logCosh: losses.logCosh,
    }))
      await throwsText(
        () => f(trae.zeros([3, 2]), trae.zeros([3, 5])),
        'ValueError',
        `${name}: targets of shape (3, 2) and predictions of shape (3, 5) do not match.\n  Fix: a last layer of 2 units, or targets of shape (3, 5).`,
      );
    await throwsText(
      () => new losses.MeanSquaredError('sum' as never),
      'TypeError',
      "MeanSquaredError: options are given as a record, like { name: ... }.\n  Received: 'sum'",
    );
    await throwsText(
      () => new trae.keras.Loss().call([1], [2]),
      'NotImplementedError',
      'Loss: a loss must implement lossOf(yTrue, yPred), which returns a loss for each example.',
    );
  });
  it('of CTC are infinite for labels that do not fit into the frames', () => {
    assert.deepEqual(
      losses.ctc([[1, 1]], trae.zeros([1, 2, 3])).arraySync(),
      [Infinity],
      'between equal labels there must be a blank',
    );
    close(losses.ctc([[1, 2]], trae.zeros([1, 2, 3])), [2 * Math.log(3)], 'one way');
    close(losses.ctc([[0, 0]], trae.zeros([1, 2, 3])), [2 * Math.log(3)], 'no labels: blanks only');
  });
  it('are subclassed by call, as in Keras', () => {
    class Largest extends trae.keras.Loss {
      override call(t: trae.Tensor, p: trae.Tensor): trae.Tensor {
        return t.subtract(p).abs().max({ axis: -1 });
      }
    }
    const [t, p] = [
      trae.tensor([
        [0, 1],
        [2, 3],
      ]),
      trae.tensor([
        [1, 1],
        [0, 0],
      ]),
    ];
    assert.equal(new Largest().call(t, p).item(), 2);
    assert.equal((new Largest({ reduction: 'sum' }) as trae.keras.Loss).call(t, p, trae.tensor([1, 10])).item(), 31);
  });
  it('work in the dtype that is asked for', () => {
    assert.equal(
      new losses.MeanSquaredError().call(trae.ones([2, 2]), trae.zeros([2, 2], { dtype: 'bfloat16' })).dtype,
      'float32',
    );
    assert.equal(
      new losses.MeanSquaredError({ dtype: 'bfloat16' }).call(trae.ones([2, 2]), trae.zeros([2, 2])).dtype,
      'bfloat16',
    );
    assert.equal(
      new losses.MeanSquaredError().call(
        trae.ones([2, 2], { dtype: 'float64' }),
        trae.zeros([2, 2], { dtype: 'float64' }),
      ).dtype,
      'float64',
    );
  });
});
