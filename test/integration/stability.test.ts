/** It keeps working: memory, the event loop, determinism, worker threads, Ctrl+C. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as v8 from 'node:v8';
import * as vm from 'node:vm';
import { Worker } from 'node:worker_threads';
import * as trae from '../../lib/index';
import { classesInTurn, wave, weightsOf } from '../keras/helpers';

const { layers, Sequential } = trae.keras;
const quiet = { verbose: 0 as const };
v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc') as () => void;
/** Lets the garbage collector and the finalizers of tensors run. */
async function settle(): Promise<void> {
  for (let i = 0; i < 6; i++) {
    collect();
    await new Promise((r) => setTimeout(r, 10));
  }
}
function seedModel(): InstanceType<typeof Sequential> {
  const model = new Sequential([
    layers.Input([20]),
    new layers.Dense(64, { activation: 'relu' }),
    new layers.Dropout(0.5),
    new layers.BatchNormalization(),
    new layers.Dense(32, { activation: 'relu' }),
    new layers.Dense(10, { activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  return model;
}

describe('memory', () => {
  it('tensors are gone after fit, evaluate and predict', async () => {
    const x = wave(256, 20);
    const y = classesInTurn(256, 10);
    const model = seedModel();
    const work = async (): Promise<void> => {
      await model.fit(x, y, { epochs: 2, validationSplit: 0.2, ...quiet });
      await model.evaluate(x, y, quiet);
      await model.predict(x, quiet);
      await model.trainOnBatch(x, y);
    };
    await work();
    await settle();
    const { tensors, bytesInUse } = trae.memory();
    for (let i = 0; i < 5; i++) await work();
    await settle();
    const now = trae.memory();
    assert.ok(now.tensors <= tensors, `${now.tensors} tensors instead of ${tensors}`);
    assert.ok(now.bytesInUse <= bytesInUse, `${now.bytesInUse} bytes instead of ${bytesInUse}`);
  }).timeout(60000);
  it('models that are dropped are gone, with their plans', async () => {
    const x = wave(64, 20);
    const y = classesInTurn(64, 10);
    const once = async (): Promise<void> => {
      await seedModel().fit(x, y, quiet);
    };
    await once();
    await settle();
    const { tensors } = trae.memory();
    for (let i = 0; i < 5; i++) await once();
    await settle();
    const now = trae.memory().tensors;
    assert.ok(now <= tensors, `${now} tensors instead of ${tensors}`);
  }).timeout(60000);
  it('an eager loop without dispose stays bounded', async () => {
    await settle();
    const before = trae.memory();
    let x = wave(128, 128);
    let most = 0;
    for (let i = 0; i < 4000; i++) {
      x = trae.tanh(x.multiply(0.9).add(1));
      x.dataSync();
      most = Math.max(most, trae.memory().bytesInUse - before.bytesInUse);
      if (i % 50 === 0) await new Promise((r) => setImmediate(r));
    }
    // All 4,000 results together are 262 MB.
    assert.ok(most < 130e6, `${most} bytes at most`);
    // eslint-disable-next-line no-useless-assignment -- lets the last result go
    x = trae.tensor(0);
    await settle();
    const now = trae.memory();
    assert.ok(now.tensors <= before.tensors + 1, `${now.tensors} tensors instead of ${before.tensors}`);
  }).timeout(60000);
  it('is flat over 6,000 steps of training', async () => {
    const x = wave(2048, 20);
    const y = classesInTurn(2048, 10);
    const model = seedModel();
    const run = async (epochs: number): Promise<void> => {
      await model.fit(x, y, { epochs, batchSize: 32, ...quiet });
    };
    await run(16);
    await settle();
    const before = process.memoryUsage().rss;
    const { tensors } = trae.memory();
    await run(94);
    await settle();
    const grown = (process.memoryUsage().rss - before) / 2 ** 20;
    assert.ok(grown < 32, `${grown} MiB more`);
    assert.ok(trae.memory().tensors <= tensors, `${trae.memory().tensors} tensors instead of ${tensors}`);
  }).timeout(60000);
});

describe('the event loop', () => {
  it('is free while a model trains', async () => {
    const x = wave(4096, 20);
    const y = classesInTurn(4096, 10);
    const model = seedModel();
    await model.fit(x, y, { batchSize: 64, ...quiet });
    let ticks = 0;
    const timer = setInterval(() => {
      ticks++;
    }, 5);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    await model.fit(x, y, { epochs: 300, batchSize: 64, validationSplit: 0.1, ...quiet });
    delay.disable();
    clearInterval(timer);
    assert.ok(ticks > 10, `${ticks} ticks of a timer`);
    assert.ok(delay.percentile(99) / 1e6 < 100, `delay of ${delay.percentile(99) / 1e6} ms at the 99th percentile`);
  }).timeout(60000);
});

describe('determinism', () => {
  const trained = async (seed: number): Promise<number[][]> => {
    trae.setRandomSeed(seed);
    const model = seedModel();
    await model.fit(wave(512, 20), classesInTurn(512, 10), { epochs: 3, ...quiet });
    return weightsOf(model);
  };
  it('the same seed gives weights equal in every bit, another does not', async () => {
    const first = await trained(11);
    assert.deepEqual(await trained(11), first);
    assert.notDeepEqual(await trained(12), first);
  });
  it('random numbers do not depend on the number of threads', () => {
    const threads = trae.config.numThreads;
    const draw = (): unknown => {
      trae.setRandomSeed(5);
      return [
        trae.random.normal([1000, 50]),
        trae.random.uniform([77777]),
        trae.random.dropout(trae.ones([300, 300]), 0.4),
        trae.random.shuffle(trae.arange(5000)),
      ].map((t) => t.dataSync());
    };
    try {
      trae.config.numThreads = 1;
      const one = draw();
      trae.config.numThreads = 2;
      assert.deepEqual(draw(), one);
    } finally {
      trae.config.numThreads = threads;
    }
  });
});

const program = path.join(__dirname, 'programs', 'trainer.ts');
/** A worker that trains; resolves once it has done some steps. */
function training(): Promise<Worker> {
  const worker = new Worker(`require('tsx/cjs'); require(${JSON.stringify(program)})`, { eval: true });
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve(worker));
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)));
  });
}

