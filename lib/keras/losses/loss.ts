/** Base of losses: from a loss for each example to one number (keras.src.losses.loss). */
import { expectKind, recordOf } from '../../support/guard';
import { describe } from '../../support/describe';
import { NotImplementedError, TypeError, ValueError } from '../../support/errors';
import * as ops from '../../ops/index';
import { convert, formatShape, isFloating, type DType, Tensor, type TensorLike } from '../../core/tensor';
import { getDtypePolicy } from '../dtype_policy';
import { maskOf } from '../masks';
import { autoName, toSnakeCase } from '../serialization/naming';
import { construct } from '../serialization/construct';
import { registerClass, type NamedClass } from '../serialization/registry';
import { functionOf, serializeFunction } from '../serialization/serialize';
import { acrossCopies } from '../../support/copies';
import { checkOptionsOf, kinds, type OptionKinds } from '../options';
import { configLine, inspectable } from '../inspect';
import type { DTypeIdentifier } from '../dtype_policy';
import type { LossName, RegisteredName } from '../names';
import type { SerializedIdentifier } from '../serialization/serialize';

/** A loss: a name, a Loss, or a function `(yTrue, yPred) => losses`; null for none. */
export type LossIdentifier =
  | LossName
  | RegisteredName
  | Loss
  | (new () => Loss)
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  | ((yTrue: Tensor, yPred: Tensor, ...rest: any[]) => Tensor)
  | SerializedIdentifier
  | null;
/** Losses of a model: one for all outputs, an array in their order, or a record of their structure. 'crossentropy' (or 'ce') is the one that fits the targets. */
export type LossOption =
  LossIdentifier | 'crossentropy' | 'ce' | readonly LossOption[] | { readonly [output: string]: LossOption };

/** How the losses of examples become one number. */
export type Reduction = 'sum_over_batch_size' | 'sum' | 'mean' | 'mean_with_sample_weight' | 'none' | null;
const REDUCTIONS: readonly unknown[] = ['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', null];
export interface LossOptions {
  /** Name in logs and in files. Default: that of the class, in snake_case. */
  name?: string | null;
  /** How the losses of the examples become one number: 'sum_over_batch_size' (default) divides their sum by their number, 'mean_with_sample_weight' by the sum of their weights; 'mean' is another name of the first; 'sum' adds them up; 'none' and null leave them. */
  reduction?: Reduction;
  /** Dtype that targets and predictions are brought to: default float32 for halves and integers; float64 stays. */
  dtype?: DTypeIdentifier;
}

/**
 * @internal When one rank differs by an axis of size 1: vectors become columns, so that there is a value for each
 * example; otherwise the axis goes (keras.src.losses.loss.squeeze_or_expand_to_same_rank).
 */
export function sameRank(a: Tensor, b: Tensor): [Tensor, Tensor] {
  if (a.ndim === b.ndim + 1 && a.shape.at(-1) === 1)
    return b.ndim === 1 ? [a, b.expandDims(-1)] : [a.squeeze({ axis: -1 }), b];
  if (b.ndim === a.ndim + 1 && b.shape.at(-1) === 1)
    return a.ndim === 1 ? [a.expandDims(-1), b] : [a, b.squeeze({ axis: -1 })];
  return [a, b];
}
/** @internal Ones added to the shape of `weight` until it has the rank of `values`: a weight for each example. */
const widened = (weight: Tensor, values: Tensor): Tensor =>
  weight.ndim && weight.ndim < values.ndim
    ? weight.reshape([...weight.shape, ...Array<number>(values.ndim - weight.ndim).fill(1)])
    : weight;
const as = (t: Tensor, dtype: DType): Tensor => (t.dtype === dtype ? t : t.cast(dtype));

/**
 * @internal Weights in which masked examples count 0. Under a mean the others count total / valid, so that the mean
 * is over them alone.
 */
export function applyMask(
  sampleWeight: Tensor | null,
  mask: Tensor | null,
  dtype: DType,
  reduction: Reduction,
): Tensor | null {
  if (!mask) return sampleWeight;
  let kept = as(mask, dtype);
  if (reduction === 'mean' || reduction === 'sum_over_batch_size') {
    const share = ops.divideNoNan(convert(mask.size, dtype), kept.sum());
    kept = ops.where(as(mask, 'bool'), share, convert(0, dtype));
  }
  if (!sampleWeight) return kept;
  const [m, w] = sameRank(kept, as(sampleWeight, dtype));
  return widened(w, m).mul(widened(m, w));
}
/** @internal Sums or averages losses of examples, weighted. */
export function reduceWeighted(
  values: Tensor,
  sampleWeight: Tensor | null,
  mask: Tensor | null,
  reduction: Reduction,
): Tensor {
  expectKind('reduceWeighted', 'values', values, values instanceof Tensor, 'a tensor');
  for (const [what, given] of Object.entries({ sampleWeight, mask }))
    expectKind('reduceWeighted', what, given, given == null || given instanceof Tensor, 'a tensor or null');
  let v = values;
  let weight = applyMask(sampleWeight, mask, v.dtype, reduction);
  if (weight) {
    [v, weight] = sameRank(v, as(weight, v.dtype));
    weight = widened(weight, v);
    if (v.ndim && weight.ndim > v.ndim)
      throw new ValueError(
        `sampleWeight of shape ${formatShape(weight.shape)} does not fit losses of shape ${formatShape(v.shape)}.`,
      );
    v = v.mul(weight);
  }
  if (reduction === 'none' || reduction === null || !v.ndim) return v;
  const sum = v.sum();
  if (reduction === 'sum') return sum;
  if (reduction === 'mean_with_sample_weight' && weight) return ops.divideNoNan(sum, weight.sum());
  return sum.div(Math.max(1, v.size));
}

