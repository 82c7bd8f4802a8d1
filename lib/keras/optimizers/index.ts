/** All optimizers (keras.optimizers). */
import { makeKind, type Kind } from '../saving/serialize';
import { Optimizer } from './optimizer';

export { Adam, AdamW, type AdamOptions } from './adam';
export { Optimizer, type LearningRate, type OptimizerOptions } from './optimizer';
export { RMSprop, type RMSpropOptions } from './rmsprop';
export { SGD, type SGDOptions } from './sgd';
export * as schedules from './schedules';

const kind: Kind<Optimizer> = makeKind<Optimizer>('keras.optimizers', 'optimizer', (x): x is Optimizer => x instanceof Optimizer);
export const { get, serialize, deserialize } = kind;
