/**
 * Tensors: immutable n-dimensional arrays held by the native engine. Operations are recorded and computed when a
 * value is asked for (`data`, `array`, `item`, `print`). Every op is also a method: the files in `ops/` add theirs.
 */
import { types } from 'node:util';
import type { DType, NativeTensor, TypedArray } from '../../binding';
import { binding, shared } from './binding';
import { otherPackageOf } from '../support/copies';
import { describe } from '../support/describe';
import { allocate, requireHeap } from '../support/limits';
import { RuntimeError, TypeError, ValueError } from '../support/errors';
import { isFloat64Array, isTypedArray, ofThisRealm, typedArrayKind } from '../support/realms';
import { formatShape, type Shape } from '../support/shapes';

export type { DType, TypedArray } from '../../binding';
export { formatShape, type Shape } from '../support/shapes';
/** Nested arrays as `array()` returns them. */
export type NestedArray = number | bigint | boolean | NestedArray[];

/** A tensor. Methods of the ops are declared by the files that define them. */
export interface Tensor extends NativeTensor {
  /** Values in row-major order. Runs off the main thread. bfloat16 and float16 come as Float32Array, bool as Uint8Array. */
  data(): Promise<TypedArray>;
  /** As `data`, blocking. */
  dataSync(): TypedArray;
  /** Values as nested arrays. */
  array(): Promise<NestedArray>;
  arraySync(): NestedArray;
  /** The only element of a tensor of size 1, as a number. */
  item(): number;
  /** Writes shape, dtype and values to the console. */
  print(): void;
  [Symbol.dispose](): void;
}

/** What other things that stand for a tensor can do too: its ops. */
export type TensorMethods = Omit<
  Tensor,
  | 'shape'
  | 'dtype'
  | 'ndim'
  | 'size'
  | 'data'
  | 'dataSync'
  | 'array'
  | 'arraySync'
  | 'item'
  | 'print'
  | 'dispose'
  | 'read'
  | 'readSync'
  | 'isDisposed'
  | typeof Symbol.dispose
>;

/** The class, for `instanceof`; tensors are made by `tensor()` and by ops. */
export const Tensor = binding.Tensor as { prototype: Tensor; new (): Tensor };
/** Whether x is a tensor. */
export const isTensor = (x: unknown): x is Tensor => x instanceof Tensor;

/** A tensor of a graph that is put together (a `KerasTensor`): ops on it become part of the graph. */
export interface SymbolicTensorLike {
  /** What messages and summaries call it. */
  readonly name: string;
  /** Sizes of its axes, null where they are unknown. */
  readonly shape: readonly (number | null)[];
  /** Dtype of the values that it will have. */
  readonly dtype: DType;
  /** Number of axes. */
  readonly ndim: number;
}
/** What ops take for a tensor. Plain numbers take the dtype of the tensor beside them. */
export type TensorLike =
  | Tensor
  | SymbolicTensorLike
  | { readonly value: Tensor; assign(x: TensorLike): unknown }
  | TypedArray
  | Float64Array
  | number
  | bigint
  | boolean
  | readonly unknown[];

const DTYPES: readonly DType[] = [
  'float32',
  'float16',
  'bfloat16',
  'float64',
  'int32',
  'int64',
  'int8',
  'uint8',
  'bool',
];

/** @internal */
export function checkDType(dtype: string, what = 'dtype'): DType {
  if (!(DTYPES as readonly string[]).includes(dtype))
    throw new ValueError(`${what} ${describe(dtype)} is not one of ${DTYPES.map((d) => `'${d}'`).join(', ')}.`);
  return dtype as DType;
}
/** True for float32, float16, bfloat16 and float64. */
export function isFloating(dtype: DType): boolean {
  return dtype.startsWith('float') || dtype === 'bfloat16';
}

