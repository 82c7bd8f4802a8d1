/** Reads what a layer is loaded from: SavedModels of TensorFlow 2 and 1, graph models of TensorFlow.js. */
import { FileError } from '../support/errors';
import { isRecord } from '../support/nest';
import type { DType, TypedArray } from '../core/tensor';
import { withFile } from '../io/source';
import { parseJson } from '../keras/saving/saving_lib';
import { readGroup } from '../keras/saving/tfjs';
import {
  objectsOf,
  readGraph,
  readTables,
  readVariables,
  type SavedModelVariable,
} from '../tensorflow/saved_model/load';
import type { MetaGraphDef } from '../tensorflow/saved_model/messages';
import { isTfjsGraph, readTfjsGraph, type TfjsWeight } from '../tensorflow/tfjs_graph';

const MAX_JSON = 2 ** 28;

/** @internal A graph, and how the values of its variables are read. */
export interface LoadedGraph {
  graph: MetaGraphDef;
  /** Name of the file, for messages. */
  file: string;
  /** Hands each value over. */
  read(
    variables: readonly SavedModelVariable[],
    use: (variable: SavedModelVariable, data: TypedArray, dtype: DType) => void,
  ): Promise<void>;
}
/** @internal A SavedModel in a folder. @param name - what it is called in messages. */
export async function loadSavedModel(folder: string, name: string, signal?: AbortSignal | null): Promise<LoadedGraph> {
  const graph = await readGraph(folder, signal);
  await readTables(folder, graph, objectsOf(graph, folder), signal);
  return {
    graph,
    file: name,
    read: (variables, use) =>
      readVariables(
        folder,
        objectsOf(graph, folder),
        variables,
        (variable, { data, dtype }) => use(variable, data, dtype),
        signal,
      ),
  };
}
/** @internal A graph model of TensorFlow.js. @param file - its `model.json`. */
export async function loadTfjsGraph(file: string, signal?: AbortSignal | null): Promise<LoadedGraph> {
  const text = await withFile(file, async (source) => {
    if (source.size > MAX_JSON)
      throw new FileError(`${file}: it has ${source.size} bytes, at most ${MAX_JSON} are read.`);
    return Buffer.from(await source.read(0, source.size, signal)).toString('utf8');
  });
  const json = parseJson(text, file);
  if (!isTfjsGraph(json) || !isRecord(json) || !Array.isArray(json.weightsManifest))
    throw new FileError(
      `${file}: it is no graph model of TensorFlow.js: its graph or its manifest is missing.\n  Fix: load a layers model with keras.models.loadModel(path).`,
    );
  const weights = new Map<string, TfjsWeight>();
  for (const group of json.weightsManifest as unknown[])
    for (const found of await readGroup(group, file, signal))
      weights.set(found.where, { shape: found.shape, data: (await found.read()).data as TypedArray });
  return {
    graph: readTfjsGraph(json, weights, file),
    file,
    read(variables, use) {
      for (const variable of variables) use(variable, weights.get(variable.name)!.data, 'float32');
      return Promise.resolve();
    },
  };
}
