/** Highway of Keras 1. */
import { ValueError } from '../../../support/errors';
import { matmul } from '../../../ops/linalg';
import * as ops from '../../../ops/index';
import { formatShape, type Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import type { SymbolicShape } from '../../keras_tensor';
import * as initializers from '../../initializers';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { KernelOptions, type KernelLayerOptions } from '../core/kernel_options';
import { InputSpec } from '../input_spec';
import { Layer } from '../layer';
import { LEGACY_MODULE } from '../../serialization/legacy_module';

/** t activation(x @ kernel + bias) + (1 - t) x, where t = sigmoid(x @ carry + carryBias). (Srivastava et al. 2015) */
export class Highway extends Layer {
  static override options: OptionKinds = { ...KernelOptions.kinds, transformBias: kinds.numbers };
  kernel!: Variable;
  carry!: Variable;
  bias: Variable | null = null;
  carryBias: Variable | null = null;
  private readonly transformBias: number;
  private readonly settings: KernelOptions;
  constructor({ transformBias = -2, ...options }: KernelLayerOptions & { transformBias?: number } = {}) {
    super(options);
    this.transformBias = transformBias;
    this.settings = new KernelOptions(options);
    this.inputSpec = new InputSpec({ ndim: 2 });
  }
  override build(inputShape: SymbolicShape): void {
    const n = inputShape[1];
    if (n == null)
      throw new ValueError(`the last axis of the input must be known.\n  Received: shape ${formatShape(inputShape)}`);
    this.kernel = this.addWeight({ shape: [n, n], ...this.settings.kernel });
    this.carry = this.addWeight({ shape: [n, n], initializer: this.settings.kernelInitializer, name: 'carry' });
    if (!this.settings.useBias) return;
    this.bias = this.addWeight({ shape: [n], ...this.settings.bias });
    this.carryBias = this.addWeight({
      shape: [n],
      initializer: new initializers.Constant({ value: this.transformBias }),
      name: 'carry_bias',
    });
  }
  override call(inputs: Tensor): Tensor {
    const affine = (kernel: Variable, bias: Variable | null): Tensor => {
      const y = matmul(inputs, kernel.value);
      return bias ? y.add(bias.value) : y;
    };
    const t = affine(this.carry, this.carryBias).sigmoid();
    const rest = ops.subtract(1, t);
    return this.settings.activation(affine(this.kernel, this.bias)).mul(t).add(rest.mul(inputs));
  }
  override getConfig() {
    return { ...super.getConfig(), transformBias: this.transformBias, ...this.settings.getConfig() };
  }
}
registerClass(LEGACY_MODULE, Highway);
