/**
 * Functions of TensorFlow in the graphs of Keras 2 (`TFOpLambda`, `SlicingOpLambda`), as the ops of keras.ops that compute
 * the same: a model that was read so is saved as Keras 3 would save it.
 */
import { TypeError } from '../support/errors';
import { isRecord } from '../support/nest';
import { definedOps, isSymbolicTensor, type SymbolicTensor } from '../ops/define';
import { tensor } from '../core/tensor';
import { camelCase, camelKeys } from '../support/letter_case';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what TensorFlow's functions take
type Args = Record<string, any>;
interface Row {
  parameters: string[];
  call: (a: Args) => unknown;
}
const rows = new Map<string, Row>();
const op =
  (name: string) =>
  (...args: unknown[]): SymbolicTensor =>
    Reflect.apply(definedOps.get(name)!, undefined, args) as SymbolicTensor;
/** @internal Ops by their name in `keras.ops`. */
export const opNamed = op;
const define = (names: string, parameters: string, call: Row['call']): void => {
  for (const name of names.split(' ')) rows.set(name, { parameters: parameters.split(' '), call });
};
const given = (options: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).filter(([, v]) => v !== undefined && v !== null));
const constant = (x: unknown): unknown => (Array.isArray(x) ? tensor(x as number[]) : x);
const lower = (x: unknown): string => String(x).toLowerCase();
const channels = (x: unknown): string =>
  typeof x === 'string' && x.startsWith('NC') ? 'channels_first' : 'channels_last';

// ---- one tensor
for (const [name, target] of Object.entries({
  abs: 'abs',
  acos: 'arccos',
  acosh: 'arccosh',
  asin: 'arcsin',
  asinh: 'arcsinh',
  atan: 'arctan',
  atanh: 'arctanh',
  ceil: 'ceil',
  cos: 'cos',
  cosh: 'cosh',
  elu: 'elu',
  erf: 'erf',
  exp: 'exp',
  expm1: 'expm1',
  floor: 'floor',
  is_finite: 'isfinite',
  is_inf: 'isinf',
  is_nan: 'isnan',
  log: 'log',
  log1p: 'log1p',
  log_sigmoid: 'logSigmoid',
  logical_not: 'logicalNot',
  negative: 'negative',
  ones_like: 'onesLike',
  reciprocal: 'reciprocal',
  relu: 'relu',
  relu6: 'relu6',
  rint: 'round',
  round: 'round',
  rsqrt: 'rsqrt',
  selu: 'selu',
  sigmoid: 'sigmoid',
  sign: 'sign',
  sin: 'sin',
  sinh: 'sinh',
  softplus: 'softplus',
  softsign: 'softsign',
  sqrt: 'sqrt',
  square: 'square',
  stop_gradient: 'stopGradient',
  tan: 'tan',
  tanh: 'tanh',
  zeros_like: 'zerosLike',
}))
  define(name, 'x', ({ x }) => op(target)(x));
