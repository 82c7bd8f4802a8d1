/** `trae-node summary`: the table of a model's layers. */
import { Layer } from '../keras/layers/layer';
import { kindOf } from '../keras/models/summary';
import type { Variable } from '../core/variable';
import { numberOption, type CommandRun } from './context';
import { readModel } from './model_files';

const sizeOf = (list: readonly Variable[]): { parameters: number; bytes: number } => ({
  parameters: list.reduce((n, v) => n + v.size, 0),
  bytes: list.reduce((n, v) => n + v.size * BYTES[v.dtype], 0),
});
const BYTES = {
  float64: 8,
  int64: 8,
  float32: 4,
  int32: 4,
  float16: 2,
  bfloat16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
} as const;
function shapeOf(f: () => unknown): unknown {
  try {
    return f() ?? null;
  } catch {
    return null; // layers that are not used in a graph have no shapes
  }
}
const outputOf = (layer: Layer): unknown => {
  const node = layer.inboundNodes.at(-1);
  return node
    ? node.outputs.length === 1
      ? node.outputs[0].shape
      : node.outputs.map((t) => t.shape)
    : shapeOf(() => layer.outputShape);
};
interface LayerRow {
  name: string;
  class: string;
  outputShape: unknown;
  parameters: number | null;
  trainable: boolean;
  inputs: string[];
  layers?: LayerRow[];
}
function rowOf(layer: Layer): LayerRow {
  const inner = (layer as Partial<{ layers: readonly Layer[] }>).layers;
  return {
    name: layer.name,
    class: kindOf(layer),
    outputShape: outputOf(layer),
    parameters: layer.built ? layer.countParams() : null,
    trainable: layer.trainable,
    inputs: layer.inboundNodes.flatMap((node) => node.inputs.flatMap((t) => (t.node ? [t.node.operation.name] : []))),
    ...(inner ? { layers: inner.map(rowOf) } : {}),
  };
}
export const run: CommandRun = async (context) => {
  const lineLength = numberOption(context, 'summary', 'width', { least: 30 });
  const { model } = await readModel(context, context.operands[0], { compile: true });
  const { trainableWeights, nonTrainableWeights } = model;
  const optimizer = model.optimizer?.built ? model.optimizer.variables : [];
  let text = '';
  model.summary({
    // What is piped has no width of its own.
    lineLength:
      lineLength ?? (process.stdout.isTTY ? undefined : model.graph && model.modelKind !== 'sequential' ? 108 : 88),
    expandNested: context.options['expand-nested'] === true,
    showTrainable: context.options['show-trainable'] === true,
    printFn: (lines) => (text += `${lines}\n`),
  });
  context.print(text, {
    file: context.operands[0],
    name: model.name,
    class: kindOf(model),
    inputs: model.inputs.map((t) => ({ name: t.name, shape: t.shape, dtype: t.dtype })),
    outputs: model.outputs.map((t, i) => ({ name: model.outputNames[i], shape: t.shape, dtype: t.dtype })),
    layers: model.layers.map(rowOf),
    total: sizeOf([...trainableWeights, ...nonTrainableWeights, ...optimizer]),
    trainable: sizeOf(trainableWeights),
    nonTrainable: sizeOf(nonTrainableWeights),
    optimizer: model.optimizer ? { class: model.optimizer.constructor.name, ...sizeOf(optimizer) } : null,
  });
};
