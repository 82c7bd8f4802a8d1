/** Operations on texts: case, replacing, splitting, joining, numbers out of texts and texts of numbers, hashes. */
import { Tensor, tensor } from '../../../core/tensor';
import { fingerprint64, sipHash } from '../../../support/fingerprint';
import type { NodeCall, Operation, Operations } from '../operation';
import { regularExpression } from '../regular_expressions';
import { keyOf, textOf, Texts, valuesOf } from '../texts';
import { integers, numbersOf, type Value } from '../values';

const bytes = (latin1: string): Uint8Array => Buffer.from(latin1, 'latin1');
const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const listOf = (v: Value | readonly Value[]): readonly Value[] =>
  Array.isArray(v) ? (v as readonly Value[]) : [v as Value];

// ---- operations that move elements, and those that compare them
/** Texts as numbers: equal texts have equal ones. */
function interned(n: NodeCall): { inputs: Value[]; pool: Uint8Array[] } {
  const pool: Uint8Array[] = [];
  const places = new Map<string, number>();
  const placeOf = (text: Uint8Array): number => {
    const key = keyOf(text);
    let place = places.get(key);
    if (place === undefined) {
      places.set(key, (place = pool.length));
      pool.push(text);
    }
    return place;
  };
  const inputs = n.inputs.map((v) => (v instanceof Texts ? integers(v.values.map(placeOf), v.shape) : v));
  return { inputs, pool };
}
const hasTexts = (n: NodeCall): boolean => n.inputs.some((v) => v instanceof Texts);
/** @internal An operation that moves elements, for texts too: the numbers that stand for them are moved. */
export const moving =
  (run: Operation['run']): Operation['run'] =>
  (n) => {
    if (!hasTexts(n)) return run(n);
    const { inputs, pool } = interned(n);
    return listOf(run(n.with(inputs))).map((t) => {
      if (!(t instanceof Tensor)) return n.fail('texts cannot be put there.');
      return new Texts(
        valuesOf(n.where, t).map((i) => pool[i] ?? new Uint8Array()),
        t.shape,
      );
    });
  };
/** @internal An operation that compares elements, for texts too. */
export const comparing =
  (run: Operation['run']): Operation['run'] =>
  (n) =>
    hasTexts(n) ? run(n.with(interned(n).inputs)) : run(n);

// ---- one text to one
const eachText =
  (f: (n: NodeCall) => (text: Uint8Array) => Uint8Array): Operation['run'] =>
  (n) => {
    const { values, shape } = n.texts(0);
    return new Texts(values.map(f(n)), shape);
  };
const changedCase = (isUpper: boolean): Operation['run'] =>
  eachText((n) => {
    const isUtf8 = n.attributes.string('encoding') === 'utf-8';
    const turn = (s: string): string => (isUpper ? s.toUpperCase() : s.toLowerCase());
    // Without an encoding only the letters of ASCII have a case.
    return isUtf8
      ? (text) => utf8(turn(textOf(text)))
      : (text) => bytes(keyOf(text).replace(isUpper ? /[a-z]+/g : /[A-Z]+/g, turn));
  });
const SPACE = /^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g;
const replaced = (pattern: (n: NodeCall) => [string, string]): Operation['run'] =>
  eachText((n) => {
    const [from, to] = pattern(n);
    const re = regularExpression(n.where, from);
    const isGlobal = n.attributes.bool('replace_global', true);
    return (text) => utf8(re.replace(textOf(text), to, isGlobal));
  });
function matched(n: NodeCall, pattern: string): Value {
  const re = regularExpression(n.where, pattern);
  const { strings, shape } = n.texts(0);
  return tensor(
    Uint8Array.from(strings, (s) => Number(re.matches(s))),
    shape,
    'bool',
  );
}
/** Places of the characters of UTF-8 in bytes, and the end. */
function characterPlaces(text: Uint8Array): number[] {
  const places: number[] = [];
  text.forEach((b, i) => {
    if ((b & 0xc0) !== 0x80) places.push(i);
  });
  return [...places, text.length];
}
const isByCharacter = (n: NodeCall): boolean => n.attributes.string('unit', 'BYTE') === 'UTF8_CHAR';
function substrings(n: NodeCall): Value {
  const { values, shape } = n.texts(0);
  const starts = numbersOf(n.where, n.inputs[1]);
  const lengths = numbersOf(n.where, n.inputs[2]);
  if ((starts.length !== 1 && starts.length !== values.length) || lengths.length !== starts.length)
    n.fail(`${values.length} texts, ${starts.length} starts and ${lengths.length} lengths.`);
  const cut = values.map((text, i) => {
    const start = starts[starts.length === 1 ? 0 : i];
    const length = lengths[lengths.length === 1 ? 0 : i];
    const places = isByCharacter(n) ? characterPlaces(text) : null;
    const count = places ? places.length - 1 : text.length;
    if (start > count || start < -count) n.fail(`position ${start} of a text of ${count}.`);
    const from = start < 0 ? start + count : start;
    const to = Math.min(count, from + Math.max(0, length));
    return places ? text.subarray(places[from], places[to]) : text.subarray(from, to);
  });
  return new Texts(cut, shape);
}

