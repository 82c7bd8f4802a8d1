/** A model's graph in Graphviz' language (keras.utils.model_to_dot). */
import { expectKind } from '../../support/guard';
import { ValueError } from '../../support/errors';
import { mapStructure } from '../../support/nest';
import { formatShape } from '../../core/tensor';
import { functionNames } from '../serialization/serialize';
import { isKerasTensor, type KerasTensor, type Operation } from '../keras_tensor';
import { InputLayer } from '../layers/index';
import { Layer } from '../layers/layer';
import { Model } from '../models/model';
import { inRange, kindOf } from '../models/summary';
import { checkOptions, kinds } from '../options';

export interface ModelDotOptions {
  /** Whether the shapes of inputs and outputs are drawn. Default false. */
  showShapes?: boolean;
  /** Whether the dtypes of outputs are drawn. Default false. */
  showDtype?: boolean;
  /** Whether the names of layers are drawn. Default true. */
  showLayerNames?: boolean;
  /** 'TB' from top to bottom, 'LR' from left to right, 'BT', 'RL'. */
  rankdir?: 'TB' | 'LR' | 'BT' | 'RL';
  /** Draw the layers inside of models. */
  expandNested?: boolean;
  /** Dots per inch of pictures made of pixels. */
  dpi?: number;
  /** Names (or regular expressions) of the first and the last layer to draw. */
  layerRange?: readonly [string, string] | null;
  /** Whether the activations of layers that have one are drawn. Default false. */
  showLayerActivations?: boolean;
  /** Whether it is drawn which layers are trained. Default false. */
  showTrainable?: boolean;
  /** How lines are drawn: 'ortho', 'curved', 'polyline', 'spline' or 'line'. */
  splines?: 'ortho' | 'curved' | 'polyline' | 'spline' | 'line';
}
/** @internal */
export const DOT_OPTIONS = {
  showShapes: kinds.boolean,
  showDtype: kinds.boolean,
  showLayerNames: kinds.boolean,
  rankdir: kinds.choice,
  expandNested: kinds.boolean,
  dpi: kinds.integer,
  layerRange: kinds.any,
  showLayerActivations: kinds.boolean,
  showTrainable: kinds.boolean,
  splines: kinds.choice,
};
const COLORS = {
  head: '#24405c',
  input: '#5b7083',
  line: '#7b8794',
  cell: '#ffffff',
  trained: '#2f7d4f',
  fixed: '#a23b3b',
  cluster: '#f3f6f9',
};
// Known to Graphviz by its widths; DejaVu Sans, which Linux has, is as wide.
const FONT = 'Verdana';

const escaped = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;

// The layers that are boxes of their own, and where lines to and from a model end.
class DotWriter {
  private readonly ids = new Map<Operation, string>();
  private readonly lines: string[] = [];
  private readonly edges = new Set<string>();
  private shown: Set<Operation> | null = null;
  constructor(private readonly o: ModelDotOptions) {}

  idOf(op: Operation): string {
    let id = this.ids.get(op);
    if (!id) this.ids.set(op, (id = `n${this.ids.size}`));
    return id;
  }
  write(model: Model): string {
    const { rankdir = 'TB', splines = 'ortho', dpi = 200 } = this.o;
    this.body(model, '  ', this.o.layerRange ?? undefined);
    return [
      'digraph model {',
      `  graph [rankdir=${rankdir}, splines=${splines}, dpi=${dpi}, concentrate=true, nodesep=0.35, ranksep=0.4, pad=0.2, bgcolor="white", fontname="${FONT}"]`,
      `  node [shape=plain, fontname="${FONT}"]`,
      `  edge [color="${COLORS.line}", penwidth=1.4, arrowsize=0.7]`,
      ...this.lines,
      ...[...this.edges].map((e) => `  ${e}`),
      '}',
    ].join('\n');
  }
  private body(model: Model, indent: string, range?: readonly [string, string]): void {
    const isSequential = model.modelKind === 'sequential';
    const all: Operation[] =
      model.graph && !isSequential ? model.graph.operations : isSequential ? model.layers : [model];
    const operations = inRange(all, range);
    if (range) this.shown = new Set(operations);
    for (const op of operations) {
      if (this.isExpanded(op) && op !== model) {
        this.lines.push(
          `${indent}subgraph cluster_${this.idOf(op)} {`,
          `${indent}  label=${quoted(op.name)}; labeljust=l; style="rounded,filled"; fillcolor="${COLORS.cluster}"; color="${COLORS.line}"; fontname="${FONT}"; fontsize=13; margin=14`,
        );
        this.body(op, `${indent}  `);
        this.lines.push(`${indent}}`);
      } else this.lines.push(`${indent}${this.idOf(op)} [label=<${this.label(op)}>]`);
    }
    if (isSequential) {
      const chain = (model as Model & { chainOf(): readonly Layer[] })
        .chainOf()
        .filter((l) => !(l instanceof InputLayer));
      chain.slice(1).forEach((layer, i) => this.edge(chain[i], layer, 0, 0));
    } else
      for (const node of model.graph?.nodes ?? [])
        node.inputs.forEach((t, i) => this.edge(t.node!.operation, node.operation, t.index, i));
  }
  private isExpanded(op: Operation): op is Model {
    return (
      !!this.o.expandNested &&
      op instanceof Model &&
      (op.modelKind === 'sequential' ? op.layers.length > 0 : op.graph !== null)
    );
  }
  private edge(from: Operation, to: Operation, output: number, input: number): void {
    if (this.shown && !(this.shown.has(from) && this.shown.has(to))) return;
    this.edges.add(`${this.idOf(this.exit(from, output))} -> ${this.idOf(this.entry(to, input))}`);
  }
  private exit(op: Operation, output: number): Operation {
    if (!this.isExpanded(op)) return op;
    if (op.modelKind === 'sequential') return this.exit(op.layers.at(-1)!, output);
    const t = op.outputs[output];
    return this.exit(t.node!.operation, t.index);
  }
  private entry(op: Operation, input: number): Operation {
    if (!this.isExpanded(op)) return op;
    return op.modelKind === 'sequential'
      ? this.entry(op.layers[0], input)
      : this.entry(op.inputs[input].node!.operation, 0);
  }

