/** CTC: sequences of labels without a known alignment (keras.losses; Graves et al. 2006). */
import { ValueError } from '../../errors';
import * as ops from '../../ops/index';
import { convert, formatShape, run, type Tensor, type TensorLike } from '../../tensor';
import { registerClass } from '../saving/registry';
import { FunctionLoss, type LossOptions } from './loss';
import { floating } from './matched';

const BLANK = 0;
const IMPOSSIBLE = -1e30; // log 0, but finite: differences of it are numbers

const at = (t: Tensor, axis: number, start: number, size: number): Tensor =>
  run('slice', [t], { start: t.shape.map((_, i) => (i === axis ? start : 0)), size: t.shape.map((d, i) => (i === axis ? size : d)), step: t.shape.map(() => 1) });

/**
 * -log of the probability that the frames spell the labels, blanks (class 0) and repetitions left out. `yTrue`: class
 * numbers (batch, labels), padded at the end with 0; `yPred`: logits (batch, frames, classes). One loss for each example,
 * infinite where there are fewer frames than the labels need.
 *
 * alpha[s] is the log-probability of all ways to be at place s of blank, label, blank, ..., label, blank after a frame.
 */
export function ctc(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const labels = run('cast', [convert(yTrue)], { dtype: 'int32' }),
    logits = floating(yPred);
  if (labels.ndim !== 2) throw new ValueError(`ctc: targets must be class numbers of shape (batch, labels).\n  Received: shape ${formatShape(labels.shape)}`);
  if (logits.ndim !== 3) throw new ValueError(`ctc: predictions must be logits of shape (batch, frames, classes).\n  Received: shape ${formatShape(logits.shape)}`);
  const [batch, count] = labels.shape,
    [, frames, classes] = logits.shape,
    places = 2 * count + 1;
  if (logits.shape[0] !== batch) throw new ValueError(`ctc: there are ${batch} rows of targets but ${logits.shape[0]} of predictions.`);
  if (!frames) throw new ValueError(`ctc: predictions have no frames.\n  Received: shape ${formatShape(logits.shape)}`);
  // blank, label, blank, ..., label, blank
  const blanks = ops.zeros([batch, count, 1], { dtype: 'int32' });
  const pairs = ops.reshape(ops.concatenate([blanks, ops.expandDims(labels, -1)], { axis: 2 }), [batch, 2 * count]);
  const path = ops.concatenate([pairs, ops.zeros([batch, 1], { dtype: 'int32' })], { axis: 1 });
  const log = ops.logSoftmax(logits, { axis: -1 });
  const emitted = ops.matmul(log, ops.transpose(ops.oneHot(path, classes, { dtype: log.dtype }), { axes: [0, 2, 1] })); // (batch, frames, places)
  const impossible = (width: number): Tensor => ops.full([batch, width], IMPOSSIBLE, { dtype: log.dtype });
  const shifted = (t: Tensor, by: number): Tensor => (by >= places ? impossible(places) : ops.concatenate([impossible(by), at(t, 1, 0, places - by)], { axis: 1 }));
  // A blank is left out between labels that differ.
  const before = ops.concatenate([ops.full([batch, Math.min(2, places)], BLANK, { dtype: 'int32' }), at(path, 1, 0, Math.max(0, places - 2))], { axis: 1 });
  const canSkip = ops.logicalAnd(ops.notEqual(path, BLANK), ops.notEqual(path, before));
  const frame = (t: number): Tensor => ops.reshape(at(emitted, 1, t, 1), [batch, places]);
  const isStart = ops.less(ops.arange(places, { dtype: 'int32' }), 2);
  let alpha = ops.where(isStart, frame(0), convert(IMPOSSIBLE, log));
  for (let t = 1; t < frames; t++) {
    const stepped = ops.logaddexp(alpha, shifted(alpha, 1));
    alpha = ops.add(ops.logaddexp(stepped, ops.where(canSkip, shifted(alpha, 2), convert(IMPOSSIBLE, log))), frame(t));
  }
  // It ends at the last label or at the blank behind it.
  const length = ops.sum(run('cast', [ops.notEqual(labels, BLANK)], { dtype: 'int32' }), { axis: 1, keepdims: true });
  const place = ops.arange(places, { dtype: 'int32' }),
    end = ops.multiply(length, 2);
  const isEnd = ops.logicalOr(ops.equal(place, end), ops.equal(place, ops.subtract(end, 1)));
  const loss = ops.negative(ops.logsumexp(ops.where(isEnd, alpha, convert(IMPOSSIBLE, log)), { axis: 1 }));
  return ops.where(ops.greater(loss, -IMPOSSIBLE / 2), convert(Infinity, loss), loss);
}
/** Connectionist temporal classification: -log of the probability of the labels, over all their alignments. */
export class CTC extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(options, {});
  }
  override lossOf = ctc;
}
registerClass('keras.losses', CTC);
