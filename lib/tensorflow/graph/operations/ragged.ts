/** Operations on rows of several lengths: ragged and sparse tensors, segments, counts. What stands where is known before a step. */
import { convert, tensor, Tensor } from '../../../core/tensor';
import * as ops from '../../../ops/index';
import type { NodeCall, Operation, Operations } from '../operation';
import { valuesOf } from '../texts';
import { integers, type Value } from '../values';
import { moving } from './texts';

const MAX_SIZE = 2 ** 28;
const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
function sized(n: NodeCall, sizes: readonly number[]): number {
  const count = product(sizes);
  if (sizes.some((s) => !(s >= 0)) || count > MAX_SIZE)
    n.fail(`a tensor of ${sizes.join(' x ')} elements is asked for.`);
  return count;
}
const int64 = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  integers(values, shape, 'int64');
const plain = (n: NodeCall, i: number): number[] => valuesOf(n.where, n.tensor(i));

/** Rows that `places` name, each a row of `x`; -1 stands for `filler`, which is one row or one element. */
function placed(x: Tensor, places: readonly number[], filler: Tensor): Tensor {
  const row = x.shape.slice(1);
  const last = ops.broadcastTo(filler, [1, ...row]);
  const count = x.shape[0];
  const all = ops.concatenate([x, ops.cast(last, x.dtype)], { axis: 0 });
  return ops.take(
    all,
    Int32Array.from(places, (p) => (p < 0 ? count : p)),
    { axis: 0 },
  );
}
/** Of each item the number of its row, and how many rows there are, as one level of a ragged tensor says it. */
function rowsOf(n: NodeCall, kind: string, numbers: readonly number[], items: number): number[] {
  if (kind === 'VALUE_ROWIDS') return [...numbers];
  if (kind !== 'ROW_SPLITS') return n.fail(`rows that are told by '${kind}'.`);
  const ids: number[] = [];
  for (let r = 0; r + 1 < numbers.length; r++) {
    if (!(numbers[r + 1] >= numbers[r]) || numbers[r + 1] > items)
      n.fail('its rows end before they begin, or behind the values.');
    for (let k = numbers[r]; k < numbers[r + 1]; k++) ids.push(r);
  }
  return ids;
}
function denseOfRagged(n: NodeCall): Tensor {
  const values = n.tensor(1);
  const wanted = plain(n, 0);
  const kinds = n.attributes.strings('row_partition_types');
  const parts = kinds.map((_, i) => plain(n, 3 + i));
  const [first] = kinds;
  const rows = first === 'FIRST_DIM_SIZE' ? parts[0][0] : parts[0].length - 1;
  const levels = kinds.flatMap((kind, i) => (kind === 'FIRST_DIM_SIZE' ? [] : [{ kind, numbers: parts[i] }]));
  const limit = (axis: number, longest: number): number =>
    wanted.length > axis && wanted[axis] >= 0 ? wanted[axis] : longest;
  const sizes = [limit(0, rows)];
  sized(n, [rows]);
  // Where each row of the level goes; -1: nowhere.
  let places = Array.from({ length: rows }, (_, i) => (i < sizes[0] ? i : -1));
  levels.forEach(({ kind, numbers }, level) => {
    const next = levels[level + 1];
    const items = next ? (next.kind === 'ROW_SPLITS' ? next.numbers.length - 1 : MAX_SIZE) : values.shape[0];
    const ids = rowsOf(n, kind, numbers, items);
    const counts = new Map<number, number>();
    const columns = ids.map((r) => {
      const c = counts.get(r) ?? 0;
      counts.set(r, c + 1);
      return c;
    });
    const longest = Math.max(0, ...new Set(counts.values()));
    const size = limit(level + 1, longest);
    sizes.push(size);
    places = ids.map((r, i) => {
      if (!(r >= 0 && r < places.length)) n.fail(`row ${r} of ${places.length}.`);
      return places[r] >= 0 && columns[i] < size ? places[r] * size + columns[i] : -1;
    });
  });
  const count = sized(n, sizes);
  if (places.length > values.shape[0]) n.fail(`${places.length} values are told of and ${values.shape[0]} there.`);
  const from = new Int32Array(count).fill(-1);
  places.forEach((p, i) => {
    if (p >= 0) from[p] = i;
  });
  const dense = placed(values, Array.from(from), n.tensor(2));
  return ops.reshape(dense, [...sizes, ...values.shape.slice(1)]);
}
/** Places, values and shape of a ragged tensor as a sparse one. */
function sparseOfRagged(n: NodeCall): Value[] {
  const levels = n.inputs.slice(0, -1).map((_, i) => plain(n, i));
  const values = n.inputs.at(-1)!;
  let places: number[][] = Array.from({ length: levels[0].length - 1 }, (_, i) => [i]);
  const shape = [places.length];
  for (const splits of levels) {
    let longest = 0;
    places = places.flatMap((place, r) => {
      const length = splits[r + 1] - splits[r];
      longest = Math.max(longest, length);
      if (!(length >= 0)) n.fail('its rows end before they begin.');
      return Array.from({ length }, (_, c) => [...place, c]);
    });
    shape.push(longest);
  }
  return [int64(places.flat(), [places.length, shape.length]), values, int64(shape)];
}
function ranges(n: NodeCall): Value[] {
  const [starts, ends, steps] = [plain(n, 0), plain(n, 1), plain(n, 2)];
  const rows = Math.max(starts.length, ends.length, steps.length);
  const at = (list: number[], i: number): number => list[list.length === 1 ? 0 : i];
  const splits = [0];
  const all: number[] = [];
  for (let i = 0; i < rows; i++) {
    const step = at(steps, i);
    const count = Math.max(0, Math.ceil((at(ends, i) - at(starts, i)) / step));
    sized(n, [all.length + count]);
    for (let k = 0; k < count; k++) all.push(at(starts, i) + k * step);
    splits.push(all.length);
  }
  return [
    integers(splits, [splits.length], n.attributes.dtype('Tsplits', 'int64')),
    integers(all, [all.length], n.tensor(0).dtype),
  ];
}

