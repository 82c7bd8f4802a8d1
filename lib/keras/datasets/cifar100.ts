/** CIFAR-100: small colour photographs of a hundred kinds of things, in twenty groups. */
import type { Tensor } from '../../core/tensor';
import { loadSized, SIZE, type Cifar100Options } from './cifar100_files';

export type { Cifar100Options } from './cifar100_files';

/**
 * Loads CIFAR-100: 50,000 colour images of 32 x 32 pixels for training and 10,000 for testing, of 100 classes that
 * stand in 20 groups.
 *
 * The binary version (about 160 MB) is downloaded once from the University of Toronto, checked, and kept in
 * `$TRAE_HOME/datasets`; its images and labels, and their order, are those of the Python version, which Keras reads.
 * Data set by Alex Krizhevsky, Vinod Nair and Geoffrey Hinton.
 *
 * @param options - `labelMode`: 'fine' for the 100 classes (default), 'coarse' for the 20 groups. `path`: a local copy:
 *   `cifar-100-binary.tar.gz`, the folder it unpacks to, or `train.bin` in it. `signal`, `verbose`, `sources`,
 *   `cacheDir`, `fetch`: as for the other data sets.
 * @returns `[[xTrain, yTrain], [xTest, yTest]]`, all uint8; images (50000, 32, 32, 3) and (10000, 32, 32, 3), labels
 *   (50000, 1) and (10000, 1).
 * @throws ValueError for another `labelMode`; FileError when no source gives the data, or a file is damaged, cut off or
 *   another one; AbortError when `signal` fires.
 * @example const [[xTrain, yTrain], [xTest, yTest]] = await datasets.cifar100.loadData({ labelMode: 'coarse' });
 */
export function loadData(options: Cifar100Options = {}): Promise<[[Tensor, Tensor], [Tensor, Tensor]]> {
  return loadSized(SIZE, options);
}
