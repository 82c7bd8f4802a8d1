/** What recurrent layers do beside computing: states across batches, masks through layers, dropout, cells of users, errors. */
import assert from 'node:assert/strict';
import * as trae from '../../../../lib/index';
import { close, throwsText, wave } from '../../helpers';

const { layers, Sequential, Model, Input, saving } = trae.keras;
type Tensor = trae.Tensor;

/** h' = tanh(x kernel + h recurrent), written as users do. */
class MinimalCell extends layers.Layer {
  static override positional = ['units'];
  readonly stateSize: number;
  kernel!: trae.Variable;
  recurrent!: trae.Variable;
  constructor(
    readonly units: number,
    options: trae.LayerOptions = {},
  ) {
    super(options);
    this.stateSize = units;
  }
  override build(inputShape: number[]): void {
    this.kernel = this.addWeight({ shape: [inputShape.at(-1)!, this.units], name: 'kernel' });
    this.recurrent = this.addWeight({ shape: [this.units, this.units], name: 'recurrent' });
  }
  override call(inputs: Tensor, states: Tensor[], _options: trae.CallOptions = {}): [Tensor, Tensor[]] {
    const output = trae.matmul(inputs, this.kernel).add(trae.matmul(states[0], this.recurrent)).tanh();
    return [output, [output]];
  }
  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), units: this.units };
  }
}
const apply = (layer: trae.keras.Layer, x: Tensor, options: trae.CallOptions = {}): Tensor =>
  layer.apply(x, options) as Tensor;
const numbersOf = (t: Tensor): number[] => Array.from(t.dataSync() as ArrayLike<number>, Number);

