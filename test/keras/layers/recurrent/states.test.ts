/** States of recurrent layers: kept across batches, given by the caller, returned. */
import assert from 'node:assert/strict';
import * as trae from '../../../../lib/index';
import { close, throwsText, wave } from '../../helpers';
import { apply, numbersOf } from './helpers';

const { layers, Sequential, Model, Input } = trae.keras;
type Tensor = trae.Tensor;

describe('stateful recurrent layers', () => {
  it('go on where the batch before ended, until resetState', () => {
    for (const options of [{}, { unroll: true }]) {
      const whole = new layers.LSTM(3, options);
      const parts = new layers.LSTM(3, { ...options, stateful: true });
      const x = wave(2, 6, 4);
      whole.build([2, 6, 4]);
      parts.build([2, 3, 4]);
      parts.setWeights(whole.getWeights());
      const [first, second] = trae.split(x, 2, { axis: 1 });
      const start = apply(parts, first);
      close(apply(parts, second), apply(whole, x), 'second half');
      parts.resetState();
      close(apply(parts, first), start, 'after resetState');
      parts.resetStates();
      close(parts.states![0], trae.zeros([2, 3]), 'states');
    }
  });
  it('count no states as weights, and keep them over predict', async () => {
    const model = new Sequential([layers.Input([3, 2], { batchSize: 2 }), new layers.GRU(4, { stateful: true })]);
    const gru = model.layers[0] as InstanceType<typeof layers.GRU>;
    assert.deepEqual(
      model.weights.map((w) => w.name),
      ['kernel', 'recurrent_kernel', 'bias'],
    );
    const x = wave(2, 3, 2);
    const once = (await model.predict(x, { batchSize: 2, verbose: 0 })) as Tensor;
    const twice = (await model.predict(x, { batchSize: 2, verbose: 0 })) as Tensor;
    assert.notDeepEqual(numbersOf(twice), numbersOf(once));
    close(gru.states![0], twice, 'the state is the last output');
    gru.resetState();
    close((await model.predict(x, { batchSize: 2, verbose: 0 })) as Tensor, once, 'after resetState');
  });
  it('Bidirectional and stacks', async () => {
    const x = wave(2, 3, 2);
    const both = new layers.Bidirectional(new layers.LSTM(2, { stateful: true }));
    const stack = new layers.RNN([new layers.LSTMCell(2), new layers.GRUCell(3)], { stateful: true });
    for (const layer of [both, stack]) {
      const first = apply(layer, x);
      assert.notDeepEqual(numbersOf(apply(layer, x)), numbersOf(first));
      layer.resetState();
      close(apply(layer, x), first, 'after resetState');
    }
    assert.deepEqual([both.states!.length, stack.states!.length], [4, 3]);
    await throwsText(
      () => new layers.Bidirectional(new layers.LSTM(2), { name: 'b' }).resetState(),
      'AttributeError',
      "resetState: layer 'b' is not stateful.",
    );
  });
  it('need batches of one known size', async () => {
    await throwsText(
      () => new layers.LSTM(3, { stateful: true, name: 's' }).apply(Input([4, 2])),
      'ValueError',
      "a stateful recurrent layer must know the size of the batch.\n  Received: shape (None, 4, 2)\n  Fix: pass batchSize to Input, or { batchInputShape: [batch, steps, features] } to the first layer.\n  In layer 's' (LSTM).",
    );
    const layer = new layers.LSTM(3, { stateful: true, name: 't' });
    layer.apply(wave(2, 4, 2));
    await throwsText(
      () => layer.apply(wave(5, 4, 2)),
      'ValueError',
      "a stateful recurrent layer must get batches of one size.\n  Received: a batch of 5 for states of 2 sequences\n  Fix: choose a batchSize that divides the number of sequences.\n  In layer 't' (LSTM).",
    );
  });
});

