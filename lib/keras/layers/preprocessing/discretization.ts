/** Discretization: numbers to the bins they fall in. */
import { ValueError } from '../../../support/errors';
import * as ops from '../../../ops/index';
import { convert, Tensor, tensor, type DType, type TensorLike } from '../../../core/tensor';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type LayerOptions } from '../layer';
import { checkOutputMode, encode, encodedShape, refuseSparse, type OutputMode } from './encode';
import { forEachBatch } from './values';

export interface DiscretizationOptions extends LayerOptions {
  /** Ascending limits of the bins: bin i holds x with boundaries[i - 1] <= x < boundaries[i]. Default null: found by `adapt`. */
  binBoundaries?: readonly number[] | null;
  /** Number of bins that `adapt` makes, each with about as many values. Not beside `binBoundaries`. */
  numBins?: number | null;
  /** Error that the quantiles found by `adapt` may have, as a share. Default 0.01. */
  epsilon?: number;
  /** 'int' (default): the number of the bin. 'one_hot', 'multi_hot' and 'count': vectors with an element for each bin. */
  outputMode?: OutputMode;
  /** Must be false: there are no sparse tensors. */
  sparse?: boolean;
}
/** Approximate quantiles: values, ascending, and the weight each stands for. */
interface Summary {
  values: number[];
  weights: number[];
}
const f32 = Math.fround;
function summarize(data: ArrayLike<number>, epsilon: number): Summary {
  const sorted = Float32Array.from(data).sort();
  const step = Math.max(sorted.length * epsilon, 1);
  const values: number[] = [];
  for (let i = Math.trunc(step - 1); i < sorted.length; i += Math.trunc(step)) values.push(sorted[i]);
  return { values, weights: values.map(() => f32(step)) };
}
/** numpy's interp: y at x between ascending points, the ends outside. */
function interpolate(x: number, xs: readonly number[], ys: readonly number[]): number {
  if (x <= xs[0]) return ys[0];
  if (x >= xs[xs.length - 1]) return ys[ys.length - 1];
  let high = xs.findIndex((v) => v > x);
  const low = high - 1;
  if (xs[low] === x) high = low;
  return high === low ? ys[low] : ys[low] + ((x - xs[low]) / (xs[high] - xs[low])) * (ys[high] - ys[low]);
}
function compress(summary: Summary, epsilon: number): Summary {
  if (summary.values.length * epsilon < 1) return summary;
  const count = Math.ceil(1 / epsilon);
  const percents = Array.from({ length: count }, (_, i) => epsilon + i * epsilon);
  let sum = 0;
  const total = summary.weights.map((w) => (sum = f32(sum + w)));
  const shares = total.map((w) => f32(w / total[total.length - 1]));
  const values = percents.map((p) => interpolate(p, shares, summary.values));
  const cumulative = percents.map((p) => interpolate(p, shares, total));
  return { values: values.map(f32), weights: cumulative.map((w, i) => f32(w - (i ? cumulative[i - 1] : 0))) };
}
function merge(a: Summary, b: Summary, epsilon: number): Summary {
  const values = [...a.values, ...b.values];
  const weights = [...a.weights, ...b.weights];
  const order = values.map((_, i) => i).sort((i, j) => values[i] - values[j] || i - j);
  return compress({ values: order.map((i) => values[i]), weights: order.map((i) => weights[i]) }, epsilon);
}

/**
 * The bin of each number: `binBoundaries` are ascending borders, bin i holding [border i - 1, border i). With `numBins`
 * the borders are learned by `adapt`, so that the bins hold about as many numbers each (within `epsilon`, default 0.01).
 * Output: int32 numbers, or by `outputMode` 'one_hot', 'multi_hot' or 'count' vectors of floats.
 */
