/**
 * Calls every op with hostile arguments and writes what happened, one line of JSON a call:
 *   tsx test/integration/programs/hostile_ops.ts <first seed> <last seed> [op...]
 * HOSTILE_AFTER='op seed' leaves out all calls up to that one. The line is written before the call too, so that whoever reads it knows the call that ended the process.
 */
import * as fs from 'node:fs';
import * as trae from '../../../lib/index';
import { hostileCall, opNames, readAll } from '../../helpers/hostile_calls';

const [first, last, ...only] = process.argv.slice(2);
const say = (record: object): void => void fs.writeSync(1, `${JSON.stringify(record)}\n`);
let [afterOp, afterSeed] = (process.env.HOSTILE_AFTER ?? '').split(' ');
for (const op of only.length ? only : opNames())
  for (let seed = Number(first); seed < Number(last); seed++) {
    if (afterOp) {
      if (op === afterOp && String(seed) === afterSeed) afterOp = afterSeed = '';
      continue;
    }
    const { text, run } = hostileCall(op, seed);
    say({ op, seed, text });
    const start = performance.now();
    try {
      const value = readAll(run());
      say({ gave: value, ms: performance.now() - start });
    } catch (e) {
      const error = e as Error & { code?: string };
      say({
        error: error?.name,
        isOurs: error instanceof trae.TraeError,
        message: String(error?.message),
        stack: error instanceof trae.TraeError ? undefined : error?.stack,
        ms: performance.now() - start,
      });
    }
  }
