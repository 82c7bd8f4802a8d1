/** Masks through recurrent layers, and dropout of their inputs and states. */
import assert from 'node:assert/strict';
import * as trae from '../../../../lib/index';
import { close, throwsText, wave } from '../../helpers';
import { apply, numbersOf } from './helpers';

const { layers, Sequential } = trae.keras;
type Tensor = trae.Tensor;

describe('masks', () => {
  const ids = trae.tensor([
    [1, 2, 3, 0, 0],
    [4, 0, 2, 1, 3],
    [2, 2, 0, 0, 0],
  ]);
  it('go from Embedding through recurrent layers, a wrapper and a Dense into the loss', async () => {
    const model = new Sequential([
      new layers.Embedding(5, 4, { maskZero: true }),
      new layers.LSTM(3, { returnSequences: true }),
      new layers.Bidirectional(new layers.GRU(2, { returnSequences: true })),
      new layers.TimeDistributed(new layers.Dense(3)),
      new layers.Dense(1),
    ]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const y = wave(3, 5, 1);
    const loss = (await model.evaluate(ids, y, { verbose: 0 })) as number;
    const predictions = (await model.predict(ids, { verbose: 0 })) as Tensor;
    const mask = trae.cast(trae.notEqual(ids, 0), 'float32');
    const errors = trae.square(predictions.subtract(y)).reshape([3, 5]).multiply(mask);
    const all = typeof loss === 'number' ? loss : (loss as number[])[0];
    close(all, errors.sum().divide(mask.sum()).item(), 'the loss counts unmasked steps alone', 1e-4);
  });
  it('make padding meaningless', () => {
    const embedding = new layers.Embedding(5, 4, { maskZero: true });
    const lstm = new layers.LSTM(3);
    const model = new Sequential([layers.Input([null]), embedding, lstm]);
    close(apply(model, trae.tensor([[1, 2, 3, 0, 0]])), apply(model, trae.tensor([[1, 2, 3]])), 'padded');
    const masking = new Sequential([
      layers.Input([null, 2]),
      new layers.Masking({ maskValue: -1 }),
      new layers.GRU(3, { returnSequences: true }),
    ]);
    const x = wave(1, 3, 2);
    const padded = trae.concat([x, trae.full([1, 2, 2], -1)], { axis: 1 });
    const short = apply(masking, x);
    const long = apply(masking, padded);
    close(trae.slice(long, [0, 0, 0], [1, 3, 3]), short, 'unmasked steps');
    close(
      trae.slice(long, [0, 4, 0], [1, 1, 3]),
      trae.slice(short, [0, 2, 0], [1, 1, 3]),
      'masked steps repeat the last output',
    );
  });
  it('of wrong shape', () =>
    throwsText(
      () => new layers.LSTM(3, { name: 'l' }).apply(wave(2, 4, 2), { mask: trae.ones([2, 3], { dtype: 'bool' }) }),
      'ValueError',
      "a mask of shape (2, 4) is expected for sequences of shape (2, 4, 2).\n  Received: mask of shape (2, 3)\n  In layer 'l' (LSTM).",
    ));
});

describe('dropout in recurrent layers', () => {
  it('is one mask for all steps, new for each call, and none outside of training', () => {
    for (const useCudnn of ['auto', false] as const) {
      const lstm = new layers.LSTM(4, { dropout: 0.5, seed: 1, returnSequences: true, useCudnn });
      const x = wave(2, 6, 8);
      const plain = apply(lstm, x);
      const a = apply(lstm, x, { training: true });
      const b = apply(lstm, x, { training: true });
      close(apply(lstm, x, { training: false }), plain, 'not training');
      assert.notDeepEqual(numbersOf(a), numbersOf(b));
      assert.notDeepEqual(numbersOf(a), numbersOf(plain));
      const twin = new layers.LSTM(4, {
        dropout: 0.5,
        seed: 1,
        returnSequences: true,
        useCudnn: useCudnn === 'auto' ? false : 'auto',
      });
      twin.build(x.shape);
      twin.setWeights(lstm.getWeights());
      close(apply(twin, x, { training: true }), a, 'the primitive and the loop drop the same inputs');
    }
  });
  it('of inputs scales the rest: zeros or 1 / (1 - rate)', () => {
    // An identity for a kernel and no recurrence show the mask itself.
    const rnn = new layers.SimpleRNN(50, {
      dropout: 0.4,
      activation: null,
      useBias: false,
      returnSequences: true,
      kernelInitializer: 'identity',
      recurrentInitializer: 'zeros',
    });
    const y = apply(rnn, trae.ones([4, 3, 50]), { training: true });
    const [first, second, third] = trae.unstack(y, { axis: 1 }).map((t) => numbersOf(t));
    assert.deepEqual(first, second);
    assert.deepEqual(first, third);
    const kept = first.filter((v) => v !== 0);
    for (const v of kept) assert.ok(Math.abs(v - 1 / 0.6) < 1e-5);
    assert.ok(kept.length > 80 && kept.length < 160, `${kept.length} of 200 kept`);
  });
  it('of the recurrent state: the same mask at each step, another for each gate', () => {
    for (const make of [
      () => new layers.LSTM(6, { recurrentDropout: 0.5, seed: 3 }),
      () => new layers.GRU(6, { recurrentDropout: 0.5, seed: 3, resetAfter: false }),
    ]) {
      const layer = make();
      const x = wave(3, 5, 2);
      const a = apply(layer, x, { training: true });
      const b = apply(layer, x, { training: true });
      assert.notDeepEqual(numbersOf(a), numbersOf(b));
      close(apply(layer, x), apply(layer, x), 'not training');
      const twin = make();
      twin.build(x.shape);
      twin.setWeights(layer.getWeights());
      close(apply(twin, x, { training: true }), a, 'the same seed draws the same masks');
    }
  });
  it('trains: in one plan, with new masks at every step', async () => {
    const model = new Sequential([new layers.LSTM(8, { dropout: 0.3, recurrentDropout: 0.3 }), new layers.Dense(1)]);
    model.compile({ optimizer: 'adam', loss: 'mse' });
    const { history } = await model.fit(wave(32, 5, 3), wave(32, 1), { epochs: 3, batchSize: 8, verbose: 0 });
    assert.equal(history.loss.length, 3);
    assert.ok(history.loss.every(Number.isFinite));
  });
  it('of ConvLSTM', () => {
    const layer = new layers.ConvLSTM1D(2, 2, { dropout: 0.5, recurrentDropout: 0.5, returnSequences: true });
    const x = wave(2, 3, 5, 2);
    const a = apply(layer, x, { training: true });
    const b = apply(layer, x, { training: true });
    assert.deepEqual([...a.shape], [2, 3, 4, 2]);
    assert.notDeepEqual(numbersOf(a), numbersOf(b));
    close(apply(layer, x), apply(layer, x), 'not training');
  });
  it('rates lie between 0 and 1', () =>
    throwsText(
      () => new layers.LSTM(3, { dropout: 1.5 }),
      'ValueError',
      'LSTMCell: dropout must lie between 0 and 1.\n  Received: 1.5',
    ));
});
