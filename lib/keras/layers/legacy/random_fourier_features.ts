/** RandomFourierFeatures of Keras 2 (keras.layers.experimental). */
import { describe } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import { matmul } from '../../../ops/linalg';
import * as random from '../../../ops/random';
import { formatShape, tensor, type Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import * as constraints from '../../constraints';
import type { InitializerIdentifier } from '../../initializers/initializer';
import * as initializers from '../../initializers';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { serializeKerasObject } from '../../serialization/serialize';
import { kinds, type OptionKinds } from '../../options';
import { positiveInteger } from '../core/kernel_options';
import { InputSpec } from '../input_spec';
import { Layer, type LayerOptions } from '../layer';
import { LEGACY_MODULE } from '../../serialization/legacy_module';

/**
 * cos(x @ kernel / scale + bias), kernel and bias drawn once: inner products of the results are close to a kernel
 * function, 'gaussian' (default) or 'laplacian' (Rahimi and Recht 2007). Only the scale is trained.
 */
export class RandomFourierFeatures extends Layer {
  static override positional = ['outputDim'];
  static override options: OptionKinds = { kernelInitializer: kinds.initializer, scale: kinds.numbers };
  readonly outputDim: number;
  unscaledKernel!: Variable;
  bias!: Variable;
  kernelScale!: Variable;
  private readonly kernelInitializer: unknown;
  private readonly scale: number | null;
  constructor(
    outputDim: number,
    {
      kernelInitializer = 'gaussian',
      scale = null,
      ...options
    }: LayerOptions & {
      kernelInitializer?: 'gaussian' | 'laplacian' | InitializerIdentifier;
      scale?: number | null;
    } = {},
  ) {
    super({ ...options, trainable: options.trainable ?? false });
    this.outputDim = positiveInteger('RandomFourierFeatures', 'outputDim', outputDim);
    if (scale !== null && !(scale > 0))
      throw new ValueError(`RandomFourierFeatures: scale must be positive.\n  Received: ${describe(scale)}`);
    this.kernelInitializer = kernelInitializer;
    this.scale = scale;
    this.inputSpec = new InputSpec({ ndim: 2 });
  }
  override build(inputShape: SymbolicShape): void {
    const n = inputShape[1];
    if (n == null)
      throw new ValueError(`the last axis of the input must be known.\n  Received: shape ${formatShape(inputShape)}`);
    const kind = typeof this.kernelInitializer === 'string' ? this.kernelInitializer.toLowerCase() : null;
    const shape = [n, this.outputDim];
    // A Cauchy distribution: the tangent of a uniform angle.
    const cauchy = {
      call: (s: readonly number[]): Tensor => random.uniform(s, { minval: -Math.PI / 2, maxval: Math.PI / 2 }).tan(),
    };
    const initializer =
      kind === 'gaussian'
        ? new initializers.RandomNormal({ stddev: 1 })
        : kind === 'laplacian'
          ? cauchy
          : initializers.get(this.kernelInitializer);
    this.unscaledKernel = this.addWeight({ shape, initializer: 'zeros', trainable: false, name: 'unscaled_kernel' });
    this.unscaledKernel.assign(initializer!.call(shape, {}));
    this.bias = this.addWeight({
      shape: [this.outputDim],
      initializer: new initializers.RandomUniform({ minval: 0, maxval: 2 * Math.PI }),
      trainable: false,
      name: 'bias',
    });
    this.kernelScale = this.addWeight({
      shape: [1],
      initializer: 'ones',
      constraint: new constraints.NonNeg(),
      name: 'kernel_scale',
    });
    this.kernelScale.assign(tensor([this.scale ?? (kind === 'gaussian' ? Math.sqrt(n / 2) : 1)]));
  }
  override call(inputs: Tensor): Tensor {
    return matmul(inputs, this.unscaledKernel.value.div(this.kernelScale.value)).add(this.bias.value).cos();
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      outputDim: this.outputDim,
      kernelInitializer: serializeKerasObject(this.kernelInitializer),
      scale: this.scale,
    };
  }
}
registerClass(LEGACY_MODULE, RandomFourierFeatures);