define('identity', 'input', ({ input }) => op('copy')(input));
// The tensor itself, where it is one.
define('convert_to_tensor', 'value dtype', ({ value, dtype }) =>
  isSymbolicTensor(value) && (dtype == null || dtype === value.dtype)
    ? value
    : op('cast')(constant(value), dtype ?? 'float32'),
);
define('ensure_shape', 'x shape', ({ x }) => op('copy')(x));
define('silu swish', 'features beta', ({ features: x, beta }) =>
  beta === undefined || beta === 1 ? op('silu')(x) : op('multiply')(x, op('sigmoid')(op('multiply')(x, beta))),
);
define('leaky_relu', 'features alpha', ({ features, alpha }) =>
  op('leakyRelu')(features, { negativeSlope: (alpha as number) ?? 0.2 }),
);
define('gelu', 'features approximate', ({ features, approximate }) =>
  op('gelu')(features, { approximate: (approximate as boolean) ?? false }),
);
define('softmax', 'logits axis', ({ logits, axis }) => op('softmax')(logits, { axis: (axis as number) ?? -1 }));
define('log_softmax', 'logits axis', ({ logits, axis }) => op('logSoftmax')(logits, { axis: (axis as number) ?? -1 }));
define('cast', 'x dtype', ({ x, dtype }) => op('cast')(x, dtype));
define('clip_by_value', 't clip_value_min clip_value_max', ({ t, clip_value_min: low, clip_value_max: high }) =>
  op('clip')(t, low, high),
);
define('l2_normalize', 'x axis epsilon dim', ({ x, axis, epsilon, dim }) => {
  const sum = op('sum')(op('square')(x), { ...given({ axis: axis ?? dim }), keepdims: true });
  return op('multiply')(x, op('rsqrt')(op('maximum')(sum, (epsilon as number) ?? 1e-12)));
});
define('norm', 'tensor ord axis keepdims', ({ tensor: x, ord, axis, keepdims }) =>
  op('norm')(x, given({ ord: ord === 'euclidean' ? null : ord, axis, keepdims })),
);
define(
  'one_hot',
  'indices depth on_value off_value axis dtype',
  ({ indices, depth, on_value: on = 1, off_value: off = 0, axis, dtype }) => {
    const y = op('oneHot')(indices, depth, given({ axis, dtype }));
    return (on ?? 1) === 1 && (off ?? 0) === 0
      ? y
      : op('add')(op('multiply')(y, (on as number) - (off as number)), off);
  },
);

// ---- two tensors
for (const [names, target] of Object.entries({
  add: 'add',
  atan2: 'arctan2',
  'divide truediv realdiv div': 'trueDivide',
  divide_no_nan: 'divideNoNan',
  equal: 'equal',
  'floordiv floor_div': 'floorDivide',
  'floormod floor_mod mod': 'mod',
  greater: 'greater',
  greater_equal: 'greaterEqual',
  less: 'less',
  less_equal: 'lessEqual',
  logical_and: 'logicalAnd',
  logical_or: 'logicalOr',
  logical_xor: 'logicalXor',
  maximum: 'maximum',
  minimum: 'minimum',
  multiply: 'multiply',
  not_equal: 'notEqual',
  pow: 'power',
  subtract: 'subtract',
}))
  // atan2 calls its second argument x.
  define(names, target === 'arctan2' ? 'y x' : 'x y', ({ x, y }) =>
    target === 'arctan2' ? op(target)(constant(y), constant(x)) : op(target)(constant(x), constant(y)),
  );
define('squared_difference', 'x y', ({ x, y }) => op('square')(op('subtract')(constant(x), constant(y))));
define('add_n accumulate_n', 'inputs', ({ inputs }) => (inputs as SymbolicTensor[]).reduce((a, b) => op('add')(a, b)));
define('matmul', 'a b transpose_a transpose_b', ({ a, b, transpose_a: ta, transpose_b: tb }) => {
  const turned = (x: unknown, turn: unknown): unknown => (turn ? op('swapaxes')(constant(x), -1, -2) : constant(x));
  return op('matmul')(turned(a, ta), turned(b, tb));
});
define('tensordot', 'a b axes', ({ a, b, axes }) =>
  op('tensordot')(constant(a), constant(b), { axes: axes as number }),
);
define('bias_add', 'value bias data_format', ({ value, bias, data_format: format }) => {
  const b = constant(bias);
  if (channels(format) === 'channels_last') return op('add')(value, b);
  return op('add')(value, op('reshape')(b, [-1, ...Array<number>((value as SymbolicTensor).shape.length - 2).fill(1)]));
});
define('where', 'condition x y', ({ condition, x, y }) => op('where')(condition, constant(x), constant(y)));

// ---- reductions
for (const [name, target] of Object.entries({
  reduce_all: 'all',
  reduce_any: 'any',
  reduce_logsumexp: 'logsumexp',
  reduce_max: 'max',
  reduce_mean: 'mean',
  reduce_min: 'min',
  reduce_prod: 'prod',
  reduce_std: 'std',
  reduce_sum: 'sum',
  reduce_variance: 'var',
}))
  define(
    name,
    'input_tensor axis keepdims',
    ({ input_tensor: x, axis, keepdims, reduction_indices: old, keep_dims: oldKeep }) =>
      op(target)(x, given({ axis: axis ?? old, keepdims: keepdims ?? oldKeep })),
  );
