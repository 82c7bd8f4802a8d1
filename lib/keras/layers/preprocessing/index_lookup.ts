/** Base of StringLookup and IntegerLookup: a vocabulary, given or learned, and the index of each of its terms. */
import { requireTable } from '../../../support/limits';
import { binding } from '../../../core/binding';
import { describe } from '../../../support/describe';
import { RuntimeError, ValueError } from '../../../support/errors';
import * as ops from '../../../ops/index';
import { convert, Tensor, tensor, type TensorLike } from '../../../core/tensor';
import { withTrace } from '../../../core/trace';
import type { Variable } from '../../../core/variable';
import { isInferring, type SymbolicShape } from '../../keras_tensor';
import type { LayerOptions } from '../layer';
import { keepsVocabularies } from './vocabularies';
import { DataLayer } from './data_layer';
import { checkOutputMode, encode, encodedShape, refuseSparse, type OutputMode } from './encode';
import { hashBucket, keyOf } from './hashing';
import { kinds } from '../../options';
import { forEachBatch, integers, nested, readValues, type Values } from './values';

/** A text or an integer. */
export type Term = string | number | bigint;
export interface IndexLookupOptions extends LayerOptions {
  /** Size of the vocabulary, the mask and the unknown ones included: `adapt` keeps the most frequent terms. Default null: no limit. */
  maxTokens?: number | null;
  /** Numbers for terms outside of the vocabulary: a hash of the term chooses among several, 0 makes them an error. Default 1. */
  numOovIndices?: number;
  /** The term that means padding and has number 0. Default null: none. */
  maskToken?: Term | null;
  /** The term that numbers outside of the vocabulary become with `invert`. Default '[UNK]' for strings, -1 for integers. */
  oovToken?: Term | null;
  /** The terms in their order, without the mask and the unknown one. Default null: found by `adapt`. */
  vocabulary?: readonly Term[] | TensorLike | null;
  /** Inverse document frequency of each term of `vocabulary`, for outputMode 'tf_idf'. */
  idfWeights?: readonly number[] | TensorLike | null;
  /** Whether numbers become terms instead of terms numbers. Default false. */
  invert?: boolean;
  /** 'int' (default): the number of each term. 'one_hot', 'multi_hot' ('binary' is its old name), 'count' and 'tf_idf': vectors with an element for each term. */
  outputMode?: OutputMode | 'binary' | 'tf-idf';
  /** Whether these vectors have `maxTokens` elements even where the vocabulary is smaller. Default false. */
  padToMaxTokens?: boolean;
  /** Must be false: there are no sparse tensors. */
  sparse?: boolean;
  /** How the number of an unknown integer is chosen among several: 'floormod' (default), its remainder, or 'farmhash'. */
  oovMethod?: 'floormod' | 'farmhash';
  /** Key of the hash that chooses among several numbers for unknown terms. Default null: FarmHash without a key. */
  salt?: number | readonly number[] | null;
  /** Of configs: how many terms the vocabulary in the file beside it has. */
  vocabularySize?: number | null;
  /** Of configs: whether the vocabulary was given to the constructor. */
  hasInputVocabulary?: boolean;
}
/** @internal Names of the options above. */
export const LOOKUP_OPTIONS = {
  maxTokens: kinds.integer,
  numOovIndices: kinds.integer,
  maskToken: kinds.any,
  oovToken: kinds.any,
  vocabulary: kinds.any,
  idfWeights: kinds.numbers,
  invert: kinds.boolean,
  outputMode: kinds.choice,
  padToMaxTokens: kinds.boolean,
  sparse: kinds.boolean,
  oovMethod: kinds.choice,
  salt: kinds.integers,
  vocabularySize: kinds.integer,
  hasInputVocabulary: kinds.boolean,
};
const MODES: readonly OutputMode[] = ['int', 'one_hot', 'multi_hot', 'count', 'tf_idf'];
/** What ends a line for Python's splitlines, by which Keras reads it. */
// eslint-disable-next-line no-control-regex
const LINE_BREAK = /[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/;
const VOCABULARY_FILE = 'vocabulary.txt';
const list = (x: unknown): unknown[] =>
  Array.isArray(x) ? x : Array.from(convert(x as TensorLike).readSync() as ArrayLike<number | bigint>);
/** Order of texts by their UTF-8 bytes, of numbers by size. */
const compare = (a: Term, b: Term): number =>
  typeof a === 'string' || typeof b === 'string'
    ? Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)))
    : a < b
      ? -1
      : a > b
        ? 1
        : 0;

