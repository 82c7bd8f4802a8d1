/** Recurrent layers (keras.src.layers.rnn). */
export { Bidirectional, type BidirectionalOptions, type MergeMode, type SequenceLayer } from './bidirectional';
export type { RNNCell, StateSize } from './cell';
export type { ConvLSTMOptions } from './conv_lstm';
export { ConvLSTM1D } from './conv_lstm1d';
export { ConvLSTM2D } from './conv_lstm2d';
export { ConvLSTM3D } from './conv_lstm3d';
export { GRU, GRUCell, type GRUCellOptions, type GRUOptions } from './gru';
export type { States } from './loop';
export { LSTM, LSTMCell, type LSTMCellOptions, type LSTMOptions } from './lstm';
export { RNN, type RNNCallOptions, type RNNOptions } from './rnn';
export { SimpleRNN, SimpleRNNCell, type SimpleRNNOptions } from './simple_rnn';
export { StackedRNNCells } from './stacked_rnn_cells';
export { TimeDistributed } from './time_distributed';
