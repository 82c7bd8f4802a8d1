/** Hashing and HashedCrossing: texts and integers to bins, without a vocabulary. */
import { describe } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import { zeros } from '../../../ops/creation';
import { Tensor } from '../../../core/tensor';
import { isInferring, type SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { type LayerOptions } from '../layer';
import { DataLayer } from './data_layer';
import { checkOutputMode, encode, encodedShape, refuseSparse, type OutputMode } from './encode';
import { fingerprint64, joinFingerprints, sipHash } from '../../../support/fingerprint';
import { hasText, integers, readValues, type Values } from './values';

export interface HashingOptions extends LayerOptions {
  /** Number of bins, >= 1. Required. */
  numBins?: number;
  /** The value that goes to bin 0, which no other does then. Default null: none. */
  maskValue?: string | number | null;
  /** One number or two that make the hash SipHash with this key. Default null: FarmHash without a key. */
  salt?: number | readonly number[] | null;
  /** 'int' (default): the number of the bin. 'one_hot', 'multi_hot' and 'count': vectors with an element for each bin. */
  outputMode?: OutputMode;
  /** Must be false: there are no sparse tensors. */
  sparse?: boolean;
}
/** @internal Numbers as TensorFlow writes them; fractions are cut off. */
export const asText = (v: string | number | bigint): string =>
  typeof v === 'number' ? String(Math.trunc(v)) : String(v);
/** @internal A salt as the two words of a key, or null. */
export function keyOf(layer: string, salt: number | readonly number[] | null | undefined): number[] | null {
  if (salt == null) return null;
  const key = typeof salt === 'number' ? [salt, salt] : [...salt];
  if (key.length !== 2 || key.some((k) => !Number.isInteger(k)))
    throw new ValueError(`${layer}: salt must be an integer or two of them.\n  Received: ${describe(salt)}`);
  return key;
}
/** @internal The bin of a text: by Fingerprint64, with a key by SipHash. */
export function hashBucket(text: string, bins: number, key: readonly number[] | null): number {
  const h = key
    ? sipHash(text, [BigInt.asUintN(64, BigInt(key[0])), BigInt.asUintN(64, BigInt(key[1]))])
    : fingerprint64(text);
  return Number(h % BigInt(bins));
}
/**
 * The bin of each value, by the same hashes as TensorFlow: equal texts give equal bins everywhere. With `maskValue`, that
 * value has bin 0 and the others share the rest. `salt` chooses another hash function. Values must be known: use it
 * before a model, not in it.
 */
export class Hashing extends DataLayer {
  static override positional = ['numBins'];
  static override options: OptionKinds = {
    numBins: kinds.integer,
    maskValue: kinds.any,
    salt: kinds.integers,
    outputMode: kinds.choice,
    sparse: kinds.boolean,
  };
  readonly numBins: number;
  readonly maskValue: string | number | null;
  readonly salt: number[] | null;
  readonly outputMode: OutputMode;
  constructor(numBins: number | HashingOptions, options: HashingOptions = {}) {
    const all = typeof numBins === 'object' && numBins !== null ? numBins : { ...options, numBins };
    const mode = checkOutputMode('Hashing', all.outputMode ?? 'int', ['int', 'one_hot', 'multi_hot', 'count']);
    super({ ...all, dtype: all.dtype ?? (mode === 'int' ? 'int64' : 'float32') });
    if (!Number.isInteger(all.numBins) || all.numBins! <= 0)
      throw new ValueError(`Hashing: numBins must be a positive integer.\n  Received: ${describe(all.numBins)}`);
    if (mode === 'int' && !['int32', 'int64'].includes(this.dtypePolicy.name))
      throw new ValueError(
        `Hashing: with outputMode 'int', dtype must be 'int32' or 'int64'.\n  Received: '${this.dtypePolicy.name}'`,
      );
    refuseSparse('Hashing', all.sparse);
    this.numBins = all.numBins!;
    this.maskValue = all.maskValue ?? null;
    this.salt = keyOf('Hashing', all.salt);
    this.outputMode = mode;
  }
  override call(inputs: unknown): Tensor {
    const { flat, shape } = readValues('Hashing', inputs);
    const isMasked = this.maskValue !== null && this.numBins > 1;
    const bins = isMasked ? this.numBins - 1 : this.numBins;
    const seen = new Map<string, number>();
    const hashed = flat.map((v) => {
      if (isMasked && (typeof v === 'string' ? v === this.maskValue : Number(v) === this.maskValue)) return 0;
      const text = asText(v);
      let bin = seen.get(text);
      if (bin === undefined) seen.set(text, (bin = hashBucket(text, bins, this.salt)));
      return isMasked ? bin + 1 : bin;
    });
    return encode(
      integers(hashed, this.outputMode === 'one_hot' && shape.at(-1) === 1 ? shape.slice(0, -1) : shape),
      this.outputMode,
      this.numBins,
      this.computeDtype,
    );
  }
  override computeOutputShape(inputShape: SymbolicShape): SymbolicShape {
    return encodedShape(inputShape, this.outputMode, this.numBins);
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      numBins: this.numBins,
      salt: this.salt,
      maskValue: this.maskValue,
      outputMode: this.outputMode,
      sparse: false,
    };
  }
}

