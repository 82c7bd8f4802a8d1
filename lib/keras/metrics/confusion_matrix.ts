/** Counts of right and wrong answers at thresholds, and tables of classes (keras.src.metrics.metrics_utils). */
import { ValueError } from '../../support/errors';
import { numberList } from '../../ops/arguments';
import * as ops from '../../ops/index';
import { convert, formatShape, tensor, type DType, type Tensor, type TensorLike } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { sameRank } from '../losses/loss';

/** @internal Below every prediction: the threshold of top-k metrics, and what predictions outside of the top k become. */
export const NEGATIVE_INFINITY = -1e10;

/** @internal The four counts; each a variable of shape (thresholds,) or (thresholds, labels). */
export interface ConfusionCounts {
  truePositives?: Variable;
  falsePositives?: Variable;
  trueNegatives?: Variable;
  falseNegatives?: Variable;
}
export interface ConfusionOptions {
  /** A prediction above it is positive. */
  thresholds: readonly number[];
  /** Whether they are 0, 1/n, 2/n, ..., 1, which is counted in one pass over the predictions. */
  isEven: boolean;
  /** Only the k largest predictions of a row may be positive. */
  topK?: number | null;
  /** Only this class counts. */
  classId?: number | null;
  /** A weight for each example. */
  sampleWeight?: TensorLike | null;
  /** Whether each label has counts of its own. */
  multiLabel?: boolean;
  /** A weight for each label. */
  labelWeights?: readonly number[] | null;
}

/** @internal A number or several, each in [0, 1]. */
export function thresholdList(
  where: string,
  thresholds: number | readonly number[] | null | undefined,
  otherwise: number,
): number[] {
  if (thresholds == null) return [otherwise];
  const list = numberList(where, 'thresholds', thresholds);
  const wrong = list.filter((t) => !(t >= 0 && t <= 1));
  if (wrong.length) throw new ValueError(`${where}: thresholds must lie in [0, 1].\n  Received: ${wrong.join(', ')}`);
  return list;
}
/** @internal */
export const areEven = (thresholds: readonly number[]): boolean => {
  const n = thresholds.length - 1;
  return n >= 2 && thresholds.every((t, i) => Math.abs(t - i / n) <= 1e-7 + 1e-5 * Math.abs(i / n));
};
/** @internal 0, 1 / (n - 1), ..., 1. */
export const evenThresholds = (n: number): number[] =>
  n === 1 ? [0.5] : Array.from({ length: n }, (_, i) => i / (n - 1));

const as = (x: TensorLike, dtype: DType): Tensor => {
  const t = convert(x);
  return t.dtype === dtype ? t : t.cast(dtype);
};
const axisOf = (t: Tensor, id: number): Tensor =>
  t.slice(
    t.shape.map((_, i) => (i === t.ndim - 1 ? id : 0)),
    [...t.shape.slice(0, -1), 1],
  );
function onlyTopK(p: Tensor, k: number): Tensor {
  const [, at] = ops.topK(p, k);
  const classes = ops.arange(p.shape.at(-1)!, { dtype: 'int32' });
  const isTop = at.expandDims(-1).equal(classes).any({ axis: -2 });
  return ops.where(isTop, p, NEGATIVE_INFINITY);
}

