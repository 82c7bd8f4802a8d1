/**
 * Layers of Keras 1 and 2 that Keras 3 has dropped: there so that files of that age load, and no part of `keras.layers`.
 * Which old class becomes which is in ../../saving/legacy_configs.ts.
 */
export { CosineMerge } from './cosine_merge';
export { Highway } from './highway';
export { LocallyConnected1D, LocallyConnected2D } from './locally_connected';
export { MaxoutDense } from './maxout_dense';
export { ModeBatchNormalization } from './mode_batch_normalization';
export { ParametricSoftplus } from './parametric_softplus';
export { RandomFourierFeatures } from './random_fourier_features';
export { RandomHeight, RandomWidth } from './random_size';
export { SReLU } from './srelu';
export { ThresholdedReLU } from './thresholded_relu';

/** @internal Their module in files. */
export { LEGACY_MODULE } from '../../serialization/legacy_module';
