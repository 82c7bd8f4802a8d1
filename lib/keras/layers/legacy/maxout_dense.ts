/** MaxoutDense of Keras 1. */
import { ValueError } from '../../../support/errors';
import { einsum } from '../../../ops/einsum';
import { formatShape, type Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { KernelOptions, positiveInteger, type KernelLayerOptions } from '../core/kernel_options';
import { InputSpec } from '../input_spec';
import { Layer } from '../layer';
import { LEGACY_MODULE } from '../../serialization/legacy_module';

/** The largest of `nbFeature` (default 4) matrix products: max over k of x @ kernel[k] + bias[k]. (Goodfellow et al. 2013) */
export class MaxoutDense extends Layer {
  static override positional = ['units'];
  static override options: OptionKinds = {
    ...KernelOptions.kinds,
    activation: null,
    nbFeature: kinds.integer,
  };
  readonly units: number;
  readonly nbFeature: number;
  kernel!: Variable;
  bias: Variable | null = null;
  private readonly settings: KernelOptions;
  constructor(
    units: number,
    { nbFeature = 4, ...options }: Omit<KernelLayerOptions, 'activation'> & { nbFeature?: number } = {},
  ) {
    super(options);
    this.units = positiveInteger('MaxoutDense', 'units', units);
    this.nbFeature = positiveInteger('MaxoutDense', 'nbFeature', nbFeature);
    this.settings = new KernelOptions(options);
    this.inputSpec = new InputSpec({ ndim: 2 });
  }
  override build(inputShape: SymbolicShape): void {
    const n = inputShape[1];
    if (n == null)
      throw new ValueError(`the last axis of the input must be known.\n  Received: shape ${formatShape(inputShape)}`);
    this.kernel = this.addWeight({ shape: [this.nbFeature, n, this.units], ...this.settings.kernel });
    if (this.settings.useBias)
      this.bias = this.addWeight({ shape: [this.nbFeature, this.units], ...this.settings.bias });
  }
  override call(inputs: Tensor): Tensor {
    const y = einsum('ni,kio->nko', inputs, this.kernel.value);
    return (this.bias ? y.add(this.bias.value) : y).max({ axis: 1, keepdims: false });
  }
  override getConfig() {
    const { activation: _linear, ...settings } = this.settings.getConfig();
    return { ...super.getConfig(), units: this.units, nbFeature: this.nbFeature, ...settings };
  }
}
registerClass(LEGACY_MODULE, MaxoutDense);
