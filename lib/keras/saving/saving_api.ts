/** saveModel, loadModel, saveWeights, loadWeights: which format a file has, and who reads or writes it (keras.src.saving.saving_api). */
import { stat } from 'node:fs/promises';
import { FileError, TypeError, ValueError } from '../../support/errors';
import { recordOf } from '../../support/guard';
import { writeAtomically } from '../../io/atomic';
import { isHdf5, openHdf5 } from '../../io/hdf5/index';
import { withFile, type ByteSource } from '../../io/source';
import { isZip } from '../../io/zip';
import { describe } from '../../support/describe';
import { isRecord } from '../../support/nest';
import { Layer } from '../layers/layer';
import type { Model } from '../models/model';
import { checkOptions, kinds } from '../options';
import { Run, withRun } from '../runs';
import { loadLegacyModel, loadLegacyWeights, writeLegacyModel, writeLegacyWeights } from './legacy_h5';
import { warnOfRefusals } from './keras_refuses';
import { modernizeCompileConfig } from './legacy_compile';
import { withLegacyConfigs } from '../serialization/legacy_configs';
import { camelKeys, type CustomObjects } from '../serialization/registry';
import { toPythonJson } from '../serialization/python_json';
import {
  isStateFile,
  KERAS_VERSION,
  loadArchiveWeights,
  loadState,
  modelToConfig,
  openKerasArchive,
  parseJson,
  requireBuilt,
  stateFile,
  writeKerasArchive,
} from './saving_lib';
import { withObjectSharing } from '../serialization/object_sharing';
import { deserializeKerasObject } from '../serialization/serialize';
import { loadAssets, warnOfAssets, writeAssets } from './weight_assets';
import { loadNamedWeights, writeNpzWeights, writeSafetensorsWeights } from './weight_archives';
import { indexPath, loadShardedWeights, shardBytes, writeShardedWeights } from './sharded_weights';
import { readingFile } from '../serialization/schema';
import { isJson, loadTfjsModel } from './tfjs';
import { withinFile } from './weight_budget';
import type { LoadReport, LoadWeightsOptions } from './weight_matching';

export interface SaveOptions {
  /** Whether an existing file is replaced. Default true. */
  overwrite?: boolean;
  /** Ends the saving: the promise is rejected, and a file that was there before stays as it was. */
  signal?: AbortSignal | null;
}
export interface SaveWeightsOptions extends SaveOptions {
  /**
   * Largest size of one file, in gigabytes (1024^3 bytes) of variables: the weights are written as `w_00000.weights.h5`,
   * `w_00001.weights.h5`, ... with an index, `w.weights.json`. Default null: one file.
   */
  maxShardSize?: number | null;
}
export interface LoadModelOptions {
  /** Classes and functions that the file names, by their names. */
  customObjects?: CustomObjects;
  /** Whether the model is compiled as it was when it was saved. Default true. */
  compile?: boolean;
  /** Nothing in a file is ever run; the option is there because Keras has it. */
  safeMode?: boolean;
  /** Ends the loading: the promise is rejected. */
  signal?: AbortSignal | null;
}

async function checkTarget(where: string, file: unknown, { overwrite = true }: SaveOptions): Promise<string> {
  if (typeof file !== 'string' || !file)
    throw new TypeError(`${where}: the path of a file is expected.\n  Received: ${describe(file)}`);
  if (!overwrite) {
    const { access } = await import('node:fs/promises');
    if (
      await access(file).then(
        () => true,
        () => false,
      )
    )
      throw new ValueError(
        `${where}: ${file} exists already.\n  Fix: choose another name, or pass { overwrite: true }.`,
      );
  }
  return file;
}

