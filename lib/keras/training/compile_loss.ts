/** The loss of a compiled model: one for each output, weighted (keras.src.trainers.compile_utils.CompileLoss). */
import { TypeError, ValueError } from '../../errors';
import { flattenStructure, isRecord } from '../../nest';
import { convert, run, type Tensor } from '../../tensor';
import * as losses from '../losses/index';
import { Mean } from '../metrics/reduction_metrics';
import { isSerialized } from '../saving/serialize';
import { isTensor } from './data';

/** @internal Predictions and targets, output by output. */
export function outputsOf(structure: unknown, names: readonly string[] | null): { name: string; value: Tensor }[] {
  if (isTensor(structure)) return [{ name: names?.[0] ?? 'output', value: structure }];
  if (isRecord(structure)) return Object.entries(structure).map(([name, value]) => ({ name, value: value as Tensor }));
  return flattenStructure(structure, isTensor).map((value, i) => ({ name: names?.[i] ?? `output_${i}`, value }));
}
/** @internal A value for each output from one, an array, or a record by output name. */
export function perOutput<T>(where: string, given: unknown, names: readonly string[], isSingle: (x: unknown) => boolean): (T | null)[] {
  if (given === null || given === undefined) return names.map(() => null);
  if (isSingle(given)) {
    if (names.length > 1) return names.map(() => given as T);
    return [given as T];
  }
  if (Array.isArray(given)) {
    if (given.length !== names.length) throw new ValueError(`compile: ${where} has ${given.length} entries but the model has ${names.length} outputs: ${names.join(', ')}.`);
    return given as T[];
  }
  const record = given as Record<string, T>;
  for (const key of Object.keys(record))
    if (!names.includes(key)) throw new ValueError(`compile: ${where} names output '${key}' but the model's outputs are ${names.map((n) => `'${n}'`).join(', ')}.`);
  return names.map((n) => record[n] ?? null);
}
const isSingleLoss = (x: unknown): boolean => typeof x === 'string' || typeof x === 'function' || x instanceof losses.Loss || isSerialized(x);

/** @internal */
export class CompileLoss {
  private resolved: (losses.Loss | null)[] | null = null;
  private names: string[] = [];
  /** Means of the losses of each output, when there are several. */
  trackers: Mean[] = [];
  constructor(
    readonly option: unknown,
    private readonly weightOption: unknown,
  ) {
    // Unknown names are refused now, not at the first batch.
    const check = (x: unknown): void => {
      if (x === null || x === undefined) return;
      if (isSingleLoss(x)) {
        if (!isCrossentropy(x)) losses.get(x);
      } else if (Array.isArray(x)) x.forEach(check);
      else if (isRecord(x)) Object.values(x).forEach(check);
      else throw new TypeError(`compile: loss must be a name, a Loss, a function, or an array or record of these.\n  Received: ${String(x)}`);
    };
    check(option);
  }
  /** Losses by output, once the outputs are known. */
  resolve(predictions: { name: string; value: Tensor }[], targets: { value: Tensor }[]): (losses.Loss | null)[] {
    if (this.resolved) return this.resolved;
    this.names = predictions.map((p) => p.name);
    const given = perOutput<unknown>('loss', this.option, this.names, isSingleLoss);
    this.resolved = given.map((l, i) => (isCrossentropy(l) ? crossentropyFor(targets[i]?.value, predictions[i].value) : losses.get(l)));
    if (this.names.length > 1) this.trackers = this.resolved.map((l, i) => (l ? new Mean({ name: `${this.names[i]}_loss` }) : null)).filter((m): m is Mean => m !== null);
    return this.resolved;
  }
  /** The weighted sum of the losses of all outputs, or null when there are none. */
  call(y: unknown, yPred: unknown, sampleWeight: unknown, outputNames: readonly string[] | null): Tensor | null {
    const predictions = outputsOf(yPred, outputNames),
      targets = this.align(y, predictions),
      weights = this.align(sampleWeight, predictions, true);
    const list = this.resolve(predictions, targets as { value: Tensor }[]);
    if (!list.some((l) => l)) return null;
    if (targets.length !== predictions.length)
      throw new ValueError(`the model has ${predictions.length} outputs (${this.names.join(', ')}) but ${targets.length} targets are given.`);
    const lossWeights = perOutput<number>('lossWeights', this.weightOption, this.names, (x) => typeof x === 'number');
    let total: Tensor | null = null,
      tracker = 0;
    list.forEach((loss, i) => {
      if (!loss) return;
      const target = targets[i];
      if (!target) throw new ValueError(`targets for output '${this.names[i]}' are missing.\n  Fix: pass y.`);
      let value = loss.call(target.value, predictions[i].value, weights[i]?.value ?? null);
      const mean = this.trackers[tracker++];
      if (mean) mean.updateState(value, { sampleWeight: convert(predictions[i].value.shape[0] ?? 1, value) });
      const w = lossWeights[i];
      if (w !== null && w !== 1) value = run('multiply', [value, convert(w, value)]);
      total = total ? run('add', [total, value]) : value;
    });
    return total;
  }
  private align(given: unknown, predictions: { name: string }[], isOptional = false): ({ value: Tensor } | null)[] {
    if (given === null || given === undefined) return [];
    if (isRecord(given)) return predictions.map((p) => (given[p.name] ? { value: given[p.name] as Tensor } : null));
    const flat = flattenStructure(given, isTensor);
    if (isOptional && flat.length === 1) return predictions.map(() => ({ value: flat[0] }));
    return flat.map((value) => ({ value }));
  }
}
const isCrossentropy = (x: unknown): boolean => x === 'crossentropy' || x === 'ce';
/** @internal What 'accuracy' and 'crossentropy' mean for these shapes. */
export function kindOf(yTrue: Tensor | undefined, yPred: Tensor): 'binary' | 'sparse' | 'categorical' {
  if (yPred.shape.at(-1) === 1 || !yPred.ndim) return 'binary';
  return yTrue && (yTrue.ndim < yPred.ndim || yTrue.shape.at(-1) === 1) ? 'sparse' : 'categorical';
}
function crossentropyFor(yTrue: Tensor | undefined, yPred: Tensor): losses.Loss {
  const kind = kindOf(yTrue, yPred);
  return kind === 'binary' ? new losses.BinaryCrossentropy() : kind === 'sparse' ? new losses.SparseCategoricalCrossentropy() : new losses.CategoricalCrossentropy();
}
