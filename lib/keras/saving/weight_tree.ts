/** The weights of a file, or of a model, as nested records: objects by name, their arrays by number. */
import { FileError } from '../../support/errors';
import { elementSize } from '../../io/numbers';
import type { Hdf5Dataset } from '../../io/hdf5/index';
import { formatShape, tensor, Tensor, type DType } from '../../core/tensor';
import type { Layer } from '../layers/layer';
import { hasOwnState, ownArrays } from './own_state';
import { withPlainPaths, type StateGroup } from './state_group';
import { stateTree } from './state_tree';

/** Objects and arrays by name. */
export interface WeightTree {
  [name: string]: WeightTree | Tensor;
}
/** @internal The same of shapes. */
export interface ShapeTree {
  [name: string]: ShapeTree | { readonly shape: readonly number[] };
}
/** Largest array that is read, as in Keras: 4 GiB. */
const MAX_BYTES = 2 ** 32;

/** @internal Whether it is an array and no object. */
export const isLeaf = (x: unknown): x is { readonly shape: readonly number[] } =>
  typeof x === 'object' && x !== null && Array.isArray((x as { shape?: unknown }).shape);

/**
 * @internal Reads all arrays below a group. Those in `vars` belong to the object itself, next to the objects below it.
 * @param names - gets the names that objects had when they were saved, by path.
 */
export async function readTree(
  given: StateGroup,
  names: Map<string, string>,
  signal: AbortSignal | null,
  path = '',
): Promise<WeightTree> {
  const out: WeightTree = Object.create(null) as WeightTree;
  const group = withPlainPaths(given);
  for (const key of group.keys()) {
    const array = group.dataset(key);
    const child = group.group(key);
    if (array) out[key] = await readArray(array, signal);
    else if (child && key === 'vars') {
      const name = child.attributes.get('name');
      if (typeof name === 'string') names.set(path, name);
      Object.assign(out, await readTree(child, names, signal, path));
    } else if (child) {
      const inner = await readTree(child, names, signal, path ? `${path}/${key}` : key);
      if (Object.keys(inner).length) out[key] = inner;
    }
  }
  return out;
}
async function readArray(d: Hdf5Dataset, signal: AbortSignal | null): Promise<Tensor> {
  signal?.throwIfAborted();
  if (d.dtype === 'string') throw new FileError(`KerasFileEditor: '${d.path}' holds texts, not numbers.`);
  const bytes = d.count * elementSize[d.dtype];
  if (bytes > MAX_BYTES)
    throw new FileError(
      `KerasFileEditor: '${d.path}' of shape ${formatShape(d.shape)} has ${bytes} bytes, and at most ${MAX_BYTES} are read.`,
    );
  return tensor(await d.read(signal), d.shape, d.dtype as DType);
}
/** @internal Shapes of what a model would save. */
export function treeOfModel(model: Layer): ShapeTree {
  const out: ShapeTree = {};
  for (const { path, object, variables, name } of stateTree(model)) {
    const arrays = hasOwnState(object)
      ? ownArrays(object, `'${name}'`).map((a) => [a.key, a.shape] as const)
      : variables.map((v, i) => [String(i), v.shape] as const);
    if (!arrays.length) continue;
    let at = out;
    for (const part of path.split('/').filter(Boolean)) at = (at[part] ??= {}) as ShapeTree;
    for (const [key, shape] of arrays) at[key] = { shape };
  }
  return out;
}
