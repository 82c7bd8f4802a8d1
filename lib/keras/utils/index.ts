/** Helpers around models and data (keras.utils). */
export { setRandomSeed } from '../../core/seed';
export { disableInteractiveLogging, enableInteractiveLogging, isInteractiveLoggingEnabled } from './interactive';
export { Progbar } from '../callbacks/progbar';
export { clearSession } from '../serialization/naming';
export {
  CustomObjectScope,
  customObjectScope,
  deserializeKerasObject,
  getCustomObjects,
  getRegisteredName,
  getRegisteredObject,
  registerKerasSerializable,
  serializeKerasObject,
} from '../saving/index';
export * as boundingBoxes from '../layers/preprocessing/image_preprocessing/bounding_boxes/index';
export { audioDatasetFromDirectory, type AudioDirectoryOptions } from './audio_dataset_utils';
export { Config } from './config';
export {
  getSourceInputs,
  isKerasTensor,
  packXYSampleWeight,
  standardizeDtype,
  unpackXYSampleWeight,
} from './data_format';
export { Dataset } from './dataset';
export type { DirectoryOptions, LabelMode } from './directory_index';
export { getFile, type GetFileOptions } from './file_utils';
export { imageDatasetFromDirectory, type ImageDirectoryOptions } from './image_dataset_utils';
export { arrayToImg, imgToArray, loadImg, saveImg, type LoadImageOptions } from './image_utils';
export { modelToDot, type ModelDotOptions } from './model_dot';
export { normalize, toCategorical } from './numerical_utils';
export { plotModel, type PlotModelOptions } from './plot_model';
export { PyDataset, Sequence, type PyDatasetOptions } from './py_dataset';
export { padSequences, type PadSequencesOptions } from './sequence_utils';
export { splitDataset, type SplitOptions } from './split_dataset';
export { textDatasetFromDirectory, type TextDirectoryOptions } from './text_dataset_utils';
export { timeseriesDatasetFromArray, type TimeseriesOptions } from './timeseries_dataset_utils';
