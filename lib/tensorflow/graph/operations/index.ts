/** The table of all operations of TensorFlow's graphs that become ops here. Nothing else in a graph is ever run. */
import type { Operation } from '../operation';
import { controlling } from './control';
import { elementwise } from './elementwise';
import { imaging } from './images';
import { drawing } from './random';
import { reducing } from './reductions';
import { shaping } from './shapes';
import { signals } from './signals';
import { ragged } from './ragged';
import { lookingUp } from './tables';
import { comparing, moving, writing } from './texts';

// Of these, what is computed of numbers is computed of texts too.
const MOVING = new Set(
  'BroadcastTo Concat ConcatV2 ExpandDims Fill Gather GatherNd GatherV2 Pack Pad PadV2 Reshape ReverseV2 Roll ScatterNd Select SelectV2 Slice Split SplitV Squeeze StridedSlice TensorScatterUpdate Tile Transpose Unpack'.split(
    ' ',
  ),
);
const COMPARING = new Set(['Equal', 'NotEqual', 'Rank', 'Shape', 'ShapeN', 'Size']);
const takesTexts = (name: string, row: Operation): Operation =>
  MOVING.has(name) ? { ...row, run: moving(row.run) } : COMPARING.has(name) ? { ...row, run: comparing(row.run) } : row;

/** @internal */
export const operations: ReadonlyMap<string, Operation> = new Map(
  [elementwise, reducing, shaping, imaging, signals, drawing, controlling, writing, lookingUp, ragged]
    .flatMap((table) => Object.entries(table))
    .map(([name, row]): [string, Operation] => [name, typeof row === 'function' ? { run: row } : row])
    .map(([name, row]) => [name, takesTexts(name, row)]),
);
/** @internal Names of those that draw random numbers. */
export const randomOperations: ReadonlySet<string> = new Set(Object.keys(drawing));
