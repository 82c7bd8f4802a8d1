/** Rows of config.test.ts: attention, EinsumDense, Dot, normalizations, activations and regularization. */
import * as trae from '../../../lib/index';

const { layers, constraints } = trae.keras;

export const attentionRows: Record<string, () => { getConfig(): object }> = {
  Attention: () => new layers.Attention({ useScale: true, scoreMode: 'concat', dropout: 0.1, seed: 3 }),
  AdditiveAttention: () => new layers.AdditiveAttention({ useScale: false, dropout: 0.1, seed: 3 }),
  MultiHeadAttention: () =>
    new layers.MultiHeadAttention(2, 3, {
      valueDim: 4,
      dropout: 0.1,
      useBias: false,
      outputShape: [2, 3],
      attentionAxes: [1, 2],
      slidingWindow: 3,
      kernelInitializer: 'he_normal',
      biasInitializer: 'ones',
      kernelRegularizer: 'l2',
      biasRegularizer: 'l1',
      activityRegularizer: 'l2',
      kernelConstraint: new constraints.MaxNorm(2),
      biasConstraint: 'non_neg',
      useGate: true,
      seed: 4,
    }),
  GroupQueryAttention: () =>
    new layers.GroupedQueryAttention(3, 4, 2, {
      useBias: false,
      slidingWindow: 2,
      useGate: true,
      dropout: 0.2,
      seed: 1,
      activityRegularizer: 'l1',
    }),
  EinsumDense: () =>
    new layers.EinsumDense('abc,cd->abd', [null, 4], {
      activation: 'relu',
      biasAxes: 'd',
      kernelRegularizer: 'l2',
      activityRegularizer: 'l1',
      loraRank: 2,
      loraAlpha: 3,
    }),
  ReversibleEmbedding: () =>
    new layers.ReversibleEmbedding(5, 3, {
      tieWeights: false,
      reverseDtype: 'float64',
      logitSoftCap: 3,
      maskZero: true,
      loraRank: 2,
    }),
  Dot: () => new layers.Dot([2, 1], { normalize: true }),
  ELU: () => new layers.ELU(0.5),
  PReLU: () =>
    new layers.PReLU({
      alphaInitializer: 'ones',
      alphaRegularizer: 'l2',
      alphaConstraint: 'non_neg',
      sharedAxes: [1, 2],
    }),
  GroupNormalization: () =>
    new layers.GroupNormalization({
      groups: 4,
      axis: 1,
      epsilon: 0.1,
      center: false,
      scale: false,
      gammaConstraint: 'non_neg',
    }),
  RMSNormalization: () => new layers.RMSNormalization({ axis: [1, 2], epsilon: 0.1 }),
  SpectralNormalization: () =>
    new layers.SpectralNormalization(new layers.Dense(3, { name: 'inner' }), { powerIterations: 3 }),
  UnitNormalization: () => new layers.UnitNormalization({ axis: [1, 2] }),
  ActivityRegularization: () => new layers.ActivityRegularization({ l1: 0.1, l2: 0.2 }),
  GaussianNoise: () => new layers.GaussianNoise(0.3, { seed: 2 }),
  GaussianDropout: () => new layers.GaussianDropout(0.3, { seed: 2 }),
  AlphaDropout: () => new layers.AlphaDropout(0.3, { noiseShape: [null, 1], seed: 2 }),
};
