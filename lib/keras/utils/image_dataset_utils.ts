/** Images of a directory (keras.src.utils.image_dataset_utils). */
import { describe } from '../../support/describe';
import { ValueError } from '../../support/errors';
import { resize } from '../../ops/image/resize';
import * as ops from '../../ops/index';
import type { Tensor } from '../../core/tensor';
import { checkOptions, kinds } from '../options';
import type { Dataset } from './dataset';
import { datasetFromDirectory, DIRECTORY_OPTIONS, type DirectoryOptions } from './directory_index';
import { CHANNELS, decodeImage, sharp, type ColorMode } from './image_utils';
import type { Interpolation } from '../../ops/image/interpolation';

export interface ImageDirectoryOptions extends DirectoryOptions {
  /** Channels of the images: 'rgb' (default, 3), 'rgba' (4) or 'grayscale' (1). */
  colorMode?: ColorMode;
  /** [height, width], or one number for both. */
  imageSize?: number | readonly [number, number];
  /** How values between pixels are computed when the size changes: 'bilinear' (default), 'nearest', 'bicubic', 'lanczos3', 'lanczos5' or 'area'. */
  interpolation?: Interpolation;
  /** Whether the middle with the proportions of `imageSize` is cut out first, so that nothing is stretched. Default false. */
  cropToAspectRatio?: boolean;
  /** Whether black borders are added first, so that nothing is stretched and nothing is lost. Default false. */
  padToAspectRatio?: boolean;
  /** Where the channels are: 'channels_last' (default) or 'channels_first'. */
  dataFormat?: 'channels_last' | 'channels_first' | null;
}
const FORMATS = ['.bmp', '.gif', '.jpeg', '.jpg', '.png'];
/**
 * Batches `[images, labels]` of the image files below a directory, resized: float32 from 0 to 255, the folder of a file is its
 * class. With subset 'both' an array of two datasets. Needs the package sharp. Defaults: labels inferred, 'int', 'rgb',
 * batchSize 32 (null: single images), imageSize [256, 256], 'bilinear', shuffled.
 */
export function imageDatasetFromDirectory(
  directory: string,
  options: ImageDirectoryOptions & { subset: 'both' },
): Dataset<Tensor | [Tensor, Tensor]>[];
export function imageDatasetFromDirectory(
  directory: string,
  options?: ImageDirectoryOptions,
): Dataset<Tensor | [Tensor, Tensor]>;
export function imageDatasetFromDirectory(directory: string, options: ImageDirectoryOptions = {}): unknown {
  const where = 'imageDatasetFromDirectory';
  checkOptions(where, options, {
    ...DIRECTORY_OPTIONS,
    colorMode: kinds.choice,
    imageSize: kinds.integers,
    interpolation: kinds.choice,
    cropToAspectRatio: kinds.boolean,
    padToAspectRatio: kinds.boolean,
    dataFormat: kinds.choice,
  });
  const {
    colorMode = 'rgb',
    imageSize = 256,
    interpolation = 'bilinear',
    cropToAspectRatio = false,
    padToAspectRatio = false,
    batchSize = 32,
  } = options;
  if (!(colorMode in CHANNELS))
    throw new ValueError(
      `${where}: colorMode must be 'rgb', 'rgba' or 'grayscale'.\n  Received: ${describe(colorMode)}`,
    );
  const size: [number, number] = typeof imageSize === 'number' ? [imageSize, imageSize] : [...imageSize];
  if (size.length !== 2 || !size.every((n) => Number.isInteger(n) && n > 0))
    throw new ValueError(`${where}: imageSize must be [height, width].\n  Received: ${describe(imageSize)}`);
  if (cropToAspectRatio && padToAspectRatio)
    throw new ValueError(`${where}: cropToAspectRatio and padToAspectRatio exclude each other.`);
  sharp(where); // missing, it is missed now and not at the first batch
  const load = async (file: string): Promise<Tensor> => {
    const pixels = ops.cast(await decodeImage(where, file, CHANNELS[colorMode]), 'float32');
    const image = resize(pixels, size, {
      interpolation,
      cropToAspectRatio,
      padToAspectRatio,
      dataFormat: 'channels_last',
    });
    return options.dataFormat === 'channels_first' ? image.transpose([2, 0, 1]) : image;
  };
  return datasetFromDirectory(where, directory, FORMATS, options, async (files) => {
    const images = await Promise.all(files.map(load));
    return batchSize === null ? images[0] : ops.stack(images);
  });
}
