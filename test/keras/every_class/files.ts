/** Every format in which a model is written and read again. */
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { withVocabularies } from '../../../lib/keras/layers/preprocessing/vocabularies';
import type { AnyModel } from './model_case';

const { models, saving } = trae.keras;

export interface Format {
  name: string;
  /** What the format keeps of a model's config. */
  textOf: (model: AnyModel) => string;
  again: (model: AnyModel, folder: string) => Promise<AnyModel>;
}
// HDF5 files hold vocabularies in configs, and no shapes that layers were built with.
const ofH5 = (model: AnyModel): string =>
  JSON.stringify(JSON.parse(withVocabularies(() => saving.kerasObjectToJson(model))), (key, value: unknown) =>
    key === 'build_config' ? undefined : value,
  );
const ofArchitecture = (model: AnyModel): string => model.toJson();
const withWeights =
  (name: string) =>
  async (model: AnyModel, folder: string): Promise<AnyModel> => {
    const file = path.join(folder, name);
    const copy = models.modelFromJson(model.toJson());
    await model.saveWeights(file);
    await copy.loadWeights(file);
    return copy;
  };
const whole =
  (name: string) =>
  async (model: AnyModel, folder: string): Promise<AnyModel> => {
    const file = path.join(folder, name);
    await model.save(file);
    return models.loadModel(file);
  };
/** Formats that keep what lookups have learned too. */
export const FORMATS: Format[] = [
  { name: '.keras', textOf: (model) => saving.kerasObjectToJson(model), again: whole('m.keras') },
  { name: '.h5', textOf: ofH5, again: whole('m.h5') },
  { name: '.weights.h5', textOf: ofArchitecture, again: withWeights('m.weights.h5') },
  { name: 'weights in .h5', textOf: ofArchitecture, again: withWeights('w.h5') },
];
/** Formats of weights alone. */
export const ONLY_WEIGHTS: Format[] = [
  { name: '.safetensors', textOf: ofArchitecture, again: withWeights('m.safetensors') },
  { name: '.npz', textOf: ofArchitecture, again: withWeights('m.npz') },
];
