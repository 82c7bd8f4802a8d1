/** Rows of config.test.ts: losses, metrics, optimizers. */
import * as trae from '../../../lib/index';

const { losses, metrics, optimizers } = trae.keras;
const { schedules } = optimizers;
type Rows = Record<string, () => { getConfig(): object }>;

export const lossRows: Rows = {
  MeanSquaredError: () => new losses.MeanSquaredError({ reduction: 'sum', name: 'a' }),
  MeanAbsoluteError: () => new losses.MeanAbsoluteError({ reduction: 'none' }),
  MeanAbsolutePercentageError: () => new losses.MeanAbsolutePercentageError({ reduction: null }),
  MeanSquaredLogarithmicError: () => new losses.MeanSquaredLogarithmicError({ reduction: 'mean' }),
  LogCosh: () => new losses.LogCosh({ reduction: 'mean_with_sample_weight' }),
  Huber: () => new losses.Huber({ delta: 3 }),
  CosineSimilarity: () => new losses.CosineSimilarity({ axis: 1 }),
  Hinge: () => new losses.Hinge(),
  SquaredHinge: () => new losses.SquaredHinge({ name: 's' }),
  CategoricalHinge: () => new losses.CategoricalHinge({ reduction: 'sum' }),
  KLDivergence: () => new losses.KLDivergence(),
  Poisson: () => new losses.Poisson({ reduction: 'sum' }),
  BinaryCrossentropy: () => new losses.BinaryCrossentropy({ fromLogits: true, labelSmoothing: 0.1, axis: 1 }),
  BinaryFocalCrossentropy: () =>
    new losses.BinaryFocalCrossentropy({
      applyClassBalancing: true,
      alpha: 0.1,
      gamma: 3,
      fromLogits: true,
      labelSmoothing: 0.1,
      axis: 1,
    }),
  CategoricalCrossentropy: () => new losses.CategoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.2 }),
  CategoricalFocalCrossentropy: () =>
    new losses.CategoricalFocalCrossentropy({ alpha: 0.1, gamma: 3, fromLogits: true, labelSmoothing: 0.1, axis: 1 }),
  SparseCategoricalCrossentropy: () =>
    new losses.SparseCategoricalCrossentropy({ fromLogits: true, ignoreClass: 3, axis: 1 }),
  CategoricalGeneralizedCrossEntropy: () => new losses.CategoricalGeneralizedCrossEntropy({ q: 0.2 }),
  Dice: () => new losses.Dice({ axis: [1, 2] }),
  Tversky: () => new losses.Tversky({ alpha: 0.1, beta: 0.2, axis: 1 }),
  Circle: () => new losses.Circle({ gamma: 3, margin: 0.1, removeDiagonal: false }),
  CTC: () => new losses.CTC({ reduction: 'sum' }),
};
export const metricRows: Rows = {
  Mean: () => new metrics.Mean({ name: 'm' }),
  Sum: () => new metrics.Sum({ name: 's' }),
  MeanMetricWrapper: () => new metrics.MeanMetricWrapper(losses.meanSquaredError, { name: 'w' }),
  Accuracy: () => new metrics.Accuracy(),
  BinaryAccuracy: () => new metrics.BinaryAccuracy({ threshold: 0.2 }),
  CategoricalAccuracy: () => new metrics.CategoricalAccuracy({ name: 'c' }),
  SparseCategoricalAccuracy: () => new metrics.SparseCategoricalAccuracy(),
  TopKCategoricalAccuracy: () => new metrics.TopKCategoricalAccuracy(2),
  SparseTopKCategoricalAccuracy: () => new metrics.SparseTopKCategoricalAccuracy({ k: 2, fromSortedIds: true }),
  MeanSquaredError: () => new metrics.MeanSquaredError({ name: 'e' }),
  MeanAbsoluteError: () => new metrics.MeanAbsoluteError({ dtype: 'float64' }),
  MeanAbsolutePercentageError: () => new metrics.MeanAbsolutePercentageError(),
  MeanSquaredLogarithmicError: () => new metrics.MeanSquaredLogarithmicError(),
  RootMeanSquaredError: () => new metrics.RootMeanSquaredError(),
  CosineSimilarity: () => new metrics.CosineSimilarity({ axis: 1 }),
  LogCoshError: () => new metrics.LogCoshError(),
  R2Score: () => new metrics.R2Score({ classAggregation: null, numRegressors: 2 }),
  Hinge: () => new metrics.Hinge(),
  SquaredHinge: () => new metrics.SquaredHinge(),
  CategoricalHinge: () => new metrics.CategoricalHinge(),
  KLDivergence: () => new metrics.KLDivergence(),
  Poisson: () => new metrics.Poisson(),
  BinaryCrossentropy: () => new metrics.BinaryCrossentropy({ fromLogits: true, labelSmoothing: 0.1 }),
  CategoricalCrossentropy: () => new metrics.CategoricalCrossentropy({ labelSmoothing: 0.1 }),
  SparseCategoricalCrossentropy: () => new metrics.SparseCategoricalCrossentropy({ ignoreClass: 2 }),
  PearsonCorrelation: () => new metrics.PearsonCorrelation({ axis: 0 }),
  ConcordanceCorrelation: () => new metrics.ConcordanceCorrelation({ axis: 0 }),
  AUC: () =>
    new metrics.AUC({
      curve: 'PR',
      summationMethod: 'minoring',
      thresholds: [0.2, 0.4],
      multiLabel: true,
      numLabels: 2,
      labelWeights: [1, 2],
      fromLogits: true,
    }),
  TruePositives: () => new metrics.TruePositives({ thresholds: [0.1, 0.2] }),
  FalsePositives: () => new metrics.FalsePositives({ thresholds: 0.3 }),
  TrueNegatives: () => new metrics.TrueNegatives({ name: 't' }),
  FalseNegatives: () => new metrics.FalseNegatives({ thresholds: [0.3] }),
  Precision: () => new metrics.Precision({ thresholds: [0.1, 0.2], topK: 2, classId: 1 }),
  Recall: () => new metrics.Recall({ thresholds: 0.1, topK: 2, classId: 1 }),
  SensitivityAtSpecificity: () => new metrics.SensitivityAtSpecificity(0.3, { numThresholds: 5, classId: 1 }),
  SpecificityAtSensitivity: () => new metrics.SpecificityAtSensitivity(0.3, { numThresholds: 5, classId: 1 }),
  PrecisionAtRecall: () => new metrics.PrecisionAtRecall(0.3, { numThresholds: 5, classId: 1 }),
  RecallAtPrecision: () => new metrics.RecallAtPrecision(0.3, { numThresholds: 5, classId: 1 }),
  FBetaScore: () => new metrics.FBetaScore({ average: 'macro', beta: 2, threshold: 0.3 }),
  F1Score: () => new metrics.F1Score({ average: 'micro', threshold: 0.3 }),
  IoU: () => new metrics.IoU(3, [0, 2], { ignoreClass: 1, sparseYTrue: false, sparseYPred: false, axis: 1 }),
  BinaryIoU: () => new metrics.BinaryIoU({ targetClassIds: [1], threshold: 0.2 }),
  MeanIoU: () =>
    new metrics.MeanIoU(3, { ignoreClass: 1, sparseYTrue: false, sparseYPred: false, axis: 1, dtype: 'float32' }),
  OneHotIoU: () => new metrics.OneHotIoU(3, [0, 2], { ignoreClass: 1, sparseYPred: true, axis: 1 }),
  OneHotMeanIoU: () => new metrics.OneHotMeanIoU(3, { ignoreClass: 1, sparseYPred: true, axis: 1 }),
};
const map = (): trae.keras.optimizers.OptimizerMap =>
  new optimizers.OptimizerMap(new optimizers.SGD(0.1), { 'dense/Kernel.*': new optimizers.Adam(0.2) });
