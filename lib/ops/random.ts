/** Random tensors (keras.random). Counter-based: a seed decides all values, whatever the number of threads. */
import { ValueError } from '../support/errors';
import { drawSeed, type Seed } from '../core/seed';
import {
  convert,
  formatShape,
  isFloating,
  run,
  type DType,
  type Shape,
  type Tensor,
  tensor,
  type TensorLike,
} from '../core/tensor';
import { defineOp } from './define';

interface RandomOptions {
  /** Dtype of the result. Default float32; int32 for integers. */
  dtype?: DType | null;
  /** An integer >= 0 gives the same values at every call, a SeedGenerator the next of its own, null (default) the next of the global one. */
  seed?: Seed;
}
/** @internal `shape` numbers of a distribution, decided by the two words of `seed`; `a` and `b` are its parameters. */
export const drawnFrom = (seed: Tensor, kind: string, shape: Shape, dtype: DType, a: number, b: number): Tensor =>
  run('random', [seed], { kind, shape: [...shape], dtype, a, b });
function draw(
  kind: string,
  shape: Shape,
  a: number,
  b: number,
  { dtype, seed }: RandomOptions,
  fallback: DType = 'float32',
): Tensor {
  if (!Array.isArray(shape) || shape.some((d) => !Number.isInteger(d) || d < 0))
    throw new ValueError(
      `random: shape must hold integers >= 0.\n  Received: ${Array.isArray(shape) ? formatShape(shape) : String(shape)}`,
      { op: 'random' },
    );
  const target = dtype ?? fallback;
  if (isFloating(target) === (kind === 'integer'))
    throw new ValueError(
      `random: this distribution needs ${kind === 'integer' ? 'an integer' : 'a floating-point'} dtype.\n  Received: '${target}'`,
      { op: 'random' },
    );
  const computed = kind === 'integer' ? (target === 'int64' ? 'int64' : 'int32') : target;
  const t = drawnFrom(drawSeed(seed), kind, shape, computed, a, b);
  return computed === target ? t : run('cast', [t], { dtype: target });
}

/** Normal distribution. Defaults: mean 0, stddev 1. */
export const normal = defineOp(
  'random.normal',
  (shape: Shape, { mean = 0, stddev = 1, ...rest }: RandomOptions & { mean?: number; stddev?: number } = {}): Tensor =>
    draw('normal', shape, mean, stddev, rest),
  ['mean', 'stddev', 'dtype', 'seed'],
);
/** Uniform in [minval, maxval). Defaults: 0, 1. */
export const uniform = defineOp(
  'random.uniform',
  (
    shape: Shape,
    { minval = 0, maxval = 1, ...rest }: RandomOptions & { minval?: number; maxval?: number } = {},
  ): Tensor => draw('uniform', shape, minval, maxval, rest),
  ['minval', 'maxval', 'dtype', 'seed'],
);
/** Normal distribution without what lies more than two standard deviations from the mean. */
export const truncatedNormal = defineOp(
  'random.truncatedNormal',
  (shape: Shape, { mean = 0, stddev = 1, ...rest }: RandomOptions & { mean?: number; stddev?: number } = {}): Tensor =>
    draw('truncated_normal', shape, mean, stddev, rest),
  ['mean', 'stddev', 'dtype', 'seed'],
);
/** Integers in [minval, maxval). */
export const randint = defineOp(
  'random.randint',
  (shape: Shape, minval: number, maxval: number, options: RandomOptions = {}): Tensor => {
    if (!(maxval > minval))
      throw new ValueError(
        `randint: maxval must be larger than minval.\n  Received: minval ${minval}, maxval ${maxval}`,
        { op: 'randint' },
      );
    return draw('integer', shape, minval, maxval, options, 'int32');
  },
  ['dtype', 'seed'],
);
/** 1 with probability p, else 0. */
export const bernoulli = defineOp(
  'random.bernoulli',
  (shape: Shape, { p = 0.5, dtype, seed }: RandomOptions & { p?: number } = {}): Tensor => {
    if (!(p >= 0 && p <= 1))
      throw new ValueError(`bernoulli: p must lie in [0, 1].\n  Received: ${p}`, { op: 'bernoulli' });
    const u = draw('uniform', shape, 0, 1, { seed });
    return run('cast', [run('less', [u, convert(p, u)])], { dtype: dtype ?? 'float32' });
  },
  ['p', 'dtype', 'seed'],
);
/** @internal 0 to n - 1 in random order, int32. */
export const permutation = (n: number, seed: Seed): Tensor => run('random_permutation', [drawSeed(seed)], { n });
/** x in random order along `axis`. */
export const shuffle = defineOp(
  'random.shuffle',
  (x: TensorLike, { axis = 0, seed }: { axis?: number; seed?: Seed } = {}): Tensor => {
    const t = convert(x);
    const a = axis < 0 ? axis + t.ndim : axis;
    if (!(a >= 0 && a < t.ndim))
      throw new ValueError(`shuffle: axis ${axis} is out of range for a tensor of rank ${t.ndim}.`, { op: 'shuffle' });
    return run('take', [t, permutation(t.shape[a], seed)], { axis: a });
  },
  ['axis', 'seed'],
);
/** `numSamples` class numbers for each row of logits. */
export const categorical = defineOp(
  'random.categorical',
  (logits: TensorLike, numSamples: number, { dtype = 'int32', seed }: RandomOptions = {}): Tensor => {
    const t = convert(logits);
    const [rows, classes] = t.shape;
    if (t.ndim !== 2)
      throw new ValueError(
        `categorical: logits of shape (rows, classes) are expected.\n  Received: shape ${formatShape(t.shape)}`,
        { op: 'categorical' },
      );
    const u = draw('uniform', [rows, numSamples, classes], 1e-20, 1, { seed });
    const gumbel = run('negative', [run('log', [run('negative', [run('log', [u])])])]);
    const y = run('argmax', [run('add', [gumbel, run('reshape', [t], { shape: [rows, 1, classes] })])], { axis: 2 });
    return dtype && dtype !== 'int32' ? run('cast', [y], { dtype }) : y;
  },
  ['dtype', 'seed'],
);
/** x / (1 - rate) with probability 1 - rate, else 0. `noiseShape`: size 1 where all elements share their fate. */
export const dropout = defineOp(
  'random.dropout',
  (
    x: TensorLike,
    rate: number,
    { noiseShape = null, seed }: { noiseShape?: readonly (number | null)[] | null; seed?: Seed } = {},
  ): Tensor => {
    if (!(rate >= 0 && rate <= 1))
      throw new ValueError(`dropout: rate must lie in [0, 1].\n  Received: ${rate}`, { op: 'dropout' });
    const t = convert(x);
    if (!isFloating(t.dtype))
      throw new ValueError(`dropout: a floating-point tensor is expected.\n  Received: dtype ${t.dtype}`, {
        op: 'dropout',
      });
    if (!noiseShape) return run('dropout', [t, drawSeed(seed)], { rate });
    const ones = run('broadcast_to', [convert(1, t)], { shape: noiseShape.map((d, i) => d ?? t.shape[i]) });
    return run('multiply', [t, run('dropout', [ones, drawSeed(seed)], { rate })]);
  },
  ['noiseShape', 'seed'],
);

