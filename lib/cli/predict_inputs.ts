/** Data for a model out of files: arrays, tables, JSON and images, brought into the shape that each input takes. */
import * as path from 'node:path';
import { NpzReader, readNpy } from '../io/npz';
import { readFile, withFile } from '../io/source';
import type { KerasTensor } from '../keras/keras_tensor';
import { isTextTensor } from '../keras/keras_tensor';
import { loadImg } from '../keras/utils/image_utils';
import { isRecord } from '../support/nest';
import * as ops from '../ops/index';
import { tensor, type Tensor } from '../core/tensor';
import { choiceOption, InputError, textOption, UsageError, type Context } from './context';
import { numberIn, parseCsv } from './csv';
import { shapeText } from './text';

/** @internal A tensor, or nested texts. */
export type Value = Tensor | readonly unknown[];
/** What a file holds: one value, or several by name. */
type Content = { value: Value } | { named: Map<string, Value> };
/** What is known of an input; null for a model that was not built for one. */
type Target = KerasTensor | null;

const IMAGE = /\.(png|jpe?g|gif|webp|bmp|tiff?|avif|heif|svg)$/i;
const isTensor = (v: Value): v is Tensor => !Array.isArray(v);
const isText = (t: Target): boolean => t !== null && isTextTensor(t);

async function readNumpy(file: string, context: Context): Promise<Content> {
  const toTensor = ({ data, shape, dtype }: Awaited<ReturnType<typeof readNpy>>): Tensor => tensor(data, shape, dtype);
  return withFile(file, async (source): Promise<Content> => {
    if (source.size >= 6 && source.bytes(0, 6).toString('latin1') === '\x93NUMPY')
      return { value: toTensor(await readNpy(source, context.signal)) };
    if (file.endsWith('.npy')) return { value: toTensor(await readNpy(source, context.signal)) }; // says what it is instead
    const npz = new NpzReader(source);
    const named = new Map<string, Value>();
    for (const name of npz.names) named.set(name, toTensor(await npz.read(name, context.signal)));
    if (!named.size) throw new InputError(`${file}: it holds no arrays.`);
    return { named };
  });
}
async function readCsv(file: string, targets: readonly Target[], context: Context): Promise<Content> {
  const header = choiceOption(context, 'predict', 'header', ['yes', 'no']);
  const delimiter = textOption(context, 'delimiter')?.replace('\\t', '\t');
  if (delimiter !== undefined && [...delimiter].length !== 1)
    throw new UsageError(`--delimiter takes one character, not '${delimiter}'.`, 'predict');
  const rows = parseCsv((await readFile(file, context.signal)).toString('utf8'), file, delimiter);
  const hasNames =
    header === undefined
      ? !targets.some(isText) && (rows[0]?.cells.every((c) => numberIn(c) === undefined) ?? false)
      : header === 'yes';
  const names = hasNames ? rows.shift()!.cells.map((c) => c.trim()) : null;
  const width = rows[0]?.cells.length ?? 0;
  if (!rows.length) throw new InputError(`${file}: it holds no rows${hasNames ? ' below the line of names' : ''}.`);
  for (const { cells, line } of rows)
    if (cells.length !== width)
      throw new InputError(`${file}: line ${line} has ${cells.length} values, and those before have ${width}.`);
  if (names && names.length !== width)
    throw new InputError(`${file}: the first line has ${names.length} names, and the rows have ${width} values.`);
  const numbers = (columns: readonly number[]): Tensor => {
    const data = new Float64Array(rows.length * columns.length);
    rows.forEach(({ cells, line }, i) =>
      columns.forEach((column, j) => {
        const value = numberIn(cells[column]);
        if (value === undefined) {
          const what = cells[column].trim() ? `'${cells[column].slice(0, 40)}' is no number` : 'there is no value';
          throw new InputError(
            `${file}: line ${line}, column ${column + 1}${names ? ` (${names[column]})` : ''}: ${what}.`,
          );
        }
        data[i * columns.length + j] = value;
      }),
    );
    return tensor(data, [rows.length, columns.length], 'float64');
  };
  const all = Array.from({ length: width }, (_, i) => i);
  const texts = (columns: readonly number[]): readonly unknown[] =>
    rows.map(({ cells }) => (columns.length === 1 ? cells[columns[0]] : columns.map((c) => cells[c])));
  const valueOf = (target: Target, columns: readonly number[]): Value =>
    isText(target) ? texts(columns) : numbers(columns);
  if (targets.length === 1) return { value: valueOf(targets[0], all) };
  // Each input is a column of its name.
  const columns = targets.map((t) => names?.indexOf(t!.name) ?? -1);
  if (columns.includes(-1))
    throw new InputError(
      `${file}: the model takes ${targets.length} inputs (${targets.map((t) => t!.name).join(', ')}), ${names ? `and the columns are ${names.join(', ')}` : 'and the columns have no names'}.\n  Fix: name a column for each input, or give a file for each.`,
    );
  return { named: new Map(targets.map((t, i) => [t!.name, valueOf(t, [columns[i]])])) };
}
async function readJson(file: string, targets: readonly Target[], context: Context): Promise<Content> {
  const text = (await readFile(file, context.signal)).toString('utf8');
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new InputError(`${file}: it is no JSON: ${(error as Error).message}.`, { cause: error });
  }
  const valueOf = (value: unknown, target: Target | undefined): Value => {
    if (!Array.isArray(value)) throw new InputError(`${file}: nested arrays are expected.`);
    return isText(target ?? null) ? value : tensor(value as number[]);
  };
  if (!isRecord(json)) return { value: valueOf(json, targets[0]) };
  return {
    named: new Map(
      Object.entries(json).map(([name, value]) => [
        name,
        valueOf(value, targets.find((t) => t?.name === name) ?? targets[0]),
      ]),
    ),
  };
}

