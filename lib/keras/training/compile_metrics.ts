/** The metrics of a compiled model, output by output (keras.src.trainers.compile_utils.CompileMetrics). */
import { describe } from '../../support/describe';
import { TypeError, ValueError } from '../../support/errors';
import { isRecord } from '../../support/nest';
import type { Tensor } from '../../core/tensor';
import * as metrics from '../metrics/index';
import { snakeCase } from '../serialization/naming';
import { isSerialized } from '../serialization/serialize';
import { kindOf } from './compile_loss';
import {
  alignedTo,
  byPosition,
  inKerasOrder,
  isFlat,
  outputsOf,
  placeOf,
  valueAt,
  weightsFor,
  type Output,
} from './outputs';
import { aboutTargets } from './target_errors';

const isSingle = (x: unknown): boolean =>
  typeof x === 'string' || typeof x === 'function' || x instanceof metrics.Metric || isSerialized(x);

function resolve(identifier: unknown, yTrue: Tensor | undefined, yPred: Tensor): metrics.Metric {
  const name = typeof identifier === 'string' ? snakeCase(identifier) : null;
  let metric: metrics.Metric | null;
  if (name === 'accuracy' || name === 'acc') {
    const kind = kindOf(yTrue, yPred);
    metric =
      kind === 'binary'
        ? new metrics.BinaryAccuracy()
        : kind === 'sparse'
          ? new metrics.SparseCategoricalAccuracy()
          : new metrics.CategoricalAccuracy();
  } else if (name === 'crossentropy' || name === 'ce') {
    const kind = kindOf(yTrue, yPred);
    metric =
      kind === 'binary'
        ? new metrics.BinaryCrossentropy()
        : kind === 'sparse'
          ? new metrics.SparseCategoricalCrossentropy()
          : new metrics.CategoricalCrossentropy();
  } else metric = metrics.get(identifier);
  if (!metric)
    throw new TypeError(
      `compile: a metric must be a name, a Metric or a function.\n  Received: ${describe(identifier)}`,
    );
  if (typeof identifier === 'string') metric.name = identifier;
  return metric;
}

/** @internal */
export class CompileMetrics {
  private byOutput: metrics.Metric[][] | null = null;
  private names: (string | null)[] = [];
  constructor(
    readonly option: unknown,
    private readonly isWeighted: boolean,
  ) {
    if (option === null || option === undefined) return;
    if (!Array.isArray(option) && !isRecord(option))
      throw new TypeError(
        `compile: metrics must be an array, or a record by output name.\n  Received: ${describe(option)}\n  Fix: metrics: [${describe(option)}]`,
      );
    for (const m of flattenNames(option))
      if (m !== null && m !== undefined && m !== 'accuracy' && m !== 'acc' && m !== 'crossentropy' && m !== 'ce')
        metrics.get(m);
  }
  get all(): metrics.Metric[] {
    return [...new Set((this.byOutput ?? []).flat())];
  }
  /** Output name (where there are several outputs) and metric of each result. */
  entries(): { output: string | null; metric: metrics.Metric }[] {
    return (this.byOutput ?? []).flatMap((list, i) =>
      list.map((metric) => ({ output: this.names.length > 1 ? this.names[i] : null, metric })),
    );
  }
  private build(outputs: readonly Output[], targets: readonly (Tensor | null)[]): metrics.Metric[][] {
    const { option } = this;
    const known = (): string => outputs.map((o) => `'${placeOf(o)}'`).join(', ');
    this.names = outputs.map((o) => (isFlat(outputs) && typeof o.path[0] === 'string' ? o.path[0] : o.name));
    let lists: unknown[];
    if (outputs.length === 1) lists = [isRecord(option) ? Object.values(option) : option];
    else if (isFlat(outputs)) {
      const given = byPosition(option, outputs);
      if (isRecord(given)) {
        const unknown = Object.keys(given).find((k) => !this.names.includes(k));
        if (unknown !== undefined)
          throw new ValueError(`compile: metrics name output '${unknown}' but the model's outputs are ${known()}.`);
        lists = this.names.map((n) => given[n!]);
      } else {
        lists = given as unknown[];
        if (lists.length !== outputs.length)
          throw new ValueError(
            `compile: metrics must have an entry for each of the ${outputs.length} outputs (${outputs.map(placeOf).join(', ')}), or be a record by output name.\n  Received: ${lists.length} entries`,
          );
      }
    } else
      lists = outputs.map((o) => {
        const list = valueAt(option, o.path);
        if (list === undefined)
          throw new ValueError(
            `compile: metrics must have the structure of the model's outputs, ${known()}.\n  Received: nothing for '${o.path.join('/')}'\n  Fix: null, for no metrics.`,
          );
        return list;
      });
    return lists.map((list, i) => flattened(list).map((m) => resolve(m, targets[i] ?? undefined, outputs[i].value)));
  }
  update(y: unknown, yPred: unknown, sampleWeight: unknown, outputNames: readonly string[] | null): void {
    if (this.option === null || this.option === undefined) return;
    const outputs = inKerasOrder(outputsOf(yPred, outputNames));
    const isMissing = (i: number): boolean => this.byOutput !== null && !this.byOutput[i].length;
    const targets = alignedTo(
      outputs,
      y,
      'targets',
      outputs.filter((_, i) => !isMissing(i)),
    );
    const weights = this.isWeighted ? weightsFor(outputs, sampleWeight) : [];
    this.byOutput ??= this.build(outputs, targets);
    this.byOutput.forEach((list, i) => {
      for (const m of list) {
        const target = targets[i];
        if (!target) throw new ValueError(`targets for output '${placeOf(outputs[i])}' are missing.\n  Fix: pass y.`);
        aboutTargets(m.name, outputs[i], target, () =>
          m.updateState(target, outputs[i].value, weights[i] ? { sampleWeight: weights[i] } : {}),
        );
      }
    });
  }
}
/** @internal Names of results: with that of the output where there are several, made unique as Keras does. */
export function resultNames(plain: CompileMetrics, weighted: CompileMetrics): Map<metrics.Metric, string> {
  const names = new Map<metrics.Metric, string>();
  const counts = new Map<string, number>();
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
const flattened = (x: unknown): unknown[] =>
  Array.isArray(x) ? x.flatMap(flattened) : x === null || x === undefined ? [] : [x];
const flattenNames = (x: unknown): unknown[] =>
  isSingle(x) || x === null || x === undefined
    ? [x]
    : Array.isArray(x)
      ? x.flatMap(flattenNames)
      : isRecord(x)
        ? Object.values(x).flatMap(flattenNames)
        : [x];
