/** What is found in a file without loading it. */

/** @internal An array of a file. */
export interface TensorRow {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** The type of the values in the file, where it differs from `dtype` or says more. */
  readonly stored: string;
  readonly bytes: number;
  /** Whether it belongs to the state of an optimizer. */
  readonly isOptimizer: boolean;
  /** Where there is more to say: compressed, quantized. */
  readonly note: string | null;
}
/** @internal A file that belongs to this one. */
export interface PartRow {
  readonly name: string;
  readonly bytes: number | null;
  readonly note: string | null;
}
/** @internal What the configuration of a model says. */
export interface ModelFacts {
  readonly name: string | null;
  readonly class: string;
  readonly layers: readonly { name: string | null; class: string }[];
  readonly compiled: { optimizer: string | null; loss: string | null; metrics: string | null } | null;
}
/** @internal */
export interface Inspection {
  /** Versions of Keras and others, dates, backends: what the file says of its making. */
  readonly facts: Readonly<Record<string, string>>;
  readonly config: Readonly<Record<string, unknown>> | null;
  readonly tensors: readonly TensorRow[];
  /** Members of an archive, or files beside this one. */
  readonly parts: readonly PartRow[];
  /** What could not be looked at, in sentences. */
  readonly problems: readonly string[];
}

const isRecord = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null && !Array.isArray(x);
const textOf = (x: unknown): string | null => (typeof x === 'string' ? x : null);
/** The name of an optimizer, a loss or metrics in a configuration: a name, a serialized object, or several of them. */
function namesIn(x: unknown): string | null {
  if (x === null || x === undefined) return null;
  if (typeof x === 'string') return x;
  if (Array.isArray(x)) return x.map(namesIn).filter(Boolean).join(', ') || null;
  if (!isRecord(x)) return null;
  if (typeof x.class_name === 'string')
    return x.class_name === 'function' ? (textOf(x.config) ?? 'function') : x.class_name;
  const parts = Object.entries(x).map(([key, value]) => `${key}: ${namesIn(value) ?? 'none'}`);
  return parts.join(', ') || null;
}
/** @internal @param training - what Keras 1 and 2 and TensorFlow.js keep beside the configuration. */
export function modelFacts(config: Readonly<Record<string, unknown>>, training: unknown = null): ModelFacts {
  const { class_name: kind, config: inner, compile_config: compile } = config;
  // The first versions wrote a Sequential as a list of layers.
  const list = Array.isArray(inner) ? inner : isRecord(inner) && Array.isArray(inner.layers) ? inner.layers : [];
  const layers = list.filter(isRecord).map((layer) => ({
    name: textOf(layer.name) ?? (isRecord(layer.config) ? textOf(layer.config.name) : null),
    class: textOf(layer.class_name) ?? 'unknown',
  }));
  const compiled =
    isRecord(compile) && Object.keys(compile).length
      ? compile
      : isRecord(training)
        ? { ...training, optimizer: training.optimizer ?? training.optimizer_config }
        : null;
  return {
    name: isRecord(inner) ? textOf(inner.name) : null,
    class: textOf(kind) ?? 'unknown',
    layers,
    compiled: compiled && {
      optimizer: namesIn(compiled.optimizer),
      loss: namesIn(compiled.loss),
      metrics: namesIn(compiled.metrics),
    },
  };
}
