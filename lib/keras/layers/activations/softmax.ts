/** Softmax, with masks. */
import { ValueError } from '../../../support/errors';
import * as ops from '../../../ops/index';
import { convert, formatShape, type Tensor, type TensorLike } from '../../../core/tensor';
import * as activations from '../../activations';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type CallOptions, type LayerOptions } from '../layer';
import { hasMasksOfKeras2 } from '../../masks';

/** e^x / sum(e^x) along `axis` (default the last; a list for the sum over several); masked elements get 0. */
export class Softmax extends Layer {
  static override positional: readonly string[] = [];
  static override options: OptionKinds = { axis: kinds.integers };
  static hasMasksOfKeras2 = true;
  override supportsMasking = true;
  readonly axis: number | readonly number[];
  constructor(options: LayerOptions & { axis?: number | readonly number[] } = {}) {
    super(options);
    this.axis = options.axis ?? -1;
    this.built = true;
  }
  override call(inputs: Tensor, { mask }: CallOptions = {}): Tensor {
    const axis = this.axis;
    if (!mask) return activations.softmax(inputs, { axis });
    if (hasMasksOfKeras2(this)) return this.callAsKeras2(inputs, mask as TensorLike);
    const allowed = booleanMask(mask as TensorLike, inputs);
    const low = convert(inputs.dtype === 'float16' ? -3e4 : -1e9, inputs);
    const y = activations.softmax(ops.where(allowed, inputs, low), { axis });
    return ops.where(allowed, y, 0); // where all is masked, zeros
  }
  // Keras 2 added a large number where the mask is false: where all is masked, what is left is (nearly) the same for all.
  private callAsKeras2(inputs: Tensor, mask: TensorLike): Tensor {
    const m = checkedMask(mask, inputs);
    const allowed = m.dtype === inputs.dtype ? m : m.cast(inputs.dtype);
    const low = convert(inputs.dtype === 'float16' ? -65504 : -1e9, inputs);
    return activations.softmax(inputs.add(ops.subtract(1, allowed).mul(low)), { axis: this.axis });
  }
  override computeMask(_inputs: unknown, previousMask: unknown): unknown {
    return previousMask;
  }
  override getConfig() {
    return { ...super.getConfig(), axis: this.axis };
  }
}
function booleanMask(mask: TensorLike, inputs: Tensor): Tensor {
  const m = checkedMask(mask, inputs);
  return m.dtype === 'bool' ? m : m.greater(0.5);
}
function checkedMask(mask: TensorLike, inputs: Tensor): Tensor {
  const m = convert(mask);
  const shift = inputs.ndim - m.ndim;
  if (shift < 0 || m.shape.some((d, i) => d !== 1 && d !== inputs.shape[i + shift]))
    throw new ValueError(
      `the mask must broadcast to the input.\n  Received: mask ${formatShape(m.shape)}, input ${formatShape(inputs.shape)}`,
    );
  return m;
}
registerClass('keras.layers', Softmax);
