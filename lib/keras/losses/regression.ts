/** Losses of numbers: how far predictions are from targets (keras.losses). */
import { recordOf } from '../../support/guard';
import * as ops from '../../ops/index';
import type { Tensor, TensorLike } from '../../core/tensor';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { FunctionLoss, type LossOptions } from './loss';
import { matched } from './matched';

const EPSILON = 1e-7;
/** @internal Mean over the last axis; scalars stay. */
export const lastMean = (t: Tensor): Tensor => (t.ndim ? t.mean({ axis: -1 }) : t);

// ---- functions: (yTrue, yPred) -> one loss for each example
/** mean((yTrue - yPred)^2) over the last axis. */
export function meanSquaredError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [t, p] = matched(yTrue, yPred, 'meanSquaredError');
  return lastMean(t.sub(p).square());
}
/** mean(|yTrue - yPred|) over the last axis. */
export function meanAbsoluteError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [t, p] = matched(yTrue, yPred, 'meanAbsoluteError');
  return lastMean(t.sub(p).abs());
}
/** 100 mean(|yTrue - yPred| / max(|yTrue|, 1e-7)) over the last axis. */
export function meanAbsolutePercentageError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [t, p] = matched(yTrue, yPred, 'meanAbsolutePercentageError');
  return lastMean(t.sub(p).div(t.abs().maximum(EPSILON)).abs()).mul(100);
}
/** mean((log(yTrue + 1) - log(yPred + 1))^2) over the last axis; values below 1e-7 count as 1e-7. */
export function meanSquaredLogarithmicError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [t, p] = matched(yTrue, yPred, 'meanSquaredLogarithmicError');
  const log = (x: Tensor): Tensor => x.maximum(EPSILON).add(1).log();
  return lastMean(log(p).sub(log(t)).square());
}
/** Quadratic within `delta`, linear beyond: mean over the last axis. */
export function huber(yTrue: TensorLike, yPred: TensorLike, options: { delta?: number } = {}): Tensor {
  const { delta = 1 } = recordOf('huber', options);
  const [t, p] = matched(yTrue, yPred, 'huber');
  const error = p.sub(t);
  const size = error.abs();
  const square = error.square().mul(0.5);
  const line = size.mul(delta).sub(0.5 * delta * delta);
  return lastMean(ops.where(size.lessEqual(delta), square, line));
}
/** mean(log(cosh(yPred - yTrue))) over the last axis: as the square for small errors, as the distance for large ones. */
export function logCosh(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [t, p] = matched(yTrue, yPred, 'logCosh');
  const error = p.sub(t);
  return lastMean(error.add(error.mul(-2).softplus()).sub(Math.LN2));
}
/** -sum(yTrue yPred) over `axis`, both scaled to norm 1: -1 where they point the same way, 0 where orthogonal. */
export function cosineSimilarity(yTrue: TensorLike, yPred: TensorLike, options: { axis?: number } = {}): Tensor {
  const { axis = -1 } = recordOf('cosineSimilarity', options);
  const [t, p] = matched(yTrue, yPred, 'cosineSimilarity');
  return ops.normalize(t, { axis }).mul(ops.normalize(p, { axis })).sum({ axis }).negative();
}

// ---- classes
/** mean((yTrue - yPred)^2) */
export class MeanSquaredError extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(options, {});
  }
  override lossOf = meanSquaredError;
}
/** mean(|yTrue - yPred|) */
export class MeanAbsoluteError extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(options, {});
  }
  override lossOf = meanAbsoluteError;
}
/** 100 mean(|yTrue - yPred| / |yTrue|) */
export class MeanAbsolutePercentageError extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(options, {});
  }
  override lossOf = meanAbsolutePercentageError;
}
/** mean((log(yTrue + 1) - log(yPred + 1))^2) */
export class MeanSquaredLogarithmicError extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(options, {});
  }
  override lossOf = meanSquaredLogarithmicError;
}
/** mean(log(cosh(yPred - yTrue))) */
export class LogCosh extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    super(options, {});
  }
  override lossOf = logCosh;
}
/** Quadratic within `delta` (default 1), linear beyond (Huber 1964). */
export class Huber extends FunctionLoss<{ delta: number }> {
  static override options: OptionKinds = { delta: kinds.float };
  constructor(delta: number | (LossOptions & { delta?: number }) = {}, more: LossOptions = {}) {
    super(typeof delta === 'number' ? { ...more, delta } : delta, { delta: 1 }, 'huber_loss');
  }
  override lossOf(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return huber(yTrue, yPred, this.settings);
  }
  override getConfig() {
    return this.withoutDefaults({ delta: 1 });
  }
}
/** -cos of the angle between targets and predictions along `axis` (default -1). */
export class CosineSimilarity extends FunctionLoss<{ axis: number }> {
  static override options: OptionKinds = { axis: kinds.integer };
  constructor(options: LossOptions & { axis?: number } = {}) {
    super(options, { axis: -1 });
  }
  override lossOf(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return cosineSimilarity(yTrue, yPred, this.settings);
  }
  override getConfig() {
    return this.withoutDefaults({ axis: -1 });
  }
}
registerClass(
  'keras.losses',
  MeanSquaredError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredLogarithmicError,
  LogCosh,
  Huber,
  CosineSimilarity,
);
