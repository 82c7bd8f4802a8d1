/** Ops at the edge: empty axes, initial values, integers of every dtype, extremes of half types. What Keras gives, by make_edges.py. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../lib/index';

type Values = [(number | boolean | string)[], trae.DType, number[]];
interface Edge {
  op: string;
  inputs: Values[];
  options: Record<string, unknown>;
  output?: Values;
  error?: string;
}
const camel = (name: string): string => name.replace(/_(\w)/g, (_, c: string) => c.toUpperCase());
const numberOf = (v: number | boolean | string): number =>
  v === 'nan' ? NaN : v === 'inf' ? Infinity : v === '-inf' ? -Infinity : Number(v);
const textOf = ({ op, inputs, options }: Edge): string =>
  `${op} ${inputs.map(([v, d, s]) => `${d}(${s}) [${v}]`).join(', ')} ${JSON.stringify(options)}`;

function callOf({ op, inputs, options }: Edge): trae.Tensor {
  const ts = inputs.map(([v, d, s]) => trae.tensor(v.map(numberOf), s, 'float64').cast(d));
  const f = (trae.ops as unknown as Record<string, (...args: unknown[]) => trae.Tensor>)[camel(op)];
  if (op === 'clip') return f(...ts, options.x_min, options.x_max);
  return Object.keys(options).length ? f(...ts, options) : f(...ts);
}
const EPSILON: Partial<Record<trae.DType, number>> = { float32: 1e-6, float64: 1e-8, float16: 2e-3, bfloat16: 1.6e-2 };
function differenceOf(edge: Edge): string | null {
  let y: trae.Tensor;
  try {
    y = callOf(edge);
    y.dataSync();
  } catch (e) {
    return edge.error && e instanceof trae.TraeError ? null : `${(e as Error).name}: ${(e as Error).message}`;
  }
  if (!edge.output) return null; // TensorFlow has no kernel for this dtype; here there is one, which the rows test
  const [values, dtype, shape] = edge.output;
  const got = Array.from(y.dataSync() as ArrayLike<number | bigint>, Number);
  const want = values.map(numberOf);
  const bound = EPSILON[dtype] ?? 0;
  const isSame =
    got.length === want.length &&
    got.every(
      (v, i) =>
        Object.is(v, want[i]) || v === want[i] || Math.abs(v - want[i]) <= bound * Math.max(1, Math.abs(want[i])),
    );
  return y.dtype === dtype && String(y.shape) === String(shape) && isSame
    ? null
    : `${y.dtype}(${y.shape}) [${got}] instead of ${dtype}(${shape}) [${want}]`;
}

describe('ops: what Keras gives at the edge', () => {
  const all = JSON.parse(fs.readFileSync(path.join(__dirname, 'keras_edges', 'edges.json'), 'utf8')) as Edge[];
  const ops = [...new Set(all.map((e) => e.op))];
  for (const op of ops)
    it(op, () => {
      const wrong = all
        .filter((e) => e.op === op)
        .flatMap((e) => (differenceOf(e) ? [`${textOf(e)}: ${differenceOf(e)}`] : []));
      assert.deepEqual(wrong, []);
    });
});
