/** Texts of a directory (keras.src.utils.text_dataset_utils). */
import { describe } from '../../support/describe';
import { ValueError } from '../../support/errors';
import { readFile } from '../../io/source';
import type { Tensor } from '../../core/tensor';
import { checkOptions, kinds } from '../options';
import type { Dataset } from './dataset';
import { datasetFromDirectory, DIRECTORY_OPTIONS, type DirectoryOptions } from './directory_index';

export interface TextDirectoryOptions extends DirectoryOptions {
  /** Bytes of a file that are read at most. */
  maxLength?: number | null;
}
/**
 * Batches `[texts, labels]` of the `.txt` files below a directory: texts are arrays of strings, the folder of a file is its
 * class. With subset 'both' an array of two datasets. Defaults: labels inferred, 'int', batchSize 32 (null: single files), shuffled.
 */
export function textDatasetFromDirectory(
  directory: string,
  options: TextDirectoryOptions & { subset: 'both' },
): Dataset<string[] | [string[], Tensor]>[];
export function textDatasetFromDirectory(
  directory: string,
  options?: TextDirectoryOptions,
): Dataset<string[] | [string[], Tensor]>;
export function textDatasetFromDirectory(directory: string, options: TextDirectoryOptions = {}): unknown {
  checkOptions('textDatasetFromDirectory', options, { ...DIRECTORY_OPTIONS, maxLength: kinds.integer });
  const { maxLength = null } = options;
  if (maxLength !== null && !(Number.isInteger(maxLength) && maxLength > 0))
    throw new ValueError(
      `textDatasetFromDirectory: maxLength must be an integer > 0.\n  Received: ${describe(maxLength)}`,
    );
  const read = async (file: string): Promise<string> => {
    const bytes = await readFile(file);
    return bytes.subarray(0, maxLength ?? bytes.length).toString('utf8');
  };
  return datasetFromDirectory('textDatasetFromDirectory', directory, ['.txt'], options, (files) =>
    Promise.all(files.map(read)),
  );
}
