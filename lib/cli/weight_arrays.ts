/** Weights as named arrays, without a model: what `.safetensors` and `.npz` are made of. */
import * as path from 'node:path';
import { Hdf5Dataset, openHdf5, type Hdf5Group } from '../io/hdf5/index';
import { NpzReader } from '../io/npz';
import { SafetensorsReader } from '../io/safetensors';
import { FileSource, type ByteSource } from '../io/source';
import { namesOf } from '../keras/saving/legacy_h5';
import { readIndex } from '../keras/saving/sharded_weights';
import type { DType, Shape, TypedArray } from '../core/tensor';
import { InputError } from './context';
import type { FileKind } from './file_kind';

/** @internal */
export interface NamedArray {
  name: string;
  shape: Shape;
  dtype: DType;
  data: () => Promise<TypedArray>;
}
/** @internal */
export interface WeightArrays {
  readonly arrays: readonly NamedArray[];
  /** What the file says beside them. */
  readonly metadata: Readonly<Record<string, string>>;
  /** What changes or is left out, in sentences. */
  readonly notes: readonly string[];
}
function datasetArray(d: Hdf5Dataset, name: string, signal: AbortSignal): NamedArray | null {
  return d.dtype === 'string' ? null : { name, shape: d.shape, dtype: d.dtype, data: () => d.read(signal) };
}
// Keras' object paths, as `layers/dense/vars/0`, which loading `.safetensors` and `.npz` knows.
function stateArrays(root: Hdf5Group, signal: AbortSignal): { arrays: NamedArray[]; notes: string[] } {
  const arrays: NamedArray[] = [];
  const notes: string[] = [];
  let isTrained = false;
  for (const d of root.datasets()) {
    if (d.path.startsWith('optimizer/')) {
      isTrained = true;
      continue;
    }
    const found = datasetArray(d, d.path, signal);
    if (found) arrays.push(found);
    else notes.push(`'${d.path}' holds texts and is left out.`);
  }
  if (isTrained) notes.push('left out: the state of the optimizer');
  return { arrays, notes };
}
// By the names that the file gives (`dense/kernel:0`), as paths of variables (`dense/kernel`).
function layerArrays(root: Hdf5Group, signal: AbortSignal): { arrays: NamedArray[]; notes: string[] } {
  const arrays: NamedArray[] = [];
  const used = new Set<string>();
  for (const layer of namesOf(root, 'layer_names')) {
    const group = root.group(layer);
    if (!group) continue;
    for (const weight of namesOf(group, 'weight_names')) {
      const dataset = group.dataset(weight);
      const plain = weight.replace(/:\d+$/, '');
      const name = used.has(plain) ? `${layer}/${weight}` : plain;
      const found = dataset && datasetArray(dataset, name, signal);
      if (!found) throw new InputError(`${path.basename(group.path)}: the weight '${weight}' is named but not there.`);
      used.add(name);
      arrays.push(found);
    }
  }
  return { arrays, notes: [] };
}
const UNSIGNED: Readonly<Record<string, string>> = {
  U16: 'int32',
  U32: 'int64',
  U64: 'int64',
  I16: 'int32',
  F8_E4M3: 'float32',
  F8_E5M2: 'float32',
};
/** @internal Opens what holds the arrays for as long as `use` runs. */
export async function withArrays<T>(
  source: ByteSource,
  kind: FileKind,
  signal: AbortSignal,
  use: (found: WeightArrays) => Promise<T>,
): Promise<T> {
  if (kind === 'safetensors') {
    const file = new SafetensorsReader(source);
    const notes: string[] = [];
    const arrays = file.names.map((name): NamedArray => {
      const { shape, dtype, stored } = file.describe(name)!;
      if (Object.hasOwn(UNSIGNED, stored)) notes.push(`'${name}' of type ${stored} becomes ${dtype}.`);
      return { name, shape, dtype, data: async () => (await file.read(name, signal)).data };
    });
    return use({ arrays, metadata: Object.fromEntries(file.metadata), notes });
  }
  if (kind === 'npz') {
    const file = new NpzReader(source);
    const arrays = file.names.map((name): NamedArray => {
      const { shape, dtype } = file.describe(name);
      return { name, shape, dtype, data: async () => (await file.read(name, signal)).data };
    });
    return use({ arrays, metadata: { format: 'keras' }, notes: [] });
  }
  const metadata = { format: 'keras' };
  if (kind === 'weights.h5') return use({ ...stateArrays(openHdf5(source), signal), metadata });
  if (kind === 'h5-weights') return use({ ...layerArrays(openHdf5(source), signal), metadata });
  const index = readIndex(Buffer.from(await source.read(0, source.size, signal)).toString('utf8'), source.name);
  const opened: FileSource[] = [];
  try {
    const arrays: NamedArray[] = [];
    const notes: string[] = [];
    for (const name of new Set([...index.values()].flat())) {
      const shard = await FileSource.open(path.join(path.dirname(source.name), name));
      opened.push(shard);
      const found = stateArrays(openHdf5(shard), signal);
      arrays.push(...found.arrays);
      notes.push(...found.notes);
    }
    return await use({ arrays, metadata, notes });
  } finally {
    for (const shard of opened) await shard.close();
  }
}
