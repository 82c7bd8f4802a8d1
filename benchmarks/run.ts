/**
 * Times problems against the machine's limits, and on request against PyTorch or another build on the same work, in turn:
 *   npm run bench -- [--peer python3 [--peer onnxruntime=python3] [--peer keras=python3] | --beside FOLDER] [--rounds 8] [--isa avx2] ['matmul 512x512x512' ...]
 * --peer may be given several times: PyTorch, and for the rows of applications ONNX Runtime and Keras on TensorFlow.
 * --beside: another tree of the project (before a change, say), or a folder with another addon (prebuilds/ or build/).
 * --isa avx512, avx2 or base limits both sides to that instruction set: ours, oneDNN's, PyTorch's, MKL's.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import * as trae from '../lib/index';
import { binding } from '../lib/core/binding';
import { Peer } from './peer/peer';
import { MODELS, parseProblem, type Problem } from './problems';

const PROBLEMS = [
  'matmul 1024x1024x1024',
  'matmul 256x256x256',
  'matmul 64x4096x128',
  'matmul 512x512x512 float64',
  'conv forward 64x16x16x32 64 3',
  'conv data 64x16x16x32 64 3',
  'conv weights 64x16x16x32 64 3',
  'conv forward 64x32x32x3 32 3',
  'elementwise add 4096x1024',
  'elementwise tanh 4096x1024',
  'elementwise gelu 4096x1024',
  'elementwise softmax 4096x1024',
  'elementwise softmax_first 4096x1024',
  'elementwise layer_norm 4096x1024',
  'elementwise sum 4096x1024',
  'elementwise normal 4096x1024',
  'movement repeat 1024x1024 4',
  'movement tile 1024x1024 4',
  'movement upsampling_gradient 32x32x32x64 2',
  'movement read_out 2000000',
  ...['add 8', 'matmul 64', 'conv 28'].flatMap((op) => [`eager ${op}`, `eager ${op} sync`]),
  'model mlp 64',
  'callbacks mlp 64',
  'model cnn 64',
  'lstm forward 64x100x16 64',
  'lstm training 64x100x16 64',
  'lstm training 32x80x128 128',
  'gru training 64x100x16 64',
  'gru training 32x80x128 128',
  'model lstm 64',
  'model gru 64',
  'model embedding_lstm 32',
  'model embedding_gru 32',
  'model transformer 16',
  'model mobile 32',
  'predict mlp 1',
  'compiled mlp 1',
  'predict mobile 1',
  'compiled mobile 1',
  'application predict resnet50 1',
  'application predict resnet50 16',
  'application predict mobilenet_v2 1',
  'application predict efficientnet_b0 1',
  'application tune resnet50 16',
  'application train resnet50 16',
  ...['cholesky', 'lu', 'solve', 'inv', 'det', 'qr', 'lstsq', 'eigh', 'svd', 'norm', 'eig'].flatMap((name) =>
    [64, 128, 256, 512].map((size) => `${name} ${size}`),
  ),
];
/** Environment variables that limit every library of both sides; read when it is loaded. */
const LIMITS: Record<string, Record<string, string>> = {
  avx512: {
    TRAE_MAX_ISA: 'avx512',
    ONEDNN_MAX_CPU_ISA: 'AVX512_CORE',
    ATEN_CPU_CAPABILITY: 'avx512',
    MKL_ENABLE_INSTRUCTIONS: 'AVX512',
  },
  avx2: {
    TRAE_MAX_ISA: 'avx2',
    ONEDNN_MAX_CPU_ISA: 'AVX2',
    ATEN_CPU_CAPABILITY: 'avx2',
    MKL_ENABLE_INSTRUCTIONS: 'AVX2',
  },
  base: {
    TRAE_MAX_ISA: 'base',
    ONEDNN_MAX_CPU_ISA: 'SSE41',
    ATEN_CPU_CAPABILITY: 'default',
    MKL_ENABLE_INSTRUCTIONS: 'SSE4_2',
  },
};
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const short = (v: number): string =>
  v >= 100 ? v.toFixed(0) : v >= 10 ? v.toFixed(1) : v >= 0.1 ? v.toFixed(2) : v.toFixed(4);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      peer: { type: 'string', multiple: true, default: [] },
      beside: { type: 'string' },
      rounds: { type: 'string', default: '8' },
      isa: { type: 'string' },
    },
  });
  if (values.isa) {
    const limits = LIMITS[values.isa];
    if (!limits) throw new Error(`unknown instruction set '${values.isa}': ${Object.keys(LIMITS).join(', ')}`);
    const others = process.argv.slice(2).filter((a, i, all) => !a.startsWith('--isa') && all[i - 1] !== '--isa');
    const { status } = spawnSync(process.execPath, [...process.execArgv, process.argv[1], ...others], {
      stdio: 'inherit',
      env: { ...process.env, ...limits },
    });
    process.exitCode = status ?? 1;
    return;
  }
  const rounds = Number(values.rounds);
  const lines = positionals.length ? positionals : PROBLEMS;
  trae.setRandomSeed(1);
  const peak = await binding.measurePeak();
  const again = async (): Promise<void> => {
    const p = await binding.measurePeak();
    peak.gflops = Math.max(peak.gflops, p.gflops);
    peak.copyGBs = Math.max(peak.copyGBs, p.copyGBs);
  };
  const others = values.beside
    ? [{ name: 'other', peer: Peer.build(values.beside) }]
    : values.peer.map((given) => Peer.python(given));
  const about: string[] = [];
  for (const { name, peer } of others) {
    const { version, threads } = await peer.ask({ kind: 'ready' });
    if (!values.beside) about.push(`; ${name} ${version}, ${threads} threads`);
  }

  const measured: { line: string; problem: Problem; ours: number; theirs: number[] }[] = [];
  for (const line of lines) {
    const problem = parseProblem(line);
    await problem.check();
    await problem.time();
    let ours = Infinity;
    const theirs = others.map(() => Infinity);
    for (let r = 0; r < rounds; r++) {
      await pause(50);
      ours = Math.min(ours, await problem.time());
      for (const [i, { peer }] of others.entries()) {
        await pause(50);
        const { ms } = await peer.ask(values.beside ? { kind: 'line', line } : problem.request);
        theirs[i] = Math.min(theirs[i], ms ?? Infinity);
      }
    }
    await again();
    measured.push({ line, problem, ours, theirs });
  }
  for (const { peer } of others) peer.end();

  // Beside the highest peak of the whole run.
  const rows = measured.map(({ line, problem: { flops, bytes, elementSize = 4 }, ours, theirs }) => {
    const rate = flops ? `${short(flops / ours / 1e6)} GFLOP/s` : bytes ? `${short(bytes / ours / 1e6)} GB/s` : '';
    const share = flops
      ? (flops / ours / 1e6 / peak.gflops) * (elementSize / 4)
      : bytes
        ? bytes / ours / 1e6 / peak.copyGBs
        : NaN;
    return [
      line,
      short(ours),
      rate,
      Number.isNaN(share) ? '' : `${Math.round(share * 100)} %`,
      ...theirs.flatMap((ms) => (ms < Infinity ? [short(ms), `${(ms / ours).toFixed(2)}x`] : ['', ''])),
    ];
  });

  const { isa, onednn } = binding.version();
  console.log(
    `\n${trae.config.numThreads} threads, ${isa}, oneDNN ${onednn}; peak of this run: ${short(peak.gflops)} GFLOP/s, copy ${short(peak.copyGBs)} GB/s${about.join('')}`,
  );
  const header = ['problem', 'ms', 'rate', 'of peak', ...others.flatMap(({ name }) => [`${name} ms`, 'ratio'])];
  const widths = header.map((h, i) => Math.max(h.length, ...rows.map((r) => r[i].length)));
  const print = (cells: string[]): void =>
    console.log(`| ${cells.map((c, i) => (i ? c.padStart(widths[i]) : c.padEnd(widths[i]))).join(' | ')} |`);
  print(header);
  print(widths.map((w, i) => (i ? `${'-'.repeat(w - 1)}:` : '-'.repeat(w))));
  rows.forEach(print);

  // What the first step costs: tracing and compiling.
  const { input, build } = MODELS.cnn;
  const m = build();
  m.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  const start = performance.now();
  const plan = m.trainPlan(trae.random.uniform([64, ...input]), trae.random.randint([64], 0, 10), { batchSize: 64 });
  console.log(
    `\nfirst call: the CNN's training step traced and compiled in ${short(performance.now() - start)} ms; ${plan.statistics.ops} ops, ${plan.statistics.fused} fused, ${plan.statistics.reorders} layout reorders, arena of ${short(plan.statistics.arenaBytes / 1e6)} MB`,
  );
}
void main();