export abstract class IndexLookup extends DataLayer {
  readonly maxTokens: number | null;
  readonly numOovIndices: number;
  readonly maskToken: Term | null;
  readonly oovToken: Term | null;
  readonly invert: boolean;
  readonly outputMode: OutputMode;
  readonly padToMaxTokens: boolean;
  protected readonly oovMethod: string;
  protected readonly salt: number[] | null;
  protected readonly inputVocabulary: Term[] | null;
  protected readonly inputIdfWeights: number[] | null;
  private readonly hasInputVocabulary: boolean;
  private frozenSize: number | null;
  private terms: Term[] = [];
  private hasTerms = false;
  private indices = new Map<Term, number>();
  private idf: number[] | null = null;
  private counts = new Map<Term, number>();
  private documentCounts = new Map<Term, number>();
  private documents = 0;

  /** @internal A value as this layer keeps it. */
  protected abstract termOf(value: unknown): Term;
  protected abstract readonly isText: boolean;

  constructor(options: IndexLookupOptions, defaultOov: Term | null) {
    super(options);
    const where = this.constructor.name;
    const {
      maxTokens = null,
      numOovIndices = 1,
      maskToken = null,
      oovToken = defaultOov,
      invert = false,
      padToMaxTokens = false,
      oovMethod = 'floormod',
    } = options;
    if (maxTokens !== null && !(maxTokens > 1))
      throw new ValueError(`${where}: maxTokens must be greater than 1.\n  Received: ${maxTokens}`);
    if (padToMaxTokens && maxTokens === null) throw new ValueError(`${where}: padToMaxTokens needs maxTokens.`);
    if (!Number.isInteger(numOovIndices) || numOovIndices < 0)
      throw new ValueError(`${where}: numOovIndices must be an integer >= 0.\n  Received: ${numOovIndices}`);
    if (oovMethod !== 'floormod' && oovMethod !== 'farmhash')
      throw new ValueError(`${where}: oovMethod must be 'floormod' or 'farmhash'.\n  Received: '${oovMethod}'`);
    refuseSparse(where, options.sparse);
    this.outputMode = checkOutputMode(where, options.outputMode ?? 'int', MODES);
    if (invert && this.outputMode !== 'int')
      throw new ValueError(`${where}: with invert, outputMode must be 'int'.\n  Received: '${this.outputMode}'`);
    const idfWeights = options.idfWeights ?? null;
    if (idfWeights !== null && this.outputMode !== 'tf_idf')
      throw new ValueError(`${where}: idfWeights are for outputMode 'tf_idf' only.\n  Received: '${this.outputMode}'`);
    if (typeof options.vocabulary === 'string')
      throw new ValueError(
        `${where}: vocabulary must be an array of terms, not the path of a file.\n  Fix: readFileSync(path, 'utf8').trimEnd().split('\\n')`,
      );
    this.maxTokens = maxTokens;
    this.numOovIndices = numOovIndices;
    requireTable(`${where}: numOovIndices ${numOovIndices}`, numOovIndices);
    this.maskToken = maskToken;
    this.oovToken = oovToken;
    this.invert = invert;
    this.padToMaxTokens = padToMaxTokens;
    this.oovMethod = oovMethod;
    this.salt = keyOf(where, options.salt);
    this.frozenSize = options.vocabularySize ?? null;
    if (this.frozenSize !== null && this.frozenSize <= this.tokenStart) this.frozenSize = null; // written by a layer without a vocabulary
    this.inputVocabulary = options.vocabulary == null ? null : (list(options.vocabulary) as Term[]);
    this.inputIdfWeights = idfWeights === null ? null : list(idfWeights).map(Number);
    this.hasInputVocabulary = options.hasInputVocabulary ?? this.inputVocabulary !== null;
    if (this.outputMode === 'tf_idf' && this.hasInputVocabulary && this.inputVocabulary && !this.inputIdfWeights)
      throw new ValueError(`${where}: with outputMode 'tf_idf', a given vocabulary needs idfWeights.`);
    this.built = true;
  }
  /** The vocabulary is in the config or the weights: no shape is needed. */
  override getBuildConfig(): Record<string, unknown> {
    return {};
  }
  private get oovStart(): number {
    return this.maskToken !== null && this.outputMode === 'int' ? 1 : 0;
  }
  private get tokenStart(): number {
    return this.oovStart + this.numOovIndices;
  }
  /** The terms in the order of their indices, those for masks and unknown terms first. */
  getVocabulary({ includeSpecialTokens = true }: { includeSpecialTokens?: boolean } = {}): Term[] {
    const special = [
      ...(this.oovStart ? [this.maskToken!] : []),
      ...Array<Term>(this.numOovIndices).fill(this.oovToken!),
    ];
    const terms = this.isText ? this.terms : this.terms.map(Number);
    return includeSpecialTokens ? [...special, ...terms] : [...terms];
  }
  /** Number of indices, those for masks and unknown terms included. */
  vocabularySize(): number {
    return this.tokenStart + this.terms.length;
  }
  /**
   * Sets the vocabulary (with or without the special terms in front).
   * @param idfWeights - for outputMode 'tf_idf': one for each term.
   */
  setVocabulary(
    vocabulary: readonly Term[] | TensorLike,
    { idfWeights = null }: { idfWeights?: readonly number[] | TensorLike | null } = {},
  ): void {
    const where = `setVocabulary: layer '${this.name}'`;
    if (this.outputMode === 'tf_idf' && idfWeights === null)
      throw new ValueError(`${where} has outputMode 'tf_idf': idfWeights must be given too.`);
    if (this.outputMode !== 'tf_idf' && idfWeights !== null)
      throw new ValueError(`${where} has outputMode '${this.outputMode}': idfWeights are for 'tf_idf' only.`);
    const all = list(vocabulary).map((v) => this.termOf(v));
    if (!all.length) throw new ValueError(`${where} was given an empty vocabulary.`);
    const special = [
      ...Array<Term | null>(this.oovStart).fill(this.maskToken),
      ...Array<Term | null>(this.numOovIndices).fill(this.oovToken),
    ].map((v) => (v === null ? null : this.termOf(v)));
    const hasSpecial = special.length > 0 && special.every((s, i) => all[i] === s);
    const terms = hasSpecial ? all.slice(special.length) : all;
    const shown = special.map(show).join(', ');
    const seen = new Set<Term>();
    const repeated = new Set<Term>();
    for (const t of terms) if (seen.has(t)) repeated.add(t);
      else seen.add(t); // prettier-ignore
    if (repeated.size)
      throw new ValueError(`${where} was given terms more than once: ${[...repeated].map(show).join(', ')}.`);
    const reserved = (what: string, token: Term | null): void => {
      const at = token === null ? -1 : terms.indexOf(this.termOf(token));
      if (at >= 0)
        throw new ValueError(
          `${where} was given the ${what} ${show(token)} at position ${at + (hasSpecial ? special.length : 0)}.\n  Fix: leave the special terms out, or put all of them in front in this order: [${shown}]`,
        );
    };
    reserved('mask token', this.maskToken);
    if (this.invert) reserved('token for unknown terms', this.oovToken);
    if (this.maxTokens !== null && this.tokenStart + terms.length > this.maxTokens)
      throw new ValueError(
        `${where} was given a vocabulary of ${this.tokenStart + terms.length} terms, special ones included, but maxTokens is ${this.maxTokens}.`,
      );
    this.useTerms(terms);
    if (this.outputMode !== 'tf_idf' || idfWeights === null) return;
    const weights = list(idfWeights).map(Number);
    if (weights.length !== all.length)
      throw new ValueError(`${where} was given ${weights.length} idfWeights for ${all.length} terms.`);
    this.idf = this.padded(hasSpecial ? weights : [...Array<number>(this.tokenStart).fill(mean(weights)), ...weights]);
  }
  private padded(idf: number[]): number[] {
    const missing = this.padToMaxTokens && this.maxTokens !== null ? this.maxTokens - idf.length : 0;
    return [...idf, ...Array<number>(Math.max(0, missing)).fill(0)];
  }
  /** @internal Called by subclasses at the end of their constructors. */
  protected useInputVocabulary(): void {
    if (this.inputVocabulary) this.setVocabulary(this.inputVocabulary, { idfWeights: this.inputIdfWeights });
    else if (this.inputIdfWeights) this.idf = this.inputIdfWeights;
  }
  private useTerms(terms: Term[]): void {
    this.terms = terms;
    this.hasTerms = true;
    this.indices = new Map(terms.map((t, i) => [t, this.tokenStart + i]));
    const size = this.vocabularySize();
    const isSized = this.outputMode !== 'int' && !this.padToMaxTokens;
    if (isSized && this.frozenSize !== null && this.frozenSize !== size)
      throw new RuntimeError(
        `layer '${this.name}': the size of the vocabulary cannot change with outputMode '${this.outputMode}' and padToMaxTokens false: it was ${this.frozenSize} and would be ${size}.`,
      );
    this.frozenSize = size;
  }

