/** Keras' JSON form of objects (keras.saving.serialize_keras_object). */
import { otherPackageOf } from '../../support/copies';
import { describe } from '../../support/describe';
import { expectKind, guardArguments } from '../../support/guard';
import { TypeError, ValueError } from '../../support/errors';
import { isRecord } from '../../support/nest';
import { nearest } from '../../support/options';
import { Tensor, tensor, type TypedArray } from '../../core/tensor';
import { snakeCase, withNamesOfConfigs } from './naming';
import { floatOptions } from '../option_kinds';
import { inKerasOrder } from './config_order';
import { hasMasksOfKeras2, keepMasksOfKeras2 } from '../masks';
import { modernize } from './legacy_configs';
import { markShared, rememberObject, sharedObject } from './object_sharing';
import { isOld, originOf, withOrigin } from './origin';
import { markFloats, toPythonJson } from './python_json';
import { checkDepth, checkObject, making } from './schema';
import { construct } from './construct';
import {
  builtInClass,
  camelKeys,
  classNameOf,
  classNames,
  customObjectScope,
  getRegisteredName,
  getRegisteredObject,
  isRegistered,
  moduleOf,
  type CustomObjects,
  type SerializableClass,
} from './registry';
import { isMap } from '../../support/realms';

/** Keras' JSON of an object, as `serializeKerasObject` makes it; class name and config suffice. */
export type SerializedIdentifier = Pick<SerializedObject, 'class_name' | 'config'> & Partial<SerializedObject>;

/** What `serializeKerasObject` makes of an object. */
export interface SerializedObject {
  /** Keras' module of the class, like 'keras.layers'; null for a class of your own. */
  module: string | null;
  /** Name of the class, 'function' for a function. */
  class_name: string;
  /** What `getConfig` gives, with keys in snake_case; of a function its name. */
  config: Record<string, unknown> | string;
  /** `package>name` of a registered class, null for Keras' own. */
  registered_name: string | null;
  /** What the object was built with: `input_shape` of a layer. */
  build_config?: Record<string, unknown>;
  /** What a model was compiled with: optimizer, loss, metrics. */
  compile_config?: Record<string, unknown>;
  /** The same at all places of one object in a file. */
  shared_object_id?: unknown;
  /** 'keras 2': a layer of a file of Keras 2, to which masks mean what they did there. Keras 3 overlooks it. */
  trae_masks?: string;
  /** Of Nadam, the factor on the steps in its schedule of momentum where it is not Keras 3's. Keras 3 overlooks it. */
  trae_schedule_decay?: number;
}
/** @internal Objects with a config. */
export interface Configurable {
  getConfig(): Record<string, unknown>;
}

/** @internal */
export const isSerialized = (x: unknown): x is SerializedObject =>
  isRecord(x) && typeof x.class_name === 'string' && 'config' in x;
const isConfigurable = (
  x: unknown,
): x is Configurable & {
  getBuildConfig?(): Record<string, unknown> | null;
  getCompileConfig?(): Record<string, unknown> | null;
} => typeof x === 'object' && x !== null && typeof (x as Configurable).getConfig === 'function';

/** @internal Whether it is a class whose instances have a config. */
export const isConfigurableClass = (x: unknown): x is SerializableClass =>
  typeof x === 'function' && !!(x as { prototype?: Partial<Configurable> }).prototype?.getConfig;

/** @internal Names of built-in functions: they are stored by name alone. */
export const functionNames = {
  get: (f: object): string | undefined => builtInNames.get(f),
  has: (f: object): boolean => builtInNames.has(f),
  /** The built-in function of a name. */
  find: (name: string): object | undefined => functionByName.get(name),
  /** Functions that Keras 3 lacks: files hold them as those of a caller, who gives them in custom_objects. */
  isOurs: (f: object): boolean => ours.has(f),
  setOurs(f: object, name: string): void {
    functionNames.set(f, name);
    ours.add(f);
  },
  set(f: object, name: string): void {
    builtInNames.set(f, name);
    if (!functionByName.has(name)) functionByName.set(name, f);
  },
};
const ours = new WeakSet<object>();
const builtInNames = new WeakMap<object, string>();
const functionByName = new Map<string, object>();

