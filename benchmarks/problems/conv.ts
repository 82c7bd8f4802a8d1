/** Convolutions: forward, and the gradients of data and weights. */
import * as trae from '../../lib/index';
import { near, repeatsFor, timed, uniform, type Problem } from './problem';

/** `conv forward 64x16x16x32 64 3`: batch, height, width, channels; filters; kernel size; same padding. */
export function conv(name: string, direction: string, [n, h, w, c]: number[], o: number, k: number): Problem {
  const x = uniform([n, h, w, c], 3);
  const kernel = uniform([k, k, c, o], 4);
  const dy = uniform([n, h, w, o], 5);
  const y = (): trae.Tensor => trae.ops.conv(x, kernel, { padding: 'same' });
  const weighted = (): trae.Tensor => trae.sum(trae.multiply(y(), dy));
  const f =
    direction === 'forward' ? y : () => trae.variableGrads(weighted, [direction === 'data' ? x : kernel]).grads[0];
  const flops = 2 * n * h * w * c * o * k * k;
  const repeats = repeatsFor(flops);
  return {
    name,
    flops,
    time: timed(f, repeats),
    request: { kind: 'conv', direction, n, h, w, c, o, k, repeats },
    async check() {
      const got = await f().data();
      const X = await x.data();
      const K = await kernel.data();
      const D = await dy.data();
      const at = (i: number, p: number, q: number): number =>
        p < 0 || q < 0 || p >= h || q >= w ? -1 : (i * h + p) * w + q;
      const half = k >> 1;
      const taps = Array.from({ length: k * k }, (_, t) => [Math.floor(t / k), t % k]);
      const [i, p, q, ci, co] = [n >> 1, h >> 1, w - 1, c - 1, o >> 1];
      let sum = 0;
      if (direction === 'forward')
        for (const [a, b] of taps) {
          const from = at(i, p + a - half, q + b - half);
          if (from >= 0)
            for (let m = 0; m < c; m++) sum += Number(X[from * c + m]) * Number(K[((a * k + b) * c + m) * o + co]);
        }
      else if (direction === 'data')
        for (const [a, b] of taps) {
          const from = at(i, p - a + half, q - b + half);
          if (from >= 0)
            for (let m = 0; m < o; m++) sum += Number(D[from * o + m]) * Number(K[((a * k + b) * c + ci) * o + m]);
        }
      else
        for (let image = 0; image < n; image++)
          for (let r = 0; r < h; r++)
            for (let s = 0; s < w; s++) {
              const from = at(image, r, s + 1 - half);
              if (from >= 0) sum += Number(X[from * c + ci]) * Number(D[((image * h + r) * w + s) * o + co]);
            }
      const index =
        direction === 'forward'
          ? at(i, p, q) * o + co
          : direction === 'data'
            ? at(i, p, q) * c + ci
            : ((half * k + 1) * c + ci) * o + co;
      near(name, Number(got[index]), sum, 2e-3);
    },
  };
}
