/** Intersection over union of predicted and true classes (keras.src.metrics.iou_metrics). */
import { ValueError } from '../../support/errors';
import { recordOf } from '../../support/guard';
import { describe } from '../../support/describe';
import { numberList } from '../../ops/arguments';
import * as ops from '../../ops/index';
import { convert, tensor, type DType, type Tensor, type TensorLike } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { classTable } from './confusion_matrix';
import { Metric, type MetricOptions, type UpdateOptions } from './metric';

function classCount(where: string, n: unknown): number {
  if (typeof n !== 'number' || !Number.isInteger(n) || n <= 0 || n > 2 ** 15)
    throw new ValueError(`${where}: numClasses must be an integer > 0.\n  Received: ${describe(n)}`);
  return n;
}

const EPSILON = 1e-7;
export interface MeanIoUOptions extends MetricOptions {
  /** Targets of this class do not count. */
  ignoreClass?: number | null;
  /** Whether targets are class numbers; otherwise the largest along `axis` is the class. Default true. */
  sparseYTrue?: boolean;
  /** Whether predictions are class numbers; otherwise the largest along `axis` is the class. Default true. */
  sparseYPred?: boolean;
  /** Axis of the classes where targets or predictions are vectors. Default -1. */
  axis?: number;
}
export type OneHotIoUOptions = Omit<MeanIoUOptions, 'sparseYTrue'>;

/**
 * Mean over `targetClassIds` of true positives / (true positives + false positives + false negatives), classes that
 * occur nowhere left out. Class numbers outside of 0..numClasses - 1 do not count. Counts are int64 by default.
 */
