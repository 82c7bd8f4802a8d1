/** The native addon, loaded once for all copies of this package in a process. */
import { Buffer } from 'node:buffer';
import { setImmediate } from 'node:timers';
import process from 'node:process'; // the object itself: a namespace would be a copy
import type { Binding } from '../../binding';
import { loadAddon, type LoadedAddon } from '../addon/load';
import { packageFolder } from '../folders';
import { makeError } from '../support/errors';

// OpenMP's threads wait for one another by spinning, for milliseconds unless told otherwise: beside other programs that
// holds up the very thread waited for. Read when the addon brings in libgomp.
if (!process.env.OMP_WAIT_POLICY) process.env.GOMP_SPINCOUNT ??= '3000';

// One engine for all copies of this folder in a process, in whatever realm: what one computes, another can use.
const place = Symbol.for(`trae-node.binding ${packageFolder}`);
function loadOnce(): LoadedAddon<Binding> {
  const found = Reflect.get(process, place) as LoadedAddon<Binding> | undefined;
  if (found) return found;
  const value = loadAddon<Binding>(packageFolder);
  Object.defineProperty(process, place, { value });
  return value;
}

/** @internal With the file that it came from. */
export const addon = loadOnce();
/** @internal */
export const binding: Binding = addon.value;
// Of large arrays every byte is written: zeros before that would cost a third of their copy.
binding.initialize(makeError, setImmediate, (bytes: number) => Buffer.allocUnsafeSlow(bytes).buffer);

/** @internal What all copies on this engine have in common, made by the first one. */
export function shared<T>(key: string, make: () => T): T {
  const symbol = Symbol.for(`trae-node.${key}`);
  const found = Reflect.get(binding, symbol) as T | undefined;
  if (found !== undefined) return found;
  const made = make();
  Reflect.set(binding, symbol, made);
  return made;
}
