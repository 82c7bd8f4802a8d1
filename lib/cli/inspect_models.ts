/** What files of models hold: archives of Keras 3, models in HDF5, TensorFlow.js, architectures. No class is looked up. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { openHdf5 } from '../io/hdf5/index';
import type { ByteSource } from '../io/source';
import { openKerasArchive, parseJson } from '../keras/saving/saving_lib';
import { manifestGroup } from '../keras/saving/tfjs';
import { isRecord } from '../support/nest';
import { jsonOf } from './file_kind';
import { hdf5Facts, hdf5Tensors } from './inspect_weights';
import type { Inspection, PartRow, TensorRow } from './inspection';

const WEIGHTS = 'model.weights.h5';
const textFacts = (record: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(record).flatMap(([k, v]) =>
      ['string', 'number', 'boolean'].includes(typeof v) ? [[k, String(v)]] : [],
    ),
  );

/** @internal What is known of a model: with the configuration of its training, which older formats keep apart. */
export interface ModelInspection extends Inspection {
  readonly training: unknown;
}
/** @internal */
export async function inspectKeras(source: ByteSource, signal: AbortSignal): Promise<ModelInspection> {
  const { config, metadata, zip } = await openKerasArchive(source, signal);
  const problems: string[] = [];
  let tensors: TensorRow[] = [];
  if (zip.has(WEIGHTS))
    try {
      tensors = hdf5Tensors(openHdf5(await zip.open(WEIGHTS, signal, false)), problems);
    } catch (error) {
      problems.push((error as Error).message.split('\n')[0]);
    }
  else problems.push(`${source.name}: it has no ${WEIGHTS}.`);
  const parts = zip.names.map((name): PartRow => {
    const bytes = zip.sizeOf(name);
    const stored = zip.storedSizeOf(name);
    return { name, bytes, note: stored < bytes ? `compressed to ${stored} bytes` : null };
  });
  return { facts: textFacts(metadata), config, training: null, tensors, parts, problems };
}
/** @internal */
export function inspectHdf5Model(source: ByteSource): ModelInspection {
  const root = openHdf5(source);
  const problems: string[] = [];
  const json = (name: string): Record<string, unknown> | null => {
    const text = root.attributes.get(name);
    if (typeof text !== 'string') return null;
    const value = parseJson(text, `${source.name}: ${name}`);
    return isRecord(value) ? value : null;
  };
  const { model_config: _, training_config: __, ...facts } = hdf5Facts(root);
  return {
    facts,
    config: json('model_config'),
    training: json('training_config'),
    tensors: hdf5Tensors(root, problems),
    parts: [],
    problems,
  };
}
/** @internal */
export async function inspectTfjs(source: ByteSource, signal: AbortSignal): Promise<ModelInspection> {
  const json = (await jsonOf(source, signal)) as Record<string, unknown>;
  const topology = json.modelTopology as Record<string, unknown>;
  const tensors: TensorRow[] = [];
  const parts: PartRow[] = [];
  const problems: string[] = [];
  for (const given of Array.isArray(json.weightsManifest) ? (json.weightsManifest as unknown[]) : []) {
    const { entries, shards } = manifestGroup(given, source.name);
    for (const { name, shape, dtype, stored, scale, min, bytes, group } of entries) {
      const type =
        stored.kind === 'float'
          ? `float${8 * stored.size}`
          : stored.kind === 'int'
            ? `${stored.signed ? '' : 'u'}int${8 * stored.size}`
            : stored.kind;
      tensors.push({
        name,
        shape,
        dtype,
        stored: type,
        bytes,
        isOptimizer: group === 'optimizer',
        note: scale === null ? null : `quantized: value * ${scale} + ${min}`,
      });
    }
    for (const name of shards) {
      const bytes = fs.statSync(path.join(path.dirname(source.name), name), { throwIfNoEntry: false })?.size ?? null;
      parts.push({ name, bytes, note: bytes === null ? 'missing' : null });
      if (bytes === null) problems.push(`${source.name}: its shard '${name}' is not beside it.`);
    }
  }
  const config = isRecord(topology.model_config) ? topology.model_config : topology;
  return {
    facts: textFacts({ ...topology, ...json, class_name: null }),
    config,
    training: json.trainingConfig ?? topology.training_config ?? null,
    tensors,
    parts,
    problems,
  };
}
/** @internal */
export async function inspectArchitecture(source: ByteSource, signal: AbortSignal): Promise<ModelInspection> {
  const config = (await jsonOf(source, signal)) as Record<string, unknown>;
  const { class_name: _, module: __, registered_name: ___, ...facts } = config;
  return { facts: textFacts(facts), config, training: null, tensors: [], parts: [], problems: [] };
}
