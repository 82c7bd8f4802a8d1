/**
 * What weights of Keras 1 and 2 meant (keras 2's preprocess_weights_for_loading): kernels in Theano's order, gates of
 * recurrent layers in arrays of their own, cuDNN's transposed kernels and doubled biases.
 */
import { formatShape, type TypedArray } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { Layer } from '../layers/layer';
import { isModel } from './model_kind';
import { kerasClassName } from './state_tree';
import type { Found } from './weight_matching';
import type { Origin } from '../serialization/origin';

/** A matrix or more, as it was read. */
interface Values {
  data: TypedArray;
  shape: readonly number[];
}
const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
// Arrays made of others when they are read.
function derived(from: readonly Found[], shape: readonly number[], make: (parts: Values[]) => TypedArray): Found {
  return {
    where: from.map((f) => f.where).join(' + '),
    shape,
    async read(signal) {
      const parts: Values[] = [];
      let dtype: Awaited<ReturnType<Found['read']>>['dtype'] = 'float32';
      for (const f of from) {
        const { data, dtype: d } = await f.read(signal);
        dtype = d;
        parts.push({ data, shape: f.shape });
      }
      return { data: make(parts), dtype };
    },
  };
}
/** Numbers of a typed array, whatever its class. */
type Numbers = TypedArray & Record<number, number | bigint>;
const like = (a: TypedArray, n: number): Numbers => new (a.constructor as new (n: number) => Numbers)(n);

function transpose({ data, shape }: Values, axes: readonly number[]): TypedArray {
  const out = like(data, data.length);
  const to = axes.map((a) => shape[a]);
  const strides = shape.map((_, i) => sizeOf(shape.slice(i + 1)));
  const at = to.map(() => 0);
  for (let i = 0; i < out.length; i++) {
    let from = 0;
    for (let k = 0; k < at.length; k++) from += at[k] * strides[axes[k]];
    out[i] = data[from];
    for (let k = to.length - 1; k >= 0 && ++at[k] === to[k]; k--) at[k] = 0;
  }
  return out;
}
const transposed = (f: Found, axes: readonly number[]): Found =>
  derived(
    [f],
    axes.map((a) => f.shape[a]),
    ([v]) => transpose(v, axes),
  );
const reshaped = (f: Found, shape: readonly number[]): Found => derived([f], shape, ([v]) => v.data);
// Columns of matrices side by side.
function columns(parts: readonly Found[]): Found {
  const vector = parts[0].shape.length === 1;
  const rows = vector ? 1 : parts[0].shape[0];
  const width = parts.reduce((n, p) => n + p.shape.at(-1)!, 0);
  return derived(parts, vector ? [width] : [rows, width], (values) => {
    const out = like(values[0].data, rows * width);
    for (let r = 0, at = 0; r < rows; r++)
      for (const { data, shape } of values) {
        const n = shape.at(-1)!;
        for (let k = 0; k < n; k++) out[at + k] = data[r * n + k];
        at += n;
      }
    return out;
  });
}
// cuDNN keeps each gate transposed; the input kernel's memory was filled column by column besides.
function fromCudnn(f: Found, gates: number, isInput: boolean): Found {
  const [rows, width] = f.shape;
  const units = width / gates;
  return derived([f], f.shape, ([{ data }]) => {
    const out = like(data, data.length);
    for (let g = 0; g < gates; g++)
      for (let r = 0; r < rows; r++)
        for (let u = 0; u < units; u++) {
          // Input kernels are k.T.reshape(k.shape, order='F') of Python: the n-th in column order is k.T's n-th in column order.
          const n = u * rows + r;
          const [row, column] = isInput ? [Math.floor(n / units), n % units] : [u, r];
          out[r * width + g * units + u] = data[row * width + g * units + column];
        }
    return out;
  });
}

const CONVOLUTIONS = [
  'Conv1D',
  'Conv2D',
  'Conv3D',
  'Conv1DTranspose',
  'Conv2DTranspose',
  'Conv3DTranspose',
  'DepthwiseConv2D',
  'SeparableConv2D',
];