// ---- sparse tensors
function denseOfSparse(n: NodeCall): Tensor {
  const places = n.tensor(0);
  const shape = plain(n, 1);
  const count = sized(n, shape);
  const values = n.tensor(2);
  const flat = plain(n, 0);
  const depth = shape.length;
  const from = new Int32Array(count).fill(-1);
  for (let i = 0; i * depth < flat.length || (depth === 0 && i < 1); i++) {
    const place = places.ndim === 2 ? flat.slice(i * depth, (i + 1) * depth) : [flat[i]];
    if (place.some((p, a) => !(p >= 0 && p < shape[a])))
      n.fail(`place ${place.join(', ')} in a tensor of ${shape.join(' x ')}.`);
    from[place.reduce((o, p, a) => o * shape[a] + p, 0)] = values.ndim ? i : 0;
  }
  return ops.reshape(placed(ops.reshape(values, [-1]), Array.from(from), n.tensor(3)), shape);
}
function reshapedSparse(n: NodeCall): Value[] {
  const flat = plain(n, 0);
  const shape = plain(n, 1);
  const wanted = plain(n, 2);
  const total = product(shape);
  const known = product(wanted.filter((d) => d >= 0));
  const to = wanted.map((d) => (d < 0 ? (known ? total / known : 0) : d));
  if (product(to) !== total) n.fail(`a tensor of ${shape.join(' x ')} as one of ${to.join(' x ')}.`);
  const count = shape.length ? flat.length / shape.length : 0;
  const places: number[] = [];
  for (let i = 0; i < count; i++) {
    let at = flat.slice(i * shape.length, (i + 1) * shape.length).reduce((o, p, a) => o * shape[a] + p, 0);
    const place = to.map(() => 0);
    for (let a = to.length - 1; a >= 0; a--) {
      place[a] = at % to[a];
      at = Math.floor(at / to[a]);
    }
    places.push(...place);
  }
  return [int64(places, [count, to.length]), int64(to)];
}
/** Rows without an element get one with the default value. */
function filledRows(n: NodeCall): Value[] {
  const flat = plain(n, 0);
  const values = n.tensor(1);
  const shape = plain(n, 2);
  const depth = shape.length;
  const rows: number[][] = Array.from({ length: sized(n, [shape[0]]) }, () => []);
  for (let i = 0; i * depth < flat.length; i++) {
    const row = rows[flat[i * depth]];
    if (!row) n.fail(`row ${flat[i * depth]} of ${shape[0]}.`);
    row.push(i);
  }
  const from = rows.flatMap((row) => (row.length ? row : [-1]));
  const places = rows.flatMap((row, r) =>
    row.length ? row.flatMap((i) => flat.slice(i * depth, (i + 1) * depth)) : [r, ...Array<number>(depth - 1).fill(0)],
  );
  const back: number[] = [];
  from.forEach((i, k) => {
    if (i >= 0) back[i] = k;
  });
  return [
    int64(places, [from.length, depth]),
    placed(values, from, n.tensor(3)),
    tensor(
      Uint8Array.from(rows, (row) => Number(!row.length)),
      [rows.length],
      'bool',
    ),
    int64(back),
  ];
}

