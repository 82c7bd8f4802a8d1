/**
 * Graphs without objects, as TensorFlow 1 and TensorFlow.js write them, with objects: each signature becomes a function,
 * whose arguments are the inputs of the signature and the variables.
 */
import { FileError } from '../../support/errors';
import { DT_RESOURCE } from '../dtypes';
import {
  createSavedModel,
  decode,
  type GraphDef,
  type MetaGraphDef,
  type MetaGraphFields,
  type NodeDef,
  type SignatureDef,
  type TensorShapeProto,
} from './messages';

type ObjectFields = NonNullable<NonNullable<MetaGraphFields['objectGraphDef']>['nodes']>[number];
type NodeFields = Pick<NodeDef, 'name' | 'op' | 'input'> & Partial<Pick<NodeDef, 'attr'>>;
/** @internal A node of a graph that is a variable, or a constant that becomes one. */
export interface GraphVariable {
  /** Name in the checkpoint. */
  name: string;
  dtype: number;
  shape: TensorShapeProto | undefined;
  isTrainable: boolean;
  /** Whether the node itself is a handle, which others read; else its output is the value. */
  isHandle: boolean;
}
const nodeOf = (input: string): string => input.replace(/^\^/, '').split(':')[0];

/** Names of the nodes that some others need. */
function needed(byName: ReadonlyMap<string, NodeDef>, from: readonly string[], ends: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  const pending = [...from];
  while (pending.length) {
    const name = pending.pop()!;
    if (found.has(name)) continue;
    found.add(name);
    if (!ends.has(name)) pending.push(...(byName.get(name)?.input ?? []).map(nodeOf));
  }
  return found;
}
/**
 * Nodes that take a lookup table wait for the one that fills it: in TensorFlow 1 a session fills all tables first.
 * @returns the nodes, in the order of the graph.
 */
function fillingTables(graph: GraphDef): NodeDef[] {
  const fills = new Map<string, string[]>();
  for (const n of graph.node)
    if (/^(InitializeTable|LookupTableImport)/.test(n.op) && n.input.length)
      fills.set(nodeOf(n.input[0]), [...(fills.get(nodeOf(n.input[0])) ?? []), n.name]);
  return graph.node.map((n) => {
    const first = n.input.flatMap((i) => fills.get(nodeOf(i)) ?? []);
    return first.length && !first.includes(n.name) ? { ...n, input: [...n.input, ...first.map((f) => `^${f}`)] } : n;
  });
}
/**
 * @internal The graph with an object for each variable, each file of the model and each signature.
 * @param variables - by the names of their nodes.
 * @param assets - numbers of files, by the names of the nodes that stand for them.
 */
