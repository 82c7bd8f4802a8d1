/** Add, Subtract, Multiply, Average, Maximum, Minimum. */
import { ValueError } from '../../../support/errors';
import * as ops from '../../../ops/index';
import type { Tensor } from '../../../core/tensor';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { Merge } from './base_merge';

type Pairwise = (a: Tensor, b: Tensor) => Tensor;
const folded =
  (op: Pairwise) =>
  (inputs: Tensor[]): Tensor =>
    inputs.reduce((a, b) => op(a, b));
/** Sum of the inputs. */
export class Add extends Merge {
  protected merge = folded(ops.add);
}
/** First input minus the second. */
export class Subtract extends Merge {
  override build(shapes: SymbolicShape[]): void {
    super.build(shapes);
    if (shapes.length !== 2) throw new ValueError(`Subtract takes exactly 2 inputs.\n  Received: ${shapes.length}`);
  }
  protected merge = folded(ops.subtract);
}
/**
 * Product of the inputs; where an input is masked it counts as 1, and the product is 0 where all are (Keras 3; in models of
 * Keras 2 masks change no values).
 */
export class Multiply extends Merge {
  protected merge(inputs: Tensor[]): Tensor {
    const kept = this.keptOf(inputs);
    const y = folded(ops.multiply)(inputs.map((x, i) => (kept[i] ? ops.where(kept[i], x, 1) : x)));
    if (!kept.every((m) => m !== null)) return y;
    return ops.where(
      kept.reduce((a, b) => a.logicalOr(b)),
      y,
      0,
    );
  }
}
/** Mean of the inputs. */
export class Average extends Merge {
  protected merge(inputs: Tensor[]): Tensor {
    const y = folded(ops.add)(inputs);
    return y.div(inputs.length);
  }
}
/** One of the inputs, elementwise: where one is masked and another is not, the other (Keras 3; in models of Keras 2 masks change no values). */
abstract class Extreme extends Merge {
  protected abstract readonly op: Pairwise;
  protected merge(inputs: Tensor[]): Tensor {
    const kept = this.keptOf(inputs);
    let [y] = inputs;
    let [keptSoFar] = kept;
    for (let i = 1; i < inputs.length; i++) {
      const mask = kept[i];
      const x = mask ? ops.where(mask, inputs[i], y) : inputs[i];
      if (keptSoFar) y = ops.where(keptSoFar, y, x);
      keptSoFar = mask && keptSoFar ? keptSoFar.logicalOr(mask) : null;
      y = this.op(y, x);
    }
    return y;
  }
}
/** Largest of the inputs, elementwise. */
export class Maximum extends Extreme {
  protected readonly op = ops.maximum;
}
/** Smallest of the inputs, elementwise. */
export class Minimum extends Extreme {
  protected readonly op = ops.minimum;
}
registerClass('keras.layers', Add, Subtract, Multiply, Average, Maximum, Minimum);
