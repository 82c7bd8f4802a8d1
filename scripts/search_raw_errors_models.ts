/**
 * Builds, compiles, trains and asks random models with data, options and callbacks of which some are wrong, and reports
 * what is no error of this library:
 *   npx tsx scripts/search_raw_errors_models.ts [first seed: 0] [last seed: 500]
 * A seed decides the whole program, so that each can be repeated.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { runProgram, type Finding } from '../test/helpers/random_models';

const [first = '0', last = '500'] = process.argv.slice(2);
/** Milliseconds after which a program is named as slow. */
const SLOW = 20_000;

async function main(): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'raw-errors-'));
  process.chdir(folder);
  const findings = new Map<string, Finding & { count: number }>();
  const note = (finding: Finding): void => {
    const key = `${finding.step}: ${finding.message.replace(/\d+/g, '0')}`;
    findings.set(key, { ...(findings.get(key) ?? finding), count: (findings.get(key)?.count ?? 0) + 1 });
  };
  let steps = 0;
  let refused = 0;
  for (let seed = Number(first); seed < Number(last); seed++) {
    const start = Date.now();
    const result = await runProgram(seed, (text) => fs.writeFileSync('last_step.txt', `seed ${seed}: ${text}`)); // names what ends the process
    result.findings.forEach(note);
    steps += result.steps;
    refused += result.refused;
    if (Date.now() - start > SLOW) note({ seed, step: 'all', message: `slow: ${Date.now() - start} ms`, where: '' });
  }
  for (const { seed, step, message, where, count } of findings.values())
    console.log(`${count} times, as seed ${seed}, ${step}\n    ${message}\n    ${where}`);
  console.log(`${steps} steps, ${refused} refused, ${findings.size} different findings`);
  process.chdir(os.tmpdir());
  fs.rmSync(folder, { recursive: true });
  process.exitCode = findings.size ? 1 : 0;
}
void main();
