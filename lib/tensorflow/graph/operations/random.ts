/**
 * Operations that draw random numbers. Their seeds in the graph are those of TensorFlow's generators, whose numbers are
 * others: here the layer's own generator is drawn from, so that a compiled step draws anew each time.
 */
import type { Tensor } from '../../../core/tensor';
import * as ops from '../../../ops/index';
import { normal, randint, truncatedNormal, uniform } from '../../../ops/random';
import type { NodeCall, Operations } from '../operation';

const floats =
  (draw: (shape: number[], options: { dtype: Tensor['dtype']; seed: NodeCall['seed'] }) => Tensor) =>
  (n: NodeCall): Tensor =>
    draw(n.numbers(0), { dtype: n.attributes.dtype('dtype', 'float32'), seed: n.seed });
/** Whole numbers from the input at place `low` to the next one. */
const integers =
  (low: number) =>
  (n: NodeCall): Tensor =>
    randint(n.numbers(0), n.number(low), n.number(low + 1), { dtype: n.tensor(low).dtype, seed: n.seed });
const shuffled = (n: NodeCall): Tensor => {
  const x = n.tensor(0);
  return ops.take(x, ops.argsort(uniform([x.shape[0]], { seed: n.seed })), { axis: 0 });
};

/** @internal */
export const drawing: Operations = {
  RandomStandardNormal: floats(normal),
  RandomUniform: floats(uniform),
  RandomUniformInt: integers(1),
  RandomShuffle: shuffled,
  TruncatedNormal: floats(truncatedNormal),
  StatelessRandomNormal: floats(normal),
  StatelessRandomNormalV2: floats(normal),
  StatelessRandomUniform: floats(uniform),
  StatelessRandomUniformV2: floats(uniform),
  StatelessRandomUniformInt: integers(2),
  StatelessRandomUniformIntV2: integers(4),
  StatelessTruncatedNormal: floats(truncatedNormal),
  StatelessTruncatedNormalV2: floats(truncatedNormal),
  // Keys and counters of generators: what they seed draws from the layer's own.
  StatelessRandomGetKeyCounter: {
    outputs: ['key', 'counter'],
    run: () => [ops.zeros([1], { dtype: 'int64' }), ops.zeros([2], { dtype: 'int64' })],
  },
  StatelessRandomGetAlg: () => ops.ones([], { dtype: 'int32' }),
};