// Kinds without a dtype of their own take the smallest one that holds their values.
const DTYPE_OF: Readonly<Record<string, DType>> = {
  Float32Array: 'float32',
  Float64Array: 'float64',
  Int32Array: 'int32',
  BigInt64Array: 'int64',
  Int8Array: 'int8',
  Int16Array: 'int32',
  Uint16Array: 'int32',
  Uint32Array: 'int64',
  BigUint64Array: 'int64',
};
function dtypeOf(array: TypedArray): DType {
  return DTYPE_OF[typedArrayKind(array)!] ?? 'uint8';
}
const isShared = (x: TypedArray): boolean => types.isSharedArrayBuffer(x.buffer);
/** Whether its ArrayBuffer was transferred, as by `postMessage`: only then no view can be made of it. */
function isDetached(x: TypedArray): boolean {
  if (x.length) return false;
  try {
    new Uint8Array(x.buffer);
    return false;
  } catch {
    return true;
  }
}

/** Classes whose conversion of a number is that of the dtype. */
const PLAIN = {
  float64: Float64Array,
  int32: Int32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  float32: Float32Array,
  float16: Float32Array,
  bfloat16: Float32Array,
};
function typedFor(dtype: DType, values: ArrayLike<number | bigint | boolean>): TypedArray {
  const n = values.length;
  if (isFloat64Array(values) && dtype !== 'int64' && dtype !== 'bool') return new PLAIN[dtype](values);
  if (dtype === 'int64')
    return BigInt64Array.from({ length: n }, (_, i) => {
      const v = values[i];
      if (typeof v !== 'number') return BigInt(v);
      if (!Number.isFinite(v)) throw new ValueError(`tensor: ${v} is no int64.`);
      return BigInt(Math.trunc(v));
    });
  if (dtype === 'float64') return Float64Array.from(values as ArrayLike<number>, Number);
  if (dtype === 'int32') return Int32Array.from(values as ArrayLike<number>, Number);
  if (dtype === 'int8') return Int8Array.from(values as ArrayLike<number>, Number);
  if (dtype === 'uint8') return Uint8Array.from(values as ArrayLike<number>, Number);
  if (dtype === 'bool') return Uint8Array.from(values as ArrayLike<number>, (v) => (v ? 1 : 0));
  return Float32Array.from(values as ArrayLike<number>, Number);
}
const DIRECT = new Set(['Float32Array', 'Float64Array', 'Int32Array', 'BigInt64Array', 'Int8Array']);
function fits(array: TypedArray, dtype: DType): boolean {
  const kind =
    dtype === 'float16' || dtype === 'bfloat16'
      ? 'Float32Array'
      : dtype === 'bool' || dtype === 'uint8'
        ? 'Uint8Array'
        : null;
  return kind === null
    ? dtypeOf(array) === dtype && typedArrayKind(array) !== 'Uint8Array' && DIRECT.has(typedArrayKind(array)!)
    : typedArrayKind(array) === kind;
}

/**
 * Makes a tensor.
 * @param values - a number, nested arrays (all rows of equal length), a typed array, a tensor or a variable.
 * @param shape - sizes; the product must be the number of values. Default: the nesting, or `[length]`.
 *   A dtype may stand in its place: `tensor([1, 2], 'int32')`.
 * @param dtype - default: that of the typed array; 'float32' for numbers, 'int64' for bigints, 'bool' for booleans.
 * @throws ValueError for ragged rows or a shape of another size; TypeError for what is no number.
 * @example tensor([[1, 2], [3, 4]]).shape   // [2, 2]
 */
