/**
 * Layers models of TensorFlow.js: `model.json` and its shards, quantized ones included. Shards are looked for beside the
 * file, by plain names only.
 */
import * as path from 'node:path';
import { describe } from '../../support/describe';
import { FileError } from '../../support/errors';
import { decodeNumbers, type NumberType } from '../../io/numbers';
import { withFile, type ByteSource } from '../../io/source';
import { isRecord } from '../../support/nest';
import { formatShape, type DType, type TypedArray } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import type { Layer } from '../layers/layer';
import type { Model } from '../models/model';
import { legacyOptimizerState } from './legacy_optimizer';
import { modelOf } from './model_config';
import { isModel } from './model_kind';
import type { LoadModelOptions } from './options';
import { parseJson } from './saving_lib';
import { compileByTrainingConfig } from './training_config';
import { withinFile } from '../serialization/weight_budget';
import { WeightMatches, type Found } from './weight_matching';

/** Largest model.json. */
const MAX_JSON = 1 << 28;
const STORED: Readonly<Record<string, NumberType>> = {
  float32: { kind: 'float', size: 4, littleEndian: true, format: 'ieee' },
  float16: { kind: 'float', size: 2, littleEndian: true, format: 'ieee' },
  int32: { kind: 'int', size: 4, signed: true, littleEndian: true },
  uint8: { kind: 'int', size: 1, signed: false, littleEndian: true },
  uint16: { kind: 'int', size: 2, signed: false, littleEndian: true },
  bool: { kind: 'bool', size: 1, littleEndian: true },
};
/** @internal A weight of the manifest. */
export interface ManifestEntry {
  name: string;
  shape: number[];
  dtype: DType;
  stored: NumberType;
  scale: number | null;
  min: number;
  bytes: number;
  /** 'optimizer' for what belongs to its state. */
  group: unknown;
}

