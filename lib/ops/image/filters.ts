/** Filters over images (keras.ops.image): gaussian_blur, sobel_edges, and the ssim index made of them. */
import { ValueError } from '../../support/errors';
import { convert, formatShape, run, tensor, type Tensor, type TensorLike } from '../../core/tensor';
import { conv, depthwiseConv } from '../convolution';
import { requireTable } from '../../support/limits';
import { defineOp } from '../define';
import { spatial } from '../spatial';
import { toFloat } from '../unary';
import { add, asType, counting, div, mul, reshape, sub } from './arithmetic';
import { castBack, onBatch, toImages, type ImageSize } from './layout';
import type { DataFormat } from '../spatial';

/** @internal exp(-x^2 / (2 sigma^2)) at `size` whole distances around the middle, adding up to 1. `sigma` is a scalar. */
export function gaussian(size: number, sigma: Tensor): Tensor {
  const x = sub(counting([size], sigma.dtype), (size - 1) / 2);
  const g = run('exp', [mul(run('square', [div(x, sigma)]), -0.5)]);
  return div(g, run('sum', [g], {}));
}
/** @internal Each channel of (batch, height, width, channels) convolved along one axis, as large as before, zeros outside. */
export function blurAxis(t: Tensor, axis: number, kernel: Tensor): Tensor {
  const channels = t.shape[3];
  const shape = axis === 1 ? [kernel.size, 1, channels, 1] : [1, kernel.size, channels, 1];
  return depthwiseConv(t, run('broadcast_to', [reshape(kernel, [shape[0], shape[1], 1, 1])], { shape }), {
    padding: 'same',
  });
}
/**
 * Images smoothed by a Gaussian filter, zeros outside.
 * @param options - kernelSize [3, 3]; sigma [1, 1], its standard deviation along width and height, numbers or a tensor (2,).
 */
export const gaussianBlur = defineOp(
  'image.gaussianBlur',
  (
    images: TensorLike,
    {
      kernelSize = [3, 3],
      sigma = [1, 1],
      dataFormat,
    }: { kernelSize?: ImageSize; sigma?: TensorLike; dataFormat?: DataFormat | null } = {},
  ): Tensor => {
    const [first, second] = spatial('gaussianBlur', 'kernelSize', kernelSize, 2);
    return onBatch('gaussianBlur', images, dataFormat, (t) => {
      const x = toFloat(t);
      const s = asType(convert(sigma, x), x.dtype === 'float64' ? 'float64' : 'float32');
      if (s.ndim !== 1 || s.size !== 2)
        throw new ValueError(`gaussianBlur: sigma must have shape (2,).\n  Received: ${formatShape(s.shape)}`, {
          op: 'gaussianBlur',
        });
      const one = (i: number): Tensor => reshape(run('slice', [s], { start: [i], size: [1], step: [1] }), []);
      // As Keras: the product of both, row by row in the shape of kernelSize.
      const product = mul(reshape(gaussian(second, one(1)), [second, 1]), gaussian(first, one(0)));
      const kernel = run('broadcast_to', [reshape(product, [first, second, 1, 1])], {
        shape: [first, second, x.shape[3], 1],
      });
      return castBack(depthwiseConv(x, asType(kernel, x.dtype), { padding: 'same' }), t.dtype);
    });
  },
  ['kernelSize', 'sigma', 'dataFormat'],
);

/** y[i] = sum over k of factors[k] * x[i + k - 1], mirrored at the border. */
function threeTaps(x: Tensor, axis: number, factors: readonly number[]): Tensor {
  const n = x.shape[axis];
  return factors
    .flatMap((factor, k) => {
      if (!factor) return [];
      requireTable('sobelEdges', n);
      const at = Int32Array.from({ length: n }, (_, i) =>
        n === 1 ? 0 : n - 1 - Math.abs(n - 1 - Math.abs(i + k - 1)),
      );
      return [mul(run('take', [x, tensor(at)], { axis }), factor)];
    })
    .reduce(add);
}
/** Sobel's derivatives of each channel along height and width, mirrored at the border: (batch, height, width, channels, 2). */
export const sobelEdges = defineOp(
  'image.sobelEdges',
  (images: TensorLike, { dataFormat }: { dataFormat?: DataFormat | null } = {}): Tensor =>
    onBatch('sobelEdges', images, dataFormat, (t) => {
      const x = toFloat(t);
      const derivative = (along: number, across: number): Tensor =>
        threeTaps(threeTaps(x, along, [-1, 0, 1]), across, [1, 2, 1]);
      return run(
        'concatenate',
        [derivative(1, 2), derivative(2, 1)].map((d) => reshape(d, [...x.shape, 1])),
        { axis: 4 },
      );
    }),
  ['dataFormat'],
);