/** A factor, also as a fraction. */
export function rescaleOption(context: Context): number | undefined {
  const text = textOption(context, 'rescale');
  if (text === undefined) return undefined;
  const [above, below = '1', ...more] = text.split('/');
  const factor = Number(above) / Number(below);
  if (more.length || !above.trim() || !below.trim() || !Number.isFinite(factor))
    throw new UsageError(`--rescale takes a number or a fraction as 1/255, not '${text}'.`, 'predict');
  return factor;
}
const INTERPOLATIONS = ['nearest', 'bilinear', 'bicubic', 'lanczos3', 'lanczos5'] as const;
async function readImage(file: string, target: Target, context: Context): Promise<Tensor> {
  const interpolation = choiceOption(context, 'predict', 'interpolation', INTERPOLATIONS) ?? 'nearest';
  const factor = rescaleOption(context);
  const shape = target?.shape ?? [null, null, null, 3];
  const isChannels = (n: number | null): n is 1 | 3 | 4 => n === 1 || n === 3 || n === 4;
  const scaled = (t: Tensor): Tensor => (factor === undefined ? t : ops.multiply(ops.cast(t, 'float32'), factor));
  if (shape.length !== 4 || !(isChannels(shape[3]) || isChannels(shape[1]))) {
    const size = shape.slice(1).reduce<number>((a, b) => a * (b ?? 1), 1);
    const grey = await loadImg(file, { colorMode: 'grayscale' });
    if (grey.size === size) return scaled(ops.reshape(grey, [1, size]));
    const rgb = await loadImg(file, { colorMode: 'rgb' });
    if (rgb.size === size) return scaled(ops.reshape(rgb, [1, size]));
    throw new InputError(
      `${file}: the image is ${grey.shape[1]} x ${grey.shape[0]}, and the model takes ${shapeText(shape)}, which is no image.`,
    );
  }
  const isLast = isChannels(shape[3]);
  const [height, width, channels] = isLast ? [shape[1], shape[2], shape[3]] : [shape[2], shape[3], shape[1]];
  const colorMode = ({ 1: 'grayscale', 3: 'rgb', 4: 'rgba' } as const)[channels as 1 | 3 | 4];
  const image = await loadImg(file, {
    colorMode,
    interpolation,
    targetSize: height !== null && width !== null ? [height, width] : null,
  });
  const placed = isLast ? image : ops.transpose(image, { axes: [2, 0, 1] });
  return scaled(ops.expandDims(placed, 0));
}

const isCompatible = (shape: readonly number[], wanted: readonly (number | null)[]): boolean =>
  shape.length === wanted.length && shape.every((d, i) => wanted[i] === null || wanted[i] === d);