define('argmax arg_max', 'input axis', ({ input, axis, dimension }) =>
  op('argmax')(input, { axis: (axis as number) ?? (dimension as number) ?? 0 }),
);
define('argmin arg_min', 'input axis', ({ input, axis, dimension }) =>
  op('argmin')(input, { axis: (axis as number) ?? (dimension as number) ?? 0 }),
);
define('cumsum', 'x axis exclusive reverse', ({ x, axis = 0, exclusive, reverse }) => {
  const turn = (t: unknown): SymbolicTensor =>
    reverse ? op('flip')(t, { axis: axis as number }) : (t as SymbolicTensor);
  const sums = turn(op('cumsum')(turn(x), { axis: axis as number }));
  return exclusive ? op('subtract')(sums, x) : sums;
});
define('top_k', 'input k sorted', ({ input, k = 1 }) => op('topK')(input, k));
define('moments', 'x axes shift keepdims', ({ x, axes, keepdims, keep_dims: old }) =>
  op('moments')(x, axes, given({ keepdims: keepdims ?? old })),
);
define(
  'batch_normalization',
  'x mean variance offset scale variance_epsilon',
  ({ x, mean, variance, offset, scale, variance_epsilon: epsilon }) => {
    let factor: unknown = op('rsqrt')(op('add')(constant(variance), epsilon));
    if (scale != null) factor = op('multiply')(factor, constant(scale));
    const y = op('multiply')(op('subtract')(x, constant(mean)), factor);
    return offset == null ? y : op('add')(y, constant(offset));
  },
);

