/**
 * Old spellings: what configs of Keras 1 and 2 call otherwise, in one table, and what they meant where Keras changed the
 * meaning. Configs of Keras 3 pass through unchanged.
 */
import { isRecord } from '../../support/nest';
import { LEGACY_MODULE } from './legacy_module';
import { modernizeLossScale } from './legacy_loss_scale';
import { mergedFirst } from './legacy_merge';
import { builtInClass } from './registry';

type Config = Record<string, unknown>;

/** Classes under other names. */
const CLASSES: Readonly<Record<string, string>> = {
  Convolution1D: 'Conv1D',
  Convolution2D: 'Conv2D',
  Convolution3D: 'Conv3D',
  AtrousConvolution1D: 'Conv1D',
  AtrousConvolution2D: 'Conv2D',
  AtrousConv1D: 'Conv1D',
  AtrousConv2D: 'Conv2D',
  Deconvolution2D: 'Conv2DTranspose',
  Deconvolution3D: 'Conv3DTranspose',
  Convolution2DTranspose: 'Conv2DTranspose',
  SeparableConvolution1D: 'SeparableConv1D',
  SeparableConvolution2D: 'SeparableConv2D',
  DepthwiseConvolution2D: 'DepthwiseConv2D',
  MaxPool1D: 'MaxPooling1D',
  MaxPool2D: 'MaxPooling2D',
  MaxPool3D: 'MaxPooling3D',
  AvgPool1D: 'AveragePooling1D',
  AvgPool2D: 'AveragePooling2D',
  AvgPool3D: 'AveragePooling3D',
  GlobalMaxPool1D: 'GlobalMaxPooling1D',
  GlobalMaxPool2D: 'GlobalMaxPooling2D',
  GlobalMaxPool3D: 'GlobalMaxPooling3D',
  GlobalAvgPool1D: 'GlobalAveragePooling1D',
  GlobalAvgPool2D: 'GlobalAveragePooling2D',
  GlobalAvgPool3D: 'GlobalAveragePooling3D',
  CuDNNLSTM: 'LSTM',
  CuDNNGRU: 'GRU',
  LSTMV1: 'LSTM',
  LSTMV2: 'LSTM',
  GRUV1: 'GRU',
  GRUV2: 'GRU',
  BatchNormalizationV1: 'BatchNormalization',
  BatchNormalizationV2: 'BatchNormalization',
  SyncBatchNormalization: 'BatchNormalization',
  NormalizationV1: 'Normalization',
  DenseLayer: 'Dense',
  Model: 'Functional',
  TimeDistributedDense: 'Dense',
  LeakyRelu: 'LeakyReLU',
  ReLu: 'ReLU',
};
// Keras 3 has it no more: it lives in layers/legacy.
const isGone = (className: string): boolean => builtInClass(LEGACY_MODULE, className) !== undefined;
/** Names that Keras 3 itself has given up. */
const RENAMED: Readonly<Record<string, string>> = {
  OrthogonalInitializer: 'Orthogonal',
  IdentityInitializer: 'Identity',
  GroupedQueryAttention: 'GroupQueryAttention',
};
/** Options under other names, for all classes that have them. */
const OPTIONS: Readonly<Record<string, string>> = {
  init: 'kernel_initializer',
  inner_init: 'recurrent_initializer',
  inner_activation: 'recurrent_activation',
  W_regularizer: 'kernel_regularizer',
  U_regularizer: 'recurrent_regularizer',
  b_regularizer: 'bias_regularizer',
  W_constraint: 'kernel_constraint',
  U_constraint: 'recurrent_constraint',
  b_constraint: 'bias_constraint',
  bias: 'use_bias',
  nb_filter: 'filters',
  border_mode: 'padding',
  subsample: 'strides',
  subsample_length: 'strides',
  dim_ordering: 'data_format',
  atrous_rate: 'dilation_rate',
  pool_length: 'pool_size',
  filter_length: 'kernel_size',
  dropout_W: 'dropout',
  dropout_U: 'recurrent_dropout',
  beta_init: 'beta_initializer',
  gamma_init: 'gamma_initializer',
  init_max: 'max_value',
};
/** And for single classes. */
const OPTIONS_OF: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Dense: { output_dim: 'units' },
  LSTM: { output_dim: 'units' },
  GRU: { output_dim: 'units' },
  SimpleRNN: { output_dim: 'units' },
  Embedding: {
    init: 'embeddings_initializer',
    W_regularizer: 'embeddings_regularizer',
    W_constraint: 'embeddings_constraint',
  },
  Dropout: { p: 'rate' },
  SpatialDropout1D: { p: 'rate' },
  SpatialDropout2D: { p: 'rate' },
  SpatialDropout3D: { p: 'rate' },
  GaussianDropout: { p: 'rate' },
  GaussianNoise: { sigma: 'stddev' },
  LeakyReLU: { alpha: 'negative_slope' },
  MaxPooling1D: { stride: 'strides' },
  AveragePooling1D: { stride: 'strides' },
  UpSampling1D: { length: 'size' },
  InputLayer: { batch_input_shape: 'batch_shape' },
  Concatenate: { concat_axis: 'axis' },
  PReLU: { init: 'alpha_initializer' },
  MaxoutDense: { output_dim: 'units' },
  ParametricSoftplus: { alpha_init: 'alpha_init', beta_init: 'beta_init' },
  SReLU: {
    t_left_init: 't_left_initializer',
    a_left_init: 'a_left_initializer',
    t_right_init: 't_right_initializer',
    a_right_init: 'a_right_initializer',
  },
  DepthwiseConv2D: {
    kernel_initializer: 'depthwise_initializer',
    kernel_regularizer: 'depthwise_regularizer',
    kernel_constraint: 'depthwise_constraint',
  },
};
/** Options that say nothing any more. */
const DROPPED = new Set([
  'implementation',
  'consume_less',
  'time_major',
  'ragged',
  'sparse',
  'input_dtype',
  'input_dim',
  'weights',
  'W_learning_rate_multiplier',
  'b_learning_rate_multiplier',
  'learning_rate_multiplier',
  'batch_size',
  'node_indices',
  'tensor_indices',
  'output_mask',
  'output_mask_type',
  'output_shape_type',
  'synchronized',
  'virtual_batch_size',
  'fused',
  'renorm',
  'renorm_clipping',
  'renorm_momentum',
  'adjustment',
  'inbound_nodes',
  'cache_enabled',
  'rng_type',
  'input_length',
  'experimental_run_tf_function',
  'jit_compile',
  'is_legacy_optimizer',
]);
/** Options of Keras 2 and 1 that only some classes lost. */
const DROPPED_OF: Readonly<Record<string, readonly string[]>> = {
  DepthwiseConv2D: ['groups', 'filters', 'kernel_initializer', 'kernel_regularizer', 'kernel_constraint'],
  DepthwiseConv1D: ['groups', 'filters'],
  SeparableConv2D: ['groups', 'kernel_initializer', 'kernel_regularizer', 'kernel_constraint'],
  SeparableConv1D: ['groups', 'kernel_initializer', 'kernel_regularizer', 'kernel_constraint'],
  Conv2DTranspose: ['groups'],
  Conv1DTranspose: ['groups'],
  Conv3DTranspose: ['groups'],
  Embedding: ['dropout', 'activity_regularizer'],
  BatchNormalization: ['mode', 'gamma_regularizer_v1'],
  Bidirectional: ['weights'],
  MultiHeadAttention: ['query_shape', 'key_shape', 'value_shape', 'softmax_robust_masking'],
  Softmax: ['robust_masking'],
  Attention: ['causal'],
  AdditiveAttention: ['causal', 'score_mode'],
  Activation: [],
  InputLayer: ['input_shape'],
};
/** Values that have another spelling. */
const INITIALIZERS: Readonly<Record<string, unknown>> = {
  one: 'ones',
  zero: 'zeros',
  normal: 'random_normal',
  uniform: 'random_uniform',
};
const MERGES: Readonly<Record<string, string>> = {
  sum: 'Add',
  mul: 'Multiply',
  concat: 'Concatenate',
  ave: 'Average',
  dot: 'Dot',
  cos: 'CosineMerge',
  max: 'Maximum',
};
/** What Keras 2 called otherwise among optimizers. */
const OPTIMIZER_OPTIONS: Readonly<Record<string, string>> = { lr: 'learning_rate' };
const OPTIMIZER_DROPPED = [
  'decay',
  'schedule_decay',
  'is_legacy_optimizer',
  'jit_compile',
  'initial_decay',
  'experimental_learning_rate',
];

