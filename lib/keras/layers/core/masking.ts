/** Masking: steps whose features all have one value are skipped by the layers that follow. */
import { describe } from '../../../support/describe';
import { TypeError } from '../../../support/errors';
import * as ops from '../../../ops/index';
import { Tensor } from '../../../core/tensor';
import { registerClass } from '../../serialization/registry';
import { deserializeKerasObject, isSerialized } from '../../serialization/serialize';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type LayerOptions } from '../layer';

export interface MaskingOptions extends LayerOptions {
  /** Default 0. */
  maskValue?: number;
}
/**
 * (batch, steps, features), the same shape with masked steps as zeros, and a mask (batch, steps) that is true where any
 * feature differs from `maskValue`. Layers that support masks skip the other steps.
 */
export class Masking extends Layer {
  static override positional: readonly string[] = [];
  static override options: OptionKinds = { maskValue: kinds.floats };
  override supportsMasking = true;
  readonly maskValue: number;
  constructor(options: number | MaskingOptions = {}) {
    const given = typeof options === 'number' ? { maskValue: options } : options;
    super(given);
    const value: unknown = isSerialized(given.maskValue) ? deserializeKerasObject(given.maskValue) : given.maskValue;
    const number = value == null ? 0 : value instanceof Tensor ? value.item() : value;
    if (typeof number !== 'number')
      throw new TypeError(`Masking: maskValue must be a number.\n  Received: ${describe(number)}`);
    this.maskValue = number;
    this.built = true;
  }
  override call(inputs: Tensor): Tensor {
    return ops.where(this.differs(inputs, true), inputs, 0);
  }
  private differs(inputs: Tensor, keepdims: boolean): Tensor {
    return inputs.notEqual(this.maskValue).any({ axis: [inputs.ndim - 1], keepdims });
  }
  protected override producesMask(): boolean {
    return true;
  }
  override computeMask(inputs: Tensor): Tensor {
    return this.differs(inputs, false);
  }
  override getConfig() {
    return { ...super.getConfig(), maskValue: this.maskValue };
  }
}
registerClass('keras.layers', Masking);
