/** Helpers around models and data (keras.utils). */
export { setRandomSeed } from '../../core/seed';
export { disableInteractiveLogging, enableInteractiveLogging, isInteractiveLoggingEnabled } from '../utils/interactive';
export { Progbar } from '../utils/progbar';
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
export { audioDatasetFromDirectory, type AudioDirectoryOptions } from '../utils/audio_dataset_utils';
export { Config } from '../utils/config';
export {
  getSourceInputs,
  isKerasTensor,
  packXYSampleWeight,
  standardizeDtype,
  unpackXYSampleWeight,
} from '../utils/data_format';
export { Dataset } from '../utils/dataset';
export type { DirectoryOptions, LabelMode } from '../utils/directory_index';
export { getFile, type GetFileOptions } from '../utils/file_utils';
export { imageDatasetFromDirectory, type ImageDirectoryOptions } from '../utils/image_dataset_utils';
export { arrayToImg, imgToArray, loadImg, saveImg, type LoadImageOptions } from '../utils/image_utils';
export { modelToDot, type ModelDotOptions } from '../models/model_dot';
export { normalize, toCategorical } from '../utils/numerical_utils';
export { plotModel, type PlotModelOptions } from '../models/plot_model';
export { PyDataset, Sequence, type PyDatasetOptions } from '../utils/py_dataset';
export { padSequences, type PadSequencesOptions } from '../utils/sequence_utils';
export { splitDataset, type SplitOptions } from '../utils/split_dataset';
export { textDatasetFromDirectory, type TextDirectoryOptions } from '../utils/text_dataset_utils';
export { timeseriesDatasetFromArray, type TimeseriesOptions } from '../utils/timeseries_dataset_utils';