const LAYER_MODULES = /^(keras|keras_core|tensorflow|tf_keras|tf)(\.|$)/;

/** @internal A config in Keras 3's spelling. @param isOld - whether Keras 1 or 2 wrote it. */
export function modernize(
  name: string,
  module: string | null | undefined,
  given: unknown,
  isOld: boolean,
): { className: string; module: string | null | undefined; config: unknown } {
  // Keras 2.11 and 2.12 took their own optimizers for custom ones.
  const className = name.replace(/^Custom>/, '');
  if (
    className === 'Functional' ||
    /^(keras|keras_core|tf_keras|tensorflow\.python\.keras)(\.src)?\.(engine|models)\.functional$/.test(module ?? '')
  )
    return {
      className: 'Functional',
      module: 'keras.src.models.functional',
      config: isOld ? withCausalCalls(given) : given,
    };
  if (Object.hasOwn(RENAMED, className)) return { className: RENAMED[className], module, config: given };
  // Our own HDF5 files name no modules either.
  if (!isOld && className === 'LossFunctionWrapper')
    return { className, module: 'keras.src.losses.losses', config: given };
  if (!isOld && (!module || module === 'keras.layers' || module === 'keras.models') && isGone(className))
    return { className, module: LEGACY_MODULE, config: given };
  // Sequential models of Keras <= 2.2 are lists of layers.
  const list: unknown = isRecord(given) ? given.layers : given;
  if (className === 'Sequential' && isOld && Array.isArray(list)) {
    const graph = mergedFirst(list, isRecord(given) ? given.name : undefined);
    if (graph) return { className: 'Functional', module: 'keras.src.models.functional', config: graph };
  }
  if (className === 'Sequential' && Array.isArray(given))
    return { className, module: 'keras.models', config: { layers: given } };
  if (isOld && className === 'MeanMetricWrapper' && isRecord(given) && isCosine(given.fn)) {
    const { fn: _, ...rest } = given; // the metric is the cosine, the loss of that name is -cosine
    return { className: 'CosineSimilarity', module, config: rest };
  }
  if (isOld && className === 'LossFunctionWrapper' && isRecord(given))
    return { className, module: 'keras.src.losses.losses', config: modernizeMeasure(className, given) };
  const scaled = isOld ? modernizeLossScale(className, given) : null;
  if (scaled) return { ...scaled, config: modernizeSmall(scaled.className, scaled.config) };
  if (!isOld || !isRecord(given) || (module && !LAYER_MODULES.test(module)))
    return { className, module, config: given };
  if (className === 'Functional' || className === 'Model')
    return {
      className: Array.isArray(given.layers) ? 'Functional' : className,
      module: Array.isArray(given.layers) ? 'keras.src.models.functional' : module,
      config: withCausalCalls(given),
    };
  if (module && /(initializers|regularizers|constraints|optimizers|losses|metrics)/.test(module))
    return {
      className,
      module,
      config: /losses|metrics/.test(module) ? modernizeMeasure(className, given) : modernizeSmall(className, given),
    };
  if (module && !/layers|^keras$/.test(module)) return { className, module, config: given };
  return modernizeLayer(className, module, given);
}
// tf.keras 2.2 wrote both directions of a ConvLSTM2D alike: the backward one goes the other way all the same.
function turned(forward: unknown, backward: unknown): unknown {
  if (!isRecord(forward) || !isRecord(forward.config) || !isRecord(backward) || !isRecord(backward.config))
    return backward;
  const goesBack = forward.config.go_backwards === true;
  return (backward.config.go_backwards === true) === goesBack
    ? { ...backward, config: { ...backward.config, go_backwards: !goesBack } }
    : backward;
}
// Before tf.keras 2.10 `causal` was an option of attention layers; it is one of their calls.
function withCausalCalls(given: unknown): unknown {
  if (!isRecord(given) || !Array.isArray(given.layers)) return given;
  const call = (node: unknown): unknown =>
    Array.isArray(node)
      ? node.map((entry: unknown, i) =>
          i === 0 && Array.isArray(entry)
            ? [...(entry as unknown[]).slice(0, 3), { ...(isRecord(entry[3]) ? entry[3] : {}), use_causal_mask: true }]
            : entry,
        )
      : node;
  const layers = given.layers.map((entry: unknown) =>
    isRecord(entry) && isRecord(entry.config) && entry.config.causal === true && Array.isArray(entry.inbound_nodes)
      ? { ...entry, inbound_nodes: entry.inbound_nodes.map(call) }
      : entry,
  );
  return { ...given, layers };
}
function modernizeLayer(
  given: string,
  module: string | null | undefined,
  old: Config,
): { className: string; module: string | null | undefined; config: Config } {
  let className = Object.hasOwn(CLASSES, given) ? CLASSES[given] : given;
  const config: Config = { ...old };
  if (className === 'Merge')
    className = Object.hasOwn(MERGES, String(config.mode)) ? MERGES[String(config.mode)] : className;
  if (given === 'Merge') {
    if (className === 'Concatenate') config.axis = config.concat_axis ?? -1;
    // Keras 0 wrote lists of lists.
    if (className === 'Dot')
      config.axes = Array.isArray(config.dot_axes) ? config.dot_axes.flat() : (config.dot_axes ?? -1);
    for (const k of [
      'mode',
      'concat_axis',
      'dot_axes',
      'mode_type',
      'output_shape',
      'arguments',
      'layers',
      'trainable',
    ])
      delete config[k];
  }
  // Two or three numbers that have become one list.
  const join = (to: string, from: readonly string[]): void => {
    if (!from.every((k) => k in config)) return;
    config[to] = from.map((k) => config[k]);
    for (const k of from) delete config[k];
  };
  join('kernel_size', ['kernel_dim1', 'kernel_dim2', 'kernel_dim3']);
  join('kernel_size', ['nb_row', 'nb_col']);
  if (given === 'CuDNNLSTM' || given === 'CuDNNGRU') {
    config.recurrent_activation ??= 'sigmoid';
    config.activation ??= 'tanh';
    if (given === 'CuDNNGRU') config.reset_after = true;
  }
  // Unless it said so, the reset gate came before the matrix product.
  if (className === 'GRU' && !('reset_after' in config)) config.reset_after = false;
  if (className === 'LSTM' && 'forget_bias_init' in config) {
    config.unit_forget_bias = config.forget_bias_init === 'one';
    delete config.forget_bias_init;
  }
  if (className === 'BatchNormalization' && (config.mode === 1 || config.mode === 2))
    className = 'ModeBatchNormalization';
  if (className === 'Bidirectional' && config.backward_layer)
    config.backward_layer = turned(config.layer, config.backward_layer);
  const own = Object.hasOwn(OPTIONS_OF, className) ? OPTIONS_OF[className] : {};
  for (const [k, v] of Object.entries(config)) {
    const to =
      (Object.hasOwn(own, k) ? own[k] : undefined) ??
      (className === 'Embedding' && k === 'init' ? undefined : Object.hasOwn(OPTIONS, k) ? OPTIONS[k] : undefined);
    if (!to || to === k) continue;
    delete config[k];
    if (!(to in config) || config[to] === null) config[to] = v;
  }
  if (
    Array.isArray(config.axis) &&
    (className === 'BatchNormalization' || className === 'Concatenate') &&
    config.axis.length === 1
  )
    [config.axis] = config.axis as unknown[];
  for (const k of Object.keys(config))
    if (
      (DROPPED.has(k) && dropped(className, k)) ||
      (Object.hasOwn(DROPPED_OF, className) && DROPPED_OF[className].includes(k))
    )
      delete config[k];
  for (const [k, v] of Object.entries(config)) config[k] = modernizeValue(className, k, v);
  return { className, module: isGone(className) ? LEGACY_MODULE : module, config };
}
// Classes that still have an option of such a name keep it.
function dropped(className: string, option: string): boolean {
  if (option === 'implementation') return !className.startsWith('LocallyConnected');
  if (className === 'InputLayer') return option === 'input_dtype';
  if (className === 'Embedding') return option !== 'input_dim';
  if (option === 'synchronized' || option.startsWith('renorm')) return className === 'BatchNormalization';
  if (option === 'sparse' || option === 'ragged')
    return !/Lookup|Encoding|Vectorization|Hash|Discretization|Crossing/.test(className);
  return true;
}
function modernizeValue(className: string, key: string, value: unknown): unknown {
  if (key === 'data_format' && typeof value === 'string')
    return value === 'tf' ? 'channels_last' : value === 'th' ? 'channels_first' : value === 'default' ? null : value;
  if (/(^|_)activation$/.test(key)) return modernizeActivation(value);
  if (/initializer$/.test(key) && typeof value === 'string')
    return Object.hasOwn(INITIALIZERS, value) ? INITIALIZERS[value] : value;
  if (/regularizer$/.test(key)) return modernizeRegularizer(value);
  if (/constraint$/.test(key) && isRecord(value) && typeof value.name === 'string' && !('class_name' in value)) {
    const { name, m, ...rest } = value;
    return { class_name: name, config: m === undefined ? rest : { ...rest, max_value: m } };
  }
  if (key === 'units' || key === 'filters') return typeof value === 'number' ? Math.round(value) : value;
  // NumPy arrays and scalars that were written as records.
  if (isRecord(value) && value.type === 'ndarray' && 'value' in value) return value.value;
  if (className === 'LeakyReLU' && key === 'negative_slope' && Array.isArray(value)) return Number(value[0]);
  return value;
}
// hard_sigmoid of Keras 1 and 2 is clip(0.2 x + 0.5, 0, 1).
function modernizeActivation(value: unknown): unknown {
  if (value === 'hard_sigmoid') return 'keras2_hard_sigmoid';
  if (isRecord(value) && value.class_name === 'hard_sigmoid') return 'keras2_hard_sigmoid';
  return value;
}
function modernizeRegularizer(value: unknown): unknown {
  if (!isRecord(value) || 'class_name' in value || typeof value.name !== 'string') return value;
  const { l1 = 0, l2 = 0 } = value as { l1?: number; l2?: number };
  return l1 || l2 ? { class_name: 'L1L2', config: { l1, l2 } } : null;
}
/** Functions of losses and metrics under other names. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  mse: 'mean_squared_error',
  mae: 'mean_absolute_error',
  mape: 'mean_absolute_percentage_error',
  msle: 'mean_squared_logarithmic_error',
  bce: 'binary_crossentropy',
  kld: 'kl_divergence',
  kullback_leibler_divergence: 'kl_divergence',
  logcosh: 'log_cosh',
  huber_loss: 'huber',
  acc: 'accuracy',
  cosine_proximity: 'cosine_similarity',
};
// Losses and metrics were written with the function that they wrap, even where the class says which.
function modernizeMeasure(className: string, old: Config): Config {
  const { fn, ...config } = old;
  if (config.reduction === 'auto') config.reduction = 'sum_over_batch_size';
  if (fn === undefined || !WRAPPERS.has(className)) return config;
  const name = typeof fn === 'string' ? fn : isRecord(fn) && fn.class_name === 'function' ? fn.config : null;
  return { ...config, fn: typeof name === 'string' && Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : fn };
}
const isCosine = (fn: unknown): boolean =>
  ['cosine_similarity', 'cosine_proximity'].includes(String(isRecord(fn) ? fn.config : fn));
const WRAPPERS = new Set(['MeanMetricWrapper', 'LossFunctionWrapper']);
function modernizeSmall(className: string, old: Config): Config {
  const config = { ...old };
  // Initializers had a dtype; VarianceScaling's normal distribution was the truncated one.
  if (
    /initializers?$|^(Glorot|He|Lecun|Random|Truncated|Variance|Zeros|Ones|Constant|Orthogonal|Identity)/.test(
      className,
    )
  )
    delete config.dtype;
  if (className === 'VarianceScaling' && config.distribution === 'normal') config.distribution = 'truncated_normal';
  for (const [from, to] of Object.entries(OPTIMIZER_OPTIONS))
    if (from in config) {
      config[to] ??= config[from];
      delete config[from];
    }
  // A rate that falls by itself: rate / (1 + decay * steps). Nadam's decay is that of its momentum.
  if (
    className !== 'Nadam' &&
    typeof config.decay === 'number' &&
    config.decay > 0 &&
    typeof config.learning_rate === 'number'
  )
    config.learning_rate = {
      module: 'keras.optimizers.schedules',
      class_name: 'InverseTimeDecay',
      config: { initial_learning_rate: config.learning_rate, decay_steps: 1, decay_rate: config.decay },
      registered_name: null,
    };
  for (const k of OPTIMIZER_DROPPED) if (k in config && className !== 'ExponentialDecay') delete config[k];
  return config;
}
