/**
 * Trains until it is stopped, as a worker thread or as a program of its own. Says 'training' once steps are done, and as
 * a program, after Ctrl+C, how the fit ended and whether the model still works.
 */
import { parentPort } from 'node:worker_threads';
import * as trae from '../../../lib/index';

const { layers, Sequential, callbacks } = trae.keras;

function model(): InstanceType<typeof Sequential> {
  const m = new Sequential([
    layers.Input([16]),
    new layers.Dense(32, { activation: 'relu' }),
    new layers.BatchNormalization(),
    new layers.Dense(4, { activation: 'softmax' }),
  ]);
  m.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy' });
  return m;
}
const say = (text: string): void => {
  parentPort ? parentPort.postMessage(text) : process.stdout.write(`${text}\n`);
};

async function main(): Promise<void> {
  const n = 2048;
  const x = trae.random.normal([n, 16]);
  const y = trae.tensor(Int32Array.from({ length: n }, (_, i) => i % 4));
  const m = model();
  let epochs = 0;
  const announce = new callbacks.LambdaCallback({
    onEpochEnd: () => {
      if (++epochs === 2) say('training');
    },
  });
  try {
    await m.fit(x, y, { epochs: 1e6, batchSize: 32, verbose: 0, callbacks: [announce] });
  } catch (error) {
    say(`ended: ${(error as Error).name}: ${(error as Error).message}`);
  }
  const { loss } = (await m.fit(x, y, { epochs: 1, verbose: 0 })).history;
  say(`usable: ${Number.isFinite(loss[0])}`);
}
void main();
