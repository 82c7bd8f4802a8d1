/** Rows of window functions. */
import { nd, type NdArray } from '../../helpers/ndarray';
import { rowsIn } from '../../helpers/rows';

const row = rowsIn('windows');
const points = (n: number, f: (t: number) => number): NdArray =>
  nd(Array.from({ length: n }, (_, i) => (n === 1 ? 1 : f(i / (n - 1)))));
const cosines =
  (...a: number[]) =>
  (t: number): number =>
    a.reduce((sum, v, k) => sum + (k % 2 ? -v : v) * Math.cos(2 * Math.PI * k * t), 0);
const cases = [8, 5, 1, 0].map((n) => ({ inputs: [], args: [n] }));
const windows: [string, (t: number) => number][] = [
  ['bartlett', (t) => 1 - Math.abs(2 * t - 1)],
  ['blackman', cosines(0.42, 0.5, 0.08)],
  ['hamming', cosines(0.54, 0.46)],
  ['hanning', cosines(0.5, 0.5)],
];
for (const [op, f] of windows)
  row(op, { reference: (_, ...[[n]]: [never[]]) => points(n, f), cases, isSource: true, looseness: 5 });
/** I0(x) = 1 / pi * integral of e^(x cos t) from 0 to pi, by trapezoids. */
function besselI0(x: number): number {
  const n = 400;
  let sum = 0;
  for (let i = 0; i <= n; i++) sum += (i === 0 || i === n ? 0.5 : 1) * Math.exp(x * Math.cos((Math.PI * i) / n));
  return sum / n;
}
row('kaiser', {
  reference: (_, ...[[n, beta]]: [never[]]) =>
    points(n, (t) => besselI0(beta * Math.sqrt(1 - (2 * t - 1) ** 2)) / besselI0(beta)),
  cases: [8, 5, 1].map((n) => ({ inputs: [], args: [n, 3.5] })),
  isSource: true,
  looseness: 5,
});
