/** What `console.log` shows of Keras' objects: one line with class, name, shapes and settings, as tensors and variables do. */
import { describe } from '../support/describe';
import { formatShape, isSymbolicShape } from '../support/shapes';

type Facts = readonly (readonly [string, unknown])[];
interface LayerLike {
  readonly built: boolean;
  readonly name: string;
  readonly inputShape: unknown;
  readonly outputShape: unknown;
  readonly layers?: readonly unknown[];
  countParams(): number;
}

function shapesIn(x: unknown): string {
  if (isSymbolicShape(x)) return formatShape(x);
  if (Array.isArray(x)) return `[${x.map(shapesIn).join(', ')}]`;
  if (typeof x === 'object' && x !== null)
    return `{ ${Object.entries(x)
      .map(([k, v]) => `${k}: ${shapesIn(v)}`)
      .join(', ')} }`;
  return String(x);
}
// What is looked at while it is half made, or has no such thing, is shown without it.
function attempt<T>(f: () => T): T | undefined {
  try {
    return f();
  } catch {
    return undefined;
  }
}
const line = (object: object, facts: Facts): string => {
  const shown = facts
    .filter(([, v]) => v !== undefined && v !== null)
    .map(([k, v]) => `${k}=${typeof v === 'string' ? v : describe(v)}`);
  return `<${[object.constructor.name, shown.join(', ')].filter(Boolean).join(' ')}>`;
};
const shapeFact = (f: () => unknown): string | undefined => {
  const shape = attempt(f);
  return shape === undefined || shape === null ? undefined : shapesIn(shape);
};

/** @internal */
export function layerLine(layer: LayerLike): string {
  return line(layer, [
    ['name', layer.name],
    ['layers', attempt(() => layer.layers?.length)],
    ['input', shapeFact(() => layer.inputShape)],
    ['output', shapeFact(() => layer.outputShape)],
    ['built', layer.built ? undefined : false],
    ['parameters', layer.built ? attempt(() => layer.countParams()) : undefined],
  ]);
}
/** @internal Of an object that a config describes. */
export function configLine(object: { getConfig?(): Record<string, unknown> }): string {
  const config = attempt(() => object.getConfig?.()) ?? {};
  return line(
    object,
    Object.entries(config).filter(([, v]) => typeof v !== 'object' || isSymbolicShape(v)),
  );
}
/** @internal Of an object without a config: its settings that are numbers, texts and switches. */
export function settingsLine(object: object): string {
  return line(
    object,
    Object.entries(object).filter(([, v]) => ['number', 'string', 'boolean'].includes(typeof v)),
  );
}
/** @internal Of what `fit` returned: the last value of each curve. */
export function historyLine(object: {
  readonly epoch: readonly number[];
  readonly history: Readonly<Record<string, readonly number[]>>;
}): string {
  return line(object, [
    ['epochs', object.epoch.length],
    ...Object.entries(object.history).map(([name, list]) => [name, list.at(-1)] as const),
  ]);
}
/** @internal Makes `console.log` show `lineOf(object)`. */
export function inspectable<T extends object>(
  cls: abstract new (...args: never[]) => T,
  lineOf: (object: T) => string,
): void {
  Object.defineProperty(cls.prototype, Symbol.for('nodejs.util.inspect.custom'), {
    value(this: T) {
      return lineOf(this);
    },
    configurable: true,
    writable: true,
  });
}
