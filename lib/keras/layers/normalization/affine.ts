/** What normalizations share: a scale and an offset with initializers, regularizers and constraints. */
import * as constraints from '../../constraints';
import * as initializers from '../../initializers';
import * as regularizers from '../../regularizers';
import { kinds } from '../../options';
import type { ConstraintIdentifier } from '../../constraints';
import type { InitializerIdentifier } from '../../initializers/initializer';
import type { RegularizerIdentifier } from '../../regularizers';

/** Options of a scale (gamma) and an offset (beta). */
export interface AffineOptions {
  /** First values of the offset beta. Default 'zeros'. */
  betaInitializer?: InitializerIdentifier;
  /** First values of the factor gamma. Default 'ones'. */
  gammaInitializer?: InitializerIdentifier;
  /** Penalty on beta, added to the loss. Default null: none. */
  betaRegularizer?: RegularizerIdentifier;
  /** Penalty on gamma, added to the loss. Default null: none. */
  gammaRegularizer?: RegularizerIdentifier;
  /** Applied to beta after each update. Default null: none. */
  betaConstraint?: ConstraintIdentifier;
  /** Applied to gamma after each update. Default null: none. */
  gammaConstraint?: ConstraintIdentifier;
}
/** @internal */
export const AFFINE = {
  betaInitializer: kinds.initializer,
  gammaInitializer: kinds.initializer,
  betaRegularizer: kinds.regularizer,
  gammaRegularizer: kinds.regularizer,
  betaConstraint: kinds.constraint,
  gammaConstraint: kinds.constraint,
};
/** @internal Those options, resolved. */
export function affine(o: AffineOptions) {
  return {
    betaInitializer: initializers.get(o.betaInitializer ?? 'zeros'),
    gammaInitializer: initializers.get(o.gammaInitializer ?? 'ones'),
    betaRegularizer: regularizers.get(o.betaRegularizer),
    gammaRegularizer: regularizers.get(o.gammaRegularizer),
    betaConstraint: constraints.get(o.betaConstraint),
    gammaConstraint: constraints.get(o.gammaConstraint),
  };
}