  // A table: a head with name and class, then shapes, dtype and the like side by side.
  private label(op: Operation): string {
    const { showShapes, showDtype, showLayerNames = true, showLayerActivations, showTrainable } = this.o;
    const kind = kindOf(op);
    const isInput = op instanceof InputLayer;
    const cells: string[] = [];
    const cell = (what: string, value: string): string =>
      `<td bgcolor="${COLORS.cell}" cellpadding="6"><font point-size="11" color="${COLORS.input}">${what} </font><font point-size="11">${escaped(value)}</font></td>`;
    if (showShapes) {
      if (!isInput) cells.push(cell('input', shapesOf(op, 'input')));
      cells.push(cell(isInput ? 'shape' : 'output', shapesOf(op, 'output')));
    }
    if (showDtype) cells.push(cell('dtype', dtypesOf(op)));
    if (showTrainable && op instanceof Layer && op.weights.length)
      cells.push(
        `<td bgcolor="${op.trainable ? COLORS.trained : COLORS.fixed}" cellpadding="6"><font point-size="11" color="white">${op.trainable ? 'trainable' : 'frozen'}</font></td>`,
      );
    const span = Math.max(1, cells.length);
    const title = showLayerNames
      ? `<b>${escaped(op.name)}</b> <font point-size="11" color="#d5dee7">${escaped(kind)}</font>`
      : `<b>${escaped(kind)}</b>`;
    const { activation } = op as { activation?: unknown };
    const rows = [
      `<tr><td colspan="${span}" bgcolor="${isInput ? COLORS.input : COLORS.head}" cellpadding="7"><font point-size="13" color="white">${title}</font></td></tr>`,
    ];
    if (showLayerActivations && activation) {
      const name =
        typeof activation === 'string'
          ? activation
          : typeof activation === 'function'
            ? (functionNames.get(activation) ?? activation.name)
            : kindOf(activation as Operation);
      rows.push(
        `<tr><td colspan="${span}" bgcolor="${COLORS.cell}" cellpadding="6"><font point-size="11" color="${COLORS.input}">activation </font><font point-size="11">${escaped(name)}</font></td></tr>`,
      );
    }
    if (cells.length) rows.push(`<tr>${cells.join('')}</tr>`);
    return `<table border="0" cellborder="1" cellspacing="0" color="${COLORS.head}">${rows.join('')}</table>`;
  }
}
type Texts = (tensors: unknown, of: (t: KerasTensor) => string) => string;
const listed: Texts = (tensors, of) => {
  const texts = mapStructure(tensors, isKerasTensor, of);
  return Array.isArray(texts) ? texts.join(', ') : String(texts);
};
function shapesOf(op: Operation, what: 'input' | 'output'): string {
  const node = op.inboundNodes[0];
  const model = op as Partial<Model>;
  const tensors = model.graph
    ? what === 'input'
      ? model.inputs!
      : model.outputs!
    : node
      ? what === 'input'
        ? node.inputs
        : node.outputs
      : null;
  return tensors ? listed(tensors, (t) => formatShape(t.shape)) : '?';
}
function dtypesOf(op: Operation): string {
  const tensors = (op as Partial<Model>).graph?.outputs ?? op.inboundNodes[0]?.outputs;
  return tensors ? [...new Set(tensors.map((t) => t.dtype))].join(', ') : '?';
}

/**
 * The graph of a model in Graphviz' language.
 * @throws ValueError for a model that is not built.
 */
export function modelToDot(model: Model, options: ModelDotOptions = {}): string {
  checkOptions('modelToDot', options, DOT_OPTIONS);
  expectKind(
    'modelToDot',
    'its argument',
    model,
    typeof (model as Model | undefined)?.summary === 'function',
    'a model',
  );
  if (!model.built)
    throw new ValueError(
      `modelToDot: model '${model.name}' is not built yet.\n  Fix: call build(inputShape), or call it on data.`,
    );
  return new DotWriter(options).write(model);
}
