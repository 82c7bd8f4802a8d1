/** Two packages in a process, as of two versions, each with an engine of its own. Run by copies.test.ts in a process of its own. */
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as os from 'node:os';
import * as path from 'node:path';
import type * as trae from '../../../lib/index';

type Library = typeof trae;
const root = path.join(__dirname, '..', '..', '..');
const own = createRequire(__filename);
const numbers = (t: trae.Tensor): number[] => [...(t.dataSync() as Float32Array)];
const modelOf = (t: Library): InstanceType<Library['keras']['Sequential']> =>
  new t.keras.Sequential([t.keras.layers.Input([2]), new t.keras.layers.Dense(1)]);

describe('two packages in a process', () => {
  let folder: string, one: Library, two: Library;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trae-packages-'));
    const other = path.join(folder, 'node_modules', 'trae-node');
    fs.mkdirSync(path.join(other, 'build', 'Release'), { recursive: true });
    fs.cpSync(path.join(root, 'dist'), path.join(other, 'dist'), { recursive: true });
    fs.copyFileSync(
      path.join(root, 'build', 'Release', 'trae.node'),
      path.join(other, 'build', 'Release', 'trae.node'),
    );
    fs.copyFileSync(path.join(root, 'package.json'), path.join(other, 'package.json'));
    for (const name of fs.readdirSync(path.join(root, 'node_modules')))
      if (!name.startsWith('.'))
        fs.symlinkSync(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name));
    one = own(other) as Library;
    two = own(root) as Library;
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('tensors and variables of the other are copied', async () => {
    assert.deepEqual(numbers(two.add(one.tensor([1, 2]), two.tensor([1, 1]))), [2, 3]);
    assert.deepEqual(numbers(two.tensor([1, 2]).add(one.variable([1, 2]))), [2, 4]);
    assert.deepEqual(numbers(two.stack([one.tensor([1]), two.tensor([2])])), [1, 2]);
    const v = two.variable([1, 2]);
    v.assign(one.tensor([3, 4]));
    assert.deepEqual(numbers(v.value), [3, 4]);
    assert.deepEqual(numbers(two.grad((x) => x.square().sum())(one.tensor([3]))), [6]);
    const model = modelOf(two);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    await model.fit(one.ones([4, 2]), one.zeros([4, 1]), { sampleWeight: one.ones([4]), verbose: 0 });
    model.setWeights([one.ones([2, 1]), one.zeros([1])]);
    assert.deepEqual(numbers((await model.predict([one.ones([2, 2])], { verbose: 0 })) as trae.Tensor), [2, 2]);
    assert.deepEqual(numbers(model.apply(one.ones([2, 2])) as trae.Tensor), [2, 2]);
  });
  it('callbacks and errors of the other work', async () => {
    const model = modelOf(two);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const stop = new one.keras.callbacks.EarlyStopping({ monitor: 'loss', minDelta: 100, patience: 0 });
    const { epoch } = await model.fit(two.ones([4, 2]), two.zeros([4, 1]), {
      epochs: 5,
      verbose: 0,
      callbacks: [stop],
    });
    assert.equal(epoch.length, 2);
    assert.throws(
      () => two.reshape(two.ones([3]), [2]),
      (e) => e instanceof one.ValueError && e instanceof two.ValueError && !(e instanceof one.IndexError),
    );
  });
  it('what has weights or graphs of the other engine is refused by name', () => {
    const other = /of another trae-node, in .*trae-node: use one copy of the package/;
    const refused = (f: () => unknown): void =>
      assert.throws(f, (e) => e instanceof two.TraeError && other.test(e.message));
    const compiled = (options: object): void => modelOf(two).compile({ optimizer: 'sgd', loss: 'mse', ...options });
    refused(() => new two.keras.Sequential([new one.keras.layers.Dense(1)]));
    refused(() => new two.keras.Sequential([modelOf(one)]));
    refused(() => new two.keras.layers.Dense(1).apply(one.keras.Input([2])));
    refused(() => new two.keras.layers.Bidirectional(new one.keras.layers.LSTM(1)));
    refused(() => new two.keras.layers.Dense(1, { kernelInitializer: new one.keras.initializers.Zeros() }));
    refused(() => new two.keras.layers.Dense(1, { kernelRegularizer: one.keras.regularizers.l2(0.1) }));
    refused(() => new two.keras.layers.Dense(1, { kernelConstraint: new one.keras.constraints.MaxNorm(2) }));
    refused(() => new two.keras.optimizers.SGD(new one.keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)));
    refused(() => compiled({ optimizer: new one.keras.optimizers.Adam() }));
    refused(() => compiled({ loss: new one.keras.losses.MeanSquaredError() }));
    refused(() => compiled({ metrics: [new one.keras.metrics.MeanAbsoluteError()] }));
  });
});
