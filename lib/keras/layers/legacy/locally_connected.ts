/** LocallyConnected1D and LocallyConnected2D of Keras 1 and 2: convolutions in which every place has a kernel of its own. */
import { describe } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import { scatter } from '../../../ops/indexing';
import { matmul } from '../../../ops/linalg';
import { checkDataFormat, spatial, type DataFormat, type Sizes } from '../../../ops/spatial';
import * as ops from '../../../ops/index';
import { stridedBlock } from '../../../ops/shape';
import { formatShape, tensor, type Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { serializeKerasObject } from '../../serialization/serialize';
import { kinds, type OptionKinds } from '../../options';
import { KernelOptions, positiveInteger, type KernelLayerOptions } from '../core/kernel_options';
import { InputSpec } from '../input_spec';
import { Layer } from '../layer';
import { LEGACY_MODULE } from '../../serialization/legacy_module';

export interface LocallyConnectedOptions extends KernelLayerOptions {
  /** Distance of neighbouring windows, in elements. Default 1. */
  strides?: Sizes;
  /** 'valid' (default), or 'same' with implementation 2 or 3. */
  padding?: 'valid' | 'same';
  /** Where the channels are: 'channels_last' (default) or 'channels_first'. */
  dataFormat?: DataFormat | null;
  /** How the kernel is kept: 1 (default) by place, 2 as a matrix of all inputs by all outputs, 3 as that matrix' connected elements. */
  implementation?: 1 | 2 | 3;
}
const product = (list: readonly number[]): number => list.reduce((a, b) => a * b, 1);
/** All places of an array of a shape, in order. */
function* places(shape: readonly number[]): Generator<number[]> {
  for (let n = 0, total = product(shape); n < total; n++) {
    let rest = n;
    yield shape.map((_, i) => {
      const below = product(shape.slice(i + 1));
      const at = Math.floor(rest / below);
      rest %= below;
      return at;
    });
  }
}
const flat = (at: readonly number[], shape: readonly number[]): number => at.reduce((n, v, i) => n * shape[i] + v, 0);

// (n, height, width, c) -> (n, height', width', filters): y[o] = x[window of o] . kernel[o] + bias[o].
abstract class LocallyConnected extends Layer {
  static override positional = ['filters', 'kernelSize'];
  static override options: OptionKinds = {
    ...KernelOptions.kinds,
    strides: kinds.integers,
    padding: kinds.choice,
    dataFormat: kinds.choice,
    implementation: kinds.integer,
  };
  readonly filters: number;
  readonly kernelSize: number[];
  readonly strides: number[];
  readonly padding: string;
  readonly dataFormat: DataFormat;
  readonly implementation: 1 | 2 | 3;
  kernel!: Variable;
  bias: Variable | null = null;
  private readonly settings: KernelOptions;
  private channels = 0;
  private inputSize: number[] = [];
  private outputSize: number[] = [];
  constructor(
    private readonly rank: number,
    filters: number,
    kernelSize: Sizes,
    options: LocallyConnectedOptions,
  ) {
    super(options);
    const where = this.constructor.name;
    this.filters = positiveInteger(where, 'filters', filters);
    this.kernelSize = spatial(where, 'kernelSize', kernelSize, rank);
    this.strides = spatial(where, 'strides', options.strides ?? 1, rank);
    this.padding = options.padding ?? 'valid';
    this.dataFormat = checkDataFormat(where, options.dataFormat);
    this.implementation = options.implementation ?? 1;
    this.settings = new KernelOptions(options);
    this.inputSpec = new InputSpec({ ndim: rank + 2 });
    if (![1, 2, 3].includes(this.implementation))
      throw new ValueError(`${where}: implementation must be 1, 2 or 3.\n  Received: ${describe(this.implementation)}`);
    if (this.padding !== 'valid' && !(this.padding === 'same' && this.implementation > 1))
      throw new ValueError(
        `${where}: padding must be 'valid', or 'same' with implementation 2 or 3.\n  Received: padding '${this.padding}', implementation ${this.implementation}`,
      );
  }
  private get isLast(): boolean {
    return this.dataFormat === 'channels_last';
  }
  override build(inputShape: SymbolicShape): void {
    const { isLast, filters, kernelSize, strides, padding } = this;
    const size = isLast ? inputShape.slice(1, -1) : inputShape.slice(2);
    const channels = isLast ? inputShape.at(-1) : inputShape[1];
    if (channels == null || size.some((d) => d === null))
      throw new ValueError(`all sizes but the first must be known.\n  Received: shape ${formatShape(inputShape)}`);
    this.channels = channels;
    this.inputSize = size as number[];
    this.outputSize = this.inputSize.map((d, i) =>
      Math.ceil((padding === 'same' ? d : d - kernelSize[i] + 1) / strides[i]),
    );
    if (this.outputSize.some((d) => d <= 0))
      throw new ValueError(
        `a kernel of size ${formatShape(kernelSize)} does not fit into the input.\n  Received: shape ${formatShape(inputShape)}`,
      );
    const { inputSize, outputSize } = this;
    const shape =
      this.implementation === 1
        ? [product(outputSize), product(kernelSize) * channels, filters]
        : this.implementation === 2
          ? isLast
            ? [...inputSize, channels, ...outputSize, filters]
            : [channels, ...inputSize, filters, ...outputSize]
          : [[...this.connections()].length * channels * filters];
    this.kernel = this.addWeight({ shape, ...this.settings.kernel });
    if (this.settings.useBias) this.bias = this.addWeight({ shape: [...outputSize, filters], ...this.settings.bias });
    this.inputSpec = new InputSpec({ ndim: this.rank + 2, axes: { [isLast ? -1 : 1]: channels } });
  }
  // Pairs of an output place and an input place that it sees.
  private *connections(): Generator<[number[], number[]]> {
    const { kernelSize, strides, padding, inputSize, outputSize } = this;
    for (const out of places(outputSize)) {
      const ranges = out.map((o, d) => {
        const before = Math.floor(kernelSize[d] / 2);
        const centre = o * strides[d] + (padding === 'valid' ? before : 0);
        return [Math.max(0, centre - before), Math.min(inputSize[d], centre + kernelSize[d] - before)];
      });
      for (const at of places(ranges.map(([from, to]) => to - from))) yield [out, at.map((v, d) => v + ranges[d][0])];
    }
  }
  // The matrix (all inputs, all outputs), zero where nothing is connected.
  private matrix(): Tensor {
    const { isLast, channels, filters, inputSize, outputSize } = this;
    const inputs = product(inputSize);
    const outputs = product(outputSize);
    const kernel = this.kernel.value;
    if (this.implementation === 2) {
      const mask = new Float32Array(inputs * outputs);
      for (const [o, i] of this.connections()) mask[flat(i, inputSize) * outputs + flat(o, outputSize)] = 1;
      const split = isLast ? [inputs, channels, outputs, filters] : [channels, inputs, filters, outputs];
      const ones = isLast ? [inputs, 1, outputs, 1] : [1, inputs, 1, outputs];
      const masked = kernel.reshape(split).mul(tensor(mask, ones).cast(kernel.dtype));
      return masked.reshape([inputs * channels, outputs * filters]);
    }
    const pairs: [number, number][] = [];
    for (const [o, i] of this.connections())
      for (let c = 0; c < channels; c++)
        for (let f = 0; f < filters; f++)
          pairs.push(
            isLast
              ? [flat([...o, f], [...outputSize, filters]), flat([...i, c], [...inputSize, channels])]
              : [flat([f, ...o], [filters, ...outputSize]), flat([c, ...i], [channels, ...inputSize])],
          );
    // Elements are kept in order of outputs, then inputs.
    pairs.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const at = Int32Array.from(pairs.flatMap(([o, i]) => [i, o]));
    return scatter(tensor(at, [pairs.length, 2]), kernel, [inputs * channels, outputs * filters]);
  }
  // Windows of all places side by side: (n, places, window).
  private windows(x: Tensor): Tensor {
    const { isLast, kernelSize, strides, outputSize, channels } = this;
    const lead = isLast ? 1 : 2;
    const n = x.shape[0];
    const parts = [...places(kernelSize)].map((offset) => {
      const of = <T>(inside: (d: number) => T, outside: (axis: number) => T): T[] =>
        x.shape.map((_, i) => (i >= lead && i < lead + kernelSize.length ? inside(i - lead) : outside(i)));
      const part = stridedBlock(x, {
        start: of(
          (d) => offset[d],
          () => 0,
        ),
        size: of(
          (d) => outputSize[d],
          (i) => x.shape[i],
        ),
        step: of(
          (d) => strides[d],
          () => 1,
        ),
      });
      // Channels last: a window is (place, channel); channels first: (channel, place).
      return part.reshape(isLast ? [n, product(outputSize), 1, channels] : [n, channels, 1, product(outputSize)]);
    });
    const joined = ops.concatenate(parts, { axis: 2 });
    if (isLast) return joined.reshape([n, product(outputSize), product(kernelSize) * channels]);
    return joined.transpose([0, 3, 1, 2]).reshape([n, product(outputSize), channels * product(kernelSize)]);
  }
  override call(inputs: Tensor): Tensor {
    const { isLast, filters, outputSize } = this;
    const n = inputs.shape[0];
    const shape = isLast ? [n, ...outputSize, filters] : [n, filters, ...outputSize];
    let y: Tensor;
    if (this.implementation === 1) {
      // (places, n, window) @ (places, window, filters)
      const byPlace = matmul(this.windows(inputs).transpose([1, 0, 2]), this.kernel.value);
      y = byPlace.transpose(isLast ? [1, 0, 2] : [1, 2, 0]).reshape(shape);
    } else y = matmul(inputs.reshape([n, product(inputs.shape.slice(1))]), this.matrix()).reshape(shape);
    // Channels first, the bias' memory is taken as it is, as Keras did.
    if (this.bias) y = y.add(this.bias.value.reshape([1, ...shape.slice(1)]));
    return this.settings.activation(y);
  }
  override getConfig() {
    const { filters, kernelSize, strides, padding, dataFormat, implementation } = this;
    return {
      ...super.getConfig(),
      filters,
      kernelSize,
      strides,
      padding,
      dataFormat,
      ...this.settings.getConfig(),
      activityRegularizer: serializeKerasObject(this.activityRegularizer),
      implementation,
    };
  }
}
/** (batch, steps, channels) -> (batch, steps', filters). */
export class LocallyConnected1D extends LocallyConnected {
  constructor(filters: number, kernelSize: Sizes, options: LocallyConnectedOptions = {}) {
    super(1, filters, kernelSize, options);
  }
}
/** (batch, height, width, channels) -> (batch, height', width', filters). */
export class LocallyConnected2D extends LocallyConnected {
  constructor(filters: number, kernelSize: Sizes, options: LocallyConnectedOptions = {}) {
    super(2, filters, kernelSize, options);
  }
}
registerClass(LEGACY_MODULE, LocallyConnected1D, LocallyConnected2D);
