/**
 * Operations of TensorFlow in the graphs of tf.keras 1.13 to 2.3 (`TensorFlowOpLayer`): a node of a graph, as protobuf's
 * JSON, with the constants among its inputs. Each is a function of ./functions.ts with its inputs in order.
 */
import { FileError, TypeError } from '../support/errors';
import { isRecord } from '../support/nest';
import { callTensorflowFunction, opNamed, sliced, type FindOwn } from './functions';

type Attributes = Record<string, unknown>;
/** Operations whose function has another name than theirs in snake_case. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  Add: 'add',
  AddV2: 'add',
  AddN: 'add_n',
  AvgPool: 'avg_pool',
  BatchMatMul: 'matmul',
  BatchMatMulV2: 'matmul',
  BatchMatMulV3: 'matmul',
  BiasAdd: 'bias_add',
  ClipByValue: 'clip_by_value',
  ConcatV2: 'concat',
  DivNoNan: 'divide_no_nan',
  GatherV2: 'gather',
  MatMul: 'matmul',
  Max: 'reduce_max',
  MaxPool: 'max_pool',
  Mean: 'reduce_mean',
  Min: 'reduce_min',
  All: 'reduce_all',
  Any: 'reduce_any',
  MirrorPad: 'pad',
  Mul: 'multiply',
  Neg: 'negative',
  Pack: 'stack',
  PadV2: 'pad',
  Prod: 'reduce_prod',
  RealDiv: 'truediv',
  ResizeBilinear: 'resize',
  ResizeBicubic: 'resize',
  ResizeNearestNeighbor: 'resize',
  ReverseV2: 'reverse',
  Select: 'where',
  SelectV2: 'where',
  Sub: 'subtract',
  Sum: 'reduce_sum',
  TopKV2: 'top_k',
  Unpack: 'unstack',
};
const snake = (name: string): string => FUNCTIONS[name] ?? name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
const DTYPES: Readonly<Record<string, string>> = {
  DT_FLOAT: 'float32',
  DT_DOUBLE: 'float64',
  DT_HALF: 'float16',
  DT_BFLOAT16: 'bfloat16',
  DT_INT32: 'int32',
  DT_INT64: 'int64',
  DT_INT8: 'int8',
  DT_UINT8: 'uint8',
  DT_BOOL: 'bool',
};
// A value of a node's attribute: `{ i: "2" }`, `{ list: { i: [...] } }`, `{ s: base64 }`, `{ type: "DT_FLOAT" }`.
function valueOf(attribute: unknown): unknown {
  if (!isRecord(attribute)) return undefined;
  if ('i' in attribute) return Number(attribute.i);
  if ('f' in attribute) return Number(attribute.f);
  if ('b' in attribute) return attribute.b;
  if ('s' in attribute) return Buffer.from(String(attribute.s), 'base64').toString('utf8');
  if ('type' in attribute) return DTYPES[String(attribute.type)] ?? attribute.type;
  if (isRecord(attribute.list)) return Array.isArray(attribute.list.i) ? attribute.list.i.map(Number) : [];
  return undefined;
}
/** @internal The node of a layer's config and the constants among its inputs, by place. */
export function callTensorflowOperation(
  config: Record<string, unknown>,
  given: readonly unknown[],
  where: string,
  findOwn: FindOwn,
): unknown {
  const node = config.node_def;
  if (!isRecord(node) || typeof node.op !== 'string')
    throw new FileError(
      `deserialize: the node of TensorFlowOpLayer '${where}' is no record: such nodes (protobuf in binary, TensorFlow 1.13 and 1.14) are not read.\n  Fix: save the model again with TensorFlow 2.`,
    );
  const inputs = [...given];
  const attributes: Attributes = Object.fromEntries(
    Object.entries(isRecord(node.attr) ? node.attr : {}).map(([k, v]) => [k, valueOf(v)]),
  );
  const constants = Object.entries(isRecord(config.constants) ? config.constants : {}).map(
    ([k, v]) => [Number(k), v] as const,
  );
  for (const [i, v] of constants.sort((a, b) => a[0] - b[0])) inputs.splice(i, 0, v);
  return call(node.op, inputs, attributes, findOwn);
}
function call(name: string, inputs: unknown[], a: Attributes, findOwn: FindOwn): unknown {
  const f = (...args: unknown[]): unknown => callTensorflowFunction(snake(name), args, {}, findOwn);
  const named = (kwargs: Record<string, unknown>, ...args: unknown[]): unknown =>
    callTensorflowFunction(snake(name), args, kwargs, findOwn);
  switch (name) {
    case 'Sum':
    case 'Mean':
    case 'Max':
    case 'Min':
    case 'Prod':
    case 'All':
    case 'Any':
      return named({ axis: inputs[1], keepdims: a.keep_dims ?? false }, inputs[0]);
    case 'ConcatV2':
      return named({ axis: inputs.at(-1) }, inputs.slice(0, -1));
    case 'AddN':
      return f(inputs);
    case 'Pack':
      return named({ axis: a.axis ?? 0 }, inputs);
    case 'Unpack':
      return named({ axis: a.axis ?? 0 }, inputs[0]);
    case 'Split':
      return named({ num_or_size_splits: a.num_split, axis: inputs[0] }, inputs[1]);
    case 'SplitV':
      return callTensorflowFunction('split', [inputs[0]], { num_or_size_splits: inputs[1], axis: inputs[2] }, findOwn);
    case 'MatMul':
      return named({ transpose_a: a.transpose_a, transpose_b: a.transpose_b }, ...inputs);
    case 'BatchMatMul':
    case 'BatchMatMulV2':
    case 'BatchMatMulV3':
      return named({ transpose_a: a.adj_x, transpose_b: a.adj_y }, ...inputs);
    case 'Squeeze':
      return named({ axis: Array.isArray(a.squeeze_dims) && a.squeeze_dims.length ? a.squeeze_dims : null }, inputs[0]);
    case 'Cast':
      return named({ dtype: a.DstT }, inputs[0]);
    case 'LeakyRelu':
      return named({ alpha: a.alpha }, inputs[0]);
    case 'MirrorPad':
      return named({ paddings: inputs[1], mode: a.mode }, inputs[0]);
    case 'PadV2':
      return named({ paddings: inputs[1], constant_values: inputs[2] }, inputs[0]);
    case 'ArgMax':
    case 'ArgMin':
      return callTensorflowFunction(name === 'ArgMax' ? 'argmax' : 'argmin', [inputs[0]], { axis: inputs[1] }, findOwn);
    case 'OneHot':
      return named({ depth: inputs[1], on_value: inputs[2], off_value: inputs[3], axis: a.axis }, inputs[0]);
    case 'GatherV2':
      return named({ indices: inputs[1], axis: inputs[2], batch_dims: a.batch_dims ?? 0 }, inputs[0]);
    case 'StridedSlice':
      return stridedSlice(inputs, a);
    case 'Cumsum':
      return named({ axis: inputs[1], exclusive: a.exclusive, reverse: a.reverse }, inputs[0]);
    case 'MaxPool':
    case 'AvgPool':
      return named({ ksize: a.ksize, strides: a.strides, padding: a.padding, data_format: a.data_format }, inputs[0]);
    case 'Conv2D':
    case 'DepthwiseConv2dNative':
      return callTensorflowFunction(
        name === 'Conv2D' ? 'conv2d' : 'depthwise_conv2d',
        inputs,
        {
          strides: a.strides,
          padding: a.padding,
          data_format: a.data_format,
          dilations: a.dilations,
        },
        findOwn,
      );
    case 'BiasAdd':
      return named({ data_format: a.data_format }, ...inputs);
    case 'SpaceToDepth':
    case 'DepthToSpace':
      return named({ block_size: a.block_size, data_format: a.data_format }, inputs[0]);
    case 'ResizeBilinear':
    case 'ResizeBicubic':
    case 'ResizeNearestNeighbor':
      return resize(name, inputs, a, findOwn);
    default:
      return f(...inputs);
  }
}
// x[begin:end:strides], where bits of masks say which numbers count.
function stridedSlice([x, begin, end, strides]: unknown[], a: Attributes): unknown {
  const bit = (mask: string, i: number): boolean => ((Number(a[mask] ?? 0) >> i) & 1) === 1;
  const key = (begin as number[]).map((b, i) => {
    if (bit('ellipsis_mask', i)) return '...';
    if (bit('new_axis_mask', i)) return null;
    if (bit('shrink_axis_mask', i)) return b;
    const step = (strides as number[])[i];
    return sliced(
      bit('begin_mask', i) ? null : b,
      bit('end_mask', i) ? null : (end as number[])[i],
      step === 1 ? null : step,
    );
  });
  return opNamed('getItem')(x, key);
}
// Keras resizes by pixels' centres, as TensorFlow 2 does; the older ways by corners differ.
function resize(name: string, [images, size]: unknown[], a: Attributes, findOwn: FindOwn): unknown {
  if (!a.half_pixel_centers) {
    if (name !== 'ResizeNearestNeighbor' || a.align_corners)
      throw new TypeError(
        `deserialize: ${name} of TensorFlow 1, which does not look at pixels' centres, has no counterpart here.\n  Fix: pass it in customObjects: { customObjects: { resize: (images, options) => ... } }.`,
      );
    // Nearest by corners: out[i] = in[floor(i old / new)].
    return [1, 2].reduce((y, axis) => {
      const old = (images as { shape: (number | null)[] }).shape[axis];
      const count = (size as number[])[axis - 1];
      if (old === null) throw new TypeError(`deserialize: ${name} of images of unknown size cannot be read.`);
      return opNamed('take')(
        y,
        Int32Array.from({ length: count }, (_, i) => Math.min(old - 1, Math.floor((i * old) / count))),
        { axis },
      );
    }, images);
  }
  const method = { ResizeBilinear: 'bilinear', ResizeBicubic: 'bicubic', ResizeNearestNeighbor: 'nearest' }[name];
  return callTensorflowFunction('resize', [images], { size, method }, findOwn);
}
