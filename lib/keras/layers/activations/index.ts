/** Activations that are layers. */
export { Activation } from './activation';
export { ELU } from './elu';
export { LeakyReLU } from './leaky_relu';
export { PReLU, type PReLUOptions } from './prelu';
export { ReLU, type ReLUOptions } from './relu';
export { Softmax } from './softmax';
