/** Losses (keras.losses): one number for each example, averaged over the batch. */
import { ValueError } from '../errors';
import { categoricalCrossentropy as categoricalOp, sparseCategoricalCrossentropy as sparseOp, binaryCrossentropy as binaryOp } from '../ops/crossentropy';
import { convert, formatShape, isFloating, run, type DType, type Tensor, type TensorLike } from '../tensor';
import { maskOf, setMask } from './layers/layer';
import { toSnakeCase } from './naming';
import { checkOptions } from './options';
import { getRegisteredObject, registerClass, type SerializableClass } from './saving/registry';
import { functionNames, isSerialized, makeKind, serializeKerasObject, type Kind } from './saving/serialize';

/** How the losses of examples become one number. */
export type Reduction = 'sum_over_batch_size' | 'sum' | 'mean' | 'mean_with_sample_weight' | 'none' | null;
const REDUCTIONS: readonly unknown[] = ['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', null];
export interface LossOptions {
  name?: string | null;
  reduction?: Reduction;
  dtype?: DType | object | null;
}

// ---- functions: (yTrue, yPred) -> one loss for each example
const lastMean = (t: Tensor): Tensor => (t.ndim ? run('mean', [t], { axis: [-1] }) : t);
/** @internal Targets in the dtype and, but for a last axis of size 1, the shape of predictions. */
export function matched(yTrue: TensorLike, yPred: TensorLike, where: string): [Tensor, Tensor] {
  const p = floating(convert(yPred));
  let t = convert(yTrue);
  if (t.dtype !== p.dtype) t = run('cast', [t], { dtype: p.dtype });
  // One rank more, of size 1: vectors become columns, so that there is a loss for each example; else the axis goes.
  let q = p;
  if (t.ndim === q.ndim + 1 && t.shape.at(-1) === 1) {
    if (q.ndim === 1) q = run('reshape', [q], { shape: [...q.shape, 1] });
    else t = run('reshape', [t], { shape: t.shape.slice(0, -1) });
  } else if (q.ndim === t.ndim + 1 && q.shape.at(-1) === 1) {
    if (t.ndim === 1) t = run('reshape', [t], { shape: [...t.shape, 1] });
    else q = run('reshape', [q], { shape: q.shape.slice(0, -1) });
  }
  if (q !== p) carryMask(p, q);
  if (q.ndim === t.ndim && t.shape.some((d, i) => d !== q.shape[i] && d !== 1 && q.shape[i] !== 1))
    throw new ValueError(`${where}: targets of shape ${formatShape(t.shape)} and predictions of shape ${formatShape(q.shape)} do not match.`);
  return [t, q];
}
const carryMask = (from: Tensor, to: Tensor): void => setMask(to, maskOf(from));
const floating = (t: Tensor): Tensor => (isFloating(t.dtype) ? t : run('cast', [t], { dtype: 'float32' }));

/** mean((yTrue - yPred)^2) over the last axis. */
export function meanSquaredError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [t, p] = matched(yTrue, yPred, 'meanSquaredError');
  return lastMean(run('square', [run('subtract', [t, p])]));
}
/** mean(|yTrue - yPred|) over the last axis. */
export function meanAbsoluteError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [t, p] = matched(yTrue, yPred, 'meanAbsoluteError');
  return lastMean(run('abs', [run('subtract', [t, p])]));
}
/** Quadratic within `delta`, linear beyond: mean over the last axis. */
export function huber(yTrue: TensorLike, yPred: TensorLike, { delta = 1 }: { delta?: number } = {}): Tensor {
  const [t, p] = matched(yTrue, yPred, 'huber');
  const e = run('subtract', [p, t]),
    size = run('abs', [e]),
    d = convert(delta, e);
  const square = run('multiply', [run('square', [e]), convert(0.5, e)]);
  const line = run('subtract', [run('multiply', [size, d]), convert(0.5 * delta * delta, e)]);
  return lastMean(run('where', [run('less_equal', [size, d]), square, line]));
}
const smooth = (t: Tensor, labelSmoothing: number, classes: number): Tensor =>
  labelSmoothing ? run('add', [run('multiply', [t, convert(1 - labelSmoothing, t)]), convert(labelSmoothing / classes, t)]) : t;