/** The value as the input takes it: a batch axis added, rows reshaped, the dtype changed. */
function fitted(value: Value, target: Target, file: string): Value {
  if (!target || !isTensor(value)) return value;
  const { shape } = target;
  const example = shape.slice(1);
  const dtype = target.dtype;
  const cast = (t: Tensor): Tensor => (t.dtype === dtype ? t : ops.cast(t, dtype));
  if (isCompatible(value.shape, shape)) return cast(value);
  if (isCompatible(value.shape, example)) return cast(ops.expandDims(value, 0));
  const size = value.shape.slice(1).reduce((a, b) => a * b, 1);
  const known = example.reduce<number>((a, b) => a * (b ?? 1), 1);
  const open = example.filter((d) => d === null).length;
  if (value.ndim && (open === 0 ? size === known : open === 1 && known > 0 && size % known === 0))
    return cast(ops.reshape(value, [value.shape[0], ...example.map((d) => d ?? size / known)]));
  throw new InputError(
    `${file}: it has shape ${shapeText(value.shape)}, and the input '${target.name}' takes ${shapeText(shape)}.`,
  );
}
function joined(values: readonly Value[], files: readonly string[]): Value {
  if (values.length === 1) return values[0];
  if (!values.every(isTensor)) return values.flatMap((v) => v as readonly unknown[]);
  const [first] = values;
  values.forEach((v, i) => {
    if (!isCompatible(v.shape.slice(1), first.shape.slice(1)))
      throw new InputError(
        `${files[i]}: an example has shape ${shapeText(v.shape.slice(1))}, and one of ${files[0]} has ${shapeText(first.shape.slice(1))}; a batch takes examples of one shape.`,
      );
  });
  return ops.concatenate([...values], { axis: 0 });
}
/** Values of the inputs out of several by name: by the names of the inputs, or where those are others, in order. */
function byName(named: ReadonlyMap<string, Value>, targets: readonly Target[], file: string): Value[] {
  const names = targets.map((t) => t?.name ?? '');
  if (names.every((name) => named.has(name))) return names.map((name) => named.get(name)!);
  if (named.size === targets.length) return [...named.values()];
  throw new InputError(
    `${file}: it holds ${[...named.keys()].join(', ')}, and the model takes ${targets.length === 1 ? 'one input' : `${targets.length} inputs`}${names[0] ? ` (${names.join(', ')})` : ''}.`,
  );
}
/** @internal A value for each input, in their order. */
export async function inputsOf(
  files: readonly string[],
  inputs: readonly KerasTensor[],
  context: Context,
): Promise<Value[]> {
  const targets: readonly Target[] = inputs.length ? inputs : [null];
  const contentOf = async (file: string, own: readonly Target[]): Promise<Content> => {
    const ending = path.extname(file).toLowerCase();
    await withFile(file, () => Promise.resolve()); // says why it cannot be read
    if (ending === '.npy' || ending === '.npz') return readNumpy(file, context);
    if (ending === '.csv' || ending === '.tsv' || ending === '.txt') return readCsv(file, own, context);
    if (ending === '.json') return readJson(file, own, context);
    if (IMAGE.test(file)) return { value: await readImage(file, own[0], context) };
    throw new InputError(`${file}: data are .npy, .npz, .csv, .json or an image, by the ending of the name.`);
  };
  if (targets.length > 1 && files.length === 1) {
    const content = await contentOf(files[0], targets);
    if ('value' in content)
      throw new InputError(
        `${files[0]}: it holds one array, and the model takes ${targets.length} inputs (${inputs.map((t) => t.name).join(', ')}).\n  Fix: give a file for each input, or .npz.`,
      );
    return byName(content.named, targets, files[0]).map((v, i) => fitted(v, targets[i], files[0]));
  }
  const single = async (file: string, target: Target): Promise<Value> => {
    const content = await contentOf(file, [target]);
    return fitted('value' in content ? content.value : byName(content.named, [target], file)[0], target, file);
  };
  const values: Value[] = [];
  if (targets.length > 1) {
    if (files.length !== targets.length)
      throw new InputError(
        `the model takes ${targets.length} inputs (${inputs.map((t) => t.name).join(', ')}), and ${files.length} files are given.`,
      );
    for (const [i, file] of files.entries()) values.push(await single(file, targets[i]));
    return values;
  }
  for (const file of files) values.push(await single(file, targets[0]));
  return [joined(values, files)];
}
