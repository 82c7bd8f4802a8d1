/** Values of any realm: what comes out of a vm context, as in test runners, has classes of its own. */
import { types } from 'node:util';
import type { TypedArray } from '../../binding';

const tagOf = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Symbol.toStringTag,
)!.get!;

/** @internal `Float32Array` and the like; undefined for what is no typed array. */
export const typedArrayKind = (x: unknown): string | undefined => tagOf.call(x) as string | undefined;
/** @internal */
export const isTypedArray = (x: unknown): x is TypedArray => types.isTypedArray(x);
const CLASSES = { Float32Array, Float64Array, Int32Array, BigInt64Array, Int8Array, Uint8Array };
/** @internal A typed array that native code made, as one of the realm of this library: `instanceof` and test runners know it. The memory is the same. */
export function ofThisRealm(x: TypedArray): TypedArray {
  const Class = CLASSES[typedArrayKind(x) as keyof typeof CLASSES];
  return x instanceof Class ? x : (new Class(x.buffer as ArrayBuffer, x.byteOffset, x.length) as TypedArray);
}
/** @internal */
export const isFloat64Array = (x: unknown): x is Float64Array => types.isFloat64Array(x);
/** @internal */
export const isMap = (x: unknown): x is Map<unknown, unknown> => types.isMap(x);
/** @internal */
export const isSet = (x: unknown): x is Set<unknown> => types.isSet(x);
/** @internal */
export const isError = (x: unknown): x is Error => types.isNativeError(x) || x instanceof Error;
/** @internal A promise, or what can be awaited like one. */
export const isPromise = (x: unknown): x is Promise<unknown> =>
  types.isPromise(x) ||
  (typeof x === 'object' &&
    x !== null &&
    typeof (x as { then?: unknown }).then === 'function' &&
    typeof (x as { catch?: unknown }).catch === 'function');
