/** Golden arrays from real Keras (`golden/`), comparison with a relative bound, small models and data. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../lib/index';

const { layers, Sequential } = trae.keras;

/** An array as the golden files hold it; infinities and NaN are strings. */
export interface Golden {
  shape: number[];
  dtype: string;
  data: (number | string)[];
  path?: string;
}
export type Config = {
  module: string;
  class_name: string;
  config: Record<string, unknown>;
  registered_name: string | null;
  build_config?: unknown;
};

/** A file of `golden/`. */
export function golden<T>(name: string): T {
  return JSON.parse(fs.readFileSync(path.join(__dirname, 'golden', name), 'utf8')) as T;
}
/** Names of the files of `golden/` that match. */
export const goldenFiles = (pattern: RegExp): string[] =>
  fs
    .readdirSync(path.join(__dirname, 'golden'))
    .filter((name) => pattern.test(name))
    .sort();
/** The largest magnitude among golden arrays. */
export const largestOf = (list: Golden[]): number =>
  Math.max(1e-3, ...list.flatMap((a) => a.data.map((v) => Math.abs(Number(v))).filter(Number.isFinite)));
/** The tensor of a golden array. */
export function tensorOf(a: Golden): trae.Tensor {
  if (a.dtype === 'int64') return trae.tensor(BigInt64Array.from(a.data.map((v) => BigInt(v))), a.shape);
  return trae.tensor(a.data.map(Number), a.shape, a.dtype as trae.DType);
}
type Values = trae.Tensor | trae.Variable | number | readonly number[];
const numbers = (v: Values): number[] =>
  typeof v === 'number'
    ? [v]
    : Array.isArray(v)
      ? [...(v as number[])]
      : Array.from((v as trae.Tensor).dataSync() as ArrayLike<number>, Number);

/**
 * Asserts that values agree: each within `tolerance` of the larger of the expected one and a hundredth of the largest
 * expected one, so that near-zeros of a large array need not agree in all their digits. `floor`: what counts as the
 * largest at least, for arrays that are nothing but rounding beside others.
 */
export function close(got: Values, want: Golden | Values, what: string, tolerance = 1e-4, floor = 1e-3): void {
  const isGolden = typeof want === 'object' && 'data' in want && Array.isArray((want as Golden).data);
  const expected = isGolden ? (want as Golden).data.map(Number) : numbers(want as Values);
  const actual = numbers(got);
  if (isGolden) assert.deepEqual([...(got as trae.Tensor).shape], (want as Golden).shape, `${what}: shape`);
  assert.equal(actual.length, expected.length, `${what}: number of values`);
  const scale = Math.max(floor, ...expected.filter(Number.isFinite).map(Math.abs)) / 100;
  expected.forEach((e, i) => {
    if (!Number.isFinite(e)) {
      assert.equal(actual[i], e, `${what}[${i}]`);
      return;
    }
    const bound = tolerance * Math.max(Math.abs(e), scale);
    assert.ok(Math.abs(actual[i] - e) <= bound, `${what}[${i}]: ${actual[i]} instead of ${e} (bound ${bound})`);
  });
}
/** `sum(y^2 / 2 + y (1 + sin i))` over the elements i: what the golden gradients are gradients of. */
export function objective(y: trae.Tensor): trae.Tensor {
  const weights = trae.tensor(
    Float32Array.from({ length: y.size }, (_, i) => 1 + Math.sin(i)),
    y.shape,
  );
  return y.square().multiply(0.5).add(y.multiply(weights)).sum();
}

/** Asserts the class and the whole text of what `f` throws (or its promise rejects with). */
export async function throwsText(f: () => unknown, name: string, text: string): Promise<void> {
  let caught: unknown;
  try {
    await f();
  } catch (error) {
    caught = error;
  }
  assert.ok(caught instanceof Error, `an error is expected: ${text}`);
  assert.equal(caught.message, text);
  assert.equal(caught.name, name);
}

/** Numbers that look random and are the same each time: sin of a quadratic. */
export function wave(...shape: number[]): trae.Tensor {
  const n = shape.reduce((a, b) => a * b, 1);
  return trae.tensor(
    Float32Array.from({ length: n }, (_, i) => Math.sin(0.7 * i + 0.013 * i * i)),
    shape,
  );
}
/** Class numbers 0 .. classes - 1 in turn. */
export const classesInTurn = (n: number, classes: number): trae.Tensor =>
  trae.tensor(
    Int32Array.from({ length: n }, (_, i) => (i * 7 + (i >> 2)) % classes),
    [n],
  );

/** A small compiled classifier of 4 features into 3 classes, with the same weights each time. */
export function classifier(compile: trae.CompileOptions = {}): InstanceType<typeof Sequential> {
  const model = new Sequential([
    layers.Input([4]),
    new layers.Dense(6, { activation: 'tanh' }),
    new layers.Dense(3, { activation: 'softmax' }),
  ]);
  model.setWeights([wave(4, 6), wave(6), wave(6, 3), wave(3)].map((w) => w.multiply(0.5)));
  model.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'], ...compile });
  return model;
}
/** Weights as plain numbers. */
export const weightsOf = (layer: trae.keras.Layer): number[][] =>
  layer.weights.map((w) => Array.from(w.dataSync() as Float32Array));
