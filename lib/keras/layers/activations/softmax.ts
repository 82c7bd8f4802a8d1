/** Softmax, with masks. */
import { ValueError } from '../../../errors';
import { convert, formatShape, run, type Tensor, type TensorLike } from '../../../tensor';
import * as activations from '../../activations';
import { registerClass } from '../../saving/registry';
import { Layer, type CallOptions, type LayerOptions } from '../layer';

/** e^x / sum(e^x) along `axis` (default the last; a list for the sum over several); masked elements get 0. */
export class Softmax extends Layer {
  static override positional: readonly string[] = [];
  static override options = ['axis'];
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
    const allowed = booleanMask(mask as TensorLike, inputs);
    const low = convert(inputs.dtype === 'float16' ? -3e4 : -1e9, inputs),
      y = activations.softmax(run('where', [allowed, inputs, low]), { axis });
    return run('where', [allowed, y, convert(0, y)]); // where all is masked, zeros
  }
  override getConfig() {
    return { ...super.getConfig(), axis: this.axis };
  }
}
function booleanMask(mask: TensorLike, inputs: Tensor): Tensor {
  const m = convert(mask),
    shift = inputs.ndim - m.ndim;
  if (shift < 0 || m.shape.some((d, i) => d !== 1 && d !== inputs.shape[i + shift]))
    throw new ValueError(`the mask must broadcast to the input.\n  Received: mask ${formatShape(m.shape)}, input ${formatShape(inputs.shape)}`);
  return m.dtype === 'bool' ? m : run('greater', [m, convert(0.5, m)]);
}
registerClass('keras.layers', Softmax);
