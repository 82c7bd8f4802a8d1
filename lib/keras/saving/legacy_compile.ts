/** What `compile` of Keras 1 and 2 took, in Keras 3's words: metrics for all outputs, names that begin with an output's, records that leave outputs out. */
import { isRecord, sortedKeys } from '../../support/nest';
import { Metric } from '../metrics/metric';
import { toSnakeCase } from '../serialization/naming';
import { builtInClass, type SerializableClass } from '../serialization/registry';
import { fromConfig } from '../serialization/serialize';

type Config = Record<string, unknown>;
const isSingle = (x: unknown): boolean =>
  typeof x === 'string' || typeof x === 'function' || x instanceof Metric || (isRecord(x) && 'class_name' in x);
const isNested = (x: unknown): boolean => Array.isArray(x) || (isRecord(x) && !isSingle(x));

/** What the outputs of a model are called: by their layers, and by the keys of a record of them. */
export interface OutputNames {
  /** Names of the outputs, in their order. */
  outputNames: readonly string[];
  /** Structure of the outputs of a model made of a graph. */
  graph: { outputStructure: unknown } | null;
}
/** @internal Options of `compile` as a file of Keras 1 or 2 holds them, for a model with these outputs, in Keras 3's words. */
export function modernizeCompileConfig(config: Config, { graph, outputNames }: OutputNames): Config {
  const structure = graph?.outputStructure;
  const outputs = !graph
    ? []
    : isRecord(structure) && Object.keys(structure).length === outputNames.length
      ? sortedKeys(structure)
      : outputNames;
  const layers = new Map(outputs.map((output, i) => [output, outputNames[i]]));
  return {
    ...config,
    loss: withOthers(config.loss, outputs, null),
    loss_weights: withOthers(config.loss_weights, outputs, 1),
    metrics: modernizeMetrics(config.metrics, outputs, layers),
    weighted_metrics: modernizeMetrics(config.weighted_metrics, outputs, layers),
  };
}
// Outputs that a record leaves out had no loss, or the weight 1.
function withOthers(given: unknown, outputs: readonly string[], value: unknown): unknown {
  if (
    !isRecord(given) ||
    isSingle(given) ||
    outputs.length < 2 ||
    !Object.keys(given).every((k) => outputs.includes(k))
  )
    return given;
  return { ...Object.fromEntries(outputs.map((name) => [name, value])), ...given };
}
function modernizeMetrics(given: unknown, outputs: readonly string[], layers: ReadonlyMap<string, string>): unknown {
  const layerOf = (output: string | null): string | null => (output === null ? null : (layers.get(output) ?? output));
  // A plain list was for each of the outputs.
  if (outputs.length > 1 && Array.isArray(given) && given.length && !given.some(isNested))
    return outputs.map((output, i) => given.map((m: unknown) => modernizeMetric(i ? copied(m) : m, layerOf(output))));
  const walk = (x: unknown, output: string | null): unknown =>
    Array.isArray(x)
      ? x.map((e, i) => walk(e, outputs.length > 1 && x === given && x.length === outputs.length ? outputs[i] : output))
      : isRecord(x) && !isSingle(x)
        ? Object.fromEntries(Object.entries(x).map(([k, v]) => [k, walk(v, k)]))
        : modernizeMetric(x, layerOf(output));
  return walk(given, null);
}
const copied = (x: unknown): unknown =>
  x instanceof Metric ? fromConfig(x.constructor as SerializableClass, x.getConfig()) : x;
function modernizeMetric(x: unknown, output: string | null): unknown {
  // A class by its name was called as the class is by itself.
  const cls = typeof x === 'string' ? builtInClass('keras.metrics', x) : undefined;
  const metric = cls ? fromConfig(cls, { name: toSnakeCase(String(x)) }) : x;
  // Compiled metrics bore the name of their output, which comes back with each run.
  if (metric instanceof Metric && output !== null && metric.name.startsWith(`${output}_`))
    metric.name = metric.name.slice(output.length + 1);
  return metric;
}
