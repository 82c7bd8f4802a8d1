/** Cross-entropies: how unlikely the targets are by the predictions (keras.losses). */
import { recordOf } from '../../support/guard';
import { ValueError } from '../../support/errors';
import * as ops from '../../ops/index';
import { convert, formatShape, type Tensor, type TensorLike } from '../../core/tensor';
import { setMask } from '../masks';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { FunctionLoss, type LossOptions } from './loss';
import { floating, matched, mismatch } from './matched';

export interface CrossentropySettings {
  /** Whether predictions are logits instead of probabilities. Default false. */
  fromLogits: boolean;
  /** Share e of the targets that is spread evenly over the classes, in [0, 1]: t (1 - e) + e / classes. Default 0. */
  labelSmoothing: number;
  /** Axis of the classes. Default -1. */
  axis: number;
}
const CROSSENTROPY = {
  fromLogits: kinds.boolean,
  labelSmoothing: kinds.float,
  axis: kinds.integer,
};
const defaults: CrossentropySettings = { fromLogits: false, labelSmoothing: 0, axis: -1 };

/** @internal Targets moved by `labelSmoothing` towards the same for each of the classes. */
export const smooth = (t: Tensor, labelSmoothing: number, classes: number): Tensor =>
  labelSmoothing ? t.mul(1 - labelSmoothing).add(labelSmoothing / classes) : t;
/** @internal Binary targets and predictions of one shape. */
export function binaryPair(
  yTrue: TensorLike,
  yPred: TensorLike,
  labelSmoothing: number,
  where: string,
): [Tensor, Tensor] {
  const [t, p] = matched(yTrue, yPred, where);
  if (t.ndim > p.ndim || t.shape.some((d, i) => d !== 1 && d !== p.shape[i + p.ndim - t.ndim])) {
    if (t.ndim !== p.ndim || p.shape.at(-1) !== 1) mismatch(where, t, p);
    throw new ValueError(
      `${where}: targets of shape ${formatShape(t.shape)} and predictions of shape ${formatShape(p.shape)} do not match: there are ${t.shape.at(-1)} numbers for one unit.\n` +
        `  Fix: a last layer of ${t.shape.at(-1)} units for one-hot vectors or several labels; for one unit a number 0 or 1 for each example, as ops.argmax(y, { axis: -1 }) gives.`,
    );
  }
  return [smooth(formatShape(t.shape) === formatShape(p.shape) ? t : t.broadcastTo(p.shape), labelSmoothing, 2), p];
}
/** @internal One-hot targets and predictions. */
export function categoricalPair(
  yTrue: TensorLike,
  yPred: TensorLike,
  labelSmoothing: number,
  where: string,
): [Tensor, Tensor] {
  const p = convert(yPred);
  const t = convert(yTrue).cast(floating(p).dtype);
  if (formatShape(t.shape) !== formatShape(p.shape))
    throw new ValueError(
      `${where}: targets must have the shape of the predictions, ${formatShape(p.shape)}: one-hot vectors.\n  Received: targets of shape ${formatShape(t.shape)}\n  Fix: ` +
        (t.ndim === p.ndim && t.shape.at(-1) !== 1
          ? `a last layer of ${t.shape.at(-1)} units, or targets for ${p.shape.at(-1)} classes.`
          : `utils.toCategorical(y, ${p.shape.at(-1)}), or the loss 'sparse_categorical_crossentropy' for class numbers.`),
    );
  return [smooth(t, labelSmoothing, t.shape.at(-1)!), p];
}

