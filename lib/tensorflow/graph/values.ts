/**
 * Values on the edges of TensorFlow's graphs: tensors, variables, lists of tensors, texts. Tensors that do not depend on
 * data to come have values already while a graph is traced: sizes and indices are read from these.
 */
import { FileError, ValueError } from '../../support/errors';
import { binding } from '../../core/binding';
import { formatShape, Tensor, tensor, type DType, type TypedArray } from '../../core/tensor';
import { Variable } from '../../core/variable';
import { filled } from '../../ops/creation';
import { decodeNumbers } from '../../io/numbers';
import { DT_STRING, dtypeName, numberType } from '../dtypes';
import { sizesOf, type TensorProto } from '../saved_model/messages';
import { LookupTable } from './tables';
import { Asset, Texts } from './texts';

/** @internal A list of tensors (TensorList), as loops of recurrent layers read and write. Never changed, only copied. */
export class TensorList {
  constructor(
    readonly items: readonly (Tensor | null)[],
    /** Shape of the items where it is known. */
    readonly elementShape: readonly number[] | null,
    readonly dtype: DType,
  ) {}
  with(index: number, item: Tensor): TensorList {
    const items = [...this.items];
    items[index] = item;
    return new TensorList(items, this.elementShape, this.dtype);
  }
}
/** @internal Complex numbers: what transforms give, and what takes their size, parts or angles. */
export class ComplexTensor {
  constructor(
    readonly re: Tensor,
    readonly im: Tensor,
  ) {}
}
/** @internal */
export type Value = Tensor | Variable | TensorList | Texts | ComplexTensor | LookupTable | Asset;

const TENSOR = 'a tensor of real numbers';
const VARIABLE = 'a variable';
const LIST = 'a list of tensors';
const COMPLEX = 'a tensor of complex numbers';
const TEXTS = 'texts';
const TABLE = 'a lookup table';
const ASSET = 'a file of the model';
function kindOf(v: Value | undefined): string {
  if (v === undefined) return 'nothing';
  if (v instanceof Variable) return VARIABLE;
  if (v instanceof TensorList) return LIST;
  if (v instanceof ComplexTensor) return COMPLEX;
  if (v instanceof LookupTable) return TABLE;
  if (v instanceof Asset) return ASSET;
  return v instanceof Texts ? TEXTS : TENSOR;
}
const expected = (where: string, what: string, v: Value | undefined): never => {
  throw new FileError(`${where}: an input must be ${what}.\n  Received: ${kindOf(v)}`);
};
/** @internal */
export const asTensor = (where: string, v: Value | undefined): Tensor =>
  v instanceof Tensor ? v : expected(where, TENSOR, v);
/** @internal */
export const asVariable = (where: string, v: Value | undefined): Variable =>
  v instanceof Variable ? v : expected(where, VARIABLE, v);
/** @internal */
export const asList = (where: string, v: Value | undefined): TensorList =>
  v instanceof TensorList ? v : expected(where, LIST, v);

/** @internal */
export const asTexts = (where: string, v: Value | undefined): Texts =>
  v instanceof Texts ? v : expected(where, TEXTS, v);
/** @internal */
export const asTable = (where: string, v: Value | undefined): LookupTable =>
  v instanceof LookupTable ? v : expected(where, TABLE, v);
/** @internal */
export const asAsset = (where: string, v: Value | undefined): Asset =>
  v instanceof Asset ? v : expected(where, ASSET, v);
/** @internal */
export const asComplex = (where: string, v: Value | undefined): ComplexTensor =>
  v instanceof ComplexTensor ? v : expected(where, COMPLEX, v);

