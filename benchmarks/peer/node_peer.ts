/**
 * The same problems on another build of the engine, for run.ts: `node_peer.ts PROBLEMS` imports them from that file and
 * answers one line for each of standard input.
 */
import * as readline from 'node:readline';
import type { Problem } from '../problems';

interface Request {
  kind: 'ready' | 'line';
  line?: string;
}

async function main(): Promise<void> {
  const { parseProblem } = (await import(process.argv[2])) as { parseProblem: (line: string) => Problem };
  const problems = new Map<string, Problem>();
  for await (const text of readline.createInterface({ input: process.stdin })) {
    const { kind, line = '' } = JSON.parse(text) as Request;
    let ms = 0;
    if (kind === 'line') {
      if (!problems.has(line)) {
        const problem = parseProblem(line);
        await problem.check();
        await problem.time();
        problems.clear(); // one at a time: the memory of the others would not be there for PyTorch either
        problems.set(line, problem);
      }
      ms = await problems.get(line)!.time();
    }
    console.log(JSON.stringify({ ms }));
  }
}
void main();
