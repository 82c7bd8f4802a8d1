/** Fashion-MNIST: small grey pictures of clothes. */
import type { Tensor } from '../../core/tensor';
import { FASHION } from './fashion_mnist_files';
import { loadSized, SIZE } from './mnist_files';
import type { DatasetOptions } from './sources';

export type { DatasetOptions, DatasetSource, FolderSource, InstalledSource, NpmSource, UrlSource } from './sources';

/**
 * Loads Fashion-MNIST: 60,000 pictures of clothes for training and 10,000 for testing, 28 x 28 grey levels 0 to 255,
 * of ten classes (T-shirt/top, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, ankle boot). It takes the
 * place of MNIST wherever that is used.
 *
 * Its four files are downloaded once, checked, and kept in `$TRAE_HOME/datasets/fashion-mnist`: from the host that
 * Keras uses, else from those of its makers. Data set by Zalando Research, under the MIT license.
 *
 * @param options - `path`: a local copy: the folder with the four IDX files (plain or `.gz`), one of these files, a
 *   `.tgz` of them, or an `.npz` with `x_train`, `y_train`, `x_test` and `y_test`. `signal`: stops the work. `verbose`:
 *   progress bar (default: on a terminal). `sources`, `cacheDir`, `fetch`: where from, where to, and by which function.
 * @returns `[[xTrain, yTrain], [xTest, yTest]]`, all uint8; images (60000, 28, 28) and (10000, 28, 28), labels
 *   (60000,) and (10000,).
 * @throws FileError when no source gives the data, or a file is damaged, cut off or another one; AbortError when
 *   `signal` fires; TypeError and ValueError for options that cannot be used.
 * @example const [[xTrain, yTrain], [xTest, yTest]] = await datasets.fashionMnist.loadData();
 */
export function loadData(options: DatasetOptions = {}): Promise<[[Tensor, Tensor], [Tensor, Tensor]]> {
  return loadSized(SIZE, options, undefined, FASHION);
}
