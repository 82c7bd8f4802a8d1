/** Seed document, section 2: layers and models of one's own. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { classesInTurn, close, wave } from '../keras/helpers';

const { layers, Sequential, Model, Input } = trae.keras;
const quiet = { verbose: 0 as const };

class CustomDense extends layers.Layer {
  activation;
  kernel!: trae.Variable;
  bias!: trae.Variable;
  static override options = ['activation'];
  constructor(
    readonly units: number,
    { activation, ...options }: { activation?: string } & trae.LayerOptions = {},
  ) {
    super(options);
    this.activation = trae.keras.activations.get(activation);
  }
  override build(inputShape: number[]): void {
    this.kernel = this.addWeight({
      shape: [inputShape.at(-1)!, this.units],
      initializer: 'glorot_uniform',
      trainable: true,
      name: 'kernel',
    });
    this.bias = this.addWeight({ shape: [this.units], initializer: 'zeros', trainable: true, name: 'bias' });
  }
  override call(inputs: trae.Tensor): trae.Tensor {
    return this.activation(trae.matmul(inputs, this.kernel).add(this.bias));
  }
}
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
/** Weights that are made in the constructor, in `build` and at the first call. */
class DynamicParameterLayer extends layers.Layer {
  scale = this.addWeight({ shape: [], initializer: 'ones', name: 'scale' });
  kernel!: trae.Variable;
  late?: trae.Variable;
  override build(inputShape: number[]): void {
    this.kernel = this.addWeight({ shape: [inputShape.at(-1)!, 4], name: 'kernel' });
  }
  override call(inputs: trae.Tensor): trae.Tensor {
    this.late ??= this.addWeight({ shape: [4], initializer: 'zeros', name: 'late' });
    return trae.matmul(inputs, this.kernel).multiply(this.scale).add(this.late);
  }
}
class ConvBlock extends layers.Layer {
  readonly conv;
  readonly bn = new layers.BatchNormalization();
  readonly relu = new layers.ReLU();
  constructor(filters: number, kernelSize: number) {
    super();
    this.conv = new layers.Conv2D(filters, kernelSize, { padding: 'same' });
  }
  override call(inputs: trae.Tensor, { training }: trae.CallOptions = {}): trae.Tensor {
    const x = this.bn.apply(this.conv.apply(inputs), { training });
    return this.relu.apply(x);
  }
}
class CustomActivationLayer extends layers.Layer {
  override call(inputs: trae.Tensor): trae.Tensor {
    return trae.where(inputs.greater(0), inputs, trae.multiply(0.1, inputs)) as trae.Tensor;
  }
}
const trained = async (model: trae.keras.Model, x: unknown, y: trae.Tensor): Promise<number[]> => {
  model.compile({ optimizer: new trae.keras.optimizers.Adam(0.02), loss: 'mse' });
  const { history } = await model.fit(x as trae.Tensor, y, { epochs: 12, batchSize: 8, ...quiet });
  assert.ok(history.loss.at(-1)! < 0.98 * history.loss[0], String(history.loss));
  return history.loss;
};

