/** Recurrent layers in models: learning, unknown lengths, frozen weights, dtypes, long sequences. */
import assert from 'node:assert/strict';
import * as trae from '../../../../lib/index';
import { close, throwsText, wave } from '../../helpers';
import { apply, numbersOf } from './helpers';

const { layers, Sequential } = trae.keras;
type Tensor = trae.Tensor;

describe('recurrent models', () => {
  it('an LSTM learns to add up a sequence', async () => {
    trae.setRandomSeed(1);
    const x = trae.random.uniform([256, 8, 1]);
    const y = x.sum({ axis: 1 });
    const model = new Sequential([new layers.LSTM(16), new layers.Dense(1)]);
    model.compile({ optimizer: new trae.keras.optimizers.Adam(0.02), loss: 'mse' });
    const { history } = await model.fit(x, y, { epochs: 40, batchSize: 32, verbose: 0 });
    assert.ok(
      (history.loss.at(-1) as number) < 0.05 * (history.loss[0] as number),
      `loss ${history.loss[0]} -> ${history.loss.at(-1)}`,
    );
  });
  it('take sequences of unknown length, and the summary counts their weights', () => {
    const model = new Sequential([
      layers.Input([null, 3]),
      new layers.Bidirectional(new layers.LSTM(4, { returnSequences: true })),
      new layers.RNN([new layers.GRUCell(5), new layers.SimpleRNNCell(2)]),
    ]);
    assert.deepEqual(model.outputShape, [null, 2]);
    assert.deepEqual([...apply(model, wave(2, 3, 3)).shape], [2, 2]);
    assert.deepEqual([...apply(model, wave(1, 9, 3)).shape], [1, 2]);
    let text = '';
    model.summary({ printFn: (t) => (text += t), lineLength: 90 });
    assert.match(text, /bidirectional\w* \(Bidirectional\)\s*│ \(None, None, 8\)\s*│\s*256 │/);
    assert.match(text, /rnn\w* \(RNN\)\s*│ \(None, 2\)\s*│\s*241 │/);
    assert.match(text, /Total params: 497 /);
  });
  it('frozen layers keep their weights', async () => {
    const lstm = new layers.LSTM(3, { trainable: false });
    const model = new Sequential([lstm, new layers.Dense(1)]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    model.build([null, 4, 2]);
    assert.equal(lstm.trainableWeights.length, 0);
    const before = lstm.getWeights().map((w) => numbersOf(w));
    await model.fit(wave(8, 4, 2), wave(8, 1), { epochs: 1, verbose: 0 });
    assert.deepEqual(
      lstm.getWeights().map((w) => numbersOf(w)),
      before,
    );
  });
  it('SimpleRNN counts its activity penalty', () => {
    const layer = new layers.SimpleRNN(2, { activityRegularizer: trae.keras.regularizers.l2(0.5) });
    const y = apply(layer, wave(3, 4, 2));
    close(
      layer.losses[0].item(),
      y
        .square()
        .sum()
        .multiply(0.5 / 3)
        .item(),
      'penalty',
    );
  });
  it('compute in float64 and in half precision', () => {
    for (const dtype of ['float64', 'mixed_bfloat16'] as const)
      for (const layer of [
        new layers.SimpleRNN(2, { dtype }),
        new layers.LSTM(2, { dtype, activation: 'relu' }),
        new layers.GRU(2, { dtype, unroll: true }),
        new layers.RNN([new layers.GRUCell(2, { dtype })], { dtype }),
      ])
        assert.equal(apply(layer, wave(2, 3, 2)).dtype, dtype === 'float64' ? 'float64' : 'bfloat16');
  });
  it('second derivatives pass through the loop', () => {
    const layer = new layers.GRU(2, { unroll: true });
    const x = wave(1, 3, 2);
    layer.build(x.shape);
    const slope = (t: Tensor): Tensor =>
      trae
        .grad((s: Tensor) => apply(layer, s).square().sum())(t)
        .square()
        .sum();
    const exact = trae.grad(slope)(x);
    const step = 1e-2;
    const e = trae.tensor([1, 0, 0, 0, 0, 0], [1, 3, 2]).multiply(step);
    const difference = slope(x.add(e))
      .subtract(slope(x.subtract(e)))
      .divide(2 * step);
    close(trae.slice(exact, [0, 0, 0], [1, 1, 1]).item(), difference.item(), 'second derivative', 2e-2);
  });
  it('long sequences: 1500 steps, forward and back', async () => {
    const model = new Sequential([layers.Input([1500, 1]), new layers.SimpleRNN(2)]);
    const x = trae.ones([1, 1500, 1]).multiply(0.1);
    model.setWeights([trae.ones([1, 2]), trae.zeros([2, 2]), trae.zeros([2])]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    close((await model.predict(x, { verbose: 0 })) as Tensor, [Math.tanh(0.1), Math.tanh(0.1)], 'the last step');
    const { history } = await model.fit(x, trae.zeros([1, 2]), { verbose: 0 });
    close(history.loss[0] as number, Math.tanh(0.1) ** 2, 'loss');
  });
  it('sequences without steps or axes are refused', async () => {
    for (const [name, layer] of Object.entries({
      SimpleRNN: new layers.SimpleRNN(2, { name: 'e' }),
      LSTM: new layers.LSTM(2, { name: 'e' }),
      GRU: new layers.GRU(2, { name: 'e', unroll: true }),
      ConvLSTM1D: new layers.ConvLSTM1D(2, 1, { name: 'e' }),
      RNN: new layers.RNN([new layers.LSTMCell(2), new layers.GRUCell(2)], { name: 'e' }),
    })) {
      const shape = name === 'ConvLSTM1D' ? [2, 0, 3, 1] : [2, 0, 3];
      await throwsText(
        () => layer.apply(trae.zeros(shape)),
        'ValueError',
        `a sequence needs at least one step.\n  Received: shape (${shape.join(', ')})\n  In layer 'e' (${name}).`,
      );
    }
    await throwsText(
      () => new layers.LSTM(2, { name: 'f' }).apply(wave(2, 3)),
      'ValueError',
      "input of layer 'f' is not what it expects: expected ndim=3, found ndim=2.\n  Received: shape (2, 3)\n  In layer 'f' (LSTM).",
    );
    await throwsText(
      () => new layers.LSTM(-2),
      'ValueError',
      'LSTM: units must be a positive integer.\n  Received: -2',
    );
  });
});
