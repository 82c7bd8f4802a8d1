/** What every architecture begins and ends with: its input, its pooling or classifier, the model, and its weights. */
import { layers, type Layer } from './parts';
import type { KerasTensor, SymbolicShape } from '../keras_tensor';
import { Model } from '../models/model';
import { getSourceInputs } from '../utils/data_format';
import { obtainFile } from '../utils/file_utils';
import type { Settings } from './application_options';

/** @internal A file of weights on Keras' server. */
export interface WeightsFile {
  /** Folder on the server, with '/' at its end. */
  folder: string;
  /** Name on the server. */
  file: string;
  /** Name in the cache, where it differs. */
  cachedAs?: string;
  /** MD5 or SHA-256 in hexadecimal digits, where Keras states one. */
  hash?: string;
}
/** @internal Where Keras keeps its files. */
export const KERAS_FILES = 'https://storage.googleapis.com/tensorflow/keras-applications/';

/** @internal The tensor that the first layer takes. */
export const imageInput = (settings: Settings, shape: SymbolicShape): KerasTensor =>
  settings.inputTensor ?? layers.Input(shape);

/** @internal Pooling in place of a classifier. @param names - names of the two layers, where the architecture names them. */
export function pooled(x: KerasTensor, { pooling }: Settings, names: { avg?: string; max?: string } = {}): KerasTensor {
  if (pooling === 'avg') return apply(new layers.GlobalAveragePooling2D({ name: names.avg }), x);
  if (pooling === 'max') return apply(new layers.GlobalMaxPooling2D({ name: names.max }), x);
  return x;
}
/** @internal The names that most of the newer architectures give. */
export const POOL_NAMES = { avg: 'avg_pool', max: 'max_pool' };

/** @internal Mean over height and width, then one dense layer; or the pooling asked for. */
export function classified(
  x: KerasTensor,
  settings: Settings,
  { top = 'avg_pool', pools }: { top?: string | null; pools?: { avg?: string; max?: string } } = {},
): KerasTensor {
  if (!settings.includeTop) return pooled(x, settings, pools);
  const { classes, classifierActivation: activation } = settings;
  x = apply(new layers.GlobalAveragePooling2D({ name: top }), x);
  return apply(new layers.Dense(classes, { activation, name: 'predictions' }), x);
}

/** @internal A layer upon symbolic tensors. */
export const apply = (layer: Layer, x: KerasTensor | readonly KerasTensor[]): KerasTensor =>
  layer.apply(x) as KerasTensor;

/** @internal The model from its input to `output`. With an input tensor it begins where that comes from. */
export function modelOf(settings: Settings, input: KerasTensor, output: KerasTensor, name: string): Model {
  const inputs = settings.inputTensor ? getSourceInputs(settings.inputTensor) : input;
  return new Model({ inputs, outputs: output, name: settings.name ?? name });
}

/** @internal The model with the weights that were asked for. */
export async function withWeights(model: Model, settings: Settings, file: () => WeightsFile): Promise<Model> {
  const { weights, signal, cacheDir, verbose } = settings;
  if (weights === null) return model;
  let path = weights;
  if (weights === 'imagenet') {
    const { folder, file: name, cachedAs, hash } = file();
    path = await obtainFile('keras.applications', {
      fname: cachedAs ?? name,
      origin: folder + name,
      cacheSubdir: 'models',
      fileHash: hash,
      cacheDir,
      signal,
      verbose,
    });
  }
  await model.loadWeights(path, { signal });
  return model;
}
