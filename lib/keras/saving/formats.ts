/**
 * The formats of files, in one table: how their names end, how what they hold is told apart, and who reads and writes
 * them. A format more is an entry more.
 */
import { isHdf5, openHdf5 } from '../../io/hdf5/index';
import { writeAtomically } from '../../io/atomic';
import type { ByteSource } from '../../io/source';
import { isZip } from '../../io/zip';
import type { Layer } from '../layers/layer';
import type { Model } from '../models/model';
import { warnOfRefusals } from './keras_refuses';
import { loadKerasModel } from './keras_archive';
import { loadLegacyModel, loadLegacyWeights, writeLegacyModel, writeLegacyWeights } from './legacy_h5';
import type { LoadModelOptions, SaveOptions, SaveWeightsOptions } from './options';
import {
  isStateFile,
  loadArchiveWeights,
  loadState,
  openKerasArchive,
  stateFile,
  writeKerasArchive,
} from './saving_lib';
import { loadShardedWeights, saveShardedWeights } from './sharded_weights';
import { isJson, loadTfjsModel } from './tfjs';
import { loadNpzWeights, loadSafetensorsWeights, writeNpzWeights, writeSafetensorsWeights } from './weight_archives';
import { loadAssets, warnOfAssets, writeAssets } from './weight_assets';
import type { LoadReport, LoadWeightsOptions } from './weight_matching';

/** @internal A format of files. What it cannot do, it does not have. */
export interface ModelFormat {
  /** What it is, for messages. */
  name: string;
  /** How names of its files end; none for a format that is told by what a file holds alone. */
  suffixes: readonly string[];
  /** Whether a file is of the format, by what it holds. */
  sniff(source: ByteSource, file: string): boolean;
  /** Reads a model, with its weights and what it was compiled with. */
  loadModel?(source: ByteSource, file: string, options: LoadModelOptions): Promise<Model>;
  /** Writes a model. */
  saveModel?(file: string, model: Model, options: SaveOptions): Promise<void>;
  /** Reads weights into a model. */
  loadWeights?(source: ByteSource, file: string, model: Model, options: LoadWeightsOptions): Promise<LoadReport>;
  /** Writes the weights of a model. */
  saveWeights?(file: string, model: Layer, options: SaveWeightsOptions): Promise<void>;
  /** Whether its weights lie in several files, of `maxShardSize` each. */
  isSharded?: boolean;
}

const kerasArchive: ModelFormat = {
  name: "a '.keras' archive of Keras 3",
  suffixes: ['.keras'],
  // Archives of NumPy are zip archives too.
  sniff: (source, file) => isZip(source) && !file.endsWith('.npz'),
  loadModel: loadKerasModel,
  saveModel(file, model, { signal }) {
    warnOfRefusals(model, file);
    return writeAtomically(file, (sink) => writeKerasArchive(sink, model), signal);
  },
  loadWeights: async (source, file, model, options) =>
    loadArchiveWeights(await openKerasArchive(source, options.signal), file, model, options),
};
const stateH5: ModelFormat = {
  name: 'weights of Keras 3 in HDF5',
  suffixes: ['.weights.h5'],
  sniff: (source) => isHdf5(source) && isStateFile(openHdf5(source)),
  async loadWeights(source, file, model, options) {
    const root = openHdf5(source);
    const report = await loadState(root, file, model, options);
    await loadAssets(root, model, options);
    return report;
  },
  saveWeights(file, model, { signal }) {
    // A layer of several models at each of its places: a model made of a config without its identity has one at each.
    const h5 = stateFile(model, { isRepeated: true });
    writeAssets(h5, model);
    return writeAtomically(file, (sink) => h5.writeTo(sink), signal);
  },
};
const legacyH5: ModelFormat = {
  name: 'HDF5 of Keras 1 and 2',
  suffixes: ['.h5', '.hdf5'],
  sniff: isHdf5,
  loadModel: (source, file, options) => loadLegacyModel(openHdf5(source), file, options),
  saveModel(file, model, { signal }) {
    warnOfRefusals(model, file);
    return writeAtomically(file, (sink) => writeLegacyModel(sink, model), signal);
  },
  async loadWeights(source, file, model, options) {
    const root = openHdf5(source);
    const report = await loadLegacyWeights(root, file, model, options);
    await loadAssets(root, model, options);
    return report;
  },
  saveWeights: (file, model, { signal }) =>
    writeAtomically(file, (sink) => writeLegacyWeights(sink, model as Model), signal),
};
const tensorflowJs: ModelFormat = {
  name: "the 'model.json' of TensorFlow.js",
  suffixes: [],
  sniff: isJson,
  loadModel: loadTfjsModel,
};
const shards: ModelFormat = {
  name: 'the index of weights in several files',
  suffixes: ['.weights.json'],
  sniff: isJson,
  loadWeights: loadShardedWeights,
  saveWeights: saveShardedWeights,
  isSharded: true,
};
const npz: ModelFormat = {
  name: 'an archive of NumPy arrays',
  suffixes: ['.npz'],
  sniff: isZip,
  loadWeights: loadNpzWeights,
  saveWeights(file, model, { signal }) {
    warnOfAssets(model, file);
    return writeAtomically(file, (sink) => writeNpzWeights(sink, model), signal);
  },
};
const safetensors: ModelFormat = {
  name: 'safetensors',
  suffixes: ['.safetensors'],
  // It begins with a length and no mark of its own: what is none of the others is read as one, or refused.
  sniff: () => true,
  loadWeights: loadSafetensorsWeights,
  saveWeights(file, model, { signal }) {
    warnOfAssets(model, file);
    return writeAtomically(file, (sink) => writeSafetensorsWeights(sink, model), signal);
  },
};

/** @internal All formats, in the order in which a file is asked whether it is one. */
export const FORMATS: readonly ModelFormat[] = [
  kerasArchive,
  stateH5,
  legacyH5,
  tensorflowJs,
  shards,
  npz,
  safetensors,
];
/** @internal The format that a name says, by its longest ending; undefined when it says none. */
export function formatOfName(file: string): { format: ModelFormat; suffix: string } | undefined {
  const fitting = FORMATS.flatMap((format) => format.suffixes.map((suffix) => ({ format, suffix })));
  return fitting.filter(({ suffix }) => file.endsWith(suffix)).sort((a, b) => b.suffix.length - a.suffix.length)[0];
}
/** @internal How names of files end that can be written. */
export const suffixesOf = (can: 'saveModel' | 'saveWeights'): string[] =>
  FORMATS.filter((format) => format[can]).flatMap((format) => format.suffixes);