// ---- splitting and joining
/** The pieces of each text: their places in a sparse matrix, themselves, and its shape. */
function pieces(rows: readonly (readonly string[])[]): Value[] {
  const longest = rows.reduce((m, r) => Math.max(m, r.length), 0);
  const places = rows.flatMap((row, i) => row.flatMap((_, k) => [i, k]));
  const all = rows.flat();
  return [
    integers(places, [all.length, 2], 'int64'),
    new Texts(all.map(bytes), [all.length]),
    integers([rows.length, longest], [2], 'int64'),
  ];
}
const words = (text: string): string[] => text.split(/[ \t\n\v\f\r]+/).filter(Boolean);
function splitV2(n: NodeCall): Value[] {
  const separator = keyOf(n.texts(1).values[0] ?? new Uint8Array());
  const most = n.attributes.int('maxsplit', -1);
  return pieces(
    n.texts(0).values.map((v) => {
      const text = keyOf(v);
      if (separator) {
        const parts = text.split(separator);
        return most < 0 || parts.length <= most + 1
          ? parts
          : [...parts.slice(0, most), parts.slice(most).join(separator)];
      }
      if (most < 0) return words(text);
      const row: string[] = [];
      let rest = text.replace(/^[ \t\n\v\f\r]+/, '');
      while (rest && row.length < most) {
        const [word] = /^[^ \t\n\v\f\r]+/.exec(rest)!;
        row.push(word);
        rest = rest.slice(word.length).replace(/^[ \t\n\v\f\r]+/, '');
      }
      return rest ? [...row, rest] : row;
    }),
  );
}
/** Each byte of the delimiter separates; without one each byte is a piece. */
function splitV1(n: NodeCall): Value[] {
  const delimiter = keyOf(n.texts(1).values[0] ?? new Uint8Array());
  const skips = n.attributes.bool('skip_empty', true);
  return pieces(
    n.texts(0).values.map((v) => {
      const row = [''];
      if (!delimiter) return [...keyOf(v)];
      for (const c of keyOf(v))
        if (delimiter.includes(c)) row.push('');
        else row[row.length - 1] += c;
      return skips ? row.filter(Boolean) : row;
    }),
  );
}
function joined(n: NodeCall): Value {
  const separator = n.attributes.string('separator');
  const inputs = n.inputs.map((_, i) => n.texts(i));
  const shape = inputs.find((t) => t.shape.length)?.shape ?? [];
  const count = shape.reduce((a, b) => a * b, 1);
  if (inputs.some((t) => t.shape.length && t.shape.join() !== shape.join())) n.fail('its texts have several shapes.');
  return new Texts(
    Array.from({ length: count }, (_, i) =>
      bytes(inputs.map((t) => keyOf(t.values[t.shape.length ? i : 0])).join(bytesKey(separator))),
    ),
    shape,
  );
}
const bytesKey = (text: string): string => keyOf(utf8(text));
/** Joins along axes, in their order. */
function reduceJoined(n: NodeCall): Value {
  const { values, shape } = n.texts(0);
  const separator = bytesKey(n.attributes.string('separator'));
  const axes = n.numbers(1).map((a) => (a < 0 ? a + shape.length : a));
  if (axes.some((a) => !(a >= 0 && a < shape.length)) || new Set(axes).size !== axes.length)
    n.fail(`axes ${axes.join(', ')} of texts of rank ${shape.length}.`);
  if (!axes.length) return n.texts(0);
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
  const kept = shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const offsets = (list: readonly number[]): number[] =>
    list.reduce(
      (all, axis) => all.flatMap((o) => Array.from({ length: shape[axis] }, (_, k) => o + k * strides[axis])),
      [0],
    );
  // The axis that is named first goes by fastest.
  const inner = offsets([...axes].reverse());
  const result = offsets(kept).map((o) => bytes(inner.map((i) => keyOf(values[o + i])).join(separator)));
  return new Texts(
    result,
    n.attributes.bool('keep_dims') ? shape.map((d, i) => (axes.includes(i) ? 1 : d)) : kept.map((i) => shape[i]),
  );
}
/** Neighbouring texts of each row joined, of several widths. */
function neighbours(n: NodeCall): Value[] {
  const data = n.texts(0).values.map(keyOf);
  const splits = n.numbers(1);
  const separator = bytesKey(n.attributes.string('separator'));
  const widths = n.attributes.ints('ngram_widths');
  const [left, right] = [n.attributes.string('left_pad'), n.attributes.string('right_pad')].map(bytesKey);
  const pad = n.attributes.int('pad_width');
  const keepsShort = n.attributes.bool('preserve_short_sequences');
  const ends = [0];
  const all: Uint8Array[] = [];
  for (let i = 0; i + 1 < splits.length; i++) {
    const row = data.slice(splits[i], splits[i + 1]);
    let found = 0;
    const add = (words: readonly string[]): void => {
      all.push(bytes(words.join(separator)));
      found++;
    };
    for (const width of widths) {
      const size = pad < 0 ? width - 1 : Math.min(pad, width - 1);
      const padded = [...Array<string>(size).fill(left), ...row, ...Array<string>(size).fill(right)];
      for (let k = 0; k + width <= padded.length; k++) add(padded.slice(k, k + width));
    }
    if (keepsShort && !found && row.length) add(row);
    ends.push(all.length);
  }
  return [
    new Texts(all, [all.length]),
    integers(ends, [ends.length], n.inputs[1] instanceof Tensor ? n.inputs[1].dtype : 'int64'),
  ];
}
function decoded(n: NodeCall, hasOffsets: boolean): Value[] {
  const encoding = n.attributes.string('input_encoding').toUpperCase();
  if (encoding !== 'UTF-8') n.fail(`encoding '${encoding}' is not read; 'UTF-8' is.`);
  const type = n.attributes.dtype('Tsplits', 'int64');
  const ends = [0];
  const characters: number[] = [];
  const offsets: number[] = [];
  for (const text of n.texts(0).values) {
    let at = 0;
    for (const c of textOf(text)) {
      characters.push(c.codePointAt(0)!);
      offsets.push(at);
      at += Buffer.byteLength(c, 'utf8');
    }
    ends.push(characters.length);
  }
  const result: Value[] = [integers(ends, [ends.length], type), integers(characters, [characters.length])];
  return hasOffsets ? [...result, integers(offsets, [offsets.length], 'int64')] : result;
}
function encoded(n: NodeCall): Value {
  const characters = valuesOf(n.where, n.tensor(0));
  const splits = n.numbers(1);
  const letter = (c: number): string => (c >= 0 && c <= 0x10ffff ? String.fromCodePoint(c) : '\ufffd');
  const rows = splits.slice(1).map((end, i) => characters.slice(splits[i], end).map(letter).join(''));
  return Texts.of(rows, [rows.length]);
}

