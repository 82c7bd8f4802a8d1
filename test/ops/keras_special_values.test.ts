/** Elementwise ops on NaN, infinities and zeros of both signs: real Keras' values (golden_special_values.py), eager and in plans. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../lib/index';

interface Golden {
  values: string[];
  pairs: string[];
  unary: Record<string, Record<string, string>>;
  binary: Record<string, Record<string, string>>;
  calls: {
    module: 'activations' | 'ops';
    name: string;
    arguments: number[];
    options: Record<string, unknown>;
    values: Record<string, string>;
  }[];
}
const golden = JSON.parse(
  fs.readFileSync(path.join(__dirname, '../keras/golden/special_values.json'), 'utf8'),
) as Golden;
const camel = (s: string): string => s.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());
const TOLERANCE: Record<string, number> = { float32: 1e-5, float64: 1e-5, float16: 2e-3, bfloat16: 1.6e-2 };
type Op = (...x: trae.Tensor[]) => trae.Tensor;

const numbers = (t: trae.Tensor): number[] => Array.from(trae.cast(t, 'float64').dataSync() as Float64Array);
/** erf of an infinity in float64 is NaN in TensorFlow 2.21, and 1 or -1 in its other types. */
const isMistaken = (name: string, dtype: string, x: number): boolean =>
  name === 'erf' && dtype === 'float64' && Math.abs(x) === Infinity;
function isSame(got: number, want: number, tolerance: number): boolean {
  if (Number.isNaN(want) || want === 0 || !Number.isFinite(want))
    return Object.is(got, want) || (want === 0 && got !== 0 && Math.abs(got) < 1e-7);
  return Math.abs(got - want) <= tolerance * Math.max(Math.abs(want), 0.1);
}
function check(
  name: string,
  dtype: string,
  inputs: number[][],
  want: number[],
  f = trae.ops[camel(name) as never] as Op,
): string[] {
  const // An odd length, so that vectors and what is left over are both met.
    repeat = (v: number[]): number[] => [...v, ...v, ...v];
  const xs = inputs.map((v) => trae.tensor(repeat(v), null, dtype as trae.DType));
  // The second plan has a neighbour to be fused with; halves and doubles are exact.
  const fused: Op = (...ts) => f(...ts.map((t) => t.multiply(trae.cast(2, t.dtype))));
  const halves = xs.map((t) => t.multiply(trae.cast(0.5, t.dtype)));
  const ways: [string, trae.Tensor][] = [
    ['eager', f(...xs)],
    ['compiled', trae.compile(f)(...xs)],
    ['fused', trae.compile(fused)(...halves)],
  ];
  return ways.flatMap(([way, y]) =>
    numbers(y).flatMap((got, i) => {
      const k = i % want.length;
      const isFine = isSame(got, want[k], TOLERANCE[dtype]) || isMistaken(name, dtype, inputs[0][k]);
      return isFine
        ? []
        : [
            `${name}(${inputs.map((v) => String(v[k])).join(', ')}) ${dtype} ${way}: ${Object.is(got, -0) ? '-0' : got} instead of ${Object.is(want[k], -0) ? '-0' : want[k]}`,
          ];
    }),
  );
}

describe('special values as Keras has them', () => {
  const values = golden.values.map(Number);
  const pairs = golden.pairs.map(Number);
  for (const [name, byDtype] of Object.entries(golden.unary))
    it(name, () =>
      assert.deepEqual(
        [
          ...new Set(
            Object.entries(byDtype).flatMap(([dtype, text]) =>
              check(name, dtype, [values], text.split(' ').map(Number)),
            ),
          ),
        ],
        [],
      ),
    );
  const left = pairs.flatMap((a) => pairs.map(() => a));
  const right = pairs.flatMap(() => pairs);
  for (const [name, byDtype] of Object.entries(golden.binary))
    it(name, () =>
      assert.deepEqual(
        [
          ...new Set(
            Object.entries(byDtype).flatMap(([dtype, text]) =>
              check(name, dtype, [left, right], text.split(' ').map(Number)),
            ),
          ),
        ],
        [],
      ),
    );
  for (const { module, name, arguments: given, options, values: byDtype } of golden.calls) {
    const title = `${module}.${name}(${[...given, ...Object.entries(options).map(([k, v]) => `${k}=${String(v)}`)].join(', ')})`;
    const named = Object.fromEntries(Object.entries(options).map(([k, v]) => [camel(k), v]));
    const f = (module === 'ops' ? trae.ops : trae.keras.activations)[camel(name) as never] as (
      x: trae.Tensor,
      ...rest: unknown[]
    ) => trae.Tensor;
    const rest = [...given, ...(Object.keys(named).length ? [named] : [])];
    it(title, () =>
      assert.deepEqual(
        [
          ...new Set(
            Object.entries(byDtype).flatMap(([dtype, text]) =>
              check(title, dtype, [values], text.split(' ').map(Number), (x) => f(x, ...rest)),
            ),
          ),
        ],
        [],
      ),
    );
  }
});
