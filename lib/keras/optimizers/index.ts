/** All optimizers (keras.optimizers). */
import { makeKind, type Kind } from '../serialization/serialize';
import { Optimizer } from './optimizer';

export { Adadelta, type AdadeltaOptions } from './adadelta';
export { Adafactor, type AdafactorOptions } from './adafactor';
export { Adagrad, type AdagradOptions } from './adagrad';
export { Adam, type AdamOptions } from './adam';
export { Adamax, type AdamaxOptions } from './adamax';
export { AdamW } from './adamw';
export { Ftrl, type FtrlOptions } from './ftrl';
export { Lamb, type LambOptions } from './lamb';
export { Lion, type LionOptions } from './lion';
export { LossScaleOptimizer, type LossScaleOptions } from './loss_scale_optimizer';
export { MultiOptimizer, OptimizerMap, type MultiOptimizerOptions } from './multi_optimizer';
export { Muon, type MuonOptions } from './muon';
export { Nadam, type NadamOptions } from './nadam';
export { Optimizer, type LearningRate, type OptimizerOptions } from './optimizer';
export { RMSprop, type RMSpropOptions } from './rmsprop';
export { ScheduleFreeAdamW, type ScheduleFreeAdamWOptions } from './schedule_free_adamw';
export { SGD, type SGDOptions } from './sgd';
export * as schedules from './schedules';

const kind: Kind<Optimizer> = makeKind<Optimizer>(
  'keras.optimizers',
  'optimizer',
  (x): x is Optimizer => x instanceof Optimizer,
);
export const { get, serialize, deserialize } = kind;
