/**
 * Vocabularies in files of weights. Keras keeps what layers save as files in `.keras` archives alone, so that weights
 * loaded into a model whose lookups know no terms find every term unknown. Here HDF5 files of weights hold these files,
 * as bytes below a group `assets` that Keras passes over.
 */
import type { Hdf5Writer } from '../../io/hdf5/index';
import type { Layer } from '../layers/layer';
import { assetReader, hasAssets, hasOwnState, ownArrays, ownAssets } from './own_state';
import type { StateGroup } from './state_group';
import { tensor } from '../../core/tensor';
import { stateTree, type StateNode } from './state_tree';

const ASSETS = 'assets';
const ARRAYS = 'vars';
/** Bytes of the largest file that is read. */
const MAX_ASSET = 1 << 30;
const groupOf = ({ path }: StateNode): string => (path ? `${ASSETS}/${path}` : ASSETS);
const titleOf = ({ name, path }: StateNode): string => (path ? `layer '${name}' (${path})` : `model '${name}'`);

function savedFiles(model: Layer): { node: StateNode; files: [string, Uint8Array][] }[] {
  return stateTree(model).flatMap((node) => {
    const files = hasAssets(node.object)
      ? ownAssets(node.object, titleOf(node)).filter(([, bytes]) => bytes.length)
      : [];
    return files.length ? [{ node, files }] : [];
  });
}
/** @internal Puts what the layers of a model save as files into an HDF5 file. @param options - withArrays: their arrays too, for files that have no place for them. */
export function writeAssets(h5: Hdf5Writer, model: Layer, { withArrays = false } = {}): void {
  for (const { node, files } of savedFiles(model)) {
    const group = groupOf(node);
    h5.group(group);
    if (node.name !== null) h5.attribute(group, 'name', node.name);
    for (const [file, bytes] of files)
      h5.dataset(`${group}/${file}`, {
        shape: [bytes.length],
        dtype: 'uint8',
        data: () => Promise.resolve(bytes as Uint8Array<ArrayBuffer>),
      });
    if (withArrays && hasOwnState(node.object))
      for (const { key, ...array } of ownArrays(node.object, titleOf(node)))
        h5.dataset(`${group}/${ARRAYS}/${key}`, array);
  }
}
/** @internal Hands the files in an HDF5 file to the layers that saved them, by path or by the names of layers. */
export async function loadAssets(
  root: StateGroup,
  model: Layer,
  { byName = false, signal }: { byName?: boolean; signal?: AbortSignal | null },
): Promise<void> {
  const all = root.group(ASSETS);
  if (!all) return;
  const named = byName ? groupsByName(all) : null;
  for (const node of stateTree(model)) {
    if (!hasAssets(node.object)) continue;
    const group = named
      ? named.get(node.name ?? '')
      : node.path.split('/').reduce<StateGroup | undefined>((g, part) => (part ? g?.group(part) : g), all);
    if (!group) continue;
    const arrays = group.group(ARRAYS);
    if (arrays && hasOwnState(node.object)) {
      const store: Parameters<typeof node.object.loadOwnVariables>[0] = {};
      for (const key of arrays.keys()) {
        const found = arrays.dataset(key);
        if (found && found.dtype !== 'string')
          store[key] = tensor(await found.read(signal), [...found.shape], found.dtype);
      }
      node.object.loadOwnVariables(store);
    }
    const files = new Map<string, Uint8Array>();
    for (const key of group.keys()) {
      const found = group.dataset(key);
      if (found?.dtype === 'uint8' && found.shape.length === 1 && found.shape[0] <= MAX_ASSET)
        files.set(key, (await found.read(signal)) as Uint8Array);
    }
    node.object.loadAssets(assetReader(files));
  }
}
function groupsByName(group: StateGroup, found = new Map<string, StateGroup>()): Map<string, StateGroup> {
  const name = group.attributes.get('name');
  if (typeof name === 'string' && !found.has(name)) found.set(name, group);
  for (const key of group.keys()) {
    const child = key === ARRAYS ? undefined : group.group(key);
    if (child) groupsByName(child, found);
  }
  return found;
}
/** @internal Says what a format without such a place leaves out. */
export function warnOfAssets(model: Layer, file: string): void {
  const names = savedFiles(model).map(({ node }) => `'${node.name}'`);
  if (names.length)
    console.warn(
      `saveWeights: ${file} holds weights alone; what these layers have learned is left out: ${[...new Set(names)].join(', ')}.\n  Fix: save it as '.weights.h5' or '.keras'.`,
    );
}
