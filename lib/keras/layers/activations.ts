/** Activations that are layers: ReLU, LeakyReLU, Softmax; and Rescaling. */
import { ValueError } from '../../errors';
import { leakyRelu } from '../../ops/activation';
import { convert, isFloating, run, type Tensor } from '../../tensor';
import * as activations from '../activations';
import { registerClass } from '../saving/registry';
import { Layer, type CallOptions, type LayerOptions } from './layer';

export interface ReLUOptions extends LayerOptions {
  maxValue?: number | null;
  negativeSlope?: number;
  threshold?: number;
}
/** max(x, 0), with a slope below `threshold` and a limit above. */
export class ReLU extends Layer {
  static override positional: readonly string[] = [];
  static override options = ['maxValue', 'negativeSlope', 'threshold'];
  override supportsMasking = true;
  readonly maxValue: number | null;
  readonly negativeSlope: number;
  readonly threshold: number;
  constructor(options: ReLUOptions = {}) {
    super(options);
    this.maxValue = options.maxValue ?? null;
    this.negativeSlope = options.negativeSlope ?? 0;
    this.threshold = options.threshold ?? 0;
    for (const [name, v] of Object.entries({ maxValue: this.maxValue ?? 0, negativeSlope: this.negativeSlope, threshold: this.threshold }))
      if (!(v >= 0)) throw new ValueError(`ReLU: ${name} must not be negative.\n  Received: ${v}`);
    this.built = true;
  }
  override call(inputs: Tensor): Tensor {
    return activations.relu(inputs, { negativeSlope: this.negativeSlope, maxValue: this.maxValue, threshold: this.threshold });
  }
  override getConfig() {
    return { ...super.getConfig(), maxValue: this.maxValue, negativeSlope: this.negativeSlope, threshold: this.threshold };
  }
}
/** x, or negativeSlope x below 0. Default 0.3. */
export class LeakyReLU extends Layer {
  static override positional: readonly string[] = [];
  static override options = ['negativeSlope'];
  override supportsMasking = true;
  readonly negativeSlope: number;
  constructor(negativeSlope: number | (LayerOptions & { negativeSlope?: number }) = 0.3, options: LayerOptions = {}) {
    const given = typeof negativeSlope === 'number' ? { ...options, negativeSlope } : negativeSlope;
    super(given);
    this.negativeSlope = given.negativeSlope ?? 0.3;
    if (!(this.negativeSlope >= 0)) throw new ValueError(`LeakyReLU: negativeSlope must not be negative.\n  Received: ${this.negativeSlope}`);
    this.built = true;
  }
  override call(inputs: Tensor): Tensor {
    return leakyRelu(inputs, { negativeSlope: this.negativeSlope });
  }
  override getConfig() {
    return { ...super.getConfig(), negativeSlope: this.negativeSlope };
  }
}
/** e^x / sum(e^x) along `axis`; masked elements get 0. */
export class Softmax extends Layer {
  static override positional: readonly string[] = [];
  static override options = ['axis'];
  override supportsMasking = true;
  readonly axis: number | readonly number[];
  constructor(options: LayerOptions & { axis?: number | readonly number[] } = {}) {
    super(options);
    this.axis = options.axis ?? -1;
    this.built = true;
  }
  override call(inputs: Tensor, { mask }: CallOptions = {}): Tensor {
    const axis = this.axis;
    if (!mask) return activations.softmax(inputs, { axis });
    const hidden = run('multiply', [
      run('subtract', [convert(1, inputs), run('cast', [mask as Tensor], { dtype: inputs.dtype })]),
      convert(inputs.dtype === 'float16' ? -3e4 : -1e9, inputs),
    ]);
    return activations.softmax(run('add', [inputs, hidden]), { axis });
  }
  override getConfig() {
    return { ...super.getConfig(), axis: this.axis };
  }
}
/** x scale + offset. */
export class Rescaling extends Layer {
  static override positional = ['scale'];
  static override options = ['offset'];
  override supportsMasking = true;
  readonly offset: number | readonly number[];
  constructor(
    readonly scale: number | readonly number[],
    options: LayerOptions & { offset?: number | readonly number[] } = {},
  ) {
    super(options);
    this.offset = options.offset ?? 0;
    this.built = true;
  }
  override call(inputs: Tensor): Tensor {
    const x = isFloating(inputs.dtype) ? inputs : inputs.cast(this.computeDtype);
    return run('add', [run('multiply', [x, convert(this.scale, x)]), convert(this.offset, x)]);
  }
  override getConfig() {
    return { ...super.getConfig(), scale: this.scale, offset: this.offset };
  }
}
registerClass('keras.layers', ReLU, LeakyReLU, Softmax, Rescaling);
