/** Models (keras.models). */
export { Model, type ModelOptions } from './model';
export { Sequential } from './sequential';
