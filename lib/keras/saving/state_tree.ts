/**
 * Which variables a model keeps and what their paths in files are, exactly as Keras walks its objects
 * (keras.src.saving.saving_lib): `layers` first, then attributes by name, each object once; members of lists are named
 * by their class (`layers/dense_1/vars/0`), as names of layers differ between two instances of one model.
 */
import { isRecord } from '../../support/nest';
import { SeedGenerator } from '../../core/seed';
import type { Variable } from '../../core/variable';
import { Layer } from '../layers/layer';
import { Metric } from '../metrics/metric';
import { snakeCase, toSnakeCase } from '../serialization/naming';
import { Optimizer } from '../optimizers/optimizer';
import { classNameOf, type SerializableClass } from '../serialization/registry';

/** @internal An object with state. */
export interface StateNode {
  path: string;
  object: object;
  name: string | null;
  variables: Variable[];
}
type Kept = Layer | Optimizer | SeedGenerator | Metric;
const isKept = (x: unknown): x is Kept =>
  x instanceof Layer || x instanceof Optimizer || x instanceof SeedGenerator || x instanceof Metric;

// What every layer has and no file holds.
const BASE = new Set([
  'name',
  'dtypePolicy',
  'supportsMasking',
  'inputSpec',
  'autocast',
  'batchShape',
  'inputDtype',
  'activityRegularizer',
]);

/** @internal Names of attributes that Keras calls otherwise: `static savedNames = { dropoutLayer: '_dropout_layer' }`. */
type SavingClass = SerializableClass & { savedNames?: Readonly<Record<string, string>> };

interface ModelLike extends Layer {
  layers: Layer[];
  graph: unknown;
  optimizer: Optimizer | null;
}
const isModel = (x: unknown): x is ModelLike => x instanceof Layer && x.modelKind !== null;

/** @internal The name Keras gives the class. */
export function kerasClassName(object: object): string {
  const own = (object as { serializedAs?: { name: string } }).serializedAs;
  const cls = object.constructor as SerializableClass;
  return own?.name ?? (Object.hasOwn(cls, 'sourceName') ? cls.sourceName! : classNameOf(cls));
}

/**
 * @internal The object with its state and all below it, each once.
 * @param options - isRepeated: a layer of several functional models at each of its places, for readers that make it anew there.
 */
export function stateTree(root: Layer, { isRepeated = false } = {}): StateNode[] {
  const out: StateNode[] = [];
  const visited = new Set<object>();
  const above = new Set<object>();
  const join = (a: string, b: string): string => (a ? `${a}/${b}` : b);
  const visit = (object: Kept, path: string, isAgain = false): void => {
    if (isAgain ? above.has(object) : visited.has(object)) return;
    visited.add(object);
    above.add(object);
    const name = object instanceof SeedGenerator ? 'seed_generator' : object.name;
    out.push({ path, object, name, variables: variablesOf(object) });
    for (const [attribute, child] of childrenOf(object)) {
      if (isKept(child)) visit(child, join(path, attribute), isAgain);
      else if (Array.isArray(child) || isRecord(child))
        visitAll(
          child,
          join(path, attribute),
          new Set(),
          isAgain || (isRepeated && attribute === 'layers' && isModel(object) && object.graph !== null),
        );
    }
    above.delete(object);
  };
  const visitAll = (
    container: unknown[] | Record<string, unknown>,
    path: string,
    outer: Set<object>,
    isAgain: boolean,
  ): void => {
    if (outer.has(container)) return;
    outer.add(container);
    const used = new Map<string, number>();
    const unique = (name: string): string => {
      const n = used.get(name);
      used.set(name, n === undefined ? 0 : n + 1);
      return n === undefined ? name : `${name}_${n + 1}`;
    };
    for (const child of Array.isArray(container) ? container : Object.values(container)) {
      if (isKept(child)) visit(child, join(path, unique(toSnakeCase(kerasClassName(child)))), isAgain);
      else if (Array.isArray(child) || isRecord(child))
        visitAll(child, join(path, unique('container')), outer, isAgain);
    }
  };
  visit(root, '');
  return out;
}
function variablesOf(object: Kept): Variable[] {
  if (object instanceof SeedGenerator) return [object.state];
  return object instanceof Layer ? object.savedVariables : object.variables;
}
function childrenOf(object: Kept): [string, unknown][] {
  if (!(object instanceof Layer)) return object instanceof Optimizer || object instanceof Metric ? nested(object) : [];
  const names = (object.constructor as SavingClass).savedNames ?? {};
  const chained = isModel(object);
  const attributes: [string, unknown][] = Object.entries(object)
    .filter(([key]) => !BASE.has(key))
    .map(([key, value]) => [names[key] ?? snakeCase(key), value]);
  if (chained && object.optimizer) attributes.push(['optimizer', object.optimizer]);
  // Layers of sequential and functional models come first; those of subclassed ones where their name puts them.
  const isGraph = chained && object.graph !== null;
  if (chained && !isGraph) attributes.push(['layers', object.layers]);
  const key = ([name]: [string, unknown]): string => (name.startsWith('_') ? `~${name}` : name);
  attributes.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  return isGraph ? [['layers', object.layers], ...attributes] : attributes;
}
// Optimizers inside of optimizers.
function nested(object: Optimizer | Metric): [string, unknown][] {
  return Object.entries(object)
    .filter(([, v]) => v instanceof Optimizer || (Array.isArray(v) && v.some((e) => e instanceof Optimizer)))
    .map(([k, v]) => [snakeCase(k), v]);
}
