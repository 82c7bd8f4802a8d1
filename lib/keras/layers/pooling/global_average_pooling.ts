/** GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D. */
import { Tensor } from '../../../core/tensor';
import { registerClass } from '../../serialization/registry';
import type { CallOptions } from '../layer';
import { BaseGlobalPooling, type GlobalPoolingOptions } from './base_global_pooling';

/** Mean over time; masked steps are left out. */
export class GlobalAveragePooling1D extends BaseGlobalPooling {
  override supportsMasking = true;
  constructor(options: GlobalPoolingOptions = {}) {
    super(1, 'mean', options);
  }
  override call(inputs: Tensor, options: CallOptions = {}): Tensor {
    const mask = options.mask as Tensor | null | undefined;
    if (!mask) return super.call(inputs);
    const axis = this.axes;
    const weights = mask
      .cast(inputs.dtype)
      .reshape(this.dataFormat === 'channels_last' ? [...mask.shape, 1] : [mask.shape[0], 1, mask.shape[1]]);
    const total = inputs.mul(weights).sum({ axis, keepdims: this.keepdims });
    return total.div(weights.sum({ axis, keepdims: this.keepdims }));
  }
  override computeMask(): null {
    return null;
  }
}
/** Mean over height and width. */
export class GlobalAveragePooling2D extends BaseGlobalPooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super(2, 'mean', options);
  }
}
/** Mean over depth, height and width. */
export class GlobalAveragePooling3D extends BaseGlobalPooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super(3, 'mean', options);
  }
}
registerClass('keras.layers', GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D);
