/** @internal Values between the elements of an array: linear between neighbours, or the nearest. */
import { convert, run, type Tensor } from '../../core/tensor';
import { add, asType, atLeast, both, choose, counting, less, limit, mul, reshape, rest, sub } from './arithmetic';

/** What stands outside of an array: see `mapCoordinates`. */
export type Outside = 'constant' | 'nearest' | 'wrap' | 'mirror' | 'reflect';
/** One axis of the array: how far apart its elements lie among the rows, and where it is read (floats of any shape). */
export interface SampledAxis {
  /** Positions that are read along this axis, in elements. */
  at: Tensor;
  /** Number of elements along this axis. */
  size: number;
  /** Rows between neighbouring elements of this axis. */
  stride: number;
}
const mod = (x: Tensor, n: number): Tensor => run('mod', [x, convert(n, x)]);

/** Whole positions brought into 0 .. n - 1. */
function inside(index: Tensor, n: number, mode: Outside): Tensor {
  switch (mode) {
    case 'wrap':
      return mod(index, n);
    case 'mirror': // c b | a b c | b a
      return n === 1 ? mul(index, 0) : run('abs', [sub(mod(add(index, n - 1), 2 * (n - 1)), n - 1)]);
    case 'reflect': {
      // b a | a b c | c b
      const m = mod(index, 2 * n);
      return run('minimum', [m, run('subtract', [convert(2 * n - 1, m), m])]);
    }
    default:
      return limit(index, 0, n - 1);
  }
}
/**
 * Rows (elements, channels) read at positions of each axis: (...positions, channels). `first`, int32, is added to the number of the
 * row. With mode 'constant', neighbours outside count as `fillValue`.
 */
export function interpolate(
  rows: Tensor,
  axes: readonly SampledAxis[],
  isLinear: boolean,
  mode: Outside,
  fillValue: number,
  first: Tensor | null = null,
): Tensor {
  interface Corner {
    index: Tensor | null;
    valid: Tensor | null;
    weight: Tensor | null;
  }
  let corners: Corner[] = [{ index: first, valid: null, weight: null }];
  for (const { at, size, stride } of axes) {
    const low = run(isLinear ? 'floor' : 'round', [at]);
    const whole = asType(low, 'int32');
    const part = isLinear ? sub(at, low) : null;
    const ends = part ? [0, 1] : [0];
    corners = corners.flatMap((c) =>
      ends.map((step) => {
        const k = step ? add(whole, 1) : whole;
        const offset = mul(inside(k, size, mode), stride);
        const w = part && (step ? part : rest(part));
        const valid = mode === 'constant' ? both(atLeast(k, 0), less(k, size)) : null;
        return {
          index: c.index ? add(c.index, offset) : offset,
          valid: c.valid && valid ? both(c.valid, valid) : valid,
          weight: c.weight && w ? mul(c.weight, w) : w,
        };
      }),
    );
  }
  const wide = (t: Tensor): Tensor => reshape(t, [...t.shape, 1]);
  return corners
    .map(({ index, valid, weight }) => {
      const read = run('take', [rows, index!], { axis: 0 });
      const values = valid ? choose(wide(valid), read, fillValue) : read;
      return weight ? mul(values, wide(weight)) : values;
    })
    .reduce(add);
}
/**
 * Pixels of (batch, height, width, channels) at rows `y` and columns `x`, both (batch, height', width') of floats.
 */
export function sampleImages(
  images: Tensor,
  y: Tensor,
  x: Tensor,
  isLinear: boolean,
  mode: Outside,
  fillValue: number,
): Tensor {
  const [batch, height, width, channels] = images.shape;
  const first = mul(counting([batch, 1, 1], 'int32'), height * width);
  const axes = [
    { at: y, size: height, stride: width },
    { at: x, size: width, stride: 1 },
  ];
  return interpolate(reshape(images, [batch * height * width, channels]), axes, isLinear, mode, fillValue, first);
}
