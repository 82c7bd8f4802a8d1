/** Which class a name in a file means: Keras' own by module, those of the user by package. */
import { expectFunction, expectKind, guardClass, recordOf } from '../../support/guard';
import { ValueError } from '../../support/errors';
import type { OptionKinds } from '../option_kinds';

/* eslint-disable @typescript-eslint/no-explicit-any */
/** @internal A class that files name. */
export interface NamedClass {
  readonly name: string;
  readonly prototype: object;
  /** Keras' name where it differs from the JavaScript name. */
  className?: string;
  /** Name of the class in Keras' source, where its public name is another one: weights are stored under it. */
  sourceName?: string;
}
/** @internal A class that configs can make. */
export interface SerializableClass extends NamedClass {
  new (...args: any[]): any;
  /** Names of the positional constructor arguments, in order. */
  positional?: OptionKinds;
  fromConfig?(config: Record<string, unknown>): unknown;
}
/** Classes or functions by name, for one call. */
export type CustomObjects = Readonly<Record<string, unknown>>;

const builtIn = new Map<string, SerializableClass>(); // 'keras.layers>Dense'
const namesOfModules = new Map<string, string[]>(); // of 'keras.layers': 'Dense' and the others, in the order in which they came
const modules = new WeakMap<object, string>();
const customByName = new Map<string, unknown>(); // 'package>Name'
const customNames = new WeakMap<object, string>();

/** @internal Keras' class of `module`. */
export function registerClass(module: string, ...classes: SerializableClass[]): void {
  for (const cls of classes) {
    const name = classNameOf(cls);
    if (!builtIn.has(`${module}>${name}`)) namesOfModules.set(module, [...(namesOfModules.get(module) ?? []), name]);
    builtIn.set(`${module}>${name}`, cls);
    modules.set(cls, module);
    guardClass(cls);
  }
}
/** @internal */
export const classNameOf = (cls: NamedClass): string =>
  Object.hasOwn(cls, 'className') && cls.className ? cls.className : cls.name;
const nameOf = (object: object): string => ('name' in object ? String(object.name) : '');
/** @internal */
export const moduleOf = (cls: object): string | undefined => modules.get(cls);
/** @internal */
export const builtInClass = (module: string, name: string): SerializableClass | undefined =>
  builtIn.get(`${module}>${name}`);
/** @internal Names of a module. */
export const classNames = (module: string): readonly string[] => namesOfModules.get(module) ?? [];
/** @internal */
export const builtInClasses = (): { module: string; name: string; cls: SerializableClass }[] =>
  [...builtIn].map(([key, cls]) => ({ module: key.split('>')[0], name: key.split('>')[1], cls }));

/**
 * Registers a class or function so that files may name it: `registerKerasSerializable('my_package')(MyLayer)`.
 * @param packageName - default 'Custom'; @param name - default the class' own.
 * @throws ValueError when the name is taken by another class.
 */
export function registerKerasSerializable(packageName = 'Custom', name?: string): <T extends object>(object: T) => T {
  return (object) => {
    const registered = `${packageName}>${name ?? nameOf(object)}`;
    const known = customByName.get(registered);
    if (known && known !== object && String(known) !== String(object))
      throw new ValueError(`registerKerasSerializable: '${registered}' is registered already, for another class.`);
    customByName.set(registered, object);
    customNames.set(object, registered);
    return object;
  };
}
/** The name an object was registered under, or its own. */
export function getRegisteredName(object: object): string {
  expectKind(
    'getRegisteredName',
    'its argument',
    object,
    typeof object === 'function' || (typeof object === 'object' && object !== null),
    'a class or a function',
  );
  return customNames.get(object) ?? nameOf(object);
}
/** The registered object, or null. */
export function getRegisteredObject(name: string, options: { customObjects?: CustomObjects } = {}): unknown {
  const { customObjects } = recordOf('getRegisteredObject', options);
  expectKind('getRegisteredObject', 'name', name, typeof name === 'string', 'a text');
  return own(customObjects, name) ?? customByName.get(name) ?? scopeObject(name) ?? null;
}
/** All registered objects by name. */
export const getCustomObjects = (): CustomObjects => Object.fromEntries(customByName);
/** @internal */
export const isRegistered = (object: object): boolean => customNames.has(object);

const customScopes: CustomObjects[] = [];
// Names come from files: what every object inherits ('constructor') is not among the custom ones.
const own = (objects: CustomObjects | undefined, name: string): unknown =>
  objects && Object.hasOwn(objects, name) ? objects[name] : undefined;
const scopeObject = (name: string): unknown =>
  own(
    customScopes.findLast((s) => own(s, name)),
    name,
  );
/** @internal */
export const enterCustomObjects = (objects: CustomObjects): void => void customScopes.push(objects);
/** @internal */
export function leaveCustomObjects(objects: CustomObjects): void {
  const at = customScopes.lastIndexOf(objects);
  if (at >= 0) customScopes.splice(at, 1);
}
/** Runs `f` with more custom objects known by name. */
export function customObjectScope<T>(objects: CustomObjects, f: () => T): T {
  expectFunction('customObjectScope', 'the second argument', f);
  customScopes.push(objects);
  try {
    return f();
  } finally {
    customScopes.pop();
  }
}

export { camelKeys } from '../../support/letter_case';
