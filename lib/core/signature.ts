/** What tells two calls of a compiled function apart: the signature of its arguments, a text. */
import { describe } from '../support/describe';
import { types } from 'node:util';
import { createHash } from 'node:crypto';
import { TypeError, ValueError } from '../support/errors';
import { isRecord } from '../support/nest';
import { Tensor } from './tensor';
import { isMap, isSet } from '../support/realms';

const DEEPEST = 200;
const identities = new WeakMap<WeakKey, number>();
let lastIdentity = 0;
function identity(x: WeakKey): number {
  let id = identities.get(x);
  if (id === undefined) identities.set(x, (id = ++lastIdentity));
  return id;
}
function symbolKey(s: symbol): string {
  const registered = Symbol.keyFor(s);
  return registered === undefined ? `symbol#${identity(s)}` : `symbol(${JSON.stringify(registered)})`;
}
/** Plain values; null for what is none. */
function plainKey(x: unknown): string | null {
  switch (typeof x) {
    case 'number':
      return Object.is(x, -0) ? '-0' : String(x);
    case 'bigint':
      return `${x}n`;
    case 'string':
      return JSON.stringify(x);
    case 'symbol':
      return symbolKey(x);
    case 'boolean':
    case 'undefined':
      return String(x);
    default:
      return x === null ? 'null' : null;
  }
}
function bytesKey(x: ArrayBuffer | SharedArrayBuffer | ArrayBufferView): string {
  const bytes = ArrayBuffer.isView(x) ? new Uint8Array(x.buffer, x.byteOffset, x.byteLength) : new Uint8Array(x);
  // A digest, so that large arrays do not make large keys.
  return `${Object.prototype.toString.call(x)}${createHash('sha256').update(bytes).digest('base64')}`;
}

class Signature {
  private readonly path = new Set<object>();
  constructor(
    private readonly where: string,
    private readonly rows: number | null,
  ) {}

  /** @param isInput - whether a tensor here becomes an input of the plan; otherwise it is a constant of the trace. */
  of(x: unknown, isInput: boolean): string {
    const plain = plainKey(x);
    if (plain !== null) return plain;
    if (typeof x === 'function') return `function#${identity(x)}`;
    const o = x as object;
    if (o instanceof Tensor)
      return isInput
        ? `${o.dtype}[${this.rows === null ? o.shape : [this.rows, ...o.shape.slice(1)]}]`
        : `tensor#${identity(o)}`;
    if (types.isDate(o)) return `Date(${o.getTime()})`;
    if (types.isRegExp(o)) return `RegExp(${JSON.stringify(o.source)},${o.flags},${o.lastIndex})`;
    if (ArrayBuffer.isView(o) || types.isAnyArrayBuffer(o)) return bytesKey(o);
    if (Array.isArray(o))
      return this.inside(
        o,
        () => `[${Array.from({ length: o.length }, (_, i) => (i in o ? this.of(o[i], isInput) : 'hole')).join()}]`,
      );
    // Keys in the order in which they were written: so do tensors enter the plan.
    if (isRecord(o)) return this.inside(o, () => `{${this.record(o, isInput)}}`);
    if (isMap(o))
      return this.inside(o, () => `Map{${[...o].map(([k, v]) => `${this.of(k, false)}:${this.of(v, false)}`).join()}}`);
    if (isSet(o)) return this.inside(o, () => `Set{${[...o].map((v) => this.of(v, false)).join()}}`);
    return `object#${identity(o)}{${this.fields(o)}}`;
  }
  private record(o: Record<string, unknown>, isInput: boolean): string {
    if (Object.getOwnPropertySymbols(o).length)
      throw new TypeError(
        `${this.where}: a record among the arguments has a symbol as key.\n  Received: ${describe(Object.getOwnPropertySymbols(o)[0])}\n  Fix: use strings as keys.`,
      );
    return Object.keys(o)
      .map((k) => `${JSON.stringify(k)}:${this.of(o[k], isInput)}`)
      .join();
  }
  // An instance of a class: its identity, and those of its own fields that are plain values or functions.
  private fields(o: object): string {
    return Object.entries(o)
      .flatMap(([k, v]) => {
        const key =
          typeof v === 'function'
            ? `function#${identity(v)}`
            : typeof v === 'object' && v !== null
              ? `object#${identity(v)}`
              : plainKey(v);
        return `${JSON.stringify(k)}:${key}`;
      })
      .join();
  }
  private inside(o: object, f: () => string): string {
    if (this.path.has(o))
      throw new ValueError(
        `${this.where}: an argument contains itself, so calls with it cannot be told apart.\n  Fix: pass the parts that the function uses.`,
      );
    if (this.path.size >= DEEPEST)
      throw new ValueError(
        `${this.where}: an argument is nested more than ${DEEPEST} levels deep.\n  Fix: pass the parts that the function uses.`,
      );
    this.path.add(o);
    const key = f();
    this.path.delete(o);
    return key;
  }
}

/**
 * @internal Shapes and dtypes of the tensors among the arguments, and everything else by value: numbers (NaN, infinities
 * and -0 too), texts, dates, patterns, arrays of bytes, and what arrays, records, maps and sets hold. Functions, symbols and
 * instances of other classes count by identity; of instances also the fields that are plain values.
 * @param rows - stands in the place of the first size of each tensor, where given.
 * @throws ValueError for arguments that contain themselves.
 */
export const signatureOf = (args: readonly unknown[], where = 'compile', rows: number | null = null): string =>
  new Signature(where, rows).of(args, true);