/** @internal Adds a batch to the counts: a prediction is positive when it is greater than the threshold. */
export function updateConfusion(
  where: string,
  counts: ConfusionCounts,
  yTrue: TensorLike,
  yPred: TensorLike,
  options: ConfusionOptions,
): void {
  const { topK, classId, multiLabel = false, sampleWeight, labelWeights } = options;
  const dtype = Object.values(counts)[0]!.dtype;
  let [p, t] = sameRank(as(yPred, dtype), as(yTrue, dtype));
  if (formatShape(p.shape) !== formatShape(t.shape))
    throw new ValueError(
      `${where}: targets of shape ${formatShape(t.shape)} and predictions of shape ${formatShape(p.shape)} do not match.`,
    );
  let weight: Tensor | null = null;
  if (sampleWeight != null) {
    const column = as(sampleWeight, dtype).expandDims(-1);
    weight = column.ndim === t.ndim + 1 && column.shape.at(-1) === 1 ? column.squeeze({ axis: -1 }) : column;
  }
  if (topK != null) p = onlyTopK(p, topK);
  if (classId != null) {
    if (p.ndim < 2)
      throw new ValueError(
        `${where}: classId needs predictions of shape (batch, classes).\n  Received: shape ${formatShape(p.shape)}`,
      );
    if (!(classId >= 0 && classId < p.shape.at(-1)!))
      throw new ValueError(`${where}: classId ${classId} is out of range for ${p.shape.at(-1)} classes.`);
    t = axisOf(t, classId);
    p = axisOf(p, classId);
  }
  if (multiLabel && p.ndim !== 2)
    throw new ValueError(
      `${where}: with multiLabel predictions must have shape (batch, labels).\n  Received: shape ${formatShape(p.shape)}`,
    );
  if (weight) weight = weight.broadcastTo(p.shape);
  if (labelWeights && !multiLabel) {
    const each = tensor([...labelWeights], null, dtype).broadcastTo(p.shape);
    weight = weight ? weight.mul(each) : each;
  }
  // From here (batch, labels); without multiLabel there is one label.
  const shape = multiLabel ? [...p.shape] : [p.size, 1];
  const flat = (x: Tensor): Tensor => x.reshape(shape);
  const isTrue = flat(as(as(t, 'bool'), dtype));
  const w = weight ? flat(weight) : null;
  const positives = w ? isTrue.mul(w) : isTrue;
  const negatives = w ? ops.subtract(1, isTrue).mul(w) : ops.subtract(1, isTrue);
  const n = options.thresholds.length;
  const prediction = flat(p);
  const add = (variable: Variable | undefined, value: () => Tensor): void =>
    void variable?.assignAdd(value().reshape(variable.shape));
  if (options.isEven) {
    const [tp, fp] = countByBucket([positives, negatives], prediction, options.thresholds);
    const rest = (all: Tensor, counted: Tensor): Tensor => all.sum({ axis: 0 }).sub(counted);
    add(counts.truePositives, () => tp);
    add(counts.falsePositives, () => fp);
    add(counts.trueNegatives, () => rest(negatives, fp));
    add(counts.falseNegatives, () => rest(positives, tp));
    return;
  }
  const limits = tensor([...options.thresholds], null, dtype).reshape([n, 1, 1]);
  const isPositive = prediction.expandDims(0).greater(limits);
  const total = (isAsked: Tensor, of: Tensor): Tensor => ops.where(isAsked, of, 0).sum({ axis: 1 });
  add(counts.truePositives, () => total(isPositive, positives));
  add(counts.falsePositives, () => total(isPositive, negatives));
  add(counts.trueNegatives, () => total(isPositive.logicalNot(), negatives));
  add(counts.falseNegatives, () => total(isPositive.logicalNot(), positives));
}

/**
 * Sums of weights above each threshold: predictions are sorted into the buckets between thresholds, (0, 1/n], ..., and
 * the buckets added up from the right. Those of 0 are above none but a first threshold below 0.
 */
function countByBucket(weights: Tensor[], p: Tensor, thresholds: readonly number[]): Tensor[] {
  const n = thresholds.length;
  const labels = p.shape[1];
  const startsBelow = thresholds[0] < 0;
  const inRange = ops.where(p.isnan(), 0, p).clip(0, 1);
  const scaled = inRange.mul(n - 1);
  const bucket = scaled.ceil().sub(1);
  // Bucket -1 goes to place 0, which is dropped; labels lie behind each other.
  const place = as(startsBelow ? bucket.relu() : bucket, 'int32').add(1);
  const at = place.add(ops.arange(labels, { dtype: 'int32' }).mul(n + 1)).reshape([-1]);
  return weights.map((w) => {
    const sums = ops.scatterAdd([labels * (n + 1)], at, w.reshape([-1])).reshape([labels, n + 1]);
    const kept = sums.slice([0, 1], [labels, n]);
    return kept.flip({ axis: 1 }).cumsum({ axis: 1 }).flip({ axis: 1 }).transpose();
  });
}

/** @internal table[i, j] = sum of weights where the target is class i and the prediction class j. */
export function classTable(yTrue: Tensor, yPred: Tensor, weights: Tensor, classes: number): Tensor {
  const at = as(yTrue, 'int32').mul(classes).add(as(yPred, 'int32'));
  return ops.scatterAdd([classes * classes], at, weights).reshape([classes, classes]);
}
