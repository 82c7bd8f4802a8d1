/** Counts of right and wrong answers, precision, recall (keras.src.metrics.confusion_metrics). */
import { describe } from '../../support/describe';
import { ValueError } from '../../support/errors';
import * as ops from '../../ops/index';
import { Tensor, TensorLike } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import {
  areEven,
  evenThresholds,
  NEGATIVE_INFINITY,
  thresholdList,
  updateConfusion,
  type ConfusionCounts,
} from './confusion_matrix';
import { Metric, type MetricOptions, type UpdateOptions } from './metric';

export type Thresholds = number | readonly number[] | null;
export interface ConditionCountOptions extends MetricOptions {
  /** Predictions above it are positive: a number or several in [0, 1], with a result for each. Default 0.5. */
  thresholds?: Thresholds;
}
// One threshold gives a scalar.
const single = (t: Tensor): Tensor => (t.size === 1 ? t.reshape([]) : t);
const share = (part: Variable, rest: Variable): Tensor => ops.divideNoNan(part.value, part.value.add(rest.value));

abstract class ConditionCount extends Metric {
  static positional: readonly string[] = [];
  static override options: OptionKinds = { thresholds: kinds.floats };
  readonly thresholds: readonly number[];
  readonly accumulator: Variable;
  private readonly given: Thresholds;
  constructor(
    private readonly condition: keyof ConfusionCounts,
    options: ConditionCountOptions,
  ) {
    super(options);
    this.given = options.thresholds ?? null;
    this.thresholds = thresholdList(this.constructor.name, options.thresholds, 0.5);
    this.accumulator = this.addVariable({ name: 'accumulator', shape: [this.thresholds.length] });
  }
  override updateState(
    yTrue: TensorLike,
    yPred: TensorLike | UpdateOptions,
    { sampleWeight }: UpdateOptions = {},
  ): void {
    const { thresholds } = this;
    updateConfusion(this.constructor.name, { [this.condition]: this.accumulator }, yTrue, yPred as TensorLike, {
      thresholds,
      isEven: areEven(thresholds),
      sampleWeight,
    });
  }
  override result(): Tensor {
    return single(this.accumulator.value);
  }
  override getConfig() {
    return { ...super.getConfig(), thresholds: this.given };
  }
}
/** How many (or the weight of) predictions above `thresholds`, default 0.5, whose target is one. */
export class TruePositives extends ConditionCount {
  constructor(options: ConditionCountOptions = {}) {
    super('truePositives', options);
  }
}
/** How many predictions above `thresholds`, default 0.5, whose target is zero. */
export class FalsePositives extends ConditionCount {
  constructor(options: ConditionCountOptions = {}) {
    super('falsePositives', options);
  }
}
/** How many predictions not above `thresholds`, default 0.5, whose target is zero. */
export class TrueNegatives extends ConditionCount {
  constructor(options: ConditionCountOptions = {}) {
    super('trueNegatives', options);
  }
}
/** How many predictions not above `thresholds`, default 0.5, whose target is one. */
export class FalseNegatives extends ConditionCount {
  constructor(options: ConditionCountOptions = {}) {
    super('falseNegatives', options);
  }
}

export interface PrecisionOptions extends MetricOptions {
  /** A number or several in [0, 1]; a result for each. Default 0.5. */
  thresholds?: Thresholds;
  /** Only the k largest predictions of a row may be positive. */
  topK?: number | null;
  /** Only this class counts. */
  classId?: number | null;
}
abstract class ShareMetric extends Metric {
  static positional: readonly string[] = [];
  static override options: OptionKinds = { thresholds: kinds.floats, topK: kinds.integer, classId: kinds.integer };
  override readonly direction = 'up';
  readonly thresholds: readonly number[];
  readonly topK: number | null;
  readonly classId: number | null;
  private readonly given: Thresholds;
  protected readonly truePositives: Variable;
  protected readonly wrong: Variable;
  constructor(
    private readonly kind: 'falsePositives' | 'falseNegatives',
    options: PrecisionOptions,
  ) {
    super(options);
    this.given = options.thresholds ?? null;
    this.topK = options.topK ?? null;
    this.classId = options.classId ?? null;
    this.thresholds = thresholdList(
      this.constructor.name,
      options.thresholds,
      this.topK === null ? 0.5 : NEGATIVE_INFINITY,
    );
    const shape = [this.thresholds.length];
    this.truePositives = this.addVariable({ name: 'true_positives', shape });
    this.wrong = this.addVariable({ name: kind === 'falsePositives' ? 'false_positives' : 'false_negatives', shape });
  }
  override updateState(
    yTrue: TensorLike,
    yPred: TensorLike | UpdateOptions,
    { sampleWeight }: UpdateOptions = {},
  ): void {
    const { thresholds, topK, classId } = this;
    const counts = { truePositives: this.truePositives, [this.kind]: this.wrong };
    updateConfusion(this.constructor.name, counts, yTrue, yPred as TensorLike, {
      thresholds,
      isEven: areEven(thresholds),
      topK,
      classId,
      sampleWeight,
    });
  }
  override result(): Tensor {
    return single(share(this.truePositives, this.wrong));
  }
  override getConfig() {
    return { ...super.getConfig(), thresholds: this.given, topK: this.topK, classId: this.classId };
  }
}
/** Share of ones among the predicted ones: true positives / (true positives + false positives). */
export class Precision extends ShareMetric {
  constructor(options: PrecisionOptions = {}) {
    super('falsePositives', options);
  }
}
/** Share of ones that are predicted as ones: true positives / (true positives + false negatives). */
export class Recall extends ShareMetric {
  constructor(options: PrecisionOptions = {}) {
    super('falseNegatives', options);
  }
}

