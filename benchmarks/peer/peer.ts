/** Talks to the peer's process: one JSON request a line, one answer a line. */
import { spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as readline from 'node:readline';

const SCRIPTS = {
  torch: { name: 'PyTorch', script: 'torch_peer.py' },
  onnxruntime: { name: 'ONNX Runtime', script: 'onnx_peer.py' },
  keras: { name: 'Keras', script: 'keras_peer.py' },
};
export class Peer {
  private readonly process: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private constructor(command: string, args: string[], environment: Record<string, string> = {}) {
    this.process = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    });
    this.lines = readline.createInterface({ input: this.process.stdout! })[Symbol.asyncIterator]();
  }
  /** PyTorch, of the given Python; `onnxruntime=PYTHON` and `keras=PYTHON`: these, for the rows of applications. */
  static python(given: string): { name: string; peer: Peer } {
    const [, kind = 'torch', python] = /^(?:(torch|onnxruntime|keras)=)?(.*)$/.exec(given)!;
    const { name, script } = SCRIPTS[kind as keyof typeof SCRIPTS];
    return { name, peer: new Peer(python, [path.join(__dirname, script)]) };
  }
  /**
   * Another build: a whole tree of the project, its problems with its own library and addon; or a folder with an addon
   * alone (as TRAE_NODE_PREBUILD takes it), for this tree's library.
   */
  static build(folder: string): Peer {
    const problems = 'benchmarks/problems/index.ts';
    const isTree = fs.existsSync(path.join(folder, problems));
    const tree = isTree ? path.resolve(folder) : path.join(__dirname, '../..');
    return new Peer(
      process.execPath,
      [...process.execArgv, path.join(__dirname, 'node_peer.ts'), path.join(tree, problems)],
      isTree ? {} : { TRAE_NODE_PREBUILD: path.resolve(folder) },
    );
  }
  async ask(request: Record<string, unknown>): Promise<Record<string, number | null>> {
    this.process.stdin!.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error('the peer ended; its message is above.');
    return JSON.parse(value) as Record<string, number | null>;
  }
  end(): void {
    this.process.kill();
  }
}
