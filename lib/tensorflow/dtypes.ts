/** TensorFlow's dtypes by their numbers (tensorflow/core/framework/types.proto), and what holds their values here. */
import type { DType } from '../core/tensor';
import type { NumberType as StoredNumber } from '../io/numbers';

/** @internal */
export const DT_STRING = 7;
/** @internal */
export const DT_RESOURCE = 20;
/** @internal */
export const DT_VARIANT = 21;

/** @internal A dtype whose values are numbers. */
export interface NumberType {
  /** TensorFlow's name. */
  name: string;
  /** How the bytes are read. */
  type: StoredNumber;
  /** What the values become: the smallest dtype here that holds all of them. */
  dtype: DType;
}
const float = (name: string, size: 2 | 4 | 8, dtype: DType): NumberType => ({
  name,
  dtype,
  type: { kind: 'float', size, littleEndian: true, format: dtype === 'bfloat16' ? 'bfloat16' : 'ieee' },
});
const integer = (name: string, size: 1 | 2 | 4 | 8, signed: boolean, dtype: DType): NumberType => ({
  name,
  dtype,
  type: { kind: 'int', size, signed, littleEndian: true },
});
const TYPES = new Map<number, NumberType>([
  [1, float('float32', 4, 'float32')],
  [2, float('float64', 8, 'float64')],
  [3, integer('int32', 4, true, 'int32')],
  [4, integer('uint8', 1, false, 'uint8')],
  [5, integer('int16', 2, true, 'int32')],
  [6, integer('int8', 1, true, 'int8')],
  [9, integer('int64', 8, true, 'int64')],
  [10, { name: 'bool', dtype: 'bool', type: { kind: 'bool', size: 1, littleEndian: true } }],
  [14, float('bfloat16', 2, 'bfloat16')],
  [17, integer('uint16', 2, false, 'int32')],
  [19, float('float16', 2, 'float16')],
  [22, integer('uint32', 4, false, 'int64')],
  [23, integer('uint64', 8, false, 'int64')],
]);
const OTHERS = new Map([
  [DT_STRING, 'string'],
  [8, 'complex64'],
  [11, 'qint8'],
  [12, 'quint8'],
  [13, 'qint32'],
  [18, 'complex128'],
  [DT_RESOURCE, 'resource'],
  [DT_VARIANT, 'variant'],
]);
/** @internal The dtype of a number; undefined for one whose values are no numbers, or that is unknown. References (101 and up) are as the dtype that they refer to. */
export const numberType = (dtype: number): NumberType | undefined => TYPES.get(dtype > 100 ? dtype - 100 : dtype);
/** @internal TensorFlow's name of a dtype, for messages. */
export const dtypeName = (dtype: number): string => numberType(dtype)?.name ?? OTHERS.get(dtype) ?? `number ${dtype}`;

// As the names of the enumeration are, without DT_.
const NUMBERS: ReadonlyMap<string, number> = new Map([
  ['FLOAT', 1],
  ['DOUBLE', 2],
  ['INT32', 3],
  ['UINT8', 4],
  ['INT16', 5],
  ['INT8', 6],
  ['STRING', DT_STRING],
  ['COMPLEX64', 8],
  ['INT64', 9],
  ['BOOL', 10],
  ['QINT8', 11],
  ['QUINT8', 12],
  ['QINT32', 13],
  ['BFLOAT16', 14],
  ['UINT16', 17],
  ['COMPLEX128', 18],
  ['HALF', 19],
  ['RESOURCE', DT_RESOURCE],
  ['VARIANT', DT_VARIANT],
  ['UINT32', 22],
  ['UINT64', 23],
]);
/** @internal The number of `DT_FLOAT` and so on; 0 for a name that is unknown. */
export const dtypeNumber = (name: string): number => NUMBERS.get(name.replace(/^DT_/, '')) ?? 0;
