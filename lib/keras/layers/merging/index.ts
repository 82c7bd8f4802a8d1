/** Layers of several inputs. */
export { Concatenate } from './concatenate';
export { Dot } from './dot';
export { Add, Average, Maximum, Minimum, Multiply, Subtract } from './elementwise';