// What trains or loads meanwhile does not change what is written.
async function reading(what: string, model: Layer, f: () => Promise<void>): Promise<void> {
  if (!(model instanceof Layer)) throw new TypeError(`${what}: a model is expected.\n  Received: ${describe(model)}`);
  const { name, weights, trainableVariables } = model,
    optimizer = (model as Layer & Partial<Pick<Model, 'optimizer'>>).optimizer?.variables ?? [],
    variables = [...model.variables, ...optimizer, ...model.metrics.flatMap((m) => m.variables)];
  return withRun(new Run(what, 'read', { name, weights, trainableVariables, variables }), f);
}
/** Writes a model: config, weights, what it was compiled with and the optimizer's state. By the name: `.keras`, or `.h5` of Keras 2. */
export function saveModel(model: Layer, filepath: string, options: SaveOptions = {}): Promise<void> {
  return reading('save', model, () => writeModel(model, filepath, options));
}
async function writeModel(model: Layer, filepath: string, options: SaveOptions): Promise<void> {
  checkOptions('save', options, { overwrite: kinds.boolean, signal: kinds.signal });
  const file = await checkTarget('save', filepath, options);
  if (file.endsWith('.weights.h5'))
    throw new ValueError(
      `save: '.weights.h5' is for weights alone.\n  Received: ${file}\n  Fix: model.saveWeights('${file}'), or model.save('model.keras').`,
    );
  if (/\.(h5|hdf5|keras)$/.test(file)) warnOfRefusals(model, file);
  if (/\.(h5|hdf5)$/.test(file))
    return writeAtomically(file, (sink) => writeLegacyModel(sink, model as Model), options.signal);
  if (!file.endsWith('.keras'))
    throw new ValueError(
      `save: the name of a model's file must end in '.keras' (or '.h5', the format of Keras 2).\n  Received: ${file}`,
    );
  return writeAtomically(file, (sink) => writeKerasArchive(sink, model), options.signal);
}

/** Reads a model of any Keras: `.keras`, `.h5`, or the `model.json` of TensorFlow.js. */
export async function loadModel(filepath: string, options: LoadModelOptions = {}): Promise<Model> {
  checkOptions('loadModel', options, {
    customObjects: kinds.any,
    compile: kinds.boolean,
    safeMode: kinds.boolean,
    signal: kinds.signal,
  });
  if (typeof filepath !== 'string' || !filepath)
    throw new TypeError(`loadModel: the path of a file is expected.\n  Received: ${describe(filepath)}`);
  options.signal?.throwIfAborted();
  return readingFile(filepath, () => withFile(filepath, (source) => loadFrom(source, filepath, options)));
}
function requireContent(source: ByteSource, filepath: string): void {
  if (source.size === 0) throw new FileError(`${filepath} cannot be read: it is empty.`);
}
async function loadFrom(source: ByteSource, filepath: string, options: LoadModelOptions): Promise<Model> {
  requireContent(source, filepath);
  const { compile = true, customObjects, signal } = options;
  // By what it is, not by its name: many files of Keras 2 are called '.keras'.
  if (isHdf5(source)) return loadLegacyModel(openHdf5(source), filepath, options);
  if (isJson(source)) return loadTfjsModel(source, filepath, options);
  if (!isZip(source))
    throw new ValueError(
      `loadModel: ${filepath} is neither a '.keras' archive nor HDF5: it starts with ${source.size ? source.bytes(0, Math.min(8, source.size)).toString('hex') : 'nothing'}.`,
    );
  const archive = await openKerasArchive(source, signal),
    // keras_core, whose versions began with 0, is Keras 3.
    version = String(archive.metadata.keras_version ?? KERAS_VERSION).replace(/^0\..*/, KERAS_VERSION),
    model = withLegacyConfigs({ version, backend: null }, () =>
      withinFile(filepath, source.size, () => modelFromConfig(archive.config, { customObjects, compile }, filepath)),
    );
  await loadArchiveWeights(archive, filepath, model, { signal });
  return model;
}
/** @internal A model by Keras' JSON, compiled when that says so. */
export function modelFromConfig(
  config: Record<string, unknown>,
  { customObjects, compile }: Pick<LoadModelOptions, 'customObjects' | 'compile'>,
  where: string,
): Model {
  const model = withObjectSharing(() => deserializeKerasObject(config, { customObjects, module: 'keras.models' }));
  if (!isModel(model)) throw new ValueError(`${where}: it describes no model but ${describe(config.class_name)}.`);
  const compiled = config.compile_config;
  // Keras writes an empty record for a model that is not compiled.
  if (compile && isRecord(compiled) && Object.keys(compiled).length)
    model.compileFromConfig(
      camelKeys(
        modernizeCompileConfig(deserializeKerasObject(compiled, { customObjects }) as Record<string, unknown>, model),
      ),
    );
  return model;
}
const isModel = (x: unknown): x is Model => typeof x === 'object' && x !== null && 'compileFromConfig' in x;

/**
 * Writes the weights of a model, by the name of the file: `.weights.h5`, `.h5`, `.safetensors` or `.npz`; with `maxShardSize`
 * in several files, `.weights.json` being their index.
 */
