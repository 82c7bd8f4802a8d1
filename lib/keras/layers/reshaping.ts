/** Layers that move elements: Flatten, Reshape, Permute, ZeroPadding2D, UpSampling2D. */
import { ValueError } from '../../errors';
import { checkDataFormat, spatial, type DataFormat } from '../../ops/nn';
import { formatShape, run, tensor, type Tensor } from '../../tensor';
import { registerClass } from '../saving/registry';
import { InputSpec } from './input_spec';
import { Layer, type LayerOptions } from './layer';

/** (batch, ...) -> (batch, product). */
export class Flatten extends Layer {
  static override positional: readonly string[] = [];
  static override options = ['dataFormat'];
  readonly dataFormat: DataFormat;
  constructor(options: LayerOptions & { dataFormat?: string | null } = {}) {
    super(options);
    this.dataFormat = checkDataFormat('Flatten', options.dataFormat);
    this.inputSpec = new InputSpec({ minNdim: 1 });
  }
  override call(inputs: Tensor): Tensor {
    const n = inputs.ndim;
    const t = this.dataFormat === 'channels_first' && n > 1 ? run('transpose', [inputs], { axes: [0, ...inputs.shape.slice(2).map((_, i) => i + 2), 1] }) : inputs;
    return run('reshape', [t], { shape: [t.shape[0], t.shape.slice(1).reduce((p, d) => p * d, 1)] });
  }
  override getConfig() {
    return { ...super.getConfig(), dataFormat: this.dataFormat };
  }
}
/** (batch, ...) -> (batch, ...targetShape); one size may be -1. */
export class Reshape extends Layer {
  static override positional = ['targetShape'];
  readonly targetShape: number[];
  constructor(targetShape: readonly number[], options: LayerOptions = {}) {
    super(options);
    if (!Array.isArray(targetShape)) throw new ValueError(`Reshape: targetShape must be an array.\n  Received: ${String(targetShape)}`);
    this.targetShape = [...targetShape];
    if (this.targetShape.filter((d) => d === -1).length > 1) throw new ValueError(`Reshape: at most one size may be -1.\n  Received: ${formatShape(this.targetShape)}`);
  }
  override call(inputs: Tensor): Tensor {
    return run('reshape', [inputs], { shape: [inputs.shape[0], ...this.targetShape] });
  }
  override getConfig() {
    return { ...super.getConfig(), targetShape: this.targetShape };
  }
}
/** Axes of each example in another order; `dims` counts from 1. */
export class Permute extends Layer {
  static override positional = ['dims'];
  readonly dims: number[];
  constructor(dims: readonly number[], options: LayerOptions = {}) {
    super(options);
    this.dims = [...dims];
    if ([...dims].sort((a, b) => a - b).some((d, i) => d !== i + 1))
      throw new ValueError(`Permute: dims must be an order of 1 to ${dims.length}.\n  Received: ${formatShape(dims)}`);
    this.inputSpec = new InputSpec({ ndim: dims.length + 1 });
  }
  override call(inputs: Tensor): Tensor {
    return run('transpose', [inputs], { axes: [0, ...this.dims] });
  }
  override getConfig() {
    return { ...super.getConfig(), dims: this.dims };
  }
}

