/**
 * Weights of layers that Keras has quantized to int8 or int4 (keras.src.quantizers): whole numbers, with a scale for each
 * output (`int8`, `int4/-1`: value = stored / scale) or for each block of inputs (`int4/128`: value = (stored - zero) scale).
 * int4 keeps two numbers in a byte, the even column in its low half.
 */
import { describe } from '../../../describe';
import { ValueError } from '../../../errors';
import * as ops from '../../../ops/index';
import type { Shape, Tensor } from '../../../tensor';
import type { Variable } from '../../../variable';
import type { DTypePolicy } from '../../dtype_policy';
import { isSerialized } from '../../saving/serialize';
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
  /** Whether the numbers of blocks are those of another weight. */
  groups?: Variable | null;
}
const whole = (x: Tensor): Tensor => ops.cast(x, 'float32');
/** @internal Two numbers from -8 to 7 out of each byte along an axis: (..., n, ...) -> (..., size, ...). */
export function unpackInt4(bytes: Tensor, size: number, axis: number): Tensor {
  const at = axis < 0 ? axis + bytes.ndim : axis,
    b = whole(bytes),
    high = ops.floor(ops.divide(b, 16)),
    low = ops.subtract(b, ops.multiply(high, 16)), // 0 to 15
    signed = ops.where(ops.greater(low, 7), ops.subtract(low, 16), low);
  const pairs = ops.reshape(
    ops.stack([signed, high], { axis: at + 1 }),
    bytes.shape.map((d, i) => (i === at ? 2 * d : d)),
  );
  return ops.slice(
    pairs,
    bytes.shape.map(() => 0),
    pairs.shape.map((d, i) => (i === at ? size : d)),
  );
}
const packedShape = ({ shape, packed }: Layout): number[] => shape.map((d, i) => (i === packed ? Math.ceil(d / 2) : d));

/** @internal A quantized weight of a layer. */
export class QuantizedWeight {
  readonly values: Variable;
  readonly scale: Variable;
  readonly zero: Variable | null = null;
  readonly groups: Variable | null = null;
  private readonly isPacked: boolean;
  constructor(
    layer: Quantizable,
    private readonly layout: Layout,
  ) {
    const { quantizationMode, blockSize } = layer.dtypePolicy,
      { name, shape, blocked } = layout;
    this.isPacked = quantizationMode === 'int4';
    const frozen = (options: AddWeightOptions): Variable => layer.addWeight({ trainable: false, ...options });
    this.values = frozen({ name, shape: this.isPacked ? packedShape(layout) : shape, initializer: 'zeros', dtype: 'int8' });
    const scaleShape = blockSize === null ? layout.scale : shape.map((d, i) => (i === blocked ? Math.ceil(d / blockSize) : d));
    this.scale = frozen({ name: `${name}_scale`, shape: scaleShape, initializer: 'ones' });
    if (blockSize === null) return;
    this.zero = frozen({ name: `${name}_zero`, shape: scaleShape, initializer: 'zeros', dtype: 'int8' });
    this.groups = layout.groups ?? frozen({ name: 'g_idx', shape: [shape[blocked]], initializer: 'zeros', dtype: 'float32' });
    if (!layout.groups) this.groups.assign(ops.floor(ops.divide(ops.cast(ops.arange(shape[blocked]), 'float32'), blockSize)));
  }
  /** As Keras' files number them, after the bias. */
  get details(): Variable[] {
    return [this.scale, this.zero, this.layout.groups ? null : this.groups].filter((v) => v !== null);
  }
  private unpacked(values: Tensor, axis: number): Tensor {
    return this.isPacked ? unpackInt4(values, this.layout.shape[this.layout.packed], axis) : whole(values);
  }
  /** The weight. @param align - brings a scale without blocks to a shape that fits the numbers. */
  value(align: (scale: Tensor) => Tensor = (s) => s): Tensor {
    const numbers = this.unpacked(this.values.value, this.layout.packed);
    if (!this.zero || !this.groups) return ops.divide(numbers, align(this.scale.value));
    const blocks = ops.cast(this.groups.value, 'int32'),
      each = (t: Tensor): Tensor => ops.take(t, blocks, { axis: this.layout.blocked });
    return ops.multiply(ops.subtract(numbers, each(whole(this.zero.value))), each(this.scale.value));
  }
  /** Rows of it by whole numbers: (...) -> (..., columns). */
  rows(ids: Tensor): Tensor {
    const of = (v: Variable): Tensor => ops.take(v.value, ids, { axis: 0 }),
      numbers = this.unpacked(of(this.values), -1);
    if (!this.zero || !this.groups) return ops.divide(numbers, ops.expandDims(of(this.scale), -1));
    const blocks = ops.cast(this.groups.value, 'int32'),
      each = (t: Tensor): Tensor => ops.take(t, blocks, { axis: -1 });
    return ops.multiply(ops.subtract(numbers, each(whole(of(this.zero)))), each(of(this.scale)));
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
  const quantizer = isSerialized(config) ? (config.config as { activation_quantizer?: unknown }).activation_quantizer : undefined;
  if (quantizer === null) return null;
  if (!isSerialized(quantizer) || quantizer.class_name !== 'AbsMaxQuantizer')
    throw new ValueError(`${where}: of quantizationConfig, 'AbsMaxQuantizer' is known as the quantizer of activations.\n  Received: ${describe(quantizer)}`);
  const { value_range: range, epsilon } = quantizer.config as { value_range?: number[]; epsilon?: number };
  return { least: range?.[0] ?? -127, most: range?.[1] ?? 127, epsilon: epsilon ?? 1e-7 };
}
/** @internal x rounded to whole multiples of (max |x| + epsilon) / most along the axes: what int8 arithmetic sees of it. */
export function roundedInputs(x: Tensor, quantizer: AbsMax | null, axes: readonly number[]): Tensor {
  if (!quantizer) return x;
  const scale = ops.divide(quantizer.most, ops.add(ops.max(ops.abs(x), { axis: [...axes], keepdims: true }), quantizer.epsilon));
  return ops.divide(ops.clip(ops.round(ops.multiply(x, scale)), quantizer.least, quantizer.most), scale);
}
