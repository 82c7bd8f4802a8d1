/** Image files, read and written through the package sharp, which is installed beside this one by who needs it. */
import { describe } from '../../support/describe';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { RuntimeError, ValueError } from '../../support/errors';
import { readFile } from '../../io/source';
import { resize } from '../../ops/image/resize';
import * as ops from '../../ops/index';
import { convert, formatShape, tensor, type Tensor, type TensorLike } from '../../core/tensor';
import { checkOptions, kinds } from '../options';
import type { Interpolation } from '../../ops/image/interpolation';

export type ColorMode = 'rgb' | 'rgba' | 'grayscale';
/** @internal */
export const CHANNELS: Record<ColorMode, 1 | 3 | 4> = { grayscale: 1, rgb: 3, rgba: 4 };

interface Raw {
  data: Uint8Array;
  info: { width: number; height: number; channels: number };
}
interface SharpImage {
  toColourspace(space: string): SharpImage;
  removeAlpha(): SharpImage;
  ensureAlpha(): SharpImage;
  raw(): SharpImage;
  toFormat(format: string): SharpImage;
  toBuffer(): Promise<Uint8Array>;
  toBuffer(options: { resolveWithObject: true }): Promise<Raw>;
}
type Sharp = (input: Uint8Array, options?: { raw: { width: number; height: number; channels: number } }) => SharpImage;
let loaded: Sharp | null = null;
/** @internal @throws RuntimeError that says how to install it. */
export function sharp(where: string): Sharp {
  if (loaded) return loaded;
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- optional: only who reads images has it
    return (loaded = require('sharp') as Sharp);
  } catch (cause) {
    throw new RuntimeError(
      `${where}: images other than .png are read by the package sharp, which is not installed.\n  Fix: npm install sharp`,
      { cause },
    );
  }
}
const isPng = (data: Uint8Array): boolean => Buffer.from(data.subarray(0, 8)).toString('hex') === '89504e470d0a1a0a';
// Without sharp: what pngjs gives is red, green, blue and opacity.
async function decodePng(data: Buffer, channels: 1 | 3 | 4): Promise<Raw> {
  const { PNG } = await import('pngjs');
  const picture = await new Promise<InstanceType<typeof PNG>>((resolve, reject) => {
    new PNG().parse(data, (error: Error | null, found) => (error ? reject(error) : resolve(found)));
  });
  const { width, height, data: rgba } = picture;
  if (channels === 4) return { data: rgba, info: { width, height, channels: 4 } };
  const rgb = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) rgb.set(rgba.subarray(4 * i, 4 * i + 3), 3 * i);
  return { data: rgb, info: { width, height, channels: 3 } };
}
async function decodeWith(where: string, data: Buffer, channels: 1 | 3 | 4): Promise<Raw> {
  let read: Sharp;
  try {
    read = sharp(where);
  } catch (error) {
    if (isPng(data)) return decodePng(data, channels);
    throw error;
  }
  const image = read(data).toColourspace('srgb');
  return (channels === 4 ? image.ensureAlpha() : image.removeAlpha()).raw().toBuffer({ resolveWithObject: true });
}
/** @internal The pixels of an image file, uint8 (height, width, channels). */
export async function decodeImage(where: string, file: string, channels: 1 | 3 | 4): Promise<Tensor> {
  let raw: Raw;
  try {
    raw = await decodeWith(where, await readFile(file), channels);
  } catch (cause) {
    if (cause instanceof RuntimeError) throw cause;
    throw new ValueError(
      `${where}: ${typeof file === 'string' ? `'${file}'` : describe(file)} is no image that can be read: ${(cause as Error).message}`,
      { cause },
    );
  }
  const { width, height, channels: own } = raw.info;
  const pixels = tensor(Uint8Array.from(raw.data), [height, width, own]);
  if (own === channels) return pixels;
  if (channels === 1) {
    // ITU-R 601 luma, as PIL and TensorFlow.
    const luma = pixels
      .cast('float32')
      .mul(tensor([0.299, 0.587, 0.114]))
      .sum({
        axis: -1,
        keepdims: true,
      });
    return luma.round().cast('uint8');
  }
  const colour = own === 1 || own === 2 ? pixels.slice([0, 0, 0], [height, width, 1]).repeat(3, { axis: 2 }) : pixels;
  return channels === 4 && colour.shape[2] === 3
    ? ops.concatenate([colour, pixels.slice([0, 0, own - 1], [height, width, 1])], { axis: 2 })
    : colour;
}

