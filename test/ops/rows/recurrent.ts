/** Rows of LSTM and GRU. */
import type { DType } from '../../../lib/index';
import { nd, type NdArray } from '../../helpers/ndarray';
import { randomArray } from '../../helpers/random';
import { rowsIn, type Case } from '../../helpers/rows';

const row = rowsIn('recurrent');
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
interface Options {
  mask?: number[][];
  goBackwards?: boolean;
  resetAfter?: boolean;
}

/** Row vector times columns [from, to) of a matrix. */
function product(v: number[], m: NdArray, from: number, to: number): number[] {
  const width = m.shape[1];
  return Array.from({ length: to - from }, (_, k) => v.reduce((s, x, j) => s + x * m.data[j * width + from + k], 0));
}
/** Steps of one example; `step` returns the next state, whose first part is h. */
function over(
  x: NdArray,
  units: number,
  options: Options,
  states: NdArray[],
  step: (x: number[], state: number[][]) => number[][],
): NdArray[] {
  const [batch, steps, n] = x.shape;
  const sequence: number[] = [];
  const last: number[][] = states.map(() => []);
  for (let b = 0; b < batch; b++) {
    let state = states.map((s) => s.data.slice(b * units, (b + 1) * units));
    for (let s = 0; s < steps; s++) {
      const t = options.goBackwards ? steps - 1 - s : s;
      const at = (b * steps + t) * n;
      if (options.mask?.[b][t] !== 0) state = step(x.data.slice(at, at + n), state);
      sequence.push(...state[0]);
    }
    state.forEach((v, i) => last[i].push(...v));
  }
  return [nd(sequence, [batch, steps, units], x.dtype), ...last.map((v) => nd(v, [batch, units], x.dtype))];
}
const none = (width: number): NdArray => nd(Array<number>(width).fill(0), [width], 'float64');

const r = (shape: number[], seed: number, dtype: DType): NdArray =>
  randomArray(shape, { seed, dtype, low: -1, high: 1 });
/** Inputs of a call: x, kernel, recurrent kernel, states, and the bias last. */
function inputs(
  batch: number,
  steps: number,
  n: number,
  units: number,
  gates: number,
  states: number,
  bias: number[] | null,
  dtype: DType = 'float32',
): NdArray[] {
  // Sums over many features stay near 1, where the gates are not saturated.
  const weights = (rows: number, seed: number): NdArray =>
    randomArray([rows, gates * units], { seed, dtype, low: -1 / Math.sqrt(rows), high: 1 / Math.sqrt(rows) });
  const all = [r([batch, steps, n], 1, dtype), weights(n, 2), weights(units, 3)];
  for (let i = 0; i < states; i++) all.push(r([batch, units], 4 + i, dtype));
  return bias ? [...all, r(bias, 9, dtype)] : all;
}

/** batch, steps, features, units: odd sizes, one of each, whole vectors, several blocks of units, more rows than a register block. */
const SIZES: [number, number, number, number][] = [
  [1, 1, 1, 1],
  [1, 5, 3, 7],
  [3, 1, 2, 7],
  [2, 4, 5, 16],
  [5, 3, 17, 33],
  [13, 6, 4, 20],
  [32, 3, 8, 48],
  [67, 4, 16, 17],
  [9, 7, 70, 65],
  [0, 3, 2, 4],
];

/** Masks of the smooth cases: holes, padding, a row that is wholly masked. */
const MASK = [
  [1, 0, 1],
  [0, 0, 0],
  [0, 1, 0],
];
const maskedCases = (gates: number, states: number, bias: (units: number) => number[]): Case[] =>
  SIZES.flatMap(([b, t, n, u], i) => {
    const mask = Array.from({ length: b }, (_, row) =>
      Array.from({ length: t }, (_, step) => ((row * 5 + step * 3 + i) % 4 ? 1 : 0)),
    );
    return b
      ? [
          {
            inputs: inputs(b, t, n, u, gates, states, bias(u), i % 3 ? 'float32' : 'float64'),
            args: [{ mask, goBackwards: i % 2 === 1 }],
          },
        ]
      : [];
  });
const lstmCases = (dtype: DType, sizes = SIZES): Case[] =>
  sizes.flatMap(([b, t, n, u], i) => [
    { inputs: inputs(b, t, n, u, 4, 2, [4 * u], dtype), args: i % 2 ? [{ goBackwards: true }] : [] },
    ...(i % 3 ? [] : [{ inputs: inputs(b, t, n, u, 4, 2, null, dtype) }]),
  ]);
