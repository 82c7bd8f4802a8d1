/**
 * Weights of layers that Keras has quantized to int8 or int4 (keras.src.quantizers): integers, with a scale for each
 * output (`int8`, `int4/-1`: value = stored / scale) or for each block of inputs (`int4/128`: value = (stored - zero) scale).
 * int4 keeps two numbers in a byte, the even column in its low half.
 */
import { describe } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import * as ops from '../../../ops/index';
import type { Shape, Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import type { DTypePolicy } from '../../dtype_policy';
import { isSerialized } from '../../serialization/serialize';
import type { AddWeightOptions } from '../layer';

interface Quantizable {
  readonly name: string;
  readonly dtypePolicy: DTypePolicy;
  addWeight(options: AddWeightOptions): Variable;
}
/** @internal How the numbers lie in the variable. */
export interface Layout {
  /** Name of the weight; those beside it are called after it. */
  name: string;
  /** Shape of the numbers, unpacked. */
  shape: Shape;
  /** Axis along which int4 is packed. */
  packed: number;
  /** Axis that blocks divide; the scale has no other size than one for each block there. */
  blocked: number;
  /** Shape of the scale where there are no blocks. */
  scale: Shape;
  /** Axes that share a scale where there are no blocks. */
  shared: readonly number[];
  /** Brings a scale without blocks to a shape that fits the numbers. */
  spread: (scale: Tensor) => Tensor;
  /** The other way round: a scale with size 1 at the shared axes, as it is kept. */
  gathered?: (scale: Tensor) => Tensor;
  /** Whether the numbers of blocks are those of another weight. */
  groups?: Variable | null;
}
const whole = (x: Tensor): Tensor => x.cast('float32');
/** @internal Two numbers from -8 to 7 out of each byte along an axis: (..., n, ...) -> (..., size, ...). */
export function unpackInt4(bytes: Tensor, size: number, axis: number): Tensor {
  const at = axis < 0 ? axis + bytes.ndim : axis;
  const b = whole(bytes);
  const high = b.div(16).floor();
  const low = b.sub(high.mul(16)); // 0 to 15
  const signed = ops.where(low.greater(7), low.sub(16), low);
  const pairs = ops.stack([signed, high], { axis: at + 1 }).reshape(bytes.shape.map((d, i) => (i === at ? 2 * d : d)));
  return pairs.slice(
    bytes.shape.map(() => 0),
    pairs.shape.map((d, i) => (i === at ? size : d)),
  );
}
/** @internal The other way round: (..., n, ...) integers from -8 to 7 -> (..., ceil(n / 2), ...) int8. */
export function packInt4(numbers: Tensor, axis: number): Tensor {
  const at = axis < 0 ? axis + numbers.ndim : axis;
  const size = numbers.shape[at];
  const even = numbers.pad(numbers.shape.map((_, i) => [0, i === at ? size % 2 : 0]));
  const pairs = even.reshape(even.shape.flatMap((d, i) => (i === at ? [d / 2, 2] : [d])));
  const half = (i: number): Tensor => pairs.take(i, { axis: at + 1 });
  return half(1).mul(16).add(half(0).mod(16)).cast('int8');
}
/** What rounds to zero at most, where Keras divides by a largest value. */
const EPSILON = 1e-7;
const packedShape = ({ shape, packed }: Layout): number[] => shape.map((d, i) => (i === packed ? Math.ceil(d / 2) : d));

/** @internal A quantized weight of a layer. */
export class QuantizedWeight {
  readonly values: Variable;
  readonly scale: Variable;
  readonly zero: Variable | null = null;
  readonly groups: Variable | null = null;
  private readonly isPacked: boolean;
  private readonly blockSize: number | null;
  constructor(
    layer: Quantizable,
    private readonly layout: Layout,
  ) {
    const { quantizationMode, blockSize } = layer.dtypePolicy;
    const { name, shape, blocked } = layout;
    this.isPacked = quantizationMode === 'int4';
    this.blockSize = blockSize;
    const frozen = (options: AddWeightOptions): Variable => layer.addWeight({ trainable: false, ...options });
    this.values = frozen({
      name,
      shape: this.isPacked ? packedShape(layout) : shape,
      initializer: 'zeros',
      dtype: 'int8',
    });
    const scaleShape =
      blockSize === null ? layout.scale : shape.map((d, i) => (i === blocked ? Math.ceil(d / blockSize) : d));
    this.scale = frozen({ name: `${name}_scale`, shape: scaleShape, initializer: 'ones' });
    if (blockSize === null) return;
    this.zero = frozen({ name: `${name}_zero`, shape: scaleShape, initializer: 'zeros', dtype: 'int8' });
    this.groups =
      layout.groups ?? frozen({ name: 'g_idx', shape: [shape[blocked]], initializer: 'zeros', dtype: 'float32' });
    if (!layout.groups) this.groups.assign(ops.arange(shape[blocked]).cast('float32').div(blockSize).floor());
  }
  /** As Keras' files number them, after the bias. */
  get details(): Variable[] {
    return [this.scale, this.zero, this.layout.groups ? null : this.groups].filter((v) => v !== null);
  }
  private unpacked(values: Tensor, axis: number): Tensor {
    return this.isPacked ? unpackInt4(values, this.layout.shape[this.layout.packed], axis) : whole(values);
  }
  /** The weight, in the layout's shape. */
  value(): Tensor {
    const numbers = this.unpacked(this.values.value, this.layout.packed);
    if (!this.zero || !this.groups) return numbers.div(this.layout.spread(this.scale.value));
    const blocks = this.groups.value.cast('int32');
    const each = (t: Tensor): Tensor => t.take(blocks, { axis: this.layout.blocked });
    return numbers.sub(each(whole(this.zero.value))).mul(each(this.scale.value));
  }
  /** What its variables hold when the weight is `value`, (layout's shape): Keras' abs_max_quantize and its grouped form. */
  quantize(value: Tensor): Map<Variable, Tensor> {
    const { shape, packed, blocked, shared, scale: scaleShape } = this.layout;
    const stored = (numbers: Tensor): Tensor => (this.isPacked ? packInt4(numbers, packed) : numbers.cast('int8'));
    if (!this.zero) {
      const [least, most] = this.isPacked ? [-8, 7] : [-127, 127];
      const scale = ops.divide(
        most,
        value
          .abs()
          .max({ axis: [...shared], keepdims: true })
          .add(EPSILON),
      );
      const numbers = value.mul(scale).round().clip(least, most);
      return new Map([
        [this.values, stored(numbers)],
        [this.scale, (this.layout.gathered?.(scale) ?? scale).reshape([...scaleShape])],
      ]);
    }
    // The last block is filled with zeros.
    const blocks = this.scale.shape[blocked];
    const size = this.blockSize!;
    const full = value.pad(shape.map((d, i) => [0, i === blocked ? blocks * size - d : 0]));
    const inBlocks = full.reshape(shape.flatMap((d, i) => (i === blocked ? [blocks, size] : [d])));
    const axis = blocked + 1;
    const least = inBlocks.min({ axis, keepdims: true });
    const scale = inBlocks.max({ axis, keepdims: true }).sub(least).add(EPSILON).div(15);
    const zero = least.negative().div(scale).round().sub(8).clip(-8, 7);
    const numbers = inBlocks.div(scale).round().add(zero).clip(-8, 7);
    const cut = numbers.reshape(full.shape).slice(
      shape.map(() => 0),
      [...shape],
    );
    return new Map([
      [this.values, stored(cut)],
      [this.scale, scale.squeeze({ axis })],
      [this.zero, zero.squeeze({ axis }).cast('int8')],
    ]);
  }
  /** Rows of it by integers: (...) -> (..., columns). */
  rows(ids: Tensor): Tensor {
    const of = (v: Variable): Tensor => v.value.take(ids, { axis: 0 });
    const numbers = this.unpacked(of(this.values), -1);
    if (!this.zero || !this.groups) return numbers.div(of(this.scale).expandDims(-1));
    const blocks = this.groups.value.cast('int32');
    const each = (t: Tensor): Tensor => t.take(blocks, { axis: -1 });
    return numbers.sub(each(whole(of(this.zero)))).mul(each(of(this.scale)));
  }
}

interface AbsMax {
  least: number;
  most: number;
  epsilon: number;
}
/**
 * @internal How inputs are quantized: as the layer's `quantizationConfig` (Keras' JSON) says; without one, to int8 where
 * weights are int8 and not at all where they are int4.
 */
export function inputQuantizer(where: string, mode: string, config: unknown): AbsMax | null {
  if (config == null) return mode === 'int8' ? { least: -127, most: 127, epsilon: 1e-7 } : null;
  const quantizer = isSerialized(config)
    ? (config.config as { activation_quantizer?: unknown }).activation_quantizer
    : undefined;
  if (quantizer === null) return null;
  if (!isSerialized(quantizer) || quantizer.class_name !== 'AbsMaxQuantizer')
    throw new ValueError(
      `${where}: of quantizationConfig, 'AbsMaxQuantizer' is known as the quantizer of activations.\n  Received: ${describe(quantizer)}`,
    );
  const { value_range: range, epsilon } = quantizer.config as { value_range?: number[]; epsilon?: number };
  return { least: range?.[0] ?? -127, most: range?.[1] ?? 127, epsilon: epsilon ?? 1e-7 };
}
/**
 * @internal x rounded to whole multiples of (max |x| + epsilon) / most along the axes: what int8 arithmetic sees of it. Its
 * gradient is that of x, as in Keras.
 */
export function roundedInputs(x: Tensor, quantizer: AbsMax | null, axes: readonly number[]): Tensor {
  if (!quantizer) return x;
  const given = x.stopGradient();
  const scale = ops.divide(
    quantizer.most,
    given
      .abs()
      .max({ axis: [...axes], keepdims: true })
      .add(quantizer.epsilon),
  );
  const rounded = given.mul(scale).round().clip(quantizer.least, quantizer.most).div(scale);
  return rounded.add(x.sub(given));
}
