/** Operations on tables: making them, filling them from lists and files, looking up. */
import { binding } from '../../../core/binding';
import { tensor, type Tensor } from '../../../core/tensor';
import * as ops from '../../../ops/index';
import type { NodeCall, Operation, Operations } from '../operation';
import { fillTable, LookupTable, type Entry } from '../tables';
import { textOf, Texts, valuesOf } from '../texts';
import { integers, type Value } from '../values';

const MAX_LINES = 2 ** 26;

const made =
  (isMutable: boolean): Operation['run'] =>
  (n) => {
    const { attributes } = n;
    const name = attributes.string('shared_name') || attributes.string('node_name') || attributes.name;
    return n.runner.table(
      name,
      () => new LookupTable(attributes.isText('key_dtype'), attributes.isText('value_dtype'), isMutable),
    );
  };
/** The texts or numbers of an input of the kind that the table holds. */
function entriesOf(n: NodeCall, i: number, isText: boolean): { list: readonly Entry[]; shape: readonly number[] } {
  if (isText) {
    const { values, shape } = n.texts(i);
    return { list: values, shape };
  }
  const t = n.tensor(i);
  return { list: valuesOf(n.where, t), shape: t.shape };
}
const tensorOrTexts = (n: NodeCall, i: number): Tensor | Texts =>
  n.inputs[i] instanceof Texts ? n.texts(i) : n.tensor(i);
function insert(n: NodeCall): Value[] {
  fillTable(n.where, n.table(0), tensorOrTexts(n, 1), tensorOrTexts(n, 2));
  return [];
}
/** Entries that are set once: a table that has them already stays as it is. */
const initialize =
  (fill: (n: NodeCall, table: LookupTable) => void): Operation['run'] =>
  (n) => {
    const table = n.table(0);
    if (!table.isInitialized) fill(n, table);
    table.isInitialized = true;
    return [];
  };
// Which part of a line is meant: the number of a column, or one of these.
const WHOLE_LINE = -2;
const LINE_NUMBER = -1;
function readLines(n: NodeCall, table: LookupTable): void {
  const { name, content } = n.asset(1);
  const keyIndex = n.attributes.int('key_index');
  const valueIndex = n.attributes.int('value_index');
  const delimiter = n.attributes.string('delimiter', '\t');
  const size = n.attributes.int('vocab_size', -1);
  const lines = textOf(content).split('\n');
  if (lines.at(-1) === '') lines.pop();
  const used = lines.slice(n.attributes.int('offset'), size < 0 ? undefined : n.attributes.int('offset') + size);
  if (used.length > MAX_LINES) n.fail(`'${name}' has ${used.length} lines.`);
  if (size > used.length) n.fail(`'${name}' has ${used.length} lines instead of ${size}.`);
  const part = (line: string, row: number, index: number, isText: boolean): Entry => {
    if (index === LINE_NUMBER) return row;
    const columns = index === WHOLE_LINE ? [line] : line.split(delimiter);
    const text = columns[index === WHOLE_LINE ? 0 : index];
    if (text === undefined)
      return n.fail(`line ${row + 1} of '${name}' has ${columns.length} columns, not ${index + 1}.`);
    if (isText) return Buffer.from(text, 'utf8');
    const v = Number(text);
    return text.trim() === '' || Number.isNaN(v)
      ? n.fail(`line ${row + 1} of '${name}' holds '${text}', no number.`)
      : v;
  };
  used.forEach((raw, row) => {
    const line = raw.replace(/\r$/, '');
    table.insert(
      n.where,
      part(line, row, keyIndex, table.hasTextKeys),
      part(line, row, valueIndex, table.hasTextValues),
    );
  });
}
function asValue(
  n: NodeCall,
  list: readonly Entry[],
  shape: readonly number[],
  isText: boolean,
  dtype: Tensor['dtype'] | null,
): Value {
  if (isText) return new Texts(list as Uint8Array[], shape);
  if (dtype?.includes('int')) return integers(list as number[], shape, dtype);
  return tensor(list as number[], shape, dtype);
}
function find(n: NodeCall): Value {
  const table = n.table(0);
  const fallback = entriesOf(n, 2, table.hasTextValues).list[0];
  if (fallback === undefined) n.fail('it has no value for what is not found.');
  const type = table.hasTextValues ? null : n.tensor(2).dtype;
  if (!table.hasTextKeys && !table.hasTextValues && binding.isSymbolic(n.tensor(1)))
    return findNumbers(n.tensor(1), table, fallback as number, type!);
  const { list, shape } = entriesOf(n, 1, table.hasTextKeys);
  const found = list.map((key) => table.find(key) ?? fallback);
  return asValue(n, found, shape, table.hasTextValues, type);
}
/** Numbers that are known only in a step: their places among the sorted keys. */
function findNumbers(x: Tensor, table: LookupTable, fallback: number, dtype: Tensor['dtype']): Tensor {
  const { keys, values } = table.entries as { keys: number[]; values: number[] };
  const missing = ops.full(x.shape, fallback, { dtype });
  if (!keys.length) return missing;
  const order = keys.map((_, i) => i).sort((a, b) => keys[a] - keys[b]);
  const sorted = tensor(
    order.map((i) => keys[i]),
    [keys.length],
    x.dtype,
  );
  const place = ops.minimum(ops.searchsorted(sorted, ops.reshape(x, [-1])), keys.length - 1);
  const isFound = ops.equal(ops.take(sorted, place), ops.reshape(x, [-1]));
  const value = ops.take(
    tensor(
      order.map((i) => values[i]),
      [keys.length],
      dtype,
    ),
    place,
  );
  return ops.where(ops.reshape(isFound, x.shape), ops.reshape(value, x.shape), missing);
}
const FIND = { outputs: ['values'], run: find };
const EXPORT: Operation = {
  outputs: ['keys', 'values'],
  run: (n) => {
    const table = n.table(0);
    const { keys, values } = table.entries;
    const type = (name: string): Tensor['dtype'] | null =>
      n.attributes.isText(name) ? null : n.attributes.dtype(name);
    return [
      asValue(n, keys, [keys.length], table.hasTextKeys, type('Tkeys')),
      asValue(n, values, [values.length], table.hasTextValues, type('Tvalues')),
    ];
  },
};
const fromLists = initialize((n) => void insert(n));
const fromFile = initialize(readLines);
const imported: Operation['run'] = (n) => (n.table(0).isMutable ? insert(n) : fromLists(n));
const sized: Operation['run'] = (n) => integers([n.table(0).size], [], 'int64');

/** @internal */
export const lookingUp: Operations = {
  AnonymousHashTable: made(false),
  AnonymousMutableHashTable: made(true),
  HashTable: made(false),
  HashTableV2: made(false),
  InitializeTable: fromLists,
  InitializeTableFromTextFile: fromFile,
  InitializeTableFromTextFileV2: fromFile,
  InitializeTableV2: fromLists,
  LookupTableExport: EXPORT,
  LookupTableExportV2: EXPORT,
  LookupTableFind: FIND,
  LookupTableFindV2: FIND,
  LookupTableImport: imported,
  LookupTableImportV2: imported,
  LookupTableInsert: insert,
  LookupTableInsertV2: insert,
  LookupTableSize: sized,
  LookupTableSizeV2: sized,
  MutableHashTable: made(true),
  MutableHashTableV2: made(true),
};
