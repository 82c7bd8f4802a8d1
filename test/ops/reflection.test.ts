/** No op without a row, no native op out of reach, no method that differs from its function. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { binding } from '../../lib/core/binding';
import { definedOps } from '../../lib/ops/define';
import { expectArray } from '../helpers/compare';
import { fromTensor, isFloating, toTensor } from '../helpers/ndarray';
import { randomArray } from '../helpers/random';
import { callRow, rowTable } from '../helpers/rows';
import { randomRows } from './rows/index';

/** Runs `f` and tells which native ops it asked for. */
function nativeOpsOf(f: () => void): Set<string> {
  const names = new Set<string>();
  const { run, runMany } = binding;
  binding.run = (op, ...rest) => {
    names.add(op);
    return run(op, ...rest);
  };
  binding.runMany = (op, ...rest) => {
    names.add(op);
    return runMany(op, ...rest);
  };
  try {
    f();
  } finally {
    Object.assign(binding, { run, runMany });
  }
  return names;
}
/** A native op of its own, for transposed convolutions. */
const adjoint = (dy: trae.Tensor, kernel: trae.Tensor): trae.Tensor =>
  binding.run('conv_backward_data', [dy, kernel], {
    strides: [2, 2],
    dilation: [1, 1],
    before: [0, 0],
    after: [0, 0],
    groups: 1,
    shape: [2, 5, 6, 3],
  }) as trae.Tensor;
const functionsOf = trae.ops as unknown as Record<string, (...args: unknown[]) => unknown>;

