/** A graph of layers and ops between symbolic inputs and outputs: found once, then run on tensors. */
import { describe } from '../../support/describe';
import { TypeError, ValueError } from '../../support/errors';
import { flattenStructure, isRecord, mapStructure, sortedKeys } from '../../support/nest';
import { formatShape, Tensor, isTensor } from '../../core/tensor';
import {
  isKerasTensor,
  isTextTensor,
  KerasTensor,
  OpOperation,
  type GraphNode,
  type Operation,
  type SymbolicStructure,
} from '../keras_tensor';
import { Layer } from '../layers/layer';
import { maskOf, setMask } from '../masks';
import { isPrepared, placeTexts, prepareTexts } from '../training/texts';

/** @internal */
export class FunctionalGraph {
  readonly inputs: KerasTensor[];
  readonly outputs: KerasTensor[];
  /** In an order in which they can run. */
  readonly nodes: GraphNode[] = [];
  /** By depth, as Keras orders them. */
  readonly operations: Operation[];

  private readonly depths: ReadonlyMap<GraphNode, number>;

  constructor(
    readonly inputStructure: SymbolicStructure,
    readonly outputStructure: SymbolicStructure,
    modelName: string,
  ) {
    this.inputs = flattenStructure(inputStructure, isKerasTensor);
    this.outputs = flattenStructure(outputStructure, isKerasTensor);
    if (!this.inputs.length || !this.outputs.length)
      throw new TypeError(
        `Model '${modelName}': inputs and outputs must be symbolic tensors, from Input() and layers applied to it.\n  Received: ${this.inputs.length} symbolic inputs and ${this.outputs.length} symbolic outputs`,
      );
    const known = new Set(this.inputs);
    const done = new Set<GraphNode>();
    const index = new Map<Operation, number>();
    // A stack of its own: graphs of many thousand layers are deeper than that of the calls.
    const visit = (output: KerasTensor): void => {
      const pending: { node: GraphNode; next: number }[] = [];
      const enter = (t: KerasTensor): void => {
        const node = t.node;
        if (!node)
          throw new ValueError(`Model '${modelName}': ${t} comes from no layer.\n  Fix: make inputs with Input().`);
        if (done.has(node)) return;
        done.add(node);
        if (!index.has(node.operation)) index.set(node.operation, index.size);
        if (!known.has(t) && !node.inputs.length)
          throw new ValueError(`Model '${modelName}': the outputs depend on ${t}, which is not among the inputs.`);
        pending.push({ node, next: known.has(t) ? node.inputs.length : 0 });
      };
      enter(output);
      while (pending.length) {
        const top = pending[pending.length - 1];
        if (top.next < top.node.inputs.length) enter(top.node.inputs[top.next++]);
        else this.nodes.push(pending.pop()!.node);
      }
    };
    this.outputs.forEach(visit);
    // Inputs that no output depends on come before the rest of their depth, the lowest.
    for (const t of this.inputs) {
      if (t.node && !index.has(t.node.operation)) index.set(t.node.operation, -1);
      visit(t);
    }

    const nodeDepth = new Map<GraphNode, number>();
    const depth = new Map<Operation, number>();
    for (const node of [...this.nodes].reverse()) {
      const d = Math.max(nodeDepth.get(node) ?? 0, depth.get(node.operation) ?? 0);
      depth.set(node.operation, d);
      nodeDepth.set(node, d);
      for (const t of node.inputs)
        if (t.node && !node.outputs.some((o) => known.has(o)))
          nodeDepth.set(t.node, Math.max(d + 1, nodeDepth.get(t.node) ?? 0));
    }
    this.depths = nodeDepth;
    this.operations = [...index.keys()].sort((a, b) => depth.get(b)! - depth.get(a)! || index.get(a)! - index.get(b)!);
    const names = new Set<string>();
    for (const layer of this.layers) {
      if (names.has(layer.name))
        throw new ValueError(
          `Model '${modelName}': two layers have the name '${layer.name}'.\n  Fix: give one of them another name.`,
        );
      names.add(layer.name);
    }
    this.nameOperations();
  }
  /** Ops whose automatic name a layer or another op of the model has get a free one: all names in a file differ. */
  nameOperations(): void {
    const names = new Set(this.layers.map((l) => l.name));
    for (const operation of this.operations) {
      if (!(operation instanceof OpOperation)) continue;
      const { name } = operation;
      for (let n = 1; names.has(operation.name); n++) operation.name = `${name}_${n}`;
      names.add(operation.name);
    }
  }
  /** Longest way from a node to an output. */
  depthOf(node: GraphNode): number {
    return this.depths.get(node) ?? 0;
  }
  get layers(): Layer[] {
    return this.operations.filter((o): o is Layer => o instanceof Layer);
  }