  /**
   * Learns the vocabulary from data: the terms by how often they occur, the most frequent first.
   * @returns a promise for asynchronous data.
   */
  adapt(data: AsyncIterable<unknown>, options?: { steps?: number | null }): Promise<void>;
  adapt(data: unknown, options?: { steps?: number | null }): void;
  adapt(data: unknown, { steps = null }: { steps?: number | null } = {}): void | Promise<void> {
    this.resetState();
    return forEachBatch(
      'adapt',
      data,
      (batch) => this.updateState(batch),
      () => this.finalizeState(),
      steps,
    );
  }
  /** Counts the terms of a batch; each row is a document. */
  updateState(data: unknown): void {
    const { flat, shape } = readValues('adapt', data);
    const width = shape.length > 1 ? flat.length / (shape[0] || 1) : 1;
    this.countDocuments(
      Array.from({ length: shape.length ? shape[0] : 1 }, (_, i) => flat.slice(i * width, (i + 1) * width)),
    );
  }
  /** @internal */
  countDocuments(rows: readonly (readonly unknown[])[]): void {
    if (this.hasInputVocabulary)
      throw new ValueError(`adapt: layer '${this.name}' has a given vocabulary; it cannot be adapted.`);
    for (const row of rows) {
      const terms = row.map((v) => this.termOf(v));
      for (const t of terms) this.counts.set(t, (this.counts.get(t) ?? 0) + 1);
      for (const t of new Set(terms)) this.documentCounts.set(t, (this.documentCounts.get(t) ?? 0) + 1);
      this.documents++;
    }
  }
  /** Makes the vocabulary out of the counts. */
  finalizeState(): void {
    if (this.hasInputVocabulary || !this.counts.size) return;
    for (const token of [this.maskToken, this.oovToken]) if (token !== null) this.counts.delete(this.termOf(token));
    const terms = [...this.counts].sort((a, b) => b[1] - a[1] || compare(b[0], a[0])).map(([t]) => t);
    this.useTerms(this.maxTokens === null ? terms : terms.slice(0, Math.max(0, this.maxTokens - this.tokenStart)));
    if (this.outputMode === 'tf_idf') {
      const weights = this.terms.map((t) =>
        Math.fround(Math.log(1 + this.documents / (1 + (this.documentCounts.get(t) ?? 0)))),
      );
      this.idf = this.padded([...Array<number>(this.tokenStart).fill(mean(weights)), ...weights]);
    }
    this.resetState();
  }
  /** Forgets the counts. */
  resetState(): void {
    this.counts = new Map();
    this.documentCounts = new Map();
    this.documents = 0;
  }

