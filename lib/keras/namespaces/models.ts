/** Models (keras.models). */
export { Model, type ModelOptions } from '../models/model';
export { Sequential } from '../models/sequential';
export { loadModel, modelFromJson, modelFromJson as modelFromJSON, saveModel } from '../saving/saving_api';
export { cloneModel, type CloneOptions } from '../models/cloning';
