/** Core layers: Input, Dense, Embedding, Activation, Identity, Lambda. */
import { TypeError, ValueError } from '../../errors';
import { matmul } from '../../ops/linalg';
import { embeddingLookup } from '../../ops/indexing';
import { convert, formatShape, isFloating, run, type DType, type Tensor } from '../../tensor';
import type { Variable } from '../../variable';
import * as activations from '../activations';
import * as constraints from '../constraints';
import * as initializers from '../initializers';
import { KerasTensor, recordNode, type SymbolicShape } from '../keras_tensor';
import * as regularizers from '../regularizers';
import { getRegisteredObject, registerClass } from '../saving/registry';
import { deserializeKerasObject, isSerialized, serializeKerasObject } from '../saving/serialize';
import { InputSpec } from './input_spec';
import { Layer, type BuildShape, type CallOptions, type LayerOptions } from './layer';

/** @internal Checks a number of units, filters and the like. */
export function positiveInteger(where: string, what: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value <= 0) throw new ValueError(`${where}: ${what} must be a positive whole number.\n  Received: ${String(value)}`);
  return value;
}

export interface InputLayerOptions extends LayerOptions {
  shape?: SymbolicShape;
  batchShape?: SymbolicShape;
  sparse?: boolean | null;
  ragged?: boolean | null;
  optional?: boolean;
}
/** Where data enter a model. */
export class InputLayer extends Layer {
  static override options = ['shape', 'batchShape', 'sparse', 'ragged', 'optional'];
  declare batchShape: SymbolicShape;
  private readonly kerasTensor: KerasTensor;
  constructor(options: InputLayerOptions = {}) {
    super(options);
    const shape = options.batchShape ?? (options.shape ? [options.batchSize ?? null, ...options.shape] : null) ?? this.batchShape;
    if (!Array.isArray(shape)) throw new ValueError("InputLayer: a 'shape' (of one example) or a 'batchShape' is needed.");
    for (const d of shape)
      if (d !== null && !(Number.isInteger(d) && d >= 0)) throw new ValueError(`InputLayer: sizes must be whole numbers >= 0 or null.\n  Received: [${shape}]`);
    this.batchShape = shape;
    this.kerasTensor = new KerasTensor(shape, this.computeDtype === this.variableDtype ? this.variableDtype : 'float32', { name: this.name });
    recordNode(this, [], this.kerasTensor);
    this.built = true;
  }
  /** The symbolic tensor that stands for the data. */
  override get output(): KerasTensor {
    return this.kerasTensor;
  }
  override call(inputs: unknown): unknown {
    return inputs;
  }
  override getConfig() {
    return { batchShape: this.batchShape, dtype: this.kerasTensor.dtype, sparse: false, ragged: false, name: this.name };
  }
  static override fromConfig(config: Record<string, unknown>): InputLayer {
    const { batchShape, dtype, name, optional } = config as { batchShape: SymbolicShape; dtype?: DType; name?: string; optional?: boolean };
    return new InputLayer({ batchShape, dtype, name, optional });
  }
}
export interface InputOptions {
  batchSize?: number | null;
  dtype?: DType | null;
  name?: string | null;
  batchShape?: SymbolicShape;
  sparse?: boolean;
  optional?: boolean;
}
/** A symbolic tensor for data of this shape (of one example, without the batch axis). */
export function Input(shape: SymbolicShape | (InputOptions & { shape?: SymbolicShape }), options: InputOptions = {}): KerasTensor {
  const given = Array.isArray(shape) ? { shape: shape as SymbolicShape, ...options } : { ...(shape as InputOptions & { shape?: SymbolicShape }) };
  const layer = new InputLayer({
    ...given,
    batchShape: given.batchShape ?? (given.shape ? [given.batchSize ?? null, ...given.shape] : undefined),
    batchSize: undefined,
    name: given.name ?? undefined,
  });
  return layer.output;
}

