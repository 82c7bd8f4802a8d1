/** Normalizations. */
export { BatchNormalization, type BatchNormalizationOptions, type RenormClipping } from './batch_normalization';
export { GroupNormalization, type GroupNormalizationOptions } from './group_normalization';
export { LayerNormalization, type LayerNormalizationOptions } from './layer_normalization';
export { RMSNormalization } from './rms_normalization';
export { UnitNormalization } from './unit_normalization';
export { SpectralNormalization } from './spectral_normalization';