export function tensor(values: TensorLike, shape?: Shape | DType | null, dtype?: DType | null): Tensor {
  if (typeof shape === 'string') {
    if (dtype != null)
      throw new TypeError(
        `tensor: the dtype is given twice; before it comes a shape.\n  Received: ${describe(shape)}, ${describe(dtype)}\n  Fix: tensor(values, shape, dtype)`,
      );
    return tensor(values, null, checkDType(shape));
  }
  if (shape != null && !Array.isArray(shape))
    throw new TypeError(
      `tensor: the second argument is a shape (an array of sizes) or a dtype.\n  Received: ${describe(shape)}\n  Fix: tensor(values, shape, dtype) or tensor(values, dtype)`,
    );
  if (shape?.some((d) => !Number.isInteger(d) || d < 0))
    throw new ValueError(
      `tensor: shape ${formatShape([...shape].map((d) => (typeof d === 'number' ? d : describe(d))))} must hold integers >= 0.`,
    );
  dtype ??= undefined;
  if (dtype !== undefined) checkDType(dtype);
  const given = values as { value?: Tensor; assign?: unknown } | null;
  if (values instanceof Tensor || (typeof given === 'object' && given?.assign && given.value instanceof Tensor)) {
    let t = values instanceof Tensor ? values : (given!.value as Tensor);
    if (dtype && dtype !== t.dtype) t = run('cast', [t], { dtype });
    if (shape) t = run('reshape', [t], { shape: [...shape] });
    return t;
  }
  const foreign = fromOtherCopy(values);
  if (foreign) return tensor(foreign, shape, dtype);
  let flat: ArrayLike<number | bigint | boolean>, natural: number[];
  if (isTypedArray(values)) {
    if (isDetached(values))
      throw new ValueError(
        `tensor: the memory of this ${typedArrayKind(values)} has been transferred to someone else; it has no values.`,
      );
    flat = values;
    natural = [values.length];
    dtype ??= dtypeOf(values);
  } else {
    const { count, first } = promised(values);
    if (count > MANY && typeof first === 'number') {
      const numbers = new ManyNumbers(count);
      natural = flatten(values, numbers);
      flat = numbers.values;
      dtype ??= 'float32';
    } else {
      requireHeap(`tensor: ${count} values in nested arrays`, 16 * count, 'a typed array and a shape.');
      const list: (number | bigint | boolean)[] = [];
      natural = flatten(values, list);
      flat = list;
      dtype ??= kindOf(list);
    }
  }
  const size = shape?.reduce((a, b) => a * b, 1) ?? flat.length;
  if (size !== flat.length)
    throw new ValueError(`tensor: shape ${formatShape(shape!)} holds ${size} values but ${flat.length} are given.`);
  const data = isTypedArray(values) && !isShared(values) && fits(values, dtype) ? values : typedFor(dtype, flat);
  const made = binding.fromData(data, [...(shape ?? natural)], dtype) as Tensor;
  collector?.([made]);
  return made;
}

/** @internal The values of a tensor, or of a variable, that another copy of the library made with an engine of its own; null for anything else. */
export function fromOtherCopy(given: unknown): Tensor | null {
  if (typeof given !== 'object' || given === null || given instanceof Tensor) return null;
  const { shape, dtype, dataSync } = given as Partial<Tensor>;
  if (typeof dataSync !== 'function' || typeof dtype !== 'string' || !Array.isArray(shape)) return null;
  if ('node' in given && otherPackageOf(given) !== null) return null; // a KerasTensor: it has no values
  return tensor((given as Tensor).dataSync(), shape, dtype);
}

/** More than anyone needs, and a bound for arrays that hold themselves. */
const MAX_AXES = 64;
/** Values from here on go into a typed array: so many in a list are more than JavaScript's heap is for. */
const MANY = 2 ** 22;
/** How many values nested arrays will have, by the first row of each axis, and the first value. */
function promised(values: unknown): { count: number; first: unknown } {
  let first = values;
  let count = 1;
  for (let depth = 0; depth < MAX_AXES && (Array.isArray(first) || isTypedArray(first)); depth++) {
    count *= first.length;
    first = first[0] as unknown;
  }
  // Deeper than anyone may go: said where the values are read.
  return Array.isArray(first) ? { count: 0, first } : { count, first };
}
class ManyNumbers {
  readonly values: Float64Array;
  length = 0;
  constructor(count: number) {
    this.values = allocate(`tensor: ${count} values in nested arrays`, Float64Array, count);
  }
  push(v: number | bigint | boolean): void {
    if (typeof v === 'bigint')
      throw new TypeError(`tensor: a bigint stands among numbers.\n  Received: ${describe(v)}`);
    this.values[this.length++] = Number(v);
  }
}
const kindOf = (list: readonly (number | bigint | boolean)[]): DType =>
  list.length === 0
    ? 'float32'
    : list.every((v) => typeof v === 'boolean')
      ? 'bool'
      : list.some((v) => typeof v === 'bigint')
        ? 'int64'
        : 'float32';
