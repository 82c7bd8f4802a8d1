/** CenterCrop. */
import { imageAxes, toImages } from '../../../../ops/image/layout';
import { resize } from '../../../../ops/image/resize';
import { checkDataFormat, type DataFormat } from '../../../../ops/spatial';
import { isRecord } from '../../../../support/nest';
import type { Interpolation } from '../../../../ops/image/interpolation';
import { convert, type Tensor, type TensorLike } from '../../../../core/tensor';
import type { BoxFormat } from './bounding_boxes/formats';
import { registerClass } from '../../../serialization/registry';
import { kinds, type OptionKinds } from '../../../options';
import { positiveInteger } from '../../core';
import { Layer, type LayerOptions } from '../../layer';
import { boxFormatOf, formatConfig, type ImageSize, movedRecord, scaledBoxes } from './boxes';

/**
 * The middle of images: (batch, h, w, channels) -> (batch, height, width, channels). Images that are smaller are enlarged,
 * after the largest middle part with the wanted aspect ratio. Without the batch axis too.
 */
export class CenterCrop extends Layer {
  static override positional = ['height', 'width'];
  static override options: OptionKinds = { dataFormat: kinds.choice, boundingBoxFormat: kinds.choice };
  readonly height: number;
  readonly width: number;
  readonly dataFormat: DataFormat;
  readonly boundingBoxFormat: BoxFormat | null;
  constructor(
    height: number,
    width: number,
    options: LayerOptions & { dataFormat?: DataFormat | null; boundingBoxFormat?: BoxFormat | null } = {},
  ) {
    super(options);
    this.height = positiveInteger('CenterCrop', 'height', height);
    this.width = positiveInteger('CenterCrop', 'width', width);
    this.dataFormat = checkDataFormat('CenterCrop', options.dataFormat);
    this.boundingBoxFormat = boxFormatOf('CenterCrop', options.boundingBoxFormat);
  }
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- images, or a record of what goes with them
  override call(inputs: any): any {
    if (!isRecord(inputs)) return this.cropped(convert(inputs as TensorLike));
    return movedRecord(this, inputs, (t) => this.cropped(t), (t) => this.cropped(t, 'nearest'), (edges, size) => this.moveBoxes(edges, size)); // prettier-ignore
  }
  private moveBoxes(edges: Tensor, [height, width]: ImageSize): Tensor {
    const rows = height - this.height;
    const columns = width - this.width;
    if (rows >= 0 && columns >= 0) return scaledBoxes(edges, rows >> 1, columns >> 1, 1, 1);
    const cropHeight = Math.max(Math.min(height, Math.trunc((width * this.height) / this.width)), 1);
    const cropWidth = Math.max(Math.min(width, Math.trunc((height * this.width) / this.height)), 1);
    return scaledBoxes(
      edges,
      Math.trunc((height - cropHeight) / 2),
      Math.trunc((width - cropWidth) / 2),
      this.height / cropHeight,
      this.width / cropWidth,
    );
  }
  private cropped(inputs: Tensor, interpolation: Interpolation = 'bilinear'): Tensor {
    const t = toImages('CenterCrop', inputs.dtype === this.computeDtype ? inputs : inputs.cast(this.computeDtype));
    const { height, width } = imageAxes(t.ndim, this.dataFormat === 'channels_first');
    const rows = t.shape[height] - this.height;
    const columns = t.shape[width] - this.width;
    if (rows < 0 || columns < 0)
      return resize(t, [this.height, this.width], {
        cropToAspectRatio: true,
        interpolation,
        dataFormat: this.dataFormat,
      });
    const start = t.shape.map((_, i) => (i === height ? rows >> 1 : i === width ? columns >> 1 : 0));
    const size = t.shape.map((d, i) => (i === height ? this.height : i === width ? this.width : d));
    return t.slice(start, size);
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      height: this.height,
      width: this.width,
      dataFormat: this.dataFormat,
      ...formatConfig(this.boundingBoxFormat),
    };
  }
}
registerClass('keras.layers', CenterCrop);
