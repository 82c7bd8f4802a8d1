/** Axes of images scaled and shifted (keras.ops.image.scale_and_translate). */
import { ValueError } from '../../support/errors';
import { convert, formatShape, isFloating, run, type DType, type Tensor, type TensorLike } from '../../core/tensor';
import { defineOp } from '../define';
import { normalizeAxis } from '../shape';
import {
  add,
  asType,
  atLeast,
  both,
  choose,
  counting,
  div,
  greater,
  less,
  mul,
  rest,
  reshape,
  sub,
} from './arithmetic';
import { oneOf } from './layout';
import { multiplyAxis } from './resize';

// Weight at a distance of x >= 0 pixels.
const triangle = (x: Tensor): Tensor => run('relu', [rest(x)]);
const cubic = (x: Tensor): Tensor => {
  const near = add(mul(mul(sub(mul(x, 1.5), 2.5), x), x), 1);
  const far = add(mul(sub(mul(add(mul(x, -0.5), 2.5), x), 4), x), 2);
  return choose(less(x, 1), near, choose(less(x, 2), far, 0));
};
const lanczos =
  (radius: number) =>
  (x: Tensor): Tensor => {
    const inside = greater(x, 1e-3);
    const safe = choose(inside, x, 1);
    const angle = mul(safe, Math.PI);
    const y = div(mul(mul(run('sin', [angle]), run('sin', [div(angle, radius)])), radius), mul(angle, angle));
    return choose(greater(x, radius), mul(x, 0), choose(inside, y, 1));
  };
const METHODS = {
  linear: triangle,
  bilinear: triangle,
  trilinear: triangle,
  cubic,
  bicubic: cubic,
  tricubic: cubic,
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
};

/** (output, input): what each input position adds to each output position. `scale` and `shift` are scalars. */
function weights(
  input: number,
  output: number,
  scale: Tensor,
  shift: Tensor,
  kernel: (x: Tensor) => Tensor,
  antialias: boolean,
): Tensor {
  const inverse = run('reciprocal', [scale]);
  const centre = sub(mul(sub(add(counting([output, 1], scale.dtype), 0.5), shift), inverse), 0.5);
  const distance = run('abs', [sub(centre, counting([1, input], scale.dtype))]);
  const w = kernel(antialias ? div(distance, run('maximum', [inverse, convert(1, inverse)])) : distance);
  const total = run('sum', [w], { axis: [1], keepdims: true });
  const enough = greater(run('abs', [total]), 1000 * 2 ** -23);
  const inside = both(atLeast(centre, -0.5), run('logical_not', [greater(centre, input - 0.5)]));
  return choose(both(inside, enough), div(w, choose(enough, total, 1)), 0);
}
/**
 * Axes `spatialDims` of images scaled and then shifted: output position i shows the input at (i + 1/2 - translation) / scale
 * - 1/2, and 0 where that lies outside.
 * @param outputShape - that of the result. @param scale, translation - one number for each of `spatialDims`.
 * @param method - 'linear', 'cubic', 'lanczos3' or 'lanczos5'. @param options - antialias: average what is merged (default true).
 */
export const scaleAndTranslate = defineOp(
  'image.scaleAndTranslate',
  (
    images: TensorLike,
    outputShape: readonly number[],
    scale: TensorLike,
    translation: TensorLike,
    spatialDims: readonly number[],
    method: keyof typeof METHODS,
    { antialias = true }: { antialias?: boolean } = {},
  ): Tensor => {
    const where = 'scaleAndTranslate';
    const kernel = METHODS[oneOf(where, 'method', method, Object.keys(METHODS) as (keyof typeof METHODS)[])];
    const t = convert(images);
    const axes = spatialDims.map((d) => normalizeAxis(where, d, t.ndim, t.shape));
    const dtype: DType = isFloating(t.dtype) ? t.dtype : 'float32';
    if (outputShape.length !== t.ndim)
      throw new ValueError(
        `${where}: outputShape must have the rank of images, ${t.ndim}.\n  Received: ${formatShape(outputShape)}`,
        { op: where },
      );
    const [scales, shifts] = Object.entries({ scale, translation }).map(([what, given]) => {
      const v = asType(convert(given), dtype === 'float64' ? 'float64' : 'float32');
      if (v.ndim !== 1 || v.size !== axes.length)
        throw new ValueError(
          `${where}: ${what} must have shape (${axes.length},), a number for each of spatialDims.\n  Received: ${formatShape(v.shape)}`,
          { op: where },
        );
      return axes.map((_, i) => reshape(run('slice', [v], { start: [i], size: [1], step: [1] }), []));
    });
    const y = axes.reduce(
      (x, axis, i) =>
        multiplyAxis(
          x,
          axis,
          asType(weights(t.shape[axis], outputShape[axis], scales[i], shifts[i], kernel, antialias), dtype),
        ),
      asType(t, dtype),
    );
    if (dtype === t.dtype) return y;
    const [low, high] = ['min', 'max'].map((name) => asType(run(name, [t], {}), dtype));
    return asType(run('minimum', [run('maximum', [run('round', [y]), low]), high]), t.dtype);
  },
  ['antialias'],
);