describe('ops: reflection', () => {
  it('every public op has a row', () => {
    const rows = new Set([...rowTable.keys(), ...randomRows.map((r) => r.op)]);
    assert.ok(definedOps.size > 200, `${definedOps.size} ops`);
    assert.deepEqual(
      [...definedOps.keys()].filter((name) => !rows.has(name)),
      [],
    );
    assert.deepEqual(
      [...rows].filter((name) => !definedOps.has(name)),
      [],
    );
  });
  it('every op is exported under its name: from trae, trae.ops, trae.ops.image, or trae.random', () => {
    for (const [name, f] of definedOps) {
      if (name.startsWith('random.'))
        assert.equal((trae.random as unknown as Record<string, unknown>)[name.slice(7)], f, name);
      else if (name.startsWith('image.'))
        assert.equal((trae.ops.image as unknown as Record<string, unknown>)[name.slice(6)], f, name);
      else {
        assert.equal(functionsOf[name], f, `trae.ops.${name}`);
        assert.equal((trae as unknown as Record<string, unknown>)[name], f, `trae.${name}`);
        assert.equal(f.name, name);
      }
    }
  });
  it('every native op is reached by a public function', () => {
    const reached = nativeOpsOf(() => {
      for (const r of rowTable.values())
        for (const c of [...r.cases, ...(r.smooth ?? [])]) callRow(r, c.inputs.map(toTensor), c.args);
      for (const r of randomRows)
        (definedOps.get(r.op) as unknown as (...a: unknown[]) => unknown)(...(r.inputs ?? []).map(toTensor), ...r.args);
      trae.grad((x: trae.Tensor) => x.sum())(1);
      adjoint(trae.zeros([2, 2, 3, 4]), trae.zeros([3, 2, 3, 4]));
    });
    const native = binding
      .ops()
      .filter((op) => !op.internal)
      .map((op) => op.name);
    assert.ok(native.length > 80, `${native.length} native ops`);
    assert.deepEqual(
      native.filter((name) => !reached.has(name)),
      [],
    );
  });
  it('every op from floats to floats has its gradient compared with differences', () => {
    const without = [...rowTable.values()].filter(
      (r) =>
        !r.smooth?.length &&
        r.cases.some(
          (c) =>
            c.inputs.length &&
            isFloating(c.inputs[0].dtype) &&
            callRow(r, c.inputs.map(toTensor), c.args).some((y) => isFloating(y.dtype)),
        ),
    );
    assert.deepEqual(without.map((r) => r.op).sort(), [
      'ctcDecode',
      'fullLike',
      'nextafter',
      'onesLike',
      'stopGradient',
      'unique',
      'view',
      'zerosLike',
    ]);
  });
  it('the gradient of a convolution by its input is the adjoint of the convolution', () => {
    const x = toTensor(randomArray([2, 5, 6, 3], { dtype: 'float64' }));
    const k = toTensor(randomArray([3, 2, 3, 4], { dtype: 'float64' }));
    const y = trae.conv(x, k, { strides: 2 });
    const dy = toTensor(randomArray([...y.shape], { dtype: 'float64', seed: 8 }));
    const dx = adjoint(dy, k);
    assert.deepEqual(dx.shape, [2, 5, 6, 3]);
    const bound = 1e-12 * 100;
    assert.ok(Math.abs(y.multiply(dy).sum().item() - x.multiply(dx).sum().item()) < bound);
    const { grads } = trae.valueAndGrad((t: trae.Tensor) => trae.conv(t, k, { strides: 2 }).multiply(dy).sum())(x);
    expectArray(fromTensor(dx), fromTensor(grads[0]), 'conv_backward_data');
  });
  it('every op that is a method gives what the function gives', () => {
    const aliases: Record<string, string> = {
      sub: 'subtract',
      mul: 'multiply',
      div: 'divide',
      pow: 'power',
      flatten: 'ravel',
    };
    const own = [
      'data',
      'dataSync',
      'array',
      'arraySync',
      'item',
      'print',
      'toString',
      'constructor',
      'shape',
      'dtype',
      'ndim',
      'size',
      'isDisposed',
      'dispose',
      'read',
      'readSync',
    ];
    const methods = Object.getOwnPropertyNames(trae.Tensor.prototype).filter((name) => !own.includes(name));
    assert.ok(methods.length > 90, `${methods.length} methods`);
    for (const method of methods) {
      const r = rowTable.get(aliases[method] ?? method);
      assert.ok(r, `the method ${method} is no op`);
      const { inputs, args = [] } = r.cases.find((c) => c.inputs.length && c.inputs[0].shape.length) ?? r.cases[0];
      const [first, ...rest] = inputs.map(toTensor);
      for (const receiver of [first, trae.variable(first)]) {
        const got = (receiver as unknown as Record<string, (...a: unknown[]) => trae.Tensor | trae.Tensor[]>)[method](
          ...rest,
          ...args,
        );
        const want = callRow(r, [first, ...rest], args);
        [got].flat().forEach((t, i) => expectArray(fromTensor(t), fromTensor(want[i]), method));
      }
    }
  });
  it('transpose as a method takes its axes as a list too', () => {
    assert.deepEqual(trae.zeros([2, 3, 4]).transpose([1, 2, 0]).shape, [3, 4, 2]);
    assert.deepEqual(trae.zeros([2, 3, 4]).transpose({ axes: [1, 2, 0] }).shape, [3, 4, 2]);
  });
  it('questions about a tensor', () => {
    const x = trae.zeros([2, 3]);
    assert.deepEqual([trae.ops.shape(x), trae.ops.ndim(x), trae.ops.size(x)], [[2, 3], 2, 6]);
    assert.deepEqual([trae.ops.shape([[1, 2]]), trae.ops.ndim(3), trae.ops.size([1, 2])], [[1, 2], 0, 2]);
    assert.deepEqual(
      [trae.ops.isTensor(x), trae.ops.isTensor(trae.variable(x)), trae.ops.isTensor([1]), trae.ops.isTensor(null)],
      [true, false, false, false],
    );
  });
  it('every op refuses unknown options', () => {
    for (const [name, f] of definedOps)
      assert.throws(
        // The options of rearrange are the names in its pattern.
        () =>
          (f as unknown as (...a: unknown[]) => unknown)(...(name === 'rearrange' ? [trae.zeros([2]), 'a -> a'] : []), {
            noSuchOption: 1,
          }),
        (e: Error) => e.message.startsWith(`${name}: unknown option 'noSuchOption'.`) && e.name === 'TypeError',
        name,
      );
  });
});
