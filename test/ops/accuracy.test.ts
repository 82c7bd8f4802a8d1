/** float32 functions with loops of their own against JavaScript's float64 ones, in units in the last place. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { erf } from '../helpers/special_functions';

type Unary = (x: trae.TensorLike) => trae.Tensor;
/** Name, function, exact function, ranges, and how many units it may be off. */
const RANGES: [string, Unary, (x: number) => number, [number, number][], number?][] = [
  ['erf', trae.erf, erf, [[-5, 5], [-1e-3, 1e-3]]], // prettier-ignore
  ['gelu', (x) => trae.ops.gelu(x, { approximate: false }), (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)), [[-3, 9], [-1e-3, 1e-3]], 6], // prettier-ignore
  ['expm1', trae.expm1, Math.expm1, [[-20, 20], [-1, 1], [-1e-4, 1e-4]]], // prettier-ignore
  ['log1p', trae.log1p, Math.log1p, [[-0.999, 3], [-1e-3, 1e-3], [0, 1e6]]], // prettier-ignore
  ['sin', trae.sin, Math.sin, [[-10, 10], [-1e-3, 1e-3], [-3e4, 3e4], [1e6, 1e8]]], // prettier-ignore
  ['cos', trae.cos, Math.cos, [[-10, 10], [-1e-3, 1e-3], [-3e4, 3e4], [1e6, 1e8]]], // prettier-ignore
];
const unit = (v: number): number => 2 ** (Math.floor(Math.log2(Math.abs(v) || 2 ** -126)) - 23);

describe('ops: accuracy of float32 functions', () => {
  for (const [name, f, exact, ranges, most = 4] of RANGES)
    for (const [low, high] of ranges)
      it(`${name} between ${low} and ${high}`, () => {
        const x = Float32Array.from({ length: 20_011 }, (_, i) => low + ((high - low) * i) / 20_010);
        const y = f(trae.tensor(x)).dataSync();
        for (const [i, v] of x.entries()) {
          const want = exact(v);
          const units = Math.abs(Number(y[i]) - want) / unit(want);
          assert.ok(
            units < most,
            `${name}(${v}) is ${y[i]} instead of ${want}: ${units.toFixed(1)} units in the last place`,
          );
        }
      });
  it('extremes find every place of a row, and a NaN at any', () => {
    for (const n of [1, 7, 63, 64, 65, 200, 1100])
      for (const at of new Set([0, n >> 1, n - 1])) {
        const x = Float32Array.from({ length: n }, (_, i) => Math.sin(i));
        x[at] = 9;
        assert.equal(Number(trae.max(trae.tensor(x)).dataSync()[0]), 9);
        x[at] = -9;
        assert.equal(Number(trae.min(trae.tensor([x, x])).dataSync()[0]), -9);
        x[at] = NaN;
        assert.ok(Number.isNaN(Number(trae.max(trae.tensor(x)).dataSync()[0])));
      }
  });
});
