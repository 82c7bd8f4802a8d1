/** Normalization: features to mean 0 and variance 1. */
import { describe } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import { convert, formatShape, Tensor, type TensorLike } from '../../../core/tensor';
import { withTrace } from '../../../core/trace';
import type { Variable } from '../../../core/variable';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import type { SymbolicShape } from '../../keras_tensor';
import { Layer, type LayerOptions } from '../layer';
import { forEachBatch } from './values';

export interface NormalizationOptions extends LayerOptions {
  /** The axes that have a mean and a variance of their own at each place. Default -1; null: one mean and variance for all. */
  axis?: number | readonly number[] | null;
  /** The mean to subtract, beside `variance`. Default null: found by `adapt`. */
  mean?: TensorLike | null;
  /** The variance by whose root values are divided. Default null: found by `adapt`. */
  variance?: TensorLike | null;
  /** Whether normalized values become values again. Default false. */
  invert?: boolean;
}
const EPSILON = 1e-7;
const shapeOf = (x: TensorLike): number[] => [...convert(x).shape];

/**
 * (x - mean) / max(sqrt(variance), 1e-7); with `invert`, back: x max(sqrt(variance), 1e-7) + mean. Mean and variance are
 * given, or learned from data by `adapt`, one for each position of `axis` (default the last; null for one of all).
 */
export class Normalization extends Layer {
  static override positional = ['axis'];
  static override options: OptionKinds = {
    axis: kinds.integers,
    mean: kinds.floats,
    variance: kinds.floats,
    invert: kinds.boolean,
  };
  static hasMasksOfKeras2 = true;
  override supportsMasking = true;
  readonly axis: readonly number[];
  readonly invert: boolean;
  private readonly given: { mean: TensorLike; variance: TensorLike } | null;
  private adaptMean: Variable | null = null;
  private adaptVariance: Variable | null = null;
  private inputShape_: SymbolicShape | null = null;

