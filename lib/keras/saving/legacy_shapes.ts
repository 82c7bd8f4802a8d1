/**
 * The input shape of Sequential models in files that say none: it follows from the first layer and its weights, with sizes
 * that no weight depends on (rows, time steps, height and width) left unknown.
 */
import { ValueError } from '../../support/errors';
import type { SymbolicShape } from '../keras_tensor';
import type { Layer } from '../layers/layer';
import type { Model } from '../models/model';

/** Layers before the first one with weights that leave the shape as it is. */
const SAME_SHAPE =
  /^(Activation|ActivityRegularization|AlphaDropout|Dropout|ELU|Gaussian(Dropout|Noise)|LeakyReLU|Masking|ReLU|Rescaling|Softmax|SpatialDropout[123]D|ThresholdedReLU)$/;
/** Axes before the last one: examples, and what the layer goes over. */
const AXES: Readonly<Record<string, number>> = {
  Dense: 1,
  SimpleRNN: 2,
  LSTM: 2,
  GRU: 2,
  Conv1D: 2,
  SeparableConv1D: 2,
  Conv2D: 3,
  SeparableConv2D: 3,
  DepthwiseConv2D: 3,
  Conv3D: 4,
};

/** @internal Builds a Sequential that has no input shape. @param weights - shapes of the weights that the file holds, by layer. @throws ValueError where they do not tell. */
export function buildByWeights(model: Model, weights: readonly (readonly (readonly number[])[])[], file: string): void {
  const first = model.layers.find((l) => !SAME_SHAPE.test(l.constructor.name));
  const shape = first && weights[0] ? inputShapeOf(first, weights[0]) : null;
  if (!shape)
    throw new ValueError(
      `${file}: its model '${model.name}' has no input shape, and its first layer${first ? ` '${first.name}' (${first.constructor.name})` : ''} does not tell it.\n  Fix: make the model, build(inputShape), then model.loadWeights('${file}').`,
    );
  model.build(shape);
}
function inputShapeOf(layer: Layer, [kernel]: readonly (readonly number[])[]): SymbolicShape | null {
  const name = layer.constructor.name;
  if (name === 'Embedding') return [null, null];
  if (name === 'Bidirectional' || name === 'TimeDistributed') {
    const inner = layer.subLayers().find((l) => Object.hasOwn(AXES, l.constructor.name));
    const shape = inner && inputShapeOf(inner, [kernel]);
    return shape ? (name === 'TimeDistributed' ? [null, ...shape] : shape) : null;
  }
  if (!Object.hasOwn(AXES, name) || !kernel || kernel.length < 2) return null;
  const { dataFormat, groups = 1 } = layer as Layer & { dataFormat?: string; groups?: number };
  const size =
    name === 'Dense' || (AXES[name] === 2 && kernel.length === 2) ? kernel[0] : kernel[kernel.length - 2] * groups;
  const unknown = Array<null>(AXES[name]).fill(null);
  return dataFormat === 'channels_first' ? [null, size, ...unknown.slice(1)] : [...unknown, size];
}
