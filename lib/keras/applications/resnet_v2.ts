/** ResNet50V2, ResNet101V2 and ResNet152V2 (keras.applications.resnet_v2). */
import type { Model } from '../models/model';
import type { ApplicationOptions } from './application_options';
import { resNet } from './resnet';
import { preprocessFor } from './preprocessing';

/**
 * ResNet50V2: residual blocks that normalize before they convolve, in four stages (3, 4, 6, 3). Images of 224 x 224 (at
 * least 32), pixels from -1 to 1: `resnetV2.preprocessInput`.
 * @throws ValueError for options that do not go together; FileError when the weights cannot be had.
 * Source: He et al. 2016, arXiv:1603.05027; keras/src/applications/resnet_v2.py.
 */
export async function ResNet50V2(options: ApplicationOptions = {}): Promise<Model> {
  return resNet('ResNet50V2', options, [3, 4, 6, 3], true);
}
/** ResNet101V2: as `ResNet50V2`, with stages of 3, 4, 23 and 3 blocks. */
export async function ResNet101V2(options: ApplicationOptions = {}): Promise<Model> {
  return resNet('ResNet101V2', options, [3, 4, 23, 3], true);
}
/** ResNet152V2: as `ResNet50V2`, with stages of 3, 8, 36 and 3 blocks. */
export async function ResNet152V2(options: ApplicationOptions = {}): Promise<Model> {
  return resNet('ResNet152V2', options, [3, 8, 36, 3], true);
}
/** Pixels from -1 to 1. */
export const preprocessInput = preprocessFor('tf');
export { decodePredictions } from './imagenet_utils';
