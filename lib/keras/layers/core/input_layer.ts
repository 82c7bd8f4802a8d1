/** Where data enter a model: InputLayer and Input. */
import { describe } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import type { DType } from '../../../core/tensor';
import { KerasTensor, recordNode, type SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type LayerOptions } from '../layer';

export interface InputLayerOptions extends LayerOptions {
  /** Shape of one example, without the batch; null where a size is unknown. */
  shape?: SymbolicShape;
  /** Shape with the batch, in place of `shape` and `batchSize`. */
  batchShape?: SymbolicShape;
  /** Must be false or null: there are no sparse tensors. */
  sparse?: boolean | null;
  /** Must be false or null: there are no ragged tensors. */
  ragged?: boolean | null;
  /** Whether null may be given in place of a tensor. Default false. */
  optional?: boolean;
}
/** Where data enter a model. */
export class InputLayer extends Layer {
  static override options: OptionKinds = {
    shape: kinds.shape,
    batchShape: kinds.shape,
    sparse: kinds.boolean,
    ragged: kinds.boolean,
    optional: kinds.boolean,
  };
  declare batchShape: SymbolicShape;
  readonly optional: boolean;
  private readonly kerasTensor: KerasTensor;
  constructor(options: InputLayerOptions = {}) {
    super(options);
    const shape =
      options.batchShape ??
      (Array.isArray(options.shape) ? [options.batchSize ?? null, ...(options.shape as SymbolicShape)] : null) ??
      this.batchShape;
    if (!Array.isArray(shape))
      throw new ValueError("InputLayer: a 'shape' (of one example) or a 'batchShape' is needed.");
    for (const d of shape)
      if (d !== null && !(Number.isInteger(d) && d >= 0))
        throw new ValueError(`InputLayer: sizes must be integers >= 0 or null.\n  Received: ${describe(shape)}`);
    this.batchShape = shape;
    this.optional = options.optional ?? false;
    this.kerasTensor = new KerasTensor(
      shape,
      this.computeDtype === this.variableDtype ? this.variableDtype : 'float32',
      { name: this.name },
    );
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
    return {
      batchShape: this.batchShape,
      dtype: this.kerasTensor.dtype,
      sparse: false,
      ragged: false,
      optional: this.optional,
      name: this.name,
    };
  }
  static override fromConfig(config: Record<string, unknown>): InputLayer {
    const { batchShape, dtype, name, optional } = config as {
      batchShape: SymbolicShape;
      dtype?: DType;
      name?: string;
      optional?: boolean;
    };
    return new InputLayer({ batchShape, dtype, name, optional });
  }
}
export interface InputOptions {
  /** Examples in a batch. Default null: any number. */
  batchSize?: number | null;
  /** Default float32. 'string': texts, for layers that look words up or hash them. */
  dtype?: DType | 'string' | null;
  /** Name of the input, by which records of data are matched. Default: 'input_layer' with a number. */
  name?: string | null;
  /** Shape with the batch, in place of `shape` and `batchSize`. */
  batchShape?: SymbolicShape;
  /** Must be false: there are no sparse tensors. */
  sparse?: boolean;
  /** Whether null may be given in place of a tensor. Default false. */
  optional?: boolean;
}
/** A symbolic tensor for data of this shape (of one example, without the batch axis). */
export function Input(
  shape: SymbolicShape | (InputOptions & { shape?: SymbolicShape }),
  options: InputOptions = {},
): KerasTensor {
  const given = Array.isArray(shape)
    ? { shape: shape as SymbolicShape, ...options }
    : { ...(shape as InputOptions & { shape?: SymbolicShape }) };
  const layer = new InputLayer({
    ...given,
    batchShape:
      given.batchShape ?? (Array.isArray(given.shape) ? [given.batchSize ?? null, ...given.shape] : undefined),
    batchSize: undefined,
    dtype: given.dtype as DType | null,
    name: given.name ?? undefined,
  });
  return layer.output;
}
registerClass('keras.layers', InputLayer);
