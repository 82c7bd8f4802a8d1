/** AdamW. */
import { ValueError } from '../../support/errors';
import { registerClass } from '../serialization/registry';
import { Adam, type AdamOptions } from './adam';
import { splitRate, type LearningRate } from './optimizer';

/** Adam with weight decay apart from the gradient (Loshchilov & Hutter 2017). Default weightDecay 0.004. */
export class AdamW extends Adam {
  constructor(learningRate?: LearningRate | AdamOptions, more: AdamOptions = {}) {
    const options = splitRate(learningRate, more);
    if (options.weightDecay === null) throw new ValueError('AdamW: weightDecay must be a number.\n  Received: null');
    super({ weightDecay: 0.004, ...options });
  }
}
registerClass('keras.optimizers', AdamW);
