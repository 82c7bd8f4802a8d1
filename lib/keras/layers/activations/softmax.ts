/** Softmax, with masks. */
import { convert, run, type Tensor } from '../../../tensor';
import * as activations from '../../activations';
import { registerClass } from '../../saving/registry';
import { Layer, type CallOptions, type LayerOptions } from '../layer';

/** e^x / sum(e^x) along `axis`; masked elements get 0. */
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
    const hidden = run('multiply', [
      run('subtract', [convert(1, inputs), run('cast', [mask as Tensor], { dtype: inputs.dtype })]),
      convert(inputs.dtype === 'float16' ? -3e4 : -1e9, inputs),
    ]);
    return activations.softmax(run('add', [inputs, hidden]), { axis });
  }
  override getConfig() {
    return { ...super.getConfig(), axis: this.axis };
  }
}
registerClass('keras.layers', Softmax);