/** -(t log p + (1 - t) log(1 - p)), mean over `axis`. */
export function binaryCrossentropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  { fromLogits = false, labelSmoothing = 0, axis = -1 }: { fromLogits?: boolean; labelSmoothing?: number; axis?: number } = {},
): Tensor {
  const [t, p] = matched(yTrue, yPred, 'binaryCrossentropy');
  const target = formatShape(t.shape) === formatShape(p.shape) ? t : run('broadcast_to', [t], { shape: [...p.shape] });
  return run('mean', [binaryOp(smooth(target, labelSmoothing, 2), p, { fromLogits })], { axis: [axis] });
}
/** -sum(t log p) over `axis`; targets are one-hot or probabilities. */
export function categoricalCrossentropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  { fromLogits = false, labelSmoothing = 0, axis = -1 }: { fromLogits?: boolean; labelSmoothing?: number; axis?: number } = {},
): Tensor {
  const p = convert(yPred),
    t = run('cast', [convert(yTrue)], { dtype: floating(p).dtype });
  if (formatShape(t.shape) !== formatShape(p.shape))
    throw new ValueError(
      `categoricalCrossentropy: targets must have the shape of the predictions, ${formatShape(p.shape)}: one-hot vectors.\n  Received: targets of shape ${formatShape(t.shape)}\n  Fix: utils.toCategorical(y, ${p.shape.at(-1)}), or the loss 'sparse_categorical_crossentropy' for class numbers.`,
    );
  return categoricalOp(smooth(t, labelSmoothing, p.shape.at(axis)!), p, { fromLogits, axis });
}
/** -log p[t] over `axis`; targets are class numbers. `ignoreClass`: examples of that class count 0. */
export function sparseCategoricalCrossentropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  { fromLogits = false, ignoreClass = null, axis = -1 }: { fromLogits?: boolean; ignoreClass?: number | null; axis?: number } = {},
): Tensor {
  const p = convert(yPred);
  let t = convert(yTrue);
  if (t.ndim === p.ndim && t.shape.at(-1) === 1) t = run('reshape', [t], { shape: t.shape.slice(0, -1) });
  const wanted = p.shape.filter((_, i) => i !== (axis < 0 ? axis + p.ndim : axis));
  if (formatShape(t.shape) !== formatShape(wanted))
    throw new ValueError(
      `sparseCategoricalCrossentropy: targets must be class numbers of shape ${formatShape(wanted)} for predictions of shape ${formatShape(p.shape)}.\n  Received: targets of shape ${formatShape(t.shape)}\n  Fix: the loss 'categorical_crossentropy' for one-hot vectors.`,
    );
  if (ignoreClass === null) return sparseOp(t, p, { fromLogits, axis });
  const valid = run('not_equal', [t, convert(ignoreClass, t)]);
  const loss = sparseOp(run('where', [valid, t, convert(0, t)]), p, { fromLogits, axis });
  const kept = run('where', [valid, loss, convert(0, loss)]);
  setMask(kept, valid); // means are over the others
  return kept;
}

