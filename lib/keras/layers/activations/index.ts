/** Activations that are layers. */
export { Activation } from './activation';
export { LeakyReLU } from './leaky_relu';
export { ReLU, type ReLUOptions } from './relu';
export { Softmax } from './softmax';