row('lstm', {
  call: (op, [x, k, q, h0, c0, bias], args) => op(x, k, q, bias ?? null, h0, c0, ...args),
  reference: ([x, k, q, h0, c0, bias], ...[[options]]: [never[]]) => {
    const u = q.shape[0];
    return over(x, u, options ?? {}, [h0, c0], (xt, [h, c]) => {
      const a = product(xt, k, 0, 4 * u);
      const m = product(h, q, 0, 4 * u);
      const at = (gate: number, j: number): number =>
        a[gate * u + j] + m[gate * u + j] + (bias ?? none(4 * u)).data[gate * u + j];
      const next = c.map((v, j) => sigmoid(at(1, j)) * v + sigmoid(at(0, j)) * Math.tanh(at(2, j)));
      return [next.map((v, j) => sigmoid(at(3, j)) * Math.tanh(v)), next];
    });
  },
  cases: [...maskedCases(4, 2, (u) => [4 * u]), ...lstmCases('float32'), ...lstmCases('float64', SIZES.slice(0, 5))],
  smooth: [
    { inputs: inputs(2, 2, 1, 2, 4, 2, [8], 'float64') },
    { inputs: inputs(1, 3, 2, 1, 4, 2, [4], 'float64'), args: [{ goBackwards: true }] },
    { inputs: inputs(1, 1, 2, 2, 4, 2, null, 'float64') },
    { inputs: inputs(3, 3, 1, 2, 4, 2, [8], 'float64'), args: [{ mask: MASK }] },
    { inputs: inputs(3, 3, 1, 1, 4, 2, null, 'float64'), args: [{ mask: MASK, goBackwards: true }] },
  ],
  looseness: 10,
});

const gruCases = (dtype: DType, sizes = SIZES): Case[] =>
  sizes.flatMap(([b, t, n, u], i) => [
    { inputs: inputs(b, t, n, u, 3, 1, [2, 3 * u], dtype), args: i % 2 ? [] : [{ goBackwards: true }] },
    { inputs: inputs(b, t, n, u, 3, 1, [3 * u], dtype), args: [{ goBackwards: i % 2 === 1, resetAfter: false }] },
    ...(i % 3 ? [] : [{ inputs: inputs(b, t, n, u, 3, 1, null, dtype), args: [{ resetAfter: i % 2 === 0 }] }]),
  ]);
row('gru', {
  call: (op, [x, k, q, h0, bias], args) => op(x, k, q, bias ?? null, h0, ...args),
  reference: ([x, k, q, h0, bias], ...[[options]]: [never[]]) => {
    const u = q.shape[0];
    const isAfter = ((options ?? {}) as Options).resetAfter ?? true;
    const first = bias ? bias.data.slice(0, 3 * u) : none(3 * u).data;
    const second = bias && isAfter ? bias.data.slice(3 * u) : none(3 * u).data;
    return over(x, u, options ?? {}, [h0], (xt, [h]) => {
      const a = product(xt, k, 0, 3 * u).map((v, j) => v + first[j]);
      const m = product(h, q, 0, 3 * u).map((v, j) => v + second[j]);
      const z = h.map((_, j) => sigmoid(a[j] + m[j]));
      const reset = h.map((_, j) => sigmoid(a[u + j] + m[u + j]));
      const part = isAfter
        ? reset.map((v, j) => v * m[2 * u + j])
        : product(
            reset.map((v, j) => v * h[j]),
            q,
            2 * u,
            3 * u,
          );
      return [h.map((v, j) => z[j] * v + (1 - z[j]) * Math.tanh(a[2 * u + j] + part[j]))];
    });
  },
  cases: [...maskedCases(3, 1, (u) => [2, 3 * u]), ...gruCases('float32'), ...gruCases('float64', SIZES.slice(0, 5))],
  smooth: [
    { inputs: inputs(2, 2, 1, 2, 3, 1, [2, 6], 'float64') },
    { inputs: inputs(3, 3, 1, 2, 3, 1, [2, 6], 'float64'), args: [{ mask: MASK }] },
    { inputs: inputs(3, 3, 1, 2, 3, 1, [6], 'float64'), args: [{ mask: MASK, resetAfter: false, goBackwards: true }] },
    { inputs: inputs(1, 2, 2, 2, 3, 1, [6], 'float64'), args: [{ resetAfter: false }] },
    { inputs: inputs(1, 3, 2, 1, 3, 1, null, 'float64'), args: [{ goBackwards: true }] },
    { inputs: inputs(2, 1, 1, 2, 3, 1, null, 'float64'), args: [{ goBackwards: true, resetAfter: false }] },
  ],
  looseness: 10,
});
