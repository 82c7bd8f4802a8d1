/** What files of arrays hold: safetensors, NumPy, HDF5, and weights in several files. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Hdf5Dataset, openHdf5, type Hdf5Group } from '../io/hdf5/index';
import { NpzReader, npyShape } from '../io/npz';
import { SafetensorsReader } from '../io/safetensors';
import { withFile, type ByteSource } from '../io/source';
import { ZipReader } from '../io/zip';
import { readIndex } from '../keras/saving/sharded_weights';
import type { Inspection, PartRow, TensorRow } from './inspection';

const NONE: Inspection = { facts: {}, config: null, tensors: [], parts: [], problems: [] };

/** @internal */
export function inspectSafetensors(source: ByteSource): Inspection {
  const file = new SafetensorsReader(source);
  const tensors = file.names.map((name): TensorRow => ({
    name,
    ...file.describe(name)!,
    isOptimizer: false,
    note: null,
  }));
  return { ...NONE, facts: Object.fromEntries(file.metadata), tensors };
}
/** @internal */
export function inspectNpz(source: ByteSource): Inspection {
  const file = new NpzReader(source);
  const zip = new ZipReader(source);
  const problems: string[] = [];
  const tensors = file.names.flatMap((name): TensorRow[] => {
    try {
      const found = file.describe(name);
      const size = zip.sizeOf(`${name}.npy`);
      const stored = zip.storedSizeOf(`${name}.npy`);
      return [{ name, ...found, isOptimizer: false, note: stored < size ? `compressed to ${stored} bytes` : null }];
    } catch (error) {
      problems.push((error as Error).message.split('\n')[0]);
      return [];
    }
  });
  return { ...NONE, tensors, problems };
}
/** @internal */
export function inspectNpy(source: ByteSource): Inspection {
  const { shape, dtype, stored, count, type, fortran } = npyShape(source);
  const name = path.basename(source.name).replace(/\.npy$/, '');
  return {
    ...NONE,
    tensors: [
      {
        name,
        shape,
        dtype,
        stored,
        bytes: count * type.size,
        isOptimizer: false,
        note: fortran ? 'in the order of columns' : null,
      },
    ],
  };
}

function storageNote({ storage: { chunks, isFiltered } }: Hdf5Dataset): string | null {
  return chunks ? `in chunks of ${chunks.join(' x ')}${isFiltered ? ', compressed' : ''}` : null;
}
/** @internal All arrays of an HDF5 file; what cannot be looked at becomes a problem, and the others are still there. */
export function hdf5Tensors(root: Hdf5Group, problems: string[]): TensorRow[] {
  const out: TensorRow[] = [];
  const visit = (group: Hdf5Group): void => {
    for (const key of group.keys())
      try {
        const child = group.get(key);
        if (child instanceof Hdf5Dataset) {
          const { path: name, shape, dtype, stored, bytes } = child;
          out.push({
            name,
            shape,
            dtype,
            stored,
            bytes,
            isOptimizer: /^(optimizer|optimizer_weights|_optimizer)\//.test(name),
            note: storageNote(child),
          });
        } else if (child) visit(child);
      } catch (error) {
        problems.push((error as Error).message.split('\n')[0]);
      }
  };
  visit(root);
  return out;
}
/** @internal The short texts and numbers among the attributes of a file. */
export function hdf5Facts(root: Hdf5Group): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of root.attributes) {
    const text = Array.isArray(value) ? null : String(value);
    if (text !== null && text.length <= 200) out[name] = text;
  }
  return out;
}
/** @internal */
export function inspectHdf5Weights(source: ByteSource): Inspection {
  const root = openHdf5(source);
  const problems: string[] = [];
  return { ...NONE, facts: hdf5Facts(root), tensors: hdf5Tensors(root, problems), problems };
}
/** @internal Shards lie beside their index; one that is missing is a problem, and the others are still shown. */
export async function inspectShards(source: ByteSource, signal: AbortSignal): Promise<Inspection> {
  const index = readIndex(Buffer.from(await source.read(0, source.size, signal)).toString('utf8'), source.name);
  const tensors: TensorRow[] = [];
  const parts: PartRow[] = [];
  const problems: string[] = [];
  for (const name of new Set([...index.values()].flat())) {
    const file = path.join(path.dirname(source.name), name);
    const bytes = fs.statSync(file, { throwIfNoEntry: false })?.size ?? null;
    parts.push({ name, bytes, note: bytes === null ? 'missing' : null });
    try {
      await withFile(file, (shard) => Promise.resolve(tensors.push(...hdf5Tensors(openHdf5(shard), problems))));
    } catch (error) {
      problems.push((error as Error).message.split('\n')[0]);
    }
  }
  return { ...NONE, tensors, parts, problems };
}
