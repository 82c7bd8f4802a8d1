/** Resizing. */
import { ValueError } from '../../../../errors';
import { INTERPOLATIONS, type Interpolation } from '../../../../ops/image/interpolation';
import { oneOf } from '../../../../ops/image/layout';
import { resize } from '../../../../ops/image/resize';
import { checkDataFormat, type DataFormat } from '../../../../ops/spatial';
import type { Tensor } from '../../../../tensor';
import { registerClass } from '../../../saving/registry';
import { positiveInteger } from '../../core';
import { Layer, type LayerOptions } from '../../layer';

export interface ResizingOptions extends LayerOptions {
  /** 'bilinear' (default), 'nearest', 'bicubic', 'lanczos3', 'lanczos5' or 'area'. */
  interpolation?: Interpolation | string;
  cropToAspectRatio?: boolean;
  padToAspectRatio?: boolean;
  fillMode?: string;
  fillValue?: number;
  antialias?: boolean;
  dataFormat?: string | null;
}
/**
 * Images in another size: (batch, h, w, channels) -> (batch, height, width, channels), as image.resize. Without the batch
 * axis too. Integers are rounded.
 */
export class Resizing extends Layer {
  static override positional = ['height', 'width'];
  static override options = ['interpolation', 'cropToAspectRatio', 'padToAspectRatio', 'fillMode', 'fillValue', 'antialias', 'dataFormat'];
  readonly height: number;
  readonly width: number;
  readonly interpolation: Interpolation;
  readonly cropToAspectRatio: boolean;
  readonly padToAspectRatio: boolean;
  readonly fillMode: string;
  readonly fillValue: number;
  readonly antialias: boolean;
  readonly dataFormat: DataFormat;
  constructor(height: number, width: number, options: ResizingOptions = {}) {
    super(options);
    this.height = positiveInteger('Resizing', 'height', height);
    this.width = positiveInteger('Resizing', 'width', width);
    this.interpolation = oneOf('Resizing', 'interpolation', options.interpolation ?? 'bilinear', INTERPOLATIONS);
    this.cropToAspectRatio = options.cropToAspectRatio ?? false;
    this.padToAspectRatio = options.padToAspectRatio ?? false;
    if (this.cropToAspectRatio && this.padToAspectRatio) throw new ValueError('Resizing: cropToAspectRatio and padToAspectRatio exclude each other.');
    this.fillMode = oneOf('Resizing', 'fillMode', options.fillMode ?? 'constant', ['constant']);
    this.fillValue = options.fillValue ?? 0;
    this.antialias = options.antialias ?? false;
    this.dataFormat = checkDataFormat('Resizing', options.dataFormat);
  }
  override call(inputs: Tensor): Tensor {
    const { interpolation, cropToAspectRatio, padToAspectRatio, fillValue, antialias, dataFormat } = this;
    return resize(inputs, [this.height, this.width], { interpolation, cropToAspectRatio, padToAspectRatio, fillValue, antialias, dataFormat });
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
    };
  }
}
registerClass('keras.layers', Resizing);
