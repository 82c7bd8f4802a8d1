/** Keras 3's own files: `.keras` archives and `.weights.h5` (keras.src.saving.saving_lib). */
import { FileError, ValueError } from '../../support/errors';
import { Hdf5Dataset, Hdf5Group, Hdf5Writer, openHdf5 } from '../../io/hdf5/index';
import type { ByteSink } from '../../io/atomic';
import { NpzReader } from '../../io/npz';
import type { ByteSource } from '../../io/source';
import { ZipReader, ZipWriter } from '../../io/zip';
import { isRecord } from '../../support/nest';
import { SeedGenerator } from '../../core/seed';
import { Tensor } from '../../core/tensor';
import { formatShape } from '../../core/tensor';
import { Layer } from '../layers/layer';
import { Metric } from '../metrics/metric';
import { Optimizer } from '../optimizers/optimizer';
import { readInRun } from '../runs';
import { withObjectSharing } from '../serialization/object_sharing';
import { fromPythonJson, toPythonJson } from '../serialization/python_json';
import { serializeKerasObject } from '../serialization/serialize';
import { assetReader, hasAssets, hasOwnState, ownArrays, ownAssets, type OwnArray } from './own_state';
import { numberedOptimizerState } from './legacy_optimizer';
import { withPlainPaths, type StateGroup } from './state_group';
import { stateTree, type StateNode } from './state_tree';
import { foundIn, WeightMatches, type Found, type LoadReport, type LoadWeightsOptions } from './weight_matching';

/** The Keras whose files these are. */
export const KERAS_VERSION = '3.15.1';
const CONFIG = 'config.json';
const METADATA = 'metadata.json';
const WEIGHTS = 'model.weights.h5';
const WEIGHTS_NPZ = 'model.weights.npz';
const ASSETS = 'assets';
/** Largest config.json. */
const MAX_CONFIG = 1 << 28;
const MAX_ASSET = 1 << 30;

const title = (name: string | null, path: string): string => (path ? `layer '${name}' (${path})` : `model '${name}'`);
const varsOf = (path: string): string => (path ? `${path}/vars` : 'vars');

// ---- writing
/** @internal An array of a model's state, and the group that it goes into. */
export interface SavedArray extends OwnArray {
  group: string;
  /** The name that the group is given; seed generators have none in Keras. */
  name: string | null;
}
interface SavedGroup {
  group: string;
  name: string | null;
  arrays: OwnArray[];
}
function savedGroups(model: Layer, options: { isRepeated?: boolean } = {}): SavedGroup[] {
  return stateTree(model, options).map(({ path, name, object, variables }) => ({
    group: varsOf(path),
    name: object instanceof SeedGenerator ? null : name,
    arrays: hasOwnState(object)
      ? ownArrays(object, title(name, path))
      : variables.map((v, i) => {
          const saved = object instanceof Layer ? object.savedValue(v) : v;
          return {
            key: String(i),
            shape: v.shape,
            dtype: v.dtype,
            data: () => (saved instanceof Tensor ? saved.read() : readInRun(saved)),
          };
        }),
  }));
}
/** @internal All arrays of a model's state, in Keras' order. */
export const savedArrays = (model: Layer): SavedArray[] =>
  savedGroups(model).flatMap(({ group, name, arrays }) => arrays.map((a) => ({ ...a, group, name })));
/** @internal The state of a model as HDF5. @param options - those of `stateTree`. */
export function stateFile(model: Layer, options: { isRepeated?: boolean } = {}): Hdf5Writer {
  const h5 = new Hdf5Writer();
  for (const { group, name, arrays } of savedGroups(model, options)) {
    h5.group(group);
    if (name !== null) h5.attribute(group, 'name', name);
    for (const { key, ...array } of arrays) h5.dataset(`${group}/${key}`, array);
  }
  return h5;
}
const date = (): string => {
  const [day, time] = new Date().toISOString().split('T');
  return `${day}@${time.slice(0, 8)}`;
};
/** @internal */
export async function writeKerasArchive(sink: ByteSink, model: Layer): Promise<void> {
  const zip = new ZipWriter(sink);
  const json = (value: unknown): Buffer => Buffer.from(toPythonJson(value), 'utf8');
  const config = json(withObjectSharing(() => serializeKerasObject(model)));
  const nodes = stateTree(model);
  await zip.add(METADATA, (s) => s.write(json({ keras_version: KERAS_VERSION, date_saved: date() })));
  await zip.add(CONFIG, (s) => s.write(config));
  await zip.add(WEIGHTS, (s) => stateFile(model, { isRepeated: true }).writeTo(s));
  for (const { path, name, object } of nodes) {
    if (!hasAssets(object)) continue;
    for (const [file, bytes] of ownAssets(object, title(name, path)))
      await zip.add(`${ASSETS}/${path ? `${path}/` : ''}${file}`, (s) => s.write(bytes));
  }
  await zip.finish();
}

