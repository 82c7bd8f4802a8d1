/** StringLookup and IntegerLookup. */
import { describe } from '../../../support/describe';
import { TypeError, ValueError } from '../../../support/errors';
import { recordOf } from '../../../support/guard';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { IndexLookup, LOOKUP_OPTIONS, type IndexLookupOptions, type Term } from './index_lookup';

export interface StringLookupOptions extends IndexLookupOptions {
  /** Of bytes in the vocabulary: 'utf-8', the only one. */
  encoding?: 'utf-8';
}
/**
 * Texts to indices (int64): known ones to their place in the vocabulary, behind index 0 for `maskToken` (when given) and
 * `numOovIndices` (default 1) for unknown ones; by `outputMode` 'one_hot', 'multi_hot', 'count' or 'tf_idf' to vectors. The
 * vocabulary is given or learned by `adapt`. `invert` maps indices back to texts. Inputs: nested arrays of strings.
 */
export class StringLookup extends IndexLookup {
  static override options: OptionKinds = { ...LOOKUP_OPTIONS, encoding: kinds.any };
  protected override readonly isText = true;
  private readonly encoding: string;
  constructor(options: StringLookupOptions = {}) {
    super(options, '[UNK]');
    this.encoding = options.encoding ?? 'utf-8';
    this.useInputVocabulary();
  }
  protected override termOf(value: unknown): Term {
    if (typeof value !== 'string')
      throw new TypeError(`StringLookup: texts are expected.\n  Received: ${describe(value)}`);
    return value;
  }
  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), encoding: this.encoding };
  }
}
/**
 * Integers to indices (int64), as StringLookup for texts. Unknown numbers get the index number mod `numOovIndices`, or
 * one by hash with `oovMethod` 'farmhash'. The token for unknown ones, seen with `invert`, is -1.
 */
export class IntegerLookup extends IndexLookup {
  static override options: OptionKinds = { ...LOOKUP_OPTIONS, vocabularyDtype: kinds.dtype };
  protected override readonly isText = false;
  constructor(options: IndexLookupOptions & { vocabularyDtype?: 'int64' } = {}) {
    recordOf('IntegerLookup', options);
    if (options.vocabularyDtype !== undefined && options.vocabularyDtype !== 'int64')
      throw new ValueError(`IntegerLookup: vocabularyDtype must be 'int64'.\n  Received: '${options.vocabularyDtype}'`);
    if (options.salt != null && options.oovMethod !== 'farmhash')
      throw new ValueError(
        `IntegerLookup: salt is for oovMethod 'farmhash' only.\n  Received: '${options.oovMethod ?? 'floormod'}'`,
      );
    super(options, -1);
    this.useInputVocabulary();
  }
  protected override termOf(value: unknown): Term {
    if (typeof value === 'bigint') return value;
    const n = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
    if (typeof n !== 'number' || !Number.isFinite(n))
      throw new TypeError(`IntegerLookup: integers are expected.\n  Received: ${describe(value)}`);
    return BigInt(Math.trunc(n));
  }
  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), vocabularyDtype: 'int64' };
  }
}
registerClass('keras.layers', StringLookup, IntegerLookup);
