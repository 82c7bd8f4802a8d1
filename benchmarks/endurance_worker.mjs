// Trains for a while on the built library; says when it has begun and when it is done.
import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';

const trae = createRequire(import.meta.url)('../dist/index.js');
const { layers, Sequential } = trae.keras;
const model = new Sequential([
  new layers.Dense(64, { activation: 'relu', inputShape: [20] }),
  new layers.Dense(10, { activation: 'softmax' }),
]);
model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy' });
const x = trae.random.uniform([6400, 20]),
  y = trae.random.randint([6400], 0, 10);
await x.data();
parentPort.postMessage('training');
const history = await model.fit(x, y, { epochs: 20, batchSize: 64, verbose: 0 });
parentPort.postMessage({ loss: history.history.loss.at(-1) });
