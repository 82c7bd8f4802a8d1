/**
 * HDF5 files of Keras 1, 2 and 3's legacy format (keras.src.legacy.saving.legacy_h5_format): weights by layer, in the
 * order of the layers, names in attributes; whole models with `model_config`, `training_config` and `optimizer_weights`.
 */
import { FileError, ValueError } from '../../support/errors';
import type { ByteSink } from '../../io/atomic';
import { Hdf5Dataset, Hdf5Group, Hdf5Writer, MAX_ATTRIBUTE_BYTES } from '../../io/hdf5/index';
import { isRecord } from '../../support/nest';
import { formatShape } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import type { Layer } from '../layers/layer';
import { isSequential } from './model_kind';
import type { Model } from '../models/model';
import { readInRun } from '../runs';
import { buildByWeights } from './legacy_shapes';
import { isOldVersion, type Origin } from '../serialization/origin';
import { legacyConfigOf, trainingConfigOf } from './legacy_writing';
import { legacyOptimizerState } from './legacy_optimizer';
import { convertLegacyWeights } from './legacy_weights';
import { toPythonJson } from '../serialization/python_json';
import { modelOf } from './model_config';
import type { LoadModelOptions } from './options';
import { KERAS_VERSION, parseJson } from './saving_lib';
import { writeAssets } from './weight_assets';
import { withinFile } from '../serialization/weight_budget';
import { compileByTrainingConfig } from './training_config';
import { foundIn, WeightMatches, type Found, type LoadReport, type LoadWeightsOptions } from './weight_matching';

// ---- reading
/** @internal A list of names, whole or in numbered parts; bytes or texts. */
export function namesOf(group: Hdf5Group, attribute: string): string[] {
  const list = (v: unknown): string[] => (Array.isArray(v) ? v.map(String) : typeof v === 'string' ? [v] : []);
  const whole = group.attributes.get(attribute);
  if (whole !== undefined) return list(whole);
  const out: string[] = [];
  for (let i = 0; group.attributes.has(`${attribute}${i}`); i++)
    out.push(...list(group.attributes.get(`${attribute}${i}`)));
  return out;
}
const textOf = (group: Hdf5Group, name: string): string | null => {
  const v = group.attributes.get(name);
  return typeof v === 'string' ? v : Array.isArray(v) && typeof v[0] === 'string' ? v[0] : null;
};
/** @internal Trainable ones first: the order of every Keras before 3, kept for these files. */
export const legacyWeights = (layer: Layer): Variable[] => [
  ...new Set([...layer.trainableWeights, ...layer.nonTrainableWeights]),
];

interface SavedLayer {
  name: string;
  weights: Found[];
}
// Layers of a file that have weights.
function savedLayers(group: Hdf5Group, file: string): SavedLayer[] {
  return namesOf(group, 'layer_names')
    .map((name) => ({ name, weights: weightsOf(group, name, file) }))
    .filter((l) => l.weights.length);
}
function weightsOf(parent: Hdf5Group, name: string, file: string): Found[] {
  const group = parent.group(name);
  if (!group) throw new FileError(`${file}: it names layer '${name}' but holds no group for it.`);
  return namesOf(group, 'weight_names').map((weight) => {
    const found = group.get(weight);
    if (!(found instanceof Hdf5Dataset))
      throw new FileError(`${file}: weight '${weight}' of layer '${name}' is missing.`);
    return foundIn(found);
  });
}
/** @internal Which Keras wrote the weights, and on which backend. */
export function writerOf(root: Hdf5Group, group: Hdf5Group): Origin {
  return {
    version: textOf(group, 'keras_version') ?? textOf(root, 'keras_version') ?? '1',
    backend: textOf(group, 'backend') ?? textOf(root, 'backend'),
  };
}