/** @internal What Keras calls a function: `mean_squared_error`, not `meanSquaredError`; undefined for one without a name. */
export const nameOfFunction = (f: object): string | undefined =>
  functionNames.get(f) ?? ((f as { name?: string }).name || undefined);
/** @internal A function as Keras writes it among losses and metrics, where a name alone would mean a class: by its record. */
export const serializeFunction = (f: object): SerializedObject => ({
  module: 'builtins',
  class_name: 'function',
  config: isRegistered(f) ? getRegisteredName(f) : (nameOfFunction(f) ?? ''),
  registered_name: 'function',
});
/** @internal The function that a wrapper's `fn` means: itself, a name, or a record. */
export function functionOf(given: unknown): unknown {
  if (typeof given === 'string')
    return customFunction({ module: 'builtins', class_name: 'function', config: given, registered_name: 'function' });
  return isRecord(given) ? deserializeKerasObject(given) : given;
}
/** @internal Floats among what a model was compiled with. */
export const COMPILE_FLOATS: ReadonlySet<string> = new Set(['loss_weights']);

/** @internal Whether a config can hold a value, and it comes back as it was. */
export function isSerializable(value: unknown): boolean {
  if (value == null || ['number', 'string', 'boolean'].includes(typeof value)) return true;
  if (Array.isArray(value)) return value.every(isSerializable);
  if (typeof value === 'function') return functionNames.has(value) || isRegistered(value);
  if (value instanceof Tensor) return false;
  return isConfigurable(value) || (isRecord(value) && Object.values(value).every(isSerializable));
}
/** Keras' JSON of an object: `module`, `class_name`, `config` with snake_case keys, `registered_name`, `build_config`. */
export function serializeKerasObject(object: unknown): unknown {
  if (object === null || object === undefined) return null;
  if (['number', 'string', 'boolean'].includes(typeof object)) return object;
  if (Array.isArray(object)) return object.map(serializeKerasObject);
  if (object instanceof Tensor)
    return { class_name: '__tensor__', config: { value: object.arraySync(), dtype: object.dtype } };
  if (ArrayBuffer.isView(object))
    return Array.from(tensor(object as TypedArray).dataSync() as ArrayLike<number | bigint>, Number);
  if (typeof object === 'function') {
    const name = functionNames.get(object);
    if (name && !functionNames.isOurs(object)) return name;
    if (name) return serializeFunction(object);
    return {
      module: 'builtins',
      class_name: 'function',
      config: object.name,
      registered_name: isRegistered(object) ? getRegisteredName(object) : 'function',
    };
  }
  if (isConfigurable(object)) {
    const cls = object.constructor as SerializableClass;
    const module = moduleOf(cls);
    const own = (object as { serializedAs?: { module: string; name: string } }).serializedAs;
    const out: SerializedObject = {
      module: own?.module ?? module ?? null,
      class_name: own?.name ?? classNameOf(cls),
      config: markFloats(
        inKerasOrder(cls, serializeRecord(object.getConfig())),
        new Set(floatOptions(cls).map(snakeCase)),
      ),
      registered_name: own ? own.name : module ? null : getRegisteredName(cls),
    };
    const build = object.getBuildConfig?.();
    if (build) out.build_config = serializeRecord(build);
    const compiled = object.getCompileConfig?.();
    if (compiled) out.compile_config = markFloats(serializeRecord(compiled), COMPILE_FLOATS);
    if ('inboundNodes' in object) markShared(object, out);
    if (hasMasksOfKeras2(object)) out.trae_masks = 'keras 2';
    if (hasScheduleDecay(object) && object.scheduleDecay !== 1) out.trae_schedule_decay = object.scheduleDecay;
    return out;
  }
  if (isRecord(object)) return isSerialized(object) ? object : serializeRecord(object);
  if (isMap(object))
    return Object.fromEntries([...(object as Map<string, unknown>)].map(([k, v]) => [k, serializeKerasObject(v)])); // keys are data: their spelling stays
  throw new TypeError(`serializeKerasObject: ${object.constructor?.name ?? typeof object} has no getConfig().`);
}
/**
 * The text of Keras' JSON of an object, as `json.dumps` of Python writes it: what is a float in Keras is written as one
 * (`"momentum": 0.0`, `"epsilon": 1e-07`), which JavaScript's `JSON.stringify` cannot do and Keras asks for.
 * @param object - what `serializeKerasObject` takes: a layer, an optimizer, a loss, ... or an array or record of them.
 * @param options.indent - spaces for each level. Default: all on one line.
 * @throws TypeError for objects without `getConfig`.
 */
