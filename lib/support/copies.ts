/**
 * The library evaluated more than once in a process: by test runners with a registry of modules for each file, by a
 * bundle beside the package. Objects of another copy are taken for what they are; those of another package, as in two
 * versions, have an engine of their own: their tensors are copied, their layers, losses and the like are refused by name.
 */
import { packageFolder } from '../folders';

const home = Symbol.for('trae-node.package');
const isOrdinaryInstance = Function.prototype[Symbol.hasInstance];
type Prototype = object & { constructor?: { name?: string } };

/** @internal The folder of the other package whose class made an object; null for anything else. */
export function otherPackageOf(x: object): string | null {
  const folder = (x as Record<symbol, unknown>)[home];
  return typeof folder === 'string' && folder !== packageFolder ? folder : null;
}

/**
 * @internal Lets `instanceof` of this class, and of classes that extend it, hold for objects of another copy too. There,
 * classes are told by their names.
 * @param isOfAnyPackage - whether objects of other packages count: they can be used without their engine.
 */
export function acrossCopies(
  root: abstract new (...args: never[]) => object,
  name: string,
  isOfAnyPackage = false,
): void {
  const brand = Symbol.for(`trae-node.class.${name}${isOfAnyPackage ? '' : ` ${packageFolder}`}`);
  Object.defineProperty(root.prototype, brand, { value: true });
  Object.defineProperty(root.prototype, home, { value: packageFolder });
  Object.defineProperty(root, Symbol.hasInstance, {
    value(this: typeof root, x: unknown): boolean {
      if (isOrdinaryInstance.call(this, x)) return true;
      if (typeof x !== 'object' || x === null || !(brand in x) || isOrdinaryInstance.call(root, x)) return false;
      if (this === root) return true;
      for (let p = Object.getPrototypeOf(x) as Prototype | null; p; p = Object.getPrototypeOf(p) as Prototype | null) {
        if (Object.hasOwn(p, 'constructor') && p.constructor?.name === this.name) return true;
        if (Object.hasOwn(p, brand)) return false;
      }
      return false;
    },
  });
}
