/** Texts in TensorFlow's graphs. They never enter a plan: what is computed of them is computed at once, on this machine's host. */
import { FileError, ValueError } from '../../support/errors';
import { binding } from '../../core/binding';
import type { Tensor } from '../../core/tensor';

/** @internal An array of texts: bytes, mostly UTF-8. */
export class Texts {
  constructor(
    readonly values: readonly Uint8Array[],
    readonly shape: readonly number[],
  ) {}
  static of(strings: readonly string[], shape: readonly number[]): Texts {
    return new Texts(
      strings.map((s) => Buffer.from(s, 'utf8')),
      shape,
    );
  }
  get strings(): string[] {
    return this.values.map(textOf);
  }
}
/** @internal What a file beside the graph holds (an asset), in the place of its name. */
export class Asset {
  constructor(
    /** Its name, for messages. */
    readonly name: string,
    readonly content: Uint8Array,
  ) {}
}
/** @internal */
export const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
/** @internal One character for each byte: equal bytes are equal keys. */
export const keyOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
/** @internal Whether it is a text, or arrays whose first element is one. */
export function holdsTexts(x: unknown): boolean {
  for (let first = x; ; first = first[0]) {
    if (typeof first === 'string' || first instanceof Texts) return true;
    if (!Array.isArray(first)) return false;
  }
}
/** @internal Nested arrays of strings as texts; null for anything else. @throws ValueError for rows of several lengths. */
export function textsIn(x: unknown): Texts | null {
  if (x instanceof Texts) return x;
  const shape: number[] = [];
  for (let inner = x; Array.isArray(inner); inner = inner[0]) shape.push(inner.length);
  const values: Uint8Array[] = [];
  const visit = (v: unknown, axis: number): boolean => {
    if (axis === shape.length) return typeof v === 'string' && values.push(Buffer.from(v, 'utf8')) > 0;
    if (!Array.isArray(v)) return false;
    if (v.length !== shape[axis])
      throw new ValueError(`texts: rows of axis ${axis} differ in length: ${shape[axis]} and ${v.length}.`);
    return v.every((inner) => visit(inner, axis + 1));
  };
  return visit(x, 0) ? new Texts(values, shape) : null;
}
/** @internal Texts as nested arrays of strings. */
export function nestedTexts(texts: Texts): unknown {
  const { strings, shape } = texts;
  let at = 0;
  const build = (axis: number): unknown =>
    axis === shape.length ? strings[at++] : Array.from({ length: shape[axis] }, () => build(axis + 1));
  return build(0);
}

const MAX_VALUES = 2 ** 26;
/** @internal The values of a tensor that is computed beside texts. @throws ValueError when they are known only while a plan runs. */
export function valuesOf(where: string, t: Tensor): number[] {
  if (binding.isSymbolic(t))
    throw new ValueError(
      `${where}: texts and tables are looked at before a step, but here they depend on numbers that are computed in it.\n  Fix: call the layer outside of a compiled function, on inputs that are there.`,
    );
  if (t.size > MAX_VALUES) throw new FileError(`${where}: ${t.size} values are to be looked at beside texts.`);
  return Array.from(t.dataSync() as ArrayLike<number | bigint>, Number);
}
