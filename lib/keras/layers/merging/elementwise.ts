/** Add, Subtract, Multiply, Average, Maximum, Minimum. */
import { ValueError } from '../../../support/errors';
import { convert, run, type Tensor } from '../../../core/tensor';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { Merge } from './base_merge';

const folded =
  (op: string) =>
  (inputs: Tensor[]): Tensor =>
    inputs.reduce((a, b) => run(op, [a, b]));
/** Sum of the inputs. */
export class Add extends Merge {
  protected merge = folded('add');
}
/** First input minus the second. */
export class Subtract extends Merge {
  override build(shapes: SymbolicShape[]): void {
    super.build(shapes);
    if (shapes.length !== 2) throw new ValueError(`Subtract takes exactly 2 inputs.\n  Received: ${shapes.length}`);
  }
  protected merge = folded('subtract');
}
/**
 * Product of the inputs; where an input is masked it counts as 1, and the product is 0 where all are (Keras 3; in models of
 * Keras 2 masks change no values).
 */
export class Multiply extends Merge {
  protected merge(inputs: Tensor[]): Tensor {
    const kept = this.keptOf(inputs),
      y = folded('multiply')(inputs.map((x, i) => (kept[i] ? run('where', [kept[i], x, convert(1, x)]) : x)));
    if (!kept.every((m) => m !== null)) return y;
    return run('where', [kept.reduce((a, b) => run('logical_or', [a, b])), y, convert(0, y)]);
  }
}
/** Mean of the inputs. */
export class Average extends Merge {
  protected merge(inputs: Tensor[]): Tensor {
    const y = folded('add')(inputs);
    return run('divide', [y, convert(inputs.length, y)]);
  }
}
/** One of the inputs, elementwise: where one is masked and another is not, the other (Keras 3; in models of Keras 2 masks change no values). */
abstract class Extreme extends Merge {
  protected abstract readonly op: string;
  protected merge(inputs: Tensor[]): Tensor {
    const kept = this.keptOf(inputs);
    let [y] = inputs,
      [keptSoFar] = kept;
    for (let i = 1; i < inputs.length; i++) {
      const mask = kept[i],
        x = mask ? run('where', [mask, inputs[i], y]) : inputs[i];
      if (keptSoFar) y = run('where', [keptSoFar, y, x]);
      keptSoFar = mask && keptSoFar ? run('logical_or', [keptSoFar, mask]) : null;
      y = run(this.op, [y, x]);
    }
    return y;
  }
}
/** Largest of the inputs, elementwise. */
export class Maximum extends Extreme {
  protected readonly op = 'maximum';
}
/** Smallest of the inputs, elementwise. */
export class Minimum extends Extreme {
  protected readonly op = 'minimum';
}
registerClass('keras.layers', Add, Subtract, Multiply, Average, Maximum, Minimum);