/** @internal Weights of a legacy file into a model: by place, or by the names of layers. */
export async function loadLegacyWeights(
  root: Hdf5Group,
  file: string,
  model: Model,
  options: LoadWeightsOptions & { isOwn?: boolean },
): Promise<LoadReport> {
  const group = root.group('model_weights') ?? root;
  if (!namesOf(group, 'layer_names').length)
    throw new FileError(
      `${file}: it holds no weights of Keras: there is neither 'layer_names' nor 'layers'.\n  Its members: ${root.keys().slice(0, 12).join(', ') || 'none'}`,
    );
  const saved = savedLayers(group, file);
  const origin = writerOf(root, group);
  const matches = new WeightMatches(file, model.name);
  const prepare = (layer: Layer, l: SavedLayer): Found[] =>
    convertLegacyWeights(layer, l.weights, legacyWeights(layer), origin);
  if (options.byName) {
    const byName = new Map(saved.map((l) => [l.name, l]));
    for (const layer of model.layers) {
      const l = byName.get(layer.name);
      const weights = legacyWeights(layer);
      if (l) matches.add(weights, prepare(layer, l), `layer '${layer.name}'`);
      else if (weights.length)
        matches.skipped.push({
          path: layer.name,
          expected: null,
          found: null,
          reason: `the file has no layer '${layer.name}'`,
        });
      byName.delete(layer.name);
    }
    for (const name of byName.keys())
      matches.skipped.push({ path: name, expected: null, found: null, reason: `the model has no layer '${name}'` });
  } else {
    const layers = model.layers.filter((l) => legacyWeights(l).length);
    if (layers.length !== saved.length)
      throw new ValueError(
        `${file} does not fit model '${model.name}': the model has ${layers.length} layers with weights (${list(layers.map((l) => l.name))}) but the file has ${saved.length} (${list(saved.map((l) => l.name))}).\n  Fix: build the model that the file was made of, or pass { byName: true } to load layers of equal names.`,
      );
    // Of the file's own model all names are known: it may list its layers in another order.
    const named = options.isOwn && new Map(saved.map((l) => [l.name, l]));
    const ordered = named && layers.every((l) => named.has(l.name)) ? layers.map((l) => named.get(l.name)!) : saved;
    layers.forEach((layer, i) =>
      matches.add(
        legacyWeights(layer),
        prepare(layer, ordered[i]),
        layer.name === ordered[i].name
          ? `layer '${layer.name}'`
          : `layer '${layer.name}' ('${ordered[i].name}' in the file)`,
      ),
    );
  }
  const top = group.group('top_level_model_weights');
  const own = model.savedVariables;
  if (top && own.length)
    matches.add(own, weightsOf(group, 'top_level_model_weights', file), `model '${model.name}' itself`);
  return matches.apply(options);
}
const list = (names: readonly string[]): string =>
  names.length > 8 ? `${names.slice(0, 8).join(', ')}, ...` : names.join(', ') || 'none';

/** @internal A whole model of a legacy file. */
export async function loadLegacyModel(
  root: Hdf5Group,
  file: string,
  { customObjects, compile = true, signal }: LoadModelOptions,
): Promise<Model> {
  const text = textOf(root, 'model_config');
  if (text === null)
    throw new FileError(
      `${file}: it holds weights but no model ('model_config' is missing).\n  Fix: make the model, then model.loadWeights('${file}').`,
    );
  const config = parseJson(text, `${file}: model_config`);
  if (!isRecord(config)) throw new FileError(`${file}: model_config holds no record.`);
  const group = root.group('model_weights') ?? root;
  const origin = writerOf(root, group);
  const context = { where: file, origin, customObjects };
  const model = withinFile(file, root.fileSize, () => modelOf(config, context));
  if (isSequential(model) && !model.built && namesOf(group, 'layer_names').length) {
    const saved = savedLayers(group, file).map((l) => l.weights.map((w) => w.shape));
    if (saved.length) buildByWeights(model, saved, file);
  }
  await loadLegacyWeights(root, file, model, { signal, isOwn: true });
  const training = textOf(root, 'training_config');
  if (!compile || training === null) return model;
  const args = parseJson(training, `${file}: training_config`);
  if (!isRecord(args)) return model;
  compileByTrainingConfig(model, args, context);
  if (model.compiled) await loadOptimizer(root, file, model, origin.version, signal);
  return model;
}
async function loadOptimizer(
  root: Hdf5Group,
  file: string,
  model: Model,
  version: string,
  signal?: AbortSignal | null,
): Promise<void> {
  const group = root.group('optimizer_weights');
  const { optimizer } = model;
  if (!group || !optimizer) return;
  const arrays = namesOf(group, 'weight_names').flatMap((name) => {
    const found = group.dataset(name);
    return found ? [{ name, found: foundIn(found) }] : [];
  });
  const { variables } = optimizer;
  const matches = new WeightMatches(file, model.name);
  const fits =
    arrays.length === variables.length &&
    variables.every((v, i) => formatShape(v.shape) === formatShape(arrays[i].found.shape));
  // Saved before its first step: there are the number of steps and the learning rate alone.
  const isFresh = arrays.length < Math.min(3, variables.length) && arrays.every(({ found }) => !found.shape.length);
  if (fits && !isOldVersion(version)) arrays.forEach(({ found }, i) => matches.pair(variables[i], found));
  else if (isFresh && !isOldVersion(version))
    arrays.forEach(({ found }, i) => !variables[i].shape.length && matches.pair(variables[i], found));
  else {
    const state = legacyOptimizerState(optimizer, model.trainableVariables, arrays);
    if (!state && !isFresh)
      console.warn(
        `${file}: the state of the optimizer (${arrays.length} variables) is not that of '${optimizer.name}' (${variables.length} variables): it is left out, the optimizer starts anew.`,
      );
    for (const { variable, found } of state ?? []) matches.pair(variable, found);
  }
  await matches.apply({ signal });
}