// ---- shapes
/** Sizes as TensorFlow's graphs compute with them: null is one that is not known yet. */
type Sizes = (number | null)[];
define('shape shape_v2', 'input', ({ input }) => [...(input as SymbolicTensor).shape]);
define('rank', 'input', ({ input }) => (input as SymbolicTensor).shape.length);
define('reshape', 'tensor shape', ({ tensor: x, shape }) =>
  op('reshape')(x, fullShape((x as SymbolicTensor).shape, shape as Sizes)),
);
/** @internal A shape with at most one -1. */
export function fullShape(from: readonly (number | null)[], to: Sizes): number[] {
  const unknown = to.filter((d) => d === null || d === -1).length;
  if (unknown < 2) return to.map((d) => d ?? -1);
  // The batch axis stays; what -1 stands for follows from the other axes.
  const known = (s: readonly (number | null)[]): number =>
    s.reduce((p: number, d) => (d === null || d === -1 ? p : p * d), 1);
  if (to[0] === null && from[0] === null && unknown === 2 && !from.slice(1).includes(null))
    return to.map((d, i) => (i === 0 ? -1 : d === -1 ? known(from) / known(to) : d!));
  throw new TypeError(`deserialize: a reshape to (${to.join(', ')}) has more than one unknown size.`);
}
define('expand_dims', 'input axis', ({ input, axis, dim }) => op('expandDims')(input, (axis as number) ?? dim));
define('squeeze', 'input axis', ({ input, axis, squeeze_dims: old }) =>
  op('squeeze')(input, given({ axis: axis ?? old })),
);
define('transpose', 'a perm', ({ a, perm }) => op('transpose')(a, given({ axes: perm })));
define('concat', 'values axis', ({ values, axis }) =>
  op('concatenate')((values as unknown[]).map(constant), { axis: axis as number }),
);
define('stack', 'values axis', ({ values, axis }) =>
  (values as unknown[]).some(isSymbolicTensor)
    ? op('stack')((values as unknown[]).map(constant), { axis: (axis as number) ?? 0 })
    : (values as unknown),
);
define('unstack', 'value num axis', ({ value, axis }) =>
  isSymbolicTensor(value) ? op('unstack')(value, { axis: (axis as number) ?? 0 }) : (value as unknown),
);
define('split', 'value num_or_size_splits axis', ({ value, num_or_size_splits: parts, axis = 0 }) => {
  if (!Array.isArray(parts)) return op('split')(value, parts, { axis: axis as number });
  const size = (value as SymbolicTensor).shape.at(axis as number)!;
  const rest = size - (parts as number[]).reduce((n, p) => n + Math.max(0, p), 0);
  let at = 0;
  const cuts = (parts as number[]).slice(0, -1).map((p) => (at += p < 0 ? rest : p));
  return op('split')(value, cuts, { axis: axis as number });
});
define('tile', 'input multiples', ({ input, multiples }) => op('tile')(input, multiples));
define('broadcast_to', 'input shape', ({ input, shape }) => {
  const to = shape as Sizes;
  const from = (input as SymbolicTensor).shape;
  if (!to.includes(null)) return op('broadcastTo')(input, to);
  // Sizes that are unknown are the input's own: the others come from ones.
  const lead = to.length - from.length;
  if (to.some((d, i) => d === null && (i < lead || from[i - lead] !== null)))
    throw new TypeError(
      'deserialize: a broadcast to a shape whose unknown sizes are not those of the input cannot be read.',
    );
  return op('multiply')(
    input,
    tensor(
      new Float32Array(to.reduce((p: number, d) => p * (d ?? 1), 1)).fill(1),
      to.map((d) => d ?? 1),
    ),
  );
});
define(
  'pad',
  'tensor paddings mode constant_values',
  ({ tensor: x, paddings, mode = 'constant', constant_values: value }) => {
    const how = lower(mode);
    return op('pad')(x, paddings, {
      mode: how,
      ...(how === 'constant' ? { constantValues: (value as number) ?? 0 } : {}),
    });
  },
);
define('reverse', 'tensor axis', ({ tensor: x, axis }) => op('flip')(x, { axis: axis as number }));
define('roll', 'input shift axis', ({ input, shift, axis }) => op('roll')(input, shift, given({ axis })));
define('repeat', 'input repeats axis', ({ input, repeats, axis }) => op('repeat')(input, repeats, given({ axis })));
define('gather', 'params indices validate_indices axis batch_dims', ({ params, indices, axis, batch_dims: batch }) => {
  if (batch)
    throw new TypeError(
      `deserialize: tf.gather with batch_dims ${String(batch)} cannot be read.\n  Fix: pass { customObjects: { gather: (x, options) => ... } }.`,
    );
  return op('take')(constant(params), Array.isArray(indices) ? tensor(indices as number[], null, 'int32') : indices, {
    axis: (axis as number) ?? 0,
  });
});
define('slice', 'input_ begin size', ({ input_: x, begin, size }) => {
  const from = begin as number[];
  const sizes = size as number[];
  return op('getItem')(
    x,
    from.map((b, i) => sliced(b === 0 && sizes[i] === -1 ? null : b, sizes[i] === -1 ? null : b + sizes[i], null)),
  );
});
/** @internal A slice as `getItem` takes it. */
export const sliced = (start: number | null, stop: number | null, step: number | null): unknown => ({
  start,
  stop,
  step,
});
define('getitem', 'tensor slice_spec', ({ tensor: x, slice_spec: spec }) => {
  const key = (k: unknown): unknown => (isRecord(k) && k.class_name === '__ellipsis__' ? '...' : k);
  if (isSymbolicTensor(x)) return op('getItem')(x, Array.isArray(spec) ? spec.map(key) : key(spec));
  const [one] = Array.isArray(spec) ? (spec as unknown[]) : [spec as unknown];
  return typeof one === 'number'
    ? (x as Sizes).at(one)
    : (x as Sizes).slice((one as { start?: number }).start ?? undefined, (one as { stop?: number }).stop ?? undefined);
});

// ---- images
const windowOf = (k: unknown): number | number[] =>
  Array.isArray(k) && k.length === 4 ? (k as number[]).slice(1, 3) : (k as number);
