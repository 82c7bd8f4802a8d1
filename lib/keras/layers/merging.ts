/** Layers of several inputs: Add, Subtract, Multiply, Average, Maximum, Minimum, Concatenate. */
import { ValueError } from '../../errors';
import { formatShape, run, convert, type Tensor } from '../../tensor';
import type { SymbolicShape } from '../keras_tensor';
import { registerClass } from '../saving/registry';
import { Layer, type LayerOptions } from './layer';

abstract class Merge extends Layer {
  override supportsMasking = true;
  protected abstract merge(inputs: Tensor[]): Tensor;
  override build(shapes: SymbolicShape[]): void {
    if (!Array.isArray(shapes) || !Array.isArray(shapes[0]))
      throw new ValueError(`an array of inputs is expected.\n  Received: shape ${JSON.stringify(shapes)}\n  Fix: apply([x, y]).`);
    if (shapes.length < 1) throw new ValueError('at least one input is expected.');
  }
  override call(inputs: Tensor[]): Tensor {
    // Inputs of lower rank get axes of size 1 after the batch axis, as Keras does.
    const rank = Math.max(...inputs.map((t) => t.ndim));
    return this.merge(inputs.map((t) => (t.ndim === rank ? t : run('reshape', [t], { shape: [t.shape[0], ...Array<number>(rank - t.ndim).fill(1), ...t.shape.slice(1)] }))));
  }
  override computeMask(_inputs: unknown, previous: unknown): Tensor | null {
    const known = Array.isArray(previous) ? (previous as (Tensor | null)[]).filter((m): m is Tensor => m !== null) : [];
    return known.length && known.length === (previous as unknown[]).length ? known.reduce((a, b) => run('logical_and', [a, b])) : null;
  }
}
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
/** Inputs joined along an axis, default the last. */
export class Concatenate extends Merge {
  static override positional: readonly string[] = [];
  static override options = ['axis'];
  readonly axis: number;
  constructor(options: LayerOptions & { axis?: number } = {}) {
    super(options);
    this.axis = options.axis ?? -1;
  }
  override build(shapes: SymbolicShape[]): void {
    super.build(shapes);
    const axis = this.axis < 0 ? this.axis + shapes[0].length : this.axis;
    for (const s of shapes)
      if (s.length !== shapes[0].length || s.some((d, i) => i !== axis && d !== null && shapes[0][i] !== null && d !== shapes[0][i]))
        throw new ValueError(`inputs may differ in axis ${this.axis} only.\n  Received: shapes ${shapes.map(formatShape).join(', ')}`);
  }
  override call(inputs: Tensor[]): Tensor {
    return this.merge(inputs);
  }
  protected merge(inputs: Tensor[]): Tensor {
    return run('concatenate', inputs, { axis: this.axis });
  }
  override computeMask(inputs: Tensor[], previous: unknown): Tensor | null {
    const list = previous as (Tensor | null)[] | null;
    if (!Array.isArray(list) || list.every((m) => m === null)) return null;
    const axis = this.axis < 0 ? this.axis + inputs[0].ndim : this.axis;
    const wide = inputs.map((x, i) => {
      const m = list[i];
      const shape = [...x.shape];
      return m
        ? run('broadcast_to', [run('reshape', [m], { shape: [...m.shape, ...Array<number>(x.ndim - m.ndim).fill(1)] })], { shape })
        : run('broadcast_to', [convert(true)], { shape });
    });
    return run('all', [run('concatenate', wide, { axis })], { axis: [inputs[0].ndim - 1] });
  }
  override getConfig() {
    return { ...super.getConfig(), axis: this.axis };
  }
}
registerClass('keras.layers', Add, Subtract, Multiply, Average, Maximum, Minimum, Concatenate);
