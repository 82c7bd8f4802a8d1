/**
 * Rows: what is known of one op. All rows stand in one table; `reflection.test.ts` fails when an op has none.
 */
import type * as trae from '../../lib/index';
import { definedOps } from '../../lib/ops/define';
import type { NdArray } from './ndarray';

/** One call: tensors, then what follows them. */
export interface Case {
  inputs: NdArray[];
  args?: unknown[];
}
export interface Row {
  /** Public name. */
  op: string;
  family: string;
  /** The naive twin; shape, dtype and values are compared. */
  reference(inputs: NdArray[], args: never[]): NdArray | NdArray[];
  cases: Case[];
  /** Small float64 cases at which the op is smooth: the gradient is compared with differences. None: no gradient. */
  smooth?: Case[];
  /** Whether the gradient is differentiated too (default), or is constant or undefined. */
  second?: boolean;
  /** How the op is called, if not `op(...inputs, ...args)`. */
  call?(op: (...args: unknown[]) => unknown, inputs: trae.Tensor[], args: unknown[]): unknown;
  /** Factor on the bounds of the comparison, for what loses digits. */
  looseness?: number;
  /** The call makes tensors out of shapes and numbers alone, or reads nothing: compile has nothing to trace. */
  isSource?: boolean;
}

export const rowTable = new Map<string, Row>();

/** The function that enters rows of one family. */
export function rowsIn(family: string): (op: string, rest: Omit<Row, 'op' | 'family'>) => void {
  return (op, rest) => {
    if (rowTable.has(op)) throw new Error(`row '${op}' is there twice`);
    rowTable.set(op, { op, family, ...rest });
  };
}
export const rowsOf = (family: string): Row[] => [...rowTable.values()].filter((r) => r.family === family);
/** Runs a case of a row on tensors; always a list of tensors. */
export function callRow(r: Row, tensors: trae.Tensor[], args: unknown[] = []): trae.Tensor[] {
  const op = definedOps.get(r.op) as unknown as (...a: unknown[]) => unknown;
  if (!op) throw new Error(`row '${r.op}': there is no such op`);
  const y = r.call ? r.call(op, tensors, args) : op(...tensors, ...args);
  return (Array.isArray(y) ? y : [y]) as trae.Tensor[];
}
/** A case in words, for the names of tests and messages. */
export function describeCase(r: Row, { inputs, args = [] }: Case): string {
  const shapes = inputs.map((x) => `${x.dtype}[${x.shape}]`);
  return `${r.op}(${[...shapes, ...args.map((a) => JSON.stringify(a))].join(', ')})`;
}
