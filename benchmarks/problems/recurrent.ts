/** LSTM and GRU. */
import * as trae from '../../lib/index';
import { repeatsFor, timed, uniform, type Problem } from './problem';

/** `lstm forward 64x100x16 64`, `gru training ...`: batch, steps, features; units. Training: forward, and the gradients of the weights. */
export function recurrent(
  name: string,
  cell: 'lstm' | 'gru',
  direction: string,
  [batch, steps, n]: number[],
  units: number,
): Problem {
  const gates = cell === 'lstm' ? 4 : 3;
  const x = uniform([batch, steps, n], 1);
  const kernel = uniform([n, gates * units], 2);
  const recurrentKernel = trae.variable(
    trae.random.uniform([units, gates * units], { seed: 3, minval: -0.1, maxval: 0.1 }),
  );
  const bias = uniform(cell === 'lstm' ? [4 * units] : [2, 3 * units], 4);
  const zeros = trae.zeros([batch, units]);
  const last = (): trae.Tensor =>
    cell === 'lstm'
      ? trae.lstm(x, kernel, recurrentKernel, bias, zeros, zeros)[1]
      : trae.gru(x, kernel, recurrentKernel, bias, zeros)[1];
  const training = (): trae.Tensor =>
    trae.variableGrads(() => trae.sum(trae.square(last())), [kernel, recurrentKernel, bias]).grads[1];
  const f = direction === 'forward' ? last : training;
  const products = 2 * batch * steps * gates * units;
  const flops = products * (direction === 'forward' ? n + units : 2 * n + 3 * units);
  const repeats = repeatsFor(flops);
  return {
    name,
    flops,
    time: timed(f, repeats),
    request: { kind: 'recurrent', cell, direction, batch, steps, n, units, repeats },
    async check() {
      const got = await last().data();
      if (!got.every((v) => Math.abs(Number(v)) <= 1)) throw new Error(`${name}: |h| > 1`);
    },
  };
}
