/** What all layers share: weights, names, sub-layers, trainable, losses, specs, calls. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { close, throwsText, wave } from '../helpers';

const { layers, Sequential, Model, Input, regularizers, constraints } = trae.keras;
type Shape = readonly number[];

/** x * w + b, with everything that addWeight offers. */
class Affine extends layers.Layer {
  w!: trae.Variable;
  count!: trae.Variable;
  override build(shape: Shape): void {
    this.w = this.addWeight({
      shape: [shape.at(-1)!],
      initializer: 'ones',
      regularizer: regularizers.l2(0.5),
      constraint: 'non_neg',
      name: 'w',
    });
    this.count = this.addWeight({ shape: [], initializer: 'zeros', trainable: false, dtype: 'int32', name: 'count' });
  }
  override call(x: trae.Tensor): trae.Tensor {
    return x.multiply(this.w);
  }
}
const names = (list: readonly { name: string }[]): string[] => list.map((v) => v.name);

describe('weights of layers', () => {
  it('addWeight: initializer, regularizer, constraint, trainable, dtype, name', () => {
    const layer = new Affine();
    assert.equal(layer.built, false);
    layer.build([null as never, 3]);
    assert.equal(layer.built, true);
    assert.deepEqual(names(layer.weights), ['w', 'count']);
    assert.deepEqual(names(layer.trainableWeights), ['w']);
    assert.deepEqual(names(layer.nonTrainableWeights), ['count']);
    assert.equal(layer.count.dtype, 'int32');
    assert.ok(layer.w.constraint instanceof constraints.NonNeg);
    assert.deepEqual(
      layer.losses.map((l) => l.item()),
      [1.5],
    );
    assert.equal(layer.countParams(), 4);
  });
  it('addWeight defaults: a scalar, glorot uniform, float32, trainable, named variable', () => {
    class One extends layers.Layer {
      v = this.addWeight({ shape: [40, 60] });
      scalar = this.addWeight({ initializer: 'ones' });
      override call(x: trae.Tensor): trae.Tensor {
        return x;
      }
    }
    const layer = new One();
    const values = Array.from(layer.v.dataSync() as Float32Array);
    const bound = Math.sqrt(6 / 100);
    assert.equal(layer.v.name, 'variable');
    assert.equal(layer.v.dtype, 'float32');
    assert.ok(values.every((v) => Math.abs(v) <= bound) && Math.max(...values) > 0.95 * bound);
    assert.deepEqual([layer.scalar.shape, layer.scalar.item()], [[], 1]);
  });
  it('addWeight refuses unknown options and sizes', async () => {
    const layer = new Affine({ name: 'affine_a' });
    await throwsText(
      () => layer.addWeight({ shape: [2], init: 'ones' } as never),
      'TypeError',
      "affine_a.addWeight: unknown option 'init'.\n  Known options: shape, initializer, dtype, trainable, regularizer, constraint, name",
    );
    await throwsText(
      () => layer.addWeight({ shape: [2, null] }),
      'ValueError',
      "addWeight: layer 'affine_a' asks for a weight of shape (2, None); all sizes must be known.\n  Fix: give the model an input shape without unknown sizes there.",
    );
    await throwsText(
      () => layer.addWeight({ shape: [2], initializer: 'onez' as never }),
      'ValueError',
      "initializer 'onez' is not known. Did you mean 'Ones'?",
    );
    await throwsText(
      () => layer.addWeight({ shape: [2], initializer: () => trae.ones([3]), name: 'odd' }),
      'ValueError',
      "addWeight: the initializer of 'odd' in layer 'affine_a' gave shape (3,) instead of (2,).",
    );
  });
  it('paths name the layers above', () => {
    class Outer extends layers.Layer {
      readonly inner = new layers.Dense(2, { name: 'inner' });
      own!: trae.Variable;
      override build(): void {
        this.own = this.addWeight({ shape: [1], name: 'own' });
      }
      override call(x: trae.Tensor): unknown {
        return this.inner.apply(x);
      }
    }
    const outer = new Outer({ name: 'outer' });
    outer.apply(trae.ones([2, 3]));
    assert.deepEqual(
      outer.weights.map((w) => w.path),
      ['outer/own', 'outer/inner/kernel', 'outer/inner/bias'],
    );
    const model = new Sequential([layers.Input([3]), new layers.Dense(2, { name: 'd' })], { name: 'chain' });
    assert.deepEqual(
      model.weights.map((w) => w.path),
      ['chain/d/kernel', 'chain/d/bias'].map((p) =>
        p.replace('chain/', model.weights[0].path.startsWith('chain/') ? 'chain/' : ''),
      ),
    );
  });
  it('getWeights, setWeights and the weights option', async () => {
    const layer = new layers.Dense(2, {
      name: 'set_here',
      weights: [
        [
          [1, 2],
          [3, 4],
        ],
        [5, 6],
      ],
    });
    close(layer.apply(trae.tensor([[1, 1]])) as trae.Tensor, [9, 12], 'first values');
    const copy = layer.getWeights();
    layer.setWeights([trae.zeros([2, 2]), trae.zeros([2])]);
    assert.deepEqual(
      copy[0].arraySync(),
      [
        [1, 2],
        [3, 4],
      ],
      'copies stay',
    );
    layer.setWeights(copy);
    assert.deepEqual(layer.bias!.arraySync(), [5, 6]);
    await throwsText(
      () => layer.setWeights([copy[0]]),
      'ValueError',
      "setWeights: layer 'set_here' has 2 weights but 1 are given.",
    );
    await throwsText(
      () => layer.setWeights([trae.zeros([3, 2]), copy[1]]),
      'ValueError',
      `setWeights: weight '${layer.kernel.path}' of layer 'set_here' has shape (2, 2) but value 0 has shape (3, 2).`,
    );
    await throwsText(
      () => new layers.Dense(2, { name: 'early' }).setWeights(copy),
      'ValueError',
      "setWeights: layer 'early' has 0 weights but 2 are given. The layer is not built yet.",
    );
    await throwsText(
      () => new layers.Dense(2, { name: 'early' }).countParams(),
      'ValueError',
      "countParams: layer 'early' is not built yet: it has no weights.\n  Fix: call it on data, or build(inputShape).",
    );
  });
  it('variables kept as attributes count as weights', () => {
    class Scale extends layers.Layer {
      readonly v = trae.variable([2], { name: 'v' });
      override call(x: trae.Tensor): trae.Tensor {
        return x.multiply(this.v);
      }
    }
    assert.deepEqual(names(new Scale().trainableWeights), ['v']);
  });
  it('dtype decides that of weights and outputs', () => {
    const wide = new layers.Dense(2, { dtype: 'float64' });
    assert.equal((wide.apply(trae.ones([1, 2])) as trae.Tensor).dtype, 'float64');
    assert.equal(wide.kernel.dtype, 'float64');
    const mixed = new layers.Dense(2, { dtype: 'mixed_bfloat16' });
    assert.equal((mixed.apply(trae.ones([1, 2])) as trae.Tensor).dtype, 'bfloat16');
    assert.equal(mixed.kernel.dtype, 'float32');
  });
});

