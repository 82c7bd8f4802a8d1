/**
 * Calls every op with empty tensors whose other sides are huge, and writes what happened, one line of JSON a call:
 *   tsx test/integration/programs/lying_sizes.ts [op...]
 * HOSTILE_AFTER='op seed' leaves out all calls up to that one.
 */
import * as fs from 'node:fs';
import * as trae from '../../../lib/index';
import { flattenStructure } from '../../../lib/support/nest';
import { opNames, readAll } from '../../helpers/hostile_calls';
import { definedOps } from '../../../lib/ops/define';
import { rowTable } from '../../helpers/rows';

const SHAPES = [
  [0, 2 ** 30, 2 ** 30],
  [2 ** 32, 0],
  [0, 2 ** 31 - 1],
  [2 ** 30, 0, 2 ** 20, 3],
  [0, 2 ** 20, 2 ** 20, 3],
];
type AnyFunction = (...args: unknown[]) => unknown;
const only = process.argv.slice(2);
const say = (record: object): void => void fs.writeSync(1, `${JSON.stringify(record)}\n`);
let [afterOp, afterSeed] = (process.env.HOSTILE_AFTER ?? '').split(' ');
for (const op of only.length ? only : opNames()) {
  const row = rowTable.get(op);
  SHAPES.forEach((shape, seed) => {
    if (!row) return;
    if (afterOp) {
      if (op === afterOp && String(seed) === afterSeed) afterOp = afterSeed = '';
      return;
    }
    const { inputs, args = [] } = row.cases[0];
    const f = definedOps.get(op) as unknown as AnyFunction;
    say({ op, seed, text: `${op} of ${inputs.length} tensors (${shape})` });
    try {
      const tensors = inputs.map((x) => trae.zeros(shape, { dtype: x.dtype }));
      const y = row.call ? row.call(f, tensors, args) : f(...tensors, ...args);
      // What is not empty may be gigabytes: right, but nothing to wait for.
      const isSmall = flattenStructure(y, (t): t is trae.Tensor => t instanceof trae.Tensor).every(
        (t) => t.size < 2 ** 20,
      );
      say({ gave: isSmall ? readAll(y) : 'a large result' });
    } catch (e) {
      const error = e as Error;
      say({ error: error.name, isOurs: error instanceof trae.TraeError, message: String(error.message) });
    }
  });
}
