/** How often predictions equal targets (keras.src.metrics.accuracy_metrics). */
import { recordOf } from '../../support/guard';
import { inTopK } from '../../ops/indexing';
import { convert, type Tensor, type TensorLike } from '../../core/tensor';
import { matched } from '../losses/matched';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import type { MetricOptions } from './metric';
import { FunctionMetric } from './reduction_metrics';

const asFloat = (t: Tensor): Tensor => t.cast('float32');
const agreement = (a: Tensor, b: Tensor): Tensor => asFloat(a.equal(b));
const lastArgmax = (t: Tensor): Tensor => t.argmax({ axis: t.ndim - 1 });

/** 1 where yTrue equals yPred. */
export function accuracy(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [t, p] = matched(yTrue, yPred, 'accuracy');
  return agreement(t, p);
}
/** 1 where yPred > threshold agrees with yTrue. */
export function binaryAccuracy(yTrue: TensorLike, yPred: TensorLike, options: { threshold?: number } = {}): Tensor {
  const { threshold = 0.5 } = recordOf('binaryAccuracy', options);
  const [t, p] = matched(yTrue, yPred, 'binaryAccuracy');
  return agreement(t, p.greater(threshold).cast(t.dtype));
}
/** 1 where the largest prediction is at the one of the one-hot target. */
export function categoricalAccuracy(yTrue: TensorLike, yPred: TensorLike): Tensor {
  return agreement(lastArgmax(convert(yTrue)), lastArgmax(convert(yPred)));
}
/** @internal Class numbers without a last axis of size 1. */
export function classNumbers(yTrue: TensorLike, yPred: Tensor): Tensor {
  const t = convert(yTrue);
  const s = t.ndim === yPred.ndim && t.shape.at(-1) === 1 ? t.reshape(t.shape.slice(0, -1)) : t;
  return s.cast('int32');
}
/** 1 where the largest prediction is that of the class number. */
export function sparseCategoricalAccuracy(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const p = convert(yPred);
  return agreement(classNumbers(yTrue, p), lastArgmax(p));
}
function topK(targets: Tensor, p: Tensor, k: number): Tensor {
  const classes = p.shape[p.ndim - 1];
  const rows = p.size / Math.max(1, classes);
  const hit = asFloat(inTopK(targets.reshape([rows]), p.reshape([rows, classes]), k));
  return hit.reshape(targets.shape);
}
/** 1 where the class of the one-hot target is among the k best predictions. */
export function topKCategoricalAccuracy(yTrue: TensorLike, yPred: TensorLike, options: { k?: number } = {}): Tensor {
  const { k = 5 } = recordOf('topKCategoricalAccuracy', options);
  return topK(lastArgmax(convert(yTrue)), convert(yPred), k);
}
/** 1 where the class number is among the k best predictions. */
export function sparseTopKCategoricalAccuracy(
  yTrue: TensorLike,
  yPred: TensorLike,
  options: { k?: number; fromSortedIds?: boolean } = {},
): Tensor {
  const { k = 5, fromSortedIds = false } = recordOf('sparseTopKCategoricalAccuracy', options);
  const p = convert(yPred);
  if (fromSortedIds) return amongFirst(yTrue, p, k);
  return topK(classNumbers(yTrue, p), p, k);
}

// Predictions are class numbers, best first.
function amongFirst(yTrue: TensorLike, yPred: TensorLike, k: number): Tensor {
  const p = convert(yPred);
  const t = classNumbers(yTrue, p).reshape([...p.shape.slice(0, -1), 1]);
  const first = p.slice(
    p.shape.map(() => 0),
    [...p.shape.slice(0, -1), Math.min(k, p.shape.at(-1)!)],
  );
  return asFloat(t.equal(first.cast('int32')).any({ axis: -1 }));
}

/** Share of predictions equal to their targets. */
export class Accuracy extends FunctionMetric {
  override readonly direction = 'up';
  constructor(options: MetricOptions = {}) {
    super(accuracy, options, 'accuracy');
  }
}
/** Share of predictions on the right side of `threshold`, default 0.5. */
export class BinaryAccuracy extends FunctionMetric {
  static override options: OptionKinds = { threshold: kinds.float };
  override readonly direction = 'up';
  constructor(options: MetricOptions & { threshold?: number } = {}) {
    super(binaryAccuracy, options, 'binary_accuracy', { threshold: 0.5 });
  }
}
/** Share of right classes; targets one-hot. */
export class CategoricalAccuracy extends FunctionMetric {
  override readonly direction = 'up';
  constructor(options: MetricOptions = {}) {
    super(categoricalAccuracy, options, 'categorical_accuracy');
  }
}
/** Share of right classes; targets class numbers. */
export class SparseCategoricalAccuracy extends FunctionMetric {
  override readonly direction = 'up';
  constructor(options: MetricOptions = {}) {
    super(sparseCategoricalAccuracy, options, 'sparse_categorical_accuracy');
  }
}
/** Share of targets among the k best predictions; targets one-hot. Default k = 5. */
export class TopKCategoricalAccuracy extends FunctionMetric {
  static override positional = ['k'];
  static override options: OptionKinds = { k: kinds.integer };
  override readonly direction = 'up';
  constructor(k: number | (MetricOptions & { k?: number }) = 5, more: MetricOptions = {}) {
    super(
      topKCategoricalAccuracy,
      typeof k === 'number' ? ({ ...more, k } as MetricOptions) : k,
      'top_k_categorical_accuracy',
      { k: 5 },
    );
  }
}
/**
 * Share of targets among the k best predictions; targets class numbers. Default k = 5. `fromSortedIds`: predictions are
 * class numbers themselves, best first.
 */
export class SparseTopKCategoricalAccuracy extends FunctionMetric {
  static override positional = ['k'];
  static override options: OptionKinds = { k: kinds.integer, fromSortedIds: kinds.boolean };
  override readonly direction = 'up';
  constructor(
    k: number | (MetricOptions & { k?: number; fromSortedIds?: boolean }) = 5,
    more: MetricOptions & { fromSortedIds?: boolean } = {},
  ) {
    super(
      sparseTopKCategoricalAccuracy,
      typeof k === 'number' ? ({ ...more, k } as MetricOptions) : k,
      'sparse_top_k_categorical_accuracy',
      { k: 5, fromSortedIds: false },
    );
  }
  override getConfig() {
    const { fromSortedIds, ...config } = super.getConfig();
    return fromSortedIds ? { ...config, fromSortedIds } : config;
  }
}
registerClass(
  'keras.metrics',
  Accuracy,
  BinaryAccuracy,
  CategoricalAccuracy,
  SparseCategoricalAccuracy,
  TopKCategoricalAccuracy,
  SparseTopKCategoricalAccuracy,
);
