/** What files make of models: the methods of Model that read and write them. */
import { Model } from '../models/model';
import { architectureOf, loadWeights, modelToJson, saveModel, saveWeights } from './saving_api';
import type { SaveOptions, SaveWeightsOptions } from './options';
import type { LoadReport, LoadWeightsOptions } from './weight_matching';

declare module '../models/model' {
  interface Model {
    /** Writes the whole model: `.keras`, or `.h5` of Keras 2. Appears under its name when it is complete. */
    save(filepath: string, options?: SaveOptions): Promise<void>;
    /**
     * Writes the weights: `.weights.h5`, `.h5` of Keras 2, `.safetensors` or `.npz`; or `.weights.json` and files of at
     * most `maxShardSize` gigabytes beside it.
     */
    saveWeights(filepath: string, options?: SaveWeightsOptions): Promise<void>;
    /**
     * Reads weights of any of these formats, or those in a `.keras` file.
     * @param options - byName: match layers by name; skipMismatch: leave alone what does not fit; signal.
     * @returns what was loaded, and what was not and why.
     */
    loadWeights(filepath: string, options?: LoadWeightsOptions): Promise<LoadReport>;
    /** Keras' JSON of the architecture, without weights. */
    toJson(options?: { indent?: number }): string;
    /** Alias of `toJson`. */
    toJSON(): unknown;
  }
}

const METHODS = {
  save(this: Model, filepath: string, options: SaveOptions = {}): Promise<void> {
    return saveModel(this, filepath, options);
  },
  saveWeights(this: Model, filepath: string, options: SaveWeightsOptions = {}): Promise<void> {
    return saveWeights(this, filepath, options);
  },
  loadWeights(this: Model, filepath: string, options: LoadWeightsOptions = {}): Promise<LoadReport> {
    return loadWeights(this, filepath, options);
  },
  toJson(this: Model, options: { indent?: number } = {}): string {
    return modelToJson(this, options);
  },
  toJSON(this: Model): unknown {
    return architectureOf(this);
  },
};
for (const [name, value] of Object.entries(METHODS))
  Object.defineProperty(Model.prototype, name, { value, writable: true, configurable: true });