export interface AtOptions extends MetricOptions {
  /** How many thresholds in [0, 1] are tried. Default 200. */
  numThresholds?: number;
  /** Only this class counts. Default null: all elements. */
  classId?: number | null;
}
type Rates = { sensitivity: Tensor; specificity: Tensor; precision: Tensor };
/** The largest of one rate among the thresholds at which another one is at least `value`; 0 when there are none. */
abstract class RateAtRate extends Metric {
  static override options: OptionKinds = { numThresholds: kinds.integer, classId: kinds.integer };
  override readonly direction = 'up';
  readonly numThresholds: number;
  readonly classId: number | null;
  private readonly thresholds: readonly number[];
  private readonly counts: Required<ConfusionCounts>;
  constructor(
    private readonly wanted: string,
    protected readonly value: number,
    options: AtOptions,
  ) {
    super(options);
    const cls = this.constructor.name;
    const n = options.numThresholds ?? 200;
    if (!(typeof value === 'number' && value >= 0 && value <= 1))
      throw new ValueError(`${cls}: ${wanted} must lie in [0, 1].\n  Received: ${describe(value)}`);
    if (!(Number.isInteger(n) && n > 0 && n < 2 ** 31))
      throw new ValueError(`${cls}: numThresholds must be an integer > 0.\n  Received: ${describe(n)}`);
    this.numThresholds = n;
    this.classId = options.classId ?? null;
    this.thresholds = evenThresholds(n);
    const add = (name: string): Variable => this.addVariable({ name, shape: [n] });
    this.counts = {
      truePositives: add('true_positives'),
      falsePositives: add('false_positives'),
      trueNegatives: add('true_negatives'),
      falseNegatives: add('false_negatives'),
    };
  }
  override updateState(
    yTrue: TensorLike,
    yPred: TensorLike | UpdateOptions,
    { sampleWeight }: UpdateOptions = {},
  ): void {
    const { thresholds, classId } = this;
    updateConfusion(this.constructor.name, this.counts, yTrue, yPred as TensorLike, {
      thresholds,
      isEven: thresholds.length > 1,
      classId,
      sampleWeight,
    });
  }
  /** Which rate is held and which one is looked at. */
  protected abstract rates(all: Rates): [held: Tensor, result: Tensor];
  override result(): Tensor {
    const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = this.counts;
    const [held, result] = this.rates({
      sensitivity: share(tp, fn),
      specificity: share(tn, fp),
      precision: share(tp, fp),
    });
    return ops.where(held.greaterEqual(this.value), result, 0).max();
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      classId: this.classId,
      numThresholds: this.numThresholds,
      [this.wanted]: this.value,
    };
  }
}
/** The best sensitivity (recall) where specificity is at least the given one. */
export class SensitivityAtSpecificity extends RateAtRate {
  static positional: OptionKinds = { specificity: kinds.float };
  constructor(specificity: number, options: AtOptions = {}) {
    super('specificity', specificity, options);
  }
  protected rates({ specificity, sensitivity }: Rates): [Tensor, Tensor] {
    return [specificity, sensitivity];
  }
}
/** The best specificity, true negatives / (true negatives + false positives), where sensitivity is at least the given one. */
export class SpecificityAtSensitivity extends RateAtRate {
  static positional: OptionKinds = { sensitivity: kinds.float };
  constructor(sensitivity: number, options: AtOptions = {}) {
    super('sensitivity', sensitivity, options);
  }
  protected rates({ specificity, sensitivity }: Rates): [Tensor, Tensor] {
    return [sensitivity, specificity];
  }
}
/** The best precision where recall is at least the given one. */
export class PrecisionAtRecall extends RateAtRate {
  static positional: OptionKinds = { recall: kinds.float };
  constructor(recall: number, options: AtOptions = {}) {
    super('recall', recall, options);
  }
  protected rates({ sensitivity, precision }: Rates): [Tensor, Tensor] {
    return [sensitivity, precision];
  }
}
/** The best recall where precision is at least the given one. */
export class RecallAtPrecision extends RateAtRate {
  static positional: OptionKinds = { precision: kinds.float };
  constructor(precision: number, options: AtOptions = {}) {
    super('precision', precision, options);
  }
  protected rates({ sensitivity, precision }: Rates): [Tensor, Tensor] {
    return [precision, sensitivity];
  }
}
registerClass(
  'keras.metrics',
  TruePositives,
  FalsePositives,
  TrueNegatives,
  FalseNegatives,
  Precision,
  Recall,
  SensitivityAtSpecificity,
  SpecificityAtSensitivity,
  PrecisionAtRecall,
  RecallAtPrecision,
);