// ---- writing
function writeNames(h5: Hdf5Writer, path: string, attribute: string, names: readonly string[]): void {
  const width = Math.max(1, ...names.map((n) => Buffer.byteLength(n)));
  if (width > MAX_ATTRIBUTE_BYTES)
    throw new ValueError(`save: a name of ${width} bytes is longer than the ${MAX_ATTRIBUTE_BYTES} that HDF5 takes.`);
  let parts = 1;
  while (Math.ceil(names.length / parts) * width > MAX_ATTRIBUTE_BYTES) parts++;
  if (parts === 1) h5.attribute(path, attribute, names);
  // As NumPy's array_split: the first ones get one more.
  else
    for (let k = 0, at = 0; k < parts; k++) {
      const n = Math.floor(names.length / parts) + (k < names.length % parts ? 1 : 0);
      h5.attribute(path, `${attribute}${k}`, names.slice(at, (at += n)));
    }
}
function writeGroup(h5: Hdf5Writer, path: string, weights: readonly Variable[]): void {
  h5.group(path);
  const used = new Map<string, number>();
  const names = weights.map((v) => {
    const n = used.get(v.path) ?? 0;
    used.set(v.path, n + 1);
    return n ? `${v.path}_${n}` : v.path;
  });
  writeNames(h5, path, 'weight_names', names);
  weights.forEach((v, i) =>
    h5.dataset(`${path}/${names[i]}`, { shape: v.shape, dtype: v.dtype, data: () => readInRun(v) }),
  );
}
const join = (a: string, b: string): string => (a ? `${a}/${b}` : b);
function fillWeights(h5: Hdf5Writer, path: string, model: Model): void {
  const { layers } = model;
  h5.group(path);
  writeNames(
    h5,
    path,
    'layer_names',
    layers.map((l) => l.name),
  );
  h5.attribute(path, 'backend', 'tensorflow');
  h5.attribute(path, 'keras_version', KERAS_VERSION);
  for (const layer of layers) writeGroup(h5, join(path, layer.name), legacyWeights(layer));
  writeGroup(h5, join(path, 'top_level_model_weights'), model.savedVariables);
}
/** @internal `model.saveWeights('w.h5')`. */
export async function writeLegacyWeights(sink: ByteSink, model: Model): Promise<void> {
  const h5 = new Hdf5Writer();
  fillWeights(h5, '', model);
  writeAssets(h5, model, { withArrays: true });
  await h5.writeTo(sink);
}
/** @internal `model.save('m.h5')`. */
export async function writeLegacyModel(sink: ByteSink, model: Model): Promise<void> {
  const h5 = new Hdf5Writer();
  h5.attribute('', 'keras_version', KERAS_VERSION);
  h5.attribute('', 'backend', 'tensorflow');
  h5.attribute('', 'model_config', toPythonJson(legacyConfigOf(model)));
  const training = trainingConfigOf(model);
  if (training) h5.attribute('', 'training_config', toPythonJson(training));
  fillWeights(h5, 'model_weights', model);
  if (training && model.optimizer?.built) {
    const prefix = 'optimizer_weights';
    writeGroup(h5, prefix, model.optimizer.variables);
  }
  await h5.writeTo(sink);
}
