/** MaxNumBoundingBoxes. */
import { describe } from '../../../../support/describe';
import { ValueError } from '../../../../support/errors';
import { isRecord } from '../../../../support/nest';
import * as ops from '../../../../ops/index';
import { sliceAxis } from '../../../../ops/shape';
import { convert, type Tensor } from '../../../../core/tensor';
import { registerClass } from '../../../serialization/registry';
import { kinds, type OptionKinds } from '../../../options';
import { positiveInteger } from '../../core';
import { BaseImagePreprocessingLayer, IMAGE_OPTIONS, type ImageLayerOptions } from './base_image_preprocessing_layer';
import { readBoxes, unbatched } from './boxes';

/**
 * As many boxes for each image as `maxNumber`: the first of more, filled up with `fillValue` (default -1, in boxes and
 * labels) where there are fewer. Images pass unchanged. Acts when not training too.
 */
export class MaxNumBoundingBoxes extends BaseImagePreprocessingLayer {
  static override positional = ['maxNumber'];
  static override options: OptionKinds = { fillValue: kinds.numbers, ...IMAGE_OPTIONS };
  readonly maxNumber: number;
  readonly fillValue: number;
  constructor(maxNumber: number, options: ImageLayerOptions & { fillValue?: number } = {}) {
    super(options);
    this.maxNumber = positiveInteger('MaxNumBoundingBoxes', 'maxNumber', maxNumber);
    const { fillValue = -1 } = options;
    if (typeof fillValue !== 'number' || !Number.isFinite(fillValue))
      throw new ValueError(`MaxNumBoundingBoxes: fillValue must be a number.\n  Received: ${describe(fillValue)}`);
    this.fillValue = Math.trunc(fillValue);
  }
  protected override get isAlways(): boolean {
    return true;
  }
  override transformImages(images: Tensor): Tensor {
    return images;
  }
  override transformBoundingBoxes(given: unknown): unknown {
    const { boxes, labels, isBatched } = readBoxes('MaxNumBoundingBoxes', given, this.boundingBoxFormat);
    const fitted = (t: Tensor): Tensor => {
      const n = Math.min(t.shape[1], this.maxNumber);
      const part = sliceAxis(t, 1, 0, n);
      if (n === this.maxNumber) return part;
      const rest = convert(this.fillValue, t).broadcastTo([t.shape[0], this.maxNumber - n, ...t.shape.slice(2)]);
      return ops.concatenate([part, rest], { axis: 1 });
    };
    return {
      ...(isRecord(given) ? given : {}),
      boxes: unbatched(fitted(boxes), isBatched),
      labels: unbatched(fitted(labels), isBatched),
    };
  }
  override getConfig() {
    return { ...super.getConfig(), maxNumber: this.maxNumber, fillValue: this.fillValue };
  }
}
registerClass('keras.layers', MaxNumBoundingBoxes);
