/** Activation functions (keras.ops, keras.activations): each of one tensor, elementwise unless said otherwise. */
import { ValueError } from '../support/errors';
import { convert, formatShape, run, type Tensor, type TensorLike } from '../core/tensor';
import { range } from './ranges';
import { defineMethods, defineOp } from './define';
import { moveaxis, normalizeAxis } from './shape';
import { toFloat } from './unary';

const sum = (x: Tensor, y: Tensor | number): Tensor => run('add', [x, convert(y, x)]);
const product = (x: Tensor, y: Tensor | number): Tensor => run('multiply', [x, convert(y, x)]);
const difference = (x: Tensor, y: Tensor | number): Tensor => run('subtract', [x, convert(y, x)]);
const clipped = (x: Tensor, min: number, max: number): Tensor => run('clip', [x], { min, max });
const isPositive = (x: Tensor): Tensor => run('greater', [x, convert(0, x)]);
const choose = (c: Tensor, x: Tensor, y: Tensor | number): Tensor => run('where', [c, x, convert(y, x)]);

/** min(max(x, 0), 6) */
export const relu6 = defineOp('relu6', (x: TensorLike): Tensor => run('relu6', [convert(x)]));
/** x, or negativeSlope * x below 0. Default 0.2. */
export const leakyRelu = defineOp(
  'leakyRelu',
  (x: TensorLike, { negativeSlope = 0.2 }: { negativeSlope?: number } = {}): Tensor => {
    const t = toFloat(x);
    return choose(isPositive(t), t, product(t, negativeSlope));
  },
  ['negativeSlope'],
);
/** x, or alpha (e^x - 1) below 0 (Clevert et al. 2015). */
export const elu = defineOp(
  'elu',
  (x: TensorLike, { alpha = 1 }: { alpha?: number } = {}): Tensor => {
    const t = toFloat(x);
    return choose(isPositive(t), t, product(run('expm1', [run('minimum', [t, convert(0, t)])]), alpha));
  },
  ['alpha'],
);
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;
/** 1.0507 elu(x, alpha = 1.6733): keeps mean 0 and variance 1 (Klambauer et al. 2017). */
export const selu = defineOp('selu', (x: TensorLike): Tensor => {
  const t = toFloat(x);
  const low = product(run('expm1', [run('minimum', [t, convert(0, t)])]), SELU_ALPHA);
  return product(choose(run('less', [t, convert(0, t)]), low, t), SELU_SCALE);
});
/** max(x, 0) + min(0, alpha (e^(x / alpha) - 1)) (Barron 2017). */
export const celu = defineOp(
  'celu',
  (x: TensorLike, { alpha = 1 }: { alpha?: number } = {}): Tensor => {
    const t = toFloat(x);
    const low = run('minimum', [t, convert(0, t)]);
    return sum(run('maximum', [t, convert(0, t)]), product(run('expm1', [product(low, 1 / alpha)]), alpha));
  },
  ['alpha'],
);
/** x P(X <= x), X normal; approximated with tanh when `approximate`, the default (Hendrycks & Gimpel 2016). */
export const gelu = defineOp(
  'gelu',
  (x: TensorLike, { approximate = true }: { approximate?: boolean } = {}): Tensor => {
    const t = toFloat(x);
    if (!approximate) return run('gelu', [t]);
    const cubic = sum(t, product(product(run('square', [t]), t), 0.044715));
    return product(product(t, 0.5), sum(run('tanh', [product(cubic, Math.sqrt(2 / Math.PI))]), 1));
  },
  ['approximate'],
);
/** x sigmoid(x) (Ramachandran et al. 2017). */
export const silu = defineOp('silu', (x: TensorLike): Tensor => {
  const t = toFloat(x);
  return product(t, run('sigmoid', [t]));
});
/** Alias of `silu`. */
export const swish = defineOp('swish', (x: TensorLike): Tensor => silu(x));
/** x tanh(softplus(x)) (Misra 2019). */
export const mish = defineOp('mish', (x: TensorLike): Tensor => {
  const t = toFloat(x);
  return product(t, run('tanh', [run('softplus', [t])]));
});
/** x / (1 + |x|) */
export const softsign = defineOp('softsign', (x: TensorLike): Tensor => {
  const t = toFloat(x);
  return run('divide', [t, sum(run('abs', [t]), 1)]);
});
/** log(sigmoid(x)) */
export const logSigmoid = defineOp('logSigmoid', (x: TensorLike): Tensor =>
  run('negative', [run('softplus', [run('negative', [toFloat(x)])])]),
);
/** min(max(x / 6 + 0.5, 0), 1), flat at -3 and 3. */
export const hardSigmoid = defineOp('hardSigmoid', (x: TensorLike): Tensor => {
  const t = toFloat(x);
  return run('divide', [relu6(sum(t, 3)), convert(6, t)]);
});
/** x hardSigmoid(x) (Howard et al. 2019). */
export const hardSilu = defineOp('hardSilu', (x: TensorLike): Tensor => {
  const t = toFloat(x);
  return product(t, hardSigmoid(t));
});
/** Alias of `hardSilu`. */
export const hardSwish = defineOp('hardSwish', (x: TensorLike): Tensor => hardSilu(x));
/** min(max(x, -1), 1) */
export const hardTanh = defineOp('hardTanh', (x: TensorLike): Tensor => clipped(toFloat(x), -1, 1));
/** x where |x| > threshold, else 0. Default 0.5. */
export const hardShrink = defineOp(
  'hardShrink',
  (x: TensorLike, { threshold: limit = 0.5 }: { threshold?: number } = {}): Tensor => {
    const t = toFloat(x);
    return choose(run('greater', [run('abs', [t]), convert(limit, t)]), t, 0);
  },
  ['threshold'],
);
/** x moved by `threshold` towards 0, which it does not cross. Default 0.5. */
export const softShrink = defineOp(
  'softShrink',
  (x: TensorLike, { threshold: limit = 0.5 }: { threshold?: number } = {}): Tensor => {
    const t = toFloat(x);
    return choose(
      run('greater', [t, convert(limit, t)]),
      difference(t, limit),
      choose(run('less', [t, convert(-limit, t)]), sum(t, limit), 0),
    );
  },
  ['threshold'],
);
/** x - tanh(x) */
export const tanhShrink = defineOp('tanhShrink', (x: TensorLike): Tensor => {
  const t = toFloat(x);
  return difference(t, run('tanh', [t]));
});
/** x where x > threshold, else `defaultValue`. */
export const threshold = defineOp('threshold', (x: TensorLike, limit: number, defaultValue: number): Tensor => {
  const t = toFloat(x);
  return choose(run('greater', [t, convert(limit, t)]), t, defaultValue);
});
/** (x + sqrt(x^2 + b)) / 2 (Barron 2021). Default b = 4. */
export const squareplus = defineOp(
  'squareplus',
  (x: TensorLike, { b = 4 }: { b?: number } = {}): Tensor => {
    const t = toFloat(x);
    return product(sum(t, run('sqrt', [sum(run('square', [t]), b)])), 0.5);
  },
  ['b'],
);
/** 0 for x <= -1, (x + 1)^2 / 4 between, x for x >= 1. */
export const sparsePlus = defineOp('sparsePlus', (x: TensorLike): Tensor => {
  const t = toFloat(x);
  const middle = product(run('square', [sum(t, 1)]), 0.25);
  return choose(
    run('less_equal', [t, convert(-1, t)]),
    convertZero(t),
    choose(run('less', [t, convert(1, t)]), middle, t),
  );
});
const convertZero = (t: Tensor): Tensor => run('broadcast_to', [convert(0, t)], { shape: [...t.shape] });
/** min(max((x + 1) / 2, 0), 1), flat at -1 and 1. */
export const sparseSigmoid = defineOp('sparseSigmoid', (x: TensorLike): Tensor => {
  const t = toFloat(x);
  const high = choose(run('logical_not', [run('greater_equal', [t, convert(1, t)])]), product(sum(t, 1), 0.5), 1); // NaN stays NaN
  return choose(run('less_equal', [t, convert(-1, t)]), convertZero(t), high);
});

