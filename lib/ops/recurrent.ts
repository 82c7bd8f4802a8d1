/** LSTM and GRU over whole sequences (keras.src.backend: `lstm` and `gru`), with tanh and sigmoid, as one native op each. */
import { convert, run, runMany, type Tensor, type TensorLike } from '../core/tensor';
import { defineOp } from './define';
import { toFloat } from './unary';

/** Options of `lstm`. */
export interface LstmOptions {
  /** From the last step to the first; the sequence is in the order of processing. Default false. */
  goBackwards?: boolean;
  /**
   * (batch, steps), bool or numbers: where it is false or 0, a row of the batch keeps h (and c) as they are, and the sequence
   * repeats h. Default null: every step counts.
   */
  mask?: TensorLike | null;
}
/** Options of `gru`. */
export interface GruOptions extends LstmOptions {
  /** Whether the reset gate acts after the product with the recurrent kernel (default) or before. */
  resetAfter?: boolean;
}

/** Runs the op in float32 or float64; results in the dtype of x. The states, last of them, are the gradient's business. */
function recurrent(
  op: string,
  x: TensorLike,
  others: (TensorLike | null)[],
  mask: TensorLike | null,
  attrs: Record<string, boolean>,
): Tensor[] {
  const t = toFloat(x);
  const inputs = [t, ...others.filter((o): o is TensorLike => o !== null).map((o) => convert(o, t))];
  if (mask !== null) inputs.push(run('cast', [run('cast', [convert(mask)], { dtype: 'bool' })], { dtype: t.dtype }));
  return runMany(op, inputs, { ...attrs, masked: mask !== null })
    .slice(0, -1)
    .map((y) =>
      y.dtype === t.dtype || t.dtype === 'float32' || t.dtype === 'float64' ? y : run('cast', [y], { dtype: t.dtype }),
    );
}

/**
 * i, f, o = sigmoid, g = tanh of x kernel + h recurrentKernel + bias, step by step; c = f c + i g, h = o tanh(c).
 * Shapes: x (batch, steps, n), kernel (n, 4 units), recurrentKernel (units, 4 units) and bias (4 units,) in the order i, f,
 * g, o; h0, c0 (batch, units).
 * @returns [sequence of h (batch, steps, units), last h, last c].
 * Source: Hochreiter & Schmidhuber 1997; gates as Keras' LSTM.
 */
export const lstm = defineOp(
  'lstm',
  (
    x: TensorLike,
    kernel: TensorLike,
    recurrentKernel: TensorLike,
    bias: TensorLike | null,
    h0: TensorLike,
    c0: TensorLike,
    { goBackwards = false, mask = null }: LstmOptions = {},
  ): [Tensor, Tensor, Tensor] =>
    recurrent('lstm', x, [kernel, recurrentKernel, h0, c0, bias], mask, { go_backwards: goBackwards }) as [
      Tensor,
      Tensor,
      Tensor,
    ],
  ['goBackwards', 'mask'],
);
/**
 * z, r = sigmoid of x kernel + h recurrentKernel + biases; g = tanh(x K + b + r * (h R + b')), or tanh(x K + b + (r * h) R) where
 * `resetAfter` is false; h = z h + (1 - z) g.
 * Shapes: x (batch, steps, n), kernel (n, 3 units) and recurrentKernel (units, 3 units) in the order z, r, g; bias (2, 3 units), or
 * (3 units,) where `resetAfter` is false; h0 (batch, units).
 * @returns [sequence of h (batch, steps, units), last h].
 * Source: Cho et al. 2014, arXiv:1406.1078; variants as Keras' GRU.
 */
export const gru = defineOp(
  'gru',
  (
    x: TensorLike,
    kernel: TensorLike,
    recurrentKernel: TensorLike,
    bias: TensorLike | null,
    h0: TensorLike,
    { goBackwards = false, resetAfter = true, mask = null }: GruOptions = {},
  ): [Tensor, Tensor] =>
    recurrent('gru', x, [kernel, recurrentKernel, h0, bias], mask, {
      go_backwards: goBackwards,
      reset_after: resetAfter,
    }) as [Tensor, Tensor],
  ['goBackwards', 'resetAfter', 'mask'],
);
