/** Sounds of a directory (keras.src.utils.audio_dataset_utils). */
import { describe } from '../../support/describe';
import { ValueError } from '../../support/errors';
import { readFile } from '../../io/source';
import { readWav, resampled } from '../../io/wav';
import * as ops from '../../ops/index';
import { type Tensor, tensor } from '../../core/tensor';
import { checkOptions, kinds } from '../options';
import type { Dataset } from './dataset';
import { datasetFromDirectory, DIRECTORY_OPTIONS, type DirectoryOptions } from './directory_index';

export interface AudioDirectoryOptions extends DirectoryOptions {
  /** Samples a second that all sounds are brought to; null: as they are. */
  samplingRate?: number | null;
  /** Samples of each sound: longer ones are cut, shorter ones filled with zeros. Null: as many as the longest of a batch has. */
  outputSequenceLength?: number | null;
  /** Whether sounds keep their lengths: a batch is then an array. */
  ragged?: boolean;
}
/**
 * Batches `[audio, labels]` of the `.wav` files below a directory: float32 (batch, samples, channels) from -1 to 1, the folder
 * of a file is its class. With subset 'both' an array of two datasets. Defaults: labels inferred, 'int', batchSize 32 (null:
 * single sounds), shuffled.
 */
export function audioDatasetFromDirectory(
  directory: string,
  options: AudioDirectoryOptions & { subset: 'both' },
): Dataset<Tensor | Tensor[] | [Tensor | Tensor[], Tensor]>[];
export function audioDatasetFromDirectory(
  directory: string,
  options?: AudioDirectoryOptions,
): Dataset<Tensor | Tensor[] | [Tensor | Tensor[], Tensor]>;
export function audioDatasetFromDirectory(directory: string, options: AudioDirectoryOptions = {}): unknown {
  const where = 'audioDatasetFromDirectory';
  checkOptions(where, options, {
    ...DIRECTORY_OPTIONS,
    samplingRate: kinds.integer,
    outputSequenceLength: kinds.integer,
    ragged: kinds.boolean,
  });
  const { samplingRate = null, outputSequenceLength = null, ragged = false, batchSize = 32 } = options;
  for (const [name, value] of Object.entries({ samplingRate, outputSequenceLength }))
    if (value !== null && !(Number.isInteger(value) && value > 0))
      throw new ValueError(`${where}: ${name} must be an integer > 0.\n  Received: ${describe(value)}`);
  if (ragged && outputSequenceLength !== null)
    throw new ValueError(`${where}: ragged and outputSequenceLength exclude each other.`);
  const load = async (file: string): Promise<Tensor> => {
    const given = readWav(await readFile(file), file);
    const { samples, channels } = samplingRate === null ? given : resampled(given, samplingRate);
    const sound = tensor(samples, [samples.length / channels, channels]);
    return outputSequenceLength === null ? sound : fitted(sound, outputSequenceLength);
  };
  return datasetFromDirectory(where, directory, ['.wav'], options, async (files) => {
    const sounds = await Promise.all(files.map(load));
    if (batchSize === null) return sounds[0];
    if (ragged) return sounds;
    const channels = new Set(sounds.map((s) => s.shape[1]));
    if (channels.size > 1)
      throw new ValueError(
        `${where}: sounds of a batch must have as many channels.\n  Received: ${[...channels].sort().join(' and ')}`,
      );
    const longest = Math.max(...sounds.map((s) => s.shape[0]));
    return ops.stack(sounds.map((s) => fitted(s, longest)));
  });
}
/** The first `length` samples, with zeros behind what is shorter. */
function fitted(sound: Tensor, length: number): Tensor {
  const [n] = sound.shape;
  return n >= length ? ops.getItem(sound, { stop: length }) : sound.pad([[0, length - n], [0, 0]]); // prettier-ignore
}