describe('names of layers', () => {
  it('are the class in snake case, numbered', () => {
    trae.keras.utils.clearSession();
    assert.deepEqual(
      [
        new layers.Dense(1),
        new layers.Dense(1),
        new layers.Conv2D(1, 1),
        new layers.MaxPooling2D(),
        new layers.BatchNormalization(),
        new layers.ReLU(),
        new layers.GlobalAveragePooling1D(),
      ].map((l) => l.name),
      ['dense', 'dense_1', 'conv2d', 'max_pooling2d', 'batch_normalization', 're_lu', 'global_average_pooling1d'],
    );
    assert.equal(new layers.Dense(1, { name: 'mine' }).name, 'mine');
    assert.equal(new Affine().name, 'affine');
  });
  it('must differ within a model', async () => {
    await throwsText(
      () =>
        new Sequential([new layers.Dense(1, { name: 'same' }), new layers.Dense(2, { name: 'same' })], {
          name: 'twice',
        }),
      'ValueError',
      "Sequential 'twice': two layers have the name 'same'.\n  Fix: give one of them another name.",
    );
    const x = Input([2]);
    await throwsText(
      () =>
        new Model({
          inputs: x,
          outputs: new layers.Dense(1, { name: 'same' }).apply(new layers.Dense(1, { name: 'same' }).apply(x)),
          name: 'graph',
        }),
      'ValueError',
      "Model 'graph': two layers have the name 'same'.\n  Fix: give one of them another name.",
    );
  });
});

