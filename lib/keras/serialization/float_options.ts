/**
 * Which options are floats in Keras, by class and by the key in its config. JavaScript has one kind of number, so 0 is
 * written as `0.0` for these and as `0` for all others; Keras refuses some of its classes otherwise ("`momentum` must be
 * a float"). As found in Keras 3.15.1: options whose default is a float, or that are documented as one.
 */
import { classNameOf, moduleOf, type SerializableClass } from './registry';

const RECURRENT = 'dropout recurrent_dropout';
const OPTIMIZER = 'learning_rate weight_decay clipnorm clipvalue global_clipnorm ema_momentum loss_scale_factor';
const ADAM = `${OPTIMIZER} beta_1 beta_2 epsilon`;
const FLOATS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'keras.layers': {
    ActivityRegularization: 'l1 l2',
    AdditiveAttention: 'dropout',
    AlphaDropout: 'rate',
    Attention: 'dropout',
    AugMix: 'factor alpha',
    BatchNormalization: 'momentum epsilon renorm_momentum',
    ContrastLimitedAdaptiveHistogramEqualization: 'clip_limit',
    ConvLSTM1D: RECURRENT,
    ConvLSTM2D: RECURRENT,
    ConvLSTM3D: RECURRENT,
    CutMix: 'factor',
    Discretization: 'epsilon bin_boundaries',
    Dropout: 'rate',
    ELU: 'alpha',
    GRU: RECURRENT,
    GRUCell: RECURRENT,
    GaussianDropout: 'rate',
    GaussianNoise: 'stddev',
    GroupNormalization: 'epsilon',
    GroupedQueryAttention: 'dropout',
    LSTM: RECURRENT,
    LSTMCell: RECURRENT,
    LayerNormalization: 'epsilon',
    LeakyReLU: 'negative_slope',
    Masking: 'mask_value',
    MelSpectrogram: 'min_freq top_db mag_exp min_power ref_power',
    MixUp: 'alpha',
    MultiHeadAttention: 'dropout',
    Normalization: 'mean variance',
    RMSNormalization: 'epsilon',
    RandAugment: 'factor',
    RandomBrightness: 'factor',
    RandomColorDegeneration: 'factor',
    RandomColorJitter: 'brightness_factor contrast_factor saturation_factor hue_factor',
    RandomContrast: 'factor',
    RandomElasticTransform: 'factor scale fill_value',
    RandomErasing: 'factor scale',
    RandomGaussianBlur: 'factor sigma',
    RandomGrayscale: 'factor',
    RandomHue: 'factor',
    RandomInvert: 'factor',
    RandomPerspective: 'factor scale fill_value',
    RandomRotation: 'factor fill_value',
    RandomSaturation: 'factor',
    RandomSharpness: 'factor',
    RandomShear: 'x_factor y_factor fill_value',
    RandomTranslation: 'height_factor width_factor fill_value',
    RandomZoom: 'height_factor width_factor fill_value',
    ReLU: 'max_value negative_slope threshold',
    Rescaling: 'scale offset',
    Resizing: 'fill_value',
    ReversibleEmbedding: 'logit_soft_cap',
    SimpleRNN: RECURRENT,
    SimpleRNNCell: RECURRENT,
    Solarization: 'addition_factor threshold_factor',
    SpatialDropout1D: 'rate',
    SpatialDropout2D: 'rate',
    SpatialDropout3D: 'rate',
  },
  'keras._legacy.layers': {
    RandomHeight: 'factor',
    RandomWidth: 'factor',
    ThresholdedReLU: 'theta',
  },
  'keras.losses': {
    BinaryCrossentropy: 'label_smoothing',
    BinaryFocalCrossentropy: 'label_smoothing alpha gamma',
    CategoricalCrossentropy: 'label_smoothing',
    CategoricalFocalCrossentropy: 'label_smoothing alpha gamma',
    CategoricalGeneralizedCrossEntropy: 'q',
    Circle: 'gamma margin',
    Huber: 'delta',
    Tversky: 'alpha beta',
  },
  'keras.metrics': {
    AUC: 'thresholds label_weights',
    BinaryAccuracy: 'threshold',
    BinaryIoU: 'threshold',
    F1Score: 'threshold',
    FBetaScore: 'beta threshold',
    FalseNegatives: 'thresholds',
    FalsePositives: 'thresholds',
    Precision: 'thresholds',
    PrecisionAtRecall: 'recall',
    Recall: 'thresholds',
    RecallAtPrecision: 'precision',
    SensitivityAtSpecificity: 'specificity',
    SpecificityAtSensitivity: 'sensitivity',
    TrueNegatives: 'thresholds',
    TruePositives: 'thresholds',
  },
  'keras.optimizers': {
    Adadelta: `${OPTIMIZER} rho epsilon`,
    Adafactor: `${OPTIMIZER} beta_2_decay epsilon_1 epsilon_2 clip_threshold`,
    Adagrad: `${OPTIMIZER} initial_accumulator_value epsilon`,
    Adam: ADAM,
    Adamax: ADAM,
    AdamW: ADAM,
    Ftrl: `${OPTIMIZER} learning_rate_power initial_accumulator_value l1_regularization_strength l2_regularization_strength l2_shrinkage_regularization_strength beta`,
    Lamb: ADAM,
    Lion: `${OPTIMIZER} beta_1 beta_2`,
    LossScaleOptimizer: 'initial_scale',
    MultiOptimizer: OPTIMIZER,
    Muon: `${OPTIMIZER} adam_beta_1 adam_beta_2 epsilon muon_a muon_b muon_c momentum adam_weight_decay rms_rate`,
    Nadam: ADAM,
    RMSprop: `${OPTIMIZER} rho momentum epsilon`,
    SGD: `${OPTIMIZER} momentum`,
    ScheduleFreeAdamW: ADAM,
  },
  'keras.optimizers.schedules': {
    CosineDecay: 'initial_learning_rate alpha warmup_target',
    CosineDecayRestarts: 'initial_learning_rate t_mul m_mul alpha',
    ExponentialDecay: 'initial_learning_rate decay_rate',
    InverseTimeDecay: 'initial_learning_rate decay_rate',
    PiecewiseConstantDecay: 'values',
    PolynomialDecay: 'initial_learning_rate end_learning_rate power',
  },
  'keras.initializers': {
    Constant: 'value',
    Orthogonal: 'gain',
    Identity: 'gain',
    RandomNormal: 'mean stddev',
    RandomUniform: 'minval maxval',
    TruncatedNormal: 'mean stddev',
    VarianceScaling: 'scale',
  },
  'keras.regularizers': {
    L1: 'l1',
    L1L2: 'l1 l2',
    L2: 'l2',
    OrthogonalRegularizer: 'factor',
  },
  'keras.constraints': { MinMaxNorm: 'min_value max_value rate' },
  'keras.distillation': {
    Distiller: 'distillation_loss_weights student_loss_weight',
    LogitsDistillation: 'temperature',
  },
};

const found = new WeakMap<object, ReadonlySet<string>>();
/** @internal Keys of a class' config that hold floats: its own, and those of the Keras classes it extends. */
export function floatOptions(cls: SerializableClass): ReadonlySet<string> {
  const known = found.get(cls);
  if (known) return known;
  const keys = new Set<string>();
  for (let c: unknown = cls; typeof c === 'function' && c !== Function.prototype; c = Object.getPrototypeOf(c)) {
    const module = moduleOf(c);
    if (module)
      for (const key of FLOATS[module]?.[classNameOf(c as SerializableClass)]?.split(' ') ?? []) keys.add(key);
  }
  found.set(cls, keys);
  return keys;
}