// ---- numbers
/** As printf writes them. */
function written(n: NodeCall): Value {
  const x = n.tensor(0);
  const precision = n.attributes.int('precision', -1);
  const width = n.attributes.int('width', -1);
  const fill = n.attributes.string('fill');
  const isFloat = x.dtype.includes('float');
  const digits = precision < 0 ? 6 : precision;
  if (digits > 100 || width > 1000) n.fail(`${digits} digits in ${width} places.`);
  const exponential = (v: number): string => v.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2');
  const shortest = (v: number): string => {
    const exponent = v === 0 ? 0 : Math.floor(Math.log10(Math.abs(Number(v.toPrecision(digits || 1)))));
    const plain = exponent >= -4 && exponent < (digits || 1);
    const text = plain
      ? v.toFixed(Math.max(0, (digits || 1) - 1 - exponent))
      : v.toExponential(Math.max(0, digits - 1));
    const [mantissa, e] = text.split('e');
    const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
    return e ? `${short}e${e[0]}${e.slice(1).padStart(2, '0')}` : short;
  };
  const one = (v: number): string => {
    if (x.dtype === 'bool') return v ? 'true' : 'false';
    if (!isFloat) return String(v);
    if (!Number.isFinite(v)) return Number.isNaN(v) ? 'nan' : v > 0 ? 'inf' : '-inf';
    if (n.attributes.bool('scientific')) return exponential(v);
    return n.attributes.bool('shortest') ? shortest(v) : v.toFixed(digits);
  };
  const padded = (s: string): string => {
    if (width <= s.length) return s;
    if (fill === '-') return s.padEnd(width);
    const isSigned = fill === '0' && s.startsWith('-');
    return isSigned ? `-${s.slice(1).padStart(width - 1, '0')}` : s.padStart(width, fill === '0' ? '0' : ' ');
  };
  return Texts.of(
    valuesOf(n.where, x).map((v) => padded(one(v))),
    x.shape,
  );
}
function read(n: NodeCall): Value {
  const { strings, shape } = n.texts(0);
  const dtype = n.attributes.dtype('out_type', 'float32');
  const numbers = strings.map((s) => {
    const text = s.trim().toLowerCase();
    const v = /^[+-]?(inf|infinity)$/.test(text)
      ? text.startsWith('-')
        ? -Infinity
        : Infinity
      : text === 'nan'
        ? NaN
        : Number(text);
    const isWrong = text === '' || (Number.isNaN(v) && text !== 'nan') || /^[+-]?0[box]/.test(text);
    if (isWrong || (!dtype.includes('float') && !Number.isInteger(v))) n.fail(`'${s}' is no number of dtype ${dtype}.`);
    return v;
  });
  return tensor(numbers, shape, dtype);
}
/** @param hash - a word of 64 bits. */
const bucket =
  (hash: (n: NodeCall) => (text: string) => bigint): Operation['run'] =>
  (n) => {
    const { strings, shape } = n.texts(0);
    const count = n.attributes.int('num_buckets');
    if (!(count >= 1)) n.fail(`${count} buckets.`);
    const of = hash(n);
    const seen = new Map<string, number>();
    const buckets = strings.map((s) => {
      let b = seen.get(s);
      if (b === undefined) seen.set(s, (b = Number(of(s) % BigInt(count))));
      return b;
    });
    return integers(buckets, shape, 'int64');
  };
