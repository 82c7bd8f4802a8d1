/** CenterCrop. */
import { imageAxes, toImages } from '../../../../ops/image/layout';
import { resize } from '../../../../ops/image/resize';
import { checkDataFormat, type DataFormat } from '../../../../ops/spatial';
import { run, type Tensor } from '../../../../tensor';
import { registerClass } from '../../../saving/registry';
import { positiveInteger } from '../../core';
import { Layer, type LayerOptions } from '../../layer';

/**
 * The middle of images: (batch, h, w, channels) -> (batch, height, width, channels). Images that are smaller are enlarged,
 * after the largest middle part with the wanted aspect ratio. Without the batch axis too.
 */
export class CenterCrop extends Layer {
  static override positional = ['height', 'width'];
  static override options = ['dataFormat'];
  readonly height: number;
  readonly width: number;
  readonly dataFormat: DataFormat;
  constructor(height: number, width: number, options: LayerOptions & { dataFormat?: string | null } = {}) {
    super(options);
    this.height = positiveInteger('CenterCrop', 'height', height);
    this.width = positiveInteger('CenterCrop', 'width', width);
    this.dataFormat = checkDataFormat('CenterCrop', options.dataFormat);
  }
  override call(inputs: Tensor): Tensor {
    const t = toImages('CenterCrop', inputs.dtype === this.computeDtype ? inputs : run('cast', [inputs], { dtype: this.computeDtype })),
      { height, width } = imageAxes(t.ndim, this.dataFormat === 'channels_first');
    const rows = t.shape[height] - this.height,
      columns = t.shape[width] - this.width;
    if (rows < 0 || columns < 0) return resize(t, [this.height, this.width], { cropToAspectRatio: true, dataFormat: this.dataFormat });
    const start = t.shape.map((_, i) => (i === height ? rows >> 1 : i === width ? columns >> 1 : 0)),
      size = t.shape.map((d, i) => (i === height ? this.height : i === width ? this.width : d));
    return run('slice', [t], { start, size, step: size.map(() => 1) });
  }
  override getConfig() {
    return { ...super.getConfig(), height: this.height, width: this.width, dataFormat: this.dataFormat };
  }
}
registerClass('keras.layers', CenterCrop);