function flatten(value: unknown, out: { length: number; push(v: number | bigint | boolean): unknown }): number[] {
  const leaf = (v: unknown): boolean => {
    if (typeof v !== 'number' && typeof v !== 'bigint' && typeof v !== 'boolean') return false;
    out.push(v);
    return true;
  };
  if (leaf(value)) return [];
  const shape: number[] = [];
  const visit = (v: unknown, depth: number): void => {
    if (isTypedArray(v) || Array.isArray(v)) {
      if (depth === MAX_AXES)
        throw new ValueError(
          `tensor: arrays are nested more than ${MAX_AXES} deep.\n  Fix: does one of them hold itself?`,
        );
      const n = (v as { length: number }).length;
      if (shape.length === depth) {
        if (out.length) throw new ValueError(`tensor: a row stands where a number of axis ${depth - 1} is expected.`);
        shape.push(n);
      } else if (shape[depth] !== n)
        throw new ValueError(`tensor: rows of axis ${depth} differ in length: ${shape[depth]} and ${n}.`);
      for (let i = 0; i < n; i++) visit((v as unknown[])[i], depth + 1);
    } else {
      if (depth !== shape.length)
        throw new ValueError(`tensor: a number stands where a row of axis ${depth} is expected.`);
      if (v instanceof Tensor)
        throw new TypeError('tensor: an array of tensors is not a tensor. Use stack() or concatenate().');
      if (!leaf(v))
        throw new TypeError(`tensor: values must be numbers, bigints or booleans.\n  Received: ${describe(v)}`);
    }
  };
  visit(value, 0);
  return shape;
}

/**
 * @internal A tensor from anything an op accepts. Numbers become scalars of `like`'s dtype (weak types, as Keras):
 * a fraction beside integers gives float32.
 */
export function convert(value: TensorLike, like?: Tensor | DType): Tensor {
  if (value instanceof Tensor) return value;
  const v = value as { value?: Tensor; assign?: unknown };
  if (v !== null && typeof v === 'object' && v.assign && v.value instanceof Tensor) return v.value;
  const foreign = fromOtherCopy(value);
  if (foreign) return foreign;
  const dtype = typeof like === 'string' ? like : like?.dtype;
  if (typeof value === 'number') {
    const target =
      dtype === undefined
        ? 'float32'
        : isFloating(dtype)
          ? dtype
          : Number.isInteger(value)
            ? dtype === 'bool'
              ? 'int32'
              : dtype
            : 'float32';
    return tensor(value, [], target);
  }
  if (typeof value === 'boolean') return tensor(value, [], 'bool');
  if (
    value === undefined ||
    value === null ||
    typeof value === 'string' ||
    typeof value === 'function' ||
    typeof value === 'symbol'
  )
    throw new TypeError(`a tensor, an array or a number is expected.\n  Received: ${describe(value)}`);
  return tensor(value, undefined, isTypedArray(value) ? undefined : dtype && isFloating(dtype) ? dtype : undefined);
}

const requireNested = (t: Tensor): void =>
  requireHeap(`array: ${t.size} values as nested arrays`, 16 * t.size, 'data() gives a typed array.');
function nest(data: TypedArray, shape: Shape, dtype: DType): NestedArray {
  let at = 0;
  const build = (axis: number): NestedArray => {
    if (axis === shape.length) {
      const v = data[at++];
      return dtype === 'bool' ? Boolean(v) : v;
    }
    return Array.from({ length: shape[axis] }, () => build(axis + 1));
  };
  return build(0);
}

