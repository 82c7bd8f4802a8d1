/** A layer at several places of a graph: what its errors say of the places. */
import { TraeError, ValueError } from '../../support/errors';
import { flattenStructure } from '../../support/nest';
import { formatShape } from '../../core/tensor';
import { isKerasTensor, type KerasTensor, type Operation, type SymbolicShape } from '../keras_tensor';

/** @internal */
export const oneOrAll = <T>(list: readonly T[]): T | T[] => (list.length === 1 ? list[0] : [...list]);
/** @internal A shape, or several. */
export const shapeText = (s: SymbolicShape | readonly SymbolicShape[]): string =>
  s.every((d) => d === null || typeof d === 'number')
    ? formatShape(s as SymbolicShape)
    : `[${(s as SymbolicShape[]).map(formatShape).join(', ')}]`;

let place: string | null = null;
/** @internal Where a layer is called: `at position 2 of Sequential 'chain'`. */
export function atPlace<T>(where: string, f: () => T): T {
  const outer = place;
  place = where;
  try {
    return f();
  } finally {
    place = outer;
  }
}

/** @internal The error of a shared layer that fits its first inputs and not these; other errors stay. */
export function sharingError(layer: Operation, inputs: unknown, error: unknown): unknown {
  const [first] = layer.inboundNodes;
  if (!first?.inputs.length || !(error instanceof TraeError)) return error;
  const shapes = (list: readonly KerasTensor[]): string =>
    shapeText(oneOrAll(list.map((t) => t.shape)) as SymbolicShape);
  const given = flattenStructure(inputs, isKerasTensor);
  const before = shapes(first.inputs);
  const now = shapes(given);
  if (now === before) return error;
  const from = given.map((t) => t.node?.operation.name).filter((n) => n !== undefined);
  return new ValueError(
    `layer '${layer.name}' is shared by inputs of different shapes: its weights were made for ${before}, and now it is called on ${now}${place ? ` ${place}` : ''}.\n` +
      `  Received: an input of shape ${now}${from.length ? ` from ${from.map((n) => `'${n}'`).join(', ')}` : ''}: ${error.message.split('\n')[0]}\n` +
      `  Fix: use another layer there, or bring the inputs to the same shape.`,
  );
}
