/** Gradients: reverse-mode differentiation of recorded ops. Results are recorded too, so they can be differentiated again. */
import type { NativeTensor } from '../../binding';
import { describe } from '../support/describe';
import { expectFunction, expectKind, recordOf } from '../support/guard';
import { binding, shared } from './binding';
import { TypeError, ValueError } from '../support/errors';
import { flattenStructure, mapStructure } from '../support/nest';
import { convert, formatShape, isFloating, isTensor, run, runMany, Tensor, tensor, type TensorLike } from './tensor';
import type { Variable } from './variable';

type CustomBackward = (...dy: Tensor[]) => Tensor | Tensor[];
interface Custom {
  backward: CustomBackward;
  outputs: Tensor['shape'][];
  dtypes: Tensor['dtype'][];
  inputs: Tensor['shape'][];
}
// The engine knows them by number: one series for all copies of the library.
const customs = shared('customGradients', () => ({ next: 1, functions: new Map<number, Custom>() }));
const customBackwards = customs.functions;

function callCustom(id: number, dys: (NativeTensor | null)[]): (Tensor | null)[] {
  const custom = customBackwards.get(id);
  if (!custom) throw new ValueError('customGradient: its backward function is gone.');
  const full = (dys as (Tensor | null)[]).map((dy, i) => dy ?? zeros(custom.outputs[i], custom.dtypes[i]));
  const result = custom.backward(...full);
  const list = Array.isArray(result) ? result : [result];
  if (list.length !== custom.inputs.length)
    throw new ValueError(
      `customGradient: the function takes ${custom.inputs.length} tensors but its gradient function returned ${list.length}.`,
      { op: 'customGradient' },
    );
  list.forEach((d, i) => {
    if (d !== null && (!(d instanceof Tensor) || formatShape(d.shape) !== formatShape(custom.inputs[i])))
      throw new ValueError(
        `customGradient: the gradient of argument ${i} must be a tensor of its shape ${formatShape(custom.inputs[i])}.\n  Received: ${d instanceof Tensor ? `shape ${formatShape(d.shape)}` : String(d)}`,
        { op: 'customGradient' },
      );
  });
  return list;
}
function zeros(shape: Tensor['shape'], dtype: Tensor['dtype']): Tensor {
  return run('broadcast_to', [tensor(0, [], dtype)], { shape: [...shape] });
}

function scoped<T>(f: () => T): T {
  binding.enterGradientScope();
  try {
    return f();
  } finally {
    binding.exitGradientScope();
  }
}

/** @internal Gradients of `outputs` weighted by `cotangents`; unconnected ones are zeros. */
export function vectorJacobian(outputs: Tensor[], wrt: Tensor[], cotangents: Tensor[]): Tensor[] {
  const grads = binding.gradients(outputs, wrt, cotangents, callCustom) as (Tensor | null)[];
  return grads.map((g, i) => g ?? zeros(wrt[i].shape, wrt[i].dtype));
}

function lossOf(y: unknown, where: string): Tensor {
  if (!(y instanceof Tensor))
    throw new TypeError(`${where}: the function must return a scalar tensor.\n  Received: ${describe(y)}`);
  if (y.size !== 1)
    throw new ValueError(
      `${where}: the function must return a scalar.\n  Received: shape ${formatShape(y.shape)}.\n  Fix: sum or average it.`,
    );
  if (!isFloating(y.dtype))
    throw new TypeError(`${where}: the function must return a floating-point scalar.\n  Received: dtype ${y.dtype}`);
  return y;
}
const onesFor = (y: Tensor): Tensor => run('broadcast_to', [tensor(1, [], y.dtype)], { shape: [...y.shape] });

/**
 * The function that gives value and gradients of `f`, which maps tensors to a scalar tensor.
 * @returns `(...x) => ({ value, grads })`, grads aligned with the arguments (`grad` is the first).
 */
export function valueAndGrad(
  f: (...xs: Tensor[]) => Tensor,
): (...xs: TensorLike[]) => { value: Tensor; grad: Tensor; grads: Tensor[] } {
  expectFunction('grad', 'its argument', f);
  return (...xs) =>
    scoped(() => {
      // Fresh aliases: the gradient stops here, while an outer gradient still flows through.
      const leaves = xs.map((x) => run('identity', [convert(x)]));
      leaves.forEach((x, i) => {
        if (!isFloating(x.dtype))
          throw new TypeError(`grad: argument ${i} must be a floating-point tensor.\n  Received: dtype ${x.dtype}`);
      });
      const value = lossOf(f(...leaves), 'grad');
      const grads = vectorJacobian([value], leaves, [onesFor(value)]);
      return { value, grad: grads[0], grads };
    });
}

/**
 * Gradient of a function of tensors to a scalar tensor; composable: `grad(grad(f))`.
 * @returns with one argument its gradient, with several an array.
 * @example grad((x) => x.square().sum())(tensor([3])).item()   // 6
 */
export function grad(f: (x: Tensor) => Tensor): (x: TensorLike) => Tensor;
export function grad(f: (...xs: Tensor[]) => Tensor): (...xs: TensorLike[]) => Tensor & Tensor[];
export function grad(f: (...xs: Tensor[]) => Tensor): (...xs: TensorLike[]) => unknown {
  const both = valueAndGrad(f);
  return (...xs) => {
    const { grads } = both(...xs);
    return xs.length === 1 ? grads[0] : grads;
  };
}

