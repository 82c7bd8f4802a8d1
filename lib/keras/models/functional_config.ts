/** The config of a functional model: its layers and how they are joined (keras.src.models.functional). */
import { ValueError } from '../../support/errors';
import { isRecord, mapStructure } from '../../support/nest';
import { isKerasTensor, OpOperation, type KerasTensor } from '../keras_tensor';
import { Layer } from '../layers/layer';
import { originOf, withOrigin } from '../serialization/origin';
import { camelCase, snakeCase } from '../serialization/naming';
import { camelKeys, getRegisteredObject } from '../serialization/registry';
import { deserializeKerasObject, serializeKerasObject, type SerializedObject } from '../serialization/serialize';
import type { SymbolicStructure } from '../keras_tensor';
import type { FunctionalGraph } from './graph';
import { isFunctionLayer, legacyNode, legacyReferences } from './legacy_nodes';
import { callOperation, encodeOperation, isOperationEntry } from './operations';
import { callTensorflowFunction } from '../../tensorflow/functions';
import { callTensorflowOperation } from '../../tensorflow/operations';

type InboundNode = { args: unknown[]; kwargs: Record<string, unknown> };
interface LayerEntry extends SerializedObject {
  name: string;
  inbound_nodes: unknown[];
}
type History = [string, number, number];
/**
 * The number of the first call of a layer where Keras lists inputs and outputs: a functional model's own making counted
 * as call 0 once, and still does there. In nodes Keras 3 counts all calls from 0, Keras 1 and 2 those as here.
 */
const firstCall = (operation: object): number =>
  operation instanceof Layer && operation.modelKind === 'model' && (operation as Layer & { graph: unknown }).graph
    ? 1
    : 0;
/** Layers that take several tensors by name in Keras, and an array here, say so: `static callInputs = ['query', 'value', 'key']`. */
const callInputsOf = (layer: object): readonly string[] | null =>
  (layer.constructor as { callInputs?: readonly string[] }).callInputs ?? null;

/** @internal */
export function functionalConfig(model: Layer, graph: FunctionalGraph): Record<string, unknown> {
  graph.nameOperations();
  const used = new Set(graph.nodes);
  type Node = (typeof graph.nodes)[number];
  const nodesOf = (operation: Node['operation']): Node[] =>
    operation.inboundNodes.filter((n) => used.has(n) && n.inputs.length);
  const calls = new Map<Node, number>(
    graph.operations.flatMap((operation) => nodesOf(operation).map((n, i) => [n, i] as const)),
  );
  const historyOf = (t: KerasTensor): History => [t.node!.operation.name, calls.get(t.node!) ?? 0, t.index];
  const encode = (x: unknown): unknown =>
    mapStructure(x, isKerasTensor, (t) => ({
      class_name: '__keras_tensor__',
      config: { shape: t.shape, dtype: t.dtype, keras_history: historyOf(t) },
    }));
  const layers = graph.operations.map((operation) => {
    if (operation instanceof OpOperation) {
      const coded = nodesOf(operation).map((n) => encodeOperation(operation, n.args));
      const { module, className, config } = coded[0];
      return {
        module,
        class_name: className,
        config: serializeKerasObject(config),
        registered_name: className,
        name: operation.name,
        inbound_nodes: coded.map(({ args, kwargs }) => ({ args: args.map((a) => encodeConstants(encode(a))), kwargs })),
      };
    }
    const layer = operation as Layer;
    const names = callInputsOf(layer);
    const inbound = nodesOf(layer).map((n) => {
      const [inputs, options] = n.args as [unknown, Record<string, unknown> | undefined];
      const args = names && Array.isArray(inputs) ? inputs.map(encode) : [encode(inputs)];
      const kwargs = Object.fromEntries(
        Object.entries(options ?? {})
          .filter(([, v]) => v !== undefined)
          .map(([k, v]) => [snakeCase(k), encodeConstants(encode(v))]),
      );
      return { args, kwargs };
    });
    // The record itself, not a copy: it may be told later that its layer is in the file twice.
    return Object.assign(serializeKerasObject(layer) as SerializedObject, { name: layer.name, inbound_nodes: inbound });
  });
  const structure = (s: SymbolicStructure): unknown =>
    mapStructure(s, isKerasTensor, (t) => {
      const [name, call, index] = historyOf(t);
      return [name, call + firstCall(t.node!.operation), index];
    });
  return {
    name: model.name,
    trainable: model.trainable,
    layers,
    inputLayers: structure(graph.inputStructure),
    outputLayers: structure(graph.outputStructure),
  };
}
// Numbers stay, what holds numbers becomes Keras' tensor.
const encodeConstants = (x: unknown): unknown =>
  isRecord(x) ? x : Array.isArray(x) ? x.map(encodeConstants) : serializeKerasObject(x);

