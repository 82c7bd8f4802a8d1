/** Recurrent layers on NaN, infinities and -0, in plans and eagerly, beside the formulas of their cells one number at a time. */
import assert from 'node:assert/strict';
import * as trae from '../../../../lib/index';

const { layers, Sequential, Input } = trae.keras;

const ROWS = 5;
const STEPS = 4;
const INPUTS = 3;
/** Of the row, the step and the input; special in rows 1 and 3. */
const inputAt = (special: number, r: number, t: number, i: number): number =>
  (r === 1 && t === 1 && i === 2) || (r === 3 && t === 0 && i === 0) ? special : Math.sin(1 + 7 * r + 3 * t + i);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

type Matrix = number[][];
interface Weights {
  kernel: Matrix;
  recurrent: Matrix;
  bias: number[] | Matrix;
}
/** The kernel's part of each gate of one row, `bias` included. */
const product = (x: number[], w: Matrix, bias: number[]): number[] =>
  bias.map((b, j) => x.reduce((s, v, i) => s + v * w[i][j], b));
const part = (z: number[], gate: number, units: number): number[] => z.slice(gate * units, (gate + 1) * units);
type Cell = (x: number[], states: number[][], weights: Weights, units: number) => number[][];

const CELLS: Record<string, Cell> = {
  SimpleRNN: (x, [h], { kernel, recurrent, bias }) => {
    const z = product(x, kernel, bias as number[]);
    const back = product(h, recurrent, z);
    return [back.map(Math.tanh)];
  },
  LSTM: (x, [h, c], { kernel, recurrent, bias }, units) => {
    const z = product(h, recurrent, product(x, kernel, bias as number[]));
    const [input, forget, candidate, output] = [0, 1, 2, 3].map((gate) => part(z, gate, units));
    const next = c.map((v, u) => sigmoid(forget[u]) * v + sigmoid(input[u]) * Math.tanh(candidate[u]));
    return [next.map((v, u) => sigmoid(output[u]) * Math.tanh(v)), next];
  },
  GRU: (x, [h], { kernel, recurrent, bias }, units) => {
    const [first, second] = bias as Matrix;
    const a = product(x, kernel, first);
    const b = product(h, recurrent, second);
    return [
      h.map((v, u) => {
        const z = sigmoid(a[u] + b[u]);
        const reset = sigmoid(a[units + u] + b[units + u]);
        return z * v + (1 - z) * Math.tanh(a[2 * units + u] + reset * b[2 * units + u]);
      }),
    ];
  },
  'GRU, reset before': (x, [h], { kernel, recurrent, bias }, units) => {
    const a = product(x, kernel, bias as number[]);
    const b = product(
      h,
      recurrent,
      a.map(() => 0),
    );
    const reset = h.map((v, u) => sigmoid(a[units + u] + b[units + u]) * v);
    const c = product(
      reset,
      recurrent,
      a.map(() => 0),
    );
    return [
      h.map((v, u) => {
        const z = sigmoid(a[u] + b[u]);
        return z * v + (1 - z) * Math.tanh(a[2 * units + u] + c[2 * units + u]);
      }),
    ];
  },
};
const LAYERS: Record<string, (units: number) => InstanceType<typeof layers.RNN>> = {
  SimpleRNN: (units) => new layers.SimpleRNN(units, { returnSequences: true }),
  LSTM: (units) => new layers.LSTM(units, { returnSequences: true }),
  GRU: (units) => new layers.GRU(units, { returnSequences: true }),
  'GRU, reset before': (units) => new layers.GRU(units, { returnSequences: true, resetAfter: false }),
};
const nested = (v: trae.Variable): never => v.value.arraySync() as never;

/** Outputs (row, step, unit) by the cell's formula; a masked step keeps the states. */
function byFormula(
  name: string,
  layer: InstanceType<typeof layers.RNN>,
  units: number,
  special: number,
  isMasked: (r: number, t: number) => boolean,
): number[] {
  const [kernel, recurrent, bias] = layer.weights.map(nested);
  const outputs: number[] = [];
  for (let r = 0; r < ROWS; r++) {
    let states: number[][] = [0, 1].map(() => new Array<number>(units).fill(0));
    for (let t = 0; t < STEPS; t++) {
      const x = Array.from({ length: INPUTS }, (_, i) => inputAt(special, r, t, i));
      if (!isMasked(r, t)) states = CELLS[name](x, states, { kernel, recurrent, bias }, units);
      outputs.push(...states[0]);
    }
  }
  return outputs;
}
const valuesOf = (y: unknown): number[] => Array.from((y as trae.Tensor).dataSync() as Float32Array);
function check(what: string, got: number[], want: number[]): void {
  want.forEach((w, i) =>
    assert.ok(Object.is(got[i], w) || Math.abs(got[i] - w) <= 1e-5, `${what}, element ${i}: ${got[i]} instead of ${w}`),
  );
}

describe('special values in recurrent layers', () => {
  for (const [name, make] of Object.entries(LAYERS))
    for (const units of [3, 16, 21])
      it(`${name} of ${units} units keeps them in their rows`, async () => {
        for (const special of [NaN, Infinity, -Infinity, -0, 1e-40]) {
          const x = trae.tensor(
            Float32Array.from({ length: ROWS * STEPS * INPUTS }, (_, k) =>
              inputAt(special, Math.floor(k / STEPS / INPUTS), Math.floor(k / INPUTS) % STEPS, k % INPUTS),
            ),
            [ROWS, STEPS, INPUTS],
          );
          const model = new Sequential([Input([STEPS, INPUTS]), make(units)] as never);
          const [layer] = model.layers as InstanceType<typeof layers.RNN>[];
          const want = byFormula(name, layer, units, special, () => false);
          check(`${name} with ${special}, apply`, valuesOf(model.apply(x)), want);
          check(`${name} with ${special}, predict`, valuesOf(await model.predict(x, { verbose: 0 })), want);
          if (Number.isNaN(special)) assert.ok(want.some(Number.isNaN) && want.some(Number.isFinite));
          // What is masked is not looked at.
          const isMasked = (r: number, t: number): boolean => (r === 1 && t === 1) || (r === 3 && t === 0) || t === 3;
          const mask = trae.tensor(
            Array.from({ length: ROWS }, (_, r) => Array.from({ length: STEPS }, (_, t) => !isMasked(r, t))),
            null,
            'bool',
          );
          check(
            `${name} with ${special}, masked`,
            valuesOf(layer.apply(x, { mask })),
            byFormula(name, layer, units, special, isMasked),
          );
        }
      });
});
