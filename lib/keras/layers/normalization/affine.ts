/** What normalizations share: a scale and an offset with initializers, regularizers and constraints. */
import * as constraints from '../../constraints';
import * as initializers from '../../initializers';
import * as regularizers from '../../regularizers';

/** Options of a scale (gamma) and an offset (beta). */
export interface AffineOptions {
  betaInitializer?: unknown;
  gammaInitializer?: unknown;
  betaRegularizer?: unknown;
  gammaRegularizer?: unknown;
  betaConstraint?: unknown;
  gammaConstraint?: unknown;
}
/** @internal */
export const AFFINE = ['betaInitializer', 'gammaInitializer', 'betaRegularizer', 'gammaRegularizer', 'betaConstraint', 'gammaConstraint'];
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
