/**
 * Texts as inputs of models. There are no tensors of texts: the layers that take an input of texts are computed before a
 * step, and what they give stands in the place of the input, one value for each of them.
 */
import { ValueError } from '../../support/errors';
import { isTensor, type Tensor } from '../../core/tensor';
import { flattenStructure, isRecord, mapStructure, sortedKeys } from '../../support/nest';
import { isKerasTensor, isTextTensor, type GraphNode, type KerasTensor, type SymbolicStructure } from '../keras_tensor';
import type { CallOptions, Layer } from '../layers/layer';
import { hasText } from '../layers/preprocessing/values';

/** @internal What is asked of the graph of a functional model. */
export interface TextGraph {
  readonly inputs: readonly KerasTensor[];
  readonly inputStructure: SymbolicStructure;
  readonly nodes: readonly GraphNode[];
}
const TEXTS = 'layers of texts';
/** @internal What the layers made of an input of texts: tensors, and for models inside what theirs made. */
export interface PreparedTexts {
  [TEXTS]: unknown[];
}
/** @internal A layer of which only a part is computed before a step: weights behind texts are trained in it. */
export interface TextLayer {
  trainsBehindTexts(): boolean;
  /** What the rest of it takes in the place of texts. */
  beforeStep(inputs: unknown): Readonly<Record<string, Tensor>>;
}
/** @internal What layers made before a step, among the inputs of one. */
export const preparedIn = (x: unknown): Readonly<Record<string, Tensor>>[] =>
  isPrepared(x)
    ? (x[TEXTS] as Record<string, Tensor>[])
    : isRecord(x)
      ? Object.values(x).flatMap(preparedIn)
      : Array.isArray(x)
        ? x.flatMap(preparedIn)
        : [];
/** @internal */
export const isPrepared = (x: unknown): x is PreparedTexts => isRecord(x) && TEXTS in x;
const holdsText = (x: unknown): boolean =>
  hasText(x) ||
  (isRecord(x) && !isPrepared(x) && Object.values(x).some(holdsText)) ||
  (Array.isArray(x) && x.some(holdsText));
const graphOf = (node: GraphNode): TextGraph | null => (node.operation as { graph?: TextGraph | null }).graph ?? null;
const consumersOf = (graph: TextGraph, t: KerasTensor): GraphNode[] => graph.nodes.filter((n) => n.inputs.includes(t));

/** @internal What is given for each input, in their order; null where the data have another structure. */
export function valuesOf(graph: TextGraph, given: unknown): unknown[] | null {
  return (
    partsOf(graph.inputStructure, given) ??
    (isRecord(given) && graph.inputs.every((t) => t.name in given) ? graph.inputs.map((t) => given[t.name]) : null)
  );
}
/** @internal Values for the inputs, in their order, in the structure of the inputs. */
export function structured(graph: TextGraph, values: readonly unknown[]): unknown {
  let i = 0;
  return mapStructure(graph.inputStructure, isKerasTensor, () => values[i++]);
}
/** @internal Whether a layer of texts gives rows whose length the texts of a batch decide. */
export function fitsBatches(graph: TextGraph | null): graph is TextGraph {
  const isOpen = (g: TextGraph, t: KerasTensor): boolean =>
    consumersOf(g, t).some((node) => {
      const inner = graphOf(node);
      return inner
        ? isOpen(inner, inner.inputs[node.inputs.indexOf(t)])
        : 'beforeStep' in node.operation || node.outputs.some(({ shape }) => shape.slice(1).includes(null));
    });
  return graph?.inputs.some((t) => isTextTensor(t) && isOpen(graph, t)) ?? false;
}

/** @internal Data with texts, of the structure of the inputs and prepared; other data as they are. */
export function prepareTexts(graph: TextGraph, given: unknown): unknown {
  if (!graph.inputs.some(isTextTensor) || !holdsText(given)) return given;
  const values = valuesOf(graph, given);
  if (!values) return given;
  const all = new Map(graph.inputs.map((input, k) => [input, values[k]]));
  return structured(
    graph,
    graph.inputs.map((t, i) => (isTextTensor(t) && hasText(values[i]) ? prepared(graph, t, all) : values[i])),
  );
}
function partsOf(structure: SymbolicStructure, given: unknown): unknown[] | null {
  if (isKerasTensor(structure)) return [given];
  if (Array.isArray(structure)) {
    const list = structure as readonly SymbolicStructure[];
    const isOne = list.length === 1 && !(Array.isArray(given) && given.length === 1 && Array.isArray(given[0]));
    if (isOne) return partsOf(list[0], given);
    return Array.isArray(given) && given.length === list.length
      ? joined(list.map((s, i) => partsOf(s, given[i])))
      : null;
  }
  const record = structure as Readonly<Record<string, SymbolicStructure>>;
  return isRecord(given)
    ? joined(sortedKeys(record).map((k) => (k in given ? partsOf(record[k], given[k]) : null)))
    : null;
}
const joined = (parts: (unknown[] | null)[]): unknown[] | null =>
  parts.includes(null) ? null : parts.flatMap((p) => p!);