export interface SsimOptions {
  /** Largest value minus smallest value that a pixel can have. Default 1. */
  maxVal?: number;
  /** Height and width of the Gaussian window, in pixels. Default 11. */
  filterSize?: number;
  /** Standard deviation of the Gaussian window, in pixels. Default 1.5. */
  filterSigma?: number;
  /** Keeps the comparison of brightness stable: (k1 maxVal)^2 is added to both of its sides. Default 0.01. */
  k1?: number;
  /** Keeps the comparison of contrast stable: (k2 maxVal)^2 is added to both of its sides. Default 0.03. */
  k2?: number;
  /** Where the channels are: 'channels_last' (default) or 'channels_first'. */
  dataFormat?: DataFormat | null;
}
/**
 * Structural similarity of two images, 1 for equal ones: (batch,) for batches. Means, variances and covariance are weighted by a
 * Gaussian window; (2 m1 m2 + c1) (2 s12 + c2) / ((m1^2 + m2^2 + c1) (s1 + s2 + c2)), c = (k maxVal)^2, is averaged.
 * @param options - maxVal 1, the range of the pixels; filterSize 11; filterSigma 1.5; k1 0.01; k2 0.03. Source: Wang et al. 2004.
 */
export const ssim = defineOp(
  'image.ssim',
  (
    image1: TensorLike,
    image2: TensorLike,
    { maxVal = 1, filterSize = 11, filterSigma = 1.5, k1 = 0.01, k2 = 0.03, dataFormat }: SsimOptions = {},
  ): Tensor => {
    const [a, b] = [toImages('ssim', image1), toImages('ssim', image2)];
    if (formatShape(a.shape) !== formatShape(b.shape))
      throw new ValueError(
        `ssim: both images must have the same shape.\n  Received: ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
        { op: 'ssim' },
      );
    const dtype = toFloat(a).dtype;
    const y = onBatch('ssim', a, dataFormat, (first) => {
      let second = first;
      onBatch('ssim', b, dataFormat, (t) => (second = t));
      const [batch, height, width, channels] = first.shape;
      const apart = (t: Tensor): Tensor =>
        reshape(run('transpose', [asType(t, dtype)], { axes: [0, 3, 1, 2] }), [batch * channels, height, width, 1]);
      const g = gaussian(filterSize, convert(filterSigma, dtype));
      const mean = (t: Tensor): Tensor =>
        conv(conv(t, reshape(g, [filterSize, 1, 1, 1])), reshape(g, [1, filterSize, 1, 1]));
      const [p, q] = [apart(first), apart(second)];
      const [m1, m2] = [mean(p), mean(q)];
      const m12 = mul(m1, m2);
      const squares = add(mul(m1, m1), mul(m2, m2));
      const s12 = sub(mean(mul(p, q)), m12);
      const variances = sub(add(mean(mul(p, p)), mean(mul(q, q))), squares);
      const c1 = (k1 * maxVal) ** 2;
      const c2 = (k2 * maxVal) ** 2;
      const map = div(mul(add(mul(m12, 2), c1), add(mul(s12, 2), c2)), mul(add(squares, c1), add(variances, c2)));
      return reshape(
        run('mean', [reshape(map, [batch, channels * (map.size / Math.max(1, batch * channels))])], { axis: [1] }),
        [batch, 1, 1, 1],
      );
    });
    return asType(reshape(y, a.ndim === 4 ? [a.shape[0]] : []), a.dtype);
  },
  ['maxVal', 'filterSize', 'filterSigma', 'k1', 'k2', 'dataFormat'],
);