// Shapes that native code makes are arrays of the realm in which the engine was loaded.
const nativeShape = shared(
  'shape',
  () => Object.getOwnPropertyDescriptor(Tensor.prototype, 'shape')!.get as (this: Tensor) => number[],
);
Object.defineProperty(Tensor.prototype, 'shape', {
  get:
    nativeShape.call(binding.placeholder([], 'float32') as Tensor) instanceof Array
      ? nativeShape
      : function (this: Tensor) {
          return Array.from(nativeShape.call(this));
        },
  configurable: true,
});
const methods: ThisType<Tensor> & Partial<Tensor> & { toString(): string } = {
  async data() {
    return ofThisRealm(await this.read());
  },
  dataSync() {
    return ofThisRealm(this.readSync());
  },
  async array() {
    requireNested(this);
    return nest(await this.read(), this.shape, this.dtype);
  },
  arraySync() {
    requireNested(this);
    return nest(this.readSync(), this.shape, this.dtype);
  },
  item() {
    if (this.size !== 1)
      throw new ValueError(
        `item: only a tensor of one element has an item.\n  Received: shape ${formatShape(this.shape)}`,
      );
    return Number(this.readSync()[0]);
  },
  print() {
    console.log(String(this));
  },
  toString() {
    const head = `Tensor(shape=${formatShape(this.shape)}, dtype=${this.dtype}`;
    if (this.isDisposed) return `${head}, disposed)`;
    if (binding.isSymbolic(this)) return `${head}, symbolic)`;
    return `${head})\n${render(nest(this.readSync(), this.shape, this.dtype), '')}`;
  },
  [Symbol.dispose]() {
    this.dispose();
  },
};
for (const key of Reflect.ownKeys(methods))
  Object.defineProperty(Tensor.prototype, key, {
    value: (methods as Record<PropertyKey, unknown>)[key],
    configurable: true,
    writable: true,
  });
Object.defineProperty(Tensor.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: Tensor) {
    return String(this);
  },
  // The native class is one for the process, while the library may be evaluated again, as by test runners.
  configurable: true,
  writable: true,
});

function render(v: NestedArray, indent: string): string {
  if (!Array.isArray(v)) return typeof v === 'number' ? String(Number(v.toPrecision(7))) : String(v);
  const shown = v.length > 8 ? [...v.slice(0, 4), '...', ...v.slice(-3)] : v;
  if (!v.some(Array.isArray))
    return `[${shown.map((e) => (e === '...' ? e : render(e as NestedArray, ''))).join(', ')}]`;
  return `[${shown.map((e) => (e === '...' ? e : render(e as NestedArray, indent + ' '))).join(`,\n${indent} `)}]`;
}

let collector: ((made: readonly Tensor[]) => void) | null = null;
/** @internal Tells of every tensor that is made from now on; null: of none. */
export function collectTensors(collect: ((made: readonly Tensor[]) => void) | null): void {
  collector = collect;
}
/** @internal Runs a native op: its first result. */
export function run(op: string, inputs: Tensor[], attrs?: import('../../binding').Attrs): Tensor {
  const made = binding.run(op, inputs, attrs) as Tensor;
  collector?.([made]);
  return made;
}
/** @internal Runs a native op: all its results. */
export function runMany(op: string, inputs: Tensor[], attrs?: import('../../binding').Attrs): Tensor[] {
  const made = binding.runMany(op, inputs, attrs) as Tensor[];
  collector?.(made);
  return made;
}
/** @internal */
export function expectValue(t: Tensor, what: string): void {
  if (binding.isSymbolic(t))
    throw new RuntimeError(
      `${what}: this tensor has no value, it stands for data while a function is traced. Use ops on it, or fit with { runEagerly: true }.`,
    );
}
