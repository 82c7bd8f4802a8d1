/** Add, Subtract, Multiply, Average, Maximum, Minimum. */
import { ValueError } from '../../../errors';
import { convert, run, type Tensor } from '../../../tensor';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../saving/registry';
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
/** Product of the inputs. */
export class Multiply extends Merge {
  protected merge = folded('multiply');
}
/** Mean of the inputs. */
export class Average extends Merge {
  protected merge(inputs: Tensor[]): Tensor {
    const y = folded('add')(inputs);
    return run('divide', [y, convert(inputs.length, y)]);
  }
}
/** Largest of the inputs, elementwise. */
export class Maximum extends Merge {
  protected merge = folded('maximum');
}
/** Smallest of the inputs, elementwise. */
export class Minimum extends Merge {
  protected merge = folded('minimum');
}
registerClass('keras.layers', Add, Subtract, Multiply, Average, Maximum, Minimum);
