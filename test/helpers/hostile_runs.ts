/** Runs a program that makes hostile calls in a process of its own, again after each call that ends or stops it. */
import { spawn } from 'node:child_process';
import * as path from 'node:path';

/** What a program says of a call: before it, and after it. */
export interface Outcome {
  op: string;
  seed: number;
  text: string;
  /** What it returned. */
  gave?: string;
  /** Name of the error, whether it is one of ours, its text. */
  error?: string;
  isOurs?: boolean;
  message?: string;
  stack?: string;
  ms?: number;
  /** How the process ended in the middle of the call, or that it did not return. */
  fatal?: string;
}
const PROGRAM = path.join(__dirname, '..', 'integration', 'programs', 'hostile_ops.ts');

/**
 * @param args - of the program: first seed, last seed, ops.
 * @param limit - milliseconds within which a call must return.
 */
export async function hostileRuns(
  args: readonly string[],
  { limit = 10_000, env = {}, program = PROGRAM }: { limit?: number; env?: NodeJS.ProcessEnv; program?: string } = {},
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let after = ''; ;) {
    const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, HOSTILE_AFTER: after, ...env },
    });
    let buffered = '';
    let errors = '';
    let isHung = false;
    let open = null as Outcome | null;
    const watch = (): NodeJS.Timeout =>
      setTimeout(
        () => {
          isHung = open !== null;
          child.kill('SIGKILL');
        },
        open ? limit : 120_000,
      );
    let timer = watch();
    child.stderr.on('data', (d: Buffer) => (errors = (errors + String(d)).slice(0, 20_000)));
    child.stdout.on('data', (d: Buffer) => {
      const lines = (buffered + String(d)).split('\n');
      buffered = lines.pop()!;
      for (const line of lines) {
        const record = JSON.parse(line) as Outcome;
        if ('text' in record) open = record;
        else if (open) {
          outcomes.push(Object.assign(open, record));
          open = null;
        }
      }
      clearTimeout(timer);
      timer = watch();
    });
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
      child.once('close', (c, s) => resolve([c, s])),
    );
    clearTimeout(timer);
    const stopped = open;
    if (!stopped) {
      if (code !== 0) throw new Error(`the program ended with ${code ?? signal}:\n${errors}`);
      return outcomes;
    }
    outcomes.push({
      ...stopped,
      fatal: isHung ? `no return within ${limit} ms` : `the process ended with ${code ?? signal}:\n${errors}`,
    });
    after = `${stopped.op} ${stopped.seed}`;
  }
}
