/** Options of Keras objects. */
export { checkOptions, nearest } from '../options';
