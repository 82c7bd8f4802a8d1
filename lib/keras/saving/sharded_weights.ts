/**
 * Weights in several files (keras.src.saving.saving_lib.ShardedH5IOStore): `w.weights.json` says which of `w_00000.weights.h5`,
 * `w_00001.weights.h5`, ... hold the variables of each object. Shards lie beside the index; no other file is ever opened.
 */
import * as path from 'node:path';
import { describe } from '../../support/describe';
import { FileError, ValueError } from '../../support/errors';
import { writeAtomically } from '../../io/atomic';
import { elementSize } from '../../io/numbers';
import { Hdf5Writer, isHdf5, openHdf5, type Hdf5Dataset, type Hdf5Group } from '../../io/hdf5/index';
import { FileSource, type ByteSource } from '../../io/source';
import { isRecord } from '../../support/nest';
import { formatShape } from '../../core/tensor';
import type { Layer } from '../layers/layer';
import { toPythonJson } from '../serialization/python_json';
import type { SaveWeightsOptions } from './options';
import { loadState, parseJson, savedArrays } from './saving_lib';
import type { StateGroup } from './state_group';
import { loadAssets, writeAssets } from './weight_assets';
import type { LoadReport, LoadWeightsOptions } from './weight_matching';

const GIGABYTE = 1024 ** 3;
const SUFFIX = '.weights.json';
/** Largest index that is read, and most shards that it may name. */
const MAX_INDEX = 1 << 28;
const MAX_SHARDS = 100_000;

// ---- writing
interface Shard {
  name: string;
  bytes: number;
  h5: Hdf5Writer;
}
/** @internal The path of the index for a path that names weights. */
export const indexPath = (file: string): string => file.replace(/\.weights\.(h5|json)$/, SUFFIX);
/** @internal Checks the largest size of a shard. */
export function shardBytes(size: unknown): number {
  if (typeof size !== 'number' || !(size > 0))
    throw new ValueError(
      `saveWeights: maxShardSize must be a positive number of gigabytes.\n  Received: ${describe(size)}`,
    );
  return size * GIGABYTE;
}
/**
 * @internal Writes an index and its shards. All are on the disk before the first appears under its name, the index last.
 */
export async function saveShardedWeights(
  file: string,
  model: Layer,
  { maxShardSize, signal }: SaveWeightsOptions,
): Promise<void> {
  const most = shardBytes(maxShardSize);
  const base = path.basename(file).slice(0, -SUFFIX.length);
  const shards: Shard[] = [];
  const weightMap: Record<string, string[]> = {};
  const open = (): Shard => {
    shards.push({
      name: `${base}_${String(shards.length).padStart(5, '0')}.weights.h5`,
      bytes: 0,
      h5: new Hdf5Writer(),
    });
    return shards.at(-1)!;
  };
  let current = open();
  let total = 0;
  for (const { group, name, key, ...array } of savedArrays(model)) {
    const bytes = array.shape.reduce((a, b) => a * b, elementSize[array.dtype]);
    if (bytes > most)
      throw new ValueError(
        `saveWeights: variable '${group}/${key}' of shape ${formatShape(array.shape)} has ${bytes} bytes, and a shard at most ${most}.\n  Fix: pass a larger maxShardSize than ${bytes / GIGABYTE} (gigabytes).`,
      );
    if (current.bytes + bytes > most) current = open();
    current.bytes += bytes;
    total += bytes;
    current.h5.group(group);
    if (name !== null) current.h5.attribute(group, 'name', name);
    current.h5.dataset(`${group}/${key}`, array);
    const files = (weightMap[`/${group}`] ??= []);
    if (files.at(-1) !== current.name) files.push(current.name);
  }
  writeAssets(shards[0].h5, model);
  const index = toPythonJson(
    {
      metadata: { total_size: total },
      weight_map: Object.fromEntries(
        Object.entries(weightMap).map(([k, files]) => [k, files.length > 1 ? files : files[0]]),
      ),
    },
    { indent: 4 },
  );
  // Each is renamed only after those inside of it.
  const write = (i: number): Promise<void> =>
    i === shards.length
      ? Promise.resolve()
      : writeAtomically(
          path.join(path.dirname(file), shards[i].name),
          async (sink) => {
            await shards[i].h5.writeTo(sink);
            await write(i + 1);
          },
          signal,
        );
  await writeAtomically(
    file,
    async (sink) => {
      await sink.write(Buffer.from(index, 'utf8'));
      await write(0);
    },
    signal,
  );
}

