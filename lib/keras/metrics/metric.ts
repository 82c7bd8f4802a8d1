/** Base of metrics, and those that are means (keras.metrics). */
import { ValueError } from '../../errors';
import { filled } from '../../ops/creation';
import { convert, formatShape, isFloating, run, type DType, type Shape, type Tensor, type TensorLike } from '../../tensor';
import { withTrace } from '../../trace';
import { Variable } from '../../variable';
import * as initializers from '../initializers';
import { maskOf } from '../layers/layer';
import { toSnakeCase } from '../naming';
import { checkOptions } from '../options';
import { registerClass, type SerializableClass } from '../saving/registry';
import { serializeKerasObject } from '../saving/serialize';

export interface MetricOptions {
  name?: string | null;
  dtype?: DType | object | null;
}
export interface UpdateOptions {
  sampleWeight?: TensorLike | null;
}

/** A number gathered over batches. Subclasses keep variables and implement `updateState` and `result`. */
export abstract class Metric {
  static options?: readonly string[];
  name: string;
  readonly dtype: DType = 'float32';
  private readonly list: Variable[] = [];
  constructor(options: MetricOptions = {}) {
    const cls = new.target as unknown as SerializableClass & { options?: readonly string[] };
    checkOptions(cls.name, options, ['name', 'dtype', ...(cls.options ?? [])]);
    this.name = options.name ?? toSnakeCase(cls.name);
    if (typeof options.dtype === 'string') this.dtype = options.dtype;
  }
  /** Takes a batch in. */
  abstract updateState(yTrue: TensorLike, yPred?: TensorLike | UpdateOptions, options?: UpdateOptions): void;
  /** The value so far, a scalar (or, for some, one for each class). */
  abstract result(): Tensor;
  /** Back to the start. */
  resetState(): void {
    for (const v of this.variables) v.assign(filled(v.shape, 0, v.dtype));
  }
  /** Makes a variable that `resetState` sets to 0. */
  addVariable({ shape = [], initializer = 'zeros', dtype, name }: { shape?: Shape; initializer?: unknown; dtype?: DType; name?: string } = {}): Variable {
    const v = withTrace(null, () => new Variable(initializers.get(initializer)!.call(shape, { dtype: dtype ?? this.dtype }), { name, trainable: false }));
    v.path = `${this.name}/${v.name}`;
    this.list.push(v);
    return v;
  }
  get variables(): Variable[] {
    return [...this.list];
  }
  getConfig(): Record<string, unknown> {
    return { name: this.name, dtype: this.dtype };
  }
}

const meanOver = (t: Tensor, from: number): Tensor => (t.ndim > from ? run('mean', [t], { axis: t.shape.slice(from).map((_, i) => i + from) }) : t);
/** @internal One value for each example, and its weight (keras.src.metrics.reduction_metrics). */
export function samplewise(given: Tensor, sampleWeight: TensorLike | null | undefined): { values: Tensor; weights: Tensor | null } {
  const mask = maskOf(given);
  let values = isFloating(given.dtype) ? given : run('cast', [given], { dtype: 'float32' });
  let weights = sampleWeight == null ? null : run('cast', [convert(sampleWeight)], { dtype: values.dtype });
  if (mask && weights) {
    // as Keras: a mask of the values counts beside weights only
    const m = run('cast', [mask], { dtype: values.dtype });
    weights = run('multiply', [weights.ndim < m.ndim ? run('reshape', [weights], { shape: [...weights.shape, ...Array<number>(m.ndim - weights.ndim).fill(1)] }) : weights, m]);
  }
  if (weights) {
    if (weights.ndim === values.ndim + 1 && weights.shape.at(-1) === 1) weights = run('reshape', [weights], { shape: weights.shape.slice(0, -1) });
    else if (values.ndim === weights.ndim + 1 && values.shape.at(-1) === 1) values = run('reshape', [values], { shape: values.shape.slice(0, -1) });
    if (weights.ndim > values.ndim) throw new ValueError(`sampleWeight of shape ${formatShape(weights.shape)} does not fit values of shape ${formatShape(values.shape)}.`);
    values = meanOver(values, weights.ndim);
    weights = run('broadcast_to', [weights], { shape: [...values.shape] });
    values = run('multiply', [values, weights]);
    weights = meanOver(weights, 1);
  }
  return { values: meanOver(values, 1), weights };
}

/** Weighted mean of all values seen. */
export class Mean extends Metric {
  static positional: readonly string[] = [];
  readonly total: Variable;
  readonly count: Variable;
  constructor(options: MetricOptions = {}) {
    super(options);
    this.total = this.addVariable({ name: 'total' });
    this.count = this.addVariable({ name: 'count' });
  }
  override updateState(values: TensorLike, options: UpdateOptions | TensorLike = {}): void {
    this.add(convert(values), (options as UpdateOptions).sampleWeight);
  }
  /** @internal */
  protected add(values: Tensor, sampleWeight: TensorLike | null | undefined): void {
    const { values: v, weights } = samplewise(values, sampleWeight);
    this.total.assign(run('add', [this.total.value, run('cast', [run('sum', [v])], { dtype: this.dtype })]));
    const n = weights ? run('cast', [run('sum', [weights])], { dtype: this.dtype }) : convert(v.ndim ? v.shape[0] : 1, this.dtype);
    this.count.assign(run('add', [this.count.value, n]));
  }
  override result(): Tensor {
    const n = this.count.value,
      isEmpty = run('equal', [n, convert(0, n)]);
    return run('divide', [this.total.value, run('where', [isEmpty, convert(1, n), n])]);
  }
}
/** Weighted sum of all values seen. */
export class Sum extends Metric {
  static positional: readonly string[] = [];
  readonly total: Variable;
  constructor(options: MetricOptions = {}) {
    super(options);
    this.total = this.addVariable({ name: 'total' });
  }
  override updateState(values: TensorLike, options: UpdateOptions | TensorLike = {}): void {
    const { values: v } = samplewise(convert(values), (options as UpdateOptions).sampleWeight);
    this.total.assign(run('add', [this.total.value, run('cast', [run('sum', [v])], { dtype: this.dtype })]));
  }
  override result(): Tensor {
    return this.total.value;
  }
}
/** A function of targets and predictions. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type MetricFunction = (yTrue: any, yPred: any) => Tensor;
/** Mean of a function `(yTrue, yPred) => values`. */
export class MeanMetricWrapper extends Mean {
  static override positional: readonly string[] = ['fn'];
  constructor(
    readonly fn: MetricFunction,
    options: MetricOptions = {},
  ) {
    super({ name: fn.name || 'metric', ...options });
  }
  override updateState(yTrue: TensorLike, yPred: TensorLike | UpdateOptions, options: UpdateOptions = {}): void {
    const p = convert(yPred as TensorLike),
      values = this.fn(convert(yTrue), p);
    const mask = maskOf(p);
    if (mask) this.add(values, combined(mask, options.sampleWeight, values.dtype));
    else this.add(values, options.sampleWeight);
  }
  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), fn: serializeKerasObject(this.fn) };
  }
}
function combined(mask: Tensor, weight: TensorLike | null | undefined, dtype: DType): Tensor {
  const m = run('cast', [mask], { dtype });
  if (weight == null) return m;
  const w = run('cast', [convert(weight)], { dtype });
  return run('multiply', [w.ndim < m.ndim ? run('reshape', [w], { shape: [...w.shape, ...Array<number>(m.ndim - w.ndim).fill(1)] }) : w, m]);
}
registerClass('keras.metrics', Mean, Sum, MeanMetricWrapper);
