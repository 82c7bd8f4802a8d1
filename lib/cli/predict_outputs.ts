/** What a model gives, as text for people and programs and as files. */
import { writeAtomically } from '../io/atomic';
import { encodeNumbers } from '../io/numbers';
import { npyHeader, writeNpz } from '../io/npz';
import type { DType, TypedArray } from '../core/tensor';
import { InputError } from './context';
import { csvCell } from './csv';
import { shapeText } from './text';

/** @internal An output with its values. */
export interface Output {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: TypedArray;
}
/** @internal One of the largest values of an example. */
export interface TopClass {
  readonly class: number;
  readonly name: string | null;
  readonly value: number;
}
const HALVES: readonly DType[] = ['float32', 'float16', 'bfloat16'];
/** The fewest digits that give the same number again. */
function valueText(value: number | bigint, dtype: DType): string {
  if (typeof value === 'bigint') return value.toString();
  if (!HALVES.includes(dtype) || !Number.isFinite(value)) return String(value);
  for (let digits = 6; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}
const jsonValue = (value: number | bigint, dtype: DType): number | string | null => {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  return Number.isFinite(value) ? Number(valueText(value, dtype)) : null;
};
/** @internal Nested arrays; what JSON has no number for is null. */
export function nestedValues({ shape, dtype, data }: Output): unknown {
  let at = 0;
  const build = (axis: number): unknown =>
    axis === shape.length ? jsonValue(data[at++], dtype) : Array.from({ length: shape[axis] }, () => build(axis + 1));
  return build(0);
}
const rowsOf = ({ shape }: Output): number => shape[0] ?? 1;
function rowTexts(output: Output, row: number): string[] {
  const width = output.data.length / Math.max(1, rowsOf(output));
  return Array.from(output.data.subarray(row * width, (row + 1) * width) as ArrayLike<number | bigint>, (v) =>
    valueText(v, output.dtype),
  );
}
/** @internal Lines of numbers, one for each example; examples with several axes as nested JSON. */
export function outputText(outputs: readonly Output[], classNames: readonly string[] | null): string {
  return outputs
    .map((output) => {
      const { shape, name, dtype } = output;
      const title = outputs.length > 1 ? [`${name}, ${dtype} of shape ${shapeText(shape)}:`] : [];
      const names =
        classNames && shape.length === 2 && shape[1] === classNames.length ? [classNames.map(csvCell).join(',')] : [];
      const lines =
        shape.length > 2
          ? (nestedValues(output) as unknown[]).map((row) => JSON.stringify(row))
          : Array.from({ length: rowsOf(output) }, (_, i) => rowTexts(output, i).join(','));
      return [...title, ...names, ...lines].join('\n');
    })
    .join('\n');
}
/** @internal The `count` largest values of each example, the largest first. @throws InputError for outputs that are no rows of numbers. */
export function topClasses(
  { name, shape, data, dtype }: Output,
  count: number,
  names: readonly string[] | null,
): TopClass[][] {
  if (shape.length !== 2)
    throw new InputError(`--top needs an output with one axis of classes; '${name}' has shape ${shapeText(shape)}.`);
  const [rows, width] = shape;
  return Array.from({ length: rows }, (_, row) => {
    const values = Array.from(data.subarray(row * width, (row + 1) * width) as ArrayLike<number | bigint>, Number);
    // What is no number is never the largest.
    const order = values
      .map((_v, i) => i)
      .sort((a, b) =>
        values[b] > values[a] || Number.isNaN(values[a])
          ? Number.isNaN(values[b]) && Number.isNaN(values[a])
            ? a - b
            : 1
          : values[a] === values[b]
            ? a - b
            : -1,
      );
    return order
      .slice(0, count)
      .map((i) => ({ class: i, name: names?.[i] ?? null, value: jsonValue(values[i], dtype) as number }));
  });
}
const topName = ({ name, class: index }: TopClass): string => name ?? String(index);
/** @internal */
export const topText = (rows: readonly (readonly TopClass[])[]): string =>
  rows
    .map(
      (row, i) =>
        `${i}: ${row.map((c) => `${topName(c)} ${c.value === null ? 'NaN' : Number(c.value.toPrecision(4))}`).join(', ')}`,
    )
    .join('\n');

function csvText(output: Output, names: readonly string[] | null): string {
  if (output.shape.length > 2)
    throw new InputError(
      `a .csv holds rows of numbers; the output '${output.name}' has shape ${shapeText(output.shape)}.\n  Fix: write .npy or .json.`,
    );
  const head = names && output.shape[1] === names.length ? [names.map(csvCell).join(',')] : [];
  return `${[...head, ...Array.from({ length: rowsOf(output) }, (_, i) => rowTexts(output, i).join(','))].join('\n')}\n`;
}
/** @internal Writes all outputs by the ending of the name. */
export async function writeOutputs(
  file: string,
  outputs: readonly Output[],
  {
    classNames,
    top,
    signal,
  }: { classNames: readonly string[] | null; top: readonly TopClass[][] | null; signal: AbortSignal },
): Promise<void> {
  const text = (content: string): Promise<void> =>
    writeAtomically(file, (sink) => sink.write(Buffer.from(content, 'utf8')), signal);
  const [first] = outputs;
  if (file.endsWith('.json'))
    return text(
      `${JSON.stringify(top ?? (outputs.length === 1 ? nestedValues(first) : Object.fromEntries(outputs.map((o) => [o.name, nestedValues(o)]))))}\n`,
    );
  if (file.endsWith('.csv') && top)
    return text(
      `example,rank,class,name,value\n${top.flatMap((row, i) => row.map((c, rank) => [i, rank + 1, c.class, csvCell(c.name ?? ''), c.value].join(','))).join('\n')}\n`,
    );
  if (file.endsWith('.npz'))
    return writeAtomically(
      file,
      (sink) =>
        writeNpz(
          sink,
          outputs.map((o) => ({ ...o, data: () => Promise.resolve(o.data) })),
        ),
      signal,
    );
  if (outputs.length > 1)
    throw new InputError(
      `${file}: it holds one array, and the model gives ${outputs.length} (${outputs.map((o) => o.name).join(', ')}).\n  Fix: write .npz or .json.`,
    );
  if (file.endsWith('.csv')) return text(csvText(first, classNames));
  return writeAtomically(
    file,
    async (sink) => {
      await sink.write(npyHeader(first.shape, first.dtype));
      await sink.write(encodeNumbers(first.data, first.dtype));
    },
    signal,
  );
}
