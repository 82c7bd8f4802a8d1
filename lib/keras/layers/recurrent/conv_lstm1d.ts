/** ConvLSTM1D. */
import { registerClass } from '../../serialization/registry';
import { ConvLSTM, type ConvLSTMOptions } from './conv_lstm';

/**
 * A convolutional LSTM over one spatial axis: (batch, steps, length, channels) -> (batch, length', filters), with an axis of
 * steps in between when `returnSequences`.
 * Source: Shi et al. 2015, arXiv:1506.04214 (without the connections from the states to the gates); keras 3 conv_lstm1d.py.
 */
export class ConvLSTM1D extends ConvLSTM {
  constructor(filters: number, kernelSize: number | readonly number[], options: ConvLSTMOptions = {}) {
    super(1, filters, kernelSize, options);
  }
}
registerClass('keras.layers', ConvLSTM1D);