describe('seed document: custom layers', () => {
  beforeEach(() => trae.setRandomSeed(11));
  it('CustomDense computes what Dense does', () => {
    const own = new CustomDense(3, { activation: 'relu' });
    const known = new layers.Dense(3, { activation: 'relu' });
    const x = wave(5, 4);
    own.apply(x);
    known.apply(x);
    known.setWeights(own.getWeights());
    close(own.apply(x) as trae.Tensor, known.apply(x) as trae.Tensor, 'outputs');
    assert.deepEqual(
      own.weights.map((w) => w.path),
      [`${own.name}/kernel`, `${own.name}/bias`],
    );
  });
  it('CustomDense trains', () =>
    trained(
      new Sequential([layers.Input([4]), new CustomDense(8, { activation: 'tanh' }), new CustomDense(1)]),
      wave(32, 4),
      wave(32, 1),
    ));
  it('MultiInputLayer in a functional model', async () => {
    const input1 = Input([10]);
    const input2 = Input([20]);
    const output = new layers.Dense(1).apply(new MultiInputLayer().apply([input1, input2])) as trae.KerasTensor;
    const model = new Model({ inputs: [input1, input2], outputs: output });
    assert.equal(model.countParams(), 64 * 30 + 129);
    await trained(model, [wave(32, 10), wave(32, 20)], wave(32, 1));
  });
  it('DynamicParameterLayer: weights of the constructor, of build, of the first call, all trained', async () => {
    const layer = new DynamicParameterLayer({ name: 'dynamic' });
    const model = new Sequential([layers.Input([3]), layer]);
    assert.deepEqual(
      layer.weights.map((w) => w.name),
      ['scale', 'kernel', 'late'],
    );
    const before = layer.getWeights().map((w) => w.arraySync());
    await trained(model, wave(32, 3), wave(32, 4));
    layer.getWeights().forEach((w, i) => assert.notDeepEqual(w.arraySync(), before[i], layer.weights[i].name));
  });
  it('ConvBlock passes training on to its batch normalization', async () => {
    const block = new ConvBlock(4, 3);
    const model = new Sequential([
      layers.Input([6, 6, 2]),
      block,
      new layers.GlobalAveragePooling2D(),
      new layers.Dense(1),
    ]);
    assert.deepEqual([block.weights.length, block.trainableWeights.length, block.outputShape], [6, 4, [null, 6, 6, 4]]);
    await trained(model, wave(24, 6, 6, 2), wave(24, 1));
    assert.ok(block.bn.movingMean.value.abs().sum().item() > 0);
  });
  it('CustomActivationLayer', () => {
    close(new CustomActivationLayer().apply(trae.tensor([-2, 0, 3])) as trae.Tensor, [-0.2, 0, 3], 'leaky');
    const model = new Sequential([
      layers.Input([4]),
      new layers.Dense(4),
      new CustomActivationLayer(),
      new layers.Dense(1),
    ]);
    return trained(model, wave(32, 4), wave(32, 1));
  });
  it('sub-layers in arrays, records, maps and sets are found, trained, frozen', async () => {
    class Holder extends Model {
      readonly list = [
        new layers.Dense(4, { name: 'in_array' }),
        [new layers.Dense(4, { name: 'in_inner_array' })],
      ] as const;
      readonly record = { one: new layers.Dense(4, { name: 'in_record' }) };
      readonly map = new Map([['two', new layers.Dense(4, { name: 'in_map' })]]);
      readonly set = new Set([new layers.Dense(1, { name: 'in_set' })]);
      override call(x: trae.Tensor): trae.Tensor {
        return [this.list[0], this.list[1][0], this.record.one, this.map.get('two')!, ...this.set].reduce(
          (y, l) => l.apply(y) as trae.Tensor,
          x,
        );
      }
    }
    const model = new Holder({ name: 'holder' });
    model.build([null, 3]);
    assert.deepEqual(
      model.layers.map((l) => l.name),
      ['in_array', 'in_inner_array', 'in_record', 'in_map', 'in_set'],
    );
    assert.equal(model.weights.length, 10);
    assert.equal(model.weights[6].path, 'holder/in_map/kernel');
    await trained(model, wave(32, 3), wave(32, 1));
    model.trainable = false;
    assert.equal(model.map.get('two')!.trainable, false);
  });
  it('subclassed models, several inputs, one inside of another', async () => {
    class Tower extends Model {
      readonly dense = new layers.Dense(4, { activation: 'relu' });
      override call(x: trae.Tensor): unknown {
        return this.dense.apply(x);
      }
    }
    class Both extends Model {
      readonly left = new Tower({ name: 'left' });
      readonly right = new Tower({ name: 'right' });
      readonly head = new layers.Dense(1);
      override call([a, b]: trae.Tensor[]): unknown {
        return this.head.apply(
          trae.concat([this.left.apply(a) as trae.Tensor, this.right.apply(b) as trae.Tensor], { axis: -1 }),
        );
      }
    }
    const model = new Both({ name: 'both' });
    model.build([
      [null, 3],
      [null, 2],
    ]);
    assert.deepEqual(model.weights.map((w) => w.path.replace(/dense\w*/, 'dense')).slice(0, 4), [
      'both/left/dense/kernel',
      'both/left/dense/bias',
      'both/right/dense/kernel',
      'both/right/dense/bias',
    ]);
    await trained(model, [wave(32, 3), wave(32, 2)], wave(32, 1));
  });
  it('a training loop of one’s own, compiled into one plan', async () => {
    const model = new Sequential([
      layers.Input([4]),
      new layers.Dense(8, { activation: 'tanh' }),
      new layers.BatchNormalization(),
      new layers.Dense(3, { activation: 'softmax' }),
    ]);
    const optimizer = new trae.keras.optimizers.Adam(0.02);
    const lossOf = new trae.keras.losses.SparseCategoricalCrossentropy();
    const metric = new trae.keras.metrics.SparseCategoricalAccuracy();
    optimizer.build(model.trainableVariables);
    let traces = 0;
    const step = trae.compile((x: trae.Tensor, y: trae.Tensor) => {
      traces++;
      let yPred!: trae.Tensor;
      const { value, grads } = trae.variableGrads(
        () => lossOf.call(y, (yPred = model.apply(x, { training: true }) as trae.Tensor)),
        model.trainableVariables,
      );
      optimizer.apply(grads, model.trainableVariables);
      metric.updateState(y, yPred);
      return value;
    });
    const x = wave(64, 4);
    const y = classesInTurn(64, 3);
    const losses: number[] = [];
    for (let i = 0; i < 60; i++) losses.push((await step(x, y).data())[0] as number);
    assert.equal(traces, 1);
    assert.ok(losses.at(-1)! < 0.8 * losses[0], `${losses[0]} to ${losses.at(-1)}`);
    assert.equal(Number(optimizer.iterations.item()), 60);
    assert.ok(metric.result().item() > 0.3);
  });
  it('losses, metrics, initializers, regularizers, constraints, optimizers and callbacks by subclassing', async () => {
    const { losses, metrics, initializers, regularizers, constraints, optimizers, callbacks } = trae.keras;
    class Halves extends initializers.Initializer {
      override call(shape: trae.Shape): trae.Tensor {
        return trae.full(shape, 0.5);
      }
    }
    class SumOfSquares extends regularizers.Regularizer {
      override call(x: trae.Tensor): trae.Tensor {
        return x.square().sum().multiply(0.25);
      }
    }
    class AtMost extends constraints.Constraint {
      override call(x: trae.Tensor): trae.Tensor {
        return x.minimum(0.4);
      }
    }
    class Quartic extends losses.Loss {
      override lossOf(yTrue: trae.Tensor, yPred: trae.Tensor): trae.Tensor {
        return yTrue.subtract(yPred).power(4).mean({ axis: -1 });
      }
    }
    class Largest extends metrics.Metric {
      readonly most = this.addVariable({ name: 'most' });
      override updateState(_yTrue: trae.TensorLike, yPred: trae.TensorLike): void {
        this.most.assign(this.most.value.maximum((yPred as trae.Tensor).max()));
      }
      override result(): trae.Tensor {
        return this.most.value;
      }
    }
    class Descent extends optimizers.Optimizer {
      constructor(rate: number) {
        super({ learningRate: rate }, rate);
      }
      protected override updateStep(gradient: trae.Tensor, variable: trae.Variable, rate: trae.Tensor): void {
        variable.assignSub(gradient.multiply(rate));
      }
    }
    const seen: string[] = [];
    class Spy extends callbacks.Callback {
      override onEpochEnd(epoch: number, logs: trae.Logs = {}): void {
        seen.push(`${epoch} ${Object.keys(logs).join(' ')}`);
      }
    }
    const dense = new layers.Dense(2, {
      kernelInitializer: new Halves(),
      kernelRegularizer: new SumOfSquares(),
      kernelConstraint: new AtMost(),
    });
    const model = new Sequential([layers.Input([3]), dense]);
    assert.deepEqual(dense.kernel.arraySync(), [
      [0.5, 0.5],
      [0.5, 0.5],
      [0.5, 0.5],
    ]);
    close(model.losses[0], 0.25 * 6 * 0.25, 'penalty');
    model.compile({ optimizer: new Descent(0.01), loss: new Quartic(), metrics: [new Largest({ name: 'largest' })] });
    const x = wave(8, 3);
    const y = wave(8, 2);
    const quartic = (model.apply(x) as trae.Tensor).subtract(y).power(4).mean().item();
    const { history } = await model.fit(x, y, { batchSize: 8, callbacks: [new Spy()], ...quiet });
    close(history.loss[0], quartic + 0.375, 'loss with penalty');
    assert.deepEqual(seen, ['0 largest loss']);
    assert.ok(Math.max(...(dense.kernel.dataSync() as Float32Array)) <= 0.4001);
  });
  it('customGradient of several inputs and outputs, in a layer, differentiated twice', () => {
    const both = trae.customGradient((a: trae.Tensor, b: trae.Tensor) => [
      [a.multiply(b), a.add(b)],
      (dp: trae.Tensor, ds: trae.Tensor) => [dp.multiply(b).add(ds), dp.multiply(a).add(ds)],
    ]);
    class Pair extends layers.Layer {
      override call(x: trae.Tensor): trae.Tensor {
        const [p, s] = both(x, x.square()) as trae.Tensor[];
        return p.add(s); // x^3 + x + x^2
      }
    }
    const f = (x: trae.Tensor): trae.Tensor => (new Pair().apply(x) as trae.Tensor).sum();
    close(trae.grad(f)(trae.tensor([2])), [3 * 4 + 1 + 4], 'first');
    close(trae.grad((x) => trae.grad(f)(x).sum())(trae.tensor([2])), [6 * 2 + 2], 'second');
  });
});