const isHistory = (x: unknown): x is History =>
  Array.isArray(x) && x.length >= 3 && typeof x[0] === 'string' && typeof x[1] === 'number' && typeof x[2] === 'number';

/** @internal */
export function functionalFromConfig<M>(
  given: Record<string, unknown>,
  make: (options: { inputs: SymbolicStructure; outputs: SymbolicStructure; name?: string; trainable?: boolean }) => M,
): M {
  const config = camelKeys(given);
  const entries = config.layers as LayerEntry[];
  const layers = new Map<string, Layer | SerializedObject>();
  const outputsOf = new Map<string, KerasTensor[][]>();
  for (const e of entries) {
    const name = e.name ?? (e.config as { name?: string }).name ?? '';
    e.name = name;
    if (layers.has(name)) throw new ValueError(`fromConfig: two layers have the name '${name}'.`);
    if (isOperationEntry(e) || isFunctionLayer(e.class_name)) {
      layers.set(name, e);
      outputsOf.set(name, []);
      continue;
    }
    const layer = deserializeKerasObject(withoutGraph(e), { module: 'keras.layers' }) as Layer;
    layers.set(name, layer);
    outputsOf.set(name, e.inbound_nodes?.length ? [] : layer.inboundNodes.map((n) => n.outputs));
  }
  const isKeras3 = entries.some((e) => e.inbound_nodes?.some((n) => isRecord(n) && 'args' in n));
  const start = callStarts(config, entries, layers, isKeras3);
  const find = ([name, call, index]: History): KerasTensor | undefined => outputsOf.get(name)?.[call]?.[index];
  // A node is made when the tensors that it takes are there, and the earlier nodes of its layer.
  const ready = entries.map((e) => ({ e, next: 0 })).reverse();
  const waiting = new Map<string, typeof ready>();
  const unmade = new Set(entries);
  for (let p = ready.pop(); p; p = ready.pop()) {
    const { e } = p;
    const nodes = e.inbound_nodes ?? [];
    let missing: string | null = null;
    const lookup = ([name, call, index]: History): KerasTensor | undefined => {
      const t = find([name, call, index]);
      if (t === undefined) missing ??= `${call} ${name}`;
      return t;
    };
    while (p.next < nodes.length) {
      const raw = nodes[p.next];
      const isNew = isRecord(raw) && 'args' in raw;
      const node: InboundNode = isNew
        ? {
            args: (raw.args as unknown[]).map((x) => decode(x, lookup)),
            kwargs: decode(raw.kwargs ?? {}, lookup) as Record<string, unknown>,
          }
        : legacyNode(raw, e, ([name, call, index]) => lookup([name, call - start(name), index]));
      if (missing !== null) break;
      outputsOf.get(e.name)!.push(apply(layers.get(e.name)!, node));
      const made = `${p.next++} ${e.name}`;
      ready.push(...(waiting.get(made) ?? []).reverse());
      waiting.delete(made);
    }
    if (missing === null) unmade.delete(e);
    else waiting.set(missing, [...(waiting.get(missing) ?? []), p]);
  }
  if (unmade.size)
    throw new ValueError(
      `fromConfig: the layers ${[...unmade].map((e) => `'${e.name}'`).join(', ')} depend on one another or on layers that are not there.`,
    );
  const structure = (x: unknown): SymbolicStructure => {
    if (isHistory(x)) {
      const t = find([x[0], x[1] - start(x[0]), x[2]]);
      if (!t) throw new ValueError(`fromConfig: there is no layer '${x[0]}' with output ${x[1]}, ${x[2]}.`);
      return t;
    }
    if (Array.isArray(x)) return x.map(structure);
    return Object.fromEntries(Object.entries((x ?? {}) as object).map(([k, v]) => [k, structure(v)]));
  };
  // Files of Keras 1 and 2 list even a single input; a list of one is the one.
  const unlisted = (x: unknown): unknown =>
    Array.isArray(x) && x.length === 1 && isHistory(x[0]) && !isKeras3 ? x[0] : x;
  return make({
    inputs: structure(unlisted(config.inputLayers)),
    outputs: structure(unlisted(config.outputLayers)),
    name: (config.name as string) ?? undefined,
    trainable: (config.trainable as boolean) ?? undefined,
  });
}
function decode(x: unknown, lookup: (history: History) => KerasTensor | undefined): unknown {
  if (isRecord(x) && x.class_name === '__keras_tensor__')
    return lookup((x.config as { keras_history: History }).keras_history);
  if (Array.isArray(x)) return x.map((y) => decode(y, lookup));
  if (isRecord(x) && typeof x.class_name === 'string')
    return ['__slice__', '__ellipsis__'].includes(x.class_name) ? x : deserializeKerasObject(x);
  return isRecord(x) ? Object.fromEntries(Object.entries(x).map(([key, v]) => [key, decode(v, lookup)])) : x;
}
// What a file takes away from the number of a model's call: in nodes too, where Keras 1 or 2 wrote it (Keras 3 counts
// those from 0). Sequential models without an Input count otherwise than those with one, so the numbers themselves tell.
function callStarts(
  config: Record<string, unknown>,
  entries: LayerEntry[],
  layers: Map<string, object>,
  isKeras3: boolean,
): (name: string) => number {
  const listed = new Map<string, number[]>();
  const list = ([name, call]: readonly [string, number, ...unknown[]]): unknown =>
    listed.has(name) ? listed.get(name)!.push(call) : listed.set(name, [call]);
  for (const x of [config.inputLayers, config.outputLayers, ...(isKeras3 ? [] : entries.map((e) => e.inbound_nodes))])
    legacyReferences(x).forEach(list);
  const calls = new Map(entries.map((e) => [e.name, e.inbound_nodes?.length ?? 0]));
  const known = new Map<string, number>();
  return (name) => {
    const layer = layers.get(name);
    const numbers = listed.get(name);
    if (!layer || !numbers || !(layer instanceof Layer && layer.modelKind)) return 0;
    if (!known.has(name)) {
      const isFromOne = !isKeras3 || firstCall(layer) || numbers.some((n) => n >= calls.get(name)!);
      known.set(name, isFromOne && numbers.every((n) => n > 0) ? 1 : 0);
    }
    return known.get(name)!;
  };
}
// What joins layers is not part of the layer.
function withoutGraph(e: LayerEntry): SerializedObject {
  const { name: _, inbound_nodes: __, ...rest } = e;
  const own: SerializedObject = rest;
  const named =
    isRecord(own.config) && !('name' in own.config) && e.name && !Array.isArray(own.config.layers)
      ? { ...own, config: { ...own.config, name: e.name } }
      : own;
  return withOrigin(named, originOf(e));
}
// Outputs are tensors; functions of shapes give sizes, as one output. The op that makes them has the name that outputs, losses and metrics go by.
function callFunctionLayer(
  { class_name: className, config }: SerializedObject,
  args: readonly unknown[],
  kwargs: Record<string, unknown>,
): KerasTensor[] {
  const settings = config as Record<string, unknown>;
  const name = String(settings.name);
  const outputs =
    className === 'TensorFlowOpLayer'
      ? callTensorflowOperation(settings, args.flat(), name, getRegisteredObject)
      : callTensorflowFunction(String(settings.function), args, kwargs, getRegisteredObject);
  const list = (Array.isArray(outputs) && outputs.every(isKerasTensor) ? outputs : [outputs]) as KerasTensor[];
  const operation = isKerasTensor(list[0]) && !args.flat().includes(list[0]) ? list[0].node!.operation : null;
  // Keras 3 takes no name with '/'.
  if (operation instanceof OpOperation && !name.includes('/') && list.every((t) => t.node!.operation === operation))
    operation.name = name;
  return list;
}
function apply(layer: Layer | SerializedObject, { args, kwargs }: InboundNode): KerasTensor[] {
  if (!(layer instanceof Layer)) {
    if (isFunctionLayer(layer.class_name)) return callFunctionLayer(layer, args, kwargs);
    const outputs = callOperation(layer.class_name, layer.config as Record<string, unknown>, args, kwargs);
    const flat = (Array.isArray(outputs) ? outputs : [outputs]) as KerasTensor[];
    const { operation } = flat[0].node!;
    const { name } = layer.config as { name?: string };
    if (operation instanceof OpOperation && name) operation.name = name;
    return flat;
  }
  const names = callInputsOf(layer);
  const options: Record<string, unknown> = {};
  const inputs = [...args];
  for (const [k, v] of Object.entries(kwargs)) {
    const at = names ? names.indexOf(k) : -1;
    if (at >= 0) {
      if (v !== null) inputs[at] = v;
    } else if (v !== null && k !== 'training')
      // The call of the model says whether it trains. A mask that is null is found anew.
      options[camelCase(k)] = v;
  }
  if (Array.isArray(options.mask) && options.mask.every((m) => m === null)) delete options.mask;
  if (!names && inputs.length > 1) {
    // Positional arguments behind the tensors: the initial state of recurrent layers, the mask of others.
    const rest = inputs.splice(1).filter((v) => v !== null && v !== undefined && typeof v !== 'boolean');
    if (rest.length && 'returnState' in layer) options.initialState ??= rest.length === 1 ? rest[0] : rest;
    else if (rest.length && inputs.length === 1 && rest.every(isKerasTensor)) inputs.splice(0, 1, [inputs[0], ...rest]);
  }
  layer.apply(names && inputs.length > 1 ? inputs : inputs[0], options);
  return layer.inboundNodes.at(-1)!.outputs;
}
