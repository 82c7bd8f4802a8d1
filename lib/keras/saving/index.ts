/** Serialization of objects (keras.saving). */
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
export {
  loadModel,
  loadWeights,
  saveModel,
  saveWeights,
  type LoadModelOptions,
  type SaveOptions,
  type SaveWeightsOptions,
} from './saving_api';
export type { LoadReport, SkippedWeight } from './weight_matching';
export { KerasFileEditor, type Comparison, type FileEditorOptions } from './file_editor';
export type { WeightTree } from './weight_tree';