for (const kind of ['max', 'avg'] as const)
  define(
    `${kind}_pool ${kind}_pool1d ${kind}_pool2d ${kind}_pool3d`,
    'input ksize strides padding data_format',
    ({ input, ksize, strides, padding, data_format: format }) =>
      op(kind === 'max' ? 'maxPool' : 'averagePool')(input, windowOf(ksize), {
        ...given({ strides: strides == null ? null : windowOf(strides) }),
        padding: lower(padding),
        dataFormat: channels(format),
      }),
  );
define(
  'conv1d conv2d conv3d convolution',
  'input filter strides padding data_format dilations',
  ({ input, filter, filters, strides, padding, data_format: format, dilations }) =>
    op('conv')(input, constant(filter ?? filters), {
      ...given({
        strides: strides == null ? null : windowOf(strides),
        dilationRate: dilations == null ? null : windowOf(dilations),
      }),
      padding: lower(padding ?? 'valid'),
      dataFormat: channels(format),
    }),
);
define(
  'depthwise_conv2d',
  'input filter strides padding data_format dilations',
  ({ input, filter, strides, padding, data_format: format, dilations }) =>
    op('depthwiseConv')(input, constant(filter), {
      ...given({
        strides: strides == null ? null : windowOf(strides),
        dilationRate: dilations == null ? null : windowOf(dilations),
      }),
      padding: lower(padding ?? 'valid'),
      dataFormat: channels(format),
    }),
);
define(
  'resize resize_images',
  'images size method preserve_aspect_ratio antialias',
  ({ images, size, method, antialias }) =>
    op('image.resize')(images, size, {
      interpolation: lower(method ?? 'bilinear'),
      antialias: (antialias as boolean) ?? false,
    }),
);
define('space_to_depth', 'input block_size data_format', ({ input, block_size: b, data_format: format }) => {
  lastOnly('space_to_depth', format);
  const [, h, w, c] = (input as SymbolicTensor).shape as number[];
  const parts = op('transpose')(op('reshape')(input, [-1, h / b, b, w / b, b, c]), { axes: [0, 1, 3, 2, 4, 5] });
  return op('reshape')(parts, [-1, h / b, w / b, b * b * c]);
});
define('depth_to_space', 'input block_size data_format', ({ input, block_size: b, data_format: format }) => {
  lastOnly('depth_to_space', format);
  const [, h, w, c] = (input as SymbolicTensor).shape as number[];
  const parts = op('transpose')(op('reshape')(input, [-1, h, w, b, b, c / (b * b)]), { axes: [0, 1, 3, 2, 4, 5] });
  return op('reshape')(parts, [-1, h * b, w * b, c / (b * b)]);
});
function lastOnly(name: string, format: unknown): void {
  if (channels(format) !== 'channels_last')
    throw new TypeError(`deserialize: tf.nn.${name} with channels first cannot be read.`);
}

/** @internal The object that the user gave for a name, if any. */
export type FindOwn = (name: string) => unknown;
/**
 * @internal Calls a function by TensorFlow's name: on symbolic tensors it becomes nodes of ops. A function in
 * customObjects under that name comes first; it is called with the first argument and an options object of the others.
 */
export function callTensorflowFunction(
  name: string,
  args: readonly unknown[],
  kwargs: Record<string, unknown>,
  findOwn: FindOwn,
): unknown {
  const { name: _, ...named } = kwargs;
  const short = name.split('.').at(-1)!;
  const own = findOwn(name) ?? findOwn(short);
  if (typeof own === 'function')
    return (own as (...a: unknown[]) => unknown)(...args, ...(Object.keys(named).length ? [camelKeys(named)] : []));
  const row = rows.get(short);
  if (!row || /(^|\.)(random|strings|sparse|ragged|io)\./.test(name))
    throw new TypeError(
      `deserialize: the function 'tf.${name}' of TensorFlow has no counterpart here.\n  Fix: pass it in customObjects: { customObjects: { '${name}': (x${Object.keys(named).length ? `, { ${Object.keys(named).map(camelCase).join(', ')} }` : ''}) => ... } }.`,
    );
  const bound: Args = { ...named };
  args.forEach((a, i) => (bound[row.parameters[i]] = a));
  return row.call(bound);
}