export function saveWeights(model: Layer, filepath: string, options: SaveWeightsOptions = {}): Promise<void> {
  return reading('saveWeights', model, () => writeWeights(model, filepath, options));
}
async function writeWeights(model: Layer, filepath: string, options: SaveWeightsOptions): Promise<void> {
  checkOptions('saveWeights', options, { overwrite: kinds.boolean, maxShardSize: kinds.integer, signal: kinds.signal });
  const { signal, maxShardSize } = options,
    isSharded = maxShardSize != null,
    named = typeof filepath === 'string' && isSharded ? indexPath(filepath) : filepath,
    file = await checkTarget('saveWeights', named, options);
  requireBuilt('saveWeights', model);
  if (isSharded) {
    const most = shardBytes(maxShardSize);
    if (!file.endsWith('.weights.json'))
      throw new ValueError(
        `saveWeights: with maxShardSize the name of the file must end in '.weights.json', the index of the shards.\n  Received: ${file}`,
      );
    return writeShardedWeights(file, model, most, signal);
  }
  if (file.endsWith('.weights.json'))
    throw new ValueError(
      `saveWeights: '.weights.json' is the index of weights in several files.\n  Received: ${file}\n  Fix: pass { maxShardSize: gigabytes }.`,
    );
  if (file.endsWith('.weights.h5')) {
    // A layer of several models at each of its places: a model made of a config without its identity has one at each.
    const h5 = stateFile(model, { isRepeated: true });
    writeAssets(h5, model);
    return writeAtomically(file, (sink) => h5.writeTo(sink), signal);
  }
  if (/\.(h5|hdf5)$/.test(file))
    return writeAtomically(file, (sink) => writeLegacyWeights(sink, model as Model), signal);
  if (/\.(safetensors|npz)$/.test(file)) warnOfAssets(model, file);
  if (file.endsWith('.safetensors'))
    return writeAtomically(file, (sink) => writeSafetensorsWeights(sink, model), signal);
  if (file.endsWith('.npz')) return writeAtomically(file, (sink) => writeNpzWeights(sink, model), signal);
  throw new ValueError(
    `saveWeights: the name of a file of weights must end in '.weights.h5', '.h5', '.safetensors' or '.npz'.\n  Received: ${file}`,
  );
}

// Weights saved in shards as `w.weights.h5` have their index beside it.
async function indexOf(file: string): Promise<string> {
  const index = indexPath(file),
    exists = (at: string): Promise<boolean> =>
      stat(at).then(
        () => true,
        () => false,
      );
  return index !== file && !(await exists(file)) && (await exists(index)) ? index : file;
}
/** Reads weights into a model. The format is found by what the file holds. */
export async function loadWeights(
  model: Layer,
  filepath: string,
  options: LoadWeightsOptions = {},
): Promise<LoadReport> {
  checkOptions('loadWeights', options, { byName: kinds.boolean, skipMismatch: kinds.boolean, signal: kinds.signal });
  if (typeof filepath !== 'string' || !filepath)
    throw new TypeError(`loadWeights: the path of a file is expected.\n  Received: ${describe(filepath)}`);
  requireBuilt('loadWeights', model);
  options.signal?.throwIfAborted();
  return withRun(new Run('loadWeights', 'set', model), () =>
    readingFile(filepath, async () =>
      withFile(await indexOf(filepath), (source) => loadWeightsFrom(source, filepath, model, options)),
    ),
  );
}
async function loadWeightsFrom(
  source: ByteSource,
  filepath: string,
  model: Layer,
  options: LoadWeightsOptions,
): Promise<LoadReport> {
  requireContent(source, filepath);
  if (isJson(source)) return loadShardedWeights(source, filepath, model, options);
  if (isHdf5(source)) {
    const root = openHdf5(source),
      report = await (isStateFile(root)
        ? loadState(root, filepath, model, options)
        : loadLegacyWeights(root, filepath, model as Model, options));
    await loadAssets(root, model, options);
    return report;
  }
  if (isZip(source) && !filepath.endsWith('.npz'))
    return loadArchiveWeights(await openKerasArchive(source, options.signal), filepath, model, options);
  return loadNamedWeights(source, filepath, model, options);
}

/** @internal Keras' JSON of the architecture, as a value. */
export function architectureOf(model: Layer): Record<string, unknown> {
  const { compile_config: _, ...config } = withObjectSharing(() => modelToConfig(model));
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
  return withLegacyConfigs({ version, backend: null }, () =>
    modelFromConfig(config, { customObjects, compile: true }, 'modelFromJson'),
  );
}
