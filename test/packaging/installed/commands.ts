/** Programs run as on a machine that has Node and nothing else: PATH holds node alone, HOME is empty. */
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

export interface Options {
  cwd: string;
  /** Folder that PATH is. */
  path: string;
  env?: Record<string, string>;
  /** Milliseconds; the program is ended after them. Default 5 minutes. */
  timeout?: number;
}

/** Variables of the system itself that programs on Windows do not start without. */
const SYSTEM = ['SystemRoot', 'TEMP', 'TMP', 'ComSpec'];

/** What of a failed program's output is worth showing. */
const shortened = (text: string): string => text.trim().split('\n').slice(0, 25).join('\n');

/** Runs a program. @returns what it printed. @throws with the whole output when it fails. */
export function run(program: string, args: readonly string[], options: Options): Promise<string> {
  const env: Record<string, string> = {
    PATH: options.path,
    HOME: options.cwd,
    USERPROFILE: options.cwd,
    NO_COLOR: '1',
    ...options.env,
  };
  for (const name of SYSTEM) if (process.env[name]) env[name] ??= process.env[name];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeout ?? 300_000,
    });
    const out: Buffer[] = [];
    const all: Buffer[] = [];
    child.stdout.on('data', (data: Buffer) => (out.push(data), all.push(data)));
    child.stderr.on('data', (data: Buffer) => all.push(data));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(Buffer.concat(out).toString());
      reject(
        new Error(
          `${[path.basename(program), ...args].join(' ')} ended with ${code ?? signal}:\n${shortened(Buffer.concat(all).toString())}`,
        ),
      );
    });
  });
}

/** Runs a program of this machine, with its network. @throws when it fails. */
export function runHere(program: string, args: readonly string[], cwd: string): string {
  const { status, error, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (error || status !== 0)
    throw new Error(
      `${program} ${args.join(' ')} ended with ${status}: ${error?.message ?? shortened(`${stdout}${stderr}`)}`,
    );
  return stdout;
}

/** This machine's npm, which fills the cache. */
export function npmHere(args: readonly string[], cwd: string): string {
  const script = process.env.npm_execpath;
  if (script && /npm-cli\.c?js$/.test(script)) return runHere(process.execPath, [script, ...args], cwd);
  return runHere('npm', args, cwd);
}

/** The libraries of the system that the package must not need. */
const NOT_NEEDED = /lib(dnnl|gomp|OpenCL|tbb|omp|iomp5)\.so/;

/** The same libraries as files of this machine. */
function systemLibraries(): string[] {
  const { stdout } = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' });
  const files = [...(stdout ?? '').matchAll(/=> (\S+)$/gm)]
    .map((m) => m[1])
    .filter((f) => NOT_NEEDED.test(f) && fs.existsSync(f));
  return [...new Set(files.map((f) => fs.realpathSync(f)))];
}

/** How to run a program where oneDNN, OpenMP and OpenCL of the system cannot be opened; a string says why that cannot be done here. */
export function withoutSystemLibraries(): ((program: string, args: readonly string[]) => [string, string[]]) | string {
  if (process.platform !== 'linux') return 'mount namespaces are of Linux';
  const hide = systemLibraries()
    .map((f) => `mount --bind /dev/null '${f}' && `)
    .join('');
  const unshare = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--map-root-user'];
  const shell = [
    '/usr/bin/unshare',
    ...unshare,
    '/bin/sh',
    '-c',
    `PATH=/usr/sbin:/usr/bin:/sbin:/bin; ${hide}PATH=$TRAE_PATH; exec "$0" "$@"`,
  ];
  const { status } = spawnSync(shell[0], [...shell.slice(1), '/bin/true'], { env: { TRAE_PATH: '/nowhere' } });
  if (status !== 0) return 'needs unshare and the right to mount: run as root';
  return (program, args) => [shell[0], [...shell.slice(1), program, ...args]];
}

export const isNotNeeded = (library: string): boolean => NOT_NEEDED.test(library);
