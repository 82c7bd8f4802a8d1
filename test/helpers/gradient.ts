/** Gradients against central differences, in float64. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { fromTensor, isFloating, type NdArray, nd, sizeOf, toTensor } from './ndarray';
import { Random, seedOf } from './random';

type Tensors = trae.Tensor | trae.Tensor[];
/** A function of tensors, and what tensors it is differentiated with respect to. */
export type Differentiable = (...xs: trae.Tensor[]) => Tensors;

const STEP = 1e-5;

/** One number out of all outputs: a sum with fixed weights of both signs, so that no element can hide. */
function weighted(outputs: Tensors, salt: string): trae.Tensor {
  const list = (Array.isArray(outputs) ? outputs : [outputs]).filter((t) => isFloating(t.dtype));
  const parts = list.map((t, k) => {
    const random = new Random(seedOf(`${salt}${k}`));
    const weights = nd(
      Array.from({ length: sizeOf(t.shape) }, () => random.uniform(0.5, 1.5) * (random.next() < 0.5 ? -1 : 1)),
      t.shape,
      t.dtype,
    );
    return t.multiply(toTensor(weights)).sum();
  });
  return parts.reduce((a, b) => a.add(b));
}
/** Central differences of `f`, a function to a number, with respect to each element of each floating input. */
function differences(f: (...xs: trae.Tensor[]) => number, inputs: NdArray[]): number[][] {
  const tensors = inputs.map(toTensor);
  return inputs.map((x, k) => {
    if (!isFloating(x.dtype)) return [];
    return x.data.map((value, i) => {
      const moved = (to: number): number => {
        const data = [...x.data];
        data[i] = to;
        return f(...tensors.map((t, j) => (j === k ? toTensor({ ...x, data }) : t)));
      };
      return (moved(value + STEP) - moved(value - STEP)) / (2 * STEP);
    });
  });
}
/** `f` with the inputs that are not floating held fixed: gradients are taken with respect to the others. */
function overFloats(f: Differentiable, inputs: NdArray[]): { g: Differentiable; floats: number[] } {
  const floats = inputs.flatMap((x, i) => (isFloating(x.dtype) ? [i] : []));
  const fixed = inputs.map(toTensor);
  return { floats, g: (...xs) => f(...fixed.map((t, i) => (floats.includes(i) ? xs[floats.indexOf(i)] : t))) };
}
function compare(analytic: trae.Tensor[], numeric: number[][], inputs: NdArray[], what: string): void {
  analytic.forEach((t, k) => {
    const got = fromTensor(t);
    assert.deepEqual(got.shape, inputs[k].shape, `${what}: shape of the gradient of input ${k}`);
    assert.equal(got.dtype, inputs[k].dtype, `${what}: dtype of the gradient of input ${k}`);
    const largest = Math.max(1e-3, ...numeric[k].map(Math.abs));
    numeric[k].forEach((want, i) => {
      const bound = 2e-6 * Math.max(Math.abs(want), largest / 4);
      if (!(Math.abs(got.data[i] - want) <= bound))
        assert.fail(`${what}: with respect to element ${i} of input ${k}: ${got.data[i]}, by differences ${want}`);
    });
  });
}

/** Asserts that `valueAndGrad` of `f` agrees with central differences for all floating inputs (give them as float64). */
export function checkGradient(f: Differentiable, inputs: NdArray[], what: string): void {
  const { g, floats } = overFloats(f, inputs);
  const xs = floats.map((i) => inputs[i]);
  const loss = (...ts: trae.Tensor[]): trae.Tensor => weighted(g(...ts), what);
  const { value, grads } = trae.valueAndGrad(loss)(...xs.map(toTensor));
  assert.ok(Number.isFinite(value.item()), `${what}: the value is finite`);
  compare(
    grads,
    differences((...ts) => loss(...ts).item(), xs),
    xs,
    `gradient of ${what}`,
  );
}
/** The same for the gradient of the gradient: of a weighted sum of the first gradients. */
export function checkSecondGradient(f: Differentiable, inputs: NdArray[], what: string): void {
  const { g, floats } = overFloats(f, inputs);
  const xs = floats.map((i) => inputs[i]);
  const first = trae.valueAndGrad((...ts: trae.Tensor[]) => weighted(g(...ts), what));
  const slope = (...ts: trae.Tensor[]): trae.Tensor => weighted(first(...ts).grads, `${what} again`);
  const { grads } = trae.valueAndGrad(slope)(...xs.map(toTensor));
  compare(
    grads,
    differences((...ts) => slope(...ts).item(), xs),
    xs,
    `second gradient of ${what}`,
  );
}
