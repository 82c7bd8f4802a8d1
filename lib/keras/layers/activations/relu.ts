/** ReLU. */
import { ValueError } from '../../../support/errors';
import type { Tensor } from '../../../core/tensor';
import * as activations from '../../activations';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type LayerOptions } from '../layer';

export interface ReLUOptions extends LayerOptions {
  /** Largest output, >= 0. Default null: no limit. */
  maxValue?: number | null;
  /** Slope below the threshold, >= 0. Default 0. */
  negativeSlope?: number;
  /** Inputs above it pass unchanged, >= 0. Default 0. */
  threshold?: number;
}
/** max(x, 0), with a slope below `threshold` and a limit above. */
export class ReLU extends Layer {
  static override positional: readonly string[] = [];
  static override options: OptionKinds = { maxValue: kinds.float, negativeSlope: kinds.float, threshold: kinds.floats };
  override supportsMasking = true;
  readonly maxValue: number | null;
  readonly negativeSlope: number;
  readonly threshold: number;
  constructor(options: ReLUOptions = {}) {
    super(options);
    this.maxValue = options.maxValue ?? null;
    this.negativeSlope = options.negativeSlope ?? 0;
    this.threshold = options.threshold ?? 0;
    for (const [name, v] of Object.entries({
      maxValue: this.maxValue ?? 0,
      negativeSlope: this.negativeSlope,
      threshold: this.threshold,
    }))
      if (!(v >= 0)) throw new ValueError(`ReLU: ${name} must not be negative.\n  Received: ${v}`);
    this.built = true;
  }
  override call(inputs: Tensor): Tensor {
    return activations.relu(inputs, {
      negativeSlope: this.negativeSlope,
      maxValue: this.maxValue,
      threshold: this.threshold,
    });
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      maxValue: this.maxValue,
      negativeSlope: this.negativeSlope,
      threshold: this.threshold,
    };
  }
}
registerClass('keras.layers', ReLU);
