/** The order of keys in the configs of Keras' classes, where it is not that of our constructors (Keras 3.15.1). */
import { classNameOf, moduleOf, type SerializableClass } from './registry';

const KERNEL = `name trainable dtype return_sequences return_state go_backwards stateful unroll zero_output_for_mask depth_multiplier filters units
  kernel_size strides padding output_padding data_format dilation_rate groups activation recurrent_activation use_bias depthwise_initializer
  pointwise_initializer kernel_initializer recurrent_initializer bias_initializer unit_forget_bias depthwise_regularizer pointwise_regularizer
  kernel_regularizer recurrent_regularizer bias_regularizer activity_regularizer depthwise_constraint pointwise_constraint kernel_constraint
  recurrent_constraint bias_constraint dropout recurrent_dropout reset_after seed`;
const EMBEDDING = `name trainable dtype input_dim output_dim embeddings_initializer embeddings_regularizer activity_regularizer embeddings_constraint mask_zero
  quantization_config`;
const same = (names: string, order: string): Record<string, string> =>
  Object.fromEntries(names.split(' ').map((name) => [name, order]));
const ORDERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'keras.layers': {
    ...same(
      'Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose DepthwiseConv1D DepthwiseConv2D SeparableConv1D SeparableConv2D',
      KERNEL,
    ),
    ...same('ConvLSTM1D ConvLSTM2D ConvLSTM3D SimpleRNN GRU GRUCell LSTM', KERNEL),
    ...same('Embedding ReversibleEmbedding', EMBEDDING),
    LSTMCell: KERNEL.replace('use_bias', 'use_bias unit_forget_bias').replace(
      'bias_initializer unit_forget_bias',
      'bias_initializer',
    ),
    BatchNormalization: `name trainable dtype axis momentum epsilon center scale beta_initializer gamma_initializer moving_mean_initializer
      moving_variance_initializer beta_regularizer gamma_regularizer beta_constraint gamma_constraint synchronized renorm renorm_clipping renorm_momentum`,
    CenterCrop: 'name trainable dtype data_format height width',
    Discretization: 'bin_boundaries num_bins epsilon output_mode sparse name dtype',
    ELU: 'name alpha trainable dtype',
    InputLayer: 'batch_shape dtype sparse ragged name optional',
    IntegerLookup: `name trainable dtype invert max_tokens num_oov_indices oov_token mask_token output_mode sparse pad_to_max_tokens vocabulary_dtype idf_weights
      vocabulary vocabulary_size oov_method salt`,
    RandomRotation: 'name trainable dtype data_format factor fill_mode fill_value interpolation seed',
    Resizing:
      'name trainable dtype data_format height width interpolation crop_to_aspect_ratio pad_to_aspect_ratio fill_mode fill_value antialias',
  },
  'keras.metrics': {
    BinaryIoU: 'target_class_ids threshold name dtype',
    MeanIoU: 'num_classes name dtype ignore_class sparse_y_true sparse_y_pred axis',
    OneHotIoU: 'num_classes target_class_ids name dtype ignore_class sparse_y_pred axis',
    OneHotMeanIoU: 'num_classes name dtype ignore_class sparse_y_pred axis',
  },
  'keras.initializers': { Orthogonal: 'seed gain' },
};

/** @internal The same entries in Keras' order; what Keras does not have comes last. */
export function inKerasOrder(cls: SerializableClass, config: Record<string, unknown>): Record<string, unknown> {
  const order = ORDERS[moduleOf(cls) ?? '']?.[classNameOf(cls)];
  if (!order) return config;
  const ordered = order.split(/\s+/).filter((key) => key in config);
  return Object.fromEntries(
    [...ordered, ...Object.keys(config).filter((key) => !ordered.includes(key))].map((key) => [key, config[key]]),
  );
}
