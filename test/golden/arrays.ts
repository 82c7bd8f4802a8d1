/** Arrays of the golden cases: read from .npz files, compared relative to their largest value. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { unzipSync } from 'fflate';
import * as trae from '../../lib/index';

/** An array as NumPy stored it. */
export interface GoldenArray {
  data: ArrayLike<number | bigint>;
  shape: number[];
  dtype: trae.DType;
}
/** Arrays of a case by name. */
export type Arrays = Record<string, GoldenArray>;

const TYPES: Record<string, [new (b: ArrayBuffer) => ArrayLike<number | bigint>, trae.DType]> = {
  '<f4': [Float32Array, 'float32'],
  '<f8': [Float64Array, 'float64'],
  '<i4': [Int32Array, 'int32'],
  '<i8': [BigInt64Array, 'int64'],
  '|b1': [Uint8Array, 'bool'],
  '|u1': [Uint8Array, 'uint8'],
  '|i1': [Int8Array, 'int8'],
};
function parseArray(bytes: Uint8Array): GoldenArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const prefix = bytes[6] === 1 ? 10 : 12;
  const start = prefix + (prefix === 10 ? view.getUint16(8, true) : view.getUint32(8, true));
  const header = Buffer.from(bytes.subarray(prefix, start)).toString('latin1');
  const [Type, dtype] = TYPES[/'descr': '([^']+)'/.exec(header)![1]];
  const shape = /'shape': \(([^)]*)\)/
    .exec(header)![1]
    .split(',')
    .filter((s) => s.trim());
  return { data: new Type(bytes.slice(start).buffer), shape: shape.map(Number), dtype };
}
/** The arrays of each case of an .npz file. */
export function readCases(file: string): Record<string, Arrays> {
  const cases: Record<string, Arrays> = {};
  for (const [member, bytes] of Object.entries(unzipSync(fs.readFileSync(file)))) {
    const at = member.indexOf('/');
    (cases[member.slice(0, at)] ??= {})[member.slice(at + 1).replace(/\.npy$/, '')] = parseArray(bytes);
  }
  return cases;
}

export const tensorOf = (a: GoldenArray): trae.Tensor => trae.tensor(a.data as never, a.shape, a.dtype);
/** The arrays `<prefix>0`, `<prefix>1`, ... */
export const list = (arrays: Arrays, prefix: string, count: number): GoldenArray[] =>
  Array.from({ length: count }, (_, i) => arrays[`${prefix}${i}`]);
/** Float arrays become variables, to differentiate by. */
export const variableOf = (a: GoldenArray): trae.Variable | trae.Tensor =>
  a.dtype === 'float32' ? trae.variable(tensorOf(a)) : tensorOf(a);
export const valueOf = (v: trae.Variable | trae.Tensor): trae.Tensor => (v instanceof trae.Variable ? v.value : v);

type Value = trae.Tensor | trae.Variable | number | readonly Value[];
async function flat(value: Value): Promise<{ data: number[]; shape: number[] }> {
  if (typeof value === 'number') return { data: [value], shape: [] };
  if (Array.isArray(value)) {
    const parts = await Promise.all((value as Value[]).map(flat));
    return { data: parts.flatMap((p) => p.data), shape: [parts.length, ...(parts[0]?.shape ?? [])] };
  }
  const t = valueOf(value as trae.Tensor);
  return { data: Array.from((await t.data()) as ArrayLike<number>, Number), shape: [...t.shape] };
}
/**
 * Equal shapes, and each element within `tolerance` of the largest expected one (or of `floor`, when all are smaller:
 * some gradients are zero but for rounding).
 */
export async function same(
  what: string,
  value: Value,
  want: GoldenArray,
  tolerance: number,
  floor = 1e-3,
): Promise<void> {
  const got = await flat(value);
  const expected = Array.from(want.data, Number);
  assert.deepEqual(got.shape, want.shape, `${what}: shape`);
  const scale = Math.max(floor, ...expected.filter(Number.isFinite).map(Math.abs));
  expected.forEach((w, i) => {
    const v = got.data[i];
    const isSame = Number.isNaN(w) ? Number.isNaN(v) : v === w || Math.abs(v - w) <= tolerance * scale;
    if (!isSame) assert.fail(`${what}[${i}]: ${v} instead of ${w} (largest ${scale})`);
  });
}
/** sum(y0 * g0) + sum(y1 * g1) + ...: what the stored gradients are of. */
export const weightedSum = (ys: readonly trae.Tensor[], weights: readonly GoldenArray[]): trae.Tensor =>
  ys.map((y, i) => trae.sum(trae.multiply(trae.cast(y, 'float32'), tensorOf(weights[i])))).reduce((a, b) => a.add(b));
