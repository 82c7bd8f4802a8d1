/** Plans of random graphs keep NaN, infinities, -0 and denormals where the ops, one at a time, keep them. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { expectArray } from '../helpers/compare';
import { randomGraph, type Graph } from '../helpers/fuzz';
import { fromTensor, toTensor, type NdArray } from '../helpers/ndarray';
import { Random } from '../helpers/random';

const SPECIAL = [NaN, Infinity, -Infinity, -0, 1e-40, -1e-40];

/** Some of the elements of each input, at the beginning, the end and in between, become special. */
function withSpecialValues(inputs: NdArray[], seed: number): NdArray[] {
  const random = new Random(seed + 5);
  return inputs.map((x) => {
    const data = [...x.data];
    const count = random.integer(0, 1 + Math.ceil(data.length / 8));
    for (let n = count; n > 0; n--)
      data[random.pick([0, data.length - 1, random.integer(0, data.length)])] = random.pick(SPECIAL);
    return { ...x, data };
  });
}
const gradientsOf =
  (graph: Graph) =>
  (...xs: trae.Tensor[]): trae.Tensor[] =>
    trae.valueAndGrad((...ts: trae.Tensor[]) =>
      graph
        .run(...ts)
        .map((y) => y.square().mean())
        .reduce((a, b) => a.add(b)),
    )(...xs).grads;

describe('special values in random graphs', () => {
  for (let block = 0; block < 6; block++)
    it(`plans of graphs ${block * 25} to ${block * 25 + 24} and of their gradients`, () => {
      let special = 0;
      for (let k = 0; k < 25; k++) {
        const seed = 3000 + block * 25 + k;
        const dtype = seed % 2 ? 'float64' : 'float32';
        const graph = randomGraph(seed, dtype);
        const inputs = withSpecialValues(graph.inputs, seed).map(toTensor);
        for (const [what, f, looseness] of [
          ['output', graph.run, 200],
          ['gradient', gradientsOf(graph), 1e4],
        ] as const) {
          const want = f(...inputs).map(fromTensor);
          const got = trae
            .compile(f)(...inputs)
            .map(fromTensor);
          want.forEach((w, i) => expectArray(got[i], w, `${what} ${i} of ${graph.text}`, looseness));
          special += want.flatMap((w) => w.data).filter((v) => !Number.isFinite(v)).length;
        }
      }
      assert.ok(special > 40, `${special} results are NaN or infinite`);
    });
});