/** -(t log p + (1 - t) log(1 - p)), mean over `axis`. */
export function binaryCrossentropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  options: Partial<CrossentropySettings> = {},
): Tensor {
  const { fromLogits = false, labelSmoothing = 0, axis = -1 } = recordOf('binaryCrossentropy', options);
  const [t, p] = binaryPair(yTrue, yPred, labelSmoothing, 'binaryCrossentropy');
  return ops.binaryCrossentropy(t, p, { fromLogits }).mean({ axis });
}
/** -sum(t log p) over `axis`; targets are one-hot or probabilities. */
export function categoricalCrossentropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  options: Partial<CrossentropySettings> = {},
): Tensor {
  const { fromLogits = false, labelSmoothing = 0, axis = -1 } = recordOf('categoricalCrossentropy', options);
  const [t, p] = categoricalPair(yTrue, yPred, labelSmoothing, 'categoricalCrossentropy');
  return ops.categoricalCrossentropy(t, p, { fromLogits, axis });
}
/** -log p[t] over `axis`; targets are class numbers. `ignoreClass`: examples of that class count 0. */
export function sparseCategoricalCrossentropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  options: { fromLogits?: boolean; ignoreClass?: number | null; axis?: number } = {},
): Tensor {
  const { fromLogits = false, ignoreClass = null, axis = -1 } = recordOf('sparseCategoricalCrossentropy', options);
  const p = convert(yPred);
  const at = axis < 0 ? axis + p.ndim : axis;
  let t = convert(yTrue);
  if (t.ndim === p.ndim && t.shape[at] === 1) t = t.squeeze({ axis: at });
  const wanted = p.shape.filter((_, i) => i !== at);
  if (formatShape(t.shape) !== formatShape(wanted))
    throw new ValueError(
      `sparseCategoricalCrossentropy: targets must be class numbers of shape ${formatShape(wanted)} for predictions of shape ${formatShape(p.shape)}.\n  Received: targets of shape ${formatShape(t.shape)}\n  Fix: the loss 'categorical_crossentropy' for one-hot vectors.`,
    );
  if (ignoreClass === null) return ops.sparseCategoricalCrossentropy(t, p, { fromLogits, axis });
  const valid = t.notEqual(ignoreClass);
  const loss = ops.sparseCategoricalCrossentropy(ops.where(valid, t, 0), p, { fromLogits, axis });
  const kept = ops.where(valid, loss, 0);
  setMask(kept, valid); // means are over the others
  return kept;
}
/** (1 - p[t]^q) / q: between cross-entropy (q near 0) and distance (q = 1), for wrong labels (Zhang & Sabuncu 2018). */
export function categoricalGeneralizedCrossEntropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  options: { q?: number } = {},
): Tensor {
  const { q = 0.5 } = recordOf('categoricalGeneralizedCrossEntropy', options);
  const p = floating(yPred);
  let t = convert(yTrue);
  if (t.ndim === p.ndim && t.shape.at(-1) === 1) t = t.squeeze({ axis: -1 });
  if (formatShape(t.shape) !== formatShape(p.shape.slice(0, -1)))
    throw new ValueError(
      `categoricalGeneralizedCrossEntropy: targets must be class numbers of shape ${formatShape(p.shape.slice(0, -1))} for predictions of shape ${formatShape(p.shape)}.\n  Received: targets of shape ${formatShape(t.shape)}`,
    );
  const hot = t.cast('int32').oneHot(p.shape.at(-1)!, { dtype: p.dtype });
  return ops.subtract(1, p.mul(hot).sum({ axis: -1 }).pow(q)).div(q);
}

/** -(t log p + (1 - t) log(1 - p)): yes or no, several labels an example. */
export class BinaryCrossentropy extends FunctionLoss<CrossentropySettings> {
  static override options: OptionKinds = CROSSENTROPY;
  constructor(options: LossOptions & Partial<CrossentropySettings> = {}) {
    super(options, defaults);
  }
  override lossOf(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return binaryCrossentropy(yTrue, yPred, this.settings);
  }
}
/** -sum(t log p), t one-hot: one class of several. */
export class CategoricalCrossentropy extends FunctionLoss<CrossentropySettings> {
  static override options: OptionKinds = CROSSENTROPY;
  constructor(options: LossOptions & Partial<CrossentropySettings> = {}) {
    super(options, defaults);
  }
  override lossOf(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return categoricalCrossentropy(yTrue, yPred, this.settings);
  }
}
interface SparseSettings {
  /** Whether predictions are logits instead of probabilities. Default false. */
  fromLogits: boolean;
  /** Class whose examples do not count, like -1 for "unknown". Default null: all count. */
  ignoreClass: number | null;
  /** Axis of the classes. Default -1. */
  axis: number;
}
/** -log p[t], t a class number. */
export class SparseCategoricalCrossentropy extends FunctionLoss<SparseSettings> {
  static override options: OptionKinds = { fromLogits: kinds.boolean, ignoreClass: kinds.integer, axis: kinds.integer };
  constructor(options: LossOptions & Partial<SparseSettings> = {}) {
    super(options, { fromLogits: false, ignoreClass: null, axis: -1 });
  }
  override lossOf(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return sparseCategoricalCrossentropy(yTrue, yPred, this.settings);
  }
  override getConfig() {
    return this.withoutDefaults({ axis: -1 });
  }
}
/** (1 - p[t]^q) / q, t a class number that may be wrong. Default q = 0.5. */
export class CategoricalGeneralizedCrossEntropy extends FunctionLoss<{ q: number }> {
  static override options: OptionKinds = { q: kinds.float };
  constructor(q: number | (LossOptions & { q?: number }) = {}, more: LossOptions = {}) {
    super(typeof q === 'number' ? { ...more, q } : q, { q: 0.5 });
    if (!(this.settings.q > 0 && this.settings.q < 1))
      throw new ValueError(
        `CategoricalGeneralizedCrossEntropy: q must lie between 0 and 1, both excluded.\n  Received: ${this.settings.q}`,
      );
  }
  override lossOf(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return categoricalGeneralizedCrossEntropy(yTrue, yPred, this.settings);
  }
}
registerClass(
  'keras.losses',
  BinaryCrossentropy,
  CategoricalCrossentropy,
  SparseCategoricalCrossentropy,
  CategoricalGeneralizedCrossEntropy,
);