// ---- segments
type Combined = 'sum' | 'mean' | 'sqrtn';
function segmented(n: NodeCall, rows: Tensor, ids: readonly number[], count: number, how: Combined): Tensor {
  const total = ops.segmentSum(rows, Int32Array.from(ids), { numSegments: count });
  if (how === 'sum') return total;
  const sizes = new Float32Array(sized(n, [count]));
  for (const id of ids) sizes[id]++;
  const divisor = sizes.map((s) => (how === 'mean' ? Math.max(1, s) : Math.sqrt(Math.max(1, s))));
  return ops.divide(total, ops.reshape(convert(divisor, rows), [count, ...rows.shape.slice(1).map(() => 1)]));
}
function idsOf(n: NodeCall, input: number, isCounted: number | null): { ids: number[]; count: number } {
  const ids = plain(n, input);
  const count = isCounted === null ? (ids.length ? ids[ids.length - 1] + 1 : 0) : n.number(isCounted);
  if (ids.some((id) => !(id >= 0 && id < count))) n.fail(`a segment that is none of ${count}.`);
  sized(n, [count]);
  return { ids, count };
}
const sparseSegments =
  (how: Combined, isCounted: boolean): Operation['run'] =>
  (n) => {
    const { ids, count } = idsOf(n, 2, isCounted ? 3 : null);
    return segmented(n, ops.take(n.tensor(0), n.tensor(1), { axis: 0 }), ids, count, how);
  };
const segments =
  (how: Combined): Operation['run'] =>
  (n) => {
    const { ids, count } = idsOf(n, 1, null);
    return segmented(n, n.tensor(0), ids, count, how);
  };

// ---- counts, places, different values
function counts(
  n: NodeCall,
  rows: readonly (readonly number[])[],
  size: number,
  weights: readonly number[],
  isBinary: boolean,
  hasRows: boolean,
  dtype: Tensor['dtype'],
): Tensor {
  sized(n, [rows.length, size]);
  const all = new Float64Array(rows.length * size);
  let i = 0;
  rows.forEach((row, r) => {
    for (const v of row) {
      if (v < 0) n.fail(`${v} is to be counted; only numbers from 0 on are.`);
      const weight = weights.length ? weights[i] : 1;
      if (v < size) all[r * size + v] = isBinary ? 1 : all[r * size + v] + weight;
      i++;
    }
  });
  return tensor(Array.from(all), hasRows ? [rows.length, size] : [size], dtype);
}
const chunks = (list: readonly number[], width: number, count: number): number[][] =>
  Array.from({ length: count }, (_, i) => list.slice(i * width, (i + 1) * width));