// What a layer made for one of its inputs of texts serves for all of them.
function prepared(graph: TextGraph, t: KerasTensor, given: ReadonlyMap<KerasTensor, unknown>): PreparedTexts {
  const valueOf = (input: KerasTensor): unknown => {
    const value = given.get(input);
    return isTextTensor(input) && hasText(value) ? fit(value, input.shape) : value;
  };
  const values = consumersOf(graph, t).map((node) => {
    const inner = graphOf(node);
    if (inner)
      return prepared(
        inner,
        inner.inputs[node.inputs.indexOf(t)],
        new Map(inner.inputs.map((input, i) => [input, valueOf(node.inputs[i])])),
      );
    const other = node.inputs.find((input) => !given.has(input));
    if (other)
      throw new ValueError(
        `model: layer '${node.operation.name}' joins texts, the input '${t.name}', with what another layer computes.\n  Fix: let it take inputs of the model alone, as layers of texts are computed before the others.`,
      );
    const layer = node.operation as Layer & Partial<TextLayer>;
    const inputs = mapStructure(node.args[0], isKerasTensor, valueOf);
    if (layer.trainsBehindTexts?.())
      // Once for all its inputs of texts.
      return { [TEXTS]: t === node.inputs.find(isTextTensor) ? [layer.beforeStep!(inputs)] : [] };
    return layer.apply(inputs, (node.args[1] ?? {}) as CallOptions) as unknown;
  });
  return { [TEXTS]: values };
}
// A last axis of size 1 comes or goes, as for tensors.
function fit(texts: unknown, shape: readonly (number | null)[]): unknown {
  let rank = 0;
  for (let x = texts; Array.isArray(x); x = x[0] as unknown) rank++;
  const deep = (x: unknown, f: (text: unknown) => unknown, depth: number): unknown =>
    depth ? (x as unknown[]).map((e) => deep(e, f, depth - 1)) : f(x);
  if (rank === shape.length - 1 && shape.at(-1) === 1) return deep(texts, (x) => [x], rank);
  if (rank === shape.length + 1)
    return deep(texts, (x) => (Array.isArray(x) && x.length === 1 ? (x[0] as unknown) : x), rank - 1);
  return texts;
}

/** @internal Puts what was prepared where it belongs. @returns what models inside take for their inputs of texts. */
export function placeTexts(
  graph: TextGraph,
  t: KerasTensor,
  given: PreparedTexts,
  values: Map<KerasTensor, unknown>,
): [GraphNode, unknown][] {
  return consumersOf(graph, t).flatMap((node, i): [GraphNode, unknown][] => {
    if (graphOf(node) ?? isPrepared(given[TEXTS][i])) return [[node, given[TEXTS][i]]];
    flattenStructure(given[TEXTS][i], isTensor).forEach((x, k) => values.set(node.outputs[k], x));
    return [];
  });
}

/** @internal Data for `fit` and the others: texts prepared, in batches as they come. */
export function withTexts(graph: TextGraph | null, data: unknown): unknown {
  if (!graph?.inputs.some(isTextTensor) || data === null || data === undefined) return data;
  if (typeof data === 'function')
    return (...args: unknown[]) => withTexts(graph, (data as (...a: unknown[]) => unknown)(...args));
  const isIndexed = typeof data === 'object' && typeof (data as { getItem?: unknown }).getItem === 'function';
  const isIterable =
    typeof data === 'object' &&
    !Array.isArray(data) &&
    !ArrayBuffer.isView(data) &&
    (Symbol.iterator in data || Symbol.asyncIterator in data);
  if (!isIndexed && !isIterable) return prepareTexts(graph, data);
  const batch = (value: unknown): unknown => {
    if (!Array.isArray(value)) return prepareTexts(graph, value);
    // An array is [x, y, weights], unless it is the texts themselves.
    if (typeof value[0] === 'string' || value.length > 3) return [prepareTexts(graph, value)];
    return [prepareTexts(graph, value[0]), ...(value.slice(1) as unknown[])];
  };
  const mapped = (result: IteratorResult<unknown>): IteratorResult<unknown> =>
    result.done ? result : { ...result, value: batch(result.value) };
  const later = <T, R>(x: T | Promise<T>, f: (x: T) => R): R | Promise<R> => (x instanceof Promise ? x.then(f) : f(x));
  const iterated = (iterator: Iterator<unknown> | AsyncIterator<unknown>): object => ({
    next: () => later(iterator.next() as IteratorResult<unknown>, mapped),
    return: () => iterator.return?.() ?? { done: true, value: undefined },
  });
  return new Proxy(data as object, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      const call = (...args: unknown[]): unknown => Reflect.apply(value, target, args) as unknown;
      if (key === Symbol.iterator || key === Symbol.asyncIterator) return () => iterated(call() as Iterator<unknown>);
      if (key === 'getItem') return (i: number) => later(call(i), batch);
      return key === 'next' ? () => later(call() as IteratorResult<unknown>, mapped) : call;
    },
  });
}
