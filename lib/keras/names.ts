/**
 * The names that stand for activations, initializers, losses and the like. Types of options are made of these tables;
 * the classes and functions of each kind are compared with them in test/keras/names.test.ts, so that neither can drift.
 */

/** A name in Keras' spelling, or in TypeScript's: `'hard_sigmoid'` and `'hardSigmoid'` mean one thing. */
export type Spelled<S extends string> = S | CamelCase<S>;
/** `'hard_sigmoid'` as `'hardSigmoid'`. */
export type CamelCase<S extends string> = S extends `${infer A}_${infer B}` ? `${A}${Capitalize<CamelCase<B>>}` : S;
type NameOf<Classes extends Readonly<Record<string, string>>> =
  (keyof Classes & string) | Spelled<Classes[keyof Classes]>;

/** A name that `registerKerasSerializable('package')` gave: `'package>name'`. */
export type RegisteredName = `${string}>${string}`;

/** Functions of keras.activations. */
export const ACTIVATIONS = [
  'relu',
  'relu6',
  'leaky_relu',
  'elu',
  'selu',
  'celu',
  'gelu',
  'silu',
  'swish',
  'sigmoid',
  'tanh',
  'softplus',
  'softsign',
  'softmax',
  'log_softmax',
  'log_sigmoid',
  'exponential',
  'hard_sigmoid',
  'hard_silu',
  'hard_swish',
  'hard_tanh',
  'hard_shrink',
  'soft_shrink',
  'tanh_shrink',
  'mish',
  'linear',
  'glu',
  'sparse_plus',
  'sparse_sigmoid',
  'squareplus',
  'threshold',
  'sparsemax',
] as const;
/** `'relu'`, `'softmax'`, ... */
export type ActivationName = Spelled<(typeof ACTIVATIONS)[number]>;

/** Classes of keras.initializers by name, and their names in snake_case. */
export const INITIALIZERS = {
  Zeros: 'zeros',
  Ones: 'ones',
  Constant: 'constant',
  Identity: 'identity',
  RandomNormal: 'random_normal',
  RandomUniform: 'random_uniform',
  TruncatedNormal: 'truncated_normal',
  Orthogonal: 'orthogonal',
  STFT: 'stft',
  VarianceScaling: 'variance_scaling',
  GlorotUniform: 'glorot_uniform',
  GlorotNormal: 'glorot_normal',
  LecunNormal: 'lecun_normal',
  LecunUniform: 'lecun_uniform',
  HeNormal: 'he_normal',
  HeUniform: 'he_uniform',
} as const;
/** Short and old names. */
export const INITIALIZER_ALIASES = {
  uniform: 'RandomUniform',
  normal: 'RandomNormal',
  eye: 'Identity',
  orthogonal: 'Orthogonal',
  OrthogonalInitializer: 'Orthogonal',
  IdentityInitializer: 'Identity',
  one: 'Ones',
  zero: 'Zeros',
} as const;
/** `'glorot_uniform'`, `'zeros'`, ... */
export type InitializerName = NameOf<typeof INITIALIZERS> | keyof typeof INITIALIZER_ALIASES;

/** Classes of keras.regularizers. */
export const REGULARIZERS = {
  L1: 'l1',
  L2: 'l2',
  L1L2: 'l1_l2',
  OrthogonalRegularizer: 'orthogonal_regularizer',
} as const;
/** `'l1'`, `'l2'`, `'l1_l2'` or `'orthogonal_regularizer'`, with the strengths that are their defaults. */
export type RegularizerName = NameOf<typeof REGULARIZERS>;

/** Classes of keras.constraints. */
export const CONSTRAINTS = {
  MaxNorm: 'max_norm',
  NonNeg: 'non_neg',
  UnitNorm: 'unit_norm',
  MinMaxNorm: 'min_max_norm',
} as const;
/** `'max_norm'`, `'non_neg'`, `'unit_norm'` or `'min_max_norm'`, with the limits that are their defaults. */
export type ConstraintName = NameOf<typeof CONSTRAINTS>;

