/** ELU. */
import type { Tensor } from '../../../core/tensor';
import * as activations from '../../activations';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type LayerOptions } from '../layer';

/** x, or alpha (e^x - 1) below 0 (Clevert et al. 2015). Default alpha 1. */
export class ELU extends Layer {
  static override positional: readonly string[] = [];
  static override options: OptionKinds = { alpha: kinds.floats };
  override supportsMasking = true;
  readonly alpha: number;
  constructor(alpha: number | (LayerOptions & { alpha?: number }) = 1, options: LayerOptions = {}) {
    const given = typeof alpha === 'number' ? { ...options, alpha } : alpha;
    super(given);
    this.alpha = given.alpha ?? 1;
    this.built = true;
  }
  override call(inputs: Tensor): Tensor {
    return activations.elu(inputs, { alpha: this.alpha });
  }
  override getConfig() {
    return { ...super.getConfig(), alpha: this.alpha };
  }
}
registerClass('keras.layers', ELU);