const key = (n: NodeCall): [bigint, bigint] => {
  const [a = 0, b = 0] = n.attributes.ints('key');
  return [BigInt.asUintN(64, BigInt(a)), BigInt.asUintN(64, BigInt(b))];
};

/** @internal */
export const writing: Operations = {
  AsString: written,
  ReduceJoin: reduceJoined,
  RegexFullMatch: (n) => matched(n, n.texts(1).strings[0] ?? ''),
  RegexReplace: replaced((n) => [n.texts(1).strings[0] ?? '', n.texts(2).strings[0] ?? '']),
  StaticRegexFullMatch: (n) => matched(n, n.attributes.string('pattern')),
  StaticRegexReplace: replaced((n) => [n.attributes.string('pattern'), n.attributes.string('rewrite')]),
  StringJoin: joined,
  StringLength: (n) => {
    const { values, shape } = n.texts(0);
    return integers(
      values.map((t) => (isByCharacter(n) ? characterPlaces(t).length - 1 : t.length)),
      shape,
    );
  },
  StringLower: changedCase(false),
  StringNGrams: { outputs: ['ngrams', 'ngrams_splits'], run: neighbours },
  StringSplit: { outputs: ['indices', 'values', 'shape'], run: splitV1 },
  StringSplitV2: { outputs: ['indices', 'values', 'shape'], run: splitV2 },
  StringStrip: eachText(() => (text) => bytes(keyOf(text).replace(SPACE, ''))),
  StringToHashBucketFast: bucket(() => fingerprint64),
  StringToHashBucketStrong: bucket((n) => (s) => sipHash(s, key(n))),
  StringToNumber: read,
  StringUpper: changedCase(true),
  Substr: substrings,
  UnicodeDecode: { outputs: ['row_splits', 'char_values'], run: (n) => decoded(n, false) },
  UnicodeDecodeWithOffsets: {
    outputs: ['row_splits', 'char_values', 'char_to_byte_starts'],
    run: (n) => decoded(n, true),
  },
  UnicodeEncode: encoded,
};
