/** The circle loss of embeddings (keras.losses). */
import { recordOf } from '../../support/guard';
import { ValueError } from '../../support/errors';
import * as ops from '../../ops/index';
import { convert, formatShape, type Tensor, type TensorLike } from '../../core/tensor';
import { setMask } from '../masks';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { FunctionLoss, type LossOptions } from './loss';
import { floating } from './matched';

export interface CircleSettings {
  /** Factor on the similarities. Default 80. */
  gamma: number;
  /** How far similarities of one class shall lie from those of others, in [0, 1]. Default 0.4. */
  margin: number;
  /** Whether examples are not compared with themselves. Default true. */
  removeDiagonal: boolean;
}
export interface CircleFunctionOptions extends Partial<CircleSettings> {
  /** Class numbers of the reference embeddings. Default: yTrue. */
  refLabels?: TensorLike | null;
  /** Embeddings to compare with. Default: yPred. */
  refEmbeddings?: TensorLike | null;
}
const column = (labels: TensorLike): Tensor => convert(labels).cast('int32').reshape([-1, 1]);

/**
 * log(1 + sum e^(gamma an (sn - margin)) sum e^(-gamma ap (sp - 1 + margin))) over the pairs of each example, sp and sn the
 * similarities with examples of its class and of others, ap and an growing with their distance from 1 and 0
 * (Sun et al. 2020). `yPred`: embeddings of norm 1; `yTrue`: class numbers.
 */
export function circle(yTrue: TensorLike, yPred: TensorLike, options: CircleFunctionOptions = {}): Tensor {
  const { refLabels, refEmbeddings, removeDiagonal = true, gamma = 80, margin = 0.4 } = recordOf('circle', options);
  const p = floating(yPred);
  const references = refEmbeddings == null ? p : floating(refEmbeddings);
  if (p.ndim !== 2)
    throw new ValueError(
      `circle: predictions must be a row of numbers for each example.\n  Received: shape ${formatShape(p.shape)}`,
    );
  const own = column(yTrue);
  const others = refLabels == null ? own : column(refLabels);
  const distance = ops.subtract(1, p.matmul(references.transpose())).relu();
  const isSame = own.equal(others.transpose());
  const isPositive = removeDiagonal
    ? isSame.logicalAnd(ops.eye(own.size, others.size, { dtype: 'bool' }).logicalNot())
    : isSame;
  const isNegative = isSame.logicalNot();
  const among = (pairs: Tensor, weight: Tensor, excess: Tensor, sign: number): Tensor => {
    const score = weight
      .relu()
      .mul(excess)
      .mul(sign * gamma);
    return ops.where(pairs, score, convert(-Infinity, p)).logsumexp({ axis: 1 });
  };
  const positive = among(isPositive, distance.add(margin), ops.subtract(margin, distance), -1);
  const negative = among(isNegative, ops.subtract(1 + margin, distance), ops.subtract(1 - margin, distance), 1);
  const loss = positive.add(negative).softplus();
  setMask(loss, loss.greater(0)); // the mean is over examples that have pairs
  return loss;
}
/** Circle loss: pulls embeddings of a class together and others apart. Defaults: gamma 80, margin 0.4. */
export class Circle extends FunctionLoss<CircleSettings> {
  static override options: OptionKinds = { gamma: kinds.float, margin: kinds.float, removeDiagonal: kinds.boolean };
  constructor(options: LossOptions & Partial<CircleSettings> = {}) {
    super(options, { gamma: 80, margin: 0.4, removeDiagonal: true });
  }
  override lossOf(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return circle(yTrue, yPred, this.settings);
  }
}
registerClass('keras.losses', Circle);