/** Classes of keras.losses. */
export const LOSSES = {
  BinaryCrossentropy: 'binary_crossentropy',
  CategoricalCrossentropy: 'categorical_crossentropy',
  SparseCategoricalCrossentropy: 'sparse_categorical_crossentropy',
  CategoricalGeneralizedCrossEntropy: 'categorical_generalized_cross_entropy',
  BinaryFocalCrossentropy: 'binary_focal_crossentropy',
  CategoricalFocalCrossentropy: 'categorical_focal_crossentropy',
  MeanSquaredError: 'mean_squared_error',
  MeanAbsoluteError: 'mean_absolute_error',
  MeanAbsolutePercentageError: 'mean_absolute_percentage_error',
  MeanSquaredLogarithmicError: 'mean_squared_logarithmic_error',
  LogCosh: 'log_cosh',
  Huber: 'huber',
  CosineSimilarity: 'cosine_similarity',
  Hinge: 'hinge',
  SquaredHinge: 'squared_hinge',
  CategoricalHinge: 'categorical_hinge',
  KLDivergence: 'kl_divergence',
  Poisson: 'poisson',
  Dice: 'dice',
  Tversky: 'tversky',
  CTC: 'ctc',
  Circle: 'circle',
} as const;
/** Short and old names, in lower case and without underscores: both are passed over in names of losses. */
export const LOSS_ALIASES = {
  mse: 'MeanSquaredError',
  mae: 'MeanAbsoluteError',
  mape: 'MeanAbsolutePercentageError',
  msle: 'MeanSquaredLogarithmicError',
  bce: 'BinaryCrossentropy',
  kld: 'KLDivergence',
  huberloss: 'Huber',
  logcosh: 'LogCosh',
  kullbackleiblerdivergence: 'KLDivergence',
  cosineproximity: 'CosineSimilarity',
} as const;
type ShortLoss = 'mse' | 'mae' | 'mape' | 'msle' | 'bce' | 'kld';
/** `'mse'`, `'categorical_crossentropy'`, ... */
export type LossName =
  | NameOf<typeof LOSSES>
  | ShortLoss
  | Uppercase<ShortLoss>
  | 'logcosh'
  | Spelled<'huber_loss' | 'kullback_leibler_divergence' | 'cosine_proximity'>;

/** Classes of keras.metrics that their names alone make: `MeanIoU` and others need arguments. */
export const METRICS = {
  Mean: 'mean',
  Sum: 'sum',
  Accuracy: 'accuracy',
  BinaryAccuracy: 'binary_accuracy',
  CategoricalAccuracy: 'categorical_accuracy',
  SparseCategoricalAccuracy: 'sparse_categorical_accuracy',
  TopKCategoricalAccuracy: 'top_k_categorical_accuracy',
  SparseTopKCategoricalAccuracy: 'sparse_top_k_categorical_accuracy',
  PearsonCorrelation: 'pearson_correlation',
  ConcordanceCorrelation: 'concordance_correlation',
  AUC: 'auc',
  TruePositives: 'true_positives',
  FalsePositives: 'false_positives',
  TrueNegatives: 'true_negatives',
  FalseNegatives: 'false_negatives',
  Precision: 'precision',
  Recall: 'recall',
  FBetaScore: 'f_beta_score',
  F1Score: 'f1_score',
  Hinge: 'hinge',
  SquaredHinge: 'squared_hinge',
  CategoricalHinge: 'categorical_hinge',
  BinaryIoU: 'binary_io_u',
  KLDivergence: 'kl_divergence',
  Poisson: 'poisson',
  BinaryCrossentropy: 'binary_crossentropy',
  CategoricalCrossentropy: 'categorical_crossentropy',
  SparseCategoricalCrossentropy: 'sparse_categorical_crossentropy',
  MeanSquaredError: 'mean_squared_error',
  MeanAbsoluteError: 'mean_absolute_error',
  MeanAbsolutePercentageError: 'mean_absolute_percentage_error',
  MeanSquaredLogarithmicError: 'mean_squared_logarithmic_error',
  LogCoshError: 'log_cosh_error',
  CosineSimilarity: 'cosine_similarity',
  RootMeanSquaredError: 'root_mean_squared_error',
  R2Score: 'r2_score',
} as const;
/** Short and old names, in lower case and without underscores. */
export const METRIC_ALIASES = {
  mse: 'MeanSquaredError',
  mae: 'MeanAbsoluteError',
  mape: 'MeanAbsolutePercentageError',
  msle: 'MeanSquaredLogarithmicError',
  rmse: 'RootMeanSquaredError',
  bce: 'BinaryCrossentropy',
  kld: 'KLDivergence',
  acc: 'Accuracy',
  logcosh: 'LogCoshError',
  cosineproximity: 'CosineSimilarity',
  kullbackleiblerdivergence: 'KLDivergence',
} as const;
type ShortMetric = 'mse' | 'mae' | 'mape' | 'msle' | 'rmse' | 'bce' | 'kld';
/** `'accuracy'`, `'mae'`, `'AUC'`, ... */
export type MetricName =
  | NameOf<typeof METRICS>
  | ShortMetric
  | Uppercase<ShortMetric>
  | 'acc'
  | 'logcosh'
  | Spelled<'log_cosh' | 'kullback_leibler_divergence' | 'cosine_proximity'>;

/** Classes of keras.optimizers that their names alone make. */
export const OPTIMIZERS = {
  SGD: 'sgd',
  RMSprop: 'rmsprop',
  Adam: 'adam',
  AdamW: 'adamw',
  Adadelta: 'adadelta',
  Adagrad: 'adagrad',
  Adamax: 'adamax',
  Adafactor: 'adafactor',
  Nadam: 'nadam',
  Ftrl: 'ftrl',
  Lion: 'lion',
  Lamb: 'lamb',
  Muon: 'muon',
  ScheduleFreeAdamW: 'schedule_free_adamw',
} as const;
/** `'adam'`, `'sgd'`, ...: with the learning rates that are their defaults. */
export type OptimizerName = (keyof typeof OPTIMIZERS & string) | (typeof OPTIMIZERS)[keyof typeof OPTIMIZERS];
