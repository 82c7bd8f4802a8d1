/** RMSNormalization (Zhang & Sennrich 2019). */
import { numberList } from '../../../ops/arguments';
import { ValueError } from '../../../support/errors';
import { rmsNormalization } from '../../../ops/nn';
import { formatShape, type Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type LayerOptions } from '../layer';

/** scale x / sqrt(mean(x^2) + epsilon), the mean over `axis` (default -1) of each example; scale learned, 1 at first. Default epsilon 1e-6. */
export class RMSNormalization extends Layer {
  static override positional: readonly string[] = [];
  static override options: OptionKinds = { axis: kinds.integers, epsilon: kinds.float };
  axis: number | readonly number[];
  readonly epsilon: number;
  scale!: Variable;
  constructor(options: LayerOptions & { axis?: number | readonly number[]; epsilon?: number } = {}) {
    super(options);
    this.axis =
      options.axis == null || typeof options.axis === 'number'
        ? (options.axis ?? -1)
        : numberList('RMSNormalization', 'axis', options.axis);
    this.epsilon = options.epsilon ?? 1e-6;
  }
  override build(inputShape: SymbolicShape): void {
    const axes = typeof this.axis === 'number' ? [this.axis] : [...this.axis].sort((a, b) => a - b);
    const shape = axes.map((a) => inputShape.at(a));
    if (shape.some((d) => d == null))
      throw new ValueError(
        `axes [${axes}] of the input must be known and within its rank.\n  Received: shape ${formatShape(inputShape)}`,
      );
    this.axis = axes;
    this.scale = this.addWeight({ name: 'scale', shape: shape as number[], initializer: 'ones' });
  }
  override call(inputs: Tensor): Tensor {
    return rmsNormalization(inputs, { scale: this.scale.value, axis: this.axis, epsilon: this.epsilon });
  }
  override getConfig() {
    return { ...super.getConfig(), axis: this.axis, epsilon: this.epsilon };
  }
}
registerClass('keras.layers', RMSNormalization);
