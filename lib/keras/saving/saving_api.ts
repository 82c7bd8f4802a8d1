/** saveModel, loadModel, saveWeights, loadWeights: the format is found in the table, which reads or writes (keras.src.saving.saving_api). */
import { access } from 'node:fs/promises';
import { FileError, TypeError, ValueError } from '../../support/errors';
import { withFile, type ByteSource } from '../../io/source';
import { describe } from '../../support/describe';
import { Layer } from '../layers/layer';
import type { Model } from '../models/model';
import { checkOptions, kinds } from '../options';
import { Run, withRun } from '../runs';
import { readingFile } from '../serialization/schema';
import { FORMATS, formatOfName } from './formats';
import type { LoadModelOptions, SaveOptions, SaveWeightsOptions } from './options';
import { requireBuilt } from './saving_lib';
import { indexPath, shardBytes } from './sharded_weights';
import type { LoadReport, LoadWeightsOptions } from './weight_matching';

export { architectureOf, modelFromJson, modelToJson } from './model_config';
export type { LoadModelOptions, SaveOptions, SaveWeightsOptions } from './options';

/** Reads a model of any Keras: `.keras`, `.h5`, or the `model.json` of TensorFlow.js. */
export async function loadModel(filepath: string, options: LoadModelOptions = {}): Promise<Model> {
  checkOptions('loadModel', options, {
    customObjects: kinds.any,
    compile: kinds.boolean,
    safeMode: kinds.boolean,
    signal: kinds.signal,
  });
  requirePath('loadModel', filepath);
  options.signal?.throwIfAborted();
  return readingFile(filepath, () => withFile(filepath, (source) => modelIn(source, filepath, options)));
}
async function modelIn(source: ByteSource, filepath: string, options: LoadModelOptions): Promise<Model> {
  requireContent(source, filepath);
  // By what it is, not by its name: many files of Keras 2 are called '.keras'.
  for (const format of FORMATS)
    if (format.loadModel && format.sniff(source, filepath)) return format.loadModel(source, filepath, options);
  throw new ValueError(
    `loadModel: ${filepath} is neither a '.keras' archive nor HDF5: it starts with ${source.bytes(0, Math.min(8, source.size)).toString('hex')}.`,
  );
}

/** Reads weights into a model. The format is found by what the file holds. */
export async function loadWeights(
  model: Layer,
  filepath: string,
  options: LoadWeightsOptions = {},
): Promise<LoadReport> {
  checkOptions('loadWeights', options, { byName: kinds.boolean, skipMismatch: kinds.boolean, signal: kinds.signal });
  requirePath('loadWeights', filepath);
  requireBuilt('loadWeights', model);
  options.signal?.throwIfAborted();
  return withRun(new Run('loadWeights', 'set', model), () =>
    readingFile(filepath, async () =>
      withFile(await indexOf(filepath), (source) => weightsIn(source, filepath, model, options)),
    ),
  );
}
async function weightsIn(
  source: ByteSource,
  filepath: string,
  model: Layer,
  options: LoadWeightsOptions,
): Promise<LoadReport> {
  requireContent(source, filepath);
  const format = FORMATS.find((f) => f.loadWeights && f.sniff(source, filepath));
  return format!.loadWeights!(source, filepath, model as Model, options);
}

/** Writes a model: config, weights, what it was compiled with and the optimizer's state. By the name: `.keras`, or `.h5` of Keras 2. */
export function saveModel(model: Layer, filepath: string, options: SaveOptions = {}): Promise<void> {
  return reading('save', model, () => writeModel(model, filepath, options));
}
async function writeModel(model: Layer, filepath: string, options: SaveOptions): Promise<void> {
  checkOptions('save', options, { overwrite: kinds.boolean, signal: kinds.signal });
  const file = await checkTarget('save', filepath, options);
  const named = formatOfName(file);
  if (named?.suffix === '.weights.h5')
    throw new ValueError(
      `save: '.weights.h5' is for weights alone.\n  Received: ${file}\n  Fix: model.saveWeights('${file}'), or model.save('model.keras').`,
    );
  if (!named?.format.saveModel)
    throw new ValueError(
      `save: the name of a model's file must end in '.keras' (or '.h5', the format of Keras 2).\n  Received: ${file}`,
    );
  return named.format.saveModel(file, model as Model, options);
}

/**
 * Writes the weights of a model, by the name of the file: `.weights.h5`, `.h5`, `.safetensors` or `.npz`; with `maxShardSize`
 * in several files, `.weights.json` being their index.
 */
export function saveWeights(model: Layer, filepath: string, options: SaveWeightsOptions = {}): Promise<void> {
  return reading('saveWeights', model, () => writeWeights(model, filepath, options));
}
async function writeWeights(model: Layer, filepath: string, options: SaveWeightsOptions): Promise<void> {
  checkOptions('saveWeights', options, { overwrite: kinds.boolean, maxShardSize: kinds.any, signal: kinds.signal });
  const isSharded = options.maxShardSize != null;
  const wanted = typeof filepath === 'string' && isSharded ? indexPath(filepath) : filepath;
  const file = await checkTarget('saveWeights', wanted, options);
  requireBuilt('saveWeights', model);
  if (isSharded) shardBytes(options.maxShardSize);
  const format = formatOfName(file)?.format;
  if (isSharded && !format?.isSharded)
    throw new ValueError(
      `saveWeights: with maxShardSize the name of the file must end in '.weights.json', the index of the shards.\n  Received: ${file}`,
    );
  if (!isSharded && format?.isSharded)
    throw new ValueError(
      `saveWeights: '.weights.json' is the index of weights in several files.\n  Received: ${file}\n  Fix: pass { maxShardSize: gigabytes }.`,
    );
  if (!format?.saveWeights)
    throw new ValueError(
      `saveWeights: the name of a file of weights must end in '.weights.h5', '.h5', '.safetensors' or '.npz'.\n  Received: ${file}`,
    );
  return format.saveWeights(file, model, options);
}

function requirePath(where: string, file: unknown): asserts file is string {
  if (typeof file !== 'string' || !file)
    throw new TypeError(`${where}: the path of a file is expected.\n  Received: ${describe(file)}`);
}
function requireContent(source: ByteSource, filepath: string): void {
  if (source.size === 0) throw new FileError(`${filepath} cannot be read: it is empty.`);
}
const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
async function checkTarget(where: string, file: unknown, { overwrite = true }: SaveOptions): Promise<string> {
  requirePath(where, file);
  if (!overwrite && (await exists(file)))
    throw new ValueError(`${where}: ${file} exists already.\n  Fix: choose another name, or pass { overwrite: true }.`);
  return file;
}
// Weights saved in shards as `w.weights.h5` have their index beside it.
async function indexOf(file: string): Promise<string> {
  const index = indexPath(file);
  return index !== file && !(await exists(file)) && (await exists(index)) ? index : file;
}
// What trains or loads meanwhile does not change what is written.
async function reading(what: string, model: Layer, f: () => Promise<void>): Promise<void> {
  if (!(model instanceof Layer)) throw new TypeError(`${what}: a model is expected.\n  Received: ${describe(model)}`);
  const { name, weights, trainableVariables } = model;
  const optimizer = (model as Layer & Partial<Pick<Model, 'optimizer'>>).optimizer?.variables ?? [];
  const variables = [...model.variables, ...optimizer, ...model.metrics.flatMap((m) => m.variables)];
  return withRun(new Run(what, 'read', { name, weights, trainableVariables, variables }), f);
}
