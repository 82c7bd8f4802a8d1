/** The last net under public calls: what JavaScript itself throws about an argument becomes an error of this library. */
import { describe } from './describe';
import { isOwnFault, TraeError, TypeError } from './errors';

type AnyFunction = (...args: unknown[]) => unknown;

function refused(name: string, args: readonly unknown[], cause: unknown): TraeError {
  const isDeep = cause instanceof RangeError && cause.message.includes('call stack');
  return new TypeError(
    `${name}: ${isDeep ? 'an argument is nested too deep, or holds itself' : 'the arguments are not of the kinds that it takes'}.\n  Received: ${args.length ? args.map((a) => describe(a)).join(', ') : 'no arguments'}`,
    { op: name, cause },
  );
}
/** @internal Runs `f`; a fault of JavaScript in a line of this library is told as one of the arguments. */
export function guardArguments(name: string, args: readonly unknown[], f: () => unknown): unknown {
  try {
    return f();
  } catch (error) {
    throw isOwnFault(error) ? refused(name, args, error) : error;
  }
}
/** @internal The same of every method that a class of ours has, its promises included. Getters and private ones are left. */
export function guardMethods(target: object, className: string): void {
  for (const key of Object.getOwnPropertyNames(target)) {
    const property = Object.getOwnPropertyDescriptor(target, key)!;
    if (key === 'constructor' || key.startsWith('_') || typeof property.value !== 'function' || !property.writable || /^class\b/.test(String(property.value))) continue;
    const plain = property.value as AnyFunction,
      name = `${className}.${key}`;
    const guarded = function (this: unknown, ...args: unknown[]): unknown {
      const result = guardArguments(name, args, () => plain.apply(this, args));
      if (!(result instanceof Promise)) return result;
      return result.catch((error: unknown) => {
        throw isOwnFault(error) ? refused(name, args, error) : error;
      });
    };
    Object.defineProperty(guarded, 'name', { value: key });
    Object.defineProperty(guarded, 'length', { value: plain.length });
    Object.defineProperty(target, key, { ...property, value: guarded });
  }
}
