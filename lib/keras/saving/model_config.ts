/** A model by its config, and the config of a model. */
import { TypeError, ValueError } from '../../support/errors';
import { recordOf } from '../../support/guard';
import { describe } from '../../support/describe';
import { isRecord } from '../../support/nest';
import type { Layer } from '../layers/layer';
import { isModel } from './model_kind';
import type { Model } from '../models/model';
import { withObjectSharing } from '../serialization/object_sharing';
import { isOld, withOrigin, type Origin } from '../serialization/origin';
import { toPythonJson } from '../serialization/python_json';
import { camelKeys, type CustomObjects } from '../serialization/registry';
import { deserializeKerasObject, serializeKerasObject, type SerializedObject } from '../serialization/serialize';
import { modernizeCompileConfig } from './legacy_compile';
import type { LoadModelOptions } from './options';
import { KERAS_VERSION, parseJson } from './saving_lib';

/** @internal Where a config is from, and what it is read with. */
export interface ConfigContext {
  /** The file or function, for messages. */
  where: string;
  /** The Keras that wrote it. */
  origin: Origin;
  customObjects?: CustomObjects;
}
/** @internal The model that a config describes, not compiled. @throws ValueError when it describes something else. */
export function modelOf(config: Record<string, unknown>, { where, origin, customObjects }: ConfigContext): Model {
  const known = withOrigin(config, origin);
  const model = withObjectSharing(() => deserializeKerasObject(known, { customObjects, module: 'keras.models' }));
  if (!isModel(model)) throw new ValueError(`${where}: it describes no model but ${describe(config.class_name)}.`);
  return model;
}
/** @internal The model that Keras' JSON describes, compiled when that says so. */
export function modelFromConfig(
  config: Record<string, unknown>,
  context: ConfigContext,
  { compile = true }: Pick<LoadModelOptions, 'compile'>,
): Model {
  const model = modelOf(config, context);
  const compiled = config.compile_config;
  // Keras writes an empty record for a model that is not compiled.
  if (compile && isRecord(compiled) && Object.keys(compiled).length) {
    const options = deserializeKerasObject(compiled, { customObjects: context.customObjects }) as typeof compiled;
    model.compileFromConfig(camelKeys(isOld(compiled) ? modernizeCompileConfig(options, model) : options));
  }
  return model;
}

/** @internal Keras' JSON of a model, with what it was compiled with. */
export const modelToConfig = (model: Layer): SerializedObject =>
  withObjectSharing(() => serializeKerasObject(model) as SerializedObject);
/** @internal Keras' JSON of the architecture, as a value. */
export function architectureOf(model: Layer): Record<string, unknown> {
  const { compile_config: _, ...config } = modelToConfig(model);
  return config;
}
/** @internal */
export const modelToJson = (model: Layer, { indent }: { indent?: number }): string =>
  toPythonJson(architectureOf(model), { indent });
/** A model, with new weights, by the JSON that `toJson` (in Keras: `to_json`) gives. */
export function modelFromJson(json: string, options: { customObjects?: CustomObjects } = {}): Model {
  const { customObjects } = recordOf('modelFromJson', options);
  if (typeof json !== 'string')
    throw new TypeError(`modelFromJson: the text that toJson gives is expected.\n  Received: ${describe(json)}`);
  const config = parseJson(json, 'modelFromJson: the text');
  if (!isRecord(config)) throw new ValueError('modelFromJson: a record is expected.');
  // Keras 1 and 2 say so; Keras 3 names modules.
  const version =
    typeof config.keras_version === 'string'
      ? config.keras_version
      : typeof config.module === 'string'
        ? KERAS_VERSION
        : '2';
  return modelFromConfig(config, { where: 'modelFromJson', origin: { version, backend: null }, customObjects }, {});
}
