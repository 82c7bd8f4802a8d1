/** Sequences of one length (keras.src.utils.sequence_utils). */
import { allocate } from '../../support/limits';
import { describe } from '../../support/describe';
import { ValueError } from '../../support/errors';
import { checkDType, convert, formatShape, Tensor, tensor, type DType, type TensorLike } from '../../core/tensor';
import { checkOptions, kinds } from '../options';

export interface PadSequencesOptions {
  /** Length of all rows. Default null: that of the longest. */
  maxlen?: number | null;
  /** Dtype of the result. Default int32. */
  dtype?: DType;
  /** Where the padding goes: 'pre' (default) in front, 'post' behind. */
  padding?: 'pre' | 'post';
  /** Where rows are cut that are too long: 'pre' (default) in front, 'post' behind. */
  truncating?: 'pre' | 'post';
  /** What rows are padded with. Default 0. */
  value?: number;
}
/** Of dtypes whose values can be written as they are. */
type Row = Float32Array | Float64Array | Int32Array | Int8Array | Uint8Array;
const ARRAY_OF: Readonly<Record<string, { new (count: number): Row; BYTES_PER_ELEMENT: number }>> = {
  float32: Float32Array,
  float16: Float32Array,
  bfloat16: Float32Array,
  int32: Int32Array,
  int8: Int8Array,
  uint8: Uint8Array,
};
/**
 * Sequences as rows of a matrix: shorter ones are filled with `value`, longer ones cut, at the start ('pre') or the end ('post').
 * Elements may be vectors or matrices of one shape. Defaults: the longest length, int32, 'pre', 'pre', 0.
 * @throws ValueError when the elements of sequences differ in shape.
 * @example padSequences([[1], [2, 3]]).arraySync()   // [[0, 1], [2, 3]]
 */
export function padSequences(sequences: readonly TensorLike[], options: PadSequencesOptions = {}): Tensor {
  checkOptions('padSequences', options, {
    maxlen: kinds.integer,
    dtype: kinds.dtype,
    padding: kinds.choice,
    truncating: kinds.choice,
    value: kinds.numbers,
  });
  const { dtype = 'int32', padding = 'pre', truncating = 'pre', value = 0 } = options;
  checkDType(dtype);
  for (const [name, given] of Object.entries({ padding, truncating }))
    if (given !== 'pre' && given !== 'post')
      throw new ValueError(`padSequences: ${name} must be 'pre' or 'post'.\n  Received: ${describe(given)}`);
  if (!Array.isArray(sequences))
    throw new ValueError(`padSequences: an array of sequences is expected.\n  Received: ${describe(sequences)}`);
  const list = sequences.map((s, i) => {
    const t = s instanceof Tensor ? s : Array.isArray(s) && !s.length ? tensor([], [0]) : convert(s);
    if (!t.ndim) throw new ValueError(`padSequences: element ${i} is no sequence.\n  Received: ${describe(s)}`);
    return t;
  });
  const inner = list.find((t) => t.shape[0] > 0)?.shape.slice(1) ?? [];
  list.forEach((t, i) => {
    if (t.shape[0] > 0 && formatShape(t.shape.slice(1)) !== formatShape(inner))
      throw new ValueError(
        `padSequences: elements of sequence ${i} have shape ${formatShape(t.shape.slice(1))} instead of ${formatShape(inner)}.`,
      );
  });
  const length = options.maxlen ?? Math.max(0, ...list.map((t) => t.shape[0]));
  const size = inner.reduce((a, b) => a * b, 1);
  if (!(Number.isInteger(length) && length >= 0))
    throw new ValueError(`padSequences: maxlen must be an integer.\n  Received: ${describe(options.maxlen)}`);
  const rows = allocate('padSequences', ARRAY_OF[dtype] ?? Float64Array, list.length * length * size).fill(value);
  list.forEach((t, i) => {
    const kept = Math.min(t.shape[0], length);
    const values = t.cast('float64').dataSync() as Float64Array;
    const from = truncating === 'pre' ? t.shape[0] - kept : 0;
    const to = padding === 'pre' ? length - kept : 0;
    rows.set(values.subarray(from * size, (from + kept) * size), (i * length + to) * size);
  });
  return tensor(rows, [list.length, length, ...inner], dtype);
}
