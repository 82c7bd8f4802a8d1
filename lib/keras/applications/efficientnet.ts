/** EfficientNetB0 to EfficientNetB7 (keras.applications.efficientnet). */
import type { Model } from '../models/model';
import { imageInput, modelOf, withWeights } from './application';
import { imageShape, settingsOf, type ApplicationOptions } from './application_options';
import { efficientBody } from './efficientnet_body';
import { efficientTop } from './efficientnet_parts';
import { passThrough } from './preprocessing';

interface Scale {
  /** Factors of the channels and of the repeats. */
  width: number;
  depth: number;
  /** Height and width of images. */
  size: number;
  dropoutRate: number;
  /** MD5 of Keras' files: with the classifier, without. */
  hashes: readonly [string, string];
}
const scale = (
  width: number,
  depth: number,
  size: number,
  dropoutRate: number,
  top: string,
  features: string,
): Scale => ({
  width,
  depth,
  size,
  dropoutRate,
  hashes: [top, features],
});
const SCALES: Readonly<Record<string, Scale>> = {
  b0: scale(1, 1, 224, 0.2, '902e53a9f72be733fc0bcb005b3ebbac', '50bc09e76180e00e4465e1a485ddc09d'),
  b1: scale(1, 1.1, 240, 0.2, '1d254153d4ab51201f1646940f018540', '74c4e6b3e1f6a1eea24c589628592432'),
  b2: scale(1.1, 1.2, 260, 0.3, 'b15cce36ff4dcbd00b6dd88e7857a6ad', '111f8e2ac8aa800a7a99e3239f7bfb39'),
  b3: scale(1.2, 1.4, 300, 0.3, 'ffd1fdc53d0ce67064dc6a9c7960ede0', 'af6d107764bb5b1abb91932881670226'),
  b4: scale(1.4, 1.8, 380, 0.4, '18c95ad55216b8f92d7e70b3a046e2fc', 'ebc24e6d6c33eaebbd558eafbeedf1ba'),
  b5: scale(1.6, 2.2, 456, 0.4, 'ace28f2a6363774853a83a0b21b9421a', '38879255a25d3c92d5e44e04ae6cec6f'),
  b6: scale(1.8, 2.6, 528, 0.5, '165f6e37dce68623721b423839de8be5', '9ecce42647a20130c1f39a5d4cb75743'),
  b7: scale(2, 3.1, 600, 0.5, '8c03f828fec3ef71311cd463b6759d99', 'cbcfe4450ddf6f3ad90b1b398090fe4a'),
};

async function efficientNet(variant: string, options: ApplicationOptions): Promise<Model> {
  const where = `EfficientNet${variant.toUpperCase()}`;
  const { size, dropoutRate, hashes, ...factors } = SCALES[variant];
  const settings = settingsOf(where, options);
  const name = `efficientnet${variant}`;
  const input = imageInput(settings, imageShape(where, settings, size, 32));
  const x = efficientTop(efficientBody(input, factors, settings.weights === 'imagenet'), settings, dropoutRate);
  return withWeights(modelOf(settings, input, x, name), settings, () => ({
    folder: 'https://storage.googleapis.com/keras-applications/',
    file: `${name}${settings.includeTop ? '' : '_notop'}.h5`,
    hash: hashes[settings.includeTop ? 0 : 1],
  }));
}

/**
 * EfficientNetB0: inverted residual blocks with squeeze-and-excitation. Images of 224 x 224 (at least 32), pixels from 0
 * to 255: the model scales them itself. With the weights 'imagenet' the graph has one `Rescaling` more, as in Keras: load
 * weights trained from those into a model with `weights: 'imagenet'` or save the whole model.
 * @throws ValueError for options that do not go together; FileError when the weights cannot be had.
 * Source: Tan and Le 2019, arXiv:1905.11946; keras/src/applications/efficientnet.py.
 */
export async function EfficientNetB0(options: ApplicationOptions = {}): Promise<Model> {
  return efficientNet('b0', options);
}
/** EfficientNetB1: as `EfficientNetB0`, deeper by 1.1; images of 240 x 240. */
export async function EfficientNetB1(options: ApplicationOptions = {}): Promise<Model> {
  return efficientNet('b1', options);
}
/** EfficientNetB2: as `EfficientNetB0`, wider by 1.1 and deeper by 1.2; images of 260 x 260. */
export async function EfficientNetB2(options: ApplicationOptions = {}): Promise<Model> {
  return efficientNet('b2', options);
}
/** EfficientNetB3: as `EfficientNetB0`, wider by 1.2 and deeper by 1.4; images of 300 x 300. */
export async function EfficientNetB3(options: ApplicationOptions = {}): Promise<Model> {
  return efficientNet('b3', options);
}
/** EfficientNetB4: as `EfficientNetB0`, wider by 1.4 and deeper by 1.8; images of 380 x 380. */
export async function EfficientNetB4(options: ApplicationOptions = {}): Promise<Model> {
  return efficientNet('b4', options);
}
/** EfficientNetB5: as `EfficientNetB0`, wider by 1.6 and deeper by 2.2; images of 456 x 456. */
export async function EfficientNetB5(options: ApplicationOptions = {}): Promise<Model> {
  return efficientNet('b5', options);
}
/** EfficientNetB6: as `EfficientNetB0`, wider by 1.8 and deeper by 2.6; images of 528 x 528. */
export async function EfficientNetB6(options: ApplicationOptions = {}): Promise<Model> {
  return efficientNet('b6', options);
}
/** EfficientNetB7: as `EfficientNetB0`, wider by 2 and deeper by 3.1; images of 600 x 600. */
export async function EfficientNetB7(options: ApplicationOptions = {}): Promise<Model> {
  return efficientNet('b7', options);
}
/** The images as they are: the model scales pixels itself. */
export const preprocessInput = passThrough;
export { decodePredictions } from './imagenet_utils';
