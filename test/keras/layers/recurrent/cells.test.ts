/** Cells: those of users in an RNN, and cells as layers of their own. */
import assert from 'node:assert/strict';
import * as trae from '../../../../lib/index';
import { close, throwsText, wave } from '../../helpers';
import { apply } from './helpers';

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
    const x = wave(2, 4, 3);
    const simple = new layers.SimpleRNN(3, { useBias: false, returnSequences: true });
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
    const cell = new layers.LSTMCell(3);
    const x = wave(2, 4);
    const states = [wave(2, 3), wave(2, 3)];
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
