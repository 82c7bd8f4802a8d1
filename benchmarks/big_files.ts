/**
 * Files beyond 2 GiB, and how much memory saving and loading them takes, each in a process of its own:
 *   npx tsx benchmarks/big_files.ts [--gib=2.5] [--folder=FOLDER] [--formats=.keras,.weights.h5,.h5,.safetensors,.npz] [--keep]
 * With --keep the files stay, with rows to compare in rows.json: scripts/check_big_in_keras.py opens them in Keras.
 */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as trae from '../lib/index';

const { layers } = trae.keras;
const option = (name: string, fallback: string): string =>
  process.argv.find((a) => a.startsWith(`--${name}=`))?.slice(name.length + 3) ?? fallback;
const gib = Number(option('gib', '2.5'));
const folder = option('folder', path.join(os.tmpdir(), 'big_files'));
const formats = option('formats', '.keras,.weights.h5,.h5,.safetensors,.npz').split(',');
const GIB = 2 ** 30;
const WIDTH = 1024;
// One array of JavaScript holds no more than 4 GiB.
const tables = Math.ceil(gib / 2.4);
const rows = Math.ceil((gib * GIB) / (4 * WIDTH * tables));

// The highest resident memory since the last call, in bytes.
function peak(): number {
  const found = /VmHWM:\s*(\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'));
  fs.writeFileSync('/proc/self/clear_refs', '5');
  return Number(found![1]) * 1024;
}
const big = (initializer: trae.keras.InitializerName): InstanceType<typeof trae.keras.Model> => {
  const input = trae.keras.Input([4], { dtype: 'int32' });
  const found = Array.from(
    { length: tables },
    (_, i) =>
      new layers.Embedding(rows, WIDTH, { embeddingsInitializer: initializer, name: i ? `table_${i}` : 'table' }).apply(
        input,
      ) as trae.KerasTensor,
  );
  const sum = found.length > 1 ? (new layers.Add().apply(found) as trae.KerasTensor) : found[0];
  return new trae.keras.Model({
    inputs: input,
    outputs: new layers.Dense(3, { name: 'last' }).apply(sum) as trae.KerasTensor,
  });
};
const CHECKED = [0, 1, rows >> 1, rows - 2, rows - 1];
const checkedRows = (model: InstanceType<typeof trae.keras.Model>): number[][] =>
  CHECKED.map((r) =>
    Array.from(
      trae.take(model.getLayer('table').weights[0].value, Int32Array.of(r), { axis: 0 }).dataSync() as Float32Array,
    ),
  );
const isWhole = (file: string): boolean =>
  file.endsWith('.keras') || (file.endsWith('.h5') && !file.endsWith('.weights.h5'));

async function step(what: string, file: string): Promise<void> {
  trae.setRandomSeed(1);
  let model = what === 'save' || !isWhole(file) ? big(what === 'save' ? 'random_uniform' : 'zeros') : null;
  const before = model ? checkedRows(model) : [];
  globalThis.gc?.();
  peak();
  const start = Date.now();
  if (what === 'save') await (isWhole(file) ? model!.save(file) : model!.saveWeights(file));
  else if (model) await model.loadWeights(file);
  else model = await trae.keras.models.loadModel(file);
  const seconds = (Date.now() - start) / 1000;
  const bytes = peak();
  const at = path.join(folder, 'rows.json');
  const got = checkedRows(model!);
  if (what === 'save') fs.writeFileSync(at, JSON.stringify({ rows: CHECKED, values: before }));
  else if (
    JSON.stringify((JSON.parse(fs.readFileSync(at, 'utf8')) as { values: number[][] }).values) !== JSON.stringify(got)
  )
    throw new Error(`${file}: rows differ after loading`);
  console.log(JSON.stringify({ seconds, bytes }));
}
function run(what: string, file: string): { seconds: number; bytes: number } {
  const done = spawnSync(
    process.execPath,
    [
      '--expose-gc',
      '--import',
      'tsx',
      __filename,
      `--gib=${gib}`,
      `--folder=${folder}`,
      `--step=${what}`,
      `--file=${file}`,
    ],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  if (done.status !== 0) throw new Error(`${what} ${file} ended with ${done.status ?? done.signal}`);
  return JSON.parse(done.stdout.trim().split('\n').at(-1)!) as { seconds: number; bytes: number };
}

const what = option('step', '');
if (what) void step(what, option('file', ''));
else {
  fs.mkdirSync(folder, { recursive: true });
  console.log(
    'format          file GiB   save s  peak/file   load s  peak/file   (the weights themselves are 1 of each peak)',
  );
  for (const format of formats) {
    const file = path.join(folder, `big${format}`);
    const saved = run('save', file);
    const { size } = fs.statSync(file);
    const loaded = run('load', file);
    const cells = [
      (size / GIB).toFixed(2),
      saved.seconds.toFixed(1),
      (saved.bytes / size).toFixed(2),
      loaded.seconds.toFixed(1),
      (loaded.bytes / size).toFixed(2),
    ];
    console.log(`${format.padEnd(14)}${cells.map((c) => c.padStart(10)).join('')}`);
    if (!process.argv.includes('--keep')) fs.rmSync(file);
  }
  if (!process.argv.includes('--keep')) fs.rmSync(folder, { recursive: true });
}
