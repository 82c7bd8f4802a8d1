/**
 * Changes configs, names and shapes in files of models at random and loads them, in processes of their own:
 *   npx tsx scripts/mutate_files.ts [times for each format: 3000] [first seed: 0] [format]
 * Prints raw JavaScript errors, what took more than two seconds of the processor, and processes that died.
 */
import { fork, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { attempt, type Outcome } from '../test/fuzz/attempt';
import { samples, type Sample } from '../test/fuzz/samples';

const FORMATS = ['keras', 'h5', 'tfjs', 'weights.h5', 'npz', 'safetensors', 'sharded'] as const;
/** Milliseconds of the processor that are too many. */
const SLOW = 2000;
/** Milliseconds after which a process is given up. */
const MAX_WAIT = 60_000;
/** Bytes that a process may have. */
const MAX_MEMORY = 3 * 2 ** 30;

interface Job {
  format: string;
  seed: number;
}
const sampleOf = (list: readonly Sample[], { format, seed }: Job): Sample => {
  const own = list.filter((s) => s.kind === format);
  return own[seed % own.length];
};
async function child(): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trae-mutations-'));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  const list = await samples(folder);
  process.on('disconnect', () => process.exit());
  process.on('message', (job: Job) => {
    const sample = sampleOf(list, job);
    void attempt(sample, job.seed, folder).then((outcome) =>
      process.send!({ ...outcome, name: sample.name, memory: process.memoryUsage().rss }),
    );
  });
  process.send!({ ready: true });
}
/** Alone, to look at one: prints the outcome. */
async function one(format: string, seed: number): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trae-mutations-'));
  const sample = sampleOf(await samples(folder), { format, seed });
  console.log(sample.name, await attempt(sample, seed, folder), folder);
}

type Answer = Outcome & { ready?: true; name: string; memory: number };
async function main(): Promise<void> {
  const times = Number(process.argv[2] ?? 3000);
  const first = Number(process.argv[3] ?? 0);
  const formats = process.argv[4] ? [process.argv[4]] : FORMATS;
  const jobs: Job[] = formats.flatMap((format) =>
    Array.from({ length: times }, (_, i) => ({ format, seed: first + i })),
  );
  const found = new Map<string, { count: number; example: Job; name: string }>();
  const totals = new Map<string, Record<string, number>>();
  const note = (job: Job, what: string, name = ''): void => {
    const known = found.get(what);
    if (known) known.count++;
    else found.set(what, { count: 1, example: job, name });
  };
  let next = 0;
  const work = (): Promise<void> =>
    new Promise((resolve) => {
      let current: Job | null = null;
      let timer: NodeJS.Timeout | undefined;
      let process_: ChildProcess;
      const give = (): void => {
        if (next >= jobs.length) {
          current = null;
          process_.kill();
          return resolve();
        }
        current = jobs[next++];
        timer = setTimeout(() => {
          note(current!, `${current!.format}: no answer after ${MAX_WAIT / 1000} s`);
          process_.kill('SIGKILL');
        }, MAX_WAIT);
        process_.send(current);
      };
      const start = (): void => {
        process_ = fork(__filename, ['child'], {
          execArgv: ['--import', 'tsx', '--max-old-space-size=2048'],
          stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        });
        process_.on('message', (answer: Answer) => {
          clearTimeout(timer);
          if (!answer.ready && current) {
            const total = totals.get(current.format) ?? {};
            total[answer.kind] = (total[answer.kind] ?? 0) + 1;
            totals.set(current.format, total);
            if (answer.kind === 'raw')
              note(current, `${current.format}: ${answer.text.split('\n').slice(0, 6).join('\n    ')}`, answer.name);
            if (answer.time > SLOW)
              note(
                current,
                `${current.format}: slow: ${(answer.time / 1000).toFixed(1)} s, ${answer.kind}: ${answer.text.slice(0, 150)}`,
                answer.name,
              );
            if (answer.memory > MAX_MEMORY)
              note(current, `${current.format}: ${(answer.memory / 2 ** 20).toFixed(0)} MiB`, answer.name);
          }
          give();
        });
        process_.on('exit', (code, signal) => {
          clearTimeout(timer);
          if (current === null) return;
          if (signal !== 'SIGKILL') note(current, `${current.format}: the process died (${signal ?? code})`);
          current = null;
          start();
        });
      };
      start();
    });
  await Promise.all(Array.from({ length: Math.min(2, os.availableParallelism()) }, work));
  for (const [what, { count, example, name }] of [...found].sort((a, b) => b[1].count - a[1].count))
    console.log(`${count} times, as ${example.format} ${example.seed} (${name}):\n    ${what}`);
  for (const [format, total] of totals)
    console.log(
      `${format}: ${Object.entries(total)
        .map(([k, n]) => `${n} ${k}`)
        .join(', ')}`,
    );
  console.log(`${found.size} findings in ${jobs.length} files`);
  process.exitCode = found.size ? 1 : 0;
}
if (process.argv[2] === 'child') void child();
else if (process.argv[2] === 'one') void one(process.argv[3], Number(process.argv[4]));
else void main();
