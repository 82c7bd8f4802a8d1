/** Options of the kernel and of the bias that most layers have. */
import type { ConstraintIdentifier } from '../constraints';
import type { InitializerIdentifier } from '../initializers/initializer';
import type { RegularizerIdentifier } from '../regularizers';

export interface KernelWeightOptions {
  /** First values of the kernel, or of each where a layer has several. Default 'glorot_uniform'. */
  kernelInitializer?: InitializerIdentifier;
  /** Penalty on each kernel, added to the loss. Default null: none. */
  kernelRegularizer?: RegularizerIdentifier;
  /** Applied to each kernel after each update. Default null: none. */
  kernelConstraint?: ConstraintIdentifier;
}
export interface BiasWeightOptions {
  /** Whether a bias is added. Default true. */
  useBias?: boolean;
  /** First values of the bias, or of each where a layer has several. Default 'zeros'. */
  biasInitializer?: InitializerIdentifier;
  /** Penalty on each bias, added to the loss. Default null: none. */
  biasRegularizer?: RegularizerIdentifier;
  /** Applied to each bias after each update. Default null: none. */
  biasConstraint?: ConstraintIdentifier;
}
