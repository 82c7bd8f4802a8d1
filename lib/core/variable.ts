/** Variables: named state that plans update in place (keras.Variable). */
import type { DType, NativeVariable } from '../../binding';
import { binding } from './binding';
import { ValueError } from '../support/errors';
import { recordOf } from '../support/guard';
import {
  convert,
  formatShape,
  isFloating,
  run,
  type Shape,
  type Tensor,
  type TensorLike,
  type TensorMethods,
} from './tensor';
import { currentTrace } from './trace';
import { acrossCopies } from '../support/copies';

export interface VariableOptions {
  /** Name in messages and in files. Default: 'variable' with a number. */
  name?: string;
  /** Whether optimizers update it. Default true for floats. */
  trainable?: boolean;
  /** Dtype of the values. Default: that of the value given. */
  dtype?: DType;
}

const counts = new Map<string, number>();
function uniqueName(base: string): string {
  const n = counts.get(base) ?? 0;
  counts.set(base, n + 1);
  return n ? `${base}_${n}` : base;
}

/** The `regularizer` and `constraint` slots keep these shapes; the classes live in keras/. */
export interface TensorFunction {
  call(x: Tensor): Tensor;
}

let autocastTo: DType | null = null;
/** @internal While `f` runs, floating variables that autocast are read in this dtype: layers that compute in half. */
export function withAutocast<T>(dtype: DType | null, f: () => T): T {
  const outer = autocastTo;
  autocastTo = dtype;
  try {
    return f();
  } finally {
    autocastTo = outer;
  }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the methods are made from the table of ops
export class Variable {
  /** @internal Whether it follows the dtype that a layer computes in: weights do, statistics do not. */
  autocast = false;
  /** Last part of `path`. */
  readonly name: string;
  /** Unique name with the layers above, as Keras prints it: `dense/kernel`. */
  path: string;
  readonly shape: Shape;
  readonly dtype: DType;
  trainable: boolean;
  regularizer: TensorFunction | null = null;
  constraint: TensorFunction | null = null;
  /** @internal */
  readonly native: NativeVariable;

  constructor(initial: TensorLike, options: VariableOptions = {}) {
    const { name, trainable, dtype } = recordOf('Variable', options);
    let value = convert(initial);
    if (dtype && value.dtype !== dtype) value = run('cast', [value], { dtype });
    this.name = name ?? uniqueName('variable');
    this.path = this.name;
    this.shape = value.shape;
    this.dtype = value.dtype;
    this.trainable = trainable ?? isFloating(value.dtype);
    this.native = new binding.Variable(value);
  }
  get ndim(): number {
    return this.shape.length;
  }
  get size(): number {
    return this.shape.reduce((a, b) => a * b, 1);
  }

  /** The current tensor. */
  get value(): Tensor {
    const trace = currentTrace();
    const now = trace ? trace.read(this) : this.untracedValue();
    return autocastTo && this.autocast && autocastTo !== this.dtype ? run('cast', [now], { dtype: autocastTo }) : now;
  }
  /** @internal */
  untracedValue(): Tensor {
    return this.native.get() as Tensor;
  }

  /**
   * Replaces the value. Inside of a compiled function the assignment becomes part of the plan.
   * @throws ValueError when the shape differs.
   */
  assign(value: TensorLike): this {
    let next = convert(value, this.dtype);
    if (formatShape(next.shape) !== formatShape(this.shape))
      throw new ValueError(
        `assign: variable '${this.path}' has shape ${formatShape(this.shape)} but the new value has shape ${formatShape(next.shape)}.`,
      );
    if (next.dtype !== this.dtype) next = run('cast', [next], { dtype: this.dtype });
    const trace = currentTrace();
    if (trace) trace.assign(this, next);
    else this.native.set(next);
    return this;
  }
  assignAdd(value: TensorLike): this {
    return this.assign(run('add', [this.value, convert(value, this.dtype)]));
  }
  assignSub(value: TensorLike): this {
    return this.assign(run('subtract', [this.value, convert(value, this.dtype)]));
  }

  data(): Promise<import('../../binding').TypedArray> {
    return this.value.data();
  }
  dataSync(): import('../../binding').TypedArray {
    return this.value.dataSync();
  }
  array() {
    return this.value.array();
  }
  arraySync() {
    return this.value.arraySync();
  }
  item(): number {
    return this.value.item();
  }
  print(): void {
    console.log(String(this));
  }
  toString(): string {
    return `<Variable path=${this.path}, shape=${formatShape(this.shape)}, dtype=${this.dtype}, trainable=${this.trainable}>`;
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
acrossCopies(Variable, 'Variable');

// Every op is a method of variables too: it works on the current value.
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type
export interface Variable extends TensorMethods {}

/** Makes a variable. `name` defaults to `variable`, `variable_1`, ...; `trainable` to true for floats. */
export function variable(initial: TensorLike, options: VariableOptions = {}): Variable {
  return new Variable(initial, options);
}
