/** Functions that JavaScript lacks, to the full precision of float64. */

/** Taylor series near 0, the continued fraction of erfc beyond. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return NaN;
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 200 && Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let k = 120; k >= 1; k--) fraction = k / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}
/** Newton's method on erf. */
export function erfinv(y: number): number {
  if (Number.isNaN(y) || Math.abs(y) > 1) return NaN;
  if (Math.abs(y) === 1) return y * Infinity;
  const l = Math.log(1 - y * y);
  const t = 2 / (Math.PI * 0.147) + l / 2;
  let x = Math.sign(y) * Math.sqrt(Math.sqrt(t * t - l / 0.147) - t);
  for (let i = 0; i < 6; i++) x -= (erf(x) - y) / ((2 / Math.sqrt(Math.PI)) * Math.exp(-x * x));
  return x;
}
/** Halves to even. */
export function roundHalfEven(x: number): number {
  const low = Math.floor(x);
  const d = x - low;
  if (d !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}
/** Remainder with the sign of y. */
export const floorMod = (x: number, y: number): number => {
  const r = x % y;
  return r !== 0 && r < 0 !== y < 0 ? r + y : r;
};
