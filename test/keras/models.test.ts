/** Models: functional, Sequential, subclassed, custom layers; masks on their way to the loss. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { maskOf } from '../../lib/keras/masks';
import { close, throwsText, wave } from './helpers';

const { layers, Sequential, Model, Input } = trae.keras;

describe('functional models', () => {
  it('take several inputs as arrays and by name, and give several outputs', async () => {
    const a = Input([2], { name: 'a' });
    const b = Input([3], { name: 'b' });
    const joined = new layers.Concatenate().apply([a, b]);
    const one = new layers.Dense(1, { name: 'one' }).apply(joined) as trae.KerasTensor;
    const two = new layers.Dense(2, { name: 'two' }).apply(joined) as trae.KerasTensor;
    const model = new Model({ inputs: [a, b], outputs: { first: one, second: two } });
    const xa = wave(4, 2);
    const xb = wave(4, 3);
    const byArray = model.apply([xa, xb]) as Record<string, trae.Tensor>;
    const byName = model.apply({ b: xb, a: xa }) as Record<string, trae.Tensor>;
    assert.deepEqual(Object.keys(byArray), ['first', 'second']);
    close(byName.second, byArray.second, 'by name');
    assert.deepEqual(model.outputNames, ['one', 'two']);
    assert.deepEqual(
      [model.inputShape, model.outputShape],
      [
        [
          [null, 2],
          [null, 3],
        ],
        [
          [null, 1],
          [null, 2],
        ],
      ],
    );
    close(
      ((await model.predict({ a: xa, b: xb }, { verbose: 0 })) as Record<string, trae.Tensor>).first,
      byArray.first,
      'predict',
    );
    await throwsText(
      () => model.apply([xa]),
      'ValueError',
      `model '${model.name}' has 2 input(s) but received 1.\n  In layer '${model.name}' (Model).`,
    );
    await throwsText(
      () => model.apply({ a: xa, c: xb }),
      'ValueError',
      `model '${model.name}': its inputs are named 'a', 'b'.\n  Received: 'a', 'c'\n  In layer '${model.name}' (Model).`,
    );
  });
  it('run ops and operators as part of the graph', () => {
    const x = Input([4]);
    const y = trae.tanh((x as unknown as trae.Tensor).multiply(2).add(1)) as unknown as trae.KerasTensor;
    assert.deepEqual(y.shape, [null, 4]);
    close(
      new Model({ inputs: x, outputs: y }).apply(wave(2, 4)) as trae.Tensor,
      trae.tanh(wave(2, 4).multiply(2).add(1)),
      'ops',
    );
  });
  it('are layers of other models; their layers can be looked into', () => {
    const inner = new Sequential([layers.Input([3]), new layers.Dense(2, { name: 'deep' })], { name: 'inner' });
    const x = Input([3]);
    const outer = new Model({ inputs: x, outputs: new layers.Dense(1).apply(inner.apply(x)) });
    assert.equal(outer.getLayer('inner'), inner);
    assert.equal(outer.weights.length, 4);
    inner.trainable = false;
    assert.equal(outer.trainableWeights.length, 2);
    const features = new Model({ inputs: inner.inputs[0], outputs: inner.getLayer('deep').output as trae.KerasTensor });
    close(features.apply(wave(2, 3)) as trae.Tensor, inner.apply(wave(2, 3)) as trae.Tensor, 'cut out of it');
  });
  it('give the middle of a model as an output', () => {
    const x = Input([3]);
    const h = new layers.Dense(4, { activation: 'relu' }).apply(x) as trae.KerasTensor;
    const model = new Model({ inputs: x, outputs: [h, new layers.Dense(1).apply(h) as trae.KerasTensor] });
    assert.deepEqual(
      (model.apply(wave(2, 3)) as trae.Tensor[]).map((t) => [...t.shape]),
      [
        [2, 4],
        [2, 1],
      ],
    );
  });
  it('refuse what is no graph', async () => {
    const x = Input([2], { name: 'x' });
    const other = Input([2], { name: 'other' });
    const y = new layers.Add().apply([x, other]) as trae.KerasTensor;
    await throwsText(
      () => new Model({ inputs: x, outputs: y, name: 'm' }),
      'ValueError',
      `Model 'm': the outputs depend on ${other}, which is not among the inputs.`,
    );
    await throwsText(
      () => new Model({ inputs: trae.ones([2]) as never, outputs: y, name: 'm' }),
      'TypeError',
      "Model 'm': inputs and outputs must be symbolic tensors, from Input() and layers applied to it.\n  Received: 0 symbolic inputs and 1 symbolic outputs",
    );
    const model = new Model({ inputs: x, outputs: new layers.Dense(1, { name: 'd' }).apply(x), name: 'm' });
    await throwsText(
      () => model.apply(trae.ones([4, 5])),
      'ValueError',
      "model 'm': input 'x' must have shape (None, 2).\n  Received: shape (4, 5)\n  In layer 'm' (Model).",
    );
    await throwsText(
      () => model.getLayer('dd'),
      'ValueError',
      "getLayer: model 'm' has no layer 'dd'.\n  Its layers: x, d",
    );
  });
});

describe('Sequential', () => {
  it('grows and shrinks: add, pop', async () => {
    const model = new Sequential([], { name: 'chain' });
    await throwsText(() => model.pop(), 'ValueError', "pop: Sequential 'chain' has no layers.");
    model.add(layers.Input([3]));
    model.add(new layers.Dense(4));
    model.add(new layers.Dense(2));
    assert.deepEqual([model.outputShape, model.weights.length], [[null, 2], 4]);
    model.pop();
    assert.deepEqual([model.outputShape, model.weights.length], [[null, 4], 2]);
    model.add(new layers.Dense(5));
    assert.deepEqual([...(model.apply(wave(2, 3)) as trae.Tensor).shape], [2, 5]);
    await throwsText(
      () => model.add(layers.Input([3])),
      'ValueError',
      "Sequential 'chain' has layers already: an Input must come first.",
    );
    await throwsText(
      () => model.add('dense' as never),
      'TypeError',
      "Sequential: layers are expected.\n  Received: 'dense'",
    );
  });
  it('without an Input, sequences of every length: predictions are those of a model that says so', async () => {
    const parts = () => [new layers.Embedding(9, 3, { maskZero: true }), new layers.LSTM(4), new layers.Dense(1)];
    const open = new Sequential(parts());
    const said = new Sequential([layers.Input([null], { dtype: 'int32' }), ...parts()]);
    open.compile({ optimizer: 'sgd', loss: 'mse' });
    said.compile({ optimizer: 'sgd', loss: 'mse' });
    const ids = (steps: number) =>
      trae.tensor(
        Int32Array.from({ length: 2 * steps }, (_, i) => (i * 5) % 9),
        [2, steps],
      );
    await open.predict(ids(3), { verbose: 0 });
    said.setWeights(open.getWeights());
    for (const steps of [5, 3, 8]) {
      const y = trae.tensor([[1], [2]]);
      assert.equal(await open.trainOnBatch(ids(steps), y), await said.trainOnBatch(ids(steps), y));
      assert.deepEqual(
        (await open.predict(ids(steps + 1), { verbose: 0 })).arraySync(),
        (await said.predict(ids(steps + 1), { verbose: 0 })).arraySync(),
      );
    }
    const dense = new Sequential([new layers.Dense(2, { name: 'only' })], { name: 'chain' });
    await dense.predict(trae.ones([1, 3]), { verbose: 0 });
    await assert.rejects(dense.predict(trae.ones([1, 4]), { verbose: 0 }), /In layer 'only' \(Dense\)/);
  });
  it('is built by the first data, by build, or by inputShape', () => {
    const late = new Sequential([new layers.Dense(2), new layers.Dense(1)]);
    assert.equal(late.built, false);
    assert.deepEqual(late.weights, []);
    late.apply(wave(4, 3));
    assert.deepEqual([late.built, late.weights.length, late.inputShape], [true, 4, [null, 3]]);
    const built = new Sequential([new layers.Dense(2)]);
    built.build([null, 5]);
    assert.deepEqual(
      built.weights.map((w) => [...w.shape]),
      [[5, 2], [2]],
    );
    assert.equal(new Sequential([new layers.Dense(2, { inputShape: [7] })]).built, true);
  });
  it('gives input, output and shapes of its layers', () => {
    const model = new Sequential([
      new layers.Dense(64, { activation: 'relu', inputShape: [20] }),
      new layers.Dropout(0.5),
      new layers.Dense(10),
    ]);
    const [first] = model.layers;
    assert.deepEqual(
      [first.inputShape, first.outputShape],
      [
        [null, 20],
        [null, 64],
      ],
    );
    assert.deepEqual(
      [first.weights.length, first.trainableWeights.length, first.nonTrainableWeights.length],
      [2, 2, 0],
    );
    assert.deepEqual((first.output as trae.KerasTensor).shape, [null, 64]);
  });
});

describe('subclassed models', () => {
  class TwoTowers extends Model {
    readonly left = new layers.Dense(3, { activation: 'relu', name: 'left' });
    readonly norms = [new layers.BatchNormalization({ name: 'norm' })];
    readonly head = new layers.Dense(2, { name: 'head' });
    override call({ a, b }: { a: trae.Tensor; b: trae.Tensor }, { training }: trae.CallOptions = {}): unknown {
      const x = this.norms[0].apply(trae.concat([this.left.apply(a), b], { axis: -1 }), { training }) as trae.Tensor;
      return this.head.apply(x);
    }
  }
  it('train on records of inputs', async () => {
    trae.setRandomSeed(3);
    const model = new TwoTowers({ name: 'towers' });
    const x = { a: wave(32, 4), b: wave(32, 2) };
    const y = wave(32, 2);
    model.compile({ optimizer: new trae.keras.optimizers.Adam(0.02), loss: 'mse' });
    const { history } = await model.fit(x, y, { epochs: 20, batchSize: 8, verbose: 0 });
    assert.ok(history.loss[19] < 0.9 * history.loss[0], String(history.loss));
    assert.deepEqual(
      model.layers.map((l) => l.name),
      ['left', 'norm', 'head'],
    );
    assert.equal(model.weights.length, 8);
    assert.deepEqual([...((await model.predict(x, { verbose: 0 })) as trae.Tensor).shape], [32, 2]);
  });
  it('without call say what is missing', () =>
    throwsText(
      () => new (class Bare extends Model {})({ name: 'bare' }).apply(trae.ones([1, 2])),
      'NotImplementedError',
      "model 'bare' has neither inputs and outputs nor a call method.\n  Fix: implement call(inputs, { training }), or use new Model({ inputs, outputs }).\n  In layer 'bare' (Bare).",
    ));
  it('override computeLoss', async () => {
    class Weighted extends Model {
      readonly dense = new layers.Dense(1, { kernelInitializer: 'ones' });
      override call(x: trae.Tensor): unknown {
        return this.dense.apply(x);
      }
      override computeLoss({ y, yPred }: { y: unknown; yPred: unknown }): trae.Tensor {
        return (yPred as trae.Tensor)
          .subtract(y as trae.Tensor)
          .abs()
          .mean()
          .multiply(10);
      }
    }
    const model = new Weighted();
    model.compile({ optimizer: new trae.keras.optimizers.SGD(0) });
    close((await model.trainOnBatch(trae.ones([4, 1]), trae.zeros([4, 1]))) as number, 10, 'own loss');
  });
});

describe('masks', () => {
  const ids = trae.tensor(
    [
      [3, 1, 0, 0],
      [2, 4, 1, 0],
    ],
    null,
    'int32',
  );
  const mask = [
    [true, true, false, false],
    [true, true, true, false],
  ];
  it('come from Embedding and pass through layers that support them', () => {
    const embedded = new layers.Embedding(5, 3, { maskZero: true }).apply(ids) as trae.Tensor;
    assert.deepEqual(maskOf(embedded)!.arraySync(), mask);
    assert.deepEqual(maskOf(new layers.Dropout(0.5).apply(new layers.Dense(2).apply(embedded)))!.arraySync(), mask);
    assert.equal(maskOf(new layers.Flatten().apply(embedded)), null);
    assert.equal(maskOf(new layers.Embedding(5, 3).apply(ids)), null);
    assert.deepEqual(maskOf(new layers.Add().apply([embedded, embedded]))!.arraySync(), mask);
  });
  it('end in pooling, which leaves the masked steps out', () => {
    const embedding = new layers.Embedding(5, 3, { maskZero: true });
    const x = Input([4], { dtype: 'int32' });
    const model = new Model({ inputs: x, outputs: new layers.GlobalAveragePooling1D().apply(embedding.apply(x)) });
    const y = (model.apply(ids) as trae.Tensor).arraySync() as number[][];
    const table = embedding.embeddings.arraySync() as number[][];
    close(
      y[0],
      [0, 1, 2].map((i) => (table[3][i] + table[1][i]) / 2),
      'two steps',
    );
    close(
      y[1],
      [0, 1, 2].map((i) => (table[2][i] + table[4][i] + table[1][i]) / 3),
      'three steps',
    );
  });
  it('leave masked steps out of losses and metrics, in fit as by hand', async () => {
    const model = new Sequential([
      layers.Input([4], { dtype: 'int32' }),
      new layers.Embedding(5, 3, { maskZero: true }),
      new layers.Dense(1),
    ]);
    model.compile({ optimizer: new trae.keras.optimizers.SGD(0), loss: 'mse', metrics: ['mae'] });
    const target = wave(2, 4, 1);
    const predicted = (model.apply(ids) as trae.Tensor).arraySync() as number[][][];
    const wanted = target.arraySync() as number[][][];
    const errors = mask.flatMap((row, i) => row.flatMap((on, j) => (on ? [predicted[i][j][0] - wanted[i][j][0]] : [])));
    const [loss, mae] = (await model.evaluate(ids, target, { verbose: 0 })) as number[];
    close(loss, errors.reduce((s, e) => s + e * e, 0) / errors.length, 'loss');
    // Keras averages metrics by example first: masked values over all steps, then weights the same way.
    close(mae, errors.reduce((s, e) => s + Math.abs(e), 0) / errors.length, 'metric');
    const history = await model.fit(ids, target, { verbose: 0 });
    close(history.history.loss[0], loss, 'fit');
  });
  it('given by hand reach the layer', () => {
    const y = new layers.Softmax().apply(trae.tensor([[1, 2, 3]]), {
      mask: trae.tensor([[true, true, false]]),
    }) as trae.Tensor;
    close(y, [1 / (1 + Math.E), Math.E / (1 + Math.E), 0], 'masked softmax');
  });
});

describe('custom layers', () => {
  it('with constructor, build and call', async () => {
    class CustomDense extends layers.Layer {
      static override options = ['activation'];
      readonly activation;
      kernel!: trae.Variable;
      bias!: trae.Variable;
      constructor(
        readonly units: number,
        { activation, ...options }: { activation?: string } & trae.LayerOptions = {},
      ) {
        super(options);
        this.activation = trae.keras.activations.get(activation);
      }
      override build(shape: readonly number[]): void {
        this.kernel = this.addWeight({
          shape: [shape.at(-1)!, this.units],
          initializer: 'glorot_uniform',
          trainable: true,
          name: 'kernel',
        });
        this.bias = this.addWeight({ shape: [this.units], initializer: 'zeros', trainable: true, name: 'bias' });
      }
      override call(x: trae.Tensor): trae.Tensor {
        return this.activation(trae.matmul(x, this.kernel).add(this.bias));
      }
    }
    const own = new Sequential([layers.Input([4]), new CustomDense(3, { activation: 'relu' }), new CustomDense(2)]);
    const known = new Sequential([layers.Input([4]), new layers.Dense(3, { activation: 'relu' }), new layers.Dense(2)]);
    known.setWeights(own.getWeights());
    for (const m of [own, known]) {
      m.compile({ optimizer: 'adam', loss: 'mse' });
      await m.fit(wave(16, 4), wave(16, 2), { epochs: 3, batchSize: 4, shuffle: false, verbose: 0 });
    }
    own.weights.forEach((w, i) => close(w, known.weights[i], w.path));
    assert.deepEqual(own.layers[0].outputShape, [null, 3]);
  });
  it('with several inputs', () => {
    class MultiInputLayer extends layers.Layer {
      kernel1!: trae.Variable;
      kernel2!: trae.Variable;
      override build([a, b]: number[][]): void {
        this.kernel1 = this.addWeight({ shape: [a.at(-1)!, 64] });
        this.kernel2 = this.addWeight({ shape: [b.at(-1)!, 64] });
      }
      override call([x, y]: trae.Tensor[]): trae.Tensor {
        return trae.concat([trae.matmul(x, this.kernel1), trae.matmul(y, this.kernel2)], { axis: -1 });
      }
    }
    const input1 = Input([10]);
    const input2 = Input([20]);
    const multi = new MultiInputLayer();
    const joined = multi.apply([input1, input2]) as trae.KerasTensor;
    assert.deepEqual(joined.shape, [null, 128]);
    const model = new Model({ inputs: [input1, input2], outputs: new layers.Dense(1).apply(joined) });
    assert.deepEqual(
      [model.countParams(), [...(model.apply([wave(3, 10), wave(3, 20)]) as trae.Tensor).shape]],
      [64 * 30 + 129, [3, 1]],
    );
    assert.deepEqual(multi.inputShape, [
      [null, 10],
      [null, 20],
    ]);
  });
  it('Lambda runs a function, with arguments', () => {
    const scaled = new layers.Lambda((x: trae.Tensor, o?: trae.CallOptions) => x.multiply(Number(o?.factor ?? 1)), {
      arguments: { factor: 3 },
    });
    assert.deepEqual((scaled.apply(trae.tensor([[1, 2]])) as trae.Tensor).arraySync(), [[3, 6]]);
    const model = new Sequential([
      layers.Input([2]),
      new layers.Lambda((x: trae.Tensor) => x.sum({ axis: -1, keepdims: true })),
    ]);
    assert.deepEqual(model.outputShape, [null, 1]);
  });
  it('errors name the layer they happened in, once', async () => {
    const x = Input([3]);
    const inner = new Sequential([layers.Input([3]), new layers.Dense(2, { name: 'small' })], { name: 'inner' });
    await throwsText(
      () => inner.getLayer('small').apply(trae.ones([2, 5])),
      'ValueError',
      "input of layer 'small' is not what it expects: expected axis -1 of size 3, found 5.\n  Received: shape (2, 5)\n  In layer 'small' (Dense).",
    );
    await throwsText(
      () => new layers.Conv2D(2, 3, { name: 'conv' }).apply(x),
      'ValueError',
      "input of layer 'conv' is not what it expects: expected ndim=4, found ndim=2.\n  Received: shape (None, 3)\n  In layer 'conv' (Conv2D).",
    );
    await throwsText(
      () => new layers.Dense(2, { name: 'd' }).apply(Input([null])),
      'ValueError',
      "the last axis of the input must be known.\n  Received: shape (None, None)\n  In layer 'd' (Dense).",
    );
  });
});
