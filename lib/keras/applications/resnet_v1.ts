/** ResNet50, ResNet101 and ResNet152 (keras.applications.resnet). */
import type { Model } from '../models/model';
import type { ApplicationOptions } from './application_options';
import { resNet } from './resnet';
import { preprocessFor } from './preprocessing';

/**
 * ResNet50: residual blocks in four stages (3, 4, 6, 3). Images of 224 x 224 (at least 32), blue, green, red, each minus
 * its mean: `resnet.preprocessInput`.
 * @throws ValueError for options that do not go together; FileError when the weights cannot be had.
 * Source: He et al. 2015, arXiv:1512.03385; keras/src/applications/resnet.py.
 */
export async function ResNet50(options: ApplicationOptions = {}): Promise<Model> {
  return resNet('ResNet50', options, [3, 4, 6, 3], false);
}
/** ResNet101: as `ResNet50`, with stages of 3, 4, 23 and 3 blocks. */
export async function ResNet101(options: ApplicationOptions = {}): Promise<Model> {
  return resNet('ResNet101', options, [3, 4, 23, 3], false);
}
/** ResNet152: as `ResNet50`, with stages of 3, 8, 36 and 3 blocks. */
export async function ResNet152(options: ApplicationOptions = {}): Promise<Model> {
  return resNet('ResNet152', options, [3, 8, 36, 3], false);
}
/** Channels blue, green, red, each minus its mean over ImageNet. */
export const preprocessInput = preprocessFor('caffe');
export { decodePredictions } from './imagenet_utils';
