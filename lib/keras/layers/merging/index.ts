/** Layers of several inputs. */
export { Concatenate } from './concatenate';
export { Add, Average, Maximum, Minimum, Multiply, Subtract } from './elementwise';
