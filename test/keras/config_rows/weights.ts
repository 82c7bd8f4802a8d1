/** Rows of config.test.ts: initializers, regularizers, constraints. */
import * as trae from '../../../lib/index';

const { constraints, initializers, regularizers } = trae.keras;
type Rows = Record<string, () => { getConfig(): object }>;

export const initializerRows: Rows = {
  Zeros: () => new initializers.Zeros(),
  Ones: () => new initializers.Ones(),
  Constant: () => new initializers.Constant(3),
  Identity: () => new initializers.Identity(2),
  STFT: () => new initializers.STFT('imag', 'hamming', 'spectrum', true),
  RandomNormal: () => new initializers.RandomNormal({ mean: 1, stddev: 2, seed: 3 }),
  RandomUniform: () => new initializers.RandomUniform({ minval: 1, maxval: 2, seed: 3 }),
  TruncatedNormal: () => new initializers.TruncatedNormal({ mean: 1, stddev: 2, seed: 3 }),
  VarianceScaling: () =>
    new initializers.VarianceScaling({ scale: 3, mode: 'fan_out', distribution: 'uniform', seed: 2 }),
  GlorotUniform: () => new initializers.GlorotUniform({ seed: 1 }),
  GlorotNormal: () => new initializers.GlorotNormal({ seed: 1 }),
  LecunNormal: () => new initializers.LecunNormal({ seed: 1 }),
  LecunUniform: () => new initializers.LecunUniform({ seed: 1 }),
  HeNormal: () => new initializers.HeNormal({ seed: 1 }),
  HeUniform: () => new initializers.HeUniform({ seed: 1 }),
  Orthogonal: () => new initializers.Orthogonal({ gain: 2, seed: 1 }),
};
export const regularizerRows: Rows = {
  L1: () => new regularizers.L1(0.3),
  L2: () => new regularizers.L2(0.3),
  L1L2: () => new regularizers.L1L2({ l1: 0.1, l2: 0.2 }),
  OrthogonalRegularizer: () => new regularizers.OrthogonalRegularizer({ factor: 0.1, mode: 'columns' }),
};
export const constraintRows: Rows = {
  MaxNorm: () => new constraints.MaxNorm(3, { axis: 1 }),
  NonNeg: () => new constraints.NonNeg(),
  UnitNorm: () => new constraints.UnitNorm(1),
  MinMaxNorm: () => new constraints.MinMaxNorm({ minValue: 0.1, maxValue: 2, rate: 0.5, axis: 1 }),
};