describe('layers inside of layers', () => {
  class Block extends layers.Layer {
    readonly first = new layers.Dense(3, { name: 'first' });
    readonly rest = [new layers.Dense(3, { name: 'second' }), new layers.BatchNormalization({ name: 'third' })];
    readonly byName = { fourth: new layers.Dense(1, { name: 'fourth', kernelRegularizer: 'l2' }) };
    override call(x: trae.Tensor): unknown {
      return this.byName.fourth.apply(
        this.rest.reduce((y, l) => l.apply(y) as trae.Tensor, this.first.apply(x) as trae.Tensor),
      );
    }
  }
  const block = (): Block => {
    const b = new Block();
    b.apply(wave(2, 3));
    return b;
  };
  it('are found as attributes, in arrays and in records', () => {
    assert.deepEqual(
      block().weights.map((w) => w.path.split('/').slice(-2).join('/')),
      [
        'first/kernel',
        'first/bias',
        'second/kernel',
        'second/bias',
        'third/gamma',
        'third/beta',
        'third/moving_mean',
        'third/moving_variance',
        'fourth/kernel',
        'fourth/bias',
      ],
    );
    assert.equal(block().countParams(), 12 + 12 + 12 + 4);
  });
  it('become trainable and frozen with it', () => {
    const b = block();
    assert.equal(b.trainableWeights.length, 8);
    b.trainable = false;
    assert.equal(b.rest[1].trainable, false);
    assert.deepEqual([b.trainableWeights.length, b.nonTrainableWeights.length], [0, 10]);
    b.trainable = true;
    assert.equal(b.trainableWeights.length, 8);
    b.first.trainable = false;
    assert.equal(b.trainableWeights.length, 6);
    assert.deepEqual([b.first.trainableWeights.length, b.first.nonTrainableWeights.length], [0, 2]);
  });
  it('give their losses', () => {
    const b = block();
    const kernel = Array.from(b.byName.fourth.kernel.dataSync() as Float32Array);
    close(
      b.losses.map((l) => l.item()),
      [0.01 * kernel.reduce((s, v) => s + v * v, 0)],
      'penalty',
    );
  });
  it('made trainable: false have weights that are not trained', () => {
    const layer = new layers.Dense(2, { trainable: false });
    layer.build([null, 2]);
    assert.deepEqual([layer.trainableWeights.length, layer.nonTrainableWeights.length], [0, 2]);
  });
  it('that are shared count once', () => {
    const shared = new layers.Dense(64, { activation: 'relu' });
    const model = new Sequential([layers.Input([64]), shared, new layers.Dense(64), shared, new layers.Dense(10)]);
    assert.equal(model.layers.length, 3);
    assert.equal(model.weights.length, 6);
    assert.equal(model.countParams(), 2 * (64 * 64 + 64) + 64 * 10 + 10);
    const x = wave(2, 64);
    const [, other, last] = model.layers;
    close(
      model.apply(x) as trae.Tensor,
      last.apply(shared.apply(other.apply(shared.apply(x)))) as trae.Tensor,
      'applied twice',
    );
  });
  it('a frozen BatchNormalization keeps its statistics while training', () => {
    const norm = new layers.BatchNormalization();
    norm.build([null, 2]);
    norm.trainable = false;
    norm.apply(wave(4, 2), { training: true });
    assert.deepEqual(norm.movingMean.arraySync(), [0, 0]);
    norm.trainable = true;
    norm.apply(wave(4, 2), { training: true });
    assert.notDeepEqual(norm.movingMean.arraySync(), [0, 0]);
  });
});

