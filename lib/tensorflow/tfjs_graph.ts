/** Graph models of TensorFlow.js (`model.json`, format 'graph-model') as SavedModels: their weights become variables. */
import { FileError } from '../support/errors';
import { isRecord } from '../support/nest';
import type { Shape, TypedArray } from '../core/tensor';
import { dtypeNumber, numberType } from './dtypes';
import { withObjects, type GraphVariable } from './saved_model/graph_signatures';
import {
  graphFromJson,
  type GraphDef,
  type MetaGraphDef,
  type SignatureDef,
  type TensorInfo,
  type TensorProto,
  type TensorShapeProto,
} from './saved_model/messages';

const MAX_DEPTH = 60;
/** Names of dtypes become their numbers. */
function numbered(json: unknown, where: string, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new FileError(`${where}: its topology is nested deeper than ${MAX_DEPTH} levels.`);
  if (typeof json === 'string') return /^DT_[A-Z0-9_]+$/.test(json) ? dtypeNumber(json.replace(/_REF$/, '')) : json;
  if (Array.isArray(json)) return json.map((v) => numbered(v, where, depth + 1));
  if (!isRecord(json)) return json;
  return Object.fromEntries(
    Object.entries(json).map(([k, v]) => [
      k,
      // Names of nodes may look like those of dtypes.
      k === 'name' || k === 'op' || k === 'input' || k === 'ret' || k === 's' ? v : numbered(v, where, depth + 1),
    ]),
  );
}
/** @internal Whether the JSON is that of a graph. */
export const isTfjsGraph = (
  json: unknown,
): json is { modelTopology: Record<string, unknown>; [key: string]: unknown } =>
  isRecord(json) && isRecord(json.modelTopology) && Array.isArray(json.modelTopology.node);

/** The signature that the file states; else all placeholders, and all nodes that nothing else takes. */
function signatureOf(json: Record<string, unknown>, graph: GraphDef, where: string): SignatureDef {
  const inputs: Record<string, TensorInfo> = {};
  const outputs: Record<string, TensorInfo> = {};
  const stated = isRecord(json.signature)
    ? json.signature
    : isRecord(json.userDefinedMetadata)
      ? json.userDefinedMetadata.signature
      : null;
  const shapes = new Map(
    graph.node.map((n) => [n.name, n.attr.shape?.value.case === 'shape' ? n.attr.shape.value.value : undefined]),
  );
  const add = (to: Record<string, TensorInfo>, key: string, name: string, dtype: number): void => {
    to[key] = { $typeName: 'tensorflow.TensorInfo', name, dtype, tensorShape: shapes.get(name.split(':')[0]) };
  };
  if (isRecord(stated) && isRecord(stated.outputs)) {
    for (const [to, part] of [
      [inputs, stated.inputs],
      [outputs, stated.outputs],
    ] as const)
      for (const [key, info] of Object.entries(isRecord(part) ? part : {})) {
        if (!isRecord(info) || typeof info.name !== 'string')
          throw new FileError(`${where}: its signature says wrongly what '${key}' is.`);
        const { dtype } = info;
        add(to, key, info.name, typeof dtype === 'string' ? dtypeNumber(dtype) : Number(dtype ?? 1));
      }
  } else {
    const taken = new Set(graph.node.flatMap((n) => n.input.map((i) => i.replace(/^\^/, '').split(':')[0])));
    for (const n of graph.node) {
      const dtype = n.attr.dtype?.value;
      if (n.op === 'Placeholder') add(inputs, n.name, n.name, dtype?.case === 'type' ? dtype.value : 1);
      else if (!taken.has(n.name) && n.op !== 'Const' && n.op !== 'NoOp') add(outputs, n.name, n.name, 1);
    }
  }
  return { $typeName: 'tensorflow.SignatureDef', inputs, outputs };
}
/** @internal A weight of a manifest. */
export interface TfjsWeight {
  shape: Shape;
  /** Its values. */
  data: TypedArray;
}
/** Values that are part of the graph: sizes, axes, indices, numbers in formulas. */
function constantFields(dtype: number, { data }: TfjsWeight): Partial<TensorProto> {
  const type = numberType(dtype)!.dtype;
  if (type === 'int64') return { int64Val: Array.from(data as Int32Array, (v) => BigInt(Math.round(Number(v)))) };
  if (type === 'bool') return { boolVal: Array.from(data as Uint8Array, Boolean) };
  if (type === 'float64') return { doubleVal: Array.from(data as Float64Array, Number) };
  const numbers = Array.from(data as Float32Array, Number);
  return type === 'float32' ? { floatVal: numbers } : { intVal: numbers.map(Math.round) };
}
/**
 * @internal The graph of a `model.json`, with objects.
 * @param weights - those of its manifest, by the nodes that they are the values of. Arrays of floats become variables, and
 *   are trained: which were variables once the file does not say. All others are constants.
 */
export function readTfjsGraph(
  json: Record<string, unknown>,
  weights: ReadonlyMap<string, TfjsWeight>,
  where: string,
): MetaGraphDef {
  const graph = graphFromJson(numbered(json.modelTopology, where), where);
  const variables = new Map<string, GraphVariable>();
  for (const n of graph.node) {
    const weight = weights.get(n.name);
    const dtype = n.attr.dtype?.value;
    const value = n.attr.value?.value;
    if (n.op !== 'Const' || !weight) continue;
    const number = dtype?.case === 'type' ? dtype.value : 0;
    const type = numberType(number);
    if (!type || value?.case !== 'tensor')
      throw new FileError(`${where}: the weight '${n.name}' holds no numbers in the graph.`);
    const shape = shapeOf(weight.shape);
    if (type.dtype.includes('float') && weight.shape.length)
      // Whatever they were once, the file holds them as float32.
      variables.set(n.name, { name: n.name, dtype: 1, shape, isTrainable: true, isHandle: false });
    else Object.assign(value.value, { tensorShape: shape, ...constantFields(number, weight) });
  }
  return withObjects(graph, { serving_default: signatureOf(json, graph, where) }, variables, where);
}
const shapeOf = (shape: Shape): TensorShapeProto => ({
  $typeName: 'tensorflow.TensorShapeProto',
  unknownRank: false,
  dim: shape.map((d) => ({ $typeName: 'tensorflow.TensorShapeProto.Dim', size: BigInt(d) })),
});
