/** The table of all operations of TensorFlow's graphs that become ops here. Nothing else in a graph is ever run. */
import type { Operation } from '../operation';
import { controlling } from './control';
import { elementwise } from './elementwise';
import { imaging } from './images';
import { drawing } from './random';
import { reducing } from './reductions';
import { shaping } from './shapes';
import { signals } from './signals';

/** @internal */
export const operations: ReadonlyMap<string, Operation> = new Map(
  [elementwise, reducing, shaping, imaging, signals, drawing, controlling]
    .flatMap((table) => Object.entries(table))
    .map(([name, row]) => [name, typeof row === 'function' ? { run: row } : row]),
);
/** @internal Names of those that draw random numbers. */
export const randomOperations: ReadonlySet<string> = new Set(Object.keys(drawing));
