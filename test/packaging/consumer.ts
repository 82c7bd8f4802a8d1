/** A folder of a project that has this package installed, and programs run in it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

export const ROOT = path.resolve(__dirname, '..', '..');
export const manifest = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Record<
  string,
  never
> & { version: string };

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs Node with these arguments; never rejects. */
export function runNode(args: string[], options: { cwd: string; env?: NodeJS.ProcessEnv }): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      args,
      { ...options, env: { ...process.env, NODE_OPTIONS: '', ...options.env }, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr });
      },
    );
  });
}

/** Runs Node and expects success. @returns what it printed. */
export async function printed(args: string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await runNode(args, { cwd });
  assert.equal(code, 0, `node ${args.join(' ')} ended with ${code}:\n${stdout}\n${stderr}`);
  return stdout;
}

export class Consumer {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trae-consumer-'));
  constructor(files: Record<string, string> = {}) {
    fs.mkdirSync(path.join(this.folder, 'node_modules'));
    fs.symlinkSync(ROOT, path.join(this.folder, 'node_modules', 'trae-node'), 'junction');
    this.write(files);
  }
  write(files: Record<string, string>): void {
    for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(this.folder, name), text);
  }
  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