export class Discretization extends Layer {
  static override positional = ['binBoundaries'];
  static override options: OptionKinds = {
    binBoundaries: kinds.floats,
    numBins: kinds.integer,
    epsilon: kinds.float,
    outputMode: kinds.choice,
    sparse: kinds.boolean,
  };
  binBoundaries: number[] | null;
  readonly numBins: number | null;
  readonly epsilon: number;
  readonly outputMode: OutputMode;
  private summary: Summary = { values: [], weights: [] };
  constructor(
    binBoundaries: readonly number[] | null | DiscretizationOptions = null,
    options: DiscretizationOptions = {},
  ) {
    const all: DiscretizationOptions =
      Array.isArray(binBoundaries) || binBoundaries === null
        ? { ...options, binBoundaries: binBoundaries ?? options.binBoundaries }
        : (binBoundaries as DiscretizationOptions);
    super(all);
    refuseSparse('Discretization', all.sparse);
    this.outputMode = checkOutputMode('Discretization', all.outputMode ?? 'int', [
      'int',
      'one_hot',
      'multi_hot',
      'count',
    ]);
    this.numBins = all.numBins ?? null;
    this.binBoundaries = all.binBoundaries ? Array.from(all.binBoundaries) : null;
    this.epsilon = all.epsilon ?? 0.01;
    if (this.numBins !== null && this.numBins < 0)
      throw new ValueError(`Discretization: numBins must be >= 0.\n  Received: ${this.numBins}`);
    if (this.numBins !== null && this.binBoundaries)
      throw new ValueError(
        `Discretization: numBins and binBoundaries exclude each other.\n  Received: numBins ${this.numBins}, binBoundaries [${this.binBoundaries.join(', ')}]`,
      );
    if (this.numBins === null && !this.binBoundaries)
      throw new ValueError('Discretization: numBins or binBoundaries must be given.');
  }
  /** Learns the borders from data: an array or tensor, or batches of them. @returns a promise for asynchronous data. */
  adapt(data: AsyncIterable<unknown>, options?: { steps?: number | null }): Promise<void>;
  adapt(data: unknown, options?: { steps?: number | null }): void;
  adapt(data: unknown, { steps = null }: { steps?: number | null } = {}): void | Promise<void> {
    if (this.numBins === null)
      throw new ValueError(
        `adapt: layer '${this.name}' has given binBoundaries.\n  Fix: make it with numBins instead.`,
      );
    this.resetState();
    return forEachBatch(
      'adapt',
      data,
      (batch) => this.updateState(batch as TensorLike),
      () => this.finalizeState(),
      steps,
    );
  }
  /** Adds a batch to what is known of the data. */
  updateState(data: TensorLike): void {
    const t = convert(data);
    this.summary = merge(
      summarize(Array.from(t.readSync() as ArrayLike<number>, Number), this.epsilon),
      this.summary,
      this.epsilon,
    );
  }
  /** Makes the borders out of what is known. */
  finalizeState(): void {
    if (this.numBins !== null) this.binBoundaries = compress(this.summary, 1 / this.numBins).values.slice(0, -1);
  }
  /** Forgets the data. */
  resetState(): void {
    if (this.numBins !== null) this.summary = { values: [], weights: [] };
  }
  override call(inputs: Tensor): Tensor {
    if (!this.binBoundaries)
      throw new ValueError('the borders are not known yet.\n  Fix: call adapt(data), or give binBoundaries.');
    const borders = tensor(this.binBoundaries, [this.binBoundaries.length], 'float32');
    const x = inputs.dtype.includes('float') && inputs.dtype !== 'float64' ? inputs : inputs.cast('float32');
    const bins = ops.searchsorted(borders, x.cast('float32'), { side: 'right' });
    return encode(bins, this.outputMode, this.binBoundaries.length + 1, this.outputDtype);
  }
  private get outputDtype(): DType {
    return this.outputMode === 'int' ? 'int32' : this.computeDtype;
  }
  override computeOutputShape(inputShape: SymbolicShape): SymbolicShape {
    return encodedShape(inputShape, this.outputMode, this.binBoundaries ? this.binBoundaries.length + 1 : this.numBins);
  }
  override getConfig() {
    const { trainable: _, ...base } = super.getConfig();
    return {
      ...base,
      dtype: this.dtypePolicy.name,
      binBoundaries: this.binBoundaries,
      numBins: this.numBins,
      epsilon: this.epsilon,
      outputMode: this.outputMode,
      sparse: false,
    };
  }
  static override fromConfig(config: Record<string, unknown>): Discretization {
    const { binBoundaries, ...rest } = config as DiscretizationOptions;
    if (binBoundaries && rest.numBins != null) {
      const layer = new Discretization(rest); // adapted before it was saved
      layer.binBoundaries = Array.from(binBoundaries);
      return layer;
    }
    return new Discretization(config as DiscretizationOptions);
  }
}
registerClass('keras.layers', Discretization);
