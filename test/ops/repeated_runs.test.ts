/** Repeating, tiling, broadcasting and up-sampling with runs of every length, of every type; their gradients are sums over windows. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { counting, fromTensor, nd, sizeOf, toTensor, type NdArray } from '../helpers/ndarray';
import { randomArray } from '../helpers/random';

const DTYPES = ['bool', 'int8', 'uint8', 'float16', 'bfloat16', 'int32', 'float32', 'int64', 'float64'] as const;
/** Element (i0, i1, ...) of the result is element `from(i0, i1, ...)` of x. */
function picked(x: NdArray, shape: number[], from: (index: number[]) => number[]): number[] {
  return Array.from({ length: sizeOf(shape) }, (_, i) => {
    const index = [...shape];
    for (let a = shape.length - 1, rest = i; a >= 0; rest = Math.floor(rest / shape[a--])) index[a] = rest % shape[a];
    return x.data[from(index).reduce((at, k, a) => at * x.shape[a] + k, 0)];
  });
}
const small = (shape: number[], dtype: trae.DType): NdArray => ({
  ...counting(shape, dtype),
  data: counting(shape).data.map((v) => (dtype === 'bool' ? v % 2 : v % 100)),
});

describe('ops: repeated runs', () => {
  for (const inner of [1, 2, 3, 4, 7, 8, 16, 33, 700])
    it(`repeat and tile before runs of ${inner}`, () => {
      for (const dtype of DTYPES)
        for (const times of inner < 16 ? [1, 2, 3, 4, 5, 16, 33] : [2, 5]) {
          const x = small([3, 5, inner], dtype);
          const t = toTensor(x);
          for (const axis of [0, 1, 2]) {
            const shape = x.shape.map((d, a) => (a === axis ? d * times : d));
            const about = `${dtype}, ${times} times, axis ${axis}`;
            assert.deepEqual(
              fromTensor(trae.repeat(t, times, { axis })).data,
              picked(x, shape, (index) => index.map((k, a) => (a === axis ? Math.floor(k / times) : k))),
              `repeat ${about}`,
            );
            assert.deepEqual(
              fromTensor(
                trae.tile(
                  t,
                  shape.map((d, a) => d / x.shape[a]),
                ),
              ).data,
              picked(x, shape, (index) => index.map((k, a) => (a === axis ? k % x.shape[a] : k))),
              `tile ${about}`,
            );
          }
        }
    });
  it('large results, shared by threads, begin and end where they should', () => {
    for (const [shape, to] of [
      [[], [300001]],
      [[1], [3, 100003]],
      [
        [100003, 1],
        [100003, 5],
      ],
      [
        [1, 70001],
        [7, 70001],
      ],
      [
        [2, 1, 3001, 1, 3],
        [2, 5, 3001, 4, 3],
      ],
      [
        [1, 4, 1, 1],
        [5, 4, 300, 70],
      ],
    ]) {
      const x = nd(
        Array.from({ length: sizeOf(shape) }, (_, i) => i % 1000),
        shape,
      );
      const shift = to.length - shape.length;
      assert.deepEqual(
        fromTensor(trae.broadcastTo(toTensor(x), to)).data,
        picked(x, to, (index) => shape.map((d, a) => (d === 1 ? 0 : index[a + shift]))),
        `(${shape.join()}) to (${to.join()})`,
      );
    }
  });

  const { layers } = trae.keras;
  const UP: [name: string, layer: trae.keras.layers.Layer, shape: number[], sizes: number[]][] = [
    ['UpSampling1D', new layers.UpSampling1D(3), [4, 50, 9], [1, 3, 1]],
    ['UpSampling2D', new layers.UpSampling2D(2), [3, 12, 10, 5], [1, 2, 2, 1]],
    ['UpSampling2D, wide', new layers.UpSampling2D([2, 3]), [2, 9, 8, 64], [1, 2, 3, 1]],
    [
      'UpSampling2D, channels first',
      new layers.UpSampling2D([3, 2], { dataFormat: 'channels_first' }),
      [2, 5, 14, 11],
      [1, 1, 3, 2],
    ],
    [
      'UpSampling2D, channels first, 5 times',
      new layers.UpSampling2D(5, { dataFormat: 'channels_first' }),
      [2, 3, 14, 11],
      [1, 1, 5, 5],
    ],
    ['UpSampling3D', new layers.UpSampling3D(2), [2, 4, 5, 6, 8], [1, 2, 2, 2, 1]],
    [
      'UpSampling3D, channels first',
      new layers.UpSampling3D([1, 4, 2], { dataFormat: 'channels_first' }),
      [2, 3, 4, 5, 6],
      [1, 1, 1, 4, 2],
    ],
  ];
  for (const [name, layer, shape, sizes] of UP)
    it(`${name}: values, and gradients summed over the copies`, () => {
      const x = randomArray(shape);
      const wide = shape.map((d, a) => d * sizes[a]);
      const dy = randomArray(wide);
      const v = trae.variable(toTensor(x));
      const apply = (): trae.Tensor => layer.apply(v.value) as trae.Tensor;
      const source = (index: number[]): number[] => index.map((k, a) => Math.floor(k / sizes[a]));
      assert.deepEqual(fromTensor(apply()).data, picked(fromTensor(v.value), wide, source));
      const want = x.data.map(() => 0);
      const numbers = picked(counting(shape), wide, source);
      fromTensor(toTensor(dy)).data.forEach((d, i) => (want[numbers[i]] += d));
      const gradient = (): trae.Tensor =>
        trae.variableGrads(() => trae.sum(trae.multiply(apply(), toTensor(dy))), [v]).grads[0];
      for (const got of [gradient(), trae.compile(gradient)()])
        fromTensor(got).data.forEach((g, i) =>
          assert.ok(Math.abs(g - want[i]) < 1e-5, `element ${i}: ${g} instead of ${want[i]}`),
        );
    });
});