  constructor(axis: number | readonly number[] | null | NormalizationOptions = -1, options: NormalizationOptions = {}) {
    const all: NormalizationOptions =
      typeof axis === 'object' && axis !== null && !Array.isArray(axis)
        ? (axis as NormalizationOptions)
        : { ...options, axis: axis as number };
    super(all);
    const { axis: list = -1, mean = null, variance = null, invert = false } = all;
    const axes: unknown = list === null ? [] : typeof list === 'number' ? [list] : list;
    if (!Array.isArray(axes) || !axes.every(Number.isInteger))
      throw new ValueError(
        `Normalization: axis must be an integer, a list of them, or null.\n  Received: ${describe(list)}`,
      );
    this.axis = [...(axes as number[])];
    this.invert = invert;
    if ((mean === null) !== (variance === null))
      throw new ValueError(
        `Normalization: mean and variance must both be given.\n  Received: ${mean === null ? 'no mean' : 'a mean'}, ${variance === null ? 'no variance' : 'a variance'}`,
      );
    this.given = mean === null || variance === null ? null : { mean, variance };
    if (this.given) {
      const [m, v] = [shapeOf(this.given.mean), shapeOf(this.given.variance)];
      if (formatShape(m) !== formatShape(v))
        throw new ValueError(
          `Normalization: mean and variance must have one shape.\n  Received: mean ${formatShape(m)}, variance ${formatShape(v)}`,
        );
      if (m.length > this.axis.length)
        throw new ValueError(
          `Normalization: mean has rank ${m.length} but there ${this.axis.length === 1 ? 'is 1 axis' : `are ${this.axis.length} axes`}.\n  Received: mean ${formatShape(m)}, axis [${this.axis.join(', ')}]`,
        );
    }
  }
  private keptAxes(ndim: number): number[] {
    for (const a of this.axis)
      if (a < -ndim || a >= ndim)
        throw new ValueError(`Normalization: axis ${a} is out of range for inputs of rank ${ndim}.`);
    return this.axis.map((a) => (a < 0 ? a + ndim : a)).sort((a, b) => a - b);
  }
  override build(inputShape: SymbolicShape): void {
    const kept = this.keptAxes(inputShape.length);
    for (const a of kept)
      if (inputShape[a] === null)
        throw new ValueError(
          `Normalization: the size of axis ${a} must be known.\n  Received: input shape ${formatShape(inputShape)}`,
        );
    this.inputShape_ = [...inputShape];
    if (this.given) return;
    const shape = kept.map((a) => inputShape[a]!);
    this.adaptMean = this.addWeight({ name: 'mean', shape, initializer: 'zeros', trainable: false });
    this.adaptVariance = this.addWeight({ name: 'variance', shape, initializer: 'ones', trainable: false });
    this.addWeight({ name: 'count', shape: [], initializer: 'zeros', trainable: false, dtype: 'int64' });
  }
  /** What is spread over the inputs: sizes of the kept axes, 1 elsewhere. */
  private wide(x: Tensor, ndim: number): Tensor {
    const kept = this.keptAxes(ndim);
    const shape = Array<number>(ndim).fill(1);
    if (x.ndim) for (let i = 1; i <= x.ndim; i++) shape[kept[kept.length - i]] = x.shape[x.ndim - i];
    return x.reshape(shape);
  }
  /**
   * Learns mean and variance from data: a tensor or array, or batches of them (weighted by their sizes).
   * @returns a promise for asynchronous data.
   */
  adapt(data: AsyncIterable<unknown>): Promise<void>;
  adapt(data: unknown): void;
  adapt(data: unknown): void | Promise<void> {
    if (this.given)
      throw new ValueError(`Normalization: layer '${this.name}' has a given mean and variance; it cannot be adapted.`);
    let mean: Tensor | null = null;
    let variance: Tensor | null = null;
    let total = 0;
    const update = (batch: unknown): void => {
      const given = convert(batch as TensorLike);
      const t = given.dtype.includes('float') ? given : given.cast('float32');
      if (!this.built) this.build([...t.shape]);
      const kept = this.keptAxes(t.ndim);
      const shape = this.inputShape_!;
      if (t.ndim !== shape.length || kept.some((a) => t.shape[a] !== shape[a]))
        throw new ValueError(
          `adapt: layer '${this.name}' was built for inputs of shape ${formatShape(shape)} but the data have shape ${formatShape(t.shape)}.`,
        );
      const axis = t.shape.map((_, i) => i).filter((i) => !kept.includes(i));
      const count = axis.reduce((p, i) => p * t.shape[i], 1);
      const m = axis.length ? t.mean({ axis }) : t;
      const centered = axis.length ? t.sub(t.mean({ axis, keepdims: true })) : t.sub(t);
      const v = axis.length ? centered.square().mean({ axis }) : centered;
      total += count;
      if (mean === null || variance === null) [mean, variance] = [m, v];
      else {
        const weight = count / total;
        const mixed = (a: Tensor, b: Tensor): Tensor => a.mul(1 - weight).add(b.mul(weight));
        const next: Tensor = mixed(mean, m);
        variance = mixed(variance.add(mean.sub(next).square()), v.add(m.sub(next).square()));
        mean = next;
      }
    };
    return withTrace(null, () =>
      forEachBatch('adapt', batchesOf(data), update, () => {
        this.adaptMean!.assign(mean!);
        this.adaptVariance!.assign(variance!);
      }),
    );
  }
  override call(inputs: Tensor): Tensor {
    const x = inputs.dtype === this.computeDtype ? inputs : inputs.cast(this.computeDtype);
    const statistic = (given: TensorLike | undefined, learned: Variable | null): Tensor => {
      const t = given === undefined ? learned!.value : convert(given, x);
      return this.wide(t.dtype === x.dtype ? t : t.cast(x.dtype), x.ndim);
    };
    const mean = statistic(this.given?.mean, this.adaptMean);
    const deviation = statistic(this.given?.variance, this.adaptVariance).sqrt().maximum(convert(EPSILON, x));
    return this.invert ? mean.add(x.mul(deviation)) : x.sub(mean).div(deviation);
  }
  override getConfig() {
    const plain = (x: TensorLike | undefined): unknown => (x === undefined ? null : convert(x).arraySync());
    return {
      ...super.getConfig(),
      axis: [...this.axis],
      invert: this.invert,
      mean: plain(this.given?.mean),
      variance: plain(this.given?.variance),
    };
  }
}
/** Arrays of tensors are batches, arrays of numbers one array. */
const batchesOf = (data: unknown): unknown =>
  Array.isArray(data) && data.length > 0 && data.every((b) => b instanceof Tensor) ? data.values() : data;
registerClass('keras.layers', Normalization);
