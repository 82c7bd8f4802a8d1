/** The tables of houses: where they come from, how large they are, and what they have for options. */
import { describe } from '../../support/describe';
import { ValueError } from '../../support/errors';
import type { Tensor } from '../../core/tensor';
import type { Timing } from '../../io/download/download';
import { kinds } from '../options';
import { loadTable, type SplitOptions, type Table } from './housing_files';
import { checkDatasetOptions } from './sources';

/** @internal */
export const BOSTON: Table = {
  where: 'bostonHousing.loadData',
  file: 'boston_housing.npz',
  sources: [
    {
      url: 'https://storage.googleapis.com/tensorflow/tf-keras-datasets/boston_housing.npz',
      file: 'boston_housing.npz',
      sha256: 'f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5',
      bytes: 57_026,
    },
  ],
  rows: 506,
  columns: 13,
};

/** Options of `californiaHousing.loadData`. */
export interface CaliforniaHousingOptions extends SplitOptions {
  /** 'large': all 20,640 rows; 'small': the first 600. Default: 'large'. */
  version?: 'small' | 'large';
}

const WHERE = 'californiaHousing.loadData';
const SMALL = 600;
/** @internal */
export const CALIFORNIA: Table = {
  where: WHERE,
  file: 'california_housing.npz',
  sources: [
    {
      url: 'https://storage.googleapis.com/tensorflow/tf-keras-datasets/california_housing.npz',
      file: 'california_housing.npz',
      sha256: '1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f',
      bytes: 743_530,
    },
  ],
  rows: 20_640,
  columns: 8,
};

/** @internal `loadData` for tables of any size. */
export async function loadVersion(
  table: Table,
  options: CaliforniaHousingOptions,
  timing?: Partial<Timing>,
): Promise<[[Tensor, Tensor], [Tensor, Tensor]]> {
  checkDatasetOptions(WHERE, options, { version: kinds.any, testSplit: kinds.any, seed: kinds.seed });
  const { version = 'large', ...rest } = options;
  if (version !== 'small' && version !== 'large')
    throw new ValueError(`${WHERE}: version must be 'small' or 'large'.\n  Received: ${describe(version)}`, {
      op: WHERE,
    });
  return loadTable(table, rest, version === 'small' ? Math.min(SMALL, table.rows) : table.rows, timing);
}
