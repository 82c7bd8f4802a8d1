/**
 * Does it keep working? 20,000 training steps, an eager loop without dispose, the event loop during fit, worker threads
 * that are terminated in the middle. Prints figures; fails where something grows or breaks:
 *   npx tsx benchmarks/endurance.ts [--steps 20000] [--workers 50]
 */
import { once } from 'node:events';
import * as path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import * as trae from '../lib/index';
import { MODELS } from './problems';

const megabytes = (n: number): string => `${(n / 1e6).toFixed(1)} MB`;
function collect(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

async function steps(count: number): Promise<void> {
  const rows = 6400;
  const perEpoch = rows / 64;
  const m = MODELS.mlp.build();
  m.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  const x = trae.random.uniform([rows, 20]);
  const y = trae.random.randint([rows], 0, 10);
  await m.fit(x, y, { epochs: 20, batchSize: 64, verbose: 0 });
  collect();
  const tensors = trae.memory().tensors;
  const rss = process.memoryUsage.rss();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const start = performance.now();
  await m.fit(x, y, { epochs: Math.ceil(count / perEpoch), batchSize: 64, verbose: 0 });
  delay.disable();
  const seconds = (performance.now() - start) / 1e3;
  collect();
  await new Promise((done) => setTimeout(done, 50));
  const grown = process.memoryUsage.rss() - rss;
  console.log(
    `${count} steps of the MLP in ${seconds.toFixed(2)} s: resident memory ${grown < 0 ? '' : '+'}${megabytes(grown)} after warm-up, live tensors ${tensors} -> ${trae.memory().tensors}`,
  );
  console.log(
    `event loop delay during fit: 99th percentile ${(delay.percentile(99) / 1e6).toFixed(1)} ms, largest ${(delay.max / 1e6).toFixed(1)} ms`,
  );
  if (grown > 50e6) throw new Error('resident memory grows');
}
async function images(): Promise<void> {
  const m = MODELS.cnn.build();
  m.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  const x = trae.random.uniform([3200, 32, 32, 3]);
  const y = trae.random.randint([3200], 0, 10);
  await m.fit(x, y, { epochs: 1, batchSize: 64, verbose: 0 });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await m.fit(x, y, { epochs: 4, batchSize: 64, verbose: 0 });
  delay.disable();
  console.log(
    `event loop delay during fit of the CNN: 99th percentile ${(delay.percentile(99) / 1e6).toFixed(1)} ms, largest ${(delay.max / 1e6).toFixed(1)} ms`,
  );
}
function eager(): void {
  let x = trae.random.normal([256, 256], { seed: 1 });
  const w = trae.random.normal([256, 256], { seed: 2 });
  let most = 0;
  for (let i = 0; i < 5000; i++) {
    x = trae.tanh(trae.matmul(x, w).multiply(0.1));
    if (i % 100 === 0) most = Math.max(most, trae.memory().bytesInUse);
  }
  x.dataSync();
  console.log(`5000 eager steps on 256 x 256 without dispose: at most ${megabytes(most)} in use`);
  if (most > 1e9) throw new Error('an eager loop grows');
}
async function workers(count: number): Promise<void> {
  const file = path.join(__dirname, 'endurance_worker.mjs');
  let finished = 0;
  let terminated = 0;
  for (let round = 0; round < count; round++) {
    const [first, second] = [new Worker(file), new Worker(file)];
    const result = new Promise<number>((resolve, reject) => {
      second.on('message', (m: string | { loss: number }) => {
        if (typeof m !== 'string') resolve(m.loss);
      });
      second.on('error', reject);
    });
    await once(first, 'message');
    await new Promise((later) => setTimeout(later, 5 + (round % 7) * 3));
    await first.terminate();
    terminated++;
    const loss = await result;
    if (!Number.isFinite(loss)) throw new Error(`a worker's loss is ${loss}`);
    await second.terminate();
    finished++;
  }
  console.log(
    `${count} rounds of two training workers: ${terminated} terminated in the middle, ${finished} finished beside them`,
  );
}
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { steps: { type: 'string', default: '20000' }, workers: { type: 'string', default: '50' } },
  });
  trae.setRandomSeed(1);
  await steps(Number(values.steps));
  await images();
  eager();
  await workers(Number(values.workers));
}
void main();
