/** Models (keras.models). */
export { Model, type ModelOptions } from './model';
export { Sequential } from './sequential';
export { loadModel, modelFromJson, modelFromJson as modelFromJSON, saveModel } from '../saving/saving_api';
export { cloneModel, type CloneOptions } from './cloning';
