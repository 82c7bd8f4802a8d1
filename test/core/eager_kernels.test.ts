/** Kernels of eager calls, which are kept for the next call of their kind: values, bounds, event loop. */
import { strict as assert } from 'node:assert';
import * as trae from '../../lib/index';
import { collectGarbage } from '../helpers/collect';

const { ops } = trae;
const numbers = (t: trae.Tensor): number[] => Array.from(t.dataSync(), Number);

describe('eager calls of one kind', () => {
  it('take what they are given, not what came before', async () => {
    for (const scale of [1, -2, 0.5]) {
      const x = trae.tensor([[1, 2], [3, 4]]).multiply(scale); // prettier-ignore
      const image = trae.reshape(x, [1, 2, 2, 1]);
      const kernel = trae.ones([2, 2, 1, 1]).multiply(scale);
      assert.deepEqual(
        numbers(ops.matmul(x, x)),
        [7, 10, 15, 22].map((v) => v * scale * scale),
      );
      assert.deepEqual(numbers(ops.conv(image, kernel)), [10 * scale * scale]);
      assert.deepEqual(Array.from(await ops.sum(x, { axis: 0 }).data(), Number), [4 * scale, 6 * scale]);
    }
  });

  it('with another option are other calls', () => {
    const x = trae.tensor([1, 2]);
    const padded = [0, -0, NaN, 3].map((value) => numbers(ops.pad(x, [[1, 0]], { constantValues: value })));
    assert.deepEqual(padded, [[0, 1, 2], [-0, 1, 2], [NaN, 1, 2], [3, 1, 2]]); // prettier-ignore
    for (let i = 0; i < 50; i++) assert.deepEqual(numbers(ops.slice(trae.arange(60), [i], [2])), [i, i + 1]);
  });

  it('of errors tell each of its own data', async () => {
    const take = (index: number): trae.Tensor =>
      ops.take(trae.tensor([1, 2, 3]), trae.tensor([index], undefined, 'int32'));
    await assert.rejects(take(7).data(), { message: /index 7 is out of range/ });
    assert.throws(() => take(9).dataSync(), { message: /index 9 is out of range/ });
    assert.deepEqual(numbers(take(2)), [3]);
  });

  it('of many shapes hold a bounded memory', async () => {
    const product = (inner: number): number =>
      trae.tidy(() => ops.matmul(trae.ones([1, inner]), trae.ones([inner, 299])).dataSync()[0] as number);
    await collectGarbage();
    const before = trae.memory().bytesInUse;
    // Each kernel packs its columns into memory of its own, about 1 MB: together far above the bound.
    for (let inner = 800; inner < 1000; inner++) assert.equal(product(inner), inner);
    await collectGarbage();
    const grown = trae.memory().bytesInUse - before;
    assert.ok(grown < 80 * 2 ** 20, `${grown} bytes are held by kernels`);
  });

  it('in a row let the event loop turn', async () => {
    let turns = 0;
    const count = (): void => {
      turns++;
      if (turns < 3) setImmediate(count);
    };
    setImmediate(count);
    const x = trae.tensor([1, 2]);
    for (let i = 0; turns < 3; i++) {
      assert.ok(i < 1e7, 'the event loop never turned');
      await x.add(i).data();
    }
  });
});