export function kerasObjectToJson(object: unknown, options: { indent?: number | null } = {}): string {
  expectKind('kerasObjectToJson', 'the options', options, isRecord(options), 'a record');
  return toPythonJson(serializeKerasObject(object), { indent: options.indent });
}
/** @internal Each value of a record of options in its JSON form. */
export const serializedRecord = (settings: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(settings).map(([k, v]) => [k, serializeKerasObject(v)]));
const serializeRecord = (record: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(record)
      .filter(([, v]) => v !== undefined)
      .map(([k, v]) => [snakeCase(k), serializeKerasObject(v)]),
  );

/** The object that a config of `serializeKerasObject` describes. Never runs code that comes with it. */
export function deserializeKerasObject(
  config: unknown,
  options: { customObjects?: CustomObjects; module?: string } = {},
): unknown {
  expectKind('deserializeKerasObject', 'the options', options, isRecord(options), 'a record');
  // What lies within a config that is being read was checked with it.
  if (!inProgress) checkDepth('deserialize: the config', config);
  inProgress++;
  try {
    return deserialized(config, options);
  } finally {
    inProgress--;
  }
}
let inProgress = 0;
function deserialized(config: unknown, options: { customObjects?: CustomObjects; module?: string }): unknown {
  if (options.customObjects)
    return customObjectScope(options.customObjects, () => deserializeKerasObject(config, { module: options.module }));
  if (Array.isArray(config)) return config.map((c) => deserializeKerasObject(c));
  if (!isRecord(config)) return config;
  if (!isSerialized(config))
    return Object.fromEntries(Object.entries(config).map(([k, v]) => [k, deserializeKerasObject(v)]));
  checkObject(config);
  return making(config.class_name, config.config, () => made(config, options));
}
function made(config: SerializedObject, options: { module?: string }): unknown {
  const { class_name: given, config: inner } = config;
  if (given === '__tuple__') {
    const items: unknown = inner ?? [];
    if (!Array.isArray(items))
      throw new ValueError(`deserialize: the config of '__tuple__' must be a list.\n  Received: ${describe(items)}`);
    return items.map((c) => deserializeKerasObject(c));
  }
  if (given === '__tensor__' || given === '__numpy__') {
    const { value, dtype } = recordOf(given, inner) as { value: number[]; dtype?: 'float32' };
    return tensor(value, null, dtype);
  }
  if (given === '__lambda__') return refusePython('function', '__lambda__');
  if (given === 'function') return customFunction(config);
  const shared = sharedObject(config);
  if (shared) return shared;
  const custom = customClass(config);
  if (custom)
    return finish(fromConfig(custom, withOrigin(camelKeys(recordOf(given, inner)), originOf(config))), config);
  const modern = modernize(given, config.module ?? options.module ?? null, inner, isOld(config));
  const cls = findClass(
    {
      ...config,
      class_name: modern.className,
      module: modern.module === options.module ? (config.module ?? null) : (modern.module ?? null),
    },
    options.module,
  );
  return finish(fromConfig(cls, withOrigin(camelKeys(recordOf(given, modern.config)), originOf(config))), config);
}
function recordOf(name: string, config: unknown): Record<string, unknown> {
  if (!isRecord(config))
    throw new ValueError(`deserialize: the config of '${name}' must be a record.\n  Received: ${describe(config)}`);
  return config;
}
const hasScheduleDecay = (object: unknown): object is { scheduleDecay: number } =>
  typeof object === 'object' && object !== null && 'scheduleDecay' in object;
