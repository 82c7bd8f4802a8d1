/** Resizing. */
import { ValueError } from '../../../../support/errors';
import { INTERPOLATIONS, type Interpolation } from '../../../../ops/image/interpolation';
import { oneOf } from '../../../../ops/image/layout';
import { resize } from '../../../../ops/image/resize';
import type { BoxFormat } from './bounding_boxes/formats';
import { checkDataFormat, type DataFormat } from '../../../../ops/spatial';
import { isRecord } from '../../../../support/nest';
import * as ops from '../../../../ops/index';
import { convert, type Tensor, type TensorLike } from '../../../../core/tensor';
import { columns, joined } from './bounding_boxes/formats';
import { registerClass } from '../../../serialization/registry';
import { kinds, type OptionKinds } from '../../../options';
import { positiveInteger } from '../../core';
import { Layer, type LayerOptions } from '../../layer';
import { boxFormatOf, formatConfig, type ImageSize, movedRecord } from './boxes';

export interface ResizingOptions extends LayerOptions {
  /** 'bilinear' (default), 'nearest', 'bicubic', 'lanczos3', 'lanczos5' or 'area'. */
  interpolation?: Interpolation;
  /** Whether the middle with the proportions of the result is cut out first, so that nothing is stretched. Default false. */
  cropToAspectRatio?: boolean;
  /** Whether borders of `fillValue` are added first, so that nothing is stretched and nothing is lost. Default false. */
  padToAspectRatio?: boolean;
  /** What the borders of `padToAspectRatio` hold: 'constant', the only one. */
  fillMode?: 'constant';
  /** Value of the borders of `padToAspectRatio`. Default 0. */
  fillValue?: number;
  /** Whether the image is smoothed before it shrinks. Default false. */
  antialias?: boolean;
  /** Where the channels are: 'channels_last' (default) or 'channels_first'. */
  dataFormat?: DataFormat | null;
  /** How the boxes in a record are written. */
  boundingBoxFormat?: BoxFormat | null;
}
/**
 * Images in another size: (batch, h, w, channels) -> (batch, height, width, channels), as image.resize. Without the batch
 * axis too. Integers are rounded.
 */
export class Resizing extends Layer {
  static override positional = ['height', 'width'];
  static override options: OptionKinds = {
    interpolation: kinds.choice,
    cropToAspectRatio: kinds.boolean,
    padToAspectRatio: kinds.boolean,
    fillMode: kinds.choice,
    fillValue: kinds.floats,
    antialias: kinds.boolean,
    dataFormat: kinds.choice,
    boundingBoxFormat: kinds.choice,
  };
  readonly height: number;
  readonly width: number;
  readonly interpolation: Interpolation;
  readonly cropToAspectRatio: boolean;
  readonly padToAspectRatio: boolean;
  readonly fillMode: 'constant';
  readonly fillValue: number;
  readonly antialias: boolean;
  readonly dataFormat: DataFormat;
  readonly boundingBoxFormat: BoxFormat | null;
  constructor(height: number, width: number, options: ResizingOptions = {}) {
    super(options);
    this.height = positiveInteger('Resizing', 'height', height);
    this.width = positiveInteger('Resizing', 'width', width);
    this.interpolation = oneOf('Resizing', 'interpolation', options.interpolation ?? 'bilinear', INTERPOLATIONS);
    this.cropToAspectRatio = options.cropToAspectRatio ?? false;
    this.padToAspectRatio = options.padToAspectRatio ?? false;
    if (this.cropToAspectRatio && this.padToAspectRatio)
      throw new ValueError('Resizing: cropToAspectRatio and padToAspectRatio exclude each other.');
    this.fillMode = oneOf('Resizing', 'fillMode', options.fillMode ?? 'constant', ['constant']);
    this.fillValue = options.fillValue ?? 0;
    this.antialias = options.antialias ?? false;
    this.dataFormat = checkDataFormat('Resizing', options.dataFormat);
    this.boundingBoxFormat = boxFormatOf('Resizing', options.boundingBoxFormat);
  }
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- images, or a record of what goes with them
  override call(inputs: any): any {
    if (!isRecord(inputs)) return this.resized(convert(inputs as TensorLike), this.interpolation);
    return movedRecord(this, inputs, (t) => this.resized(t, this.interpolation), (t) => this.resized(t, 'nearest'), (edges, size) => this.moveBoxes(edges, size)); // prettier-ignore
  }
  /** Boxes of zeros and of -1 stand for none: they become zeros. */
  private moveBoxes(edges: Tensor, [height, width]: ImageSize): Tensor {
    const isNone = edges.equal(-1).logicalOr(edges.equal(0)).all({ axis: 2, keepdims: true });
    const [down, across] = [this.height / height, this.width / width];
    const scale = this.cropToAspectRatio
      ? Math.max(down, across)
      : this.padToAspectRatio
        ? Math.min(down, across)
        : null;
    // What is left out or added lies on both sides, in whole pixels.
    const before = (from: number, to: number): number =>
      this.cropToAspectRatio ? Math.floor((from - to) / 2) : -Math.floor((to - from) / 2);
    const top = scale === null ? 0 : before(height * scale, this.height);
    const left = scale === null ? 0 : before(width * scale, this.width);
    const moved = joined(
      ...columns('Resizing', edges).map((t, i) => t.mul(scale ?? (i % 2 ? down : across)).sub(i % 2 ? top : left)),
    );
    return ops.where(isNone, 0, moved);
  }
  private resized(inputs: Tensor, interpolation: Interpolation): Tensor {
    const { cropToAspectRatio, padToAspectRatio, fillValue, antialias, dataFormat } = this;
    return resize(inputs, [this.height, this.width], {
      interpolation,
      cropToAspectRatio,
      padToAspectRatio,
      fillValue,
      antialias,
      dataFormat,
    });
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      height: this.height,
      width: this.width,
      interpolation: this.interpolation,
      cropToAspectRatio: this.cropToAspectRatio,
      padToAspectRatio: this.padToAspectRatio,
      fillMode: this.fillMode,
      fillValue: this.fillValue,
      antialias: this.antialias,
      dataFormat: this.dataFormat,
      ...formatConfig(this.boundingBoxFormat),
    };
  }
}
registerClass('keras.layers', Resizing);