export const optimizerRows: Rows = {
  SGD: () => new optimizers.SGD(0.1, { momentum: 0.5, nesterov: true, weightDecay: 0.1, clipnorm: 2 }),
  Adam: () => new optimizers.Adam(0.1, { beta1: 0.5, beta2: 0.6, epsilon: 0.1, amsgrad: true, clipvalue: 2 }),
  AdamW: () =>
    new optimizers.AdamW({
      learningRate: new schedules.CosineDecay(0.1, 5),
      weightDecay: 0.2,
      useEma: true,
      emaMomentum: 0.9,
      emaOverwriteFrequency: 4,
    }),
  Adadelta: () => new optimizers.Adadelta(0.1, { rho: 0.5, epsilon: 0.1 }),
  Adafactor: () =>
    new optimizers.Adafactor(0.1, {
      beta2Decay: -0.5,
      epsilon1: 0.1,
      epsilon2: 0.2,
      clipThreshold: 2,
      relativeStep: false,
    }),
  Adagrad: () => new optimizers.Adagrad(0.1, { initialAccumulatorValue: 0.5, epsilon: 0.1 }),
  Adamax: () => new optimizers.Adamax(0.1, { beta1: 0.5, beta2: 0.6, epsilon: 0.1 }),
  Ftrl: () =>
    new optimizers.Ftrl(0.1, {
      learningRatePower: -0.3,
      initialAccumulatorValue: 0.2,
      l1RegularizationStrength: 0.1,
      l2RegularizationStrength: 0.2,
      l2ShrinkageRegularizationStrength: 0.3,
      beta: 0.4,
    }),
  Lamb: () => new optimizers.Lamb(0.1, { beta1: 0.5, beta2: 0.6, epsilon: 0.1 }),
  Lion: () => new optimizers.Lion(0.1, { beta1: 0.5, beta2: 0.6 }),
  LossScaleOptimizer: () =>
    new optimizers.LossScaleOptimizer(new optimizers.Adam(0.1), {
      initialScale: 8,
      dynamicGrowthSteps: 3,
      name: 'scaled',
    }),
  MultiOptimizer: () => new optimizers.MultiOptimizer(map(), { lossScaleFactor: 4, name: 'several' }),
  OptimizerMap: map,
  Muon: () =>
    new optimizers.Muon(0.1, {
      adamBeta1: 0.5,
      adamBeta2: 0.6,
      epsilon: 0.1,
      excludeLayers: ['head'],
      muonA: 1,
      muonB: 2,
      muonC: 3,
      adamLrRatio: 0.5,
      momentum: 0.4,
      nsSteps: 3,
      nesterov: false,
      excludeEmbeddings: false,
      adamWeightDecay: null,
      rmsRate: null,
      weightDecay: 0.1,
    }),
  Nadam: () => new optimizers.Nadam(0.1, { beta1: 0.5, beta2: 0.6, epsilon: 0.1 }),
  RMSprop: () =>
    new optimizers.RMSprop(0.1, {
      rho: 0.5,
      momentum: 0.1,
      epsilon: 0.1,
      centered: true,
      globalClipnorm: 2,
      gradientAccumulationSteps: 3,
      lossScaleFactor: 8,
    }),
  ScheduleFreeAdamW: () =>
    new optimizers.ScheduleFreeAdamW(0.1, { beta1: 0.5, beta2: 0.6, epsilon: 0.1, warmupSteps: 3 }),
};
export const scheduleRows: Rows = {
  ExponentialDecay: () => new schedules.ExponentialDecay(0.1, 5, 0.5, { staircase: true }),
  PiecewiseConstantDecay: () => new schedules.PiecewiseConstantDecay([1, 2], [3, 4, 5]),
  PolynomialDecay: () => new schedules.PolynomialDecay(0.1, 5, { endLearningRate: 0.01, power: 2, cycle: true }),
  InverseTimeDecay: () => new schedules.InverseTimeDecay(0.1, 5, 0.5, { staircase: true }),
  CosineDecay: () => new schedules.CosineDecay(0.1, 5, { alpha: 0.1, warmupTarget: 0.2, warmupSteps: 3 }),
  CosineDecayRestarts: () => new schedules.CosineDecayRestarts(0.1, 5, { tMul: 3, mMul: 0.5, alpha: 0.1 }),
};