  // Given data in the order of the inputs: of the structure of the inputs, by their names, or one after the other.
  private arrange(data: unknown, name: string): unknown[] {
    const given = prepareTexts(this, data);
    const flat: unknown[] = alike(this.inputStructure, given) ?? this.byName(given) ?? this.oneByOne(given, name);
    if (flat.length !== this.inputs.length)
      throw new ValueError(`model '${name}' has ${this.inputs.length} input(s) but received ${flat.length}.`);
    return flat.map((t, i) => {
      if (!isTextTensor(this.inputs[i])) return this.fit(t as Tensor, this.inputs[i], name);
      if (!isPrepared(t))
        throw new ValueError(
          `model '${name}': input '${this.inputs[i].name}' takes texts.\n  Received: ${describe(t)}`,
        );
      return t;
    });
  }
  private byName(given: unknown): Tensor[] | null {
    return isRecord(given) && this.inputs.every((t) => isTensor(given[t.name]))
      ? this.inputs.map((t) => given[t.name] as Tensor)
      : null;
  }
  private oneByOne(given: unknown, name: string): Tensor[] {
    const keys = isRecord(this.inputStructure) ? Object.keys(this.inputStructure) : null;
    if (isRecord(given)) {
      const received = Object.keys(given);
      const missing = keys?.find((k) => !(k in given));
      if (missing !== undefined)
        throw new ValueError(`model '${name}': input '${missing}' is missing.\n  Received: ${received.join(', ')}`);
      if (!keys)
        throw new ValueError(
          `model '${name}': its inputs are named ${this.inputs.map((t) => `'${t.name}'`).join(', ')}.\n  Received: ${received.map((k) => `'${k}'`).join(', ')}`,
        );
    } else if (keys && keys.length > 1 && String(keys) !== String(sortedKeys(this.inputStructure)))
      // Keras would take them by the alphabet, a reader by the order of the record: neither is meant for certain.
      throw new ValueError(
        `model '${name}': its inputs are a record of ${keys.map((k) => `'${k}'`).join(', ')}.\n  Received: an array\n  Fix: pass a record with these keys.`,
      );
    return flattenStructure(given, isTensor);
  }
  // Casts to the input's dtype; adds or removes a last axis of size 1, as Keras does.
  private fit(given: Tensor, want: KerasTensor, name: string): Tensor {
    let t = given;
    if (t.ndim === want.ndim - 1 && want.shape.at(-1) === 1) t = t.reshape([...t.shape, 1]);
    else if (t.ndim === want.ndim + 1 && t.shape.at(-1) === 1) t = t.reshape(t.shape.slice(0, -1));
    if (t.ndim !== want.ndim || want.shape.some((d, i) => i > 0 && d !== null && d !== t.shape[i]))
      throw new ValueError(
        `model '${name}': input '${want.name}' must have shape ${formatShape(want.shape)}.\n  Received: shape ${formatShape(given.shape)}`,
      );
    if (t.dtype !== want.dtype) t = t.cast(want.dtype);
    if (t !== given) setMask(t, maskOf(given));
    return t;
  }
  /** Runs the graph. */
  run(given: unknown, context: { training?: boolean | null; mask?: unknown }, name: string): unknown {
    const values = new Map<KerasTensor, unknown>();
    const texts = new Map<GraphNode, Map<KerasTensor, unknown>>();
    this.arrange(given, name).forEach((x, i) => {
      const t = this.inputs[i];
      values.set(t, x);
      if (isPrepared(x))
        for (const [node, value] of placeTexts(this, t, x, values))
          texts.set(node, (texts.get(node) ?? new Map<KerasTensor, unknown>()).set(t, value));
    });
    const masks = context.mask ? flattenStructure(context.mask, isTensor) : [];
    masks.forEach((m, i) => setMask(values.get(this.inputs[i]), m));
    for (const node of this.nodes) {
      if (node.outputs.every((t) => values.has(t))) continue;
      const args = mapStructure(node.args, isKerasTensor, (t) => texts.get(node)?.get(t) ?? values.get(t)) as unknown[];
      const result = node.operation.runNode(args, { training: context.training });
      flattenStructure(result, isTensor).forEach((t, i) => values.set(node.outputs[i], t));
    }
    return mapStructure(this.outputStructure, isKerasTensor, (t) => values.get(t));
  }
}
// The tensors of data that have the structure of the inputs, records with more keys included; null where they have another.
function alike(structure: SymbolicStructure, given: unknown): unknown[] | null {
  if (isKerasTensor(structure)) return (isTextTensor(structure) ? isPrepared(given) : isTensor(given)) ? [given] : null;
  const parts = Array.isArray(structure)
    ? Array.isArray(given) &&
      given.length === structure.length &&
      structure.map((s: SymbolicStructure, i) => alike(s, given[i]))
    : isRecord(given) &&
      sortedKeys(structure).map((k) => alike((structure as Record<string, SymbolicStructure>)[k], given[k]));
  return parts && parts.every((p) => p !== null) ? parts.flat() : null;
}
