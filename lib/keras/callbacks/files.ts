/** What callbacks ask of a model's files. */
import type { Model } from '../models/model';

interface SavesFiles {
  save(file: string): Promise<void>;
  saveWeights(file: string): Promise<void>;
  loadWeights(file: string): Promise<unknown>;
}
/** @internal */
export const filesOf = (model: Model): SavesFiles => model as unknown as SavesFiles;