/** The dtype of what is counted: that of the weights. */
const weightsOf = (n: NodeCall, i: number): { weights: number[]; dtype: Tensor['dtype'] } => ({
  weights: plain(n, i),
  dtype: n.tensor(i).dtype,
});
function counted(n: NodeCall): Tensor {
  const x = n.tensor(0);
  const { weights, dtype } = weightsOf(n, 2);
  const isMatrix = x.ndim === 2;
  const rows = isMatrix ? chunks(plain(n, 0), x.shape[1], x.shape[0]) : [plain(n, 0)];
  return counts(n, rows, n.number(1), weights, n.attributes.bool('binary_output'), isMatrix, dtype);
}
function countedRagged(n: NodeCall): Tensor {
  const splits = plain(n, 0);
  const values = plain(n, 1);
  const { weights, dtype } = weightsOf(n, 3);
  const rows = splits.slice(1).map((end, i) => values.slice(splits[i], end));
  return counts(n, rows, n.number(2), weights, n.attributes.bool('binary_output'), true, dtype);
}
function countedSparse(n: NodeCall): Tensor {
  const places = plain(n, 0);
  const values = plain(n, 1);
  const shape = plain(n, 2);
  const { weights, dtype } = weightsOf(n, 4);
  const isMatrix = shape.length === 2;
  const rows: number[][] = Array.from({ length: isMatrix ? sized(n, [shape[0]]) : 1 }, () => []);
  values.forEach((v, i) => (rows[isMatrix ? places[2 * i] : 0] ?? n.fail('a place outside of its shape.')).push(v));
  return counts(n, rows, n.number(3), weights, n.attributes.bool('binary_output'), isMatrix, dtype);
}
function places(n: NodeCall): Tensor {
  const x = n.tensor(0);
  const found: number[] = [];
  plain(n, 0).forEach((v, at) => {
    if (!v) return;
    const place: number[] = [];
    let rest = at;
    for (let a = x.ndim - 1; a >= 0; a--) {
      place.unshift(rest % x.shape[a]);
      rest = Math.floor(rest / x.shape[a]);
    }
    found.push(...place);
  });
  return int64(found, [x.ndim ? found.length / x.ndim : 0, x.ndim]);
}
/** Different values in the order in which they come first, and for each element which one it is. */
function different(n: NodeCall): { first: number[]; which: number[]; counts: number[] } {
  const seen = new Map<number, number>();
  const first: number[] = [];
  const times: number[] = [];
  const which = plain(n, 0).map((v, i) => {
    let k = seen.get(v);
    if (k === undefined) {
      seen.set(v, (k = first.length));
      first.push(i);
      times.push(0);
    }
    times[k]++;
    return k;
  });
  return { first, which, counts: times };
}
const indexType = (n: NodeCall): 'int32' | 'int64' =>
  n.attributes.dtype('out_idx', 'int32') === 'int64' ? 'int64' : 'int32';
const unique = (hasCounts: boolean): Operation => ({
  outputs: hasCounts ? ['y', 'idx', 'count'] : ['y', 'idx'],
  run: (n) => {
    // Texts are told apart by the numbers that stand for them.
    let found = { which: [] as number[], counts: [] as number[] };
    const y = moving((inner) => {
      const { first, which, counts: times } = different(inner);
      found = { which, counts: times };
      return ops.take(inner.tensor(0), Int32Array.from(first), { axis: 0 });
    })(n) as Value;
    const type = indexType(n);
    const rest = hasCounts ? [found.which, found.counts] : [found.which];
    return [y, ...rest.map((list) => integers(list, [list.length], type))];
  },
});
const several =
  (run: (n: NodeCall) => Value[], at: number): Operation['run'] =>
  (n) => {
    // Only one of the outputs may be texts.
    let all: Value[] = [];
    const moved = moving((inner) => {
      all = run(inner);
      return all[at];
    })(n) as Value;
    return all.map((v, i) => (i === at ? moved : v));
  };

/** @internal */
export const ragged: Operations = {
  Bincount: counted,
  Bucketize: (n) => {
    const bounds = tensor(n.attributes.floats('boundaries'), null, 'float32');
    const x = n.tensor(0);
    return ops.cast(
      ops.reshape(ops.searchsorted(bounds, ops.reshape(ops.cast(x, 'float32'), [-1]), { side: 'right' }), x.shape),
      'int32',
    );
  },
  DenseBincount: counted,
  RaggedBincount: countedRagged,
  RaggedRange: { outputs: ['rt_nested_splits', 'rt_dense_values'], run: ranges },
  RaggedTensorToSparse: {
    outputs: ['sparse_indices', 'sparse_values', 'sparse_dense_shape'],
    run: sparseOfRagged,
  },
  RaggedTensorToTensor: moving(denseOfRagged),
  SegmentMean: segments('mean'),
  SegmentSum: segments('sum'),
  SparseBincount: countedSparse,
  SparseFillEmptyRows: {
    outputs: ['output_indices', 'output_values', 'empty_row_indicator', 'reverse_index_map'],
    run: several(filledRows, 1),
  },
  SparseReshape: { outputs: ['output_indices', 'output_shape'], run: reshapedSparse },
  SparseSegmentMean: sparseSegments('mean', false),
  SparseSegmentMeanWithNumSegments: sparseSegments('mean', true),
  SparseSegmentSqrtN: sparseSegments('sqrtn', false),
  SparseSegmentSqrtNWithNumSegments: sparseSegments('sqrtn', true),
  SparseSegmentSum: sparseSegments('sum', false),
  SparseSegmentSumWithNumSegments: sparseSegments('sum', true),
  SparseToDense: moving(denseOfSparse),
  Unique: unique(false),
  UniqueV2: unique(false),
  UniqueWithCounts: unique(true),
  UniqueWithCountsV2: unique(true),
  Where: { outputs: ['index'], run: places },
};