/** @param f - gets a tensor and the axis to work along. */
function alongAxes(
  op: string,
  x: TensorLike,
  axis: number | readonly number[] | null,
  f: (t: Tensor, axis: number) => Tensor,
): Tensor {
  const t = toFloat(x);
  if (!t.ndim) return run('reshape', [f(run('reshape', [t], { shape: [1] }), 0)], { shape: [] });
  const axes = (axis === null ? t.shape.map((_, i) => i) : typeof axis === 'number' ? [axis] : [...axis]).map((a) =>
    normalizeAxis(op, a, t.ndim, t.shape),
  );
  if (axes.length === 1) return f(t, axes[0]);
  const to = axes.map((_, i) => t.ndim - axes.length + i);
  const moved = moveaxis(t, axes, to);
  const flat = run('reshape', [moved], { shape: [...moved.shape.slice(0, t.ndim - axes.length), -1] });
  return moveaxis(run('reshape', [f(flat, flat.ndim - 1)], { shape: [...moved.shape] }), to, axes);
}
/** e^x / sum(e^x) along `axis` (default the last; a list; null for all). */
export const softmax = defineOp(
  'softmax',
  (x: TensorLike, { axis = -1 }: { axis?: number | readonly number[] | null } = {}): Tensor =>
    alongAxes('softmax', x, axis, (t, along) => run('softmax', [t], { axis: along })),
  ['axis'],
);
/** log(softmax(x)) without overflow. */
export const logSoftmax = defineOp(
  'logSoftmax',
  (x: TensorLike, { axis = -1 }: { axis?: number | readonly number[] | null } = {}): Tensor =>
    alongAxes('logSoftmax', x, axis, (t, along) => run('log_softmax', [t], { axis: along })),
  ['axis'],
);
/** max(x - tau, 0) with the threshold of the sorted x: like softmax, with exact zeros (Martins & Astudillo 2016, as Keras computes it). */
export const sparsemax = defineOp(
  'sparsemax',
  (x: TensorLike, { axis = -1 }: { axis?: number } = {}): Tensor =>
    alongAxes('sparsemax', x, axis, (given, along) => {
      const t = moveaxis(given, along, -1);
      const n = t.shape[t.ndim - 1];
      const sorted = run('sort', [t], { descending: true });
      const total = run('cumsum', [sorted], { axis: t.ndim - 1 });
      const k = range(n, t.dtype, 1);
      const isIn = run('greater', [sum(product(sorted, k), 1), total]);
      const count = run('sum', [run('cast', [isIn], { dtype: t.dtype })], { axis: [-1], keepdims: true });
      // Keras sums the running sums of the support (keras.src.backend.*.nn.sparsemax), which differs from the paper.
      const inside = run('sum', [choose(isIn, total, 0)], { axis: [-1], keepdims: true });
      return moveaxis(run('relu', [difference(t, run('divide', [difference(inside, 1), count]))]), -1, along);
    }),
  ['axis'],
);
/** The first half of `axis`, gated by the sigmoid of the second (Dauphin et al. 2016). */
export const glu = defineOp(
  'glu',
  (x: TensorLike, { axis = -1 }: { axis?: number } = {}): Tensor => {
    const t = toFloat(x);
    const a = normalizeAxis('glu', axis, t.ndim, t.shape);
    const n = t.shape[a];
    if (n % 2)
      throw new ValueError(
        `glu: axis ${a} has size ${n}, which is not even.\n  Received: shape ${formatShape(t.shape)}`,
        { op: 'glu' },
      );
    const half = (from: number): Tensor =>
      run('slice', [t], {
        start: t.shape.map((_, i) => (i === a ? from : 0)),
        size: t.shape.map((d, i) => (i === a ? n / 2 : d)),
        step: t.shape.map(() => 1),
      });
    return product(half(0), run('sigmoid', [half(n / 2)]));
  },
  ['axis'],
);

defineMethods({ relu6, leakyRelu, elu, selu, gelu, silu, softmax, logSoftmax, softsign });
declare module '../core/tensor' {
  interface Tensor {
    relu6(): Tensor;
    selu(): Tensor;
    silu(): Tensor;
    softsign(): Tensor;
    leakyRelu(options?: { negativeSlope?: number }): Tensor;
    elu(options?: { alpha?: number }): Tensor;
    gelu(options?: { approximate?: boolean }): Tensor;
    softmax(options?: { axis?: number | readonly number[] | null }): Tensor;
    logSoftmax(options?: { axis?: number | readonly number[] | null }): Tensor;
  }
}
