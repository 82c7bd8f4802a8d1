/** Windows of a time series (keras.src.utils.timeseries_dataset_utils). */
import { describe } from '../../support/describe';
import { ValueError } from '../../support/errors';
import { makeDefaultSeed } from '../../core/seed';
import { convert, tensor, type Tensor, type TensorLike } from '../../core/tensor';
import { checkOptions, kinds } from '../options';
import { shuffledRows } from './rows';
import { batchPositions, Dataset } from './dataset';

export interface TimeseriesOptions {
  /** Rows between the beginnings of neighbouring windows, >= 1. Default 1. */
  sequenceStride?: number;
  /** Rows between neighbouring elements of a window, >= 1. Default 1. */
  samplingRate?: number;
  /** Windows in a batch; null: one by one, without a batch axis. Default 128. */
  batchSize?: number | null;
  /** Whether windows come in another order. Default false. */
  shuffle?: boolean;
  /** Seed of that order, an integer >= 0. Default null: of its own. */
  seed?: number | null;
  /** Row before which none is used. Default null: 0. */
  startIndex?: number | null;
  /** Row from which on none is used. Default null: the number of rows. */
  endIndex?: number | null;
}
const OPTIONS = {
  sequenceStride: kinds.integer,
  samplingRate: kinds.integer,
  batchSize: kinds.integer,
  shuffle: kinds.boolean,
  seed: kinds.seed,
  startIndex: kinds.integer,
  endIndex: kinds.integer,
};
/**
 * Batches of windows `[x, y]` of a series: window i holds `sequenceLength` rows of `data` from row i * sequenceStride on, each
 * `samplingRate` rows apart; y is row i * sequenceStride of `targets`. Without targets (null) batches are x alone.
 * Defaults: stride 1, rate 1, batchSize 128 (null: single windows), not shuffled, all rows.
 * @throws ValueError when a number does not fit the length of the data.
 */
export function timeseriesDatasetFromArray(
  data: TensorLike,
  targets: TensorLike | null,
  sequenceLength: number,
  options: TimeseriesOptions = {},
): Dataset<Tensor | [Tensor, Tensor]> {
  checkOptions('timeseriesDatasetFromArray', options, OPTIONS);
  const where = 'timeseriesDatasetFromArray';
  const rows = convert(data);
  const n = rows.shape[0];
  const { sequenceStride = 1, samplingRate = 1, batchSize = 128, shuffle = false } = options;
  const start = options.startIndex ?? 0;
  const end = options.endIndex ?? n;
  const whole = (name: string, value: number, low: number, high: number): void => {
    if (!(Number.isInteger(value) && value >= low && value <= high))
      throw new ValueError(
        `${where}: ${name} must be an integer from ${low} to ${high}, the data having ${n} rows.\n  Received: ${describe(value)}`,
      );
  };
  whole('startIndex', start, 0, n - 1);
  whole('endIndex', end, start + 1, n);
  whole('samplingRate', samplingRate, 1, n - 1);
  whole('sequenceStride', sequenceStride, 1, n - 1);
  whole('sequenceLength', sequenceLength, 1, n);
  if (batchSize !== null && !(Number.isInteger(batchSize) && batchSize > 0))
    throw new ValueError(`${where}: batchSize must be an integer > 0, or null.\n  Received: ${describe(batchSize)}`);
  const goals = targets === null ? null : convert(targets);
  let windows = end - start - (sequenceLength - 1) * samplingRate;
  if (goals) windows = Math.min(windows, goals.shape[0] - start);
  const count = Math.max(0, Math.ceil(windows / sequenceStride));
  const seed = options.seed ?? makeDefaultSeed();
  let passes = 0;
  const gather = (positions: readonly number[]): Tensor | [Tensor, Tensor] => {
    const firsts = positions.map((p) => start + p * sequenceStride);
    const at = Int32Array.from(
      firsts.flatMap((f) => Array.from({ length: sequenceLength }, (_, k) => f + k * samplingRate)),
    );
    const x = rows.take(tensor(at, [firsts.length, sequenceLength]), { axis: 0 });
    return goals ? [x, goals.take(tensor(Int32Array.from(firsts)), { axis: 0 })] : x;
  };
  const single = (x: Tensor): Tensor => x.squeeze({ axis: 0 });
  return new Dataset({
    length: batchSize === null ? count : Math.ceil(count / batchSize),
    async *open() {
      const order = shuffle
        ? await shuffledRows(count, (seed + passes++ * 0x9e3779b9) >>> 0)
        : Int32Array.from({ length: count }, (_, i) => i);
      for (const positions of batchPositions(order, batchSize ?? 1)) {
        const batch = gather(positions);
        if (batchSize !== null) yield batch;
        else yield Array.isArray(batch) ? (batch.map(single) as [Tensor, Tensor]) : single(batch);
      }
    },
  });
}
