/**
 * Interpolation along one axis as a matrix: row i holds how much of each input pixel goes into output pixel i. Computed
 * in single precision where TensorFlow does, whose image kernels are what Keras' numbers come from.
 */
import { requireTable } from '../../support/limits';
export const INTERPOLATIONS = ['bilinear', 'nearest', 'lanczos3', 'lanczos5', 'bicubic', 'area'] as const;
export type Interpolation = (typeof INTERPOLATIONS)[number];

const f = Math.fround;

/** How far a kernel reaches, and its weight at a distance. */
interface Kernel {
  radius: number;
  weight: (x: number) => number;
}
const triangle: Kernel = { radius: 1, weight: (x) => Math.max(0, 1 - x) };
// Keys' cubic convolution with a = -1/2.
const cubic: Kernel = {
  radius: 2,
  weight: (x) => (x >= 2 ? 0 : x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1),
};
const lanczos = (radius: number): Kernel => ({
  radius,
  weight: (x) =>
    x > radius
      ? 0
      : x <= 1e-3
        ? 1
        : (radius * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / radius)) / (Math.PI * Math.PI * x * x),
});
const KERNELS = { bilinear: triangle, bicubic: cubic, lanczos3: lanczos(3), lanczos5: lanczos(5) };

type Matrix = Float64Array;
// The pixels around each half-pixel centre weighted by a kernel, which `antialias` widens as far as pixels are merged.
function kernelMatrix(input: number, output: number, kernel: Kernel, antialias: boolean): Matrix {
  const m = new Float64Array(output * input);
  const inverse = f(1 / f(output / input));
  const widened = antialias ? Math.max(inverse, 1) : 1;
  for (let i = 0; i < output; i++) {
    const centre = f((i + 0.5) * inverse);
    const first = Math.min(Math.max(Math.ceil(centre - kernel.radius * widened - 0.5), 0), input - 1);
    const last = Math.min(Math.max(Math.floor(centre + kernel.radius * widened - 0.5), 0), input - 1);
    let total = 0;
    for (let j = first; j <= last; j++)
      total += m[i * input + j] = kernel.weight(Math.abs(f((j + 0.5 - centre) * f(1 / widened))));
    if (Math.abs(total) > 1e-35) for (let j = first; j <= last; j++) m[i * input + j] /= total;
  }
  return m;
}
// Two neighbours of each half-pixel centre, whatever the scale.
function bilinearMatrix(input: number, output: number): Matrix {
  const m = new Float64Array(output * input);
  const scale = f(input / output);
  for (let i = 0; i < output; i++) {
    const centre = f(f((i + 0.5) * scale) - 0.5);
    const low = Math.floor(centre);
    const part = f(centre - low);
    m[i * input + Math.max(low, 0)] += 1 - part;
    m[i * input + Math.min(low + 1, input - 1)] += part;
  }
  return m;
}
// Four neighbours, their weights from a table of 1024 steps; those outside are left out.
function bicubicMatrix(input: number, output: number): Matrix {
  const m = new Float64Array(output * input);
  const scale = f(input / output);
  const steps = 1024;
  for (let i = 0; i < output; i++) {
    const centre = f(f((i + 0.5) * scale) - 0.5);
    const low = Math.floor(centre);
    const scaled = f(f(centre - low) * steps);
    const half = Math.floor(scaled) + 0.5;
    const step = scaled === half ? 2 * Math.round(scaled / 2) : Math.round(scaled); // halves to even
    let total = 0;
    for (let k = -1; k <= 2; k++) {
      if (low + k < 0 || low + k >= input) continue;
      total += m[i * input + low + k] = f(cubic.weight(Math.abs(k - step / steps)));
    }
    if (total) for (let k = Math.max(0, low - 1); k <= Math.min(input - 1, low + 2); k++) m[i * input + k] /= total;
  }
  return m;
}
// Mean over the stretch of the input that an output pixel covers.
function areaMatrix(input: number, output: number): Matrix {
  const m = new Float64Array(output * input);
  const scale = f(input / output);
  for (let i = 0; i < output; i++) {
    const from = f(i * scale);
    const to = f((i + 1) * scale);
    for (let j = Math.floor(from); j < Math.ceil(to); j++)
      m[i * input + Math.min(j, input - 1)] += (Math.min(j + 1, to) - Math.max(j, from)) / scale;
  }
  return m;
}
/** @internal The matrix of one axis, (output, input) row by row. */
export function resizeMatrix(
  input: number,
  output: number,
  interpolation: Exclude<Interpolation, 'nearest'>,
  antialias: boolean,
): Matrix {
  requireTable('resize', interpolation === 'area' ? Math.max(input, output) : input * output);
  if (interpolation === 'area') return areaMatrix(input, output);
  if (!antialias && interpolation === 'bilinear') return bilinearMatrix(input, output);
  if (!antialias && interpolation === 'bicubic') return bicubicMatrix(input, output);
  return kernelMatrix(input, output, KERNELS[interpolation], antialias);
}
/** @internal The pixel that each output pixel of one axis copies. */
export function nearestIndices(input: number, output: number): Int32Array {
  requireTable('resize', output);
  const scale = f(input / output);
  return Int32Array.from({ length: output }, (_, i) => Math.min(Math.floor(f((i + 0.5) * scale)), input - 1));
}
