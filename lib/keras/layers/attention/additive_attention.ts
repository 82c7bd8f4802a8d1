/** AdditiveAttention (Bahdanau et al. 2015). */
import { Tensor } from '../../../core/tensor';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import type { OptionKinds } from '../../options';
import { Attention, pairwiseSum, type AttentionOptions } from './attention';

/**
 * As Attention, with scores sum(scale tanh(query + key)) over the last axis; `scale` (n,) is learned when `useScale`,
 * the default, and 1 otherwise.
 */
export class AdditiveAttention extends Attention {
  static override options: OptionKinds = { scoreMode: null };
  constructor(options: Omit<AttentionOptions, 'scoreMode'> = {}) {
    super({ useScale: true, ...options });
  }
  protected override makeWeights(shapes: SymbolicShape[]): void {
    if (this.useScale)
      this.scale = this.addWeight({ name: 'scale', shape: [shapes[0].at(-1)!], initializer: 'glorot_uniform' });
  }
  protected override scores(query: Tensor, key: Tensor): Tensor {
    const active = pairwiseSum(query, key).tanh();
    return (this.scale ? active.mul(this.scale.value) : active).sum({ axis: -1 });
  }
  override getConfig() {
    const { scoreMode: _, ...config } = super.getConfig();
    return config;
  }
}
registerClass('keras.layers', AdditiveAttention);
