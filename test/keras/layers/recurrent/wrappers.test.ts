/** TimeDistributed, Bidirectional, Wrapper; ConvLSTM in both data formats. */
import assert from 'node:assert/strict';
import * as trae from '../../../../lib/index';
import { close, throwsText, wave } from '../../helpers';
import { apply } from './helpers';

const { layers, Sequential, Input } = trae.keras;
type Tensor = trae.Tensor;

describe('wrappers', () => {
  it('TimeDistributed gives the steps one by one to layers that see the whole batch', () => {
    const seen: number[][] = [];
    class Looking extends layers.Layer {
      override call(x: Tensor): Tensor {
        seen.push([...x.shape]);
        return x.subtract(x.mean({ axis: 0 }));
      }
    }
    const x = wave(4, 3, 2);
    const y = apply(new layers.TimeDistributed(new Looking()), x);
    assert.deepEqual(seen, [
      [4, 2],
      [4, 2],
      [4, 2],
    ]);
    close(y, x.subtract(x.mean({ axis: 0 })), 'means over the batch, step by step');
  });
  it('TimeDistributed of a model', () => {
    const inner = new Sequential([layers.Input([2]), new layers.Dense(3, { activation: 'relu' }), new layers.Dense(1)]);
    const layer = new layers.TimeDistributed(inner);
    const x = wave(4, 3, 2);
    close(apply(layer, x), apply(inner, x.reshape([12, 2])).reshape([4, 3, 1]), 'every step');
    assert.equal(layer.countParams(), inner.countParams());
  });
  it('TimeDistributed refuses what has no steps, and masks that do not fit', async () => {
    await throwsText(
      () => new layers.TimeDistributed(new layers.Dense(2), { name: 't' }).apply(wave(2, 3)),
      'ValueError',
      "inputs of shape (batch, steps, ...) with 3 axes or more are expected.\n  Received: shape (2, 3)\n  In layer 't' (TimeDistributed).",
    );
    await throwsText(
      () =>
        new layers.TimeDistributed(new layers.Dense(2), { name: 'u' }).apply(wave(2, 3, 4), {
          mask: trae.ones([2, 5]),
        }),
      'ValueError',
      "the mask must begin with the axes (2, 3) of the inputs.\n  Received: mask of shape (2, 5) for inputs of shape (2, 3, 4)\n  In layer 'u' (TimeDistributed).",
    );
    await throwsText(
      () => new layers.TimeDistributed('dense' as never),
      'ValueError',
      "TimeDistributed: the first argument must be a layer.\n  Received: 'dense'",
    );
  });
  it('Bidirectional checks its layers', async () => {
    const lstm = new layers.LSTM(2);
    await throwsText(
      () => new layers.Bidirectional(lstm, { backwardLayer: new layers.LSTM(2) }),
      'ValueError',
      'Bidirectional: forward and backward layer must differ in goBackwards.\n  Received: false and false\n  Fix: give the backwardLayer { goBackwards: true }.',
    );
    await throwsText(
      () =>
        new layers.Bidirectional(lstm, {
          backwardLayer: new layers.LSTM(2, { goBackwards: true, returnSequences: true }),
        }),
      'ValueError',
      'Bidirectional: forward and backward layer must have the same returnSequences.\n  Received: false and true',
    );
    await throwsText(
      () => new layers.Bidirectional(lstm, { mergeMode: 'add' as never }),
      'ValueError',
      "Bidirectional: mergeMode must be 'concat', 'sum', 'ave', 'mul' or null.\n  Received: 'add'",
    );
    await throwsText(
      () => new layers.Bidirectional(new layers.Dense(2, { name: 'd' })),
      'ValueError',
      "Bidirectional: the layer must have goBackwards, returnSequences and returnState, as RNN, LSTM and GRU have.\n  Received: 'd'",
    );
  });
  it('Bidirectional copies its layer, with fresh weights', () => {
    const lstm = new layers.LSTM(2, { name: 'mine' });
    const both = new layers.Bidirectional(lstm);
    both.build([2, 3, 4]);
    assert.equal(lstm.built, false);
    assert.deepEqual([both.forwardLayer.name, both.backwardLayer.name], ['forward_mine', 'backward_mine']);
    assert.equal(both.weights.length, 6);
  });
  it('Wrapper applies its layer', () => {
    const dense = new layers.Dense(2);
    const wrapper = new layers.Wrapper(dense);
    const x = wave(3, 4);
    close(apply(wrapper, x), apply(dense, x), 'the same');
    assert.deepEqual(
      wrapper.weights.map((w) => w.path.split('/').slice(1)),
      [
        [dense.name, 'kernel'],
        [dense.name, 'bias'],
      ],
    );
  });
  it('ConvLSTM with channels first computes what it does with channels last', () => {
    const options = {
      padding: 'same' as const,
      returnSequences: true,
      returnState: true,
      dropout: 0.5,
      recurrentDropout: 0.5,
    };
    const last = new layers.ConvLSTM2D(2, [3, 2], options);
    const first = new layers.ConvLSTM2D(2, [3, 2], { ...options, dataFormat: 'channels_first' });
    const x = wave(2, 3, 4, 5, 3);
    last.build(x.shape);
    first.build([2, 3, 3, 4, 5]);
    first.setWeights(last.getWeights());
    const wanted = last.apply(x) as Tensor[];
    const got = first.apply(trae.moveaxis(x, -1, 2)) as Tensor[];
    assert.deepEqual(first.computeOutputShape([null, 3, 3, 4, 5]), [
      [null, 3, 2, 4, 5],
      [null, 2, 4, 5],
      [null, 2, 4, 5],
    ]);
    got.forEach((y, i) => close(trae.moveaxis(y, i ? 1 : 2, -1), wanted[i], `output ${i}`));
    const trained = first.apply(trae.moveaxis(x, -1, 2), { training: true }) as Tensor[];
    assert.deepEqual(
      trained.map((y) => [...y.shape]),
      got.map((y) => [...y.shape]),
    );
  });
  it('ConvLSTM needs known sizes', async () => {
    await throwsText(
      () => new layers.ConvLSTM2D(2, 3, { name: 'c' }).apply(Input([null, null, 5, 2])),
      'ValueError',
      "the sizes of all spatial axes must be known.\n  Received: shape (None, None, 5, 2) of one step\n  In layer 'conv_lstm_cell' (ConvLSTMCell).",
    );
    await throwsText(
      () => new layers.ConvLSTM2D(2, 3, { strides: 2, dilationRate: 2 }),
      'ValueError',
      'ConvLSTM2D: strides > 1 and dilationRate > 1 exclude each other.\n  Received: strides [2,2], dilationRate [2,2]',
    );
    await throwsText(
      () => new layers.ConvLSTM1D(2, 3, { padding: 'causal' as never }),
      'ValueError',
      "ConvLSTM1D: padding must be 'valid' or 'same'.\n  Received: 'causal'",
    );
  });
});
