/** Calls of ops in which something is wrong: a case of the op's row with one or two arguments replaced, or none right. */
import * as trae from '../../lib/index';
import { definedOps } from '../../lib/ops/define';
import { randomRows } from '../ops/rows/index';
import { anything, hostileNumber, type Named } from './hostile_values';
import { toTensor } from './ndarray';
import { Random, seedOf } from './random';
import { rowTable } from './rows';

type AnyFunction = (...args: unknown[]) => unknown;
export interface HostileCall {
  text: string;
  run(): unknown;
}
export const opNames = (): string[] => [...definedOps.keys()].sort();

/** What an argument that is fine looks like in a message. */
function plain(v: unknown, depth = 0): string {
  if (depth > 3) return '...';
  if (v instanceof trae.Tensor) return `${v.dtype}(${v.shape})`;
  if (Array.isArray(v))
    return `[${v.length > 99 ? `length ${v.length}` : v.map((e) => plain(e, depth + 1)).join(', ')}]`;
  if (v !== null && typeof v === 'object' && Object.getPrototypeOf(v) === Object.prototype)
    return `{ ${Object.entries(v)
      .map(([k, e]) => `${k}: ${plain(e, depth + 1)}`)
      .join(', ')} }`;
  if (v instanceof Date || ArrayBuffer.isView(v)) return v.constructor.name;
  return v !== null && typeof v === 'object' ? 'an object' : typeof v === 'function' ? 'a function' : String(v);
}
/** The same value with one place in it replaced. */
function spoiled(r: Random, v: unknown): Named {
  if (Array.isArray(v) && v.length && v.length < 99 && r.next() < 0.6) {
    const i = r.integer(0, v.length);
    const [text, bad] = spoiled(r, v[i]);
    return [
      `[${v.map((e, k) => (k === i ? text : plain(e, 1))).join(', ')}]`,
      v.map((e: unknown, k) => (k === i ? bad : e)),
    ];
  }
  if (
    v !== null &&
    typeof v === 'object' &&
    Object.getPrototypeOf(v) === Object.prototype &&
    Object.keys(v).length &&
    r.next() < 0.85
  ) {
    const key = r.pick(Object.keys(v));
    const [text, bad] = spoiled(r, (v as Record<string, unknown>)[key]);
    return [
      `{ ${Object.entries(v)
        .map(([k, e]) => `${k}: ${k === key ? text : plain(e)}`)
        .join(', ')} }`,
      { ...v, [key]: bad },
    ];
  }
  return typeof v === 'number' && r.next() < 0.7 ? hostileNumber(r) : anything(r);
}

/** The call number `seed` of an op. */
export function hostileCall(op: string, seed: number): HostileCall {
  const r = new Random(seedOf(op) + seed * 7919);
  const f = definedOps.get(op) as unknown as AnyFunction;
  const row = rowTable.get(op);
  const cases =
    row?.cases.filter((c) => c.inputs.every((x) => x.data.length < 5000)) ??
    randomRows.filter((q) => q.op === op).map((q) => ({ inputs: q.inputs ?? [], args: q.args }));
  let args: unknown[];
  let call: AnyFunction = f;
  if (cases.length && r.next() < 0.9) {
    const c = r.pick(cases);
    const tensors = c.inputs.map(toTensor);
    args = [...tensors, ...(c.args ?? [])];
    if (row?.call)
      call = (...given) => row.call!(f, given.slice(0, tensors.length) as trae.Tensor[], given.slice(tensors.length));
  } else args = Array.from({ length: r.integer(0, 5) }, () => undefined);
  const texts = args.map((a) => plain(a));
  const isEmpty = args.every((a) => a === undefined);
  for (let n = isEmpty ? args.length : r.integer(1, 3); n > 0; n--) {
    const i = isEmpty ? n - 1 : r.integer(0, args.length + (r.next() < 0.1 ? 1 : 0));
    [texts[i], args[i]] = isEmpty ? anything(r) : spoiled(r, args[i]);
  }
  return { text: `${op}(${texts.join(', ')})`, run: () => call(...args) };
}

/** Reads every tensor in what a call returned. */
export function readAll(value: unknown): string {
  if (value instanceof trae.Tensor) {
    value.dataSync();
    return `${value.dtype}(${value.shape})`;
  }
  if (Array.isArray(value)) return `[${value.slice(0, 50).map(readAll).join(', ')}]`;
  if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
    return `{${Object.values(value).map(readAll).join(', ')}}`;
  return typeof value;
}
