/** Boston Housing: prices of houses in the suburbs of Boston. */
import type { Tensor } from '../../core/tensor';
import { loadTable, type SplitOptions } from './housing_files';
import { BOSTON } from './housing_tables';

export type { SplitOptions } from './housing_files';

/**
 * Loads Boston Housing: 13 attributes of each of 506 places in the suburbs of Boston in the late 1970s, and the median
 * value of the houses there in thousands of dollars.
 *
 * Its column "B" was made on the assumption that racial segregation affects prices: use it to study such questions, and
 * {@link californiaHousing} with `version: 'small'` otherwise. The file is downloaded once from the host that Keras
 * uses, checked, and kept in `$TRAE_HOME/datasets`. The order is that of Keras for the same `seed`.
 *
 * @param options - `testSplit`: part of the examples for testing (default 0.2). `seed`: of the order (default 113).
 *   `path`: a local `boston_housing.npz`, or its folder. `signal`, `verbose`, `sources`, `cacheDir`, `fetch`: as for
 *   the other data sets.
 * @returns `[[xTrain, yTrain], [xTest, yTest]]`, all float64; by default (404, 13), (404,), (102, 13) and (102,).
 * @throws ValueError for a `testSplit` outside of [0, 1) or a `seed` outside of [0, 2^32); FileError when no source
 *   gives the data, or the file is damaged, cut off or another one; AbortError when `signal` fires.
 * @example const [[xTrain, yTrain], [xTest, yTest]] = await datasets.bostonHousing.loadData();
 */
export function loadData(options: SplitOptions = {}): Promise<[[Tensor, Tensor], [Tensor, Tensor]]> {
  return loadTable(BOSTON, options);
}
