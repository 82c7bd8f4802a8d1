/** What layers of several inputs share. */
import { describe } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import { Tensor } from '../../../core/tensor';
import type { SymbolicShape } from '../../keras_tensor';
import { Layer } from '../layer';
import { hasMasksOfKeras2, maskOf } from '../../masks';

/** A layer of several inputs. */
export abstract class Merge extends Layer {
  override supportsMasking = true;
  protected abstract merge(inputs: Tensor[]): Tensor;
  override build(shapes: SymbolicShape[]): void {
    if (!Array.isArray(shapes) || !Array.isArray(shapes[0]))
      throw new ValueError(
        `an array of inputs is expected.\n  Received: shape ${describe(shapes)}\n  Fix: apply([x, y]).`,
      );
    if (shapes.length < 1) throw new ValueError('at least one input is expected.');
  }
  override call(inputs: Tensor[]): Tensor {
    // Inputs of lower rank get axes of size 1 after the batch axis, as Keras does.
    const rank = Math.max(...inputs.map((t) => t.ndim));
    return this.merge(
      inputs.map((t) =>
        t.ndim === rank ? t : t.reshape([t.shape[0], ...Array<number>(rank - t.ndim).fill(1), ...t.shape.slice(1)]),
      ),
    );
  }
  /** Masks of the inputs, with axes of size 1 so that they fit; null where there is none. Models of Keras 2 see none. */
  protected keptOf(inputs: Tensor[]): (Tensor | null)[] {
    return inputs.map((x) => {
      const mask = hasMasksOfKeras2(this) ? null : maskOf(x);
      return mask && mask.ndim < x.ndim
        ? mask.reshape([...mask.shape, ...Array<number>(x.ndim - mask.ndim).fill(1)])
        : mask;
    });
  }
  static hasMasksOfKeras2 = true;
  /** Kept where any input keeps it, when all have a mask. In models of Keras 2: where all that have a mask do. */
  override computeMask(_inputs: unknown, previous: unknown): Tensor | null {
    const known = Array.isArray(previous) ? (previous as (Tensor | null)[]).filter((m): m is Tensor => m !== null) : [];
    if (hasMasksOfKeras2(this)) return known.length ? known.reduce((a, b) => a.logicalAnd(b)) : null;
    return known.length && known.length === (previous as unknown[]).length
      ? known.reduce((a, b) => a.logicalOr(b))
      : null;
  }
}
