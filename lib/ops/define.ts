/**
 * How ops are made: `defineOp` gives a function that also works on symbolic Keras tensors, `methods` makes functions
 * methods of tensors and variables.
 */
import { guardArguments } from '../support/guard';
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

const hasSymbolic = (args: unknown[]): boolean =>
  args.some((a) =>
    Array.isArray(a) ? a.some(isSymbolic) : isSymbolic(a) || (isRecord(a) && Object.values(a).some(isSymbolic)),
  );

/** @internal All ops by name, for the tests that enumerate them. */
export const definedOps = new Map<string, AnyFunction>();

/**
 * @internal Registers an op function under its public name.
 * @param options - names that its options object, the last argument, may have; null: it checks them itself.
 */
export function defineOp<F extends AnyFunction>(name: string, f: F, options: readonly string[] | null = []): F {
  const plain = f as unknown as (...a: unknown[]) => unknown;
  const wrapped = ((...args: unknown[]) => {
    const last = args[args.length - 1];
    if (isRecord(last)) {
      if (options) checkOptionNames(name, last, options);
    } else if (options?.length && f.length && args.length > f.length && last !== undefined)
      refuseAsOptions(name, last, options); // sum(x, 1): not ignored
    if (hasSymbolic(args)) return callSymbolically(name, wrapped, args);
    return guardArguments(name, args, () => plain(...args));
  }) as unknown as F;
  Object.defineProperty(wrapped, 'name', { value: name });
  definedOps.set(name, wrapped);
  return wrapped;
}

/** @internal Makes functions whose first argument is a tensor methods of Tensor and Variable. */
export function defineMethods(functions: Record<string, AnyFunction>): void {
  for (const [name, f] of Object.entries(functions)) {
    const call = f as unknown as (...a: unknown[]) => unknown;
    Object.defineProperty(Tensor.prototype, name, {
      configurable: true,
      writable: true,
      value(this: Tensor, ...args: unknown[]) {
        return call(this, ...args);
      },
    });
    Object.defineProperty(Variable.prototype, name, {
      configurable: true,
      writable: true,
      value(this: Variable, ...args: unknown[]) {
        return call(this.value, ...args);
      },
    });
  }
}