/** @internal Arrays of a file as this layer takes them. */
export function convertLegacyWeights(
  layer: Layer,
  given: readonly Found[],
  variables: readonly Variable[],
  origin: Origin,
): Found[] {
  const name = kerasClassName(layer);
  const shapes = variables.map((v) => formatShape(v.shape));
  let found = [...given];
  if (name === 'Bidirectional' || name === 'TimeDistributed' || isModel(layer))
    return convertInner(layer, found, variables, origin);
  const first = found[0];
  if (!first) return found;
  if (name === 'Conv1D' && first.shape.length === 4) {
    // Keras 1: (length, 1, in, out), in Theano's order (out, in, length, 1).
    const [a, b, c, d] = first.shape;
    found[0] =
      formatShape([a, c, d]) === shapes[0]
        ? reshaped(first, [a, c, d])
        : reshaped(transposed(first, [2, 3, 1, 0]), [c, b, a]);
  }
  if (CONVOLUTIONS.includes(name)) {
    const rank = found[0].shape.length;
    if (rank >= 4 && formatShape(found[0].shape) !== shapes[0]) {
      // Theano's order: output, input, then space.
      const axes = [...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1, 0];
      const turned = transposed(found[0], axes);
      if (formatShape(turned.shape) === shapes[0]) found[0] = turned;
      else {
        const back = transposed(found[0], [...axes.slice(0, -2), 0, 1]);
        if (formatShape(back.shape) === shapes[0]) found[0] = back;
      }
    }
  }
  if (name === 'LSTM' && found.length === 12) {
    // Keras 1: W, U and b of the gates i, c, f, o.
    const order = [0, 6, 3, 9];
    found = [0, 1, 2].map((k) => columns(order.map((g) => found[g + k])));
  }
  if (name === 'GRU' && found.length === 9) found = [0, 1, 2].map((k) => columns([0, 3, 6].map((g) => found[g + k])));
  if ((name === 'LSTM' || name === 'GRU') && found.length === 3) found = convertRecurrent(name, found, variables);
  return found;
}
function convertRecurrent(name: 'LSTM' | 'GRU', found: Found[], variables: readonly Variable[]): Found[] {
  const gates = name === 'LSTM' ? 4 : 3;
  const units = variables[1]?.shape[0] ?? 0;
  const [kernel, recurrent, bias] = found;
  const isCudnn = bias.shape.length === 1 && bias.shape[0] === 2 * gates * units;
  if (!isCudnn || kernel.shape.length !== 2 || recurrent.shape.length !== 2) return found;
  const half = gates * units;
  const newBias =
    name === 'LSTM'
      ? derived([bias], [half], ([{ data }]) => {
          const out = like(data, half) as Float32Array;
          for (let i = 0; i < half; i++) out[i] = (data as Float32Array)[i] + (data as Float32Array)[half + i];
          return out;
        })
      : reshaped(bias, [2, half]);
  return [fromCudnn(kernel, gates, true), fromCudnn(recurrent, gates, false), newBias];
}
// The arrays of several layers, one after the other: each layer takes its own.
function convertInner(layer: Layer, found: readonly Found[], variables: readonly Variable[], origin: Origin): Found[] {
  const inner = isModel(layer) ? layer.layers : layer.subLayers().filter((l) => l.weights.length);
  const mine = new Set(variables);
  if (!isModel(layer)) {
    const parts = inner.filter((l) => l.weights.some((v) => mine.has(v)));
    if (parts.length && found.length % parts.length === 0) {
      const n = found.length / parts.length;
      return parts.flatMap((l, i) =>
        convertLegacyWeights(
          l,
          found.slice(i * n, (i + 1) * n),
          [...l.trainableWeights, ...l.nonTrainableWeights],
          origin,
        ),
      );
    }
    return [...found];
  }
  // Trainable ones of all layers first, then the others, as `variables` are; or layer by layer, as older files are.
  const shape = (f: { shape: readonly number[] }): string => formatShape(f.shape);
  const byLayer = inner.flatMap((l) => [...l.trainableWeights, ...l.nonTrainableWeights]);
  const fits = (order: readonly Variable[]): boolean =>
    order.length === found.length && order.every((v, i) => shape(v) === shape(found[i]));
  const order = fits(variables) || !fits(byLayer) ? variables : byLayer;
  if (order.length !== found.length) return [...found];
  const at = new Map(order.map((v, i) => [v, found[i]]));
  const out = new Map<Variable, Found>();
  for (const l of inner) {
    const own = [...l.trainableWeights, ...l.nonTrainableWeights].filter((v) => at.has(v));
    if (!own.length) continue;
    const converted = convertLegacyWeights(
      l,
      own.map((v) => at.get(v)!),
      own,
      origin,
    );
    own.forEach((v, i) => out.set(v, converted[i]));
  }
  return variables.map((v) => out.get(v) ?? at.get(v)!);
}