// Numbers of tensors that were read: those of constants are asked for at each call.
const known = new WeakMap<Tensor, number[]>();
const MAX_NUMBERS = 2 ** 20;
/** @internal The values of a tensor, as numbers. @throws ValueError when they depend on data to come. */
export function numbersOf(where: string, v: Value | undefined): number[] {
  const t = asTensor(where, v);
  let numbers = known.get(t);
  if (!numbers) {
    if (binding.isSymbolic(t))
      throw new ValueError(
        `${where}: a size or an index depends on the values of the inputs, so that shapes are unknown before they are there.\n  Received: a tensor of shape ${formatShape(t.shape)}`,
      );
    if (t.size > MAX_NUMBERS) throw new FileError(`${where}: ${t.size} sizes or indices are asked for.`);
    known.set(t, (numbers = Array.from(t.dataSync() as ArrayLike<number | bigint>, Number)));
  }
  return numbers;
}
/** @internal The only value of a tensor. */
export function numberOf(where: string, v: Value | undefined): number {
  const numbers = numbersOf(where, v);
  if (numbers.length !== 1) throw new FileError(`${where}: one number is expected.\n  Received: ${numbers.length}`);
  return numbers[0];
}
/** @internal A tensor of integers whose values are known. */
export function integers(
  values: readonly number[],
  shape: readonly number[] = [values.length],
  dtype: DType = 'int32',
): Tensor {
  const t = tensor(values, shape, dtype);
  known.set(t, [...values]);
  return t;
}

const MAX_BYTES = 2 ** 31;
/** @internal A constant of a graph. @throws FileError for one whose shape and values do not agree. */
export function constantOf(proto: TensorProto, where: string): Tensor | Texts {
  const shape = sizesOf(proto.tensorShape, where);
  if (!shape || shape.includes(null)) throw new FileError(`${where}: the shape of a constant is unknown.`);
  const sizes = shape as number[];
  const count = sizes.reduce((a, b) => a * b, 1);
  if (proto.dtype === DT_STRING) {
    const { stringVal } = proto;
    if (count > stringVal.length && stringVal.length !== 1)
      throw new FileError(`${where}: a constant of shape ${formatShape(sizes)} holds ${stringVal.length} texts.`);
    if (count > Math.max(MAX_NUMBERS, stringVal.length))
      throw new FileError(`${where}: a constant of ${count} texts is too large.`);
    return new Texts(
      Array.from({ length: count }, (_, i) => stringVal[Math.min(i, stringVal.length - 1)]),
      sizes,
    );
  }
  const type = numberType(proto.dtype);
  if (!type) throw new FileError(`${where}: a constant of dtype ${dtypeName(proto.dtype)} holds no numbers.`);
  const bytes = count * type.type.size;
  if (!(bytes <= MAX_BYTES)) throw new FileError(`${where}: a constant of shape ${formatShape(sizes)} is too large.`);
  if (proto.tensorContent.length) {
    if (proto.tensorContent.length !== bytes)
      throw new FileError(
        `${where}: a constant of shape ${formatShape(sizes)} and dtype ${type.name} takes ${bytes} bytes, not ${proto.tensorContent.length}.`,
      );
    return tensor(
      decodeNumbers(type.type, Uint8Array.from(proto.tensorContent), count) as TypedArray,
      sizes,
      type.dtype,
    );
  }
  const values = listed(proto);
  if (values.length > count)
    throw new FileError(`${where}: a constant of shape ${formatShape(sizes)} holds ${values.length} values.`);
  // The last value stands for all that follow; none for zeros.
  const last = values.at(-1) ?? 0;
  if (values.length < 2 && count > 1) return filled(sizes, Number(last), type.dtype);
  const all = Array.from({ length: count }, (_, i) => values[i] ?? last);
  return tensor(all as number[], sizes, type.dtype);
}
/** Values that are listed one by one, in the field of their dtype. */
function listed(proto: TensorProto): readonly (number | bigint | boolean)[] {
  if (proto.halfVal.length) {
    const type = numberType(proto.dtype)!.type;
    const bits = new Uint8Array(Uint16Array.from(proto.halfVal).buffer);
    return Array.from(decodeNumbers(type, bits, proto.halfVal.length), Number);
  }
  return (
    (
      [
        proto.floatVal,
        proto.doubleVal,
        proto.intVal,
        proto.int64Val,
        proto.boolVal,
        proto.uint32Val,
        proto.uint64Val,
      ] as (number | bigint | boolean)[][]
    ).find((l) => l.length) ?? []
  );
}
