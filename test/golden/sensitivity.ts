/**
 * How far a training moves when its weights and inputs move by their last digits.
 *
 * Some trainings enlarge rounding: an optimizer that divides by the size of the gradient makes a whole step of a gradient
 * that is zero but for rounding. Such a training ends elsewhere on a processor that adds in another order. Its results are
 * held against what the same engine makes of inputs that differ by a rounding.
 */
import * as trae from '../../lib/index';

const RUNS = 12;
/** Multiple of the largest movement among the runs that a result may differ by, ... */
const ALLOWED_MULTIPLE = 4;
/** ... but never by more than this many tolerances. */
const MAX_WIDENING = 10;

/** Uniform in [0, 1), the same on every machine. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** Each number one last digit up or down; zeros and what is no float32 stay. */
async function moved(t: trae.Tensor, random: () => number): Promise<trae.Tensor> {
  if (t.dtype !== 'float32') return t;
  const values = Float32Array.from((await t.data()) as Float32Array),
    bits = new Int32Array(values.buffer);
  for (let i = 0; i < bits.length; i++) if (values[i] !== 0 && Number.isFinite(values[i])) bits[i] += random() < 0.5 ? -1 : 1;
  return trae.tensor(values, t.shape);
}

export async function moveInputs(x: trae.Tensor | trae.Tensor[], random: () => number): Promise<trae.Tensor | trae.Tensor[]> {
  return Array.isArray(x) ? Promise.all(x.map((t) => moved(t, random))) : moved(x, random);
}
export async function moveVariables(variables: readonly trae.Variable[], random: () => number): Promise<void> {
  for (const v of variables) v.assign(await moved(v.value, random));
}

/** Of each array of `numbers`, the largest distance from it in some runs whose last digits `random` moves. */
export async function sensitivity(numbers: readonly number[][], run: (random: () => number) => Promise<number[][]>): Promise<number[]> {
  const runs: number[][][] = [];
  for (let seed = 1; seed <= RUNS; seed++) runs.push(await run(randomNumbers(seed)));
  return numbers.map((values, i) => Math.max(...runs.flatMap((r) => values.map((v, j) => Math.abs(r[i][j] - v)))));
}

/** The tolerance of a result that moves by `distance`. */
export const widened = (tolerance: number, distance = 0): number => Math.max(tolerance, Math.min(MAX_WIDENING * tolerance, ALLOWED_MULTIPLE * distance));