// ---- classes
/** Sums or averages losses of examples, weighted. */
export function reduceWeighted(values: Tensor, sampleWeight: Tensor | null, mask: Tensor | null, reduction: Reduction): Tensor {
  let v = values,
    weight = sampleWeight;
  if (mask) {
    const m = squeezeOrExpand(run('cast', [mask], { dtype: v.dtype }), v);
    // The mean is over the unmasked ones.
    if (reduction === 'mean' || reduction === 'sum_over_batch_size') {
      const total = convert(m.size, v),
        valid = run('sum', [m]);
      const scaled = run('multiply', [m, run('divide', [total, run('add', [valid, convert(1e-7, v)])])]);
      weight = weight ? run('multiply', [squeezeOrExpand(run('cast', [weight], { dtype: v.dtype }), v), scaled]) : scaled;
    } else weight = weight ? run('multiply', [squeezeOrExpand(run('cast', [weight], { dtype: v.dtype }), v), m]) : m;
  }
  let w: Tensor | null = null;
  if (weight) {
    w = squeezeOrExpand(weight.dtype === v.dtype ? weight : run('cast', [weight], { dtype: v.dtype }), v);
    v = run('multiply', [v, w]);
  }
  if (reduction === 'none' || reduction === null) return v;
  const sum = run('sum', [v]);
  if (reduction === 'sum') return sum;
  if (reduction === 'mean_with_sample_weight' && w) return run('divide', [sum, run('add', [run('sum', [run('broadcast_to', [w], { shape: [...v.shape] })]), convert(1e-7, v)])]);
  return run('divide', [sum, convert(Math.max(1, v.size), v)]);
}
function squeezeOrExpand(w: Tensor, v: Tensor): Tensor {
  if (w.ndim === v.ndim + 1 && w.shape.at(-1) === 1) return run('reshape', [w], { shape: w.shape.slice(0, -1) });
  if (w.ndim < v.ndim) return run('reshape', [w], { shape: [...w.shape, ...Array<number>(v.ndim - w.ndim).fill(1)] });
  if (w.ndim > v.ndim) throw new ValueError(`sampleWeight of shape ${formatShape(w.shape)} does not fit losses of shape ${formatShape(v.shape)}.`);
  return w;
}
/** A loss. Subclass it and implement `lossOf`, or pass a function to `compile`. */
export abstract class Loss {
  static options?: readonly string[];
  readonly name: string;
  readonly reduction: Reduction;
  constructor(options: LossOptions = {}) {
    const cls = new.target as unknown as SerializableClass & { options?: string[] };
    checkOptions(cls.name, options, ['name', 'reduction', 'dtype', ...(cls.options ?? [])]);
    this.name = options.name ?? toSnakeCase(cls.name);
    this.reduction = options.reduction === undefined ? 'sum_over_batch_size' : options.reduction;
    if (!REDUCTIONS.includes(this.reduction))
      throw new ValueError(`${cls.name}: reduction must be one of ${REDUCTIONS.map((r) => `'${String(r)}'`).join(', ')}.\n  Received: '${String(this.reduction)}'`);
  }
  /** One loss for each example. */
  abstract lossOf(yTrue: Tensor, yPred: Tensor): Tensor;
  /** The loss of a batch, a scalar unless reduction is none. */
  call(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike | null): Tensor {
    const p = convert(yPred),
      t = convert(yTrue),
      values = this.lossOf(t, p);
    const inner = maskOf(p),
      outer = maskOf(values),
      mask = inner && outer && inner !== outer ? run('logical_and', [inner, outer]) : (inner ?? outer);
    return reduceWeighted(values, sampleWeight == null ? null : convert(sampleWeight), mask, this.reduction);
  }
  getConfig(): Record<string, unknown> {
    return { name: this.name, reduction: this.reduction };
  }
}
type LossFunction = (yTrue: Tensor, yPred: Tensor, options?: never) => Tensor;
/** A loss function with a reduction. */
export class LossFunctionWrapper extends Loss {
  static positional = ['fn'];
  constructor(
    readonly fn: LossFunction,
    options: LossOptions = {},
  ) {
    super({ name: fn.name || 'loss', ...options });
  }
  lossOf(yTrue: Tensor, yPred: Tensor): Tensor {
    return this.fn(yTrue, yPred);
  }
  override getConfig() {
    return { ...super.getConfig(), fn: serializeKerasObject(this.fn) };
  }
}
/** mean((yTrue - yPred)^2) */
export class MeanSquaredError extends Loss {
  static positional: readonly string[] = [];
  lossOf = meanSquaredError;
}
/** mean(|yTrue - yPred|) */
export class MeanAbsoluteError extends Loss {
  static positional: readonly string[] = [];
  lossOf = meanAbsoluteError;
}
/** Quadratic within `delta` (default 1), linear beyond (Huber 1964). */
export class Huber extends Loss {
  static positional: readonly string[] = [];
  static override options = ['delta'];
  readonly delta: number;
  constructor(options: LossOptions & { delta?: number } = {}) {
    super({ name: 'huber_loss', ...options });
    this.delta = options.delta ?? 1;
  }
  lossOf(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return huber(yTrue, yPred, { delta: this.delta });
  }
  override getConfig() {
    return { ...super.getConfig(), delta: this.delta };
  }
}
export interface CrossentropyOptions extends LossOptions {
  fromLogits?: boolean;
  labelSmoothing?: number;
  axis?: number;
}
abstract class SmoothedCrossentropy extends Loss {
  static override options = ['fromLogits', 'labelSmoothing', 'axis'];
  readonly settings: { fromLogits: boolean; labelSmoothing: number; axis: number };
  constructor(options: CrossentropyOptions = {}) {
    super(options);
    this.settings = { fromLogits: options.fromLogits ?? false, labelSmoothing: options.labelSmoothing ?? 0, axis: options.axis ?? -1 };
  }
  override getConfig() {
    return { ...super.getConfig(), ...this.settings };
  }
}
/** -(t log p + (1 - t) log(1 - p)): yes or no, several labels an example. */
export class BinaryCrossentropy extends SmoothedCrossentropy {
  static positional: readonly string[] = [];
  lossOf(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return binaryCrossentropy(yTrue, yPred, this.settings);
  }
}
/** -sum(t log p), t one-hot: one class of several. */
export class CategoricalCrossentropy extends SmoothedCrossentropy {
  static positional: readonly string[] = [];
  lossOf(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return categoricalCrossentropy(yTrue, yPred, this.settings);
  }
}
/** -log p[t], t a class number. */
export class SparseCategoricalCrossentropy extends Loss {
  static positional: readonly string[] = [];
  static override options = ['fromLogits', 'ignoreClass', 'axis'];
  readonly settings: { fromLogits: boolean; ignoreClass: number | null; axis: number };
  constructor(options: LossOptions & { fromLogits?: boolean; ignoreClass?: number | null; axis?: number } = {}) {
    super(options);
    this.settings = { fromLogits: options.fromLogits ?? false, ignoreClass: options.ignoreClass ?? null, axis: options.axis ?? -1 };
  }
  lossOf(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return sparseCategoricalCrossentropy(yTrue, yPred, this.settings);
  }
  override getConfig() {
    const { fromLogits, ignoreClass, axis } = this.settings;
    return { ...super.getConfig(), fromLogits, ignoreClass, axis };
  }
}
registerClass('keras.losses', MeanSquaredError, MeanAbsoluteError, Huber, BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy);