// ---- reading
/** @internal An opened archive: its config, and where its weights come from. */
export interface KerasArchive {
  config: Record<string, unknown>;
  metadata: Record<string, unknown>;
  zip: ZipReader;
}
/** @internal */
export async function openKerasArchive(source: ByteSource, signal?: AbortSignal | null): Promise<KerasArchive> {
  const zip = new ZipReader(source);
  const parse = async (name: string): Promise<Record<string, unknown>> => {
    const text = Buffer.from(await zip.read(name, MAX_CONFIG, signal)).toString('utf8');
    const value = parseJson(text, `${source.name}: ${name}`);
    if (!isRecord(value)) throw new FileError(`${source.name}: ${name} holds no record.`);
    return value;
  };
  return { config: await parse(CONFIG), metadata: zip.has(METADATA) ? await parse(METADATA) : {}, zip };
}
/** @internal JSON as Python writes it: NaN and Infinity too. */
export function parseJson(text: string, where: string): unknown {
  try {
    return fromPythonJson(text);
  } catch (error) {
    throw new FileError(`${where} is damaged: it holds no JSON (${(error as Error).message}).`, { cause: error });
  }
}
/** @internal Puts the weights of an archive into a model. */
export async function loadArchiveWeights(
  { zip }: Pick<KerasArchive, 'zip'>,
  file: string,
  model: Layer,
  options: LoadWeightsOptions,
): Promise<LoadReport> {
  const nodes = stateTree(model);
  let report: LoadReport;
  if (zip.has(WEIGHTS))
    report = await loadState(openHdf5(await zip.open(WEIGHTS, options.signal)), file, model, options);
  else if (zip.has(WEIGHTS_NPZ)) {
    const npz = new NpzReader(await zip.open(WEIGHTS_NPZ, options.signal));
    throw new FileError(
      `${file}: ${WEIGHTS_NPZ} holds objects of Python (${npz.names.slice(0, 3).join(', ')}), which are not read: they can hold a program.\n  Fix: save it again in Keras, with weights in HDF5.`,
    );
  } else throw new FileError(`${file}: it has neither ${WEIGHTS} nor ${WEIGHTS_NPZ}.`);
  for (const { path, object } of nodes) {
    if (!hasAssets(object)) continue;
    const files = new Map<string, Uint8Array>();
    const prefix = `${ASSETS}/${path ? `${path}/` : ''}`;
    for (const name of zip.names) {
      const file = name.replaceAll('\\', '/');
      if (file.startsWith(prefix) && !file.endsWith('/'))
        files.set(file.slice(prefix.length), await zip.read(name, MAX_ASSET, options.signal));
    }
    object.loadAssets(assetReader(files));
  }
  return report;
}

/** @internal Datasets `0`, `1`, ... of a group, in order. */
function numbered(group: StateGroup | undefined): Found[] {
  if (!group) return [];
  const keys = group.keys().filter((k) => /^\d+$/.test(k));
  return keys
    .sort((a, b) => Number(a) - Number(b))
    .map((k) => group.dataset(k))
    .filter((d): d is Hdf5Dataset => d !== undefined)
    .map(foundIn);
}
const allOf = (group: StateGroup | null | undefined): Found[] =>
  (group?.keys() ?? [])
    .map((k) => group!.dataset(k))
    .filter((d): d is Hdf5Dataset => d !== undefined)
    .map(foundIn);
