/** Reads SavedModels: a folder with `saved_model.pb` and `variables/`, as TensorFlow 2, Keras 2 and Keras 3 write it. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { FileError } from '../../support/errors';
import type { DType } from '../../core/tensor';
import { ReusedBytes, withFile } from '../../io/source';
import { Bundle, type StoredTensor } from '../checkpoint/bundle';
import { DT_STRING, dtypeName, numberType } from '../dtypes';
import {
  constantNode,
  decode,
  sizesOf,
  type MetaGraphDef,
  type SavedObjectGraph,
  type TrackableObjectGraph,
} from './messages';
import { objectNamed } from './entries';
import { withObjectsOfTensorflow1 } from './graph_signatures';

const MAX_BYTES = 2 ** 31 - 1; // as protobuf
const VARIABLE_VALUE = 'VARIABLE_VALUE';
const TABLE_VALUE = 'table';
const MAX_ASSET = 2 ** 30;
const OBJECT_GRAPH = '_CHECKPOINTABLE_OBJECT_GRAPH';

/** @internal A variable of a SavedModel. */
export interface SavedModelVariable {
  /** Number of its object. */
  node: number;
  /** Name in the graph, with scopes: 'conv1/kernel'. */
  name: string;
  shape: number[];
  dtype: DType;
  isTrainable: boolean;
}

/** @internal The graph of a SavedModel for serving. @throws FileError when it is not there or cannot be read. */
export async function readGraph(folder: string, signal?: AbortSignal | null): Promise<MetaGraphDef> {
  const file = path.join(folder, 'saved_model.pb');
  const bytes = await withFile(file, async (source) => {
    if (source.size > MAX_BYTES) throw new FileError(`${file}: it has ${source.size} bytes, more than ${MAX_BYTES}.`);
    return source.read(0, source.size, signal);
  });
  const graph = graphOf(bytes, file);
  await readAssets(folder, graph, signal);
  return graph;
}
/** @internal Names of nodes that hold what stands beside the graph: no node of a file can be called so. */
export const assetNode = (i: number): string => `asset:${i}`;
/** @internal Those of the keys and the values of a lookup table. */
export const tableNodes = (node: number): [string, string] => [`table:${node}:keys`, `table:${node}:values`];
/** Files of the model, mostly vocabularies, become constants of the graph. */
async function readAssets(folder: string, graph: MetaGraphDef, signal?: AbortSignal | null): Promise<void> {
  const used = new Set(
    (graph.objectGraphDef?.nodes ?? []).flatMap(({ kind }) =>
      kind.case === 'asset' ? [kind.value.assetFileDefIndex] : [],
    ),
  );
  for (const i of used) {
    const name = graph.assetFileDef[i]?.filename;
    if (!name || name !== path.basename(name) || name === '..')
      throw new FileError(`${folder}: the graph refers to a file ${i} of the model, '${name ?? ''}', which is none.`);
    const file = path.join(folder, 'assets', name);
    const content = await withFile(file, async (source) => {
      if (source.size > MAX_ASSET) throw new FileError(`${file}: it has ${source.size} bytes, more than ${MAX_ASSET}.`);
      return source.read(0, source.size, signal);
    });
    graph.graphDef?.node.push(constantNode(assetNode(i), { dtype: DT_STRING, shape: [], texts: [content] }));
  }
}
/** @internal The graph for serving among those of a file, with objects: TensorFlow 1 wrote none. */
export function graphOf(bytes: Uint8Array, file: string): MetaGraphDef {
  const { metaGraphs } = decode('SavedModel', bytes, file);
  const graph = metaGraphs.find((g) => g.metaInfoDef?.tags.includes('serve')) ?? metaGraphs[0];
  if (!graph) throw new FileError(`${file}: it holds no graph: it is damaged or cut off.`);
  return graph.objectGraphDef?.nodes.length ? graph : withObjectsOfTensorflow1(graph, file);
}
/** @internal The objects of a graph. @throws FileError for references to nothing. */
export function objectsOf(graph: MetaGraphDef, file: string): SavedObjectGraph {
  const objects = graph.objectGraphDef;
  if (!objects?.nodes.length) throw new FileError(`${file}: it holds no objects: it is damaged or cut off.`);
  for (const { children } of objects.nodes)
    for (const { nodeId } of children)
      if (nodeId < 0 || nodeId >= objects.nodes.length)
        throw new FileError(`${file}: an object refers to object ${nodeId} of ${objects.nodes.length}.`);
  return objects;
}
/** @internal All variables among the objects, by their numbers. */
export function variablesOf(objects: SavedObjectGraph, file: string): Map<number, SavedModelVariable> {
  const found = new Map<number, SavedModelVariable>();
  const listed = listOf(objects, 'trainable_variables');
  objects.nodes.forEach(({ kind }, node) => {
    if (kind.case !== 'variable') return;
    const { name, dtype, shape, trainable } = kind.value;
    const type = numberType(dtype);
    if (!type)
      throw new FileError(`${file}: variable '${name}' has dtype ${dtypeName(dtype)}, which holds no numbers.`);
    const sizes = sizesOf(shape, file);
    if (!sizes || sizes.includes(null)) throw new FileError(`${file}: the shape of variable '${name}' is unknown.`);
    found.set(node, {
      node,
      name: name || `variable_${node}`,
      shape: sizes as number[],
      dtype: type.dtype,
      isTrainable: listed ? listed.includes(node) : trainable,
    });
  });
  return found;
}
/** @internal Objects in a list that the model has under a name; undefined where it has none. */
export function listOf(objects: SavedObjectGraph, name: string): number[] | undefined {
  const list = objectNamed(objects.nodes[0], name);
  return list === undefined
    ? undefined
    : [...objects.nodes[list].children]
        .sort((a, b) => Number(a.localName) - Number(b.localName))
        .map(({ nodeId }) => nodeId);
}

