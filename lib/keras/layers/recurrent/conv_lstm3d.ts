/** ConvLSTM3D. */
import { registerClass } from '../../serialization/registry';
import { ConvLSTM, type ConvLSTMOptions } from './conv_lstm';

/**
 * A convolutional LSTM over three spatial axes: (batch, steps, depth, height, width, channels) -> (batch, depth', height', width', filters), with an axis of
 * steps in between when `returnSequences`.
 * Source: Shi et al. 2015, arXiv:1506.04214 (without the connections from the states to the gates); keras 3 conv_lstm3d.py.
 */
export class ConvLSTM3D extends ConvLSTM {
  constructor(filters: number, kernelSize: number | readonly number[], options: ConvLSTMOptions = {}) {
    super(3, filters, kernelSize, options);
  }
}
registerClass('keras.layers', ConvLSTM3D);
