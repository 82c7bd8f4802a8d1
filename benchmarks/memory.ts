/**
 * Peak memory of training beside PyTorch's, each model in a process of its own, two epochs of its bench row:
 *   npm run bench:memory -- [--peer python3] ['cnn 64' ...]
 * `process`: the highest resident memory of the whole process, its runtime and libraries included. `training`: how far that
 * peak lies above what was resident when model and data were made, before the first step. Linux only.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import * as trae from '../lib/index';
import { applicationTraining, MODELS, trainingData } from './problems';

const ROWS = ['cnn 64', 'transformer 16', 'mobile 32', 'lstm 64', 'mlp 64', 'resnet50 16'];
interface Peak {
  process: number;
  training: number;
}

/** A field of this process's status, in bytes. */
function status(field: string): number {
  return 1024 * Number(new RegExp(`${field}:\\s*(\\d+) kB`).exec(readFileSync('/proc/self/status', 'utf8'))![1]);
}
interface Training {
  model: trae.keras.Model;
  x: trae.Tensor;
  y: trae.Tensor;
}
/** What is trained: a model of the bench rows, or an architecture of keras.applications. */
async function training(name: string, batchSize: number): Promise<Training> {
  if (!(name in MODELS)) return applicationTraining(name, 'train', batchSize);
  const { outputs, build } = MODELS[name];
  const m = build();
  m.compile({
    optimizer: 'adam',
    loss: outputs > 1 ? 'sparse_categorical_crossentropy' : 'binary_crossentropy',
    metrics: ['accuracy'],
  });
  const [x, y] = trainingData(name);
  return { model: m, x, y };
}
/** In the child: trains and reports. */
async function measure(name: string, batchSize: number): Promise<Peak> {
  const { model, x, y } = await training(name, batchSize);
  // Linux forgets the peak so far, that of starting up, when 5 is written here.
  writeFileSync('/proc/self/clear_refs', '5');
  const before = status('VmRSS');
  await model.fit(x, y, { epochs: 2, batchSize, verbose: 0 });
  const peak = status('VmHWM');
  return { process: peak, training: peak - before };
}
function child(command: string, args: string[]): Peak {
  const { status: code, stdout } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
  return JSON.parse(stdout) as Peak;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { peer: { type: 'string' }, measure: { type: 'string' } },
  });
  if (values.measure) {
    const [name, batch] = values.measure.split(' ');
    console.log(JSON.stringify(await measure(name, Number(batch))));
    return;
  }
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0).padStart(5);
  console.log(
    `peak of the process, and of training above what model and data need, in MB; ${trae.config.numThreads} threads`,
  );
  for (const row of positionals.length ? positionals : ROWS) {
    const ours = child(process.execPath, [...process.execArgv, process.argv[1], '--measure', row]);
    const theirs = values.peer
      ? child(values.peer, [
          path.join(__dirname, 'peer', 'torch_peer.py'),
          '--memory',
          ...row.split(' '),
          String(MODELS[row.split(' ')[0]]?.rows ?? 0),
        ])
      : null;
    console.log(
      `${row.padEnd(16)} process ${megabytes(ours.process)}, training ${megabytes(ours.training)}${theirs ? `; PyTorch: process ${megabytes(theirs.process)}, training ${megabytes(theirs.training)}` : ''}`,
    );
  }
}
void main();
