/** Layers that regularize: noise while training, penalties. */
export { ActivityRegularization } from './activity_regularization';
export { Dropout, type DropoutOptions } from './dropout';
export { AlphaDropout, GaussianDropout, GaussianNoise, type NoiseOptions } from './noise';
export { SpatialDropout1D, SpatialDropout2D, SpatialDropout3D, type SpatialDropoutOptions } from './spatial_dropout';
