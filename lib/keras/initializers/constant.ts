/** Initializers that draw nothing: zeros, ones, one value, the identity. */
import { ValueError } from '../../support/errors';
import { isRecord } from '../../support/nest';
import { diagonalMask, filled } from '../../ops/creation';
import { convert, formatShape, type Shape, type Tensor, type TensorLike } from '../../core/tensor';
import { registerClass } from '../serialization/registry';
import { checkOptionsOf, kinds, type OptionKinds } from '../options';
import { dtypeOf, Initializer, type Options, sizesOf } from './initializer';

/** Zeros. */
export class Zeros extends Initializer {
  call(shape: Shape, options: Options = {}): Tensor {
    return filled(sizesOf(shape), 0, dtypeOf(options));
  }
}
/** Ones. */
export class Ones extends Initializer {
  call(shape: Shape, options: Options = {}): Tensor {
    return filled(sizesOf(shape), 1, dtypeOf(options));
  }
}
/** One value, or a tensor that broadcasts. */
export class Constant extends Initializer {
  static positional = ['value'];
  static options: OptionKinds = { value: kinds.floats };
  readonly value: TensorLike;
  constructor(value: TensorLike | { value?: TensorLike } = 0) {
    super();
    const isOptions = isRecord(value) && !('assign' in value) && !('shape' in value);
    if (isOptions) checkOptionsOf(new.target, 'Constant', value);
    this.value = isOptions ? ((value as { value?: TensorLike }).value ?? 0) : (value as TensorLike);
  }
  call(shape: Shape, options: Options = {}): Tensor {
    if (typeof this.value === 'number') return filled(sizesOf(shape), this.value, dtypeOf(options));
    return convert(this.value).broadcastTo(sizesOf(shape)).cast(dtypeOf(options));
  }
  override getConfig() {
    return { value: this.value };
  }
}
/** gain * the identity matrix. */
export class Identity extends Initializer {
  static positional = ['gain'];
  static options: OptionKinds = { gain: kinds.floats };
  readonly gain: number;
  constructor(gain: number | { gain?: number } = 1) {
    super();
    const isOptions = isRecord(gain);
    if (isOptions) checkOptionsOf(new.target, 'Identity', gain);
    this.gain = isOptions ? (gain.gain ?? 1) : gain;
  }
  call(shape: Shape, options: Options = {}): Tensor {
    if (sizesOf(shape).length !== 2)
      throw new ValueError(
        `Identity: only for matrices.\n  Received: shape ${formatShape(shape)} of rank ${shape.length}`,
      );
    const one = diagonalMask('equal', shape[0], shape[1], 0).cast(dtypeOf(options));
    return one.mul(this.gain);
  }
  override getConfig() {
    return { gain: this.gain };
  }
}
registerClass('keras.initializers', Zeros, Ones, Constant, Identity);
