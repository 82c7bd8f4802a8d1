/**
 * Cross-entropies of targets and predictions, one number for each example (keras.ops). Predictions that come straight
 * from `activations.softmax` or `sigmoid` are traced back to their logits, which is exact and faster, as Keras does.
 */
import { ValueError } from '../support/errors';
import { convert, formatShape, run, type Tensor, type TensorLike } from '../core/tensor';
import { logSoftmax } from './activation';
import { defineOp } from './define';
import { moveaxis, normalizeAxis } from './shape';
import { toFloat } from './unary';

const EPSILON = 1e-7;
const logitsOf = new WeakMap<Tensor, { logits: Tensor; kind: 'softmax' | 'sigmoid' }>();
/** @internal Remembers which logits made these probabilities. */
export function rememberLogits(probabilities: Tensor, logits: Tensor, kind: 'softmax' | 'sigmoid'): Tensor {
  logitsOf.set(probabilities, { logits, kind });
  return probabilities;
}
function unwrapped(
  output: Tensor,
  fromLogits: boolean,
  kind: 'softmax' | 'sigmoid',
): { output: Tensor; fromLogits: boolean } {
  const known = logitsOf.get(output);
  return !fromLogits && known?.kind === kind ? { output: known.logits, fromLogits: true } : { output, fromLogits };
}
const limited = (t: Tensor): Tensor => run('clip', [t], { min: EPSILON, max: 1 - EPSILON });

/** -sum(target log(output)) along `axis`; outputs are first scaled to sum 1, or are logits. */
export const categoricalCrossentropy = defineOp(
  'categoricalCrossentropy',
  (
    target: TensorLike,
    output: TensorLike,
    { fromLogits = false, axis = -1 }: { fromLogits?: boolean; axis?: number } = {},
  ): Tensor => {
    const given = unwrapped(toFloat(output), fromLogits, 'softmax');
    const y = run('cast', [convert(target)], { dtype: given.output.dtype });
    if (!y.ndim || formatShape(y.shape) !== formatShape(given.output.shape))
      throw new ValueError(
        `categoricalCrossentropy: target and output must have one shape of rank >= 1.\n  Received: target ${formatShape(y.shape)}, output ${formatShape(given.output.shape)}`,
        { op: 'categoricalCrossentropy' },
      );
    const a = normalizeAxis('categoricalCrossentropy', axis, y.ndim, y.shape);
    const log = given.fromLogits
      ? logSoftmax(given.output, { axis: a })
      : run('log', [limited(run('divide', [given.output, run('sum', [given.output], { axis: [a], keepdims: true })]))]);
    return run('negative', [run('sum', [run('multiply', [y, log])], { axis: [a] })]);
  },
  ['fromLogits', 'axis'],
);
/** -log(output[target]) along `axis`, targets being class numbers without that axis (or with size 1). */
export const sparseCategoricalCrossentropy = defineOp(
  'sparseCategoricalCrossentropy',
  (
    target: TensorLike,
    output: TensorLike,
    { fromLogits = false, axis = -1 }: { fromLogits?: boolean; axis?: number } = {},
  ): Tensor => {
    const given = unwrapped(toFloat(output), fromLogits, 'softmax');
    const op = 'sparseCategoricalCrossentropy';
    const a = normalizeAxis(op, axis, given.output.ndim, given.output.shape);
    const x = a === given.output.ndim - 1 ? given.output : moveaxis(given.output, a, -1);
    let y = convert(target);
    if (y.ndim === x.ndim && y.shape[y.ndim - 1] === 1) y = run('reshape', [y], { shape: y.shape.slice(0, -1) });
    if (formatShape(y.shape) !== formatShape(x.shape.slice(0, -1)))
      throw new ValueError(
        `${op}: target and output must agree in all axes but the last.\n  Received: target ${formatShape(y.shape)}, output ${formatShape(given.output.shape)}`,
        {
          op,
        },
      );
    const log = run('log_softmax', [given.fromLogits ? x : run('log', [limited(x)])]);
    const hot = run('one_hot', [run('cast', [y], { dtype: 'int32' })], { depth: x.shape[x.ndim - 1], dtype: x.dtype });
    return run('negative', [run('sum', [run('multiply', [hot, log])], { axis: [-1] })]);
  },
  ['fromLogits', 'axis'],
);
/** -(target log(output) + (1 - target) log(1 - output)), elementwise. */
export const binaryCrossentropy = defineOp(
  'binaryCrossentropy',
  (target: TensorLike, output: TensorLike, { fromLogits = false }: { fromLogits?: boolean } = {}): Tensor => {
    const given = unwrapped(toFloat(output), fromLogits, 'sigmoid');
    const x = given.output;
    const y = run('cast', [convert(target)], { dtype: x.dtype });
    if (formatShape(y.shape) !== formatShape(x.shape))
      throw new ValueError(
        `binaryCrossentropy: target and output must have one shape.\n  Received: target ${formatShape(y.shape)}, output ${formatShape(x.shape)}`,
        {
          op: 'binaryCrossentropy',
        },
      );
    if (given.fromLogits)
      // max(x, 0) - x y + log(1 + e^-|x|)
      return run('add', [
        run('subtract', [run('relu', [x]), run('multiply', [x, y])]),
        run('log1p', [run('exp', [run('negative', [run('abs', [x])])])]),
      ]);
    const p = limited(x);
    const one = convert(1, x);
    const likely = run('multiply', [y, run('log', [p])]);
    const unlikely = run('multiply', [run('subtract', [one, y]), run('log', [run('subtract', [one, p])])]);
    return run('negative', [run('add', [likely, unlikely])]);
  },
  ['fromLogits'],
);
