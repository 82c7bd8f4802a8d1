import * as trae from '../../lib/index';
import { expectArray, throwsText } from '../helpers/compare';
import { cast, fromTensor, type NdArray, toTensor } from '../helpers/ndarray';
import { randomArray } from '../helpers/random';
import { testRows } from '../helpers/row_tests';
import './rows/recurrent';

type Tensors = trae.Tensor[];
const CELLS: {
  name: string;
  gates: number;
  states: number;
  bias: (u: number) => number[];
  f: (t: Tensors, goBackwards: boolean) => Tensors;
}[] = [
  {
    name: 'lstm',
    gates: 4,
    states: 2,
    bias: (u) => [4 * u],
    f: ([x, k, q, b, h, c], goBackwards) => trae.lstm(x, k, q, b, h, c, { goBackwards }),
  },
  {
    name: 'gru',
    gates: 3,
    states: 1,
    bias: (u) => [2, 3 * u],
    f: ([x, k, q, b, h], goBackwards) => trae.gru(x, k, q, b, h, { goBackwards }),
  },
  {
    name: 'gru, reset before',
    gates: 3,
    states: 1,
    bias: (u) => [3 * u],
    f: ([x, k, q, b, h], goBackwards) => trae.gru(x, k, q, b, h, { goBackwards, resetAfter: false }),
  },
];
/** Which results the loss reads. */
const USES: ((ys: Tensors) => Tensors)[] = [
  (ys) => ys,
  (ys) => ys.slice(0, 1),
  (ys) => ys.slice(1, 2),
  (ys) => ys.slice(-1),
];

describe('ops: recurrent', () => {
  testRows('recurrent');

  for (const { name, gates, states, bias, f } of CELLS)
    it(`${name}: gradients in float32 are those in float64`, () => {
      const sizes = [
        [1, 4, 3, 7],
        [2, 1, 5, 16],
        [3, 6, 2, 20],
        [7, 5, 18, 33],
        [13, 9, 11, 64],
        [67, 30, 5, 17],
        [64, 12, 70, 130],
      ];
      sizes.forEach(([batch, steps, n, u], i) => {
        const r = (shape: number[], seed: number, scale = 1): NdArray =>
          randomArray(shape, { seed, low: -scale, high: scale });
        const scale = 1 / Math.sqrt(u);
        const inputs = [
          r([batch, steps, n], 1),
          r([n, gates * u], 2, scale),
          r([u, gates * u], 3, scale),
          r(bias(u), 4),
          r([batch, u], 5),
        ];
        if (states === 2) inputs.push(r([batch, u], 6));
        const weights = [r([batch, steps, u], 7), r([batch, u], 8), r([batch, u], 9)];
        const gradients = (given: NdArray[], w: NdArray[]): NdArray[] => {
          const loss = (...ts: Tensors): trae.Tensor => {
            const all = f(ts, i % 2 === 1).map((y, k) => y.multiply(toTensor(w[k])).sum());
            return USES[i % USES.length](all).reduce((a, b) => a.add(b));
          };
          return trae
            .valueAndGrad(loss)(...given.map(toTensor))
            .grads.map(fromTensor);
        };
        const got = gradients(inputs, weights);
        const want = gradients(
          inputs.map((v) => cast(v, 'float64')),
          weights.map((v) => cast(v, 'float64')),
        );
        want.forEach((w, k) =>
          expectArray(got[k], cast(w, 'float32'), `${name} of ${batch}x${steps}x${n}, ${u} units, input ${k}`, 20),
        );
      });
    });
  it('unused gradients of inputs and states are not computed in a plan, and the others are the same', () => {
    const w = [
      randomArray([4, 24], { seed: 2 }),
      randomArray([6, 24], { seed: 3 }),
      randomArray([24], { seed: 4 }),
    ].map(toTensor);
    const zeros = trae.zeros([3, 6]);
    const x = toTensor(randomArray([3, 5, 4], { seed: 1 }));
    const loss = (...ws: Tensors): trae.Tensor => trae.lstm(x, ws[0], ws[1], ws[2], zeros, zeros)[1].square().sum();
    const eager = trae.valueAndGrad(loss)(...w);
    const compiled = trae.compile((...ws: Tensors) => trae.valueAndGrad(loss)(...ws).grads)(...w);
    compiled.forEach((g, i) => expectArray(fromTensor(g), fromTensor(eager.grads[i]), `weight ${i}`));
    expectArray(fromTensor(trae.compile((...ws: Tensors) => loss(...ws))(...w)), fromTensor(eager.value), 'value');
  });
  it('half precision goes in and comes out', () => {
    const x = trae.ones([2, 3, 4], { dtype: 'bfloat16' });
    const [sequence, h, c] = trae.lstm(
      x,
      trae.ones([4, 8]),
      trae.ones([2, 8]),
      null,
      trae.zeros([2, 2]),
      trae.zeros([2, 2]),
    );
    for (const y of [sequence, h, c]) if (y.dtype !== 'bfloat16') throw new Error(y.dtype);
  });
  it('errors name the shapes', async () => {
    const z = (...shape: number[]): trae.Tensor => trae.zeros(shape);
    await throwsText(
      () => trae.lstm(z(2, 3), z(3, 8), z(2, 8), null, z(2, 2), z(2, 2)),
      'ValueError',
      'lstm: inputs must have shape (batch, steps, features).\n  Received: inputs of shape (2, 3)',
    );
    await throwsText(
      () => trae.lstm(z(2, 5, 3), z(4, 8), z(2, 8), null, z(2, 2), z(2, 2)),
      'ValueError',
      'lstm: kernel must have shape (3, 8) for inputs of shape (2, 5, 3) and 2 units.\n  Received: kernel of shape (4, 8)',
    );
    await throwsText(
      () => trae.lstm(z(2, 5, 3), z(3, 8), z(2, 8), z(6), z(2, 2), z(2, 2)),
      'ValueError',
      'lstm: bias must have shape (8,) for inputs of shape (2, 5, 3) and 2 units.\n  Received: bias of shape (6,)',
    );
    await throwsText(
      () => trae.gru(z(2, 5, 3), z(3, 6), z(2, 6), z(6), z(2, 2)),
      'ValueError',
      'gru: bias must have shape (2, 6) for inputs of shape (2, 5, 3) and 2 units.\n  Received: bias of shape (6,)',
    );
    await throwsText(
      () => trae.gru(z(2, 5, 3), z(3, 6), z(2, 6), null, z(3, 2)),
      'ValueError',
      'gru: h0 must have shape (2, 2) for inputs of shape (2, 5, 3) and 2 units.\n  Received: h0 of shape (3, 2)',
    );
    await throwsText(
      () => trae.gru(z(2, 5, 3), z(3, 6), z(6), null, z(3, 2)),
      'ValueError',
      'gru: kernel and recurrentKernel must be matrices.\n  Received: kernel of shape (3, 6), recurrentKernel of shape (6,)',
    );
  });
});