/** A parameter as float32 or float64 numbers of the shape of the result. */
function parameter(op: string, what: string, value: TensorLike, shape: Shape, dtype: DType): Tensor {
  const t = run('cast', [convert(value)], { dtype: dtype === 'float64' ? 'float64' : 'float32' });
  if (!fitsInto(t.shape, shape))
    throw new ValueError(
      `${op}: ${what} of shape ${formatShape(t.shape)} does not broadcast to the shape ${formatShape(shape)} of the result.`,
      { op },
    );
  return run('broadcast_to', [t], { shape: [...shape] });
}
const fitsInto = (from: Shape, to: Shape): boolean =>
  from.length <= to.length && from.every((d, i) => d === 1 || d === to[to.length - from.length + i]);
const inDType = (t: Tensor, dtype: DType): Tensor => (t.dtype === dtype ? t : run('cast', [t], { dtype }));
function gammaOf(op: string, shape: Shape, alpha: TensorLike, dtype: DType, seed: Tensor): Tensor {
  if (!isFloating(dtype))
    throw new ValueError(`${op}: a floating-point dtype is needed.\n  Received: '${dtype}'`, { op });
  return run('random_gamma', [seed, parameter(op, 'alpha', alpha, shape, dtype)]);
}
/** Gamma distribution of scale 1. `alpha`: its shape, a number or a tensor that broadcasts to `shape`. */
export const gamma = defineOp(
  'random.gamma',
  (shape: Shape, alpha: TensorLike, { dtype, seed }: RandomOptions = {}): Tensor =>
    inDType(gammaOf('gamma', shape, alpha, dtype ?? 'float32', drawSeed(seed)), dtype ?? 'float32'),
  ['dtype', 'seed'],
);
/** Beta distribution: g / (g + h), g and h being of gamma distributions of shapes `alpha` and `beta`. */
export const beta = defineOp(
  'random.beta',
  (shape: Shape, alpha: TensorLike, beta: TensorLike, { dtype, seed }: RandomOptions = {}): Tensor => {
    const target = dtype ?? 'float32';
    const first = drawSeed(seed);
    const second = run('add', [first, tensor(BigInt64Array.from([12n, 0n]))]);
    const g = gammaOf('beta', shape, alpha, target, first);
    const h = gammaOf('beta', shape, beta, target, second);
    return inDType(run('divide', [g, run('add', [g, h])]), target);
  },
  ['dtype', 'seed'],
);
/** Number of successes in `counts` trials of probability `probabilities`; both are numbers or broadcast to `shape`. */
export const binomial = defineOp(
  'random.binomial',
  (shape: Shape, counts: TensorLike, probabilities: TensorLike, { dtype, seed }: RandomOptions = {}): Tensor => {
    const target = dtype ?? 'float32';
    const n = parameter('binomial', 'counts', counts, shape, target);
    const p = parameter('binomial', 'probabilities', probabilities, shape, target);
    return inDType(run('random_binomial', [drawSeed(seed), n, p]), target);
  },
  ['dtype', 'seed'],
);