/**
 * Value of `f()` and its gradients with respect to variables (or tensors read inside), aligned with the list.
 * Variables that the value does not depend on get zeros.
 */
export function variableGrads(
  f: () => Tensor,
  variables: readonly (Variable | Tensor)[],
): { value: Tensor; grads: Tensor[] } {
  expectFunction('variableGrads', 'the first argument', f);
  expectKind(
    'variableGrads',
    'the second argument',
    variables,
    Array.isArray(variables) &&
      variables.every((v) => v instanceof Tensor || (v as { value?: unknown } | null)?.value instanceof Tensor),
    'a list of variables or tensors',
  );
  return scoped(() => {
    const leaves = variables.map((v) => (v instanceof Tensor ? v : v.value));
    const value = lossOf(f(), 'variableGrads');
    return { value, grads: vectorJacobian([value], leaves, [onesFor(value)]) };
  });
}

/** Outputs of a function as a list, and how a list becomes what it returned. */
function flattened(y: unknown, where: string): { list: Tensor[]; packed: (ts: Tensor[]) => unknown } {
  const list = flattenStructure(y, isTensor) as Tensor[];
  if (!list.length) throw new TypeError(`${where}: the function must return tensors.\n  Received: ${describe(y)}`);
  return {
    list,
    packed: (ts) => {
      let i = 0;
      return mapStructure(y, isTensor, () => ts[i++]);
    },
  };
}

/**
 * Values of `fun(...primals)` and their derivatives in the direction of `tangents` (a Jacobian-vector product).
 * @param primals - one tensor for each argument of `fun`.
 * @param tangents - one for each primal, of its shape.
 * @param options - hasAux: `fun` returns `[outputs, aux]`, and aux is passed through. Default false.
 * @returns `[outputs, tangents of the outputs]`, then aux.
 * @example jvp((x) => x.square(), [3], [1]);   // [9, 6]
 */
export function jvp(
  fun: (...xs: Tensor[]) => unknown,
  primals: readonly TensorLike[],
  tangents: readonly TensorLike[],
  options: { hasAux?: boolean } = {},
): unknown[] {
  expectFunction('jvp', 'fun', fun);
  const { hasAux = false } = recordOf('jvp', options);
  if (!Array.isArray(primals) || !Array.isArray(tangents) || primals.length !== tangents.length)
    throw new ValueError(
      `jvp: one tangent for each primal is expected, in lists.\n  Received: ${Array.isArray(primals) ? primals.length : typeof primals} primals, ${Array.isArray(tangents) ? tangents.length : typeof tangents} tangents`,
      { op: 'jvp' },
    );
  return scoped(() => {
    const leaves = primals.map((x) => run('identity', [convert(x)]));
    const directions = tangents.map((v, i) => {
      const t = run('cast', [convert(v, leaves[i])], { dtype: leaves[i].dtype });
      if (!isFloating(t.dtype))
        throw new TypeError(`jvp: primal ${i} must be a floating-point tensor.\n  Received: dtype ${t.dtype}`, {
          op: 'jvp',
        });
      if (formatShape(t.shape) !== formatShape(leaves[i].shape))
        throw new ValueError(
          `jvp: tangent ${i} must have the shape of its primal.\n  Received: shapes ${formatShape(t.shape)} and ${formatShape(leaves[i].shape)}`,
          { op: 'jvp' },
        );
      return t;
    });
    const returned = fun(...leaves);
    const [y, aux] = hasAux ? (returned as [unknown, unknown]) : [returned];
    const { list, packed } = flattened(y, 'jvp');
    const floats = list.filter((t) => isFloating(t.dtype));
    // The gradients are linear in the cotangents: differentiating them by the cotangents goes forward.
    const cotangents = floats.map((t) => run('identity', [zeros(t.shape, t.dtype)]));
    const back = vectorJacobian(floats, leaves, cotangents);
    const forward = vectorJacobian(back, cotangents, directions);
    let i = 0;
    const slopes = packed(list.map((t) => (isFloating(t.dtype) ? forward[i++] : zeros(t.shape, t.dtype))));
    return hasAux ? [y, slopes, aux] : [y, slopes];
  });
}

/**
 * Gives a function its own gradient.
 * @param f - returns `[y, backward]`; y a tensor or an array; backward maps the gradients of y to those of the inputs.
 * Written in ops, so it can itself be differentiated.
 */
export function customGradient<Y extends Tensor | Tensor[]>(
  f: (...xs: Tensor[]) => readonly [Y, CustomBackward],
): (...xs: TensorLike[]) => Y {
  return (...given) => {
    const xs = given.map((x) => convert(x));
    // The function's own ops are computed but not differentiated: its inputs are cut off, except for `backward`.
    const [y, backward] = f(...xs);
    const ys = Array.isArray(y) ? y : [y];
    for (const id of binding.releasedCustomGradients()) customBackwards.delete(id);
    const id = customs.next++;
    customBackwards.set(id, {
      backward,
      outputs: ys.map((t) => t.shape),
      dtypes: ys.map((t) => t.dtype),
      inputs: xs.map((t) => t.shape),
    });
    const out = runMany('custom_gradient', [...xs, ...ys], { id, inputs: xs.length });
    return (Array.isArray(y) ? out : out[0]) as Y;
  };
}
