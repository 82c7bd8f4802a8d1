/** The metrics of a compiled model, output by output (keras.src.trainers.compile_utils.CompileMetrics). */
import { TypeError, ValueError } from '../../errors';
import { flattenStructure, isRecord } from '../../nest';
import type { Tensor } from '../../tensor';
import * as metrics from '../metrics/index';
import { snakeCase } from '../naming';
import { isSerialized } from '../saving/serialize';
import { kindOf, outputsOf } from './compile_loss';
import { isTensor } from './data';

const isSingle = (x: unknown): boolean => typeof x === 'string' || typeof x === 'function' || x instanceof metrics.Metric || isSerialized(x);

function resolve(identifier: unknown, yTrue: Tensor | undefined, yPred: Tensor): metrics.Metric {
  const name = typeof identifier === 'string' ? snakeCase(identifier) : null;
  let metric: metrics.Metric | null;
  if (name === 'accuracy' || name === 'acc') {
    const kind = kindOf(yTrue, yPred);
    metric = kind === 'binary' ? new metrics.BinaryAccuracy() : kind === 'sparse' ? new metrics.SparseCategoricalAccuracy() : new metrics.CategoricalAccuracy();
  } else if (name === 'crossentropy' || name === 'ce') {
    const kind = kindOf(yTrue, yPred);
    metric = kind === 'binary' ? new metrics.BinaryCrossentropy() : kind === 'sparse' ? new metrics.SparseCategoricalCrossentropy() : new metrics.CategoricalCrossentropy();
  } else metric = metrics.get(identifier);
  if (!metric) throw new TypeError(`compile: a metric must be a name, a Metric or a function.\n  Received: ${String(identifier)}`);
  if (typeof identifier === 'string') metric.name = identifier;
  return metric;
}

/** @internal */
export class CompileMetrics {
  private byOutput: metrics.Metric[][] | null = null;
  private names: string[] = [];
  constructor(
    readonly option: unknown,
    private readonly isWeighted: boolean,
  ) {
    if (option === null || option === undefined) return;
    if (!Array.isArray(option) && !isRecord(option))
      throw new TypeError(`compile: metrics must be an array, or a record by output name.\n  Received: ${String(option)}\n  Fix: metrics: [${JSON.stringify(option)}]`);
    for (const m of flattenNames(option)) if (isSingle(m) && m !== 'accuracy' && m !== 'acc' && m !== 'crossentropy' && m !== 'ce') metrics.get(m);
  }
  get all(): metrics.Metric[] {
    return [...new Set((this.byOutput ?? []).flat())];
  }
  /** Output name (where there are several outputs) and metric of each result. */
  entries(): { output: string | null; metric: metrics.Metric }[] {
    return (this.byOutput ?? []).flatMap((list, i) => list.map((metric) => ({ output: this.names.length > 1 ? this.names[i] : null, metric })));
  }
  private build(predictions: { name: string; value: Tensor }[], targets: (Tensor | undefined)[]): metrics.Metric[][] {
    this.names = predictions.map((p) => p.name);
    const { option } = this;
    let lists: unknown[];
    if (isRecord(option)) {
      for (const key of Object.keys(option))
        if (!this.names.includes(key)) throw new ValueError(`compile: metrics name output '${key}' but the model's outputs are ${this.names.map((n) => `'${n}'`).join(', ')}.`);
      lists = this.names.map((n) => option[n] ?? []);
    } else if (predictions.length === 1) lists = [option];
    else {
      const given = option as unknown[];
      if (given.length !== predictions.length)
        throw new ValueError(
          `compile: metrics must have an entry for each of the ${predictions.length} outputs (${this.names.join(', ')}), or be a record by output name.\n  Received: ${given.length} entries`,
        );
      lists = given;
    }
    return lists.map((list, i) =>
      (Array.isArray(list) ? list.flat() : [list]).filter((m) => m !== null && m !== undefined).map((m) => resolve(m, targets[i], predictions[i].value)),
    );
  }
  update(y: unknown, yPred: unknown, sampleWeight: unknown, outputNames: readonly string[] | null): void {
    if (this.option === null || this.option === undefined) return;
    const predictions = outputsOf(yPred, outputNames);
    const align = (s: unknown): (Tensor | undefined)[] => (isRecord(s) ? predictions.map((p) => s[p.name] as Tensor) : flattenStructure(s, isTensor));
    const targets = align(y),
      weights = align(sampleWeight);
    this.byOutput ??= this.build(predictions, targets);
    this.byOutput.forEach((list, i) => {
      for (const m of list) m.updateState(targets[i] as Tensor, predictions[i].value, this.isWeighted && weights.length ? { sampleWeight: weights[i] ?? weights[0] } : {});
    });
  }
}
/** @internal Names of results: with that of the output where there are several, made unique as Keras does. */
export function resultNames(plain: CompileMetrics, weighted: CompileMetrics): Map<metrics.Metric, string> {
  const names = new Map<metrics.Metric, string>(),
    counts = new Map<string, number>();
  const unique = (name: string): string => {
    const n = counts.get(name) ?? 0;
    counts.set(name, n + 1);
    return n ? `${name}_${n}` : name;
  };
  const full = (output: string | null, name: string): string => (output === null ? name : `${output}_${name}`);
  for (const { output, metric } of plain.entries()) names.set(metric, unique(full(output, metric.name)));
  for (const { output, metric } of weighted.entries()) {
    const name = full(output, metric.name);
    names.set(metric, unique(counts.has(name) ? full(output, `weighted_${metric.name}`) : name));
  }
  return names;
}
const flattenNames = (x: unknown): unknown[] =>
  isSingle(x) || x === null || x === undefined ? [x] : Array.isArray(x) ? x.flatMap(flattenNames) : isRecord(x) ? Object.values(x).flatMap(flattenNames) : [x];
