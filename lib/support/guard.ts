/** The last net under public calls: what JavaScript itself throws about an argument becomes an error of this library. */
import { describe } from './describe';
import { isRecord } from './nest';
import { isOwnFault, TraeError, TypeError } from './errors';
import { isPromise } from './realms';

type AnyFunction = (...args: unknown[]) => unknown;

function refused(name: string, args: readonly unknown[], cause: unknown): TraeError {
  const isDeep = cause instanceof RangeError && cause.message.includes('call stack');
  return new TypeError(
    `${name}: ${isDeep ? 'an argument is nested too deep, or holds itself' : 'the arguments are not of the kinds that it takes'}.\n  Received: ${args.length ? args.map((a) => describe(a)).join(', ') : 'no arguments'}`,
    { op: name, cause },
  );
}
/** @internal The value, when it is a function. */
export function expectFunction(op: string, what: string, value: unknown): void {
  if (typeof value !== 'function')
    throw new TypeError(`${op}: ${what} must be a function.\n  Received: ${describe(value)}`, { op });
}
/** @internal The value, when it is an instance of a class or a record of a kind. */
export function expectKind(op: string, what: string, value: unknown, isKind: boolean, expected: string): void {
  if (!isKind) throw new TypeError(`${op}: ${what} must be ${expected}.\n  Received: ${describe(value)}`, { op });
}
/** @internal An options object, when it is one. */
export function recordOf<T extends object>(op: string, options: T): T {
  expectKind(op, 'the options', options, isRecord(options), 'a record');
  return options;
}
/** @internal What is thrown where `error` was: a fault of JavaScript in a line of this library is told as one of the arguments. */
export const refusal = (name: string, args: readonly unknown[], error: unknown): unknown =>
  isOwnFault(error) ? refused(name, args, error) : error;
/** @internal Runs `f`; what it throws is the `refusal`. */
export function guardArguments(name: string, args: readonly unknown[], f: () => unknown): unknown {
  try {
    return f();
  } catch (error) {
    throw refusal(name, args, error);
  }
}
const plainFunctions = new WeakMap<object, AnyFunction>();
/** @internal The method that a guarded one calls; others are themselves. Its text says what its parameters are. */
export const plainFunction = <F extends object>(f: F): F => (plainFunctions.get(f) ?? f) as F;
const guardedClasses = new WeakSet<object>();
/** @internal `guardMethods` of a class and of those it extends. */
export function guardClass(cls: { prototype: object }): void {
  for (
    let p = cls.prototype;
    p && p !== Object.prototype && !guardedClasses.has(p);
    p = Object.getPrototypeOf(p) as object
  ) {
    guardedClasses.add(p);
    guardMethods(p, p.constructor.name);
  }
}
/** @internal The same of every method that a class of ours has, its promises included. Getters and private ones are left. */
export function guardMethods(target: object, className: string): void {
  for (const key of Object.getOwnPropertyNames(target)) {
    const property = Object.getOwnPropertyDescriptor(target, key)!;
    if (
      key === 'constructor' ||
      key.startsWith('_') ||
      typeof property.value !== 'function' ||
      !property.writable ||
      /^class\b/.test(String(property.value))
    )
      continue;
    const plain = property.value as AnyFunction;
    const name = `${className}.${key}`;
    const guarded = function (this: unknown, ...args: unknown[]): unknown {
      const result = guardArguments(name, args, () => plain.apply(this, args));
      if (!isPromise(result)) return result;
      return result.catch((error: unknown) => {
        throw refusal(name, args, error);
      });
    };
    plainFunctions.set(guarded, plain);
    Object.defineProperty(guarded, 'name', { value: key });
    Object.defineProperty(guarded, 'length', { value: plain.length });
    Object.defineProperty(target, key, { ...property, value: guarded });
  }
}
