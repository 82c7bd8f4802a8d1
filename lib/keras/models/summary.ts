/** The table of a model's layers (keras.src.utils.summary_utils). */
import { describe } from '../../support/describe';
import { ValueError } from '../../support/errors';
import { isFloating, type DType } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { OpOperation, type GraphNode, type Operation, type SymbolicShape } from '../keras_tensor';
import { Layer } from '../layers/layer';
import { classNameOf } from '../serialization/registry';
import { checkOptions, kinds } from '../options';
import type { FunctionalGraph } from './graph';

export interface SummaryOptions {
  /** Width in characters. Default: 88 (108 with connections), at most that of the terminal. */
  lineLength?: number;
  /** Called with each line of the table. Default: console.log. */
  printFn?: (text: string) => void;
  /** Also the layers inside of models. */
  expandNested?: boolean;
  /** A column that says which layers are trained. */
  showTrainable?: boolean;
  /** Ends of the columns as parts of the width, one for each column. Default: [0.45, 0.8, 1], or [0.3, 0.56, 0.74, 1] with connections. */
  positions?: readonly number[];
  /** Names (or regular expressions) of the first and the last layer to show. */
  layerRange?: readonly [string, string];
}
/** @internal */
export const SUMMARY_OPTIONS = {
  lineLength: kinds.integer,
  positions: kinds.integers,
  printFn: kinds.any,
  expandNested: kinds.boolean,
  showTrainable: kinds.boolean,
  layerRange: kinds.any,
};
interface SummarizedModel extends Layer {
  readonly layers: Layer[];
  readonly graph: FunctionalGraph | null;
  readonly optimizer?: { readonly built: boolean; readonly variables: Variable[] } | null;
}

/** @internal The part of `items` between two names, both included (keras: get_layer_index_bound_by_layer_name). */
export function inRange<T extends { readonly name: string }>(
  items: readonly T[],
  range: readonly [string, string] | undefined,
): T[] {
  if (!range) return [...items];
  if (!Array.isArray(range) || range.length !== 2 || range.some((n) => typeof n !== 'string'))
    throw new ValueError(`layerRange must be an array of two names.\n  Received: ${describe(range)}`);
  const at = (name: string): number[] => items.flatMap((l, i) => (new RegExp(`^(?:${name})`).test(l.name) ? [i] : []));
  const [first, last] = range.map(at);
  if (!first.length || !last.length)
    throw new ValueError(
      `layerRange: no layer is named '${first.length ? range[1] : range[0]}'.\n  Its layers: ${items.map((l) => l.name).join(', ')}`,
    );
  const [low, high] = [Math.min(...first), Math.max(...last)];
  return low > high ? items.slice(Math.min(...last), Math.max(...first) + 1) : items.slice(low, high + 1);
}

const BYTES: Partial<Record<DType, number>> = { float64: 8, int64: 8, float32: 4, int32: 4, float16: 2, bfloat16: 2 };
const countOf = (list: Variable[]): number => list.reduce((n, v) => n + v.size, 0);
/** @internal `5.25 KB` */
export function readableSize(variables: Variable[]): string {
  const bytes = variables.reduce((n, v) => n + v.size * (BYTES[v.dtype] ?? (isFloating(v.dtype) ? 4 : 1)), 0);
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const scale = bytes ? Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10)) : 0;
  return `${(bytes / 1024 ** scale).toFixed(2)} ${units[scale]}`;
}
/** @internal The class of a layer or op, as Keras names it. */
export const kindOf = (layer: Operation): string =>
  layer instanceof OpOperation
    ? layer.className
    : ((layer as { serializedAs?: { name: string } }).serializedAs?.name ?? classNameOf(layer.constructor));
function outputShapes(layer: Layer | Operation): string {
  const node = layer.inboundNodes.at(-1);
  let shapes: SymbolicShape[];
  if (node) shapes = node.outputs.map((t) => t.shape);
  else {
    if (!(layer instanceof Layer)) return '?';
    const build = layer.built ? layer.getBuildConfig()?.inputShape : null;
    if (!build) return '?';
    try {
      const s = layer.computeOutputShape(build) as SymbolicShape | SymbolicShape[];
      shapes = Array.isArray(s[0]) ? (s as SymbolicShape[]) : [s as SymbolicShape];
    } catch {
      return '?'; // a layer that can only be called on real data
    }
  }
  const text = shapes.map((s) => `(${s.map((d) => d ?? 'None').join(', ')})`);
  return text.length === 1 ? text[0] : `[${text.join(', ')}]`;
}
function connections(layer: Operation, nodes: GraphNode[]): string {
  const own = layer.inboundNodes.filter((n) => nodes.includes(n));
  const text = own.flatMap((n) =>
    n.inputs.map((t) => `${t.node!.operation.name}[${t.node!.operation.inboundNodes.indexOf(t.node!)}][${t.index}]`),
  );
  return text.length ? text.join(', ') : '-';
}
/** @internal Breaks text at spaces, keeping those before the first word; words that are too long end in an ellipsis. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.match(/^\s*\S+\s*|\S+\s*/g) ?? []) {
    if (line && line.length + word.trimEnd().length > width) {
      lines.push(line);
      line = '';
    }
    line += word;
  }
  return [...lines, line].map((l) => l.trimEnd()).map((l) => (l.length > width ? `${l.slice(0, width - 1)}…` : l));
}