/**
 * A loss. Subclass it and implement `lossOf`, or `call(yTrue, yPred)` as in Keras: what either returns, a loss for each
 * example, is weighted and reduced. Functions can be passed to `compile` as they are.
 */
export class Loss {
  static options: OptionKinds = { name: kinds.string, reduction: kinds.choice, dtype: kinds.dtype };
  readonly name: string;
  readonly reduction: Reduction;
  /** Null: what predictions have, at least float32. */
  readonly dtype: DType | null;
  constructor(options: LossOptions = {}) {
    const cls: NamedClass = new.target;
    checkOptionsOf(cls, cls.name, options);
    this.name = options.name ?? toSnakeCase(cls.name);
    this.reduction = options.reduction === undefined ? 'sum_over_batch_size' : options.reduction;
    this.dtype = options.dtype == null ? null : getDtypePolicy(options.dtype).computeDtype;
    if (!REDUCTIONS.includes(this.reduction))
      throw new ValueError(
        `${cls.name}: reduction must be one of ${REDUCTIONS.map((r) => `'${String(r)}'`).join(', ')}.\n  Received: ${describe(this.reduction)}`,
      );
    const own = this.call;
    if (own !== Loss.prototype.call) {
      this.lossOf = (t, p) => own.call(this, t, p);
      this.call = Loss.prototype.call;
    }
  }
  /** One loss for each example. */
  lossOf(yTrue: Tensor, yPred: Tensor): Tensor {
    void [yTrue, yPred];
    throw new NotImplementedError(
      `${this.constructor.name}: a loss must implement lossOf(yTrue, yPred), which returns a loss for each example.`,
    );
  }
  private converted(x: TensorLike): Tensor {
    const t = convert(x);
    if (this.dtype) return as(t, this.dtype);
    return t.dtype === 'float64' ? t : as(t, 'float32');
  }
  /** The loss of a batch, a scalar unless reduction is none. */
  call(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike | null): Tensor {
    const given = convert(yPred);
    const inner = maskOf(given);
    const p = this.converted(given);
    const t = convert(yTrue);
    // Class numbers stay integers.
    const values = this.lossOf(isFloating(t.dtype) ? as(t, p.dtype) : t, p);
    const outer = maskOf(values);
    const mask = inner && outer && inner !== outer ? inner.logicalAnd(outer) : (inner ?? outer);
    return reduceWeighted(
      isFloating(values.dtype) ? values : as(values, p.dtype),
      sampleWeight == null ? null : convert(sampleWeight),
      mask,
      this.reduction,
    );
  }
  getConfig(): Record<string, unknown> {
    return { name: this.name, reduction: this.reduction };
  }
}
inspectable(Loss, configLine);
acrossCopies(Loss, 'Loss');

// Each function has options of its own.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type LossFunction = (yTrue: Tensor, yPred: Tensor, options?: any) => Tensor;
/** A loss function with a reduction. Other options than those of `LossOptions` are passed on to the function. */
export class LossFunctionWrapper extends Loss {
  static positional = ['fn'];
  /** Options of the function. */
  readonly settings: Record<string, unknown>;
  constructor(
    readonly fn: LossFunction,
    options: LossOptions & Record<string, unknown> = {},
  ) {
    const { name, reduction, dtype, ...settings } = recordOf(new.target.name, options);
    super({ name: name ?? autoName('LossFunctionWrapper'), reduction, dtype });
    if (typeof fn !== 'function')
      throw new TypeError(
        `LossFunctionWrapper: fn must be a function (yTrue, yPred) => losses.\n  Received: ${describe(fn)}`,
      );
    this.settings = settings;
  }
  override lossOf(yTrue: Tensor, yPred: Tensor): Tensor {
    const [t, p] = sameRank(yTrue, yPred);
    const y: unknown = Object.keys(this.settings).length ? this.fn(t, p, this.settings) : this.fn(t, p);
    if (!(y instanceof Tensor))
      throw new TypeError(
        `loss '${this.name}': the function must return a tensor, a loss for each example.\n  Received: ${describe(y)}`,
      );
    return y;
  }
  override getConfig() {
    return { ...super.getConfig(), fn: serializeFunction(this.fn), ...this.settings };
  }
  static fromConfig(config: Record<string, unknown>): unknown {
    return construct(this, config.fn === undefined ? config : { ...config, fn: functionOf(config.fn) });
  }
}

// Keras does not export it: its files name the module of its source.
registerClass('keras.src.losses.losses', LossFunctionWrapper);

/** @internal A class of losses that is one function with options: Keras' wrappers. */
export abstract class FunctionLoss<O extends object = object> extends Loss {
  static positional: readonly string[] = [];
  readonly settings: O;
  constructor(options: LossOptions & Partial<O>, defaults: O, defaultName?: string) {
    super(
      typeof options === 'object' && options !== null ? { ...options, name: options.name ?? defaultName } : options,
    ); // what is no record is refused there
    const given = options as Record<string, unknown>;
    this.settings = Object.fromEntries(
      Object.entries(defaults).map(([name, value]) => [name, given[name] ?? value]),
    ) as O;
  }
  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), ...this.settings };
  }
  /** The config without options that have their default: for those that Keras leaves out of its config altogether. */
  protected withoutDefaults(defaults: Partial<O>): Record<string, unknown> {
    const left = Object.entries(defaults).filter(
      ([name, value]) => (this.settings as Record<string, unknown>)[name] === value,
    );
    return Object.fromEntries(
      Object.entries(FunctionLoss.prototype.getConfig.call(this)).filter(([name]) => !left.some(([n]) => n === name)),
    );
  }
}
