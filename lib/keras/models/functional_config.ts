/** The config of a functional model: its layers and how they are joined (keras.src.models.functional). */
import { ValueError } from '../../errors';
import { isRecord, mapStructure } from '../../nest';
import { isKerasTensor, type KerasTensor } from '../keras_tensor';
import type { Layer } from '../layers/layer';
import { camelKeys } from '../saving/registry';
import { deserializeKerasObject, serializeKerasObject, type SerializedObject } from '../saving/serialize';
import type { FunctionalGraph, SymbolicStructure } from './graph';

interface LayerEntry extends SerializedObject {
  name: string;
  inbound_nodes: { args: unknown[]; kwargs: Record<string, unknown> }[];
}
type History = [string, number, number];

/** @internal */
export function functionalConfig(model: Layer, graph: FunctionalGraph): Record<string, unknown> {
  const used = new Set(graph.nodes);
  const nodesOf = (layer: Layer) => layer.inboundNodes.filter((n) => used.has(n) && n.inputs.length);
  const historyOf = (t: KerasTensor): History => {
    const layer = t.node!.operation as Layer;
    return [layer.name, Math.max(0, nodesOf(layer).indexOf(t.node!)), t.index];
  };
  const encode = (x: unknown): unknown =>
    mapStructure(x, isKerasTensor, (t) => ({ class_name: '__keras_tensor__', config: { shape: t.shape, dtype: t.dtype, keras_history: historyOf(t) } }));
  const layers = graph.operations.map((operation) => {
    const layer = operation as Layer;
    if (!('getConfig' in layer))
      throw new ValueError(`getConfig: model '${model.name}' uses the op '${operation.name}' outside of a layer; only layers can be stored.\n  Fix: put it in a layer.`);
    const inbound = nodesOf(layer).map((n) => ({ args: [encode(n.args[0])], kwargs: {} }));
    return { ...(serializeKerasObject(layer) as SerializedObject), name: layer.name, inbound_nodes: inbound };
  });
  const structure = (s: SymbolicStructure): unknown => mapStructure(s, isKerasTensor, historyOf);
  return { name: model.name, trainable: model.trainable, layers, inputLayers: structure(graph.inputStructure), outputLayers: structure(graph.outputStructure) };
}

const isHistory = (x: unknown): x is History => Array.isArray(x) && x.length === 3 && typeof x[0] === 'string' && typeof x[1] === 'number';

/** @internal */
export function functionalFromConfig<M>(
  given: Record<string, unknown>,
  make: (options: { inputs: SymbolicStructure; outputs: SymbolicStructure; name?: string; trainable?: boolean }) => M,
): M {
  const config = camelKeys(given),
    entries = config.layers as LayerEntry[],
    layers = new Map<string, Layer>();
  const outputsOf = new Map<string, KerasTensor[][]>();
  for (const e of entries) {
    const layer = deserializeKerasObject(e) as Layer;
    layers.set(e.name, layer);
    outputsOf.set(e.name, e.inbound_nodes.length ? [] : layer.inboundNodes.map((n) => n.outputs));
  }
  const find = ([name, node, index]: History): KerasTensor | undefined => outputsOf.get(name)?.[node]?.[index];
  const pending = entries.flatMap((e) => e.inbound_nodes.map((node, k) => ({ e, node, k })));
  while (pending.length) {
    const before = pending.length;
    for (let i = 0; i < pending.length; i++) {
      const { e, node, k } = pending[i];
      let isReady = outputsOf.get(e.name)!.length === k;
      const decode = (x: unknown): unknown => {
        if (isRecord(x) && x.class_name === '__keras_tensor__') {
          const t = find((x.config as { keras_history: History }).keras_history);
          if (!t) isReady = false;
          return t;
        }
        if (Array.isArray(x)) return x.map(decode);
        return isRecord(x) ? Object.fromEntries(Object.entries(x).map(([key, v]) => [key, decode(v)])) : x;
      };
      const args = node.args.map(decode);
      if (!isReady) continue;
      const layer = layers.get(e.name)!;
      layer.apply(args.length > 1 ? args : args[0], camelKeys(node.kwargs ?? {}));
      outputsOf.get(e.name)!.push(layer.inboundNodes.at(-1)!.outputs);
      pending.splice(i--, 1);
    }
    if (pending.length === before)
      throw new ValueError(`fromConfig: the layers ${pending.map((p) => `'${p.e.name}'`).join(', ')} depend on one another or on layers that are not there.`);
  }
  const structure = (x: unknown): SymbolicStructure => {
    if (isHistory(x)) {
      const t = find(x);
      if (!t) throw new ValueError(`fromConfig: there is no layer '${x[0]}' with output ${x[1]}, ${x[2]}.`);
      return t;
    }
    if (Array.isArray(x)) return x.map(structure);
    return Object.fromEntries(Object.entries(x as object).map(([k, v]) => [k, structure(v)]));
  };
  const model = make({ inputs: structure(config.inputLayers), outputs: structure(config.outputLayers), name: config.name as string, trainable: config.trainable as boolean });
  return model;
}
