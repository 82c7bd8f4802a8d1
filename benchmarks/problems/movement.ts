/** Operations that mostly move bytes: repeating, tiling, up-sampling's gradient, reading values out. */
import * as trae from '../../lib/index';
import { near, timed, uniform, type Problem } from './problem';

/** The gradient of nearest up-sampling: each value's gradient is the sum over its `times` x `times` copies. */
function upsamplingGradient(x: trae.Variable, dy: trae.Variable, times: number): trae.Tensor {
  const layer = new trae.keras.layers.UpSampling2D(times);
  return trae.variableGrads(() => trae.sum(trae.multiply(layer.apply(x.value) as trae.Tensor, dy)), [x]).grads[0];
}

/** `movement repeat 1024x1024 4` and `tile` (along the last axis), `upsampling_gradient 32x32x32x64 2`, `read_out 2000000`. */
export function movement(name: string, op: string, shape: number[], times: number): Problem {
  const x = uniform(shape, 9);
  const size = shape.reduce((p, d) => p * d, 1);
  const columns = shape[shape.length - 1];
  const repeats = 50;
  const request = { kind: 'movement', name: op, shape, times, repeats };
  if (op === 'read_out') {
    const t = trae.add(x, 0);
    return {
      name,
      bytes: 8 * size,
      request,
      async time() {
        const start = performance.now();
        for (let i = 0; i < repeats; i++) await t.data();
        return (performance.now() - start) / repeats;
      },
      async check() {
        near(name, Number((await t.data())[size - 1]), Number((await x.data())[size - 1]), 0);
      },
    };
  }
  const [n, h, w, c] = shape;
  const dy = op === 'upsampling_gradient' ? uniform([n, h * times, w * times, c], 10) : x;
  const f = (): trae.Tensor => {
    if (op === 'repeat') return trae.repeat(x, times, { axis: -1 });
    if (op === 'tile') return trae.tile(x, [1, times]);
    return upsamplingGradient(x, dy, times);
  };
  return {
    name,
    bytes: 4 * size * (1 + (op === 'upsampling_gradient' ? times * times : times)),
    request,
    time: timed(f, repeats),
    async check() {
      const got = await f().data();
      const X = await x.data();
      const D = await dy.data();
      if (op === 'repeat') near(name, Number(got[(3 * columns + 5) * times + 1]), Number(X[3 * columns + 5]), 0);
      else if (op === 'tile') near(name, Number(got[3 * columns * times + columns + 5]), Number(X[3 * columns + 5]), 0);
      else {
        let sum = 0;
        for (let a = 0; a < times; a++)
          for (let b = 0; b < times; b++) sum += Number(D[((times + a) * w * times + 2 * times + b) * c + 3]);
        near(name, Number(got[(w + 2) * c + 3]), sum, 1e-5);
      }
    },
  };
}
