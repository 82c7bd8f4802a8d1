/**
 * Arrays with texts for layers that make rows as long as the longest text (TextVectorization without a length): as Keras
 * does, each batch is filled up to its own longest text, so such arrays are given batch by batch.
 */
import { isTensor } from '../../core/tensor';
import { ValueError } from '../../support/errors';
import { take } from '../../ops/indexing';
import { fitsBatches, structured, valuesOf, type TextGraph } from './texts';
import { hasText } from '../layers/preprocessing/values';
import { isBatches, mapTensors } from './data';
import { shuffledRows, dataTensors } from '../utils/rows';
import { flattenStructure } from '../../support/nest';
import type { Data, IndexedBatches } from './types';

/** @internal Arrays of one call of fit, evaluate or predict. */
export interface TextArrays {
  rows: number;
  /** Batches of the rows [from, to), in another order in each pass where there is a seed. */
  batches(from: number, to: number, batchSize: number, seed: number | null): IndexedBatches;
}
/** @internal Arrays that have to be given in batches; null for all others. @throws ValueError for numbers of examples that differ. */
export function textArrays(
  where: string,
  graph: TextGraph | null,
  x: Data,
  y: Data | null,
  sampleWeight: Data | null,
): TextArrays | null {
  if (!fitsBatches(graph) || isBatches(x)) return null;
  const given = valuesOf(graph, x);
  if (!given?.some(hasText)) return null;
  const values = given.map((v) => (hasText(v) ? (v as readonly unknown[]) : dataTensors(v, `${where}: x`)));
  const targets = [y, sampleWeight].map((v) => dataTensors(v, where));
  const lengths = [
    ...values.map((v) => (Array.isArray(v) ? v.length : flattenStructure(v, isTensor)[0]?.shape[0])),
    ...flattenStructure(targets, isTensor).map((t) => t.shape[0]),
  ];
  const [rows] = lengths;
  if (!rows || lengths.some((n) => n !== rows))
    throw new ValueError(
      `${where}: all data must have the same number of examples.\n  Received: ${lengths.join(', ')}`,
    );
  const picked = (data: unknown, index: Int32Array): unknown =>
    Array.isArray(data) && hasText(data)
      ? Array.from(index, (i) => data[i] as unknown)
      : mapTensors(data, (t) => take(t, index, { axis: 0 }));
  return {
    rows,
    batches(from, to, batchSize, seed) {
      const count = to - from;
      let pass = 0;
      let order: Int32Array | null = null;
      return {
        numBatches: Math.ceil(count / batchSize),
        async getItem(i: number) {
          if (seed !== null) order ??= await shuffledRows(count, (seed + pass * 0x9e3779b9) >>> 0);
          const index = Int32Array.from(
            { length: Math.min(batchSize, count - i * batchSize) },
            (_, k) => from + (order ? order[i * batchSize + k] : i * batchSize + k),
          );
          const x = structured(
            graph,
            values.map((v) => picked(v, index)),
          );
          return [
            x,
            ...targets.slice(0, targets[1] !== null ? 2 : targets[0] !== null ? 1 : 0).map((t) => picked(t, index)),
          ];
        },
        onEpochEnd() {
          pass++;
          order = null;
        },
      };
    },
  };
}
