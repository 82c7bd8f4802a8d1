/** Layers that regularize: noise while training, penalties. */
export { Dropout, type DropoutOptions } from './dropout';
