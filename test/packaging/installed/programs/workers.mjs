// The program in worker threads that come and go, and in the main thread beside them. Argument: how many, or `ended`.
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import * as trae from 'trae-node';
import exercise from './exercise.cjs';

const start = (data) => new Worker(fileURLToPath(import.meta.url), { workerData: data });

async function finished(worker) {
  const [[seen]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
  return seen;
}

async function endless() {
  const { layers, Sequential } = trae.keras;
  const model = new Sequential([
    layers.Input([32]),
    new layers.Dense(256, { activation: 'relu' }),
    new layers.Dense(1),
  ]);
  model.compile({ loss: 'mse' });
  parentPort.postMessage('training');
  await model.fit(trae.ones([4096, 32]), trae.ones([4096, 1]), { epochs: 1e6, verbose: 0 });
}

if (!isMainThread) {
  if (workerData === 'endless') await endless();
  else parentPort.postMessage(await exercise(trae));
} else if (process.argv[2] === 'ended') {
  for (let i = 0; i < 3; i++) {
    const worker = start('endless');
    await once(worker, 'message');
    await worker.terminate();
  }
  console.log(JSON.stringify(await exercise(trae)));
} else {
  const count = Number(process.argv[2]);
  for (let round = 0; round < 2; round++) {
    const all = await Promise.all(Array.from({ length: count }, () => finished(start('exercise'))));
    for (const seen of all) console.log(JSON.stringify(seen));
  }
  console.log(JSON.stringify(await exercise(trae)));
}