export interface DenseOptions extends LayerOptions {
  activation?: unknown;
  useBias?: boolean;
  kernelInitializer?: unknown;
  biasInitializer?: unknown;
  kernelRegularizer?: unknown;
  biasRegularizer?: unknown;
  kernelConstraint?: unknown;
  biasConstraint?: unknown;
  quantizationConfig?: null;
  loraRank?: null;
  loraAlpha?: null;
}
const KERNEL_OPTIONS = ['activation', 'useBias', 'kernelInitializer', 'biasInitializer', 'kernelRegularizer', 'biasRegularizer', 'kernelConstraint', 'biasConstraint'];
/** @internal Options of layers with a kernel and a bias, checked and resolved. */
export class KernelOptions {
  static readonly names = KERNEL_OPTIONS;
  readonly activation;
  readonly useBias;
  readonly kernelInitializer;
  readonly biasInitializer;
  readonly kernelRegularizer;
  readonly biasRegularizer;
  readonly kernelConstraint;
  readonly biasConstraint;
  constructor(o: DenseOptions) {
    this.activation = activations.get(o.activation);
    this.useBias = o.useBias ?? true;
    this.kernelInitializer = initializers.get(o.kernelInitializer ?? 'glorot_uniform');
    this.biasInitializer = initializers.get(o.biasInitializer ?? 'zeros');
    this.kernelRegularizer = regularizers.get(o.kernelRegularizer);
    this.biasRegularizer = regularizers.get(o.biasRegularizer);
    this.kernelConstraint = constraints.get(o.kernelConstraint);
    this.biasConstraint = constraints.get(o.biasConstraint);
  }
  get kernel() {
    return { initializer: this.kernelInitializer, regularizer: this.kernelRegularizer, constraint: this.kernelConstraint, name: 'kernel' };
  }
  get bias() {
    return { initializer: this.biasInitializer, regularizer: this.biasRegularizer, constraint: this.biasConstraint, name: 'bias' };
  }
  getConfig(): Record<string, unknown> {
    return {
      activation: activations.serialize(this.activation),
      useBias: this.useBias,
      ...Object.fromEntries(KERNEL_OPTIONS.slice(2).map((k) => [k, serializeKerasObject(this[k as 'kernelRegularizer'])])),
    };
  }
}
/** activation(x @ kernel + bias) over the last axis: (..., n) -> (..., units). kernel (n, units), bias (units,). */
export class Dense extends Layer {
  static override positional = ['units'];
  static override options = [...KERNEL_OPTIONS, 'quantizationConfig', 'loraRank', 'loraAlpha'];
  override supportsMasking = true;
  readonly units: number;
  kernel!: Variable;
  bias: Variable | null = null;
  private readonly settings: KernelOptions;
  constructor(units: number, options: DenseOptions = {}) {
    super(options);
    this.units = positiveInteger('Dense', 'units', units);
    this.settings = new KernelOptions(options);
    this.inputSpec = new InputSpec({ minNdim: 2 });
  }
  get activation(): activations.Activation {
    return this.settings.activation;
  }
  get useBias(): boolean {
    return this.settings.useBias;
  }
  override build(inputShape: SymbolicShape): void {
    const n = inputShape.at(-1);
    if (n == null) throw new ValueError(`the last axis of the input must be known.\n  Received: shape ${formatShape(inputShape)}`);
    this.kernel = this.addWeight({ shape: [n, this.units], ...this.settings.kernel });
    if (this.useBias) this.bias = this.addWeight({ shape: [this.units], ...this.settings.bias });
    this.inputSpec = new InputSpec({ minNdim: 2, axes: { '-1': n } });
  }
  override call(inputs: Tensor): Tensor {
    let y = matmul(inputs, this.kernel.value);
    if (this.bias) y = y.add(this.bias.value);
    return this.activation(y);
  }
  override getConfig() {
    return { ...super.getConfig(), units: this.units, ...this.settings.getConfig() };
  }
}