// Files of Keras 2 keep the underscores of attributes (`_key_dense`).
function groupAt(root: StateGroup, path: string): StateGroup | undefined {
  let here: StateGroup | undefined = root;
  for (const part of path.split('/').filter(Boolean)) here = here?.group(part) ?? here?.group(`_${part}`);
  return here;
}
// Where Keras looks: the path, or the one that files of 2.12 and 2.13 use.
function groupOf(root: StateGroup, path: string): StateGroup | undefined {
  const here = groupAt(root, path)?.group('vars');
  if (here || !root.keys().some((key) => key.startsWith(DEPENDENCIES))) return here;
  return groupAt(root, path.replace(/layers/g, DEPENDENCIES))?.group('vars');
}
const DEPENDENCIES = '_layer_checkpoint_dependencies';
/** @internal Puts the state in an HDF5 file of Keras 3 into a model. */
export async function loadState(
  given: StateGroup,
  file: string,
  model: Layer,
  options: LoadWeightsOptions,
): Promise<LoadReport> {
  const root = withPlainPaths(given);
  const matches = new WeightMatches(file, model.name);
  const byName = options.byName ? groupsByName(root) : null;
  for (const node of stateTree(model)) {
    const group = byName ? byName(node) : (groupOf(root, node.path) ?? undefined);
    const found = group === null ? null : numbered(group);
    if (found === null) {
      if (node.variables.length)
        matches.skipped.push({
          path: node.path,
          expected: null,
          found: null,
          reason: `the file has no layer '${node.name}'`,
        });
      continue;
    }
    if (node.object instanceof Optimizer) {
      if (!found.length) continue;
      // Saved before its first step: there are the number of steps and the learning rate alone.
      if (found.length < Math.min(3, node.variables.length) && found.every((f) => !f.shape.length)) {
        found.forEach((f, i) => !node.variables[i].shape.length && matches.pair(node.variables[i], f));
        continue;
      }
      const { variables } = node;
      const isCurrent =
        found.length === variables.length &&
        found.every((f, i) => formatShape(f.shape) === formatShape(variables[i].shape));
      const numbered = isCurrent ? null : numberedOptimizerState(node.object, model.trainableVariables, found);
      if (numbered) {
        for (const p of numbered) matches.pair(p.variable, p.found);
        continue;
      }
      if (found.length !== node.variables.length) {
        console.warn(
          `${file}: the state of optimizer '${node.name}' has ${found.length} variables where ${node.variables.length} are expected: it is left out, the optimizer starts anew.`,
        );
        continue;
      }
    }
    if (hasOwnState(node.object)) {
      matches.own(node.object, allOf(group), title(node.name, node.path), node.variables);
      continue;
    }
    // Random generators that a file lacks start anew.
    if (node.object instanceof SeedGenerator && !found.length) continue;
    // Keras' files lack metrics, which start anew with each run anyway.
    if (node.object instanceof Metric && !found.length) continue;
    // Files of this project from before it merged the factors of LoRA.
    const withFactors = node.object instanceof Layer ? node.object.savedWithFactors : [];
    if (withFactors.length > node.variables.length && found.length === withFactors.length) {
      matches.add(withFactors, found, title(node.name, node.path));
      continue;
    }
    if (node.object instanceof Layer) matches.adapted.push(node.object);
    matches.add(
      node.variables,
      found,
      node.object instanceof SeedGenerator ? `the seed at '${node.path}'` : title(node.name, node.path),
    );
  }
  return matches.apply(options);
}
// By the names that groups carry as an attribute; what lies below a layer (cells, seeds) goes along with it.
function groupsByName(root: StateGroup): (node: StateNode) => StateGroup | undefined | null {
  const groups = new Map<string, StateGroup>();
  const visit = (group: StateGroup): void => {
    for (const key of group.keys()) {
      const child = group.group(key);
      if (!child || key === 'optimizer') continue;
      const name = child.group('vars')?.attributes.get('name');
      if (typeof name === 'string' && !groups.has(name)) groups.set(name, child);
      if (key !== 'vars') visit(child);
    }
  };
  visit(root);
  let current: { path: string; group: StateGroup } | null = null;
  const keyOf = (group: StateGroup): string => group.path.replace(/^\//, '');
  return (node) => {
    if (node.object instanceof Optimizer) return null;
    if (current && node.path.startsWith(`${current.path}/`) && !/(^|\/)layers\/[^/]*$/.test(node.path)) {
      const inner = groupAt(root, `${keyOf(current.group)}/${node.path.slice(current.path.length + 1)}`)?.group('vars');
      return inner ?? null;
    }
    const group = node.name === null ? undefined : groups.get(node.name);
    current = group ? { path: node.path, group } : null;
    return group ? group.group('vars') : null;
  };
}
/** @internal Whether this HDF5 file is one of Keras 3's weights. */
export function isStateFile(root: Hdf5Group): boolean {
  if (root.attributes.has('layer_names') || root.attributes.has('layer_names0') || root.attributes.has('model_config'))
    return false;
  const names = root.keys();
  return names.includes('layers') || names.includes(DEPENDENCIES) || names.includes('vars') || hasVars(root, 0);
}
function hasVars(group: Hdf5Group, depth: number): boolean {
  return (
    depth < 4 &&
    group.keys().some((k) =>
      k === 'vars'
        ? group.group(k) !== undefined
        : ((): boolean => {
            const g = group.group(k);
            return g !== undefined && hasVars(g, depth + 1);
          })(),
    )
  );
}
/** @internal */
export function requireBuilt(where: string, model: Layer): void {
  if (!model.built)
    throw new ValueError(
      `${where}: model '${model.name}' is not built yet: it has no weights.\n  Fix: build it first, by build(inputShape) or by calling it on data.`,
    );
}
