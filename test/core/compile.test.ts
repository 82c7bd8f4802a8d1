import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { collectGarbage } from '../helpers/collect';
import { throwsText } from '../helpers/compare';

const READ =
  'a value is read while a function is traced: this tensor stands for data to come and has no value.\n  Fix: express it with ops (where, maximum...), or read it outside; compile({ runEagerly: true }) is for debugging.';

describe('compile', () => {
  it('traces once per signature: shapes, dtypes, plain values, structure', () => {
    let traces = 0;
    const f = trae.compile((x: trae.Tensor, factor: number, rest?: { y?: trae.Tensor; name?: string }) => {
      traces++;
      const p = x.multiply(factor);
      return rest?.y ? p.add(rest.y) : p;
    });
    const calls: [() => trae.Tensor, unknown, number][] = [
      [() => f(trae.tensor([1, 2]), 2), [2, 4], 1],
      [() => f(trae.tensor([3, 4]), 2), [6, 8], 1],
      [() => f(trae.tensor([1, 2]), 3), [3, 6], 2],
      [() => f(trae.tensor([1, 2, 3]), 2), [2, 4, 6], 3],
      [() => f(trae.tensor([1, 2], null, 'int32'), 2), [2, 4], 4],
      [() => f(trae.tensor([1, 2]), 2, { y: trae.tensor([1, 1]) }), [3, 5], 5],
      [() => f(trae.tensor([1, 2]), 2, { y: trae.tensor([5, 5]) }), [7, 9], 5],
      [() => f(trae.tensor([1, 2]), 2, { name: 'a' }), [2, 4], 6],
      [() => f(trae.tensor([9, 2]), 2), [18, 4], 6],
    ];
    for (const [call, want, count] of calls) {
      assert.deepEqual(call().arraySync(), want);
      assert.equal(traces, count);
    }
  });
  it('keeps the structure of what is returned', () => {
    const f = trae.compile((x: trae.Tensor) => ({
      sum: x.sum(),
      parts: [x.add(1), { twice: x.multiply(2) }],
      note: 'hello',
      n: 3,
      none: null,
      same: x,
    }));
    const r = f(trae.tensor([1, 2]));
    assert.deepEqual(
      [
        r.sum.item(),
        (r.parts[0] as trae.Tensor).arraySync(),
        (r.parts[1] as { twice: trae.Tensor }).twice.arraySync(),
        r.note,
        r.n,
        r.none,
        r.same.arraySync(),
      ],
      [3, [2, 3], [2, 4], 'hello', 3, null, [1, 2]],
    );
    assert.equal(trae.compile(() => undefined)(), undefined);
    assert.deepEqual(
      trae
        .compile((xs: trae.Tensor[]) => xs.map((x) => x.add(1)))([trae.tensor(1), trae.tensor(2)])
        .map((t) => t.item()),
      [2, 3],
    );
  });
  it('tensors of the outside are constants of the plan', () => {
    const c = trae.tensor([10, 20]);
    const f = trae.compile((x: trae.Tensor) => x.add(c).add(trae.ones([2])));
    assert.deepEqual(f(trae.tensor([1, 2])).arraySync(), [12, 23]);
    assert.deepEqual(f(trae.tensor([0, 0])).arraySync(), [11, 21]);
  });
  it('nested: an inner compiled function is part of the outer plan', () => {
    let inner = 0;
    const square = trae.compile((x: trae.Tensor) => {
      inner++;
      return x.square();
    });
    const outer = trae.compile((x: trae.Tensor) =>
      square(x)
        .add(square(x.add(1)))
        .sum(),
    );
    assert.equal(outer(trae.tensor([1, 2])).item(), 18);
    assert.equal(outer(trae.tensor([0, 0])).item(), 2);
    assert.equal(inner, 2);
    assert.deepEqual(square(trae.tensor([3])).arraySync(), [9]);
  });
  it('gradients inside and of compiled functions', () => {
    const f = trae.compile((x: trae.Tensor) => trae.grad((t) => t.multiply(t).multiply(t).sum())(x));
    assert.deepEqual(f(trae.tensor([1, 2])).arraySync(), [3, 12]);
    const inside = trae.compile((x: trae.Tensor) =>
      trae.grad(trae.grad((t: trae.Tensor) => t.multiply(t).multiply(t).sum()) as never)(x.sum()),
    );
    assert.equal(inside(trae.tensor([1, 1])).item(), 12);
  });
  it('outputs of one run are inputs of the next, and feed eager ops', () => {
    const double = trae.compile((x: trae.Tensor) => x.multiply(2));
    let t = trae.tensor([1, 3]);
    for (let i = 0; i < 5; i++) t = double(t);
    assert.deepEqual(t.add(1).arraySync(), [33, 97]);
    assert.deepEqual(double(trae.tensor([1]).add(1)).arraySync(), [4]);
  });
  it('many runs in flight keep their order', async () => {
    const f = trae.compile((x: trae.Tensor) => x.multiply(2).add(1).sum());
    const runs = Array.from({ length: 100 }, (_, i) => f(trae.tensor([i, i])));
    assert.deepEqual(
      (await Promise.all(runs.map((t) => t.data()))).map((d) => Number(d[0])),
      Array.from({ length: 100 }, (_, i) => 4 * i + 2),
    );
  });
  it('explain tells what was fused and what the arena holds; statistics count it', () => {
    const f = trae.compile(function chain(x: trae.Tensor) {
      return x.add(1).multiply(2).tanh().sum();
    });
    const plan = f.planFor(trae.zeros([64, 64]));
    const text = plan.explain();
    const { ops, fused, reorders, arenaBytes, compileMs } = plan.statistics;
    assert.match(text, /chain/);
    assert.match(text, /fused/);
    assert.match(text, /arena/);
    assert.match(text, /\d+ bytes/);
    assert.ok(Number.isInteger(ops) && ops >= 1 && ops <= 2, `add, multiply, tanh and sum run as ${ops} ops`);
    assert.ok(fused >= 1, `${fused} fused`);
    assert.equal(reorders, 0);
    assert.ok(arenaBytes >= 0 && compileMs >= 0 && compileMs < 5000);
    assert.equal(f.planFor(trae.ones([64, 64])), plan, 'the same signature has the same plan');
    assert.notEqual(f.planFor(trae.ones([64, 65])), plan);
  });
  it('dead and equal ops are dropped', () => {
    const ops = (f: (x: trae.Tensor) => unknown): number => trae.compile(f).planFor(trae.zeros([8, 8])).statistics.ops;
    assert.equal(
      ops((x) => {
        x.matmul(x);
        return x.add(1);
      }),
      ops((x) => x.add(1)),
    );
    assert.equal(
      ops((x) => x.matmul(x).add(x.matmul(x))),
      ops((x) => {
        const y = x.matmul(x);
        return y.add(y);
      }),
    );
    assert.equal(
      ops((x) => x.add(trae.ones([8]).multiply(3).exp())),
      ops((x) => x.add(2)),
    );
  });
  it('two random draws are not taken for equal', () => {
    const [a, b] = trae.compile(() => [trae.random.uniform([4]), trae.random.uniform([4])])();
    assert.notDeepEqual(a.arraySync(), b.arraySync());
  });
  it('memory of many runs stays bounded', async () => {
    await collectGarbage();
    const f = trae.compile((x: trae.Tensor) => x.add(1).multiply(x).sum({ axis: 1 }));
    const x = trae.ones([128, 128]);
    f(x).dataSync();
    await collectGarbage();
    const before = trae.memory();
    for (let i = 0; i < 200; i++) f(x).dispose();
    const last = f(x);
    last.dataSync();
    assert.ok(trae.memory().tensors <= before.tensors + 1);
    assert.ok(trae.memory().bytesInUse <= before.bytesInUse + 4 * 128 * 128);
  });
  it('a disposed plan says so', async () => {
    const f = trae.compile((x: trae.Tensor) => x.add(1));
    f.planFor(trae.ones([2])).dispose();
    await throwsText(() => f(trae.ones([2])), 'RuntimeError', 'plan: this plan has been disposed.');
  });
  it('refuses asynchronous functions and values read inside', async () => {
    const x = trae.tensor([1, 2]);
    await throwsText(
      () => trae.compile(async (t: trae.Tensor) => t)(x),
      'TypeError',
      'compile: the function must be synchronous; it returned a promise.',
    );
    for (const read of [
      (t: trae.Tensor) => t.dataSync(),
      (t: trae.Tensor) => t.sum().item(),
      (t: trae.Tensor) => t.add(1).arraySync(),
    ])
      await throwsText(() => trae.compile(read)(x), 'RuntimeError', READ);
    assert.equal(trae.compile((t: trae.Tensor) => String(t.add(1)))(x), 'Tensor(shape=(2,), dtype=float32, symbolic)');
  });
  it('a placeholder that leaks has no value', async () => {
    let leaked!: trae.Tensor;
    trae.compile((x: trae.Tensor) => {
      leaked = x.add(1);
      return x;
    })(trae.tensor([1]));
    await throwsText(() => leaked.dataSync(), 'RuntimeError', READ);
    await throwsText(() => leaked.data(), 'RuntimeError', READ);
  });
  it('a function that throws is traced again at the next call', () => {
    let fail = true;
    const v = trae.variable(1);
    const f = trae.compile((x: trae.Tensor) => {
      v.assignAdd(1);
      if (fail) throw new Error('mine');
      return x.add(v.value);
    });
    assert.throws(() => f(trae.tensor(1)), /^Error: mine$/);
    assert.equal(v.item(), 1);
    fail = false;
    assert.equal(f(trae.tensor(1)).item(), 3);
    assert.equal(v.item(), 2);
  });
});