// ---- reading
/** Groups of one path in several files, as one. */
class JoinedGroup implements StateGroup {
  constructor(private readonly groups: readonly Hdf5Group[]) {}
  get path(): string {
    return this.groups[0].path;
  }
  keys(): string[] {
    return [...new Set(this.groups.flatMap((g) => g.keys()))];
  }
  group(name: string): JoinedGroup | undefined {
    const found = this.groups.map((g) => g.group(name)).filter((g): g is Hdf5Group => g !== undefined);
    return found.length ? new JoinedGroup(found) : undefined;
  }
  dataset(name: string): Hdf5Dataset | undefined {
    for (const g of this.groups) {
      const found = g.dataset(name);
      if (found) return found;
    }
    return undefined;
  }
  get attributes(): { get(name: string): unknown } {
    return { get: (name) => this.groups.map((g) => g.attributes.get(name)).find((v) => v !== undefined) };
  }
}
/** @internal The shards of each group, by its path. @throws FileError for an index that is damaged or names files elsewhere. */
export function readIndex(text: string, file: string): Map<string, string[]> {
  const index = parseJson(text, file);
  if (!isRecord(index) || !isRecord(index.weight_map))
    throw new FileError(`${file}: it is no index of sharded weights: 'weight_map' is missing.`);
  const out = new Map<string, string[]>();
  const shards = new Set<string>();
  for (const [group, given] of Object.entries(index.weight_map)) {
    const names = (Array.isArray(given) ? given : [given]) as unknown[];
    for (const name of names) {
      if (typeof name !== 'string' || !name)
        throw new FileError(
          `${file}: the shard of '${group}' must be the name of a file.\n  Received: ${describe(name)}`,
        );
      if (/[/\\:\0]/.test(name) || name === '.' || name === '..')
        throw new FileError(`${file}: the shard '${name}' does not lie beside it; such paths are not opened.`);
      shards.add(name);
    }
    out.set(group.replace(/^\/+/, ''), names as string[]);
  }
  if (!out.size) throw new FileError(`${file}: its 'weight_map' names no weights.`);
  if (shards.size > MAX_SHARDS)
    throw new FileError(`${file}: it names ${shards.size} shards, and at most ${MAX_SHARDS} are opened.`);
  return out;
}
/** @internal Puts the weights that an index names into a model. */
export async function loadShardedWeights(
  source: ByteSource,
  file: string,
  model: Layer,
  options: LoadWeightsOptions,
): Promise<LoadReport> {
  if (source.size > MAX_INDEX)
    throw new FileError(`${file}: it has ${source.size} bytes, at most ${MAX_INDEX} are read.`);
  const index = readIndex(Buffer.from(await source.read(0, source.size, options.signal)).toString('utf8'), file);
  const opened: FileSource[] = [];
  const roots = new Map<string, Hdf5Group>();
  try {
    for (const name of new Set([...index.values()].flat())) {
      options.signal?.throwIfAborted();
      const shard = await openShard(path.join(path.dirname(file), name), name, file);
      opened.push(shard);
      if (!isHdf5(shard)) throw new FileError(`${file}: its shard '${name}' is no HDF5 file.`);
      roots.set(name, openHdf5(shard));
    }
    for (const [group, names] of index)
      for (const name of names)
        if (!roots.get(name)!.group(group))
          throw new FileError(`${file}: it says that '${name}' holds '${group}', which is not there.`);
    const root = new JoinedGroup([...roots.values()]);
    const report = await loadState(root, file, model, options);
    await loadAssets(root, model, options);
    return report;
  } finally {
    for (const shard of opened) await shard.close();
  }
}
async function openShard(at: string, name: string, file: string): Promise<FileSource> {
  try {
    return await FileSource.open(at);
  } catch (error) {
    throw new FileError(
      `${file}: its shard '${name}' cannot be read: ${(error as Error).message.split('\n')[0]}\n  Fix: put all shards beside the index, under the names it says.`,
      {
        cause: error,
      },
    );
  }
}
