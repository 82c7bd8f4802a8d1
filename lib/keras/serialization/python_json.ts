/**
 * JSON as Python's `json` module writes and reads it: `{"rate": 1.0, "epsilon": 1e-07, "value": NaN}`. Numbers of records
 * that are marked as floats keep a fraction when they are whole, as JavaScript's own JSON cannot say.
 */
import { TypeError } from '../../support/errors';

const floatKeys = new WeakMap<object, ReadonlySet<string>>();
/** @internal Says which keys of a record hold floats; the record itself stays as it is. */
export function markFloats<T extends object>(record: T, keys: ReadonlySet<string>): T {
  if (keys.size) floatKeys.set(record, keys);
  return record;
}
/** @internal A copy of a record has the floats of the record. */
export function markAs<T extends object>(copy: T, record: object): T {
  return markFloats(copy, floatKeys.get(record) ?? new Set());
}

/** @internal A float as Python's `repr` spells it: the shortest digits that give the same number, an exponent below 1e-4 and from 1e16. */
export function pythonFloat(x: number): string {
  if (Number.isNaN(x)) return 'NaN';
  if (!Number.isFinite(x)) return x > 0 ? 'Infinity' : '-Infinity';
  if (x === 0) return Object.is(x, -0) ? '-0.0' : '0.0';
  const [digits, exponent] = x.toExponential().split('e');
  const e = Number(exponent);
  if (e < -4 || e >= 16) return `${digits}e${e < 0 ? '-' : '+'}${String(Math.abs(e)).padStart(2, '0')}`;
  const text = e < 0 ? `${x < 0 ? '-' : ''}0.${'0'.repeat(-e - 1)}${digits.replace(/[-.]/g, '')}` : String(x);
  return text.includes('.') ? text : `${text}.0`;
}
// Integers are Python's `int` unless they are known to be floats; -0, NaN and infinities can be nothing else.
const pythonNumber = (x: number, isFloat: boolean): string =>
  isFloat || !Number.isInteger(x) || Object.is(x, -0) ? pythonFloat(x) : BigInt(x).toString();
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
};
const pythonString = (s: string): string =>
  `"${s.replace(/["\\]|[^ -~]/g, (c) => ESCAPES[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;

/**
 * @internal The text of plain values, as `json.dumps` gives it: non-ASCII letters escaped, undefined left out.
 * @param options.indent - spaces for each level; default all on one line.
 */
export function toPythonJson(value: unknown, { indent }: { indent?: number | null } = {}): string {
  const above = new Set<object>();
  const write = (x: unknown, isFloat: boolean, depth: number): string => {
    if (x === null || x === undefined) return 'null';
    if (typeof x === 'boolean') return String(x);
    if (typeof x === 'number') return pythonNumber(x, isFloat);
    if (typeof x === 'bigint') return String(x);
    if (typeof x === 'string') return pythonString(x);
    if (typeof x !== 'object') throw new TypeError(`JSON: a ${typeof x} cannot be written.`);
    if (above.has(x)) throw new TypeError('JSON: the value holds itself.');
    above.add(x);
    const items = Array.isArray(x)
      ? x.map((e) => write(e, isFloat, depth + 1))
      : members(x as Record<string, unknown>, isFloat, depth);
    above.delete(x);
    const [open, close] = Array.isArray(x) ? '[]' : '{}';
    if (!items.length) return open + close;
    if (indent == null) return `${open}${items.join(', ')}${close}`;
    const line = (d: number): string => `\n${' '.repeat(indent * d)}`;
    return `${open}${line(depth + 1)}${items.join(`,${line(depth + 1)}`)}${line(depth)}${close}`;
  };
  const members = (record: Record<string, unknown>, isFloat: boolean, depth: number): string[] => {
    const floats = floatKeys.get(record);
    // Objects inside of a float option (the schedule of a learning rate) know their own floats.
    const inherited = isFloat && !('class_name' in record);
    return Object.entries(record)
      .filter(([, v]) => v !== undefined)
      .map(([key, v]) => `${pythonString(key)}: ${write(v, inherited || (floats?.has(key) ?? false), depth + 1)}`);
  };
  return write(value, false, 0);
}

const NAN = '\0NaN';
/** @internal The value of a JSON text, that of Python with NaN and Infinity too. @throws SyntaxError for all else. */
export function fromPythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Outside of strings only.
    const strict = text.replace(/"(?:[^"\\]|\\.)*"|(-?Infinity|NaN)/g, (all, bare: string | undefined) =>
      bare === undefined ? all : bare === 'NaN' ? '"\\u0000NaN"' : bare.startsWith('-') ? '-1e999' : '1e999',
    );
    if (strict === text) throw error;
    return JSON.parse(strict, (_, v: unknown) => (v === NAN ? NaN : v));
  }
}
