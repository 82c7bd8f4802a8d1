/** Talks to the peer's process: one JSON request a line, one answer a line. */
import { spawn, type ChildProcess } from 'node:child_process';
import * as path from 'node:path';
import * as readline from 'node:readline';

export class Peer {
  private readonly process: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  constructor(python: string) {
    this.process = spawn(python, [path.join(__dirname, 'torch_peer.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.lines = readline.createInterface({ input: this.process.stdout! })[Symbol.asyncIterator]();
  }
  async ask(request: Record<string, unknown>): Promise<Record<string, number>> {
    this.process.stdin!.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error('the peer ended; its message is above.');
    return JSON.parse(value) as Record<string, number>;
  }
  end(): void {
    this.process.kill();
  }
}
