/** Area under a curve of rates over thresholds (keras.metrics.AUC). */
import { describe, lowerCase } from '../../support/describe';
import { ValueError } from '../../support/errors';
import * as ops from '../../ops/index';
import { convert, formatShape, tensor, type Tensor, type TensorLike } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { registerClass } from '../serialization/registry';
import { deserializeKerasObject, isSerialized } from '../serialization/serialize';
import { kinds, type OptionKinds } from '../options';
import { areEven, thresholdList, updateConfusion, type ConfusionCounts } from './confusion_matrix';
import { Metric, type MetricOptions, type UpdateOptions } from './metric';

const EPSILON = 1e-7;
const CURVES = ['ROC', 'PR', 'PRGAIN'] as const;
const METHODS = ['interpolation', 'minoring', 'majoring'] as const;
export type Curve = (typeof CURVES)[number];
export type SummationMethod = (typeof METHODS)[number];
export interface AUCOptions extends MetricOptions {
  /** Number of thresholds, >= 2, evenly spread over [0, 1]. Default 200. */
  numThresholds?: number;
  /** 'ROC' (default): true over false positive rate. 'PR': precision over recall. 'PRGAIN': their gains. */
  curve?: Curve | Lowercase<Curve>;
  /** Between thresholds the curve is a line ('interpolation', default), the lower end ('minoring') or the higher end ('majoring'). */
  summationMethod?: SummationMethod | Capitalize<SummationMethod>;
  /** Thresholds in (0, 1), in place of `numThresholds`; 0 and 1 are added. */
  thresholds?: readonly number[] | null;
  /** Whether targets and predictions are (batch, labels), each label with a curve of its own, whose areas are averaged. Default false. */
  multiLabel?: boolean;
  /** Number of labels with `multiLabel`. Default null: that of the first batch. */
  numLabels?: number | null;
  /** Weight of each label: of its area with `multiLabel`, else of its elements. Default null: 1 each. */
  labelWeights?: TensorLike | null;
  /** Whether predictions are logits instead of probabilities. Default false. */
  fromLogits?: boolean;
}
/**
 * Area under the curve of true over false positive rate ('ROC'), precision over recall ('PR'), or their gains ('PRGAIN'),
 * at `numThresholds` thresholds (default 200) or those given. Between thresholds the curve is a line ('interpolation';
 * for PR by Davis & Goadrich 2006), the lower ('minoring') or the higher end ('majoring').
 * @param options.multiLabel - targets and predictions are (batch, labels): the mean of the areas of the labels, weighted by
 *   `labelWeights`. Without it all elements are of one curve.
 */
