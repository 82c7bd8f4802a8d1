/** keras.saving: files of models and weights, and the serialization of objects beneath them. */
import './model_methods';

export {
  customObjectScope,
  getCustomObjects,
  getRegisteredName,
  getRegisteredObject,
  registerKerasSerializable,
  type CustomObjects,
} from '../serialization/registry';
export { CustomObjectScope } from '../serialization/custom_object_scope';
export {
  deserializeKerasObject,
  kerasObjectToJson,
  serializeKerasObject,
  type SerializedObject,
} from '../serialization/serialize';
export { loadModel, loadWeights, saveModel, saveWeights } from './saving_api';
export type { LoadModelOptions, SaveOptions, SaveWeightsOptions } from './options';
export type { LoadReport, SkippedWeight } from './weight_matching';
export { KerasFileEditor, type Comparison, type FileEditorOptions } from './file_editor';
export type { WeightTree } from './weight_tree';
