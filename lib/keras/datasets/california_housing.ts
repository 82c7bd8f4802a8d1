/** California Housing: prices of houses in the districts of California. */
import type { Tensor } from '../../core/tensor';
import { CALIFORNIA, loadVersion, type CaliforniaHousingOptions } from './housing_tables';

export type { CaliforniaHousingOptions } from './housing_tables';

/**
 * Loads California Housing: eight attributes of each of 20,640 block groups of the census of 1990 (MedInc, HouseAge,
 * AveRooms, AveBedrms, Population, AveOccup, Latitude, Longitude), and the median value of the houses there in dollars.
 *
 * The file is downloaded once from the host that Keras uses, checked, and kept in `$TRAE_HOME/datasets`. The order is
 * that of Keras for the same `seed`.
 *
 * @param options - `version`: 'large' (default), or 'small' for the first 600 rows. `testSplit`: part of the examples
 *   for testing (default 0.2). `seed`: of the order (default 113). `path`: a local `california_housing.npz`, or its
 *   folder. `signal`, `verbose`, `sources`, `cacheDir`, `fetch`: as for the other data sets.
 * @returns `[[xTrain, yTrain], [xTest, yTest]]` in the floating point of the file; by default (16512, 8), (16512,),
 *   (4128, 8) and (4128,).
 * @throws ValueError for another `version`, a `testSplit` outside of [0, 1) or a `seed` outside of [0, 2^32); FileError
 *   when no source gives the data, or the file is damaged, cut off or another one; AbortError when `signal` fires.
 * @example const [[xTrain, yTrain]] = await datasets.californiaHousing.loadData({ version: 'small' });
 */
export function loadData(options: CaliforniaHousingOptions = {}): Promise<[[Tensor, Tensor], [Tensor, Tensor]]> {
  return loadVersion(CALIFORNIA, options);
}