// In Keras 1, and as `decay` in tf.keras before 2.11, an option of Nadam; afterwards 1.
function scheduleDecayOf(entry: SerializedObject): number | undefined {
  const { config, trae_schedule_decay: own } = entry;
  const given = own ?? (isOld(entry) && isRecord(config) ? (config.schedule_decay ?? config.decay) : undefined);
  return typeof given === 'number' && given >= 0 ? given : undefined;
}
// Builds it, when the config says of which shape.
function finish(object: unknown, config: SerializedObject): unknown {
  const { build_config: build } = config;
  rememberObject(config, object);
  if ((isOld(config) || config.trae_masks === 'keras 2') && typeof object === 'object' && object !== null)
    keepMasksOfKeras2(object);
  if (hasScheduleDecay(object)) object.scheduleDecay = scheduleDecayOf(config) ?? object.scheduleDecay;
  // Keras 2 wrote one `input_shape` for all arguments of a call; the model's own calls build such layers.
  const isOfSeveral =
    isOld(config) &&
    isRecord(build) &&
    (Array.isArray((build.input_shape as unknown[] | undefined)?.[0]) ||
      (object as { constructor: { name: string } }).constructor.name === 'MultiHeadAttention');
  if (isRecord(build) && !isOfSeveral)
    (object as { buildFromConfig?(c: Record<string, unknown>): void }).buildFromConfig?.(camelKeys(build));
  return object;
}
/** @internal */
export function fromConfig<T>(cls: SerializableClass, config: Record<string, unknown>): T {
  return withNamesOfConfigs(() => (cls.fromConfig ? cls.fromConfig(config) : construct(cls, config)) as T);
}
function customFunction(config: SerializedObject): unknown {
  const given: unknown =
    config.registered_name && config.registered_name !== 'function' ? config.registered_name : config.config;
  if (typeof given !== 'string')
    throw new ValueError(`deserialize: the config of a function must be its name.\n  Received: ${describe(given)}`);
  const name = given.length > 100 ? `${given.slice(0, 100)}...` : given;
  const f =
    getRegisteredObject(given) ??
    getRegisteredObject(String(config.config)) ??
    functionByName.get(String(config.config));
  if (typeof f !== 'function')
    throw new TypeError(
      `deserialize: function '${name}' is not known.\n  Fix: pass it in customObjects: { customObjects: { '${name}': yourFunction } }, or register it with registerKerasSerializable.`,
    );
  return f;
}
/** @internal Code in a file is never run. */
export function refusePython(what: string, name: string): never {
  throw new ValueError(
    `deserialize: ${what} '${name}' holds code of Python, which is never run here.\n  Fix: write it in TypeScript and pass it under the layer's name: loadModel(path, { customObjects: { '${name}': (x) => ... } }).`,
  );
}
const customClass = ({ class_name: name, registered_name: registered }: SerializedObject): SerializableClass | null =>
  (((registered && getRegisteredObject(registered)) || getRegisteredObject(name)) as SerializableClass | null) ?? null;
