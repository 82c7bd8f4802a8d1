/**
 * Calls every public function, class and method with random arguments, and with a bad one at each place, and reports what
 * is no error of this library:
 *   tsx scripts/search_raw_errors.ts [first seed] [last seed] [part of a name]
 * A seed decides the arguments of a call, so that each can be repeated. Ops have their own search, which starts from
 * arguments that fit: test/integration/programs/hostile_ops.ts.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { randomCalls, resultOf, type Finding, type RandomCall } from '../test/helpers/random_calls';
import { systematicCalls } from '../test/helpers/systematic_calls';

const [first = '0', last = '20', part = ''] = process.argv.slice(2);

function* allCalls(): Generator<RandomCall> {
  yield* systematicCalls(part);
  yield* randomCalls(Number(first), Number(last), part);
}

async function main(): Promise<void> {
  // Whatever takes a text for a path writes here.
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'raw-errors-'));
  process.chdir(folder);
  let count = 0;
  const findings = new Map<string, Finding>();
  for (const call of allCalls()) {
    fs.writeFileSync('last_call.txt', call.text); // names the call that ends the process
    const finding = await resultOf(call);
    count++;
    if (finding) findings.set(`${call.name}: ${finding.message.replace(/\d+/g, '0')}`, finding);
  }
  for (const { text, message, where } of findings.values()) console.log(`${text}\n    ${message}\n    ${where}`);
  console.log(`${count} calls, ${findings.size} different findings`);
  process.chdir(os.tmpdir());
  fs.rmSync(folder, { recursive: true });
  process.exitCode = findings.size ? 1 : 0;
}
void main();
