/** Rows of the layers that prepare data. */
import * as trae from '../../../lib/index';

const { layers } = trae.keras;
type Rows = Record<string, () => { getConfig(): object }>;
const valueRange: [number, number] = [0, 1];

/** @internal */
export const preprocessingRows: Rows = {
  CategoryEncoding: () => new layers.CategoryEncoding(4, { outputMode: 'count' }),
  Discretization: () => new layers.Discretization([0, 1.5, 3], { outputMode: 'one_hot' }),
  Hashing: () => new layers.Hashing(7, { maskValue: 'none', salt: [3, 4], outputMode: 'multi_hot' }),
  HashedCrossing: () => new layers.HashedCrossing(5, { outputMode: 'one_hot' }),
  StringLookup: () =>
    new layers.StringLookup({ vocabulary: ['a', 'b'], numOovIndices: 2, maskToken: '', outputMode: 'multi_hot' }),
  IntegerLookup: () => new layers.IntegerLookup({ vocabulary: [3, 5], maskToken: 0, invert: true }),
  Normalization: () => new layers.Normalization(-1, { mean: 2, variance: 3, invert: true }),
  TextVectorization: () =>
    new layers.TextVectorization({ vocabulary: ['a', 'b'], ngrams: 2, standardize: 'lower', outputSequenceLength: 4 }),
  MelSpectrogram: () =>
    new layers.MelSpectrogram({ fftLength: 64, sequenceStride: 16, numMelBins: 8, powerToDb: false }),
  STFTSpectrogram: () =>
    new layers.STFTSpectrogram('psd', {
      frameLength: 32,
      frameStep: 8,
      window: null,
      scaling: null,
      padding: 'same',
      expandDims: true,
    }),
  ContrastLimitedAdaptiveHistogramEqualization: () =>
    new layers.ContrastLimitedAdaptiveHistogramEqualization({ valueRange, clipLimit: 2, tileGridSize: [3, 4] }),
  MaxNumBoundingBoxes: () => new layers.MaxNumBoundingBoxes(5, { fillValue: 0, boundingBoxFormat: 'rel_xywh' }),
  Pipeline: () => new layers.Pipeline([new layers.Rescaling(2), new layers.RandomFlip('vertical', { seed: 1 })]),
  RandomContrast: () => new layers.RandomContrast(0.2, { valueRange, seed: 1 }),
  RandomBrightness: () => new layers.RandomBrightness(0.2, { valueRange, seed: 1 }),
  RandomSharpness: () => new layers.RandomSharpness(0.2, { valueRange, seed: 1 }),
  RandomInvert: () => new layers.RandomInvert(0.5, { valueRange, seed: 1 }),
  RandomPosterization: () => new layers.RandomPosterization(3, { valueRange, seed: 1 }),
  Solarization: () => new layers.Solarization(0.1, 0.6, { valueRange, seed: 1 }),
  AutoContrast: () => new layers.AutoContrast({ valueRange }),
  Equalization: () => new layers.Equalization({ valueRange, bins: 16 }),
  RandomGrayscale: () => new layers.RandomGrayscale(0.4, { seed: 1 }),
  RandomColorDegeneration: () => new layers.RandomColorDegeneration(0.4, { valueRange, seed: 1 }),
  RandomSaturation: () => new layers.RandomSaturation(0.4, { valueRange, seed: 1 }),
  RandomHue: () => new layers.RandomHue(0.4, { valueRange, seed: 1 }),
  RandomColorJitter: () => new layers.RandomColorJitter({ valueRange, brightnessFactor: 0.1, hueFactor: 0.2, seed: 1 }),
  RandomGaussianBlur: () => new layers.RandomGaussianBlur(0.4, { kernelSize: 5, sigma: [0.5, 1], valueRange, seed: 1 }),
  RandomElasticTransform: () =>
    new layers.RandomElasticTransform(0.4, { scale: 0.5, fillMode: 'nearest', valueRange, seed: 1 }),
  RandomFlip: () => new layers.RandomFlip('horizontal', { seed: 1 }),
  RandomRotation: () =>
    new layers.RandomRotation(0.2, { fillMode: 'constant', fillValue: 3, interpolation: 'nearest', seed: 1 }),
  RandomZoom: () => new layers.RandomZoom(0.2, { widthFactor: 0.1, fillMode: 'wrap', seed: 1 }),
  RandomTranslation: () => new layers.RandomTranslation(0.2, 0.1, { fillMode: 'nearest', seed: 1 }),
  RandomShear: () => new layers.RandomShear(0.2, 0.1, { fillMode: 'nearest', seed: 1 }),
  RandomCrop: () => new layers.RandomCrop(4, 5, { seed: 1, dataFormat: 'channels_first' }),
  RandomPerspective: () => new layers.RandomPerspective(0.2, { scale: 0.5, seed: 1 }),
  RandomErasing: () => new layers.RandomErasing(0.2, { scale: [0.1, 0.3], fillValue: 2, valueRange, seed: 1 }),
  CutMix: () => new layers.CutMix(0.4, { seed: 1 }),
  MixUp: () => new layers.MixUp(0.4, { seed: 1 }),
  RandAugment: () => new layers.RandAugment({ valueRange, numOps: 3, factor: 0.4, seed: 1 }),
  AugMix: () => new layers.AugMix({ valueRange, numChains: 2, chainDepth: 2, factor: 0.4, allOps: false, seed: 1 }),
};
