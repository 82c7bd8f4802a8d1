/** Architectures of keras.applications on photographs of 224 x 224: predictions, and steps of training. */
import * as trae from '../../lib/index';
import { near, type Problem } from './problem';

const { applications, layers, optimizers, Sequential } = trae.keras;
type AnyModel = trae.keras.Model;
const BUILDERS = {
  resnet50: applications.ResNet50,
  mobilenet_v2: applications.MobileNetV2,
  efficientnet_b0: applications.EfficientNetB0,
};
const SHAPE = [224, 224, 3];
const TASKS = ['predict', 'train', 'tune'];

/** Without its classifier, with a head of ten classes; `tune`: the last block and the head learn, the rest is frozen. */
async function trained(build: typeof applications.ResNet50, task: string): Promise<AnyModel> {
  const base = await build({ weights: null, includeTop: false, pooling: 'avg', inputShape: SHAPE });
  if (task === 'tune') {
    const last = base.layers
      .filter((layer) => layer.weights.length > 0)
      .at(-1)!
      .name.replace(/_[^_]*_[^_]*$/, '');
    for (const layer of base.layers) layer.trainable = layer.name.startsWith(last);
  }
  const model = new Sequential([base, new layers.Dense(10, { activation: 'softmax' })]);
  model.compile({ optimizer: new optimizers.Adam({ learningRate: 1e-5 }), loss: 'sparse_categorical_crossentropy' });
  return model;
}
/** What a `train` or `tune` row trains, and on what: two batches. */
export async function applicationTraining(
  which: string,
  task: string,
  batch: number,
): Promise<{ model: AnyModel; x: trae.Tensor; y: trae.Tensor }> {
  return {
    model: await trained(BUILDERS[which as keyof typeof BUILDERS], task),
    x: trae.random.uniform([2 * batch, ...SHAPE], { seed: 7 }),
    y: trae.random.randint([2 * batch], 0, 10, { seed: 8 }),
  };
}

/** `application predict resnet50 16`: `model.predict` on a batch, its values read. `train` and `tune`: a step of Adam. */
export function application(name: string, task: string, which: string, batch: number): Problem {
  if (!(which in BUILDERS && TASKS.includes(task)))
    throw new Error(`${name}: ${TASKS.join(', ')} of ${Object.keys(BUILDERS).join(', ')}`);
  const repeats = task === 'predict' ? Math.max(2, Math.ceil(8 / batch)) : 2;
  let run: (() => Promise<ArrayLike<number | bigint>>) | undefined; // made at its first use: a builder is asynchronous
  const made = async (): Promise<() => Promise<ArrayLike<number | bigint>>> => {
    if (task === 'predict') {
      const model = await BUILDERS[which as keyof typeof BUILDERS]({ weights: null });
      const x = trae.random.uniform([batch, ...SHAPE], { seed: 7, maxval: 255 });
      return async () => ((await model.predict(x, { verbose: 0 })) as trae.Tensor).data();
    }
    const { model, x, y } = await applicationTraining(which, task, batch);
    return async () => (await model.fit(x, y, { epochs: 1, batchSize: batch, verbose: 0 })).history.loss;
  };
  return {
    name,
    request: { kind: 'application', task, name: which, rows: batch, repeats },
    async time() {
      run ??= await made();
      const start = performance.now();
      // An epoch has two steps.
      for (let i = 0; i < (task === 'predict' ? repeats : 1); i++) await run();
      return (performance.now() - start) / repeats;
    },
    async check() {
      run ??= await made();
      const values = Array.from(await run(), Number);
      const sum = values.reduce((s, v) => s + v, 0);
      if (task === 'predict') near(name, sum, batch, 1e-3);
      else if (!(sum > 0 && sum < 50)) throw new Error(`${name}: a loss of ${sum}`);
    },
  };
}
