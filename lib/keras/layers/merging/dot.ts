/** Dot: products of two inputs, example by example. */
import { describe } from '../../../support/describe';
import { TypeError, ValueError } from '../../../support/errors';
import { normalize } from '../../../ops/nn';
import { matmulOf } from '../../../ops/linalg';
import { formatShape, type Tensor } from '../../../core/tensor';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import type { LayerOptions } from '../layer';
import { Merge } from './base_merge';

/** What files and the constructor take: one axis for both inputs or one for each. */
type Axes = number | readonly [number, number] | readonly number[];
/**
 * For each example the sum of products over one axis of each input: (batch, a, n) and (batch, n, b) with axes [2, 1]
 * give (batch, a, b); two vectors give (batch, 1). `normalize`: both divided by their length along the axis first, so
 * that the result is the cosine (default false).
 */
export class Dot extends Merge {
  static override positional = ['axes'];
  static override options: OptionKinds = { normalize: kinds.boolean };
  readonly axes: Axes;
  readonly normalize: boolean;
  constructor(axes: Axes, options: LayerOptions & { normalize?: boolean } = {}) {
    super(options);
    if (typeof axes !== 'number' && !Array.isArray(axes))
      throw new TypeError(`Dot: axes must be an integer or two of them.\n  Received: ${describe(axes)}`);
    const list = typeof axes === 'number' ? [axes, axes] : [...axes];
    if (list.length !== 2 || !list.every(Number.isInteger))
      throw new ValueError(`Dot: axes must be an integer or two of them.\n  Received: ${describe(list)}`);
    this.axes = typeof axes === 'number' ? axes : list;
    this.normalize = options.normalize ?? false;
  }
  /** One axis for each input, counted from the front. */
  private axesOf(shapes: readonly SymbolicShape[]): [number, number] {
    const [a, b] = shapes.map((s, i) => {
      const axis = typeof this.axes === 'number' ? this.axes : this.axes[i];
      const at = axis < 0 ? axis + s.length : axis;
      if (!(at >= 0 && at < s.length))
        throw new ValueError(
          `Dot: axis ${axis} is out of range for an input of rank ${s.length}.\n  Received: shape ${formatShape(s)}`,
        );
      if (at === 0)
        throw new ValueError(
          `Dot: axis 0 is the batch axis, which is kept.\n  Received: axes ${describe(this.axes)}, shape ${formatShape(s)}`,
        );
      return at;
    });
    return [a, b];
  }
  override build(shapes: SymbolicShape[]): void {
    super.build(shapes);
    if (shapes.length !== 2) throw new ValueError(`Dot takes exactly 2 inputs.\n  Received: ${shapes.length}`);
    const [a, b] = this.axesOf(shapes);
    const [m, n] = [shapes[0][a], shapes[1][b]];
    if (m !== null && n !== null && m !== n)
      throw new ValueError(
        `Dot: axis ${a} of the first input has size ${m} but axis ${b} of the second ${n}.\n  Received: shapes ${shapes.map(formatShape).join(' and ')}`,
      );
  }
  override call(inputs: Tensor[]): Tensor {
    return this.merge(inputs);
  }
  protected merge(inputs: Tensor[]): Tensor {
    const axes = this.axesOf(inputs.map((t) => t.shape));
    // Every other axis of each, as one: (batch, rest, n).
    const [left, right] = inputs.map((t, i) => matrices(this.normalize ? normalize(t, { axis: axes[i] }) : t, axes[i]));
    const kept = inputs.map((t, i) => t.shape.filter((_, k) => k > 0 && k !== axes[i]));
    const shape = [inputs[0].shape[0], ...kept[0], ...kept[1]];
    const y = matmulOf(left.tensor, right.tensor, { transposeA: left.isTurned, transposeB: !right.isTurned });
    return y.reshape(shape.length === 1 ? [...shape, 1] : shape);
  }
  override computeMask(): null {
    return null;
  }
  override computeOutputShape(shapes: SymbolicShape[]): SymbolicShape {
    this.build(shapes);
    const axes = this.axesOf(shapes);
    const shape = [shapes[0][0], ...shapes.flatMap((s, i) => s.filter((_, k) => k > 0 && k !== axes[i]))];
    return shape.length === 1 ? [...shape, 1] : shape;
  }
  override getConfig() {
    return { ...super.getConfig(), axes: this.axes, normalize: this.normalize };
  }
}
// (batch, rest, n), or turned (batch, n, rest) when the axis comes first: neither moves anything.
function matrices(t: Tensor, axis: number): { tensor: Tensor; isTurned: boolean } {
  const n = t.shape[axis];
  const rest = t.shape.reduce((p, d, i) => (i === 0 || i === axis ? p : p * d), 1);
  const isTurned = axis === 1 && t.ndim > 2;
  const last =
    isTurned || axis === t.ndim - 1 ? t : t.transpose([...t.shape.keys()].filter((i) => i !== axis).concat(axis));
  return {
    tensor: last.reshape(isTurned ? [t.shape[0], n, rest] : [t.shape[0], rest, n]),
    isTurned,
  };
}
registerClass('keras.layers', Dot);
