/** What kind of file a path leads to, by what it holds; and of files that are not read, what they are. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { isHdf5, openHdf5 } from '../io/hdf5/index';
import { withFile, type ByteSource } from '../io/source';
import { isZip, ZipReader } from '../io/zip';
import { isStateFile, parseJson } from '../keras/saving/saving_lib';
import { isJson } from '../keras/saving/tfjs';
import { isRecord } from '../support/nest';
import { InputError } from './context';

/** @internal In the order in which help names them. */
export const KINDS = {
  keras: "a '.keras' archive of Keras 3",
  'h5-model': 'a model in HDF5 (Keras 1 to 3)',
  tfjs: 'a layers model of TensorFlow.js',
  architecture: 'the JSON of an architecture, without weights',
  'weights.h5': 'weights of Keras 3 in HDF5',
  'h5-weights': 'weights in HDF5, by layer',
  'weights.json': 'the index of weights in several files',
  safetensors: 'safetensors',
  npz: 'an archive of NumPy arrays',
  npy: 'a NumPy array',
  hdf5: 'HDF5, but not of Keras',
} as const;
/** @internal */
export type FileKind = keyof typeof KINDS;
/** @internal Those that a model can be made of. */
export const MODEL_KINDS: readonly FileKind[] = ['keras', 'h5-model', 'tfjs', 'architecture'];

const MAX_JSON = 1 << 28;
/** @internal The value of a file of JSON. */
export async function jsonOf(source: ByteSource, signal?: AbortSignal | null): Promise<unknown> {
  if (source.size > MAX_JSON)
    throw new InputError(`${source.name}: it has ${source.size} bytes of JSON; at most ${MAX_JSON} are read.`);
  return parseJson(
    Buffer.from(await source.read(0, source.size, signal))
      .toString('utf8')
      .replace(/^\ufeff/, ''),
    source.name,
  );
}
const unread = (file: string, what: string, fix: string): InputError =>
  new InputError(`${file}: it is ${what}, which is not read.\n  Fix: ${fix}`);
const SIGNATURES: readonly (readonly [RegExp, string, string])[] = [
  [
    /^89504e47|^ffd8ff|^47494638|^52494646........57454250|^424d/,
    'an image',
    'for `trae-node predict` images come after the model.',
  ],
  [/^47475546/, 'a GGUF file', 'convert its weights to safetensors.'],
  [/^1f8b/, 'compressed by gzip', 'unpack it.'],
  [/^80[0-9a-f]{2}/, 'a pickle of Python, which can hold a program', 'save it in Keras: model.save("model.keras").'],
  [/^........54464c33/, 'a model of TensorFlow Lite', 'use the model it was made of.'],
];
function jsonKind(json: unknown, file: string): FileKind {
  if (!isRecord(json)) throw new InputError(`${file}: it is JSON, but it describes neither a model nor weights.`);
  if (isRecord(json.weight_map)) {
    if (Object.values(json.weight_map).some((v) => typeof v === 'string' && v.endsWith('.safetensors')))
      throw unread(file, 'an index of several files of safetensors', 'name one of the .safetensors files.');
    return 'weights.json';
  }
  const topology = json.modelTopology;
  if (isRecord(topology)) {
    const config = isRecord(topology.model_config) ? topology.model_config : topology;
    if (typeof config.class_name !== 'string')
      throw unread(
        file,
        'a graph model of TensorFlow.js, whose layers are lost',
        'export a layers model, or use the model it was made of.',
      );
    return 'tfjs';
  }
  if (typeof json.class_name === 'string') return 'architecture';
  throw new InputError(
    `${file}: it is JSON, but it describes neither a model nor weights: it has neither 'class_name' nor 'modelTopology' nor 'weight_map'.`,
  );
}
/** @internal @throws InputError that says what a file is that is none of these. */
export async function kindOfFile(source: ByteSource, signal?: AbortSignal | null): Promise<FileKind> {
  const file = source.name;
  if (source.size === 0) throw new InputError(`${file}: the file is empty.`);
  if (isZip(source)) {
    const { names } = new ZipReader(source);
    if (names.includes('config.json')) return 'keras';
    if (names.length && names.every((n) => n.endsWith('.npy'))) return 'npz';
    if (names.some((n) => /(^|\/)data\.pkl$/.test(n)))
      throw unread(file, 'a file of PyTorch, which can hold a program', 'save its weights as safetensors.');
    throw new InputError(
      `${file}: it is a zip archive, but neither of Keras nor of NumPy.${names.length ? `\n  Its members: ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', ...' : ''}` : ''}`,
    );
  }
  if (isHdf5(source)) {
    const root = openHdf5(source);
    if (root.attributes.has('model_config')) return 'h5-model';
    if (['layer_names', 'layer_names0'].some((name) => root.attributes.has(name))) return 'h5-weights';
    return isStateFile(root) ? 'weights.h5' : 'hdf5';
  }
  const head = source.bytes(0, Math.min(16, source.size));
  if (head.toString('latin1', 0, 6) === '\x93NUMPY') return 'npy';
  if (isJson(source)) return jsonKind(await jsonOf(source, signal), file);
  // The length of a header, then the header, which is JSON.
  if (source.size >= 9 && head.readUInt32LE(4) === 0 && (head[8] === 0x7b || file.endsWith('.safetensors')))
    return 'safetensors';
  for (const [pattern, what, fix] of SIGNATURES) if (pattern.test(head.toString('hex'))) throw unread(file, what, fix);
  if (file.endsWith('.safetensors')) return 'safetensors';
  throw new InputError(
    `${file}: it is no file of a model or of weights: it starts with ${head.subarray(0, 8).toString('hex')}.`,
  );
}
/** @internal Opens a file of one of these kinds. @throws InputError for folders, and what is none. */
export async function withKnownFile<T>(
  file: string,
  use: (source: ByteSource, kind: FileKind) => Promise<T>,
  signal?: AbortSignal | null,
): Promise<T> {
  if (fs.statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
    if (fs.existsSync(path.join(file, 'saved_model.pb')))
      throw unread(
        file,
        'a SavedModel of TensorFlow',
        'open it in Keras and save it: keras.models.load_model(folder).save("model.keras").',
      );
    if (fs.existsSync(path.join(file, 'model.json')))
      throw new InputError(`${file}: it is a folder.\n  Fix: name the file ${path.join(file, 'model.json')}.`);
    throw new InputError(`${file}: it is a folder.\n  Fix: name a file.`);
  }
  return withFile(file, async (source) => use(source, await kindOfFile(source, signal)));
}
/** @internal The name of a kind with what it is. */
export const kindText = (kind: FileKind): string => KINDS[kind];
