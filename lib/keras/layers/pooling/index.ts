/** Pooling layers. */
export {
  AdaptiveAveragePooling1D,
  AdaptiveAveragePooling2D,
  AdaptiveAveragePooling3D,
} from './adaptive_average_pooling';
export { AdaptiveMaxPooling1D, AdaptiveMaxPooling2D, AdaptiveMaxPooling3D } from './adaptive_max_pooling';
export { AveragePooling1D, AveragePooling2D, AveragePooling3D } from './average_pooling';
export type { AdaptivePoolingOptions } from './base_adaptive_pooling';
export type { GlobalPoolingOptions } from './base_global_pooling';
export type { PoolingOptions } from './base_pooling';
export { GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D } from './global_average_pooling';
export { GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D } from './global_max_pooling';
export { MaxPooling1D, MaxPooling2D, MaxPooling3D } from './max_pooling';
