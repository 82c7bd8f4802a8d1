/** Normalizations. */
export { BatchNormalization, type BatchNormalizationOptions } from './batch_normalization';
export { LayerNormalization, type LayerNormalizationOptions } from './layer_normalization';