describe('stateful recurrent layers', () => {
  it('go on where the batch before ended, until resetState', () => {
    for (const options of [{}, { unroll: true }]) {
      const whole = new layers.LSTM(3, options),
        parts = new layers.LSTM(3, { ...options, stateful: true }),
        x = wave(2, 6, 4);
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
    const model = new Sequential([layers.Input([3, 2], { batchSize: 2 }), new layers.GRU(4, { stateful: true })]),
      gru = model.layers[0] as InstanceType<typeof layers.GRU>;
    assert.deepEqual(
      model.weights.map((w) => w.name),
      ['kernel', 'recurrent_kernel', 'bias'],
    );
    const x = wave(2, 3, 2),
      once = (await model.predict(x, { batchSize: 2, verbose: 0 })) as Tensor,
      twice = (await model.predict(x, { batchSize: 2, verbose: 0 })) as Tensor;
    assert.notDeepEqual(numbersOf(twice), numbersOf(once));
    close(gru.states![0], twice, 'the state is the last output');
    gru.resetState();
    close((await model.predict(x, { batchSize: 2, verbose: 0 })) as Tensor, once, 'after resetState');
  });
  it('Bidirectional and stacks', async () => {
    const x = wave(2, 3, 2);
    const both = new layers.Bidirectional(new layers.LSTM(2, { stateful: true })),
      stack = new layers.RNN([new layers.LSTMCell(2), new layers.GRUCell(3)], { stateful: true });
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
    const source = Input([5, 3], { name: 'source' }),
      target = Input([4, 2], { name: 'target' });
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
    const encoder = model.getLayer('encoder') as InstanceType<typeof layers.LSTM>,
      decoder = model.getLayer('decoder') as InstanceType<typeof layers.LSTM>;
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
    const gru = new layers.GRU(2),
      x = wave(1, 3, 2);
    close(
      apply(gru, x, { initialState: [[0.5, -0.5]] }),
      apply(gru, x, { initialState: [trae.tensor([[0.5, -0.5]])] }),
      'numbers',
    );
    const lstm = new layers.LSTM(2),
      [h, c0] = [[[0.1, 0.2]], [[0.3, 0.4]]];
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
    const stack = new layers.RNN([new layers.LSTMCell(2), new layers.GRUCell(2)]),
      [a, b, c] = [wave(1, 2), wave(1, 2).multiply(2), wave(1, 2).multiply(3)];
    close(apply(stack, x, { initialState: [[a, b], [c]] }), apply(stack, x, { initialState: [a, b, c] }), 'stack');
  });
  it('of wrong number or shape', async () => {
    const lstm = new layers.LSTM(3, { name: 'l' }),
      x = wave(2, 4, 2),
      h = wave(2, 3);
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
    const y = wave(3, 5, 1),
      loss = (await model.evaluate(ids, y, { verbose: 0 })) as number,
      predictions = (await model.predict(ids, { verbose: 0 })) as Tensor;
    const mask = trae.cast(trae.notEqual(ids, 0), 'float32'),
      errors = trae.square(predictions.subtract(y)).reshape([3, 5]).multiply(mask);
    const all = typeof loss === 'number' ? loss : (loss as number[])[0];
    close(all, errors.sum().divide(mask.sum()).item(), 'the loss counts unmasked steps alone', 1e-4);
  });
  it('make padding meaningless', () => {
    const embedding = new layers.Embedding(5, 4, { maskZero: true }),
      lstm = new layers.LSTM(3);
    const model = new Sequential([layers.Input([null]), embedding, lstm]);
    close(apply(model, trae.tensor([[1, 2, 3, 0, 0]])), apply(model, trae.tensor([[1, 2, 3]])), 'padded');
    const masking = new Sequential([
        layers.Input([null, 2]),
        new layers.Masking({ maskValue: -1 }),
        new layers.GRU(3, { returnSequences: true }),
      ]),
      x = wave(1, 3, 2),
      padded = trae.concat([x, trae.full([1, 2, 2], -1)], { axis: 1 });
    const short = apply(masking, x),
      long = apply(masking, padded);
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
      const plain = apply(lstm, x),
        a = apply(lstm, x, { training: true }),
        b = apply(lstm, x, { training: true });
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
      const layer = make(),
        x = wave(3, 5, 2);
      const a = apply(layer, x, { training: true }),
        b = apply(layer, x, { training: true });
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
    const layer = new layers.ConvLSTM1D(2, 2, { dropout: 0.5, recurrentDropout: 0.5, returnSequences: true }),
      x = wave(2, 3, 5, 2);
    const a = apply(layer, x, { training: true }),
      b = apply(layer, x, { training: true });
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

describe('cells', () => {
  it('of users: trained in an RNN, stacked, bidirectional, stored', async () => {
    const rnn = new layers.RNN(new MinimalCell(6, { name: 'minimal' }), { name: 'r' });
    const model = new Sequential([layers.Input([7, 2]), rnn, new layers.Dense(1)]);
    assert.deepEqual(
      rnn.weights.map((w) => w.path.split('/').slice(-3).join('/')),
      ['r/minimal/kernel', 'r/minimal/recurrent'],
    );
    assert.equal(model.countParams(), 2 * 6 + 6 * 6 + 7);
    model.compile({ optimizer: 'adam', loss: 'mse' });
    const { history } = await model.fit(wave(16, 7, 2), wave(16, 1), { epochs: 8, verbose: 0 });
    assert.ok((history.loss.at(-1) as number) < (history.loss[0] as number));
    const x = wave(2, 4, 3),
      simple = new layers.SimpleRNN(3, { useBias: false, returnSequences: true });
    const own = new layers.RNN(new MinimalCell(3), { returnSequences: true });
    own.build(x.shape);
    simple.build(x.shape);
    simple.setWeights(own.getWeights());
    close(apply(own, x), apply(simple, x), 'as SimpleRNN');
    const stack = new layers.RNN([new MinimalCell(3), new layers.LSTMCell(2)], { returnState: true });
    const [y, first, second] = stack.apply(x) as [Tensor, Tensor, Tensor[]];
    assert.deepEqual([[...y.shape], [...first.shape], second.length], [[2, 2], [2, 3], 2]);
    assert.deepEqual([...apply(new layers.Bidirectional(new layers.RNN(new MinimalCell(3))), x).shape], [2, 6]);
    const copy = layers.deserialize(JSON.parse(JSON.stringify(saving.serializeKerasObject(own))), {
      customObjects: { MinimalCell },
    });
    copy.setWeights(own.getWeights());
    close(apply(copy, x), apply(own, x), 'copy');
  });
  it('of users know training, may have several states, an output of another size and plain objects will do', () => {
    const seen: unknown[] = [];
    const counting: trae.keras.layers.RNNCell = {
      stateSize: [1, [2, 3]],
      outputSize: 1,
      call(x: Tensor, [count, grid]: Tensor[], { training }: { training?: boolean }): [Tensor, Tensor[]] {
        seen.push(training);
        return [x.sum({ axis: 1, keepdims: true }).add(count), [count.add(1), grid.add(2)]];
      },
    };
    const [y, count, grid] = new layers.RNN(counting, { returnState: true }).apply(trae.ones([2, 3, 4]), {
      training: true,
    }) as Tensor[];
    close(y, [6, 6], 'output');
    close(count, [3, 3], 'count');
    assert.deepEqual([...grid.shape], [2, 2, 3]);
    assert.deepEqual(seen, [true, true, true]);
  });
  it('as layers: one step, on tensors and on symbolic tensors', () => {
    const cell = new layers.LSTMCell(3),
      x = wave(2, 4),
      states = [wave(2, 3), wave(2, 3)];
    const [y, [h, c]] = cell.apply(x, states) as [Tensor, Tensor[]];
    close(h, y, 'h is the output');
    const inputs = [Input([4]), Input([3]), Input([3])];
    const [output, [, carry]] = cell.apply(inputs[0], inputs.slice(1)) as [trae.KerasTensor, trae.KerasTensor[]];
    const model = new Model({ inputs, outputs: [output, carry] });
    const [same, carried] = model.apply([x, ...states]) as Tensor[];
    close(same, y, 'output');
    close(carried, c, 'carry');
  });
  it('errors name what is missing', async () => {
    class NoState extends layers.Layer {
      override call(x: Tensor): Tensor {
        return x;
      }
    }
    class Wrong extends MinimalCell {
      override call(inputs: Tensor, _states: Tensor[]): [Tensor, Tensor[]] {
        return [inputs, [inputs]];
      }
    }
    class Alone extends MinimalCell {
      override call(inputs: Tensor): never {
        return inputs as never;
      }
    }
    await throwsText(
      () => new layers.RNN(new NoState({ name: 'n' }) as never),
      'ValueError',
      "RNN: the cell 'n' has no stateSize.\n  Fix: give it an attribute stateSize: the number of units, or an array with one size for each state.",
    );
    await throwsText(
      () => new layers.RNN(7 as never),
      'ValueError',
      'RNN: a cell must have a method call(inputs, states).\n  Received: 7',
    );
    await throwsText(
      () => new layers.StackedRNNCells([]),
      'TypeError',
      'StackedRNNCells: an array of cells is expected.\n  Received: []',
    );
    await throwsText(
      () => new layers.RNN(new Wrong(3), { name: 'w' }).apply(wave(2, 4, 5)),
      'ValueError',
      "the cell must return states of the shapes it was given.\n  Received: states of shapes [(2, 5)] for states of shapes [(2, 3)]\n  Fix: make the cell's stateSize fit what call returns.\n  In layer 'w' (RNN).",
    );
    await throwsText(
      () => new layers.RNN(new Alone(3), { name: 'a' }).apply(wave(2, 4, 5)),
      'TypeError',
      "the cell must return [output, newStates] from call(inputs, states).\n  Fix: return [output, [output]], for a cell with one state.\n  In layer 'a' (RNN).",
    );
  });
});

describe('recurrent models', () => {
  it('an LSTM learns to add up a sequence', async () => {
    trae.setRandomSeed(1);
    const x = trae.random.uniform([256, 8, 1]),
      y = x.sum({ axis: 1 });
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
    const lstm = new layers.LSTM(3, { trainable: false }),
      model = new Sequential([lstm, new layers.Dense(1)]);
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
    const layer = new layers.SimpleRNN(2, { activityRegularizer: trae.keras.regularizers.l2(0.5) }),
      y = apply(layer, wave(3, 4, 2));
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
    const layer = new layers.GRU(2, { unroll: true }),
      x = wave(1, 3, 2);
    layer.build(x.shape);
    const slope = (t: Tensor): Tensor =>
      trae
        .grad((s: Tensor) => apply(layer, s).square().sum())(t)
        .square()
        .sum();
    const exact = trae.grad(slope)(x),
      step = 1e-2,
      e = trae.tensor([1, 0, 0, 0, 0, 0], [1, 3, 2]).multiply(step);
    const difference = slope(x.add(e))
      .subtract(slope(x.subtract(e)))
      .divide(2 * step);
    close(trae.slice(exact, [0, 0, 0], [1, 1, 1]).item(), difference.item(), 'second derivative', 2e-2);
  });
  it('long sequences: 1500 steps, forward and back', async () => {
    const model = new Sequential([layers.Input([1500, 1]), new layers.SimpleRNN(2)]),
      x = trae.ones([1, 1500, 1]).multiply(0.1);
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
      'LSTM: units must be a positive whole number.\n  Received: -2',
    );
  });
});

describe('wrappers', () => {
  it('TimeDistributed gives the steps one by one to layers that see the whole batch', () => {
    const seen: number[][] = [];
    class Looking extends layers.Layer {
      override call(x: Tensor): Tensor {
        seen.push([...x.shape]);
        return x.subtract(x.mean({ axis: 0 }));
      }
    }
    const x = wave(4, 3, 2),
      y = apply(new layers.TimeDistributed(new Looking()), x);
    assert.deepEqual(seen, [
      [4, 2],
      [4, 2],
      [4, 2],
    ]);
    close(y, x.subtract(x.mean({ axis: 0 })), 'means over the batch, step by step');
  });
  it('TimeDistributed of a model', () => {
    const inner = new Sequential([layers.Input([2]), new layers.Dense(3, { activation: 'relu' }), new layers.Dense(1)]),
      layer = new layers.TimeDistributed(inner),
      x = wave(4, 3, 2);
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
    const lstm = new layers.LSTM(2, { name: 'mine' }),
      both = new layers.Bidirectional(lstm);
    both.build([2, 3, 4]);
    assert.equal(lstm.built, false);
    assert.deepEqual([both.forwardLayer.name, both.backwardLayer.name], ['forward_mine', 'backward_mine']);
    assert.equal(both.weights.length, 6);
  });
  it('Wrapper applies its layer', () => {
    const dense = new layers.Dense(2),
      wrapper = new layers.Wrapper(dense),
      x = wave(3, 4);
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
    const last = new layers.ConvLSTM2D(2, [3, 2], options),
      first = new layers.ConvLSTM2D(2, [3, 2], { ...options, dataFormat: 'channels_first' }),
      x = wave(2, 3, 4, 5, 3);
    last.build(x.shape);
    first.build([2, 3, 3, 4, 5]);
    first.setWeights(last.getWeights());
    const wanted = last.apply(x) as Tensor[],
      got = first.apply(trae.moveaxis(x, -1, 2)) as Tensor[];
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