export class AUC extends Metric {
  static positional: readonly string[] = [];
  static override options: OptionKinds = {
    numThresholds: kinds.integer,
    curve: kinds.choice,
    summationMethod: kinds.choice,
    thresholds: kinds.floats,
    multiLabel: kinds.boolean,
    numLabels: kinds.integer,
    labelWeights: kinds.floats,
    fromLogits: kinds.boolean,
  };
  override readonly direction = 'up';
  readonly numThresholds: number;
  readonly thresholds: readonly number[];
  readonly curve: Curve;
  readonly summationMethod: SummationMethod;
  readonly multiLabel: boolean;
  readonly numLabels: number | null;
  readonly labelWeights: readonly number[] | null;
  readonly fromLogits: boolean;
  private readonly hasOwnThresholds: boolean;
  private readonly isEven: boolean;
  private counts: Required<ConfusionCounts> | null = null;
  constructor(options: AUCOptions = {}) {
    super(options);
    const given = { curve: options.curve ?? 'ROC', method: options.summationMethod ?? 'interpolation' };
    const curve = CURVES.find((name) => name.toLowerCase() === lowerCase(given.curve));
    if (!curve)
      throw new ValueError(`AUC: curve must be 'ROC', 'PR' or 'PRGAIN'.\n  Received: ${describe(options.curve)}`);
    const method = METHODS.find((name) => name === lowerCase(given.method));
    if (!method)
      throw new ValueError(
        `AUC: summationMethod must be 'interpolation', 'minoring' or 'majoring'.\n  Received: ${describe(options.summationMethod)}`,
      );
    this.curve = curve;
    this.summationMethod = method;
    this.hasOwnThresholds = options.thresholds != null;
    const n = options.numThresholds ?? 200;
    if (!this.hasOwnThresholds && !(Number.isInteger(n) && n > 1 && n < 2 ** 31))
      throw new ValueError(`AUC: numThresholds must be an integer > 1.\n  Received: ${describe(n)}`);
    const inner = options.thresholds
      ? thresholdList('AUC', options.thresholds, 0.5).sort((a, b) => a - b)
      : Array.from({ length: n - 2 }, (_, i) => (i + 1) / (n - 1));
    this.isEven = !this.hasOwnThresholds || areEven([0, ...inner, 1]);
    // The ends lie a little outside, so that all predictions are above the first and below the last one.
    this.thresholds = [-EPSILON, ...inner, 1 + EPSILON];
    this.numThresholds = this.thresholds.length;
    this.multiLabel = options.multiLabel ?? false;
    this.numLabels = options.numLabels ?? null;
    const weights = isSerialized(options.labelWeights)
      ? (deserializeKerasObject(options.labelWeights) as Tensor)
      : options.labelWeights;
    this.labelWeights = weights == null ? null : Array.from(convert(weights).dataSync() as ArrayLike<number>, Number);
    this.fromLogits = options.fromLogits ?? false;
    if (!this.multiLabel && this.numLabels)
      throw new ValueError(
        `AUC: numLabels is only for multiLabel.\n  Received: numLabels ${this.numLabels}, multiLabel false`,
      );
    if (!this.multiLabel) this.build([]);
    else if (this.numLabels) this.build([this.numLabels]);
  }
  private build(labels: number[]): Required<ConfusionCounts> {
    const add = (name: string): Variable => this.addVariable({ name, shape: [this.numThresholds, ...labels] });
    return (this.counts = {
      truePositives: add('true_positives'),
      falsePositives: add('false_positives'),
      trueNegatives: add('true_negatives'),
      falseNegatives: add('false_negatives'),
    });
  }
  override updateState(
    yTrue: TensorLike,
    yPred: TensorLike | UpdateOptions,
    { sampleWeight }: UpdateOptions = {},
  ): void {
    const given = convert(yPred as TensorLike);
    const p = this.fromLogits ? given.sigmoid() : given;
    if (this.multiLabel && p.ndim !== 2)
      throw new ValueError(
        `AUC: with multiLabel predictions must have shape (batch, labels).\n  Received: shape ${formatShape(p.shape)}`,
      );
    const counts = this.counts ?? this.build([p.shape[1]]);
    const { thresholds, isEven, multiLabel, labelWeights } = this;
    updateConfusion('AUC', counts, yTrue, p, {
      thresholds,
      isEven,
      sampleWeight,
      multiLabel,
      labelWeights: multiLabel ? null : labelWeights,
    });
  }
  override result(): Tensor {
    if (!this.counts) return convert(0, 'float32');
    const areas =
      this.curve === 'PR' && this.summationMethod === 'interpolation'
        ? this.precisionRecallAreas(this.counts)
        : this.areas(...this.curvePoints(this.counts));
    if (!this.multiLabel) return areas.sum();
    const each = areas.sum({ axis: 0 });
    if (!this.labelWeights) return each.mean();
    const w = tensor([...this.labelWeights], null, each.dtype);
    return ops.divideNoNan(each.mul(w).sum(), w.sum());
  }
  private part(t: Tensor, start: number): Tensor {
    return t.slice(
      t.shape.map((_, i) => (i ? 0 : start)),
      [t.shape[0] - 1, ...t.shape.slice(1)],
    );
  }
  private readonly left = (t: Tensor): Tensor => this.part(t, 0);
  private readonly right = (t: Tensor): Tensor => this.part(t, 1);
  private curvePoints({
    truePositives,
    falsePositives,
    trueNegatives,
    falseNegatives,
  }: Required<ConfusionCounts>): [x: Tensor, y: Tensor] {
    const [tp, fp, tn, fn] = [truePositives.value, falsePositives.value, trueNegatives.value, falseNegatives.value];
    const recall = ops.divideNoNan(tp, tp.add(fn));
    if (this.curve === 'ROC') return [ops.divideNoNan(fp, fp.add(tn)), recall];
    if (this.curve === 'PR') return [recall, ops.divideNoNan(tp, tp.add(fp))];
    // Gains (Flach & Kull 2015): 1 - odds * wrong / right. Without true positives recall gains 0 and precision 1; recall
    // below what guessing gives counts 0.
    const odds = ops.divideNoNan(tp.add(fn), tn.add(fp));
    const hasNone = tp.equal(0);
    const gain = (wrong: Tensor, otherwise: number): Tensor =>
      ops.where(hasNone, otherwise, ops.subtract(1, odds.mul(ops.divideNoNan(wrong, tp))));
    return [gain(fn, 0).relu(), gain(fp, 1)];
  }
  private areas(x: Tensor, y: Tensor): Tensor {
    const [a, b] = [this.left(y), this.right(y)];
    const height =
      this.summationMethod === 'interpolation'
        ? a.add(b).div(2)
        : this.summationMethod === 'minoring'
          ? a.minimum(b)
          : a.maximum(b);
    return this.left(x).sub(this.right(x)).mul(height);
  }
  // Between two thresholds true positives grow linearly with positives: precision does not, and its integral has a log.
  private precisionRecallAreas({ truePositives, falsePositives, falseNegatives }: Required<ConfusionCounts>): Tensor {
    const tp = truePositives.value;
    const positives = tp.add(falsePositives.value);
    const [high, low] = [this.left(positives), this.right(positives)];
    const gained = this.left(tp).sub(this.right(tp));
    const slope = ops.divideNoNan(gained, high.sub(low).relu());
    const intercept = this.right(tp).sub(slope.mul(low));
    const ratio = ops.where(high.greater(0).logicalAnd(low.greater(0)), ops.divideNoNan(high, low.relu()), 1);
    const area = slope.mul(gained.add(intercept.mul(ratio.log())));
    return ops.divideNoNan(area, this.right(tp).add(this.right(falseNegatives.value)).relu());
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      numThresholds: this.numThresholds,
      curve: this.curve,
      summationMethod: this.summationMethod,
      multiLabel: this.multiLabel,
      numLabels: this.numLabels,
      labelWeights: this.labelWeights && tensor([...this.labelWeights], null, this.dtype),
      fromLogits: this.fromLogits,
      ...(this.hasOwnThresholds ? { thresholds: this.thresholds.slice(1, -1) } : {}),
    };
  }
}
registerClass('keras.metrics', AUC);