describe('worker threads', () => {
  it('train at once, are terminated in the middle, start again', async () => {
    for (let round = 0; round < 10; round++) {
      const workers = await Promise.all([training(), training()]);
      await Promise.all(workers.map((w) => w.terminate()));
    }
    const model = seedModel();
    assert.equal((await model.fit(wave(64, 20), classesInTurn(64, 10), quiet)).epoch.length, 1);
  }).timeout(120000);
  it('train while the main thread trains', async () => {
    const worker = await training();
    const model = seedModel();
    const { history } = await model.fit(wave(512, 20), classesInTurn(512, 10), { epochs: 5, ...quiet });
    assert.ok(history.loss.every(Number.isFinite));
    await worker.terminate();
    assert.equal((await model.fit(wave(64, 20), classesInTurn(64, 10), quiet)).epoch.length, 1);
  }).timeout(60000);
});

describe('Ctrl+C', () => {
  it('ends fit cleanly: an AbortError, exit code 130, the model usable', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', program], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let errors = '';
    let isSent = false;
    child.stderr.on('data', (d: Buffer) => {
      errors += String(d);
    });
    child.stdout.on('data', (d: Buffer) => {
      out += String(d);
      if (!isSent && out.includes('training')) {
        isSent = true;
        child.kill('SIGINT');
      }
    });
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
      child.once('close', (c, s) => resolve([c, s]));
    });
    assert.deepEqual(
      out.trim().split('\n'),
      [
        'training',
        'ended: AbortError: interrupted by Ctrl+C; the model keeps the state it has reached.',
        'usable: true',
      ],
      errors,
    );
    assert.deepEqual([code, signal], [130, null]);
  }).timeout(60000);
});
