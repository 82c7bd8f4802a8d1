/** Products of matrices. */
import * as trae from '../../lib/index';
import { near, repeatsFor, timed, uniform, type Problem } from './problem';

/** `matmul 1024x1024x1024`, `matmul 512x512x512 float64` */
export function matmul(name: string, [m, k, n]: number[], dtype: trae.DType = 'float32'): Problem {
  const a = uniform([m, k], 1, dtype);
  const b = uniform([k, n], 2, dtype);
  const repeats = repeatsFor(2 * m * k * n);
  const f = (): trae.Tensor => trae.matmul(a, b);
  return {
    name,
    flops: 2 * m * k * n,
    elementSize: dtype === 'float64' ? 8 : 4,
    time: timed(f, repeats),
    request: { kind: 'matmul', m, k, n, dtype, repeats },
    async check() {
      const x = await a.data();
      const y = await b.data();
      const z = await f().data();
      for (const [i, j] of [
        [0, 0],
        [m - 1, n - 1],
        [m >> 1, n >> 2],
      ]) {
        let sum = 0;
        for (let q = 0; q < k; q++) sum += Number(x[i * k + q]) * Number(y[q * n + j]);
        near(name, Number(z[i * n + j]), sum, 1e-4 * Math.sqrt(k));
      }
    },
  };
}
