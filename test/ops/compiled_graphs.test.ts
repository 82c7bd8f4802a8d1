/** Plans of random graphs give what the ops give one at a time: fusion, reuse of memory and order hold together. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { expectArray } from '../helpers/compare';
import { randomGraph } from '../helpers/fuzz';
import { fromTensor, toTensor } from '../helpers/ndarray';

function check(seed: number, dtype: 'float32' | 'float64', looseness: number): void {
  const graph = randomGraph(seed, dtype);
  const compare = (got: trae.Tensor[], want: trae.Tensor[], what: string): void =>
    want.forEach((w, k) => expectArray(fromTensor(got[k]), fromTensor(w), `${what} ${k} of ${graph.text}`, looseness));
  const compiled = trae.compile(graph.run);
  const inputs = graph.inputs.map(toTensor);
  compare(compiled(...inputs), graph.run(...inputs), 'output');
  // The same plan on other data: nothing of the first run may be left.
  const others = inputs.map((t) => t.multiply(-0.5));
  compare(compiled(...others), graph.run(...others), 'second output');
  inputs.forEach((t, k) =>
    assert.deepEqual(fromTensor(t), graph.inputs[k], `input ${k} is untouched by ${graph.text}`),
  );
}

describe('compiled graphs', () => {
  for (let block = 0; block < 10; block++) {
    it(`random graphs ${block * 20} to ${block * 20 + 19}`, () => {
      for (let seed = block * 20; seed < block * 20 + 20; seed++)
        check(seed, seed % 2 ? 'float64' : 'float32', seed % 2 ? 100 : 200);
    });
  }
  it('gradients of random graphs', () => {
    for (let seed = 1000; seed < 1040; seed++) {
      const graph = randomGraph(seed, 'float64');
      const inputs = graph.inputs.map(toTensor);
      const gradients = (...xs: trae.Tensor[]): trae.Tensor[] =>
        trae.valueAndGrad((...ts: trae.Tensor[]) =>
          graph
            .run(...ts)
            .map((y) => y.square().mean())
            .reduce((a, b) => a.add(b)),
        )(...xs).grads;
      const got = trae.compile(gradients)(...inputs);
      const want = gradients(...inputs);
      want.forEach((w, k) => expectArray(fromTensor(got[k]), fromTensor(w), `gradient ${k} of ${graph.text}`, 1e4));
    }
  });
  it('the fuzzer makes graphs of many kinds', () => {
    const text = Array.from({ length: 200 }, (_, seed) => randomGraph(seed, 'float32').text).join('\n');
    for (const op of [
      'tanh',
      'multiply',
      'logsumexp',
      'transpose',
      'softmax',
      'concatenate',
      'broadcastTo',
      'ravel',
      'var',
      'gelu',
    ])
      assert.ok(text.includes(`= ${op}(`), op);
  });
});
