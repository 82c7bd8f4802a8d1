/** All losses (keras.losses): one number for each example, averaged over the batch. */
import { expectKind } from '../../support/guard';
import {
  functionNames,
  functionOf,
  isSerialized,
  makeKind,
  nameOfFunction,
  type Kind,
} from '../serialization/serialize';
import { classNames, getRegisteredObject } from '../serialization/registry';
import { LOSS_ALIASES } from '../names';
import { camelCase, snakeCase } from '../serialization/naming';
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  categoricalGeneralizedCrossEntropy,
  sparseCategoricalCrossentropy,
} from './crossentropy';
import { binaryFocalCrossentropy, categoricalFocalCrossentropy } from './focal';
import { categoricalHinge, hinge, squaredHinge } from './hinge';
import { Loss, LossFunctionWrapper, type LossFunction } from './loss';
import { klDivergence, poisson } from './probabilistic';
import {
  cosineSimilarity,
  huber,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
} from './regression';
import { dice, tversky } from './segmentation';
import { ctc } from './sequence';
import { circle } from './similarity';

export { Loss, LossFunctionWrapper, reduceWeighted, type LossFunction, type LossOptions, type Reduction } from './loss';
export {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  CategoricalGeneralizedCrossEntropy,
  SparseCategoricalCrossentropy,
  binaryCrossentropy,
  categoricalCrossentropy,
  categoricalGeneralizedCrossEntropy,
  sparseCategoricalCrossentropy,
} from './crossentropy';
export {
  BinaryFocalCrossentropy,
  CategoricalFocalCrossentropy,
  binaryFocalCrossentropy,
  categoricalFocalCrossentropy,
} from './focal';
export { CategoricalHinge, Hinge, SquaredHinge, categoricalHinge, hinge, squaredHinge } from './hinge';
export { KLDivergence, Poisson, klDivergence, poisson } from './probabilistic';
export {
  CosineSimilarity,
  Huber,
  LogCosh,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  cosineSimilarity,
  huber,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
} from './regression';
export { Dice, Tversky, dice, tversky } from './segmentation';
export { CTC, ctc } from './sequence';
export { Circle, circle } from './similarity';
export {
  meanSquaredError as mse,
  meanSquaredError as MSE,
  meanAbsoluteError as mae,
  meanAbsoluteError as MAE,
  meanAbsolutePercentageError as mape,
  meanAbsolutePercentageError as MAPE,
  meanSquaredLogarithmicError as msle,
  meanSquaredLogarithmicError as MSLE,
} from './regression';
export { klDivergence as kld, klDivergence as KLD } from './probabilistic';
export { binaryCrossentropy as bce, binaryCrossentropy as BCE } from './crossentropy';

const functions: Record<string, LossFunction> = {
  meanSquaredError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredLogarithmicError,
  huber,
  logCosh,
  cosineSimilarity,
  hinge,
  squaredHinge,
  categoricalHinge,
  klDivergence,
  poisson,
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
  categoricalGeneralizedCrossEntropy,
  binaryFocalCrossentropy,
  categoricalFocalCrossentropy,
  dice,
  tversky,
  circle: circle as LossFunction,
  ctc,
};
for (const [name, f] of Object.entries(functions)) functionNames.set(f, snakeCase(name));
/** @internal The function that Keras means by a name, which is none of a class: 'kl_divergence', 'klDivergence', 'kld'. */
export function functionNamed(name: string): LossFunction | null {
  expectKind('losses.functionNamed', 'its argument', name, typeof name === 'string', 'the name of a loss');
  if (getRegisteredObject(name) || classNames('keras.losses').includes(name)) return null;
  const key = camelCase(name);
  const full = key in functions ? key : (LOSS_ALIASES as Readonly<Record<string, string>>)[name.toLowerCase()];
  return full === undefined
    ? null
    : (functions[full] ?? Object.entries(functions).find(([f]) => f.toLowerCase() === full.toLowerCase())?.[1] ?? null);
}

const isLoss = (x: unknown): x is Loss => x instanceof Loss;
const kind: Kind<Loss> = makeKind<Loss>('keras.losses', 'loss', isLoss, LOSS_ALIASES);
/** A loss from a name, a config, an instance or a function `(yTrue, yPred) => losses`; null for none. */
export function get(identifier: unknown): Loss | null {
  if (isLoss(identifier)) return identifier;
  if (typeof identifier === 'string') {
    const custom = getRegisteredObject(identifier);
    if (typeof custom === 'function' && !((custom as { prototype?: unknown }).prototype instanceof Loss))
      return new LossFunctionWrapper(custom as LossFunction, { name: identifier });
  }
  if (typeof identifier === 'function' && !((identifier as { prototype?: unknown }).prototype instanceof Loss)) {
    const builtIn = Object.entries(functions).find(([, f]) => f === identifier);
    return builtIn
      ? kind.get(builtIn[0])
      : new LossFunctionWrapper(identifier as LossFunction, { name: nameOfFunction(identifier) });
  }
  if (isSerialized(identifier) && identifier.class_name === 'function') return get(functionOf(identifier));
  return kind.get(identifier);
}
export const { serialize, deserialize } = kind;
