/** Connectionist temporal classification (keras.ops; Graves et al. 2006): sequences of labels without a known alignment. */
import { ValueError } from '../support/errors';
import { convert, runMany, type Tensor, type TensorLike } from '../core/tensor';
import { defineOp } from './define';

/** Which class stands for no label: a number, from the end when negative, or null for the last. */
const blankOf = (maskIndex: number | null, classes: number | undefined): number =>
  (maskIndex === null ? -1 : maskIndex) + ((maskIndex ?? -1) < 0 ? (classes ?? 1) : 0);

/**
 * -log of the probability that the frames spell the labels, over all alignments, with blanks and repetitions left out.
 * Infinite (gradient 0) where there are fewer frames than the labels need.
 * @param target - class numbers (batch, labels).
 * @param output - logits (batch, frames, classes).
 * @param targetLength - how many of the labels count, (batch,).
 * @param outputLength - how many of the frames count, (batch,).
 * @param options - maskIndex: the class of the blank, 0.
 * @returns (batch,), differentiable twice.
 * @example ops.ctcLoss([[1, 2]], zeros([1, 5, 3]), [2], [5]);
 */
export const ctcLoss = defineOp(
  'ctcLoss',
  (
    target: TensorLike,
    output: TensorLike,
    targetLength: TensorLike,
    outputLength: TensorLike,
    { maskIndex = 0 }: { maskIndex?: number } = {},
  ): Tensor => {
    const logits = convert(output);
    return runMany('ctc_loss', [logits, convert(target), convert(targetLength), convert(outputLength)], {
      blank: blankOf(maskIndex, logits.shape[2]),
    })[0];
  },
  ['maskIndex'],
);

export interface CtcDecodeOptions {
  /** 'greedy' takes the likeliest class of each frame; 'beam_search' looks for the likeliest labels. Default 'greedy'. */
  strategy?: 'greedy' | 'beam_search';
  /** How many sequences the search keeps. Default 100. */
  beamWidth?: number;
  /** How many of them are returned. Default 1. */
  topPaths?: number;
  /** Whether a class that stays over several frames is one label ('greedy'). Default true. */
  mergeRepeated?: boolean;
  /** The class of the blank; null for the last. Default 0. */
  maskIndex?: number | null;
}
/**
 * The labels that logits (batch, frames, classes) spell.
 * @returns `[labels, scores]`: int32 (paths, batch, frames), -1 behind the last label; (batch, paths): minus the sum of the
 * chosen logits ('greedy', one path), or the logarithms of the probabilities.
 */
export const ctcDecode = defineOp(
  'ctcDecode',
  (
    inputs: TensorLike,
    sequenceLengths: TensorLike,
    { strategy = 'greedy', beamWidth = 100, topPaths = 1, mergeRepeated = true, maskIndex = 0 }: CtcDecodeOptions = {},
  ): [Tensor, Tensor] => {
    if (strategy !== 'greedy' && strategy !== 'beam_search')
      throw new ValueError(`ctcDecode: strategy must be 'greedy' or 'beam_search'.\n  Received: '${strategy}'`, {
        op: 'ctcDecode',
      });
    if (!Number.isInteger(beamWidth) || beamWidth < 1)
      throw new ValueError(`ctcDecode: beamWidth must be an integer >= 1.\n  Received: ${beamWidth}`, {
        op: 'ctcDecode',
      });
    const logits = convert(inputs);
    const isGreedy = strategy === 'greedy';
    return runMany('ctc_decode', [logits, convert(sequenceLengths)], {
      blank: blankOf(maskIndex, logits.shape[2]),
      beam_width: isGreedy ? 0 : beamWidth,
      paths: isGreedy ? 1 : topPaths,
      merges_repeated: mergeRepeated,
    }) as [Tensor, Tensor];
  },
  ['strategy', 'beamWidth', 'topPaths', 'mergeRepeated', 'maskIndex'],
);