export interface HashedCrossingOptions extends LayerOptions {
  /** Number of bins, >= 1. Required. */
  numBins?: number;
  /** 'int' (default): the number of the bin. 'one_hot': a vector with an element for each bin. */
  outputMode?: Extract<OutputMode, 'int' | 'one_hot'>;
  /** Must be false: there are no sparse tensors. */
  sparse?: boolean;
}
const START = 0xdecafcaffen;
/** One bin for each combination of the values of several features: called on an array of two or more, each (batch,), (batch, 1) or single. */
export class HashedCrossing extends DataLayer {
  static override positional = ['numBins'];
  static override options: OptionKinds = { numBins: kinds.integer, outputMode: kinds.choice, sparse: kinds.boolean };
  readonly numBins: number;
  readonly outputMode: OutputMode;
  constructor(numBins: number | HashedCrossingOptions, options: HashedCrossingOptions = {}) {
    const all = typeof numBins === 'object' && numBins !== null ? numBins : { ...options, numBins };
    const mode = checkOutputMode('HashedCrossing', all.outputMode ?? 'int', ['int', 'one_hot']);
    super({ ...all, dtype: all.dtype ?? (mode === 'int' ? 'int64' : null) });
    if (!Number.isInteger(all.numBins) || all.numBins! <= 0)
      throw new ValueError(`HashedCrossing: numBins must be a positive integer.\n  Received: ${describe(all.numBins)}`);
    refuseSparse('HashedCrossing', all.sparse);
    this.numBins = all.numBins!;
    this.outputMode = mode;
  }
  override call(inputs: unknown): Tensor {
    if (!Array.isArray(inputs) || inputs.length < 2)
      throw new ValueError('HashedCrossing: an array of two or more features is expected.');
    const numbers = inputs.find((x) => x instanceof Tensor);
    // Numbers beside texts have no values while shapes are found; models compute such layers before their steps.
    if (numbers && isInferring() && inputs.some(hasText))
      return encode(zeros(numbers.shape, { dtype: 'int64' }), this.outputMode, this.numBins, this.computeDtype);
    const features: Values[] = inputs.map((x) => readValues('HashedCrossing', x));
    const { shape } = features[0];
    if (
      shape.length > 2 ||
      (shape.length === 2 && shape[1] !== 1) ||
      features.some((f) => String(f.shape) !== String(shape))
    )
      throw new ValueError(
        `HashedCrossing: all features must have one shape: (), (batch,) or (batch, 1).\n  Received: ${features.map((f) => `(${f.shape.join(', ')})`).join(' and ')}`,
      );
    if (features.some((f) => f.isFloat)) throw new ValueError('HashedCrossing: features must be texts or integers.');
    const bins = features[0].flat.map((_, i) => {
      const h = features.reduce(
        (sum, f) =>
          joinFingerprints(sum, f.isText ? fingerprint64(f.flat[i] as string) : BigInt.asUintN(64, BigInt(f.flat[i]))),
        START,
      );
      return h % BigInt(this.numBins);
    });
    return encode(integers(bins, shape), this.outputMode, this.numBins, this.computeDtype);
  }
  override computeOutputShape(inputShape: SymbolicShape[]): SymbolicShape {
    return encodedShape(inputShape[0], this.outputMode, this.numBins);
  }
  override getConfig() {
    const { name, dtype } = super.getConfig() as { name: string; dtype: unknown };
    void dtype;
    return { numBins: this.numBins, outputMode: this.outputMode, sparse: false, name, dtype: this.dtypePolicy.name };
  }
}
registerClass('keras.layers', Hashing, HashedCrossing);
