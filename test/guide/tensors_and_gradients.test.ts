/** Tensors, gradients, variables, compiled functions: the first page of the interface. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { close } from '../keras/helpers';

describe('tensors, gradients, variables', () => {
  const x = trae.tensor([
    [1, 2],
    [3, 4],
  ]);
  const y = trae.tensor([
    [1, 0],
    [-1, 1],
  ]);
  it('tensors', async () => {
    assert.deepEqual([x.shape, x.dtype, x.ndim, x.size], [[2, 2], 'float32', 2, 4]);
    assert.deepEqual(await x.array(), [
      [1, 2],
      [3, 4],
    ]);
    assert.deepEqual(x.arraySync(), [
      [1, 2],
      [3, 4],
    ]);
    assert.deepEqual([await x.data(), x.dataSync()], [Float32Array.of(1, 2, 3, 4), Float32Array.of(1, 2, 3, 4)]);
    assert.equal(trae.tensor(7).item(), 7);
    assert.deepEqual(x.add(1).matmul(y).relu().arraySync(), [
      [0, 3],
      [0, 5],
    ]);
    assert.deepEqual(trae.concat([x, y], { axis: -1 }).shape, [2, 4]);
    close(trae.tanh(x), trae.ops.tanh(x), 'both names');
    const ints = trae.tensor(Int32Array.of(1, 2, 3), [3]);
    assert.deepEqual([ints.dtype, ints.shape], ['int32', [3]]);
  });
  it('print shows shape, dtype and values', () => {
    const { log } = console;
    const printed: string[] = [];
    console.log = (t: string) => printed.push(t);
    try {
      x.print();
    } finally {
      console.log = log;
    }
    assert.equal(printed.join('\n'), 'Tensor(shape=(2, 2), dtype=float32)\n[[1, 2],\n [3, 4]]');
  });
  it('dispose and using return memory early', () => {
    const early = trae.tensor([1, 2, 3]);
    early.dispose();
    assert.throws(() => early.dataSync(), /disposed/);
    let inner: trae.Tensor;
    {
      using kept = trae.tensor([4]);
      inner = kept;
      assert.equal(kept.item(), 4);
    }
    assert.throws(() => inner.dataSync(), /disposed/);
  });
  it('variables and gradients', () => {
    const v = trae.variable(x, { name: 'w', trainable: true });
    v.assign(v.value.add(1));
    assert.deepEqual(v.arraySync(), [
      [2, 3],
      [4, 5],
    ]);
    assert.equal(
      trae
        .grad((t) => t.square().sum())(trae.tensor([3]))
        .item(),
      6,
    );
    assert.equal(
      trae
        .grad(trae.grad((t) => t.power(3).sum()) as (t: trae.Tensor) => trae.Tensor)(trae.tensor(2))
        .item(),
      12,
    );
    const { value, grad } = trae.valueAndGrad((t) => t.square().sum())(trae.tensor([3]));
    assert.deepEqual([value.item(), grad.item()], [9, 6]);
    const [w, b] = [trae.variable([2]), trae.variable([1])];
    const both = trae.variableGrads(() => w.value.multiply(3).add(b).sum(), [w, b]);
    assert.deepEqual([both.value.item(), ...both.grads.map((g) => g.item())], [7, 3, 1]);
    const f = trae.customGradient((t) => {
      const out = trae.tanh(t);
      return [out, (dy) => dy.multiply(out.square().multiply(-1).add(1))];
    });
    close(
      trae.grad((t) => f(t).sum())(trae.tensor([0.5])),
      trae.grad((t) => trae.tanh(t).sum())(trae.tensor([0.5])),
      'custom',
    );
  });
  it('compile, tidy, memory, seeds, settings', () => {
    const fast = trae.compile((a: trae.Tensor, b: trae.Tensor) => a.matmul(b).sum());
    assert.equal(fast(x, y).item(), x.matmul(y).sum().item());
    assert.equal(trae.tidy(() => x.add(1).sum()).item(), 14);
    assert.ok(trae.memory().bytesInUse > 0);
    trae.setRandomSeed(7);
    const first = trae.random.normal([2, 3]).dataSync();
    trae.keras.utils.setRandomSeed(7);
    assert.deepEqual(trae.random.normal([2, 3]).dataSync(), first);
    assert.ok(trae.config.numThreads >= 1);
    assert.ok(trae.devices().length >= 1);
    assert.match(trae.version, /^\d+\.\d+\.\d+/);
  });
});
