/** Models between inner tensors of another: the calls between them are made again, upon Inputs (keras.src.models.functional.clone_graph_nodes). */
import { flattenStructure, mapStructure } from '../../support/nest';
import { isKerasTensor, KerasTensor, recordNode } from '../keras_tensor';
import { Input } from '../layers/core';
import type { SymbolicStructure } from '../keras_tensor';
import { FunctionalGraph } from './graph';

/** @internal Inputs and outputs of a model, each input made by `Input()`; those that are so already stay as they are. */
export function uponInputs(
  inputs: SymbolicStructure,
  outputs: SymbolicStructure,
  modelName: string,
): { inputs: SymbolicStructure; outputs: SymbolicStructure } {
  const isInner = (t: KerasTensor): boolean => (t.node?.inputs.length ?? 0) > 0;
  const given = flattenStructure(inputs, isKerasTensor);
  if (!given.some(isInner)) return { inputs, outputs };
  const values = new Map(
    given.map((t) => [t, isInner(t) ? Input({ batchShape: t.shape, dtype: t.dtype, name: `${t.name}CLONE` }) : t]),
  );
  const replaced = (structure: unknown): unknown => mapStructure(structure, isKerasTensor, (t) => values.get(t) ?? t);
  for (const node of new FunctionalGraph(inputs, outputs, modelName).nodes) {
    if (!node.inputs.length || node.outputs.some((t) => values.has(t))) continue;
    const copies = node.outputs.map((t) => new KerasTensor(t.shape, t.dtype, { name: `${t.name}_clone` }));
    const args = replaced(node.args) as unknown[];
    node.outputs.forEach((t, i) => values.set(t, copies[i]));
    recordNode(node.operation, args, copies).isCopy = true;
  }
  return { inputs: replaced(inputs) as SymbolicStructure, outputs: replaced(outputs) as SymbolicStructure };
}
