/** GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D. */
import { registerClass } from '../../serialization/registry';
import { BaseGlobalPooling, type GlobalPoolingOptions } from './base_global_pooling';

/** Largest over time. */
export class GlobalMaxPooling1D extends BaseGlobalPooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super(1, 'max', options);
  }
}
/** Largest over height and width. */
export class GlobalMaxPooling2D extends BaseGlobalPooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super(2, 'max', options);
  }
}
/** Largest over depth, height and width. */
export class GlobalMaxPooling3D extends BaseGlobalPooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super(3, 'max', options);
  }
}
registerClass('keras.layers', GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D);