type Padding2D = number | readonly number[] | readonly (readonly number[])[];
/** Rows and columns of zeros around images. `padding`: a number, [rows, columns], or [[top, bottom], [left, right]]. Default 1. */
export class ZeroPadding2D extends Layer {
  static override positional = ['padding'];
  static override options = ['padding', 'dataFormat'];
  readonly padding: [number, number][];
  readonly dataFormat: DataFormat;
  constructor(padding: Padding2D | (LayerOptions & { padding?: Padding2D; dataFormat?: string | null }) = 1, options: LayerOptions & { dataFormat?: string | null } = {}) {
    const isPadding = typeof padding === 'number' || Array.isArray(padding);
    const given = isPadding ? { ...options, padding: padding as Padding2D } : { ...options, ...(padding as { padding?: Padding2D }) };
    super(given);
    const p = given.padding ?? 1;
    const pairs =
      typeof p === 'number'
        ? [
            [p, p],
            [p, p],
          ]
        : p.map((e) => (typeof e === 'number' ? [e, e] : [...e]));
    if (pairs.length !== 2 || pairs.some((e) => e.length !== 2 || e.some((v) => !Number.isInteger(v) || v < 0)))
      throw new ValueError(`ZeroPadding2D: padding must be a whole number, two of them, or two pairs.\n  Received: ${JSON.stringify(p)}`);
    this.padding = pairs as [number, number][];
    this.dataFormat = checkDataFormat('ZeroPadding2D', given.dataFormat);
    this.inputSpec = new InputSpec({ ndim: 4 });
  }
  override call(inputs: Tensor): Tensor {
    const [rows, columns] = this.padding,
      none = [0, 0];
    const widths = this.dataFormat === 'channels_last' ? [none, rows, columns, none] : [none, none, rows, columns];
    return run('place', [inputs], { shape: inputs.shape.map((d, i) => d + widths[i][0] + widths[i][1]), start: widths.map((w) => w[0]), step: [1, 1, 1, 1], value: 0 });
  }
  override getConfig() {
    return { ...super.getConfig(), padding: this.padding, dataFormat: this.dataFormat };
  }
}
/** Images `size` times as large: each pixel repeated (nearest) or interpolated (bilinear). Default size 2. */
export class UpSampling2D extends Layer {
  static override positional = ['size'];
  static override options = ['size', 'dataFormat', 'interpolation'];
  readonly size: number[];
  readonly dataFormat: DataFormat;
  readonly interpolation: string;
  constructor(
    size: number | readonly number[] | (LayerOptions & { size?: number | readonly number[]; dataFormat?: string | null; interpolation?: string }) = 2,
    options: LayerOptions & { dataFormat?: string | null; interpolation?: string } = {},
  ) {
    const isSize = typeof size === 'number' || Array.isArray(size);
    const given = isSize ? { ...options, size: size as number } : { ...options, ...(size as { size?: number }) };
    super(given);
    this.size = spatial('UpSampling2D', 'size', given.size ?? 2, 2);
    this.dataFormat = checkDataFormat('UpSampling2D', given.dataFormat);
    this.interpolation = (given.interpolation ?? 'nearest').toLowerCase();
    if (!KERNELS[this.interpolation])
      throw new ValueError(
        `UpSampling2D: interpolation must be one of ${Object.keys(KERNELS)
          .map((k) => `'${k}'`)
          .join(', ')}.\n  Received: '${this.interpolation}'`,
      );
    this.inputSpec = new InputSpec({ ndim: 4 });
  }
  override call(inputs: Tensor): Tensor {
    const first = this.dataFormat === 'channels_last' ? 1 : 2;
    if (this.interpolation === 'nearest') {
      const shape = inputs.shape.flatMap((d, i) => (i === first || i === first + 1 ? [d, 1] : [d])),
        wide = [...shape];
      wide[first + 1] = this.size[0];
      wide[first + 3] = this.size[1];
      const spread = run('broadcast_to', [run('reshape', [inputs], { shape })], { shape: wide });
      return run('reshape', [spread], { shape: inputs.shape.map((d, i) => (i === first ? d * this.size[0] : i === first + 1 ? d * this.size[1] : d)) });
    }
    return this.size.reduce((t, factor, i) => resample(t, first + i, factor, this.interpolation), inputs);
  }
  override getConfig() {
    return { ...super.getConfig(), size: this.size, dataFormat: this.dataFormat, interpolation: this.interpolation };
  }
}
const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const cubic = (x: number): number => {
  // Keys' kernel with a = -0.5
  const a = Math.abs(x);
  return a < 1 ? 1.5 * a ** 3 - 2.5 * a ** 2 + 1 : a < 2 ? -0.5 * a ** 3 + 2.5 * a ** 2 - 4 * a + 2 : 0;
};
const lanczos =
  (n: number) =>
  (x: number): number =>
    Math.abs(x) < n ? sinc(x) * sinc(x / n) : 0;
// Interpolation kernels and how many neighbours they reach on each side.
const KERNELS: Record<string, { reach: number; weight: (x: number) => number }> = {
  nearest: { reach: 0, weight: () => 1 },
  bilinear: { reach: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { reach: 2, weight: cubic },
  lanczos3: { reach: 3, weight: lanczos(3) },
  lanczos5: { reach: 5, weight: lanczos(5) },
};
// One axis resized by a matrix product: weights of the pixels around each half-pixel centre, those outside left out.
function resample(t: Tensor, axis: number, factor: number, interpolation: string): Tensor {
  const { reach, weight } = KERNELS[interpolation],
    n = t.shape[axis],
    m = n * factor,
    matrix = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    const centre = (i + 0.5) / factor - 0.5;
    let total = 0;
    for (let j = Math.max(0, Math.floor(centre) - reach); j <= Math.min(n - 1, Math.ceil(centre) + reach); j++) total += matrix[i * n + j] = weight(centre - j);
    for (let j = 0; j < n; j++) matrix[i * n + j] /= total;
  }
  const order = [...t.shape.map((_, i) => i).filter((i) => i !== axis), axis],
    back = t.shape.map((_, i) => order.indexOf(i));
  const rows = run('transpose', [t], { axes: order });
  const y = run('matmul', [rows, tensor(matrix, [m, n], t.dtype)], { transpose_b: true });
  return run('transpose', [y], { axes: back });
}
registerClass('keras.layers', Flatten, Reshape, Permute, ZeroPadding2D, UpSampling2D);