export function withObjects(
  graph: GraphDef,
  signatures: Readonly<Record<string, SignatureDef>>,
  variables: ReadonlyMap<string, GraphVariable>,
  where: string,
  assets: ReadonlyMap<string, number> = new Map(),
): MetaGraphDef {
  const allNodes = fillingTables(graph);
  const byName = new Map(allNodes.map((n) => [n.name, n]));
  const nodes: ObjectFields[] = [
    { children: [{ nodeId: 1, localName: 'signatures' }], kind: { case: 'userObject', value: {} } },
    { children: [], kind: { case: 'userObject', value: { identifier: 'signature_map' } } },
  ];
  const places = new Map<string, number>();
  for (const [node, v] of variables) {
    places.set(node, nodes.length);
    nodes.push({
      children: [],
      kind: {
        case: 'variable',
        value: { name: v.name, dtype: v.dtype, shape: v.shape, trainable: v.isTrainable },
      },
    });
  }
  for (const [node, assetFileDefIndex] of assets) {
    places.set(node, nodes.length);
    nodes.push({ children: [], kind: { case: 'asset', value: { assetFileDefIndex } } });
  }
  const functions: NonNullable<NonNullable<MetaGraphFields['graphDef']>['library']>['function'] = [
    ...(graph.library?.function ?? []),
  ];
  const concreteFunctions: NonNullable<MetaGraphFields['objectGraphDef']>['concreteFunctions'] = {};
  for (const [key, signature] of Object.entries(signatures)) {
    const inputs = Object.entries(signature.inputs).sort(([a], [b]) => (a < b ? -1 : 1));
    const outputs = Object.entries(signature.outputs).sort(([a], [b]) => (a < b ? -1 : 1));
    const fed = new Map(inputs.map(([, info]) => [nodeOf(info.name), info]));
    if (!outputs.length) continue;
    for (const [, info] of [...inputs, ...outputs])
      if (!byName.has(nodeOf(info.name)))
        throw new FileError(`${where}: signature '${key}' names '${info.name}', which is no node of its graph.`);
    const used = needed(
      byName,
      outputs.map(([, info]) => nodeOf(info.name)),
      new Set([...fed.keys(), ...variables.keys(), ...assets.keys()]),
    );
    const bound = [...variables.keys(), ...assets.keys()].filter((node) => used.has(node));
    // A name with a space, which no node has.
    const argumentOf = (node: string): string => ((variables.get(node)?.isHandle ?? true) ? node : `${node} variable`);
    const body = allNodes.flatMap((n): NodeFields[] => {
      if (!used.has(n.name) || fed.has(n.name) || assets.has(n.name)) return [];
      const variable = variables.get(n.name);
      if (!variable) return [n];
      return variable.isHandle ? [] : [{ name: n.name, op: 'ReadVariableOp', input: [argumentOf(n.name)] }];
    });
    const name = `signature ${key}`;
    functions.push({
      signature: {
        name,
        inputArg: [
          ...[...fed].map(([node, info]) => ({ name: node, type: info.dtype })),
          ...bound.map((node) => ({ name: argumentOf(node), type: DT_RESOURCE })),
        ],
        outputArg: outputs.map(([output, info]) => ({ name: output, type: info.dtype })),
      },
      nodeDef: body,
      ret: Object.fromEntries(outputs.map(([output, info]) => [output, info.name])),
    });
    const spec = (info: SignatureDef['inputs'][string], label: string) => ({
      kind: {
        case: 'tensorSpecValue' as const,
        value: { name: label, dtype: info.dtype, shape: info.tensorShape ?? { unknownRank: true } },
      },
    });
    const record = (entries: typeof inputs) => ({
      kind: {
        case: 'dictValue' as const,
        value: { fields: Object.fromEntries(entries.map(([k, info]) => [k, spec(info, k)])) },
      },
    });
    const list = (values: unknown[]) => ({ kind: { case: 'tupleValue' as const, value: { values } } });
    concreteFunctions[name] = {
      boundInputs: bound.map((node) => places.get(node)!),
      canonicalizedInputSignature: list([list([]), record(inputs)]) as never,
      outputSignature: record(outputs) as never,
    };
    nodes[1].children!.push({ nodeId: nodes.length, localName: key });
    nodes.push({ children: [], kind: { case: 'bareConcreteFunction', value: { concreteFunctionName: name } } });
  }
  return createSavedModel({
    graphDef: { node: [], library: { function: functions } },
    objectGraphDef: { nodes, concreteFunctions },
  }).metaGraphs[0];
}
/** @internal A SavedModel of TensorFlow 1 with objects. Which variables are trained its graph does not say: all but moving averages and counters of steps. */
export function withObjectsOfTensorflow1(graph: MetaGraphDef, where: string): MetaGraphDef {
  const variables = new Map<string, GraphVariable>();
  for (const n of graph.graphDef?.node ?? []) {
    const isHandle = n.op === 'VarHandleOp';
    if (!isHandle && n.op !== 'VariableV2' && n.op !== 'Variable') continue;
    const dtype = n.attr.dtype?.value;
    const shape = n.attr.shape?.value;
    const shared = n.attr.shared_name?.value;
    const name = shared?.case === 's' && shared.value.length ? Buffer.from(shared.value).toString('utf8') : n.name;
    variables.set(n.name, {
      name,
      dtype: dtype?.case === 'type' ? dtype.value : 0,
      shape: shape?.case === 'shape' ? shape.value : undefined,
      isTrainable: !/(^|\/)(moving_(mean|variance)|global_step)$/.test(name),
      isHandle,
    });
  }
  if (!graph.graphDef) throw new FileError(`${where}: it holds no graph: it is damaged or cut off.`);
  const listed = graph.collectionDef.saved_model_assets?.anyList?.value ?? [];
  graph.assetFileDef.push(...listed.map(({ value }) => decode('AssetFileDef', value, where)));
  const assets = new Map(graph.assetFileDef.map((a, i) => [nodeOf(a.tensorInfo?.name ?? ''), i]));
  const made = withObjects(graph.graphDef, graph.signatureDef, variables, where, assets);
  made.assetFileDef = graph.assetFileDef;
  return made;
}
