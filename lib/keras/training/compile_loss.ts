/** The loss of a compiled model: one for each output, weighted (keras.src.trainers.compile_utils.CompileLoss). */
import { describe } from '../../support/describe';
import { TypeError, ValueError } from '../../support/errors';
import { isRecord } from '../../support/nest';
import { convert, type Tensor } from '../../core/tensor';
import * as losses from '../losses/index';
import { Mean } from '../metrics/reduction_metrics';
import { isSerialized } from '../serialization/serialize';
import {
  alignedTo,
  byPosition,
  inKerasOrder,
  isNested,
  outputsOf,
  placeOf,
  valueAt,
  weightsFor,
  type Output,
  type Path,
} from './outputs';
import { aboutTargets } from './target_errors';

const isSingleLoss = (x: unknown): boolean =>
  typeof x === 'string' || typeof x === 'function' || x instanceof losses.Loss || isSerialized(x);
const isNothing = (x: unknown): x is null | undefined => x === null || x === undefined;

// What `loss` says of one output.
interface Entry {
  output: Output;
  path: Path;
  option: unknown;
}
interface Part {
  output: number;
  loss: losses.Loss;
  weight: number | null;
  name: string;
}

/** @internal */
export class CompileLoss {
  private parts: Part[] | null = null;
  /** Means of the losses of each output, when there are several. */
  trackers: Mean[] = [];
  constructor(
    readonly option: unknown,
    private readonly weightOption: unknown,
  ) {
    // Unknown names are refused now, not at the first batch.
    const check = (x: unknown): void => {
      if (isNothing(x)) return;
      if (isSingleLoss(x)) {
        if (!isCrossentropy(x)) losses.get(x);
      } else if (Array.isArray(x)) x.forEach(check);
      else if (isRecord(x)) Object.values(x).forEach(check);
      else
        throw new TypeError(
          `compile: loss must be a name, a Loss, a function, or an array or record of these.\n  Received: ${describe(x)}`,
        );
    };
    check(option);
  }
  /** The weighted sum of the losses of all outputs, or null when there are none. */
  call(y: unknown, yPred: unknown, sampleWeight: unknown, outputNames: readonly string[] | null): Tensor | null {
    const outputs = outputsOf(yPred, outputNames);
    const entries = this.entriesFor(outputs).filter((e) => !isNothing(e.option));
    const wanted = outputs.filter((o) => entries.some((e) => e.output === o));
    if (!wanted.length) return null;
    const targets = alignedTo(outputs, y, 'targets', wanted);
    const weights = weightsFor(outputs, sampleWeight);
    this.parts ??= this.resolve(outputs, targets);
    let total: Tensor | null = null;
    this.parts.forEach(({ output, loss, weight }, i) => {
      const target = targets[output];
      const prediction = outputs[output].value;
      if (!target)
        throw new ValueError(`targets for output '${placeOf(outputs[output])}' are missing.\n  Fix: pass y.`);
      let value = aboutTargets(
        loss.name.replace(/^loss_function_wrapper(_\d+)?$/, 'loss'),
        outputs[output],
        target,
        () => loss.call(target, prediction, weights[output]),
      );
      this.trackers[i]?.updateState(value, { sampleWeight: convert(prediction.shape[0] ?? 1, value) });
      if (weight !== null && weight !== 1) value = value.mul(weight);
      total = total ? total.add(value) : value;
    });
    return total;
  }
  // Losses by output, once the outputs are known.
  private resolve(outputs: readonly Output[], targets: readonly (Tensor | null)[]): Part[] {
    const entries = this.entriesFor(outputs);
    const weightOf = this.weights(entries, outputs);
    const parts = entries
      .filter((e) => !isNothing(e.option))
      .map((e): Part => {
        const output = outputs.indexOf(e.output);
        const loss = isCrossentropy(e.option)
          ? crossentropyFor(targets[output] ?? undefined, e.output.value)
          : losses.get(e.option)!;
        return { output, loss, weight: weightOf(e), name: nameOf(e, loss) };
      });
    if (parts.length > 1) this.trackers = parts.map((p) => new Mean({ name: `${p.name}_loss` }));
    return parts;
  }
  private entriesFor(outputs: readonly Output[]): Entry[] {
    const { option } = this;
    if (isNothing(option)) return [];
    if (isRecord(option) && !isSingleLoss(option)) {
      const known = outputs.map(placeOf);
      const isByName = outputs.every((o) => typeof o.path[0] !== 'string');
      for (const key of Object.keys(option))
        if (isByName ? !known.includes(key) : !outputs.some((o) => o.path[0] === key))
          throw new ValueError(
            `compile: loss names output '${key}' but the model's outputs are ${known.map((n) => `'${n}'`).join(', ')}.`,
          );
      const missing = isByName && known.find((n) => !(n in option));
      if (missing)
        throw new ValueError(
          `compile: loss says nothing of output '${missing}'.\n  Received: losses for ${Object.keys(option).join(', ')}\n  Fix: ${missing}: null, for no loss.`,
        );
    }
    return collect(byPosition(option, outputs), outputs, []);
  }
  // Of the structure of the loss, one for all, or an array of numbers in Keras' order.
  private weights(entries: readonly Entry[], outputs: readonly Output[]): (e: Entry) => number | null {
    const { weightOption } = this;
    if (isNothing(weightOption)) return () => null;
    if (typeof weightOption === 'number') return () => weightOption;
    if (isRecord(weightOption)) {
      const known = outputs.map(placeOf);
      for (const key of Object.keys(weightOption))
        if (!known.includes(key) && !outputs.some((o) => o.path[0] === key))
          throw new ValueError(
            `compile: lossWeights names output '${key}' but the model's outputs are ${known.map((n) => `'${n}'`).join(', ')}.`,
          );
    }
    const given = byPosition(weightOption, outputs);
    const sorted = inKerasOrder(entries);
    if (Array.isArray(given) && given.length === entries.length && !given.some(isNested))
      return (e) => (given[sorted.indexOf(e)] ?? null) as number | null;
    if (Array.isArray(given) && !given.some(isNested))
      throw new ValueError(
        `compile: lossWeights has ${given.length} entries but the model has ${outputs.length} outputs: ${outputs.map(placeOf).join(', ')}.`,
      );
    return (e) => {
      const w = e.path.length ? valueAt(given, e.path) : given;
      if (w !== null && typeof w !== 'number')
        throw new ValueError(
          `compile: lossWeights has no number for output '${placeOf(e.output)}'.\n  Received: ${describe(weightOption)}`,
        );
      return w;
    };
  }
}
// The losses of the outputs below `path`: one for all of them, an array in their order, or the structure that they have.
function collect(option: unknown, outputs: readonly Output[], path: Path): Entry[] {
  if (isNothing(option) || isSingleLoss(option))
    return outputs.map((output) => ({ output, path: output.path, option }));
  const isHere = outputs.length === 1 && outputs[0].path.length === path.length;
  if (Array.isArray(option)) {
    if (option.length === outputs.length && option.every((o) => isNothing(o) || isSingleLoss(o))) {
      const sorted = inKerasOrder(outputs);
      return outputs.map((output) => ({
        output,
        path: output.path,
        option: option[sorted.indexOf(output)] as unknown,
      }));
    }
    const below = new Set(outputs.map((o) => o.path[path.length]));
    if (isHere || option.length !== below.size || typeof [...below][0] !== 'number')
      throw new ValueError(
        `compile: loss has ${option.length} entries but the model has ${outputs.length} outputs: ${outputs.map(placeOf).join(', ')}.`,
      );
  }
  return Object.entries(option as object).flatMap(([name, inner]) => {
    const key = Array.isArray(option) ? Number(name) : name;
    const inside = isHere ? [] : outputs.filter((o) => o.path[path.length] === key);
    if (!inside.length)
      throw new ValueError(
        `compile: loss has '${[...path, key].join('/')}' but the model's outputs are ${outputs.map((o) => `'${o.path.join('/') || placeOf(o)}'`).join(', ')}.`,
      );
    return collect(inner, inside, [...path, key]);
  });
}
// The keys down to the output; at a position the name of the output, or that of the loss where it has none.
function nameOf({ output, option }: Entry, loss: losses.Loss): string {
  const last = output.path.at(-1);
  if (typeof last === 'string') return output.path.join('/');
  const isFunction = typeof option === 'string' && !/^[A-Z][a-z]/.test(option);
  return [...output.path.slice(0, -1), output.name ?? (isFunction ? option : loss.name)].join('/');
}
const isCrossentropy = (x: unknown): boolean => x === 'crossentropy' || x === 'ce';
/** @internal What 'accuracy' and 'crossentropy' mean for these shapes. */
export function kindOf(yTrue: Tensor | undefined, yPred: Tensor): 'binary' | 'sparse' | 'categorical' {
  if (yPred.shape.at(-1) === 1 || !yPred.ndim) return 'binary';
  return yTrue && (yTrue.ndim < yPred.ndim || yTrue.shape.at(-1) === 1) ? 'sparse' : 'categorical';
}
function crossentropyFor(yTrue: Tensor | undefined, yPred: Tensor): losses.Loss {
  const kind = kindOf(yTrue, yPred);
  return kind === 'binary'
    ? new losses.BinaryCrossentropy()
    : kind === 'sparse'
      ? new losses.SparseCategoricalCrossentropy()
      : new losses.CategoricalCrossentropy();
}