export interface LoadImageOptions {
  /** Channels of the result: 'rgb' (default, 3), 'rgba' (4) or 'grayscale' (1). */
  colorMode?: ColorMode;
  /** [height, width] */
  targetSize?: readonly [number, number] | null;
  /** How values between pixels are computed when the size changes: 'nearest' (default), 'bilinear', 'bicubic', 'lanczos3', 'lanczos5' or 'area'. */
  interpolation?: Interpolation;
  /** Whether the middle with the proportions of `targetSize` is cut out first, so that nothing is stretched. Default false. */
  keepAspectRatio?: boolean;
}
/** Reads an image file: a uint8 tensor (height, width, channels). Defaults: 'rgb', its own size, 'nearest'. */
export async function loadImg(file: string, options: LoadImageOptions = {}): Promise<Tensor> {
  checkOptions('loadImg', options, {
    colorMode: kinds.choice,
    targetSize: kinds.integers,
    interpolation: kinds.choice,
    keepAspectRatio: kinds.boolean,
  });
  const { colorMode = 'rgb', targetSize = null, interpolation = 'nearest', keepAspectRatio = false } = options;
  if (!(colorMode in CHANNELS))
    throw new ValueError(
      `loadImg: colorMode must be 'rgb', 'rgba' or 'grayscale'.\n  Received: ${describe(colorMode)}`,
    );
  const pixels = await decodeImage('loadImg', file, CHANNELS[colorMode]);
  return targetSize
    ? resize(pixels, [...targetSize], {
        interpolation,
        cropToAspectRatio: keepAspectRatio,
        dataFormat: 'channels_last',
      })
    : pixels;
}
/** An image as numbers for a model: float32, channels last unless `dataFormat` says otherwise. */
export function imgToArray(
  img: TensorLike,
  options: { dataFormat?: 'channels_last' | 'channels_first' | null } = {},
): Tensor {
  checkOptions('imgToArray', options, { dataFormat: kinds.choice });
  let t = convert(img).cast('float32');
  if (t.ndim === 2) t = t.expandDims(-1);
  if (t.ndim !== 3)
    throw new ValueError(
      `imgToArray: an image has shape (height, width, channels).\n  Received: shape ${formatShape(t.shape)}`,
    );
  return options.dataFormat === 'channels_first' ? t.transpose([2, 0, 1]) : t;
}
/** Numbers as an image: uint8 (height, width, channels); with `scale` (default) the smallest becomes 0 and the largest 255. */
export function arrayToImg(
  x: TensorLike,
  options: { dataFormat?: 'channels_last' | 'channels_first' | null; scale?: boolean } = {},
): Tensor {
  checkOptions('arrayToImg', options, { dataFormat: kinds.choice, scale: kinds.boolean });
  let t = convert(x).cast('float32');
  if (t.ndim !== 3)
    throw new ValueError(`arrayToImg: an image has three axes.\n  Received: shape ${formatShape(t.shape)}`);
  if (options.dataFormat === 'channels_first') t = t.transpose([1, 2, 0]);
  if (![1, 3, 4].includes(t.shape[2]))
    throw new ValueError(`arrayToImg: an image has 1, 3 or 4 channels.\n  Received: ${t.shape[2]}`);
  if (options.scale ?? true) {
    const low = t.min();
    const span = t.max().sub(low);
    t = ops.divideNoNan(t.sub(low), span).mul(255);
  }
  return t.cast('uint8');
}
/** Writes an image file; the format follows its name unless `fileFormat` says otherwise. */
export async function saveImg(
  file: string,
  x: TensorLike,
  options: { dataFormat?: 'channels_last' | 'channels_first' | null; fileFormat?: string | null; scale?: boolean } = {},
): Promise<void> {
  checkOptions('saveImg', options, { dataFormat: kinds.choice, fileFormat: kinds.string, scale: kinds.boolean });
  const img = arrayToImg(x, { dataFormat: options.dataFormat, scale: options.scale });
  const [height, width, channels] = img.shape;
  const format = (options.fileFormat ?? path.extname(file).slice(1)).toLowerCase();
  if (!format)
    throw new ValueError(
      `saveImg: the name of the file says no format.\n  Received: '${file}'\n  Fix: a name like 'image.png', or fileFormat.`,
    );
  const raw = (await img.data()) as Uint8Array;
  await fs.promises.writeFile(
    file,
    await sharp('saveImg')(raw, { raw: { width, height, channels } })
      .toFormat(format === 'jpg' ? 'jpeg' : format)
      .toBuffer(),
  );
}
