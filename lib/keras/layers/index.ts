/** All layers (keras.layers). */
import { makeKind } from '../saving/serialize';
import { Layer } from './layer';

export { Activation, ELU, LeakyReLU, PReLU, ReLU, Softmax } from './activations';
export { AdditiveAttention, Attention, GroupedQueryAttention, GroupQueryAttention, MultiHeadAttention } from './attention';
export { Conv1D, Conv2D } from './convolution';
export { Conv1D as Convolution1D, Conv2D as Convolution2D } from './convolution';
export { Dense, EinsumDense, Embedding, Identity, Input, InputLayer, Lambda, Masking, ReversibleEmbedding, Wrapper } from './core';
export { InputSpec } from './input_spec';
export { Layer, type CallOptions, type LayerOptions } from './layer';
export { Add, Average, Concatenate, Dot, Maximum, Minimum, Multiply, Subtract } from './merging';
export { BatchNormalization, GroupNormalization, LayerNormalization, RMSNormalization, UnitNormalization } from './normalization';
export { AveragePooling1D, AveragePooling2D, GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalMaxPooling1D, GlobalMaxPooling2D, MaxPooling1D, MaxPooling2D } from './pooling';
export { Rescaling } from './preprocessing/rescaling';
export {
  Bidirectional,
  ConvLSTM1D,
  ConvLSTM2D,
  ConvLSTM3D,
  GRU,
  GRUCell,
  LSTM,
  LSTMCell,
  RNN,
  SimpleRNN,
  SimpleRNNCell,
  StackedRNNCells,
  TimeDistributed,
  type RNNCell,
  type States,
} from './recurrent';
export { ActivityRegularization, AlphaDropout, Dropout, GaussianDropout, GaussianNoise } from './regularization';
export { Flatten, Permute, Reshape, UpSampling2D, ZeroPadding2D } from './reshaping';

const kind = makeKind<Layer>('keras.layers', 'layer', (x): x is Layer => x instanceof Layer);
export const { get, serialize, deserialize } = kind;
