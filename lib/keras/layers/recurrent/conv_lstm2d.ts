/** ConvLSTM2D. */
import { registerClass } from '../../serialization/registry';
import { ConvLSTM, type ConvLSTMOptions } from './conv_lstm';

/**
 * A convolutional LSTM over two spatial axes: frames of a film: (batch, steps, height, width, channels) -> (batch, height', width', filters), with an axis of
 * steps in between when `returnSequences`.
 * Source: Shi et al. 2015, arXiv:1506.04214 (without the connections from the states to the gates); keras 3 conv_lstm2d.py.
 */
export class ConvLSTM2D extends ConvLSTM {
  constructor(filters: number, kernelSize: number | readonly number[], options: ConvLSTMOptions = {}) {
    super(2, filters, kernelSize, options);
  }
}
registerClass('keras.layers', ConvLSTM2D);
