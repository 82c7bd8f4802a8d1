/** `preprocessInput` of the architectures: what their pixels become. */
import type { Tensor, TensorLike } from '../../core/tensor';
import type { KerasTensor } from '../keras_tensor';
import { checkOptions, kinds } from '../options';
import { preprocessInput, type PreprocessMode, type PreprocessOptions } from './imagenet_utils';

/** @internal For architectures that scale pixels themselves: x as it is. */
export function passThrough<T>(x: T, options: PreprocessOptions = {}): T {
  checkOptions('preprocessInput', options, { dataFormat: kinds.choice });
  return x;
}
/** @internal The function of an architecture that wants this mode. */
export const preprocessFor =
  (mode: PreprocessMode) =>
  <T extends TensorLike | KerasTensor>(
    x: T,
    options: PreprocessOptions = {},
  ): T extends KerasTensor ? KerasTensor : Tensor => {
    checkOptions('preprocessInput', options, { dataFormat: kinds.choice });
    return preprocessInput(x, { ...options, mode });
  };
