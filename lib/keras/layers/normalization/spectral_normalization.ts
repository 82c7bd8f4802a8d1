/** SpectralNormalization (Miyato et al. 2018). */
import { customGradient } from '../../../core/autodiff';
import { ValueError } from '../../../support/errors';
import { normalize } from '../../../ops/nn';
import * as ops from '../../../ops/index';
import { matmulOf } from '../../../ops/linalg';
import type { Tensor } from '../../../core/tensor';
import { withAutocast, type Variable } from '../../../core/variable';
import { TruncatedNormal } from '../../initializers';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { positiveInteger } from '../core/kernel_options';
import { Wrapper } from '../core/wrapper';
import { InputSpec } from '../input_spec';
import type { CallOptions, Layer, LayerOptions } from '../layer';

/**
 * A layer whose kernel (or table of embeddings) is divided by its largest singular value at each training step, found
 * by `powerIterations` (default 1) steps of power iteration from `vector_u`, which is kept between steps.
 */
export class SpectralNormalization extends Wrapper {
  static override positional = ['layer'];
  static override options: OptionKinds = { powerIterations: kinds.integer };
  readonly powerIterations: number;
  /** That of the layer: the first weight here, as in Keras. */
  kernel!: Variable;
  vectorU!: Variable;
  constructor(layer: Layer, options: LayerOptions & { powerIterations?: number } = {}) {
    super(layer, options);
    this.powerIterations = positiveInteger(
      'SpectralNormalization',
      'powerIterations',
      options.powerIterations ?? 1,
      1000,
    );
  }
  override build(inputShape: SymbolicShape): void {
    super.build(inputShape);
    const { kernel, embeddings } = this.layer as { kernel?: Variable; embeddings?: Variable };
    const found = kernel ?? embeddings;
    if (!found)
      throw new ValueError(
        `SpectralNormalization: layer '${this.layer.name}' has neither a kernel nor embeddings to normalize.`,
      );
    this.kernel = found;
    const last = inputShape.at(-1);
    this.inputSpec = new InputSpec({ minNdim: 1, axes: last == null ? {} : { '-1': last } });
    this.vectorU = this.addWeight({
      shape: [1, this.kernel.shape.at(-1)!],
      initializer: new TruncatedNormal({ stddev: 0.02 }),
      trainable: false,
      name: 'vector_u',
      dtype: this.kernel.dtype,
    });
  }
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  override call(inputs: any, options: CallOptions = {}): any {
    if (options.training) withAutocast(null, () => this.normalizeKernel());
    const y = this.layer.apply(inputs, { training: options.training }) as Tensor;
    const { dtype } = inputs as Tensor;
    return y.dtype === dtype ? y : y.cast(dtype);
  }
  // The kernel is replaced, not reparametrized: the gradient is that of the new value.
  private normalizeKernel(): void {
    const { kernel, vectorU } = this;
    const k = kernel.value;
    const n = kernel.shape.at(-1)!;
    const weights = k.reshape([-1, n]);
    const unit = (t: Tensor): Tensor => normalize(t.reshape([-1])).reshape(t.shape);
    let u = vectorU.value;
    let v = u;
    for (let i = 0; i < this.powerIterations; i++) {
      v = unit(matmulOf(u, weights, { transposeB: true }));
      u = unit(v.matmul(weights));
    }
    const sigma = matmulOf(v.matmul(weights), u, { transposeB: true }).reshape([]);
    const isZero = k.equal(0).all(); // nothing to normalize
    const next = ops.where(isZero, k, k.div(sigma));
    vectorU.assign(ops.where(isZero, vectorU.value, u).stopGradient());
    kernel.assign(customGradient((_: Tensor) => [next, (dy: Tensor) => dy])(k));
  }
  override computeOutputShape(inputShape: SymbolicShape): SymbolicShape {
    return this.layer.computeOutputShape(inputShape) as SymbolicShape;
  }
  override getConfig() {
    return { ...super.getConfig(), powerIterations: this.powerIterations };
  }
}
registerClass('keras.layers', SpectralNormalization);
