/** TimeDistributed: the same layer on every step of a sequence. */
import { ValueError } from '../../../support/errors';
import { expandDims, sliceAxis } from '../../../ops/shape';
import * as ops from '../../../ops/index';
import { formatShape, type Tensor } from '../../../core/tensor';
import { isInferring, type SymbolicShape } from '../../keras_tensor';
import { moduleOf, registerClass } from '../../serialization/registry';
import { Lambda } from '../core/lambda_layer';
import { Wrapper } from '../core/wrapper';
import type { CallOptions, Layer, LayerOptions } from '../layer';
import { hasMasksOfKeras2 } from '../../masks';
import { BatchNormalization } from '../normalization';
import { splitSizes } from './loop';

interface Graphed extends Layer {
  readonly graph?: { readonly operations: readonly object[] } | null;
  readonly stateful?: boolean;
}
// Layers that see more than one example at a time (statistics of the batch, states, code of the user) get the steps one
// by one, as in Keras; for all others steps are as good as examples, and one call does.
const seesOneExample = (layer: Layer): boolean =>
  [...layer.flattenLayers()].every((l) => {
    const { graph, stateful } = l as Graphed;
    const isKnown = moduleOf(l.constructor) !== undefined && (graph?.operations.every((o) => 'getConfig' in o) ?? true);
    return isKnown && !stateful && !(l instanceof BatchNormalization) && !(l instanceof Lambda);
  });

/**
 * A layer applied to each step: (batch, steps, ...) -> (batch, steps, ...). Its weights are shared by all steps.
 * @param layer - what is applied to inputs of shape (batch, ...).
 * @example new TimeDistributed(new Dense(3)).apply(ones([2, 7, 5]))   // shape (2, 7, 3)
 */
export class TimeDistributed extends Wrapper {
  static override positional: readonly string[] = ['layer'];
  static hasMasksOfKeras2 = true;
  override supportsMasking = true;
  constructor(layer: Layer, options: LayerOptions = {}) {
    super(layer, options);
  }
  override build(inputShape: SymbolicShape): void {
    if (inputShape.length < 3)
      throw new ValueError(
        `inputs of shape (batch, steps, ...) with 3 axes or more are expected.\n  Received: shape ${formatShape(inputShape)}`,
      );
    super.build([inputShape[0], ...inputShape.slice(2)]);
  }
  /** That of the input. In models of Keras 2 what the wrapped layer makes of each step: `Embedding({ maskZero: true })` masks. */
  override computeMask(inputs: Tensor, previous: Tensor | null): Tensor | null {
    if (!hasMasksOfKeras2(this)) return previous;
    const [batch, steps] = inputs.shape;
    const merged = (t: Tensor): Tensor => t.reshape([batch * steps, ...t.shape.slice(2)]);
    const inner = this.layer.computeMask(
      merged(inputs),
      previous && previous.ndim > 1 ? merged(previous) : null,
    ) as Tensor | null;
    if (inner) return inner.reshape([batch, steps, ...inner.shape.slice(1)]);
    return previous && previous.ndim > 2
      ? previous.any({ axis: Array.from({ length: previous.ndim - 2 }, (_, i) => i + 2) })
      : previous;
  }
  protected override producesMask(): boolean {
    return hasMasksOfKeras2(this) && this.layer['producesMask']();
  }
  override call(inputs: Tensor, { training, mask }: CallOptions = {}): Tensor {
    const [batch, steps, ...rest] = inputs.shape;
    const masks = (mask ?? null) as Tensor | null;
    if (masks && (masks.ndim < 2 || masks.shape[0] !== batch || masks.shape[1] !== steps))
      throw new ValueError(
        `the mask must begin with the axes (${batch}, ${steps}) of the inputs.\n  Received: mask of shape ${formatShape(masks.shape)} for inputs of shape ${formatShape(inputs.shape)}`,
      );
    // Not through apply: the wrapped layer adds no activity penalty of its own, as in Keras.
    const call = (x: Tensor, m: Tensor | null): Tensor =>
      this.layer.scoped(() => this.layer.call(x, { training: training ?? false, ...(m ? { mask: m } : {}) }) as Tensor);
    if (seesOneExample(this.layer)) {
      const merged = (t: Tensor, tail: readonly number[]): Tensor => t.reshape([batch * steps, ...tail]);
      // A mask of whole steps means nothing to a layer that sees one step.
      const y = call(merged(inputs, rest), masks && masks.ndim > 2 ? merged(masks, masks.shape.slice(2)) : null);
      return y.reshape([batch, steps, ...y.shape.slice(1)]);
    }
    const moments = (t: Tensor): Tensor[] =>
      (isInferring() ? [sliceAxis(t, 1, 0, 1)] : splitSizes(t, Array<number>(steps).fill(1), 1)).map((p) =>
        p.reshape([batch, ...t.shape.slice(2)]),
      );
    const masksOfSteps = masks ? moments(masks) : null;
    const rows = moments(inputs).map((x, i) => expandDims(call(x, masksOfSteps ? masksOfSteps[i] : null), 1));
    if (isInferring()) return rows[0].broadcastTo([batch, steps, ...rows[0].shape.slice(2)]);
    return rows.length > 1 ? ops.concatenate(rows, { axis: 1 }) : rows[0];
  }
}
registerClass('keras.layers', TimeDistributed);
