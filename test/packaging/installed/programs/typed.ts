// Typed: a layer of its own, training, saving, loading.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as trae from 'trae-node';
import { keras, type Tensor, type Variable } from 'trae-node';

const { callbacks, layers, models, optimizers, Sequential } = keras;

class Scale extends layers.Layer {
  factor!: Variable;
  override build(): void {
    this.factor = this.addWeight({ shape: [], initializer: 'ones', name: 'factor' });
  }
  override call(x: Tensor): Tensor {
    return x.multiply(this.factor);
  }
}
keras.saving.registerKerasSerializable('typed')(Scale);

export async function main(): Promise<void> {
  trae.setRandomSeed(5);
  const x: Tensor = trae.random.uniform([64, 4], { minval: -1, maxval: 1 });
  const y = x.sum({ axis: 1, keepdims: true });
  const model = new Sequential([
    layers.Input([4]),
    new layers.Dense(16, { activation: 'relu' }),
    new Scale(),
    new layers.Dense(1),
  ]);
  model.compile({ optimizer: new optimizers.Adam({ learningRate: 0.01 }), loss: 'mse' });
  const stop = new callbacks.EarlyStopping({ monitor: 'loss', patience: 20 });
  const { history } = await model.fit(x, y, { epochs: 20, batchSize: 16, verbose: 0, callbacks: [stop] });

  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trae-typed-'));
  try {
    const file = path.join(folder, 'model.keras');
    await model.save(file);
    const loaded = await models.loadModel(file);
    const some = trae.linspace(-1, 1, { num: 32 }).reshape([8, 4]);
    const answers: number[][] = [];
    for (const m of [model, loaded]) {
      const predicted = (await m.predict(some, { verbose: 0 })) as Tensor;
      answers.push(Array.from((await predicted.data()) as Float32Array));
    }
    const gradient: Tensor = trae.grad((z: Tensor) => z.square().sum())(some);
    if (gradient.shape.join() !== '8,4') throw new Error(`gradient of shape ${gradient.shape.join()}`);
    const { loss = [] } = history;
    console.log(
      JSON.stringify({ first: loss.at(0), last: loss.at(-1), answers: answers[0], again: answers[1], libraries: [] }),
    );
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

void main();
