/** TextVectorization: texts to indices of their words. */
import { requireTable } from '../../../support/limits';
import { describe } from '../../../support/describe';
import { TypeError, ValueError } from '../../../support/errors';
import { recordOf } from '../../../support/guard';
import type { Tensor, TensorLike } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import { isKerasTensor, type SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { deserializeKerasObject, isSerialized, serializeKerasObject } from '../../serialization/serialize';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type LayerOptions } from '../layer';
import { checkOutputMode, type OutputMode } from './encode';
import type { Term } from './index_lookup';
import { StringLookup } from './lookups';
import { forEachBatch, integers, readValues, type Texts } from './values';

type Standardize = 'lower_and_strip_punctuation' | 'lower' | 'strip_punctuation' | ((text: string) => string) | null;
type Split = 'whitespace' | 'character' | ((text: string) => string[]) | null;
export interface TextVectorizationOptions extends LayerOptions {
  /** Size of the vocabulary, padding and the unknown word included: `adapt` keeps the most frequent ones. Default null: no limit. */
  maxTokens?: number | null;
  /** What is done to a text first: 'lower_and_strip_punctuation' (default), 'lower', 'strip_punctuation', a function, or null for nothing. */
  standardize?: Standardize;
  /** How a text becomes words: 'whitespace' (default), 'character', a function, or null: the text is one word. */
  split?: Split;
  /** n makes words out of up to n neighbours, a list out of as many as it says. Default null: single words. */
  ngrams?: number | readonly number[] | null;
  /** 'int' (default): the number of each word. 'multi_hot' ('binary' is its old name), 'count' and 'tf_idf': a vector for each text. */
  outputMode?: OutputMode | 'binary' | 'tf-idf';
  /** Length that 'int' outputs are cut or padded with 0 to. Default null: that of the longest text of the batch. */
  outputSequenceLength?: number | null;
  /** Whether vectors have `maxTokens` elements even where the vocabulary is smaller. Default false. */
  padToMaxTokens?: boolean;
  /** The words in their order, without padding and the unknown word. Default null: found by `adapt`. */
  vocabulary?: readonly string[] | null;
  /** Inverse document frequency of each word of `vocabulary`, for outputMode 'tf_idf'. */
  idfWeights?: readonly number[] | TensorLike | null;
  /** Must be false: there are no sparse tensors. */
  sparse?: boolean;
  /** Must be false: there are no ragged tensors. */
  ragged?: boolean;
  /** Of texts given as bytes: 'utf-8', the only one. */
  encoding?: 'utf-8';
  /** Of configs: how many words the vocabulary in the file beside it has. */
  vocabularySize?: number | null;
  /** Of configs: whether the vocabulary was given to the constructor. */
  hasInputVocabulary?: boolean;
}
const PUNCTUATION = /[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~']/g;
const isOfStrings = (dtype: unknown): boolean =>
  dtype === 'string' || (isSerialized(dtype) && (dtype.config as { name?: unknown }).name === 'string');
const STANDARDS = ['lower_and_strip_punctuation', 'lower', 'strip_punctuation'];
/** As TensorFlow: letters beyond ASCII keep their case. */
const lower = (text: string): string => text.replace(/[A-Z]+/g, (s) => s.toLowerCase());

/**
 * Texts to the indices of their words: standardized, split, joined to `ngrams`, looked up. outputMode 'int' gives int64 of
 * shape (batch, outputSequenceLength or the longest text), filled with 0; 'multi_hot', 'count' and 'tf_idf' give vectors of
 * the vocabulary's size. The vocabulary is given, or learned by `adapt`. Called on (nested) arrays of strings of shape
 * (batch,) or (batch, 1).
 * @example const layer = new TextVectorization({ outputSequenceLength: 4 }); layer.adapt(['the cat', 'the dog']); layer.apply(['the cow']);
 */
export class TextVectorization extends Layer {
  static override options: OptionKinds = {
    maxTokens: kinds.integer,
    standardize: kinds.any,
    split: kinds.any,
    ngrams: kinds.integers,
    outputMode: kinds.choice,
    outputSequenceLength: kinds.integer,
    padToMaxTokens: kinds.boolean,
    vocabulary: kinds.any,
    idfWeights: kinds.numbers,
    sparse: kinds.boolean,
    ragged: kinds.boolean,
    encoding: kinds.any,
    vocabularySize: kinds.integer,
    hasInputVocabulary: kinds.boolean,
  };
  /** @internal Keras' name of the attribute in files. */
  static readonly savedNames = { lookupLayer: '_lookup_layer' };
  private readonly standardize: Standardize;
  private readonly split: Split;
  private readonly ngrams: number | readonly number[] | null;
  private readonly outputMode: OutputMode;
  private readonly outputSequenceLength: number | null;
  private readonly lookupLayer: StringLookup;
  private readonly given: TextVectorizationOptions;

  constructor(options: TextVectorizationOptions = {}) {
    // Files of tf.keras say what it takes.
    super(isOfStrings(recordOf('TextVectorization', options).dtype) ? { ...options, dtype: undefined } : options);
    const {
      standardize = 'lower_and_strip_punctuation',
      split = 'whitespace',
      ngrams = null,
      outputSequenceLength = null,
    } = options;
    if (standardize !== null && typeof standardize !== 'function' && !STANDARDS.includes(standardize))
      throw new ValueError(
        `TextVectorization: standardize must be one of ${STANDARDS.map((s) => `'${s}'`).join(', ')}, a function or null.\n  Received: ${describe(standardize)}`,
      );
    if (split !== null && typeof split !== 'function' && split !== 'whitespace' && split !== 'character')
      throw new ValueError(
        `TextVectorization: split must be 'whitespace', 'character', a function or null.\n  Received: ${describe(split)}`,
      );
    if (ngrams !== null && ![ngrams].flat().every((n) => Number.isInteger(n) && n > 0))
      throw new ValueError(
        `TextVectorization: ngrams must be null, a positive integer or several.\n  Received: ${describe(ngrams)}`,
      );
    this.outputMode = checkOutputMode('TextVectorization', options.outputMode ?? 'int', [
      'int',
      'one_hot',
      'multi_hot',
      'count',
      'tf_idf',
    ]);
    if (outputSequenceLength !== null && !(Number.isInteger(outputSequenceLength) && outputSequenceLength >= 0))
      throw new ValueError(
        `TextVectorization: outputSequenceLength must be null or an integer.\n  Received: ${describe(outputSequenceLength)}`,
      );
    if (this.outputMode !== 'int' && outputSequenceLength !== null)
      throw new ValueError(
        `TextVectorization: outputSequenceLength is for outputMode 'int' only.\n  Received: outputSequenceLength ${outputSequenceLength}, outputMode '${this.outputMode}'`,
      );
    if (options.ragged) throw new ValueError('TextVectorization: ragged must be false: there are no ragged tensors.');
    this.standardize = standardize;
    this.split = split;
    this.ngrams = ngrams;
    this.outputSequenceLength = outputSequenceLength;
    this.given = options;
    this.lookupLayer = new StringLookup({
      maxTokens: options.maxTokens ?? null,
      vocabulary: options.vocabulary ?? null,
      idfWeights: options.idfWeights ?? null,
      padToMaxTokens: options.padToMaxTokens ?? false,
      maskToken: '',
      outputMode: this.outputMode,
      sparse: options.sparse ?? false,
      hasInputVocabulary: options.hasInputVocabulary ?? options.vocabulary != null,
      encoding: options.encoding ?? 'utf-8',
      vocabularySize: options.vocabularySize ?? null,
    });
    this.built = true;
  }
  /** The words of each text. */
  private tokens(inputs: unknown): { rows: string[][]; isSingle: boolean } {
    const { flat, shape, isText } = readValues('TextVectorization', inputs);
    if (!isText && flat.length)
      throw new TypeError(`TextVectorization: texts are expected.\n  Received: ${describe(flat[0])}`);
    let texts = flat as string[];
    const { standardize, split } = this;
    if (standardize === 'lower' || standardize === 'lower_and_strip_punctuation') texts = texts.map(lower);
    if (standardize === 'strip_punctuation' || standardize === 'lower_and_strip_punctuation')
      texts = texts.map((t) => t.replace(PUNCTUATION, ''));
    if (typeof standardize === 'function') texts = texts.map(standardize);
    let rows: string[][];
    if (split === null) {
      const width = shape.length > 1 ? texts.length / (shape[0] || 1) : 1;
      rows = Array.from({ length: shape.length ? shape[0] : 1 }, (_, i) => texts.slice(i * width, (i + 1) * width));
    } else {
      if (shape.length > 1 && shape.at(-1) !== 1)
        throw new ValueError(
          `TextVectorization: texts to be split must have shape (batch,) or (batch, 1).\n  Received: shape (${shape.join(', ')})`,
        );
      if (split === 'whitespace') rows = texts.map((t) => t.split(/[ \t\n\v\f\r]+/).filter(Boolean));
      else if (split === 'character') rows = texts.map((t) => [...t]);
      else rows = texts.map(split);
    }
    if (this.ngrams !== null) {
      const widths =
        typeof this.ngrams === 'number' ? Array.from({ length: this.ngrams }, (_, i) => i + 1) : this.ngrams;
      rows = rows.map((row) =>
        widths.flatMap((n) =>
          Array.from({ length: Math.max(0, row.length - n + 1) }, (_, i) => row.slice(i, i + n).join(' ')),
        ),
      );
    }
    return { rows, isSingle: !shape.length };
  }
  // Texts pass by the machinery of tensors.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  override apply(inputs: any): any {
    if (isKerasTensor(inputs)) return super.apply(inputs);
    try {
      return this.call(inputs as Texts);
    } catch (error) {
      throw this.named(error);
    }
  }
  override call(inputs: Texts): Tensor {
    const { rows, isSingle } = this.tokens(inputs);
    const longest = rows.reduce((n, r) => Math.max(n, r.length), 0);
    const width = this.outputSequenceLength ?? longest;
    const filler = this.outputMode === 'int' ? 0 : -1;
    requireTable(`TextVectorization: outputSequenceLength ${width}`, rows.length * width);
    const flat = rows.flatMap((row) => {
      const found = this.lookupLayer.lookUp(row.slice(0, width));
      return [...found, ...Array<number>(width - found.length).fill(filler)];
    });
    const isVector =
      isSingle || (this.split === null && this.ngrams === null && !Array.isArray((inputs as readonly Texts[])[0]));
    return this.lookupLayer.encodeIndices(
      integers(flat, isVector && (isSingle || width === 1) ? [isSingle ? width : rows.length] : [rows.length, width]),
    );
  }
  /** Learns the vocabulary from texts: an array, or batches of arrays. @returns a promise for asynchronous data. */
  adapt(data: AsyncIterable<Texts>, options?: { batchSize?: number | null; steps?: number | null }): Promise<void>;
  adapt(data: Texts | Iterable<Texts>, options?: { batchSize?: number | null; steps?: number | null }): void;
  adapt(
    data: Texts | Iterable<Texts> | AsyncIterable<Texts>,
    { steps = null }: { batchSize?: number | null; steps?: number | null } = {},
  ): void | Promise<void> {
    this.resetState();
    return forEachBatch(
      'adapt',
      data,
      (batch) => this.updateState(batch as Texts),
      () => this.finalizeState(),
      steps,
    );
  }
  updateState(data: Texts): void {
    this.lookupLayer.countDocuments(this.tokens(data).rows);
  }
  finalizeState(): void {
    this.lookupLayer.finalizeState();
  }
  resetState(): void {
    this.lookupLayer.resetState();
  }
  /** The terms in the order of their indices: '' (no word), '[UNK]' (an unknown one), then the others. */
  getVocabulary(options: { includeSpecialTokens?: boolean } = {}): Term[] {
    return this.lookupLayer.getVocabulary(options);
  }
  vocabularySize(): number {
    return this.lookupLayer.vocabularySize();
  }
  setVocabulary(
    vocabulary: readonly string[],
    options: { idfWeights?: readonly number[] | TensorLike | null } = {},
  ): void {
    this.lookupLayer.setVocabulary(vocabulary, options);
  }
  saveAssets(): Record<string, string> {
    return this.lookupLayer.saveAssets();
  }
  loadAssets(read: (file: string) => string | undefined): void {
    this.lookupLayer.loadAssets(read);
  }
  override saveOwnVariables(store: Record<string, TensorLike | Variable>): void {
    this.lookupLayer.saveOwnVariables(store);
  }
  override loadOwnVariables(store: Record<string, TensorLike>): void {
    this.lookupLayer.loadOwnVariables(store);
  }
  override computeOutputShape(inputShape: SymbolicShape): SymbolicShape {
    if (this.outputMode === 'int') return [inputShape[0], this.outputSequenceLength];
    return this.lookupLayer.computeOutputShape(
      this.split === null ? (inputShape.length > 1 ? inputShape : [...inputShape, 1]) : [...inputShape, null],
    );
  }
  override getConfig() {
    const look = this.lookupLayer.getConfig();
    return {
      ...super.getConfig(),
      maxTokens: look.maxTokens,
      standardize: serializeKerasObject(this.standardize),
      split: serializeKerasObject(this.split),
      ngrams: this.ngrams,
      outputMode: this.outputMode,
      outputSequenceLength: this.outputSequenceLength,
      padToMaxTokens: look.padToMaxTokens,
      sparse: false,
      ragged: false,
      vocabulary: look.vocabulary,
      idfWeights: look.idfWeights,
      encoding: this.given.encoding ?? 'utf-8',
      vocabularySize: this.vocabularySize(),
    };
  }
  static override fromConfig(config: Record<string, unknown>): TextVectorization {
    const revived = (x: unknown): unknown => (isSerialized(x) ? deserializeKerasObject(x) : x);
    return new TextVectorization({
      ...config,
      standardize: revived(config.standardize),
      split: revived(config.split),
    } as TextVectorizationOptions);
  }
}
registerClass('keras.layers', TextVectorization);
