/** Gradients of embeddings stay rows until an elementwise pass reads them: the same numbers as with a table of zeros. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { tracePlan } from '../../lib/core/compile';
import { expectArray } from '../helpers/compare';
import { fromTensor, toTensor } from '../helpers/ndarray';
import { randomArray } from '../helpers/random';

const table = toTensor(randomArray([700, 9], { seed: 1 }));
const weights = toTensor(randomArray([4, 5, 9], { seed: 2 }));
const ids = trae.tensor(
  Array.from({ length: 20 }, (_, i) => (i % 7 === 3 ? -1 : i % 5 === 0 ? 11 : (i * 37) % 700)),
  [4, 5],
  'int32',
);
const gradient = (t: trae.Tensor, w: trae.Tensor, i: trae.Tensor): trae.Tensor =>
  trae.grad((x: trae.Tensor) => trae.take(x, i, { axis: 0 }).multiply(w).sum())(t);
/** What reads the gradient, and whether it can take rows. */
const READERS: [string, boolean, (g: trae.Tensor, t: trae.Tensor) => trae.Tensor[]][] = [
  ['an update', true, (g, t) => [t.subtract(g.multiply(0.1))]],
  [
    'moments',
    true,
    (g, t) => [t.add(g.subtract(t).multiply(0.1)), t.add(g.square().subtract(t).multiply(0.01)).abs().sqrt()],
  ],
  ['a norm, and an update by it', true, (g, t) => [t.subtract(g.divide(g.square().sum().sqrt()))]],
  ['a mean over rows', true, (g) => [g.multiply(2).mean({ axis: 0 })]],
  ['the caller', false, (g, t) => [g, t.subtract(g.multiply(0.1))]],
  ['a product', false, (g, t) => [trae.matmul(g, trae.transpose(t)), t.subtract(g.multiply(0.1))]],
];

describe('ops: scattered rows', () => {
  for (const [what, takesRows, f] of READERS)
    it(`${what} reads the gradient of an embedding`, () => {
      const step = (t: trae.Tensor, w: trae.Tensor, i: trae.Tensor): trae.Tensor[] => f(gradient(t, w, i), t);
      const want = step(table, weights, ids);
      const got = trae.compile(step)(table, weights, ids);
      want.forEach((w, i) => expectArray(fromTensor(got[i]), fromTensor(w), `${what}, result ${i}`));
      const text = tracePlan(step, [table, weights, ids]).plan.explain();
      assert.equal(/scatter_rows/.test(text), takesRows, text);
      assert.equal(/scatter_add/.test(text), !takesRows, text);
    });
  it('an index out of range is an error as before', () => {
    const step = trae.compile((t: trae.Tensor, w: trae.Tensor, i: trae.Tensor) => [
      t.subtract(gradient(t, w, i).multiply(2)),
    ]);
    assert.throws(() => step(table, trae.ones([2, 9]), trae.tensor([1, 700], [2], 'int32'))[0].dataSync(), /index 700/);
  });
});