export class IoU extends Metric {
  static positional: readonly string[] = ['numClasses', 'targetClassIds'];
  static override options: OptionKinds = {
    ignoreClass: kinds.integer,
    sparseYTrue: kinds.boolean,
    sparseYPred: kinds.boolean,
    axis: kinds.integer,
  };
  override readonly direction = 'up';
  readonly numClasses: number;
  readonly targetClassIds: readonly number[];
  readonly ignoreClass: number | null;
  readonly sparseYTrue: boolean;
  readonly sparseYPred: boolean;
  readonly axis: number;
  readonly totalCm: Variable;
  constructor(numClasses: number, targetClassIds: readonly number[], options: MeanIoUOptions = {}) {
    super({
      ...recordOf(new.target.name, options),
      dtype: options.dtype == null || options.dtype === ('int' as DType) ? 'int64' : options.dtype,
    });
    const cls = this.constructor.name;
    classCount(cls, numClasses);
    const wrong = numberList(cls, 'targetClassIds', targetClassIds).find(
      (id) => !(Number.isInteger(id) && id >= 0 && id < numClasses),
    );
    if (wrong !== undefined)
      throw new ValueError(`${cls}: target class ${wrong} is out of range for ${numClasses} classes.`);
    this.numClasses = numClasses;
    this.targetClassIds = [...targetClassIds];
    this.ignoreClass = options.ignoreClass ?? null;
    this.sparseYTrue = options.sparseYTrue ?? true;
    this.sparseYPred = options.sparseYPred ?? true;
    this.axis = options.axis ?? -1;
    this.totalCm = this.addVariable({
      name: 'total_confusion_matrix',
      shape: [numClasses, numClasses],
      dtype: this.dtype,
    });
  }
  override updateState(
    yTrue: TensorLike,
    yPred: TensorLike | UpdateOptions,
    { sampleWeight }: UpdateOptions = {},
  ): void {
    const classes = (x: TensorLike, isSparse: boolean): Tensor => {
      const t = convert(x);
      return (isSparse ? t : t.argmax({ axis: this.axis })).cast('int32').reshape([-1]);
    };
    const t = classes(yTrue, this.sparseYTrue);
    const p = classes(yPred as TensorLike, this.sparseYPred);
    if (t.size !== p.size)
      throw new ValueError(`${this.constructor.name}: there are ${t.size} targets but ${p.size} predictions.`);
    const within = (x: Tensor): Tensor => x.greaterEqual(0).logicalAnd(x.less(this.numClasses));
    let counts = within(t).logicalAnd(within(p));
    if (this.ignoreClass !== null) counts = counts.logicalAnd(t.notEqual(this.ignoreClass));
    let w = (sampleWeight == null ? convert(1) : convert(sampleWeight)).cast(this.dtype);
    if (w.ndim) w = w.reshape([-1]);
    if (w.ndim && w.size !== t.size && w.size !== 1)
      throw new ValueError(
        `${this.constructor.name}: sampleWeight must have a weight for each of the ${t.size} targets.\n  Received: ${w.size} weights`,
      );
    const weights = ops.where(counts, w.broadcastTo(t.shape), 0);
    this.totalCm.assignAdd(classTable(ops.where(counts, t, 0), ops.where(counts, p, 0), weights, this.numClasses));
  }
  override result(): Tensor {
    const table = this.totalCm.value.cast('float32');
    const right = table.diagonal();
    const union = table
      .sum({ axis: 0 })
      .add(table.sum({ axis: 1 }))
      .sub(right);
    const wanted = tensor(Int32Array.from(this.targetClassIds));
    const [r, u] = [right.take(wanted, { axis: 0 }), union.take(wanted, { axis: 0 })];
    const occurs = u.greater(1e-9);
    const iou = ops.where(occurs, r.div(u.add(EPSILON)), 0);
    return iou.sum().div(occurs.cast('float32').sum().add(EPSILON));
  }
  protected configOf(...names: (keyof IoU)[]): Record<string, unknown> {
    return { ...super.getConfig(), ...Object.fromEntries(names.map((n) => [n, this[n]])) };
  }
  override getConfig(): Record<string, unknown> {
    return this.configOf('numClasses', 'targetClassIds', 'ignoreClass', 'sparseYTrue', 'sparseYPred', 'axis');
  }
}
/** IoU of two classes told apart by `threshold`, default 0.5; `targetClassIds` default [0, 1]. */
export class BinaryIoU extends IoU {
  static override positional = [];
  static override options: OptionKinds = {
    targetClassIds: kinds.integers,
    threshold: kinds.float,
    ignoreClass: null,
    sparseYTrue: null,
    sparseYPred: null,
    axis: null,
  };
  readonly threshold: number;
  constructor(given: MetricOptions & { targetClassIds?: readonly number[]; threshold?: number } = {}) {
    const { targetClassIds = [0, 1], threshold = 0.5, ...options } = recordOf(new.target.name, given);
    super(2, targetClassIds, options);
    this.threshold = threshold;
  }
  override updateState(yTrue: TensorLike, yPred: TensorLike | UpdateOptions, options: UpdateOptions = {}): void {
    const p = convert(yPred as TensorLike).cast('float32');
    super.updateState(yTrue, p.greaterEqual(this.threshold).cast('int32'), options);
  }
  override getConfig() {
    return { ...this.configOf('targetClassIds'), threshold: this.threshold };
  }
}
/** Mean IoU of all classes. */
export class MeanIoU extends IoU {
  static override positional = ['numClasses'];
  constructor(numClasses: number, options: MeanIoUOptions = {}) {
    super(
      numClasses,
      Array.from({ length: classCount(new.target.name, numClasses) }, (_, i) => i),
      options,
    );
  }
  override getConfig() {
    return this.configOf('numClasses', 'ignoreClass', 'sparseYTrue', 'sparseYPred', 'axis');
  }
}
/** IoU with one-hot targets, and predictions that are scores of classes unless `sparseYPred`. */
export class OneHotIoU extends IoU {
  constructor(numClasses: number, targetClassIds: readonly number[], options: OneHotIoUOptions = {}) {
    super(numClasses, targetClassIds, {
      ...recordOf(new.target.name, options),
      sparseYTrue: false,
      sparseYPred: options.sparseYPred ?? false,
    });
  }
  override getConfig() {
    return this.configOf('numClasses', 'targetClassIds', 'ignoreClass', 'sparseYPred', 'axis');
  }
}
/** Mean IoU of all classes with one-hot targets, and predictions that are scores of classes unless `sparseYPred`. */
export class OneHotMeanIoU extends MeanIoU {
  constructor(numClasses: number, options: OneHotIoUOptions = {}) {
    super(numClasses, {
      ...recordOf(new.target.name, options),
      sparseYTrue: false,
      sparseYPred: options.sparseYPred ?? false,
    });
  }
  override getConfig() {
    return this.configOf('numClasses', 'ignoreClass', 'sparseYPred', 'axis');
  }
}
registerClass('keras.metrics', IoU, BinaryIoU, MeanIoU, OneHotIoU, OneHotMeanIoU);