/** Keys of the values of objects in the checkpoint. Objects and those of the checkpoint are matched by the names that lead to them. */
function keysOf(
  objects: SavedObjectGraph,
  stored: TrackableObjectGraph,
  attribute = VARIABLE_VALUE,
): Map<number, string> {
  const keys = new Map<number, string>();
  const seen = new Set([0]);
  const pending: [number, number][] = [[0, 0]];
  while (pending.length) {
    const [node, there] = pending.pop()!;
    const other = stored.nodes[there];
    if (!other) continue;
    const value = other.attributes.find((a) => a.name === attribute);
    if (value) keys.set(node, value.checkpointKey);
    const byName = new Map(other.children.map((c) => [c.localName, c.nodeId]));
    for (const { localName, nodeId } of objects.nodes[node].children) {
      const next = byName.get(localName);
      if (next === undefined || seen.has(nodeId)) continue;
      seen.add(nodeId);
      pending.push([nodeId, next]);
    }
  }
  return keys;
}
/** @internal Entries of lookup tables that lie in the checkpoint become constants of the graph. */
export async function readTables(
  folder: string,
  graph: MetaGraphDef,
  objects: SavedObjectGraph,
  signal?: AbortSignal | null,
): Promise<void> {
  if (!objects.nodes.some((n) => n.kind.case === 'resource')) return;
  const prefix = path.join(folder, 'variables', 'variables');
  if (!fs.existsSync(`${prefix}.index`)) return;
  const bundle = await Bundle.open(prefix);
  try {
    if (!bundle.has(OBJECT_GRAPH)) return;
    const stored = decode('TrackableObjectGraph', await bundle.readString(OBJECT_GRAPH, signal), folder);
    for (const [node, key] of keysOf(objects, stored, TABLE_VALUE))
      for (const [i, part] of ['-keys', '-values'].entries())
        if (objects.nodes[node].kind.case === 'resource' && bundle.has(key + part))
          graph.graphDef?.node.push(constantNode(tableNodes(node)[i], await bundle.readAny(key + part, signal)));
  } finally {
    await bundle.close();
  }
}
/**
 * @internal Reads the values of variables, one after the other.
 * @param use - takes each value; it is gone with the next one.
 */
export async function readVariables(
  folder: string,
  objects: SavedObjectGraph,
  variables: Iterable<SavedModelVariable>,
  use: (variable: SavedModelVariable, value: StoredTensor) => void,
  signal?: AbortSignal | null,
): Promise<void> {
  const wanted = [...variables];
  if (!wanted.length) return;
  const bundle = await Bundle.open(path.join(folder, 'variables', 'variables'));
  try {
    // TensorFlow 1 stores variables under their names.
    const stored = bundle.has(OBJECT_GRAPH)
      ? decode('TrackableObjectGraph', await bundle.readString(OBJECT_GRAPH, signal), folder)
      : null;
    const keys = stored ? keysOf(objects, stored) : new Map(wanted.map(({ node, name }) => [node, name]));
    const memory = new ReusedBytes();
    for (const variable of wanted) {
      const key = keys.get(variable.node);
      if (key === undefined)
        throw new FileError(`${folder}: its checkpoint holds no value of variable '${variable.name}'.`);
      const value = await bundle.read(key, signal, memory);
      if (value.dtype !== variable.dtype || value.shape.join() !== variable.shape.join())
        throw new FileError(
          `${folder}: variable '${variable.name}' is ${variable.dtype} of shape (${variable.shape.join(', ')}) in the graph and ${value.dtype} of shape (${value.shape.join(', ')}) in the checkpoint.`,
        );
      use(variable, value);
    }
  } finally {
    await bundle.close();
  }
}