describe('initialState', () => {
  it('symbolic: an encoder whose states begin a decoder, trained and stored', async () => {
    const source = Input([5, 3], { name: 'source' });
    const target = Input([4, 2], { name: 'target' });
    const [, h, c] = new layers.LSTM(6, { returnState: true, name: 'encoder' }).apply(source) as trae.KerasTensor[];
    const sequence = new layers.LSTM(6, { returnSequences: true, name: 'decoder' }).apply(target, {
      initialState: [h, c],
    }) as trae.KerasTensor;
    const model = new Model({
      inputs: [source, target],
      outputs: new layers.Dense(1).apply(sequence) as trae.KerasTensor,
    });
    assert.deepEqual(model.outputShape, [null, 4, 1]);
    const xs = [wave(8, 5, 3), wave(8, 4, 2)];
    const encoder = model.getLayer('encoder') as InstanceType<typeof layers.LSTM>;
    const decoder = model.getLayer('decoder') as InstanceType<typeof layers.LSTM>;
    const states = (encoder.apply(xs[0]) as Tensor[]).slice(1);
    close(
      (await model.predict(xs, { verbose: 0 })) as Tensor,
      apply(model.layers.at(-1)!, apply(decoder, xs[1], { initialState: states })),
      'by hand',
    );
    const before = encoder.getWeights()[1];
    model.compile({ optimizer: 'adam', loss: 'mse' });
    const { history } = await model.fit(xs, wave(8, 4, 1), { epochs: 5, verbose: 0 });
    assert.ok((history.loss.at(-1) as number) < (history.loss[0] as number));
    assert.notDeepEqual(
      numbersOf(encoder.getWeights()[1]),
      numbersOf(before),
      'gradients reach the encoder through the states',
    );
  });
  it('one tensor for one state, arrays of numbers, nested arrays for stacks', () => {
    const gru = new layers.GRU(2);
    const x = wave(1, 3, 2);
    close(
      apply(gru, x, { initialState: [[0.5, -0.5]] }),
      apply(gru, x, { initialState: [trae.tensor([[0.5, -0.5]])] }),
      'numbers',
    );
    const lstm = new layers.LSTM(2);
    const [h, c0] = [[[0.1, 0.2]], [[0.3, 0.4]]];
    close(
      apply(lstm, x, { initialState: [h, c0] }),
      apply(lstm, x, { initialState: [trae.tensor(h), trae.tensor(c0)] }),
      'numbers for two states',
    );
    close(
      apply(gru, x, { initialState: trae.tensor([[0.5, -0.5]]) }),
      apply(gru, x, { initialState: [trae.tensor([[0.5, -0.5]])] }),
      'a tensor',
    );
    const stack = new layers.RNN([new layers.LSTMCell(2), new layers.GRUCell(2)]);
    const [a, b, c] = [wave(1, 2), wave(1, 2).multiply(2), wave(1, 2).multiply(3)];
    close(apply(stack, x, { initialState: [[a, b], [c]] }), apply(stack, x, { initialState: [a, b, c] }), 'stack');
  });
  it('of wrong number or shape', async () => {
    const lstm = new layers.LSTM(3, { name: 'l' });
    const x = wave(2, 4, 2);
    const h = wave(2, 3);
    await throwsText(
      () => lstm.apply(x, { initialState: [h] }),
      'ValueError',
      "initialState must have 2 tensor(s), one for each state.\n  Received: 1\n  In layer 'l' (LSTM).",
    );
    await throwsText(
      () => lstm.apply(x, { initialState: [h, wave(2, 4)] }),
      'ValueError',
      "initialState 1 must have shape (2, 3).\n  Received: shape (2, 4)\n  In layer 'l' (LSTM).",
    );
    await throwsText(
      () => new layers.Bidirectional(new layers.GRU(3), { name: 'b' }).apply(x, { initialState: [h] }),
      'ValueError',
      "initialState must be an array: first the states of the forward layer, then as many of the backward one.\n  Received: 1 states\n  In layer 'b' (Bidirectional).",
    );
  });
});
