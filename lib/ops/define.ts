/**
 * How ops are made: `defineOp` gives a function that also works on symbolic Keras tensors, `methods` makes functions
 * methods of tensors and variables.
 */
import { refusal } from '../support/guard';
import { isRecord } from '../support/nest';
import { checkOptionNames, refuseAsOptions } from '../support/options';
import { Tensor, type DType } from '../core/tensor';
import { Variable } from '../core/variable';

/** @internal What ops can know of a symbolic tensor: sizes may be null. */
export interface SymbolicTensor {
  readonly shape: readonly (number | null)[];
  readonly dtype: DType;
}

type AnyFunction = (...args: never[]) => unknown;

let isSymbolic: (x: unknown) => boolean = () => false;
let callSymbolically: (name: string, f: AnyFunction, args: unknown[]) => unknown = () => undefined;

/** @internal Set once by keras/: how an op on KerasTensors becomes part of a functional graph. */
export function setSymbolicCall(is: typeof isSymbolic, call: typeof callSymbolically): void {
  isSymbolic = is;
  callSymbolically = call;
}

/** @internal Whether a value stands for a tensor of a graph that is put together. */
export const isSymbolicTensor = (x: unknown): x is SymbolicTensor => isSymbolic(x);

// A loop, and tensors first: this is asked at every call of every op.
function hasSymbolic(args: readonly unknown[]): boolean {
  for (const a of args) {
    if (typeof a !== 'object' || a === null || a instanceof Tensor) continue;
    if (Array.isArray(a) ? a.some(isSymbolic) : isSymbolic(a) || (isRecord(a) && Object.values(a).some(isSymbolic)))
      return true;
  }
  return false;
}

/** @internal All ops by name, for the tests that enumerate them. */
export const definedOps = new Map<string, AnyFunction>();

/**
 * @internal Registers an op function under its public name.
 * @param options - names that its options object, the last argument, may have; null: it checks them itself.
 */
export function defineOp<F extends AnyFunction>(name: string, f: F, options?: readonly string[] | null): F;
export function defineOp(name: string, f: AnyFunction, options: readonly string[] | null = []): AnyFunction {
  const wrapped = (...args: unknown[]): unknown => {
    const last = args[args.length - 1];
    if (!(last instanceof Tensor) && isRecord(last)) {
      if (options) checkOptionNames(name, last, options);
    } else if (options?.length && f.length && args.length > f.length && last !== undefined)
      refuseAsOptions(name, last, options); // sum(x, 1): not ignored
    if (hasSymbolic(args)) return callSymbolically(name, wrapped, args);
    try {
      return Reflect.apply(f, undefined, args) as unknown;
    } catch (error) {
      throw refusal(name, args, error);
    }
  };
  Object.defineProperty(wrapped, 'name', { value: name });
  definedOps.set(name, wrapped);
  return wrapped;
}

/** @internal Makes functions whose first argument is a tensor methods of Tensor and Variable. */
export function defineMethods(functions: Record<string, AnyFunction>): void {
  for (const [name, f] of Object.entries(functions)) {
    Object.defineProperty(Tensor.prototype, name, {
      configurable: true,
      writable: true,
      value(this: Tensor, ...args: unknown[]) {
        return Reflect.apply(f, undefined, [this, ...args]) as unknown;
      },
    });
    Object.defineProperty(Variable.prototype, name, {
      configurable: true,
      writable: true,
      value(this: Variable, ...args: unknown[]) {
        return Reflect.apply(f, undefined, [this.value, ...args]) as unknown;
      },
    });
  }
}
