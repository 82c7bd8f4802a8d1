/** Concatenate. */
import { ValueError } from '../../../support/errors';
import * as ops from '../../../ops/index';
import { convert, formatShape, type Tensor } from '../../../core/tensor';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import type { LayerOptions } from '../layer';
import { hasMasksOfKeras2 } from '../../masks';
import { Merge } from './base_merge';

/** Inputs joined along an axis, default the last. */
export class Concatenate extends Merge {
  static override positional: readonly string[] = [];
  static override options: OptionKinds = { axis: kinds.integer };
  readonly axis: number;
  constructor(options: LayerOptions & { axis?: number } = {}) {
    super(options);
    this.axis = options.axis ?? -1;
  }
  override build(shapes: SymbolicShape[]): void {
    super.build(shapes);
    const axis = this.axis < 0 ? this.axis + shapes[0].length : this.axis;
    for (const s of shapes)
      if (
        s.length !== shapes[0].length ||
        s.some((d, i) => i !== axis && d !== null && shapes[0][i] !== null && d !== shapes[0][i])
      )
        throw new ValueError(
          `inputs may differ in axis ${this.axis} only.\n  Received: shapes ${shapes.map(formatShape).join(', ')}`,
        );
  }
  override call(inputs: Tensor[]): Tensor {
    return this.merge(inputs);
  }
  protected merge(inputs: Tensor[]): Tensor {
    return ops.concatenate(inputs, { axis: this.axis });
  }
  /**
   * Masks as wide as their inputs, true for inputs without one, joined: a step is kept where any of its features is. In
   * models of Keras 2: where all are.
   */
  override computeMask(inputs: Tensor[], previous: unknown): Tensor | null {
    const list = previous as (Tensor | null)[] | null;
    if (!Array.isArray(list) || list.every((m) => m === null)) return null;
    const axis = this.axis < 0 ? this.axis + inputs[0].ndim : this.axis;
    const wide = inputs.map((x, i) => {
      const m = list[i];
      const shape = [...x.shape];
      return m
        ? m.reshape([...m.shape, ...Array<number>(x.ndim - m.ndim).fill(1)]).broadcastTo(shape)
        : convert(true).broadcastTo(shape);
    });
    const kept = ops.concatenate(wide, { axis });
    const last = { axis: inputs[0].ndim - 1 };
    return hasMasksOfKeras2(this) ? kept.all(last) : kept.any(last);
  }
  override getConfig() {
    return { ...super.getConfig(), axis: this.axis };
  }
}
registerClass('keras.layers', Concatenate);
