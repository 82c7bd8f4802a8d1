/** Layers of several inputs. */
export { Concatenate } from './concatenate';
export { Dot } from './dot';
export { Add, Average, Maximum, Minimum, Multiply, Subtract } from './elementwise';
export { add, average, concatenate, dot, maximum, minimum, multiply, subtract } from './functions';
