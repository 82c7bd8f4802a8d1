/** Inbound nodes as Keras 1 and 2 write them: `[["dense", 0, 0, {}]]`, tensors in keyword arguments as `["dense", 0, 0]`. */
import { isRecord } from '../../support/nest';
import type { KerasTensor } from '../keras_tensor';

type History = [string, number, number];
const isReference = (x: unknown): x is [string, number, number, ...unknown[]] =>
  Array.isArray(x) &&
  (x.length === 3 || x.length === 4) &&
  typeof x[0] === 'string' &&
  typeof x[1] === 'number' &&
  (typeof x[2] === 'number' || x[0] === '_CONSTANT_VALUE');
const RECURRENT = [
  'LSTM',
  'GRU',
  'SimpleRNN',
  'RNN',
  'CuDNNLSTM',
  'CuDNNGRU',
  'Bidirectional',
  'ConvLSTM2D',
  'ConvLSTM1D',
  'ConvLSTM3D',
];

/** @internal All references to tensors in a structure of them, those in keyword arguments included. */
export function legacyReferences(x: unknown): [string, number, number, ...unknown[]][] {
  if (isReference(x)) return [x, ...legacyReferences(x[3])];
  return Array.isArray(x) ? x.flatMap(legacyReferences) : isRecord(x) ? Object.values(x).flatMap(legacyReferences) : [];
}

/** @internal Layers that stand for functions and operations of TensorFlow in graphs of Keras 2. */
export const isFunctionLayer = (className: string): boolean =>
  ['TFOpLambda', 'SlicingOpLambda', 'TensorFlowOpLayer'].includes(className);

/** @internal The same node as Keras 3 would have it. `lookup` finds tensors that were made already. */
export function legacyNode(
  raw: unknown,
  { class_name: className }: { class_name: string },
  lookup: (history: History) => KerasTensor | undefined,
): { args: unknown[]; kwargs: Record<string, unknown> } {
  let kwargs: Record<string, unknown> = {};
  const one = (x: unknown[]): unknown => {
    if (isRecord(x[3])) kwargs = { ...kwargs, ...x[3] };
    return x[0] === '_CONSTANT_VALUE' ? x[2] : lookup([x[0] as string, x[1] as number, x[2] as number]);
  };
  const decode = (x: unknown): unknown => {
    if (isReference(x)) return one(x);
    if (Array.isArray(x)) return x.map(decode);
    return isRecord(x) ? Object.fromEntries(Object.entries(x).map(([k, v]) => [k, decode(v)])) : x;
  };
  let inputs = decode(raw);
  // Functions take a list of one as it is; their arguments are kept in their structure.
  if (Array.isArray(inputs) && inputs.length === 1 && !isFunctionLayer(className)) inputs = inputs[0];
  kwargs = Object.fromEntries(Object.entries(kwargs).map(([k, v]) => [k, decode(v)]));
  // Recurrent layers got their initial states as further inputs.
  if (Array.isArray(inputs) && RECURRENT.includes(className)) {
    const [first, ...states] = inputs as unknown[];
    if (states.length) kwargs.initial_state ??= states;
    inputs = first;
  }
  return { args: [inputs], kwargs };
}