export { meanSquaredError as mse, meanSquaredError as MSE, meanAbsoluteError as mae, meanAbsoluteError as MAE };
const functions: Record<string, LossFunction> = { meanSquaredError, meanAbsoluteError, huber, binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy };
for (const [name, f] of Object.entries(functions))
  functionNames.set(
    f,
    name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`),
  );
/** @internal */
export const LOSS_ALIASES: Record<string, string> = { mse: 'MeanSquaredError', mae: 'MeanAbsoluteError', bce: 'BinaryCrossentropy', kld: 'KLDivergence', huber_loss: 'Huber' };

const isLoss = (x: unknown): x is Loss => x instanceof Loss;
const kind: Kind<Loss> = makeKind<Loss>('keras.losses', 'loss', isLoss, LOSS_ALIASES);
/** A loss from a name, a config, an instance or a function `(yTrue, yPred) => losses`; null for none. */
export function get(identifier: unknown): Loss | null {
  if (isLoss(identifier)) return identifier;
  if (typeof identifier === 'string') {
    const custom = getRegisteredObject(identifier);
    if (typeof custom === 'function' && !((custom as { prototype?: unknown }).prototype instanceof Loss))
      return new LossFunctionWrapper(custom as LossFunction, { name: identifier });
  }
  if (typeof identifier === 'function' && !((identifier as { prototype?: unknown }).prototype instanceof Loss)) {
    const builtIn = Object.entries(functions).find(([, f]) => f === identifier);
    return builtIn ? kind.get(builtIn[0]) : new LossFunctionWrapper(identifier as LossFunction);
  }
  if (isSerialized(identifier) && identifier.class_name === 'function') return get(identifier.config);
  return kind.get(identifier);
}
export const { serialize, deserialize } = kind;