describe('calls of layers', () => {
  it('addLoss and activityRegularizer add to the losses of the latest call', async () => {
    class Sparse extends layers.Layer {
      override call(x: trae.Tensor): trae.Tensor {
        this.addLoss(x.abs().mean());
        return x;
      }
    }
    const layer = new Sparse({ name: 'sparse' });
    layer.apply(trae.tensor([[1, -3]]));
    layer.apply(trae.tensor([[2, -4]]));
    assert.deepEqual(
      layer.losses.map((l) => l.item()),
      [3],
    );
    const dense = new layers.Dense(2, { kernelInitializer: 'ones', activityRegularizer: regularizers.l2(0.5) });
    dense.apply(trae.ones([4, 1]));
    assert.deepEqual(
      dense.losses.map((l) => l.item()),
      [1],
    );
    await throwsText(
      () => layer.addLoss(trae.ones([2])),
      'ValueError',
      "addLoss: layer 'sparse' must add scalar tensors.",
    );
  });
  it('pass training on to the layers inside', () => {
    const seen: unknown[] = [];
    class Spy extends layers.Layer {
      override call(x: trae.Tensor, o: trae.CallOptions = {}): trae.Tensor {
        seen.push(o.training);
        return x;
      }
    }
    class Holder extends layers.Layer {
      readonly spy = new Spy();
      override call(x: trae.Tensor): unknown {
        return this.spy.apply(x);
      }
    }
    const holder = new Holder();
    for (const training of [true, false, undefined]) holder.apply(trae.ones([1]), { training });
    assert.deepEqual(seen, [true, false, false]);
  });
  it('training: what is given, else that of the call around, else what the signature says, for the layers inside too', () => {
    const seen: string[] = [];
    class Inner extends layers.Layer {
      override call(x: trae.Tensor, { training }: trae.CallOptions = {}): trae.Tensor {
        seen.push(`inner ${training}`);
        return x;
      }
    }
    class Trains extends layers.Layer {
      readonly inner = new Inner();
      override call(x: trae.Tensor, { scale = Math.abs(-1), training = true }: trae.CallOptions = {}): unknown {
        seen.push(`trains ${training}`);
        return (this.inner.apply(x) as trae.Tensor).multiply(scale as number);
      }
    }
    class Renamed extends layers.Layer {
      readonly trains = new Trains();
      override call(x: trae.Tensor, { training: isTraining = false }: trae.CallOptions = {}): unknown {
        seen.push(`renamed ${isTraining}`);
        return this.trains.apply(x);
      }
    }
    const told = (layer: trae.keras.Layer, training?: boolean): string[] => {
      seen.length = 0;
      layer.apply(trae.ones([1]), { training });
      return [...seen];
    };
    const trains = new Trains();
    assert.deepEqual(told(trains), ['trains true', 'inner true']);
    assert.deepEqual(told(trains, false), ['trains false', 'inner false']);
    assert.deepEqual(told(trains, true), ['trains true', 'inner true']);
    const renamed = new Renamed(); // the call around decides, by its own default
    assert.deepEqual(told(renamed), ['renamed false', 'trains false', 'inner false']);
    assert.deepEqual(told(renamed, true), ['renamed true', 'trains true', 'inner true']);
    const model = new Sequential([layers.Input([1]), new Trains()]); // a model has no default of its own
    assert.deepEqual(told(model), ['trains true', 'inner true']);
    assert.deepEqual(told(model, false), ['trains false', 'inner false']);
  });
  it('masks: what is given, else that of the input; they go on where the layer supports masking', () => {
    const seen: unknown[] = [];
    class Spy extends layers.Layer {
      override call(x: trae.Tensor, { mask }: trae.CallOptions = {}): trae.Tensor {
        seen.push(mask === undefined ? null : (mask as trae.Tensor).arraySync());
        return x.multiply(1);
      }
    }
    class Passes extends Spy {
      override supportsMasking = true;
    }
    class Shifts extends Spy {
      override supportsMasking = true;
      override computeMask(_inputs: unknown, mask: trae.Tensor | null): unknown {
        return mask && trae.logicalNot(mask);
      }
    }
    const x = trae.tensor([[[1], [0], [2]]]);
    const masked = (): trae.Tensor => new layers.Masking().apply(x) as trae.Tensor;
    const after = (...chain: trae.keras.Layer[]): unknown[] => {
      seen.length = 0;
      chain.reduce((t, layer) => layer.apply(t) as trae.Tensor, masked());
      return [...seen];
    };
    const is = [[true, false, true]];
    const not = [[false, true, false]];
    assert.deepEqual(after(new Passes(), new Spy()), [is, is]);
    assert.deepEqual(after(new Shifts(), new Passes(), new Spy()), [is, not, not]);
    assert.deepEqual(after(new Spy(), new Passes()), [is, null]); // one that does not support masks ends them
    seen.length = 0;
    new Spy().apply(masked(), { mask: trae.tensor([[false, false, true]], null, 'bool') });
    assert.deepEqual(seen, [[[false, false, true]]]);
  });
  it('take numbers, arrays and typed arrays', () => {
    const layer = new layers.Rescaling(2);
    assert.deepEqual((layer.apply([[1, 2]]) as trae.Tensor).arraySync(), [[2, 4]]);
    assert.deepEqual((layer.apply(Float32Array.of(1, 2)) as trae.Tensor).arraySync(), [2, 4]);
  });
  it('check the input: InputSpec', async () => {
    const { InputSpec } = layers;
    class Strict extends layers.Layer {
      constructor(spec: object, name: string) {
        super({ name });
        this.inputSpec = new InputSpec(spec);
      }
      override call(x: unknown): unknown {
        return x;
      }
    }
    const text = (what: string, name: string): string =>
      `input of layer '${name}' is not what it expects: ${what}.\n  Received: shape (2, 3)\n  In layer '${name}' (Strict).`;
    await throwsText(
      () => new Strict({ ndim: 3 }, 's').apply(trae.ones([2, 3])),
      'ValueError',
      text('expected ndim=3, found ndim=2', 's'),
    );
    await throwsText(
      () => new Strict({ maxNdim: 1 }, 's').apply(trae.ones([2, 3])),
      'ValueError',
      text('expected at most ndim=1, found ndim=2', 's'),
    );
    await throwsText(
      () => new Strict({ minNdim: 3 }, 's').apply(trae.ones([2, 3])),
      'ValueError',
      text('expected at least ndim=3, found ndim=2', 's'),
    );
    await throwsText(
      () => new Strict({ axes: { '-1': 4 } }, 's').apply(trae.ones([2, 3])),
      'ValueError',
      text('expected axis -1 of size 4, found 3', 's'),
    );
    await throwsText(
      () => new Strict({ shape: [null, 5] }, 's').apply(trae.ones([2, 3])),
      'ValueError',
      text('expected shape (None, 5)', 's'),
    );
    await throwsText(
      () => new Strict({ dtype: 'int32' }, 's').apply(trae.ones([2, 3])),
      'ValueError',
      text('expected dtype int32, found float32', 's'),
    );
    new Strict({ shape: [null, 3], ndim: 2, dtype: 'float32' }, 's').apply(trae.ones([2, 3]));
    await throwsText(
      () => new InputSpec({ dim: 2 } as never),
      'TypeError',
      "InputSpec: unknown option 'dim'. Did you mean 'ndim'?\n  Known options: dtype, shape, ndim, maxNdim, minNdim, axes, name, optional",
    );
  });
  it('give input, output and shapes once they are in a graph', async () => {
    const layer = new layers.Dense(4, { name: 'in_graph' });
    const x = Input([3]);
    const y = layer.apply(x) as trae.KerasTensor;
    assert.equal(layer.input, x);
    assert.equal(layer.output, y);
    assert.deepEqual(
      [layer.inputShape, layer.outputShape],
      [
        [null, 3],
        [null, 4],
      ],
    );
    await throwsText(
      () => new layers.Dense(4, { name: 'alone' }).input,
      'AttributeError',
      "input: layer 'alone' has never been called on a symbolic tensor.\n  Fix: put it into a model with an Input.",
    );
    layer.apply(Input([3]));
    await throwsText(
      () => layer.output,
      'AttributeError',
      "output: layer 'in_graph' has 2 inbound nodes (it is shared), so there is no one output.\n  Fix: use getOutputAt(nodeIndex), with nodeIndex 0 to 1.",
    );
    assert.equal(layer.getInputAt(0), x);
    assert.equal(layer.getOutputAt(0), y);
    assert.deepEqual(
      [layer.inputShape, layer.outputShape],
      [
        [null, 3],
        [null, 4],
      ],
    ); // the same at both places
    await throwsText(
      () => layer.getOutputAt(2),
      'ValueError',
      "getOutputAt: layer 'in_graph' has 2 inbound node(s).\n  Received: nodeIndex 2",
    );
    layer.apply(Input([7, 3]));
    await throwsText(
      () => layer.inputShape as unknown,
      'AttributeError',
      "inputShape: layer 'in_graph' has 3 inbound nodes (it is shared) of different shapes, (None, 3) and (None, 7, 3).\n  Fix: use getInputAt(nodeIndex).shape, with nodeIndex 0 to 2.",
    );
    const alone = new layers.Dense(5);
    alone.build([null, 2]);
    assert.deepEqual(
      [alone.inputShape, alone.outputShape],
      [
        [null, 2],
        [null, 5],
      ],
    );
    await throwsText(
      () => (x as unknown as trae.Tensor).item(),
      'RuntimeError',
      `item: ${x} stands for data to come and has no value.\n  Fix: put it into a Model and call that on data.`,
    );
  });
  it('refuse options and inputs that are none', async () => {
    await throwsText(
      () => new layers.Dense(2, { name: 'd' }).apply(trae.ones([1, 2]), true as never),
      'TypeError',
      'apply: the second argument must be an options object.\n  Received: true\n  Fix: pass several tensors as one array.',
    );
    await throwsText(
      () => new layers.Dense(2, { name: 'd' }).apply('text'),
      'TypeError',
      "a tensor is expected.\n  Received: 'text'\n  In layer 'd' (Dense).",
    );
    class NoSuper extends layers.Layer {
      override call(x: unknown): unknown {
        return x;
      }
    }
    await throwsText(
      () => new NoSuper({ inputshape: [2] } as never),
      'TypeError',
      "NoSuper: unknown option 'inputshape'. Did you mean 'inputShape'?\n  Known options: name, trainable, dtype, autocast, inputShape, batchInputShape, batchSize, inputDtype, activityRegularizer, weights",
    );
    await throwsText(
      () => {
        new layers.Dense(1).trainable = 1 as never;
      },
      'TypeError',
      'trainable must be true or false.\n  Received: 1',
    );
  });
});

describe('layers that compute in half', () => {
  it('read weights in half and keep, and train, them in float32', async () => {
    const model = new Sequential([
      layers.Input([4]),
      new layers.Dense(8, { activation: 'relu', dtype: 'mixed_bfloat16' }),
      new layers.BatchNormalization({ dtype: 'mixed_bfloat16' }),
      new layers.Dense(1, { dtype: 'float32' }),
    ]);
    const x = wave(32, 4);
    const y = x.sum({ axis: -1, keepdims: true });
    assert.equal((model.layers[1].output as trae.KerasTensor).dtype, 'bfloat16');
    model.compile({ optimizer: 'adam', loss: 'mse' });
    const { history } = await model.fit(x, y, { epochs: 30, batchSize: 8, verbose: 0 });
    assert.ok(model.weights.every((w) => w.dtype === 'float32'));
    assert.ok(history.loss.at(-1)! < 0.8 * history.loss[0], String(history.loss));
  });
});