  /** @internal The index of a term; -1 where it counts nowhere. */
  protected indexOf(term: Term): number {
    if (this.maskToken !== null && term === this.termOf(this.maskToken)) return this.outputMode === 'int' ? 0 : -1;
    const found = this.indices.get(term);
    if (found !== undefined) return found;
    if (this.numOovIndices === 1) return this.oovStart;
    if (!this.numOovIndices && isInferring()) return 0; // the term is a stand-in
    if (!this.numOovIndices)
      throw new ValueError(
        `${show(term)} is not in the vocabulary.\n  Fix: numOovIndices >= 1 gives unknown terms an index.`,
      );
    if (typeof term === 'bigint' && this.oovMethod !== 'farmhash') {
      const n = BigInt(this.numOovIndices);
      return this.oovStart + Number(((term % n) + n) % n);
    }
    return this.oovStart + hashBucket(String(term), this.numOovIndices, this.salt);
  }
  private expectVocabulary(): void {
    if (this.hasTerms || isInferring()) return; // graphs are built before their layers learn
    this.expectKnownSize();
    throw new RuntimeError(
      "there is no vocabulary yet: all terms would be unknown.\n  Fix: call adapt(data) or setVocabulary(terms), or give `vocabulary` to the constructor. Keras' own .h5 and weights files hold no learned vocabulary; its .keras files do.",
    );
  }
  private expectKnownSize(): void {
    if (this.outputMode !== 'int' && !this.padToMaxTokens && this.frozenSize === null)
      throw new RuntimeError(
        `with outputMode '${this.outputMode}' and padToMaxTokens false, the vocabulary must be known before the call.\n  Fix: give a vocabulary, or call adapt(data).`,
      );
  }
  private get depth(): number {
    return this.padToMaxTokens ? this.maxTokens! : (this.frozenSize ?? this.vocabularySize());
  }
  /** @internal Indices in the layer's output mode. */
  encodeIndices(indices: Tensor): Tensor {
    this.expectKnownSize();
    if (this.outputMode === 'int') return indices;
    const y = encode(
      indices,
      this.outputMode === 'tf_idf' ? 'count' : this.outputMode,
      this.depth,
      this.outputMode === 'tf_idf' ? 'float32' : 'int64',
    );
    if (this.outputMode !== 'tf_idf') return y;
    // Of models that are being loaded the weights come after the graph.
    if (!this.idf && isInferring()) return y.cast('float32');
    if (!this.idf)
      throw new ValueError(
        "outputMode 'tf_idf' needs idfWeights.\n  Fix: call adapt(data), or setVocabulary(vocabulary, { idfWeights }).",
      );
    return y.mul(tensor(this.idf, [this.idf.length], 'float32'));
  }
  /** @internal */
  lookUp(values: readonly unknown[]): number[] {
    this.expectVocabulary();
    return values.map((v) => this.indexOf(this.termOf(v)));
  }
  override call(inputs: unknown): unknown {
    if (inputs instanceof Tensor && binding.isSymbolic(inputs)) return this.callTraced(inputs);
    const values = readValues(this.constructor.name, inputs);
    if (this.invert) return this.invertValues(values);
    return this.encodeIndices(integers(this.lookUp(values.flat), values.shape));
  }
  /** Indices to terms: texts in nested arrays, numbers in a tensor. */
  private invertValues({ flat, shape }: Values): unknown {
    this.expectVocabulary();
    const terms = flat.map((v) => {
      const i = Number(v);
      if (i === 0 && this.maskToken !== null) return this.maskToken;
      return this.terms[i - this.tokenStart] ?? this.oovToken!;
    });
    return this.isText ? nested(terms, shape) : integers(terms as number[], shape);
  }
  /** Inside of a plan: numbers are found by binary search. */
  private callTraced(x: Tensor): Tensor {
    if (this.isText)
      throw new ValueError('indices and texts are looked up before a model, not in it: there are no tensors of texts.');
    this.expectVocabulary();
    const keys = x.dtype === 'int64' ? x : x.cast('int64');
    const int64 = (v: number | bigint): Tensor => tensor(BigInt64Array.of(BigInt(v)), [], 'int64');
    const pairs = (
      this.invert
        ? this.terms.map((t, i) => [BigInt(this.tokenStart + i), t] as const)
        : [...this.indices].map(([t, i]) => [t, BigInt(i)] as const)
    ) as (readonly [bigint, bigint])[];
    const sorted = [...pairs].sort((a, b) => compare(a[0], b[0]));
    let y: Tensor = int64(
      this.invert ? (this.oovToken as bigint) : this.numOovIndices === 1 ? this.oovStart : -1,
    ).broadcastTo(x.shape);
    if (!this.invert && this.numOovIndices > 1) {
      if (this.oovMethod === 'farmhash')
        throw new ValueError("oovMethod 'farmhash' reads values: use the layer before a model, not in it.");
      y = keys.mod(int64(this.numOovIndices)).add(int64(this.oovStart));
    }
    if (sorted.length) {
      const known = integers(sorted.map((p) => p[0]), [sorted.length]); // prettier-ignore
      const at = ops.searchsorted(known, keys).minimum(sorted.length - 1);
      const found = integers(sorted.map((p) => BigInt(p[1])), [sorted.length]).take(at, { axis: 0 }); // prettier-ignore
      y = ops.where(known.take(at, { axis: 0 }).equal(keys), found, y);
    }
    if (this.maskToken !== null) {
      const [mask, value] = this.invert
        ? [0, this.maskToken as bigint]
        : [this.maskToken as bigint, this.outputMode === 'int' ? 0 : -1];
      y = ops.where(keys.equal(int64(mask)), int64(value), y);
    }
    return this.invert ? y : this.encodeIndices(y);
  }
  override computeOutputShape(inputShape: SymbolicShape): SymbolicShape {
    return encodedShape(
      inputShape,
      this.outputMode === 'tf_idf' ? 'count' : this.outputMode,
      this.padToMaxTokens ? this.maxTokens : this.frozenSize,
    );
  }
  /** Files beside the weights: the vocabulary, one term a line, where it was learned. */
  saveAssets(): Record<string, string> {
    if (this.inputVocabulary) return {};
    const terms = this.getVocabulary();
    const broken = terms.find((term) => typeof term === 'string' && LINE_BREAK.test(term));
    if (broken !== undefined)
      throw new ValueError(
        `save: the vocabulary of layer '${this.name}' holds a term with a line break, and files of vocabularies have one term a line.\n  Received: ${describe(broken)}\n  Fix: save it as '.h5', or pass the terms to the constructor: { vocabulary: layer.getVocabulary() }.`,
      );
    return { [VOCABULARY_FILE]: terms.join('\n') };
  }
  /** Reads what `saveAssets` gave. */
  loadAssets(read: (file: string) => string | undefined): void {
    const text = this.inputVocabulary ? undefined : read(VOCABULARY_FILE);
    if (text === undefined) return;
    const lines = text.split(/\r?\n/);
    while (lines.length && lines[lines.length - 1] === '') lines.pop();
    if (lines.length <= this.tokenStart) return; // saved before it was adapted
    withTrace(null, () =>
      this.setVocabulary(
        lines,
        this.outputMode === 'tf_idf' ? { idfWeights: this.idf?.slice(0, lines.length) ?? lines.map(() => 1) } : {},
      ),
    );
  }
  /** What files hold by name: the weights of 'tf_idf'. */
  override saveOwnVariables(store: Record<string, TensorLike | Variable>): void {
    if (this.outputMode === 'tf_idf' && this.idf) store.idf_weights = tensor(this.idf, [this.idf.length], 'float32');
  }
  override loadOwnVariables(store: Record<string, TensorLike>): void {
    if (this.outputMode === 'tf_idf' && store.idf_weights !== undefined) this.idf = list(store.idf_weights).map(Number);
  }
  override getConfig(): Record<string, unknown> {
    const plain = (t: Term | null): string | number | null => (typeof t === 'bigint' ? Number(t) : t);
    const learned = keepsVocabularies() && !this.inputVocabulary && this.terms.length > 0;
    return {
      ...super.getConfig(),
      invert: this.invert,
      maxTokens: this.maxTokens,
      numOovIndices: this.numOovIndices,
      oovToken: plain(this.oovToken),
      maskToken: plain(this.maskToken),
      outputMode: this.outputMode,
      sparse: false,
      padToMaxTokens: this.padToMaxTokens,
      idfWeights: learned && this.idf ? this.idf.slice(0, this.vocabularySize()) : this.inputIdfWeights,
      vocabulary: (learned ? this.getVocabulary() : this.inputVocabulary)?.map(plain) ?? null,
      vocabularySize: this.frozenSize,
      oovMethod: this.oovMethod,
      salt: this.salt,
    };
  }
}
const mean = (v: readonly number[]): number => v.reduce((a, b) => a + b, 0) / v.length;
const show = (t: Term | null): string => (typeof t === 'string' ? `'${t}'` : String(t));
