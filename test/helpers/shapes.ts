/** Shapes, dtypes and values that the rows share. */
import type { DType } from '../../lib/index';

/** Scalars, empty and odd shapes, beyond one tile and its vector tail. */
export const SHAPES = [[], [7], [1], [0], [3, 0, 2], [2, 3, 5], [1031], [33, 65]];
/** Equal, with scalars, size-1 and missing axes on either side, empty, beyond a tile, and an odd inner broadcast. */
export const PAIRS: [number[], number[]][] = [
  [[], []],
  [[7], [7]],
  [[3], []],
  [[], [2, 3]],
  [[2, 3], [3]],
  [
    [4, 1, 5],
    [3, 1],
  ],
  [
    [0, 3],
    [1, 3],
  ],
  [[1], [0]],
  [
    [2, 0, 3],
    [1, 1, 1],
  ],
  [[1031], [1031]],
  [[37, 33], [33]],
  [
    [37, 33],
    [37, 1],
  ],
  [
    [5, 1, 261],
    [1, 4, 1],
  ],
  [
    [2, 1, 3, 1],
    [1, 5, 1, 65],
  ],
];
export const DTYPES: DType[] = ['float32', 'float64', 'float16', 'bfloat16', 'int32', 'int64', 'int8', 'uint8', 'bool'];
export const SPECIAL = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -0.5];
