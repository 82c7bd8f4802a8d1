/** Single calls of small ops, each read before the next begins: what a call costs beside its arithmetic. */
import * as trae from '../../lib/index';
import { near, uniform, type Problem } from './problem';

/** Calls of a round. */
const CALLS = 5000;

interface EagerOp {
  f: () => trae.Tensor;
  flops: number;
  /** The value at `index`, in plain JavaScript. */
  index: number;
  value: () => number;
}
function eagerOp(op: string, size: number): EagerOp {
  if (op === 'add') {
    const x = uniform([size], 1).value;
    const y = uniform([size], 2).value;
    const at = size - 1;
    return {
      f: () => trae.add(x, y),
      flops: size,
      index: at,
      value: () => Number(x.dataSync()[at]) + Number(y.dataSync()[at]),
    };
  }
  if (op === 'matmul') {
    const a = uniform([size, size], 1).value;
    const b = uniform([size, size], 2).value;
    return {
      f: () => trae.matmul(a, b),
      flops: 2 * size ** 3,
      index: size - 1,
      value() {
        const row = a.dataSync();
        const all = b.dataSync();
        let sum = 0;
        for (let k = 0; k < size; k++) sum += Number(row[k]) * Number(all[k * size + size - 1]);
        return sum;
      },
    };
  }
  if (op !== 'conv') throw new Error(`eager: add, matmul or conv is expected, not '${op}'`);
  const filters = 8;
  const x = uniform([1, size, size, 1], 1).value;
  const kernel = uniform([3, 3, 1, filters], 2).value;
  return {
    f: () => trae.ops.conv(x, kernel),
    flops: 2 * (size - 2) ** 2 * filters * 9,
    index: 0,
    value() {
      const image = x.dataSync();
      const weights = kernel.dataSync();
      let sum = 0;
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 3; j++) sum += Number(image[i * size + j]) * Number(weights[(i * 3 + j) * filters]);
      return sum;
    },
  };
}

/**
 * `eager add 8`: 8 numbers; `eager matmul 64`: two square matrices; `eager conv 28`: 8 filters of 3 x 3 on one image of one
 * channel. The values are awaited, or read synchronously: `eager add 8 sync`. A run is one call.
 */
export function eager(name: string, op: string, size: number, isSync: boolean): Problem {
  const { f, flops, index, value } = eagerOp(op, size);
  return {
    name,
    flops,
    request: { kind: 'eager', name: op, n: size, repeats: CALLS },
    async time() {
      const start = performance.now();
      if (isSync) for (let i = 0; i < CALLS; i++) f().dataSync();
      else for (let i = 0; i < CALLS; i++) await f().data();
      return (performance.now() - start) / CALLS;
    },
    async check() {
      near(name, Number((isSync ? f().dataSync() : await f().data())[index]), value(), 1e-4);
    },
  };
}