/** @internal Whether this is JSON. */
export const isJson = (source: ByteSource): boolean =>
  source.size > 0 && /^(\ufeff|ï»¿)?\s*\{/.test(source.bytes(0, Math.min(64, source.size)).toString('latin1'));

/** @internal */
export async function loadTfjsModel(
  source: ByteSource,
  file: string,
  { customObjects, compile = true, signal }: LoadModelOptions,
): Promise<Model> {
  if (source.size > MAX_JSON)
    throw new FileError(`${file}: it has ${source.size} bytes, at most ${MAX_JSON} are read.`);
  const json = parseJson(Buffer.from(await source.read(0, source.size, signal)).toString('utf8'), file);
  const topology = isRecord(json) ? json.modelTopology : null;
  if (!isRecord(json) || !isRecord(topology) || !Array.isArray(json.weightsManifest))
    throw new FileError(
      `${file}: it is no model of TensorFlow.js: 'modelTopology' or 'weightsManifest' is missing.\n  Fix: for the JSON of an architecture use keras.models.modelFromJson(text).`,
    );
  const config = isRecord(topology.model_config) ? topology.model_config : topology;
  if (typeof config.class_name !== 'string')
    throw new FileError(
      `${file}: it is a graph model of TensorFlow.js, whose layers are lost.\n  Fix: export a layers model, or load it with hub.KerasLayer.load.`,
    );
  const found = new Map<string, Found>();
  const state: Found[] = [];
  for (const group of json.weightsManifest as unknown[])
    for (const { group: kind, ...f } of await readGroup(group, file, signal)) {
      if (kind === 'optimizer') state.push(f);
      else found.set(f.where, f);
    }
  const bytes = [...found.values(), ...state].reduce((n, f) => n + 8 * f.shape.reduce((a, b) => a * b, 1), source.size);
  const context = { where: file, origin: { version: '2', backend: null }, customObjects };
  const model = withinFile(file, bytes, () => modelOf(config, context));
  const matches = new WeightMatches(file, model.name);
  match(model, found, matches);
  await matches.apply({ signal });
  const training = json.trainingConfig ?? topology.training_config;
  if (compile && isRecord(training)) {
    compileByTrainingConfig(model, modernTraining(training), context);
    if (model.optimizer && state.length) await loadOptimizer(model, state, file, signal);
  }
  return model;
}
/** Optimizers that TensorFlow.js calls otherwise, and their options. */
const OPTIMIZERS: Readonly<Record<string, [string, Readonly<Record<string, string>>]>> = {
  RMSProp: ['RMSprop', { decay: 'rho' }],
  AdaMax: ['Adamax', {}],
  Adamax: ['Adamax', {}],
  Momentum: ['SGD', {}],
};
function modernTraining(given: Record<string, unknown>): Record<string, unknown> {
  const optimizer = given.optimizer_config;
  if (
    !isRecord(optimizer) ||
    typeof optimizer.class_name !== 'string' ||
    !isRecord(optimizer.config) ||
    !Object.hasOwn(OPTIMIZERS, optimizer.class_name)
  )
    return given;
  const [name, options] = OPTIMIZERS[optimizer.class_name];
  return {
    ...given,
    optimizer_config: {
      class_name: name,
      config: Object.fromEntries(Object.entries(optimizer.config).map(([k, v]) => [options[k] ?? k, v])),
    },
  };
}
async function loadOptimizer(
  model: Model,
  state: readonly Found[],
  file: string,
  signal?: AbortSignal | null,
): Promise<void> {
  const optimizer = model.optimizer!;
  const matches = new WeightMatches(file, model.name);
  const pairs = legacyOptimizerState(
    optimizer,
    model.trainableVariables,
    state.map((found) => ({ name: found.where, found })),
  );
  if (!pairs)
    console.warn(
      `${file}: the state of the optimizer (${state.length} variables) is not that of '${optimizer.name}': it is left out, the optimizer starts anew.`,
    );
  for (const { variable, found } of pairs ?? []) matches.pair(variable, found);
  await matches.apply({ signal });
}

function entryOf(given: unknown, file: string): ManifestEntry {
  const fail = (why: string): never => {
    throw new FileError(`${file}: a weight of its manifest ${why}.`);
  };
  if (
    !isRecord(given) ||
    typeof given.name !== 'string' ||
    !Array.isArray(given.shape) ||
    !given.shape.every((d) => Number.isSafeInteger(d) && (d as number) >= 0)
  )
    return fail('has no name or shape');
  const quantization = isRecord(given.quantization) ? given.quantization : null;
  const code = String(quantization?.dtype ?? given.dtype);
  if (!Object.hasOwn(STORED, code))
    return fail(
      `('${given.name}') has values of type ${describe(quantization?.dtype ?? given.dtype)}; known are ${Object.keys(STORED).join(', ')}`,
    );
  const stored = STORED[code];
  const shape = given.shape as number[];
  const isScaled = quantization !== null && code !== 'float16';
  if (isScaled && (typeof quantization.scale !== 'number' || typeof quantization.min !== 'number'))
    return fail(`('${given.name}') is quantized without scale and min`);
  const dtype = given.dtype === 'int32' || given.dtype === 'bool' ? given.dtype : 'float32';
  return {
    name: given.name,
    shape,
    dtype,
    stored,
    scale: isScaled ? (quantization.scale as number) : null,
    min: isScaled ? (quantization.min as number) : 0,
    bytes: shape.reduce((a, b) => a * b, stored.size),
    group: given.group,
  };
}
/** @internal What the manifest says of a group: its weights, and the files beside `file` that hold them. */
export function manifestGroup(group: unknown, file: string): { entries: ManifestEntry[]; shards: string[] } {
  if (!isRecord(group) || !Array.isArray(group.paths) || !Array.isArray(group.weights))
    throw new FileError(`${file}: its manifest is damaged.`);
  const shards = (group.paths as unknown[]).map((shard) => {
    if (typeof shard !== 'string')
      throw new FileError(`${file}: the names of its shards must be texts.\n  Received: ${describe(shard)}`);
    const name = shard.replace(/^\.\//, '');
    if (
      !name ||
      name.includes('/') ||
      name.includes('\\') ||
      name.includes('\0') ||
      name === '..' ||
      /^[a-z]+:/i.test(name)
    )
      throw new FileError(`${file}: the shard '${shard}' does not lie beside it; such paths are not opened.`);
    return name;
  });
  return { entries: group.weights.map((w) => entryOf(w, file)), shards };
}
/** @internal The weights of a group: they lie one after the other in its shards, joined. */
export async function readGroup(
  group: unknown,
  file: string,
  signal?: AbortSignal | null,
): Promise<(Found & { group: unknown })[]> {
  const { entries, shards: names } = manifestGroup(group, file);
  const total = entries.reduce((n, e) => n + e.bytes, 0);
  const shards: Uint8Array[] = [];
  let size = 0;
  for (const name of names) {
    shards.push(
      await withFile(path.join(path.dirname(file), name), (s) => {
        if (size + s.size > total)
          throw new FileError(`${file}: its shards hold more than the ${total} bytes of its weights.`);
        return s.read(0, s.size, signal);
      }),
    );
    size += shards.at(-1)!.length;
  }
  if (size !== total)
    throw new FileError(
      `${file}: its shards hold ${size} bytes where its weights need ${total}: they are damaged or others.`,
    );
  const data = shards.length === 1 ? shards[0] : new Uint8Array(total);
  if (shards.length > 1) for (let i = 0, at = 0; i < shards.length; at += shards[i++].length) data.set(shards[i], at);
  let at = 0;
  return entries.map((e) => {
    const raw = data.subarray(at, (at += e.bytes));
    const count = e.shape.reduce((a, b) => a * b, 1);
    return {
      where: e.name,
      shape: e.shape,
      group: e.group,
      read: () => {
        const values = decodeNumbers(e.stored, Uint8Array.from(raw), count) as TypedArray;
        return Promise.resolve({
          data: e.scale === null ? values : Float32Array.from(values as Uint8Array, (v) => v * e.scale! + e.min),
          dtype: e.scale === null ? (e.stored === STORED.float16 ? 'float32' : e.dtype) : 'float32',
        });
      },
    };
  });
}
// By layer, then by the last part of the name, or by place where that occurs twice (both directions of one layer).
function match(model: { layers: Layer[] }, found: ReadonlyMap<string, Found>, matches: WeightMatches): void {
  for (const layer of model.layers) {
    if (isModel(layer)) {
      match(layer, found, matches);
      continue;
    }
    const variables = [...layer.trainableWeights, ...layer.nonTrainableWeights];
    if (!variables.length) continue;
    const mine = [...found.values()].filter(
      (f) => f.where.startsWith(`${layer.name}/`) || f.where.includes(`/${layer.name}/`),
    );
    const last = (s: string): string => s.split('/').at(-1)!.replace(/:\d+$/, '');
    const names = new Set(mine.map((f) => last(f.where)));
    if (names.size === mine.length && mine.length === variables.length && variables.every((v) => names.has(v.name)))
      for (const v of variables)
        matches.pair(
          v,
          mine.find((f) => last(f.where) === v.name)!,
        );
    else if (mine.length) matches.add(variables, mine, `layer '${layer.name}'`);
    else
      for (const v of variables as readonly Variable[])
        matches.missing(v, `the file has no weight of layer '${layer.name}' (${v.name} ${formatShape(v.shape)})`);
  }
}
