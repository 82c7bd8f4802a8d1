/** Models out of `.keras` archives. */
import type { ByteSource } from '../../io/source';
import type { Model } from '../models/model';
import { modelFromConfig } from './model_config';
import type { LoadModelOptions } from './options';
import { KERAS_VERSION, loadArchiveWeights, openKerasArchive } from './saving_lib';
import { withinFile } from '../serialization/weight_budget';

/** @internal */
export async function loadKerasModel(source: ByteSource, file: string, options: LoadModelOptions): Promise<Model> {
  const { compile, customObjects, signal } = options;
  const archive = await openKerasArchive(source, signal);
  // keras_core, whose versions began with 0, is Keras 3.
  const version = String(archive.metadata.keras_version ?? KERAS_VERSION).replace(/^0\..*/, KERAS_VERSION);
  const context = { where: file, origin: { version, backend: null }, customObjects };
  const model = withinFile(file, source.size, () => modelFromConfig(archive.config, context, { compile }));
  await loadArchiveWeights(archive, file, model, { signal });
  return model;
}