export interface EmbeddingOptions extends LayerOptions {
  embeddingsInitializer?: unknown;
  embeddingsRegularizer?: unknown;
  embeddingsConstraint?: unknown;
  maskZero?: boolean;
  inputLength?: number | null;
  quantizationConfig?: null;
  loraRank?: null;
  loraAlpha?: null;
}
/** Rows of a table (inputDim, outputDim) by whole numbers: (...) -> (..., outputDim). */
export class Embedding extends Layer {
  static override positional = ['inputDim', 'outputDim'];
  static override options = ['embeddingsInitializer', 'embeddingsRegularizer', 'embeddingsConstraint', 'maskZero', 'inputLength', 'quantizationConfig', 'loraRank', 'loraAlpha'];
  embeddings!: Variable;
  readonly maskZero: boolean;
  private readonly settings;
  constructor(
    readonly inputDim: number,
    readonly outputDim: number,
    options: EmbeddingOptions = {},
  ) {
    super({ ...options, ...(options.inputLength ? { inputShape: [options.inputLength] } : {}) });
    positiveInteger('Embedding', 'inputDim', inputDim);
    positiveInteger('Embedding', 'outputDim', outputDim);
    this.maskZero = options.maskZero ?? false;
    this.supportsMasking = this.maskZero;
    this.autocast = false;
    this.settings = {
      embeddingsInitializer: initializers.get(options.embeddingsInitializer ?? 'uniform'),
      embeddingsRegularizer: regularizers.get(options.embeddingsRegularizer),
      embeddingsConstraint: constraints.get(options.embeddingsConstraint),
    };
  }
  override build(_inputShape: BuildShape): void {
    const { embeddingsInitializer: initializer, embeddingsRegularizer: regularizer, embeddingsConstraint: constraint } = this.settings;
    this.embeddings = this.addWeight({ shape: [this.inputDim, this.outputDim], initializer, regularizer, constraint, name: 'embeddings' });
  }
  override call(inputs: Tensor): Tensor {
    const ids = isFloating(inputs.dtype) || inputs.dtype === 'bool' || inputs.dtype === 'uint8' || inputs.dtype === 'int8' ? inputs.cast('int32') : inputs;
    const y = embeddingLookup(this.embeddings.value, ids);
    return y.dtype === this.computeDtype ? y : y.cast(this.computeDtype);
  }
  protected override producesMask(): boolean {
    return this.maskZero;
  }
  override computeMask(inputs: Tensor): Tensor | null {
    return this.maskZero ? run('not_equal', [inputs, convert(0, inputs)]) : null;
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      inputDim: this.inputDim,
      outputDim: this.outputDim,
      maskZero: this.maskZero,
      ...Object.fromEntries(Object.entries(this.settings).map(([k, v]) => [k, serializeKerasObject(v)])),
    };
  }
}

/** An activation function as a layer. */
export class Activation extends Layer {
  static override positional = ['activation'];
  override supportsMasking = true;
  readonly activation: activations.Activation;
  constructor(activation: unknown, options: LayerOptions = {}) {
    super(options);
    this.activation = activations.get(activation);
    this.built = true;
  }
  override call(inputs: Tensor): Tensor {
    return this.activation(inputs);
  }
  override getConfig() {
    return { ...super.getConfig(), activation: activations.serialize(this.activation) };
  }
}
/** Its input. */
export class Identity extends Layer {
  override supportsMasking = true;
  override call(inputs: unknown): unknown {
    return inputs;
  }
}
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type LambdaFunction = (inputs: any, options?: CallOptions) => unknown;
/** A function given in code. Files hold its name only: it comes back through customObjects. */
export class Lambda extends Layer {
  static override positional = ['function'];
  static override options = ['outputShape', 'mask', 'arguments'];
  private readonly f: LambdaFunction;
  private readonly given: LayerOptions & { mask?: unknown; arguments?: Record<string, unknown> };
  constructor(f: LambdaFunction, options: LayerOptions & { outputShape?: unknown; mask?: unknown; arguments?: Record<string, unknown> } = {}) {
    super(options);
    if (typeof f !== 'function') throw new TypeError(`Lambda: a function is expected. Code in files is never run.\n  Received: ${typeof f}`);
    this.f = f;
    this.given = options;
    this.supportsMasking = options.mask !== undefined;
  }
  override call(inputs: unknown, options: CallOptions = {}): unknown {
    return this.given.arguments ? this.f(inputs, { ...this.given.arguments }) : this.f(inputs, options);
  }
  override computeMask(inputs: unknown, mask: unknown): unknown {
    return typeof this.given.mask === 'function' ? (this.given.mask as (x: unknown, m: unknown) => unknown)(inputs, mask) : (this.given.mask ?? null);
  }
  override getConfig() {
    return { ...super.getConfig(), function: serializeKerasObject(this.f), ...(this.given.arguments ? { arguments: this.given.arguments } : {}) };
  }
  static override fromConfig(config: Record<string, unknown>): Layer {
    const { function: f, ...options } = config;
    return new Lambda((typeof f === 'string' ? getRegisteredObject(f) : isSerialized(f) ? deserializeKerasObject(f) : f) as LambdaFunction, options);
  }
}
registerClass('keras.layers', InputLayer, Dense, Embedding, Activation, Identity, Lambda);
