/** SavedModels that TensorFlow wrote (golden/write_saved_models.py), and what it computed with them. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../lib/index';
import { NpzReader, type NumpyArray } from '../../lib/io/npz';
import { MemorySource } from '../../lib/io/source';

export const fileOf = (name: string): string => path.join(__dirname, 'golden', name);

/** The arrays that belong to a model. */
export async function arraysOf(name: string): Promise<Record<string, NumpyArray>> {
  const file = fileOf(`${name}.npz`);
  const reader = new NpzReader(new MemorySource(file, fs.readFileSync(file)));
  const arrays: Record<string, NumpyArray> = {};
  for (const key of reader.names) arrays[key] = await reader.read(key);
  return arrays;
}
export const tensorOf = (a: NumpyArray): trae.Tensor => trae.tensor(a.data, a.shape, a.dtype);
/** x0, x1, ...: one tensor or a list. */
export function inputsOf(arrays: Record<string, NumpyArray>): trae.Tensor | trae.Tensor[] {
  const list: trae.Tensor[] = [];
  for (let i = 0; arrays[`x${i}`]; i++) list.push(tensorOf(arrays[`x${i}`]));
  return list.length === 1 ? list[0] : list;
}
/** Equal shapes; values within `bound` of the largest magnitude that is expected. */
export async function same(what: string, got: trae.Tensor, expected: NumpyArray, bound = 1e-5): Promise<void> {
  assert.deepEqual([...got.shape], expected.shape, `${what}: shape`);
  assert.equal(got.dtype, expected.dtype, `${what}: dtype`);
  const values = Array.from(await got.data(), Number);
  const wanted = Array.from(expected.data, Number);
  const scale = Math.max(1e-3, ...wanted.map(Math.abs).filter(Number.isFinite));
  wanted.forEach((w, i) => {
    const isSame = Object.is(values[i], w) || values[i] === w || Math.abs(values[i] - w) <= bound * scale;
    assert.ok(isSame || (Number.isNaN(w) && Number.isNaN(values[i])), `${what}[${i}]: ${values[i]} instead of ${w}`);
  });
}