// Whether the layers stand in one line: no depth with several nodes, no node with several inputs, no layer twice.
function isChain(model: SummarizedModel, graph: FunctionalGraph): boolean {
  if (model.modelKind === 'sequential') return true;
  const depths = new Map<number, number>();
  for (const node of graph.nodes) {
    const d = graph.depthOf(node);
    depths.set(d, (depths.get(d) ?? 0) + 1);
    if (node.inputs.length > 1 || depths.get(d)! > 1) return false;
  }
  const used = new Set(graph.nodes);
  return graph.layers.every((l) => l.inboundNodes.filter((n) => used.has(n)).length <= 1);
}
/** @internal */
export function summaryOf(model: SummarizedModel, options: SummaryOptions = {}): string {
  checkOptions('summary', options, SUMMARY_OPTIONS);
  const { lineLength, expandNested = false, showTrainable = false, layerRange } = options;
  const graph = model.graph;
  const used = graph?.nodes ?? [];
  const isSequential = !graph || isChain(model, graph);
  const header = ['Layer (type)', 'Output Shape', 'Param #'];
  const align = ['left', 'left', 'right'];
  let positions = [...(options.positions ?? (isSequential ? [0.45, 0.8, 1] : [0.3, 0.56, 0.74, 1]))];
  let length = isSequential ? 88 : 108;
  if (!isSequential) {
    header.push('Connected to');
    align.push('left');
  }
  if (showTrainable) {
    header.push('Trainable');
    align.push('center');
    length += 12;
    positions = [...positions.map((p) => p * 0.9), 1];
  }
  if (positions.length !== header.length)
    throw new ValueError(
      `summary: positions must have an entry for each of the ${header.length - (showTrainable ? 1 : 0)} columns.\n  Received: [${(options.positions ?? []).join(', ')}]`,
    );
  length = lineLength ?? Math.min(length, (process.stdout.columns || 80) - 4);
  let at = 0;
  const widths = positions.map((p) => {
    const w = Math.trunc(p * length) - at;
    at += w;
    if (w < 4)
      throw new ValueError(
        `summary: a column of ${w} characters is too narrow.\n  Received: lineLength ${length}, positions [${positions.join(', ')}]`,
      );
    return w + 2;
  });
  // The frame takes what the columns lose, evenly.
  let excess = widths.reduce((a, b) => a + b, 0) + widths.length + 1 - length;
  widths.forEach((w, i) => {
    const share = Math.round(excess / (widths.length - i));
    widths[i] = Math.max(6, w - share);
    excess -= share;
  });

  const rows: string[][] = [];
  const add = (layer: Operation, level: number): void => {
    const isLayer = layer instanceof Layer;
    const params = isLayer ? (layer.built ? layer.countParams().toLocaleString('en-US') : '0 (unbuilt)') : '0';
    const fields = [
      `${level ? `${'   '.repeat(level)}└ ` : ''}${layer.name} (${kindOf(layer)})`,
      outputShapes(layer),
      params,
    ];
    if (!isSequential) fields.push(connections(layer, used));
    if (showTrainable) fields.push(isLayer && layer.weights.length ? (layer.trainable ? 'Y' : 'N') : '-');
    rows.push(fields);
    const nested = (layer as Partial<SummarizedModel>).layers;
    if (expandNested && nested) for (const l of nested) add(l, level + 1);
  };
  const isSequentialModel = model.modelKind === 'sequential';
  for (const operation of inRange<Operation>(graph && !isSequentialModel ? graph.operations : model.layers, layerRange))
    add(operation, 0);

  const cell = (text: string, i: number): string => {
    const w = widths[i] - 2;
    const pad = w - text.length;
    const left = align[i] === 'right' ? pad : align[i] === 'center' ? pad >> 1 : 0;
    return ` ${' '.repeat(Math.max(0, left))}${text}${' '.repeat(Math.max(0, pad - left))} `;
  };
  const render = (fields: string[], bar: string, atBottom = false): string[] => {
    const wrapped = fields.map((f, i) => wrap(f, widths[i] - 2));
    const height = Math.max(...wrapped.map((w) => w.length));
    return Array.from(
      { length: height },
      (_, r) => bar + wrapped.map((w, i) => cell(w[atBottom ? r - height + w.length : r] ?? '', i)).join(bar) + bar,
    );
  };
  const rule = (left: string, line: string, middle: string, right: string): string =>
    left + widths.map((w) => line.repeat(w)).join(middle) + right;
  const body = rows.flatMap((r, i) => [...(i ? [rule('├', '─', '┼', '┤')] : []), ...render(r, '│')]);
  const { trainableWeights: trained, nonTrainableWeights: fixed } = model;
  const optimizer = model.optimizer?.built ? model.optimizer.variables : [];
  const line = (name: string, list: Variable[]): string =>
    ` ${name} params: ${countOf(list).toLocaleString('en-US')} (${readableSize(list)})`;
  return [
    `Model: "${model.name}"`,
    rule('┏', '━', '┳', '┓'),
    ...render(header, '┃', true),
    rule('┡', '━', '╇', '┩'),
    ...body,
    rule('└', '─', '┴', '┘'),
    line('Total', [...trained, ...fixed, ...optimizer]),
    line('Trainable', trained),
    line('Non-trainable', fixed),
    ...(optimizer.length ? [line('Optimizer', optimizer)] : []),
  ].join('\n');
}
