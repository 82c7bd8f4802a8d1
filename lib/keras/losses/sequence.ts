/** CTC: sequences of labels without a known alignment (keras.losses; Graves et al. 2006). */
import { ValueError } from '../../support/errors';
import * as ops from '../../ops/index';
import { convert, formatShape, type Tensor, type TensorLike } from '../../core/tensor';
import { registerClass } from '../serialization/registry';
import { FunctionLoss, type LossOptions } from './loss';
import { floating } from './matched';

const BLANK = 0;

/**
 * -log of the probability that the frames spell the labels, blanks (class 0) and repetitions left out. `yTrue`: class
 * numbers (batch, labels), padded at the end with 0; `yPred`: logits (batch, frames, classes). One loss for each example,
 * infinite where there are fewer frames than the labels need.
 */
export function ctc(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const labels = convert(yTrue).cast('int32');
  const logits = floating(yPred);
  if (labels.ndim !== 2)
    throw new ValueError(
      `ctc: targets must be class numbers of shape (batch, labels).\n  Received: shape ${formatShape(labels.shape)}`,
    );
  if (logits.ndim !== 3)
    throw new ValueError(
      `ctc: predictions must be logits of shape (batch, frames, classes).\n  Received: shape ${formatShape(logits.shape)}`,
    );
  const [batch, frames] = logits.shape;
  if (labels.shape[0] !== batch)
    throw new ValueError(`ctc: there are ${labels.shape[0]} rows of targets but ${batch} of predictions.`);
  if (!frames) throw new ValueError(`ctc: predictions have no frames.\n  Received: shape ${formatShape(logits.shape)}`);
  const length = labels.notEqual(BLANK).cast('int32').sum({ axis: 1 });
  return ops.ctcLoss(labels, logits, length, ops.full([batch], frames, { dtype: 'int32' }), { maskIndex: BLANK });
}
/** Connectionist temporal classification: -log of the probability of the labels, over all their alignments. */
export class CTC extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(options, {});
  }
  override lossOf = ctc;
}
registerClass('keras.losses', CTC);
