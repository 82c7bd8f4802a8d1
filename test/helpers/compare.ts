/** Comparison of results, and of errors with their whole text. */
import assert from 'node:assert/strict';
import type { DType } from '../../lib/index';
import { isFloating, type NdArray } from './ndarray';

const RELATIVE: Partial<Record<DType, number>> = { float64: 1e-11, float32: 1e-5, float16: 1.5e-3, bfloat16: 1e-2 };

/**
 * Asserts shape, dtype and values. Floats may differ by a few units in the last place of the value, or of a twentieth
 * of the largest one, which is what a sum that cancels leaves.
 */
export function expectArray(got: NdArray, want: NdArray, what: string, looseness = 1): void {
  assert.deepEqual(got.shape, want.shape, `${what}: shape`);
  assert.equal(got.dtype, want.dtype, `${what}: dtype`);
  if (!isFloating(want.dtype)) {
    assert.deepEqual(
      got.data,
      want.data.map((v) => v + 0),
      what,
    ); // integers have no -0
    return;
  }
  const relative = RELATIVE[want.dtype]! * looseness;
  let largest = 0;
  for (const w of want.data) if (Number.isFinite(w)) largest = Math.max(largest, Math.abs(w));
  want.data.forEach((w, i) => {
    const g = got.data[i];
    if (Number.isNaN(w) || !Number.isFinite(w)) {
      if (!Object.is(g, w)) assert.fail(`${what}: element ${i} is ${g} instead of ${w}`);
      return;
    }
    const bound = relative * Math.max(Math.abs(w), largest / 20);
    if (!(Math.abs(g - w) <= bound)) assert.fail(`${what}: element ${i} is ${g} instead of ${w} (bound ${bound})`);
  });
}

/** Asserts the class and the whole text of what `f` throws, or what its promise rejects with; returns the error. */
export async function throwsText(
  f: () => unknown,
  name: string,
  text: string,
): Promise<Error & { code?: string; op?: string }> {
  let caught: unknown;
  try {
    await f();
  } catch (error) {
    caught = error;
  }
  assert.ok(caught instanceof Error, `an error is expected: ${text}`);
  assert.equal(caught.message, text);
  assert.equal(caught.name, name);
  return caught;
}
