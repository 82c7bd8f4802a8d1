/** Data of fit, evaluate and predict: tensors with a row for each example, or batches that come one by one. */
import { describe } from '../../support/describe';
import { binding } from '../../core/binding';
import { ValueError } from '../../support/errors';
import { flattenStructure, isRecord, mapStructure } from '../../support/nest';
import { formatShape, Tensor, tensor, isTensor } from '../../core/tensor';
import { Variable } from '../../core/variable';
import type { Batch, BatchedData, Data, IndexedBatches } from './types';
import { isTypedArray } from '../../support/realms';
import { dataTensors } from '../utils/rows';

/** @internal True for what gives batches. */
export function isBatches(x: unknown): x is BatchedData {
  if (typeof x === 'function') return true;
  if (
    typeof x !== 'object' ||
    x === null ||
    Array.isArray(x) ||
    isTypedArray(x) ||
    isTensor(x) ||
    x instanceof Variable
  )
    return false;
  return Symbol.iterator in x || Symbol.asyncIterator in x || typeof (x as IndexedBatches).getItem === 'function';
}

/** @internal A batch, or all rows: what a step takes. */
export interface Examples {
  x: unknown;
  y: unknown;
  sampleWeight: unknown;
}

/** @internal All tensors of the examples, in the order in which steps take them. */
export const tensorsOf = (e: Examples): Tensor[] => flattenStructure([e.x, e.y, e.sampleWeight], isTensor);

/** @internal Converts and checks arrays. @throws ValueError for empty data and lengths that differ. */
export function arrayData(
  where: string,
  x: Data,
  y: Data | null | undefined,
  sampleWeight: Data | null | undefined,
): Examples & { rows: number } {
  const data: Examples = {
    x: dataTensors(x, `${where}: x`),
    y: dataTensors(y, `${where}: y`),
    sampleWeight: dataTensors(sampleWeight, `${where}: sampleWeight`),
  };
  if (data.x === null) throw new ValueError(`${where}: x is missing.`);
  const named = (['x', 'y', 'sampleWeight'] as const).flatMap((name) =>
    flattenStructure(data[name], isTensor).map((t, i, all) => ({ name: all.length > 1 ? `${name}[${i}]` : name, t })),
  );
  for (const { name, t } of named)
    if (!t.ndim) throw new ValueError(`${where}: ${name} must have an axis of examples.\n  Received: a scalar`);
  if (!named.length || !named.some(({ name }) => name.startsWith('x')))
    throw new ValueError(`${where}: x holds no data.\n  Received: ${describe(x)}`);
  const rows = named[0].t.shape[0];
  if (named.some(({ t }) => t.shape[0] !== rows))
    throw new ValueError(
      `${where}: all data must have the same number of examples.\n  Received: ${named.map(({ name, t }) => `${name} with ${t.shape[0]}`).join(', ')}`,
    );
  if (!rows)
    throw new ValueError(
      `${where}: the data are empty.\n  Received: ${named.map(({ name, t }) => `${name} of shape ${formatShape(t.shape)}`).join(', ')}`,
    );
  return { ...data, rows };
}
/** @internal One batch of an iterable. */
export function batchData(where: string, batch: Batch): Examples & { rows: number } {
  if (isTensor(batch) || isRecord(batch)) return arrayData(where, batch as Data, null, null);
  if (!Array.isArray(batch) || !batch.length || batch.length > 3)
    throw new ValueError(
      `${where}: an iterable must yield batches [x], [x, y] or [x, y, sampleWeight].\n  Received: ${Array.isArray(batch) ? `an array of ${batch.length}` : String(batch)}`,
    );
  return arrayData(where, batch[0] as Data, batch[1] as Data, batch[2] as Data);
}
/** @internal Rows [from, to) of every tensor, without copying more than these. */
export function rowsOf(data: unknown, from: number, to: number): unknown {
  return mapStructure(data, isTensor, (t) =>
    t.slice(
      t.shape.map((_, i) => (i ? 0 : from)),
      t.shape.map((d, i) => (i ? d : to - from)),
    ),
  );
}

/** @internal Weights by class number. */
export function checkClassWeight(where: string, given: unknown): void {
  if (given === null || given === undefined) return;
  const isWeights =
    typeof given === 'object' &&
    Object.entries(given).every(([k, w]) => /^\d+$/.test(k) && typeof w === 'number' && Number.isFinite(w));
  if (!isWeights)
    throw new ValueError(
      `${where}: classWeight must give a number for class numbers, like { 0: 1, 1: 2.5 }.\n  Received: ${describe(given)}`,
    );
}
/** @internal A weight for each example from the weights of classes. */
export async function classWeights(
  y: unknown,
  classWeight: Readonly<Record<number, number>>,
  sampleWeight: unknown,
): Promise<Tensor> {
  if (!isTensor(y)) throw new ValueError('classWeight: only for models with one output.');
  if (sampleWeight !== null && sampleWeight !== undefined)
    throw new ValueError(
      'classWeight and sampleWeight cannot be given at the same time.\n  Fix: multiply the weights of the classes into sampleWeight.',
    );
  const isOneHot = y.ndim > 1 && y.shape.at(-1)! > 1;
  const classes = await (isOneHot ? y.argmax({ axis: y.ndim - 1 }) : y.reshape([-1])).data();
  const weights = Float32Array.from({ length: classes.length }, (_, i) => classWeight[Number(classes[i])] ?? 1);
  return tensor(weights, isOneHot ? y.shape.slice(0, -1) : [classes.length]);
}

/** @internal The same structure, each tensor replaced. */
export const mapTensors = (s: unknown, f: (t: Tensor) => Tensor): unknown => mapStructure(s, isTensor, f);
/** @internal A batch of `size` rows with the shapes of the data: only shapes and dtypes are looked at. */
export function standIns(data: Examples, size: number): Examples {
  const like = (s: unknown): unknown =>
    mapTensors(s, (t) => binding.placeholder([size, ...t.shape.slice(1)], t.dtype) as Tensor);
  return { x: like(data.x), y: like(data.y), sampleWeight: like(data.sampleWeight) };
}
