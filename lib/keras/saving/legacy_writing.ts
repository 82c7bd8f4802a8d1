/** Configs as legacy HDF5 files hold them: models, layers, optimizers, losses and metrics by class alone, without modules. */
import { isRecord } from '../../support/nest';
import type { Model } from '../models/model';
import { withVocabularies } from '../layers/preprocessing/vocabularies';
import { toSnakeCase } from '../serialization/naming';
import { withObjectSharing } from '../serialization/object_sharing';
import { markAs, markFloats } from '../serialization/python_json';
import { builtInClass, classNames } from '../serialization/registry';
import {
  COMPILE_FLOATS,
  functionNames,
  isSerialized,
  serializeKerasObject,
  type SerializedObject,
} from '../serialization/serialize';

function withoutModules(x: unknown, inside: 'model' | 'object'): unknown {
  if (Array.isArray(x)) return x.map((e) => withoutModules(e, inside));
  if (!isSerialized(x) || x.module === 'builtins') return x;
  const { module, registered_name: registered, build_config: _, compile_config: __, ...rest } = x;
  // By the name of the class in Keras' source, or by that under which its author registered it.
  rest.class_name = registered?.includes('>')
    ? registered
    : (builtInClass(module ?? '', x.class_name)?.sourceName ?? x.class_name);
  const { config } = rest;
  // A Pipeline has layers too, as objects among its options.
  if (inside === 'model' && module !== 'keras.layers' && isRecord(config) && Array.isArray(config.layers))
    return {
      ...rest,
      config: markAs({ ...config, layers: config.layers.map((l) => withoutModules(l, 'model')) }, config),
    };
  return rest;
}
/** @internal */
export const legacyConfigOf = (model: Model): unknown =>
  withoutModules(
    withObjectSharing(() => withVocabularies(() => serializeKerasObject(model))),
    'model',
  );
/** @internal What the model was compiled with, or null. */
export function trainingConfigOf(model: Model): Record<string, unknown> | null {
  const config = model.getCompileConfig();
  if (!config) return null;
  const legacy = (given: unknown, kind?: 'metrics'): unknown => {
    const walk = (x: unknown): unknown => {
      if (Array.isArray(x)) return x.map(walk);
      if (isSerialized(x))
        return x.class_name === 'function' ? (kind ? metricAs(x) : x.config) : withoutModules(x, 'object');
      return isRecord(x) ? Object.fromEntries(Object.entries(x).map(([k, v]) => [k, walk(v)])) : x;
    };
    return walk(serializeKerasObject(given));
  };
  const training = {
    loss: legacy(config.loss),
    loss_weights: legacy(config.loss_weights),
    metrics: legacy(config.metrics, 'metrics'),
    weighted_metrics: legacy(config.weighted_metrics, 'metrics'),
    run_eagerly: config.run_eagerly,
    steps_per_execution: config.steps_per_execution,
    jit_compile: config.jit_compile,
    optimizer_config: legacy(config.optimizer),
  };
  return markFloats(training, COMPILE_FLOATS);
}
// Functions stand there by name. Keras looks up the name of a metric among its classes alone, where not all of its losses are: those are wrapped.
function metricAs(f: SerializedObject): unknown {
  const name = String(f.config);
  const isKnown =
    functionNames.find(name) === undefined || classNames('keras.metrics').some((c) => toSnakeCase(c) === name);
  return isKnown ? name : { class_name: 'MeanMetricWrapper', config: { name, dtype: 'float32', fn: f } };
}
