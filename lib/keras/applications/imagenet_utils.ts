/** Images as ImageNet's models take them, and the names of its classes (keras.applications.imagenet_utils). */
import * as fs from 'node:fs';
import { describe } from '../../support/describe';
import { FileError, ValueError } from '../../support/errors';
import * as ops from '../../ops/index';
import { convert, formatShape, isFloating, type Tensor, type TensorLike } from '../../core/tensor';
import { isKerasTensor, type KerasTensor } from '../keras_tensor';
import { checkOptions, kinds } from '../options';
import { obtainFile } from '../utils/file_utils';

export interface PreprocessOptions {
  /** Where the channels are: 'channels_last' (default) or 'channels_first'. */
  dataFormat?: 'channels_last' | 'channels_first' | null;
}
/** How an architecture wants its pixels. */
export type PreprocessMode = 'caffe' | 'tf' | 'torch';
export interface ImagenetPreprocessOptions extends PreprocessOptions {
  /**
   * 'caffe' (default): channels blue, green, red, each minus its mean over ImageNet; 'tf': pixels from -1 to 1; 'torch':
   * pixels from 0 to 1, each channel minus its mean, divided by its standard deviation.
   */
  mode?: PreprocessMode;
}
const CAFFE_MEAN = [103.939, 116.779, 123.68];
const TORCH_MEAN = [0.485, 0.456, 0.406];
const TORCH_DEVIATION = [0.229, 0.224, 0.225];

/**
 * Pixels from 0 to 255 in the form that an architecture was trained on. Floats keep their dtype, integers become float32.
 * @param x - images (height, width, channels) or a batch of them; a symbolic tensor gives a part of the model.
 * @throws ValueError for another mode or data format, and where 'caffe' or 'torch' meet other than 3 channels.
 * Source: keras/src/applications/imagenet_utils.py.
 */
export function preprocessInput<T extends TensorLike | KerasTensor>(
  x: T,
  options: ImagenetPreprocessOptions = {},
): T extends KerasTensor ? KerasTensor : Tensor {
  checkOptions('preprocessInput', options, { dataFormat: kinds.choice, mode: kinds.choice });
  const mode = options.mode ?? 'caffe';
  const dataFormat = options.dataFormat ?? 'channels_last';
  if (!['caffe', 'tf', 'torch'].includes(mode))
    throw new ValueError(`preprocessInput: mode must be 'caffe', 'tf' or 'torch'.\n  Received: ${describe(mode)}`);
  if (!['channels_last', 'channels_first'].includes(dataFormat))
    throw new ValueError(
      `preprocessInput: dataFormat must be 'channels_last' or 'channels_first'.\n  Received: ${describe(dataFormat)}`,
    );
  // A symbolic tensor has the methods of one; the result is of the kind of x.
  const given = (isKerasTensor(x) ? x : convert(x as TensorLike)) as Tensor;
  const images = isFloating(given.dtype) ? given : given.cast('float32');
  return scaled(images, mode, dataFormat === 'channels_last') as T extends KerasTensor ? KerasTensor : Tensor;
}
function scaled(images: Tensor, mode: PreprocessMode, isLast: boolean): Tensor {
  if (mode === 'tf') return images.divide(127.5).subtract(1);
  const axis = isLast ? images.ndim - 1 : images.ndim - 3;
  if (images.ndim !== 3 && images.ndim !== 4)
    throw new ValueError(
      `preprocessInput: an image has 3 axes and a batch of them 4.\n  Received: shape ${formatShape(images.shape)}`,
    );
  if (images.shape[axis] !== 3)
    throw new ValueError(
      `preprocessInput: mode '${mode}' is for 3 channels (axis ${axis}) but the images have ${images.shape[axis]}.\n  Received: shape ${formatShape(images.shape)}`,
    );
  const perChannel = (values: readonly number[]): Tensor =>
    convert(values, images.dtype).reshape(isLast ? [3] : [3, 1, 1]);
  if (mode === 'caffe') return ops.flip(images, { axis }).subtract(perChannel(CAFFE_MEAN));
  return images.divide(255).subtract(perChannel(TORCH_MEAN)).divide(perChannel(TORCH_DEVIATION));
}
export interface DecodeOptions {
  /** How many classes of each image, >= 1. Default 5. */
  top?: number;
  /** A local copy of Keras' imagenet_class_index.json; nothing is downloaded then. */
  path?: string | null;
  /** Folder above `models`, where the file is kept. Default `$TRAE_HOME`, or `~/.trae`. */
  cacheDir?: string | null;
  /** Ends the download: the promise is rejected. */
  signal?: AbortSignal;
  /** Whether a download and its progress are printed. Default true. */
  verbose?: boolean;
}
/** WordNet's number of a class, its name, and its score. */
export type DecodedPrediction = [id: string, name: string, score: number];

const CLASSES = 1000;
const CLASS_INDEX = 'https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json';
const CLASS_INDEX_MD5 = 'c2c37ea517e94d9795004a39431a14cb';

async function classIndex(options: DecodeOptions): Promise<Record<string, [string, string]>> {
  const { cacheDir, signal, verbose } = options;
  const file =
    options.path ??
    (await obtainFile('decodePredictions', {
      fname: 'imagenet_class_index.json',
      origin: CLASS_INDEX,
      cacheSubdir: 'models',
      fileHash: CLASS_INDEX_MD5,
      cacheDir,
      signal,
      verbose,
    }));
  let found: unknown;
  try {
    found = JSON.parse(await fs.promises.readFile(file, 'utf8'));
  } catch (cause) {
    throw new FileError(`decodePredictions: ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  const isPair = (pair: unknown): boolean =>
    Array.isArray(pair) && pair.length >= 2 && pair.every((s) => typeof s === 'string');
  for (let i = 0; i < CLASSES; i++)
    if (!isPair((found as Record<string, unknown> | null)?.[i]))
      throw new FileError(`decodePredictions: ${file} does not name class ${i}: it is no imagenet_class_index.json.`);
  return found as Record<string, [string, string]>;
}

/**
 * The most likely classes of each image, the likeliest first.
 * @param predictions - what a model with ImageNet's 1000 classes predicts, of shape (images, 1000).
 * @returns for each image a list of [WordNet's number, name, score].
 * @throws ValueError for another shape; FileError when the names of the classes cannot be read.
 * @example const [[[, name, score]]] = await decodePredictions(await model.predict(images), { top: 1 });
 */
export async function decodePredictions(
  predictions: TensorLike,
  options: DecodeOptions = {},
): Promise<DecodedPrediction[][]> {
  checkOptions('decodePredictions', options, {
    top: kinds.positiveCount,
    path: kinds.string,
    cacheDir: kinds.string,
    signal: kinds.signal,
    verbose: kinds.boolean,
  });
  const scores = convert(predictions);
  if (scores.ndim !== 2 || scores.shape[1] !== CLASSES)
    throw new ValueError(
      `decodePredictions: predictions must have shape (images, ${CLASSES}).\n  Received: ${formatShape(scores.shape)}`,
    );
  const classes = await classIndex(options);
  const rows = (await scores.array()) as number[][];
  return rows.map((row) =>
    row
      .map((score, i): [number, number] => [score, i])
      .sort(([a, i], [b, j]) => b - a || i - j)
      .slice(0, options.top ?? 5)
      .map(([score, i]): DecodedPrediction => [classes[i][0], classes[i][1], score]),
  );
}
