import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { throwsText } from '../helpers/compare';

describe('variables', () => {
  it('have shape, dtype, name and trainability', () => {
    const v = trae.variable([[1, 2]], { name: 'w' });
    assert.deepEqual(
      [v.shape, v.dtype, v.name, v.path, v.trainable, v.ndim, v.size],
      [[1, 2], 'float32', 'w', 'w', true, 2, 2],
    );
    assert.equal(trae.variable([1], { trainable: false }).trainable, false);
    assert.equal(trae.variable(trae.arange(2)).trainable, false);
    assert.equal(trae.variable([1.5], { dtype: 'int32' }).dtype, 'int32');
    assert.equal(String(v), '<Variable path=w, shape=(1, 2), dtype=float32, trainable=True>'.replace('True', 'true'));
    assert.match(trae.variable(1).name, /^variable(_\d+)?$/);
    assert.notEqual(trae.variable(1).name, trae.variable(1).name);
  });
  it('assign replaces the value; tensors read before keep theirs', () => {
    const v = trae.variable([1, 2]);
    const old = v.value;
    const sum = v.value.add(1);
    assert.equal(v.assign([3, 4]), v);
    assert.deepEqual(
      [v.arraySync(), old.arraySync(), sum.arraySync()],
      [
        [3, 4],
        [1, 2],
        [2, 3],
      ],
    );
    v.assignAdd([1, 1]).assignSub(2);
    assert.deepEqual(v.arraySync(), [2, 3]);
    v.assign(trae.tensor([7, 8], null, 'int32'));
    assert.deepEqual([v.dtype, v.arraySync()], ['float32', [7, 8]]);
  });
  it('are read like tensors', async () => {
    const v = trae.variable([[5]]);
    assert.deepEqual(
      [await v.array(), await v.data(), v.dataSync(), v.item()],
      [[[5]], new Float32Array([5]), new Float32Array([5]), 5],
    );
    assert.deepEqual(trae.add(v, v).arraySync(), [[10]]);
  });
  it('refuse another shape', async () => {
    await throwsText(
      () => trae.variable([1, 2], { name: 'kernel' }).assign([1, 2, 3]),
      'ValueError',
      "assign: variable 'kernel' has shape (2,) but the new value has shape (3,).",
    );
    await throwsText(
      () => trae.variable([1, 2], { name: 'kernel' }).assign(0),
      'ValueError',
      "assign: variable 'kernel' has shape (2,) but the new value has shape ().",
    );
    await throwsText(
      () => trae.variable([1]).assign('x' as never),
      'TypeError',
      "a tensor, an array or a number is expected.\n  Received: 'x'",
    );
  });
  it('are state of compiled functions', () => {
    const count = trae.variable(0);
    const history = trae.variable([0, 0, 0]);
    const step = trae.compile((x: trae.Tensor) => {
      count.assignAdd(1);
      history.assign(trae.concatenate([history.value.slice([1], [2]), trae.reshape(count.value, [1])]));
      return count.value.multiply(x);
    });
    assert.deepEqual(
      [1, 2, 3, 4].map((x) => step(trae.tensor(x)).item()),
      [1, 4, 9, 16],
    );
    assert.deepEqual([count.item(), history.arraySync()], [4, [2, 3, 4]]);
    count.assign(10); // from outside: the plan sees it
    assert.equal(step(trae.tensor(1)).item(), 11);
  });
  it('in a plan, a read after an assignment gives the new value, a read before it the old one', () => {
    const v = trae.variable([1, 2, 3]);
    const f = trae.compile(() => {
      const before = v.value;
      v.assign(before.multiply(10));
      const between = v.value;
      v.assign(between.add(1));
      return [before, between, v.value];
    });
    assert.deepEqual(
      f().map((t) => t.arraySync()),
      [
        [1, 2, 3],
        [10, 20, 30],
        [11, 21, 31],
      ],
    );
    assert.deepEqual(v.arraySync(), [11, 21, 31]);
  });
  it('two variables exchanged in one plan', () => {
    const a = trae.variable([1, 2]);
    const b = trae.variable([3, 4]);
    const swap = trae.compile(() => {
      const x = a.value;
      a.assign(b.value);
      b.assign(x);
    });
    swap();
    assert.deepEqual(
      [a.arraySync(), b.arraySync()],
      [
        [3, 4],
        [1, 2],
      ],
    );
    swap();
    assert.deepEqual(
      [a.arraySync(), b.arraySync()],
      [
        [1, 2],
        [3, 4],
      ],
    );
  });
  it('outputs of a plan keep their values when the next run updates the variable in place', () => {
    const v = trae.variable(new Float32Array(2000).fill(1));
    const step = trae.compile(() => {
      v.assign(v.value.multiply(2));
      return v.value;
    });
    const outputs = [step(), step(), step()];
    assert.deepEqual(
      outputs.map((t) => (t.dataSync() as Float32Array)[1999]),
      [2, 4, 8],
    );
  });
  it('a training loop: gradient descent in one plan finds the minimum', () => {
    const w = trae.variable([0, 0]);
    const target = trae.tensor([3, -2]);
    const step = trae.compile(() => {
      const { value, grads } = trae.variableGrads(() => w.value.subtract(target).square().sum(), [w]);
      w.assignSub(grads[0].multiply(0.25));
      return value;
    });
    const losses = Array.from({ length: 30 }, () => step().item());
    assert.ok(losses.every((l, i) => i === 0 || l <= losses[i - 1]));
    assert.deepEqual(
      (w.arraySync() as number[]).map((v) => Math.round(v * 1e5) / 1e5),
      [3, -2],
    );
  });
});