function findClass(
  { module, class_name: name, registered_name: registered }: SerializedObject,
  fallback?: string,
): SerializableClass {
  // Files of Keras 1 and 2 name no modules.
  const usual =
    module || fallback ? [module, fallback, 'keras.layers', 'keras.models', 'keras.distillation', 'hub'] : EVERYWHERE;
  for (const m of module ? usual : [...usual, ...APPLICATIONS])
    if (m)
      for (const candidate of modulesLike(m)) {
        const cls = builtInClass(candidate, name);
        if (cls) return cls;
      }
  const near = nearest(name, classNames(module ?? fallback ?? ''));
  const known = registered && registered !== name ? `'${registered}'` : `'${name}'`;
  throw new TypeError(
    `deserialize: class ${describe(name)}${module ? ` of ${module}` : ''}${registered && registered !== name ? `, registered as '${registered}',` : ''} is not known.${near ? ` Did you mean '${near}'?` : ''}\n  Fix: pass it in customObjects: { customObjects: { ${known}: ${/^\w+$/.test(name) ? name : 'YourClass'} } }, or register it with registerKerasSerializable.`,
  );
}
const EVERYWHERE = [
  'layers',
  'models',
  'initializers',
  'regularizers',
  'constraints',
  'optimizers',
  'optimizers.schedules',
  'losses',
  'metrics',
].map((m) => `keras.${m}`);
/** Modules of architectures that have layers of their own. */
const APPLICATIONS = ['convnext', 'inception_resnet_v2'].map((m) => `keras.src.applications.${m}`);
// The modules in which a class may be known: its file in any Keras' source (`keras.src.layers.core.dense`, `tf_keras.src.engine.sequential`,
// `keras.src.backend.torch.optimizers.torch_adam`) says of which kind it is.
function modulesLike(module: string): string[] {
  const parts = module.split('.');
  if (!KERAS.has(parts[0])) return [module];
  const kinds = KINDS.filter((kind) => parts.includes(kind)).map((kind) => `keras.${kind}`);
  const isSchedule = parts.includes('schedules') || parts.includes('learning_rate_schedule');
  return [
    module,
    ...(isSchedule ? ['keras.optimizers.schedules'] : kinds.length ? kinds : ['keras.layers', 'keras.models']),
  ].concat(parts.includes('engine') || parts.includes('models') ? ['keras.models', 'keras.layers'] : []);
}
const KERAS = new Set(['keras', 'keras_core', 'tf_keras', 'tensorflow', 'tf']);
const KINDS = [
  'layers',
  'models',
  'initializers',
  'regularizers',
  'constraints',
  'optimizers',
  'losses',
  'metrics',
  'dtype_policies',
  'quantizers',
];

/** @internal The three functions each kind of object has. */
export interface Kind<T> {
  get(identifier: unknown): T | null;
  serialize(object: T | null): unknown;
  deserialize(config: unknown, options?: { customObjects?: CustomObjects }): T;
}
/**
 * @internal get, serialize and deserialize of a kind: 'keras.initializers', ...
 * @param accepts - whether a value is an instance of the kind already.
 */
export function makeKind<T>(
  module: string,
  what: string,
  accepts: (x: unknown) => x is T,
  aliases: Readonly<Record<string, string>> = {},
): Kind<T> {
  const plain = (s: string): string => s.replace(/[_\s]/g, '').toLowerCase();
  const byName = (name: string): T => {
    const custom = getRegisteredObject(name);
    if (custom)
      return (
        typeof custom === 'function' && (custom as { prototype?: Configurable }).prototype?.getConfig
          ? fromConfig(custom as SerializableClass, {})
          : custom
      ) as T;
    const alias = (key: string): string | undefined => (Object.hasOwn(aliases, key) ? aliases[key] : undefined); // not what every object inherits
    const target = alias(name) ?? alias(plain(name)) ?? name;
    const exact = builtInClass(module, target);
    if (exact) return fromConfig(exact, {}) as T;
    const names = classNames(module);
    const found = names.find((n) => plain(n) === plain(target));
    if (found) return fromConfig<T>(builtInClass(module, found)!, {});
    const near = nearest(name, [...names, ...Object.keys(aliases)]);
    throw new ValueError(`${what} ${describe(name)} is not known.${near ? ` Did you mean '${near}'?` : ''}`);
  };
  return {
    get(identifier) {
      if (identifier === null || identifier === undefined) return null;
      if (typeof identifier === 'string') return byName(identifier);
      if (isSerialized(identifier)) return deserializeKerasObject(identifier, { module }) as T;
      if (typeof identifier === 'function' && (identifier as { prototype?: Configurable }).prototype?.getConfig)
        return fromConfig<T>(identifier as SerializableClass, {});
      if (accepts(identifier) && otherPackageOf(identifier as object) === null) return identifier;
      throw new TypeError(
        `${what}: a name, a config, an instance or a function is expected.\n  Received: ${describe(identifier)}`,
      );
    },
    serialize: (object) => guardArguments(`${module}.serialize`, [object], () => serializeKerasObject(object)),
    deserialize(config, options) {
      if (typeof config === 'string') return byName(config);
      return guardArguments(`${module}.deserialize`, [config], () =>
        deserializeKerasObject(config, { ...options, module }),
      ) as T;
    },
  };
}
