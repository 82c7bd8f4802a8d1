/** Rows of config.test.ts: layers of Keras 1 and 2. */
import * as legacy from '../../../lib/keras/layers/legacy';

export const legacyRows: Record<string, () => { getConfig(): object }> = {
  CosineMerge: () => new legacy.CosineMerge({ name: 'cosine' }),
  Highway: () => new legacy.Highway({ transformBias: -1, activation: 'relu', useBias: false, kernelRegularizer: 'l2' }),
  LocallyConnected1D: () =>
    new legacy.LocallyConnected1D(3, 2, {
      strides: 2,
      padding: 'same',
      implementation: 3,
      activation: 'tanh',
      biasConstraint: 'non_neg',
    }),
  LocallyConnected2D: () =>
    new legacy.LocallyConnected2D(3, [2, 1], {
      strides: [1, 2],
      dataFormat: 'channels_first',
      implementation: 2,
      useBias: false,
      activityRegularizer: 'l1',
      kernelInitializer: 'ones',
    }),
  MaxoutDense: () => new legacy.MaxoutDense(3, { nbFeature: 5, useBias: false, kernelConstraint: 'non_neg' }),
  ModeBatchNormalization: () =>
    new legacy.ModeBatchNormalization({
      mode: 2,
      axis: 1,
      epsilon: 0.1,
      momentum: 0.5,
      gammaInitializer: 'zeros',
      betaRegularizer: 'l2',
    }),
  ParametricSoftplus: () => new legacy.ParametricSoftplus({ alphaInit: 0.1, betaInit: 2, sharedAxes: [1] }),
  RandomFourierFeatures: () => new legacy.RandomFourierFeatures(4, { kernelInitializer: 'laplacian', scale: 2 }),
  RandomHeight: () => new legacy.RandomHeight(0.2, { interpolation: 'nearest', seed: 1 }),
  RandomWidth: () => new legacy.RandomWidth([-0.1, 0.2], { seed: 2 }),
  SReLU: () => new legacy.SReLU({ tLeftInitializer: 'ones', aRightInitializer: 'he_normal', sharedAxes: [1, 2] }),
  ThresholdedReLU: () => new legacy.ThresholdedReLU({ theta: 0.7 }),
};
