/** Base of metrics (keras.src.metrics.metric). */
import { ValueError } from '../../support/errors';
import { filled } from '../../ops/creation';
import { isFloating, type DType, type Shape, type Tensor, type TensorLike } from '../../core/tensor';
import { withTrace } from '../../core/trace';
import { Variable } from '../../core/variable';
import { getDtypePolicy } from '../dtype_policy';
import * as initializers from '../initializers';
import { autoName } from '../serialization/naming';
import { classNameOf, type NamedClass } from '../serialization/registry';
import { acrossCopies } from '../../support/copies';
import { checkOptions, checkOptionsOf, kinds, type OptionKinds } from '../options';
import { configLine, inspectable } from '../inspect';
import type { DTypeIdentifier } from '../dtype_policy';
import type { InitializerIdentifier } from '../initializers/initializer';
import type { MetricName, RegisteredName } from '../names';
import type { SerializedIdentifier } from '../serialization/serialize';

/** A metric: a name, a Metric, or a function `(yTrue, yPred) => values`; null for none. */
export type MetricIdentifier =
  | MetricName
  | RegisteredName
  | Metric
  | (new () => Metric)
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  | ((yTrue: Tensor, yPred: Tensor, ...rest: any[]) => Tensor)
  | SerializedIdentifier
  | null;
/** Metrics of a model: an array, with an array for each of several outputs, or a record by output. 'crossentropy' (or 'ce') is the one that fits the targets. */
export type MetricsOption =
  readonly MetricsOfOutput[] | { readonly [output: string]: MetricsOfOutput | undefined } | null;
type MetricsOfOutput =
  | MetricIdentifier
  | 'crossentropy'
  | 'ce'
  | readonly MetricsOfOutput[]
  | { readonly [output: string]: MetricsOfOutput };

export interface MetricOptions {
  /** Name in logs and histories. Default: that of the class, in snake_case. */
  name?: string | null;
  /** Dtype that the metric computes in. Default float32. */
  dtype?: DTypeIdentifier;
}
export interface UpdateOptions {
  /** A weight for each example, or what broadcasts to the values. Default: 1 each. */
  sampleWeight?: TensorLike | null;
}
export interface MetricVariableOptions {
  /** Shape of the variable. Default []: a scalar. */
  shape?: Shape;
  /** Its first value, to which `resetState` returns. Default 'zeros'. */
  initializer?: InitializerIdentifier;
  /** Its dtype. Default float32; integers begin as zeros, ones or a constant. */
  dtype?: DType | null;
  /** Its name. Default: 'variable' with a number. */
  name?: string | null;
}
const isOptions = (x: unknown): x is MetricVariableOptions => typeof x === 'object' && !Array.isArray(x);

/**
 * A number gathered over batches. Subclasses make variables by `addVariable` and implement `updateState` and `result`;
 * both are traced into the plan of a step. Metrics kept in properties of a metric share their variables with it.
 */
export abstract class Metric {
  static options: OptionKinds = { name: kinds.string, dtype: kinds.dtype };
  name: string;
  readonly dtype: DType;
  /** @internal Whether larger ('up') or smaller ('down') is better, for callbacks that watch it. */
  readonly direction: 'up' | 'down' | null = null;
  private readonly list: Variable[] = [];
  constructor(options: MetricOptions = {}) {
    const cls: NamedClass = new.target;
    checkOptionsOf(cls, cls.name, options);
    this.name = options.name ?? autoName(classNameOf(cls));
    this.dtype = options.dtype == null ? 'float32' : getDtypePolicy(options.dtype).computeDtype;
  }
  /** Takes a batch in. */
  abstract updateState(yTrue: TensorLike, yPred?: TensorLike | UpdateOptions, options?: UpdateOptions): void;
  /** The value so far, a scalar (or, for some, one for each class). */
  abstract result(): Tensor;
  /** Takes a batch in and gives the value so far. */
  call(yTrue: TensorLike, yPred?: TensorLike | UpdateOptions, options?: UpdateOptions): Tensor {
    this.updateState(yTrue, yPred, options);
    return this.result();
  }
  /** Back to the start: all variables 0. */
  resetState(): void {
    for (const v of this.variables) v.assign(filled(v.shape, 0, v.dtype));
  }
  /**
   * Makes a variable that `resetState` sets to 0: `addVariable([3], 'zeros', { name: 'hits' })`, or all in one record.
   * Defaults: a scalar, zeros, float32.
   */
  addVariable(
    shape: Shape | MetricVariableOptions = [],
    initializer: unknown = 'zeros',
    options: Omit<MetricVariableOptions, 'shape' | 'initializer'> = {},
  ): Variable {
    const given = isOptions(shape) ? shape : { shape, initializer, ...options };
    checkOptions('addVariable', given, {
      shape: kinds.shape,
      initializer: kinds.initializer,
      dtype: kinds.dtype,
      name: kinds.string,
    });
    const dtype = given.dtype ?? 'float32';
    const first = initializers.get(given.initializer ?? 'zeros')!;
    if (
      !isFloating(dtype) &&
      !(first instanceof initializers.Zeros) &&
      !(first instanceof initializers.Ones) &&
      !(first instanceof initializers.Constant)
    )
      throw new ValueError(`addVariable: integers start as zeros, ones or a constant.\n  Received: dtype ${dtype}`);
    const v = withTrace(
      null,
      () => new Variable(first.call(given.shape ?? [], { dtype }), { name: given.name ?? undefined, trainable: false }),
    );
    v.path = `${this.name}/${v.name}`;
    this.list.push(v);
    return v;
  }
  /** `addVariable` by its older name. */
  addWeight(options: MetricVariableOptions = {}): Variable {
    return this.addVariable(options);
  }
  get variables(): Variable[] {
    const inner = Object.values(this)
      .flatMap((x: unknown) => (Array.isArray(x) ? (x as unknown[]) : [x]))
      .filter((x): x is Metric => x instanceof Metric);
    return [...new Set([...this.list, ...inner.flatMap((m) => m.variables)])];
  }
  getConfig(): Record<string, unknown> {
    return { name: this.name, dtype: this.dtype };
  }
}
inspectable(Metric, configLine);
acrossCopies(Metric, 'Metric');
