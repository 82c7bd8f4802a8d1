/** A small model learns from a large one (keras.distillation). */
export {
  DistillationLoss,
  FeatureDistillation,
  LogitsDistillation,
  type FeatureDistillationOptions,
  type LogitsDistillationOptions,
} from './distillation_loss';
export { Distiller, type DistillerOptions } from './distiller';
export type { LossStructure, OutputLoss } from './structures';
