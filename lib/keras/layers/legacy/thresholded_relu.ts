/** ThresholdedReLU of Keras 1 and 2. */
import { describe } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import type { Tensor } from '../../../core/tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type LayerOptions } from '../layer';
import { LEGACY_MODULE } from '../../serialization/legacy_module';

/** x where it is above `theta` (default 1), else 0. */
export class ThresholdedReLU extends Layer {
  static override options: OptionKinds = { theta: kinds.floats };
  override supportsMasking = true;
  readonly theta: number;
  constructor({ theta = 1, ...options }: LayerOptions & { theta?: number } = {}) {
    super(options);
    if (typeof theta !== 'number' || !(theta >= 0))
      throw new ValueError(`ThresholdedReLU: theta must be a number of at least 0.\n  Received: ${describe(theta)}`);
    this.theta = theta;
    this.built = true;
  }
  override call(inputs: Tensor): Tensor {
    return inputs.mul(inputs.greater(this.theta).cast(inputs.dtype));
  }
  override getConfig() {
    return { ...super.getConfig(), theta: this.theta };
  }
}
registerClass(LEGACY_MODULE, ThresholdedReLU);
