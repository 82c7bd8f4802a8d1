/** `trae-node convert`: a model or weights in another format, chosen by the name of the target. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { writeAtomically } from '../io/atomic';
import { elementSize } from '../io/numbers';
import { writeNpz } from '../io/npz';
import { writeSafetensors } from '../io/safetensors';
import { formatOfName, suffixesOf } from '../keras/saving/formats';
import { InputError, numberOption, textOption, UsageError, type CommandRun, type Context } from './context';
import { kindText, MODEL_KINDS, withKnownFile, type FileKind } from './file_kind';
import { readModel } from './model_files';
import { bytesText, counted } from './text';
import { withArrays } from './weight_arrays';

/** How the name of a target ends. */
type Format = string;
const WHOLE: readonly Format[] = suffixesOf('saveModel');
const UNWRITTEN: readonly (readonly [RegExp, string])[] = [
  [
    /(^|\/)model\.json$|\.json$/i,
    'models of TensorFlow.js are read and not written: the layers of Keras 3 have no names there',
  ],
  [/\.onnx$/i, 'ONNX is neither read nor written'],
  [/\.(pb|tflite)$/i, 'SavedModel and TensorFlow Lite are not written: they hold graphs of TensorFlow'],
  [/\.(pt|pth|bin|ckpt)$/i, 'files of PyTorch are not written: they are pickles, which can hold a program'],
  [/\.npy$/i, '.npy holds one array'],
];
function formatOf(out: string): Format {
  const found = formatOfName(out);
  if (found) return found.suffix;
  const why = UNWRITTEN.find(([pattern]) => pattern.test(out))?.[1];
  throw new UsageError(
    `${out}: ${why ?? 'the name says no format'}. Known are .keras, .h5, .weights.h5, .weights.json, .safetensors and .npz.`,
    'convert',
  );
}
/** What is not in the new file. */
function leftOut(kind: FileKind, format: Format, isCompiled: boolean): string[] {
  if (!MODEL_KINDS.includes(kind) || WHOLE.includes(format)) return [];
  return [
    'the configuration of the model',
    ...(isCompiled && /npz|safetensors/.test(format) ? ['the optimizer and its state'] : []),
  ];
}
interface Converted {
  tensors: number;
  bytes: number;
  leftOut: string[];
  notes: string[];
  skipped: { path: string; reason: string }[];
}
/** By a model: the one in the file, or the one that its weights belong to. */
async function byModel(context: Context, kind: FileKind, format: Format): Promise<Converted> {
  const [from, out] = context.operands;
  const { signal, options } = context;
  const given = textOption(context, 'model');
  const isCompiled = options['no-compile'] !== true;
  const { model } = await readModel(context, given ?? from, { compile: isCompiled });
  const report =
    given === undefined
      ? null
      : await model.loadWeights(from, {
          byName: options['by-name'] === true,
          skipMismatch: options['skip-mismatch'] === true,
          signal,
        });
  if (report && !report.loaded.length && model.weights.length)
    throw new InputError(`${from}: none of its weights belongs to ${given}.`);
  if (WHOLE.includes(format)) await model.save(out, { signal });
  else
    await model.saveWeights(out, {
      signal,
      ...(format === '.weights.json'
        ? { maxShardSize: numberOption(context, 'convert', 'max-shard-size', { isInteger: false, least: 1e-9 }) ?? 10 }
        : {}),
    });
  return {
    tensors: model.weights.length,
    bytes: model.weights.reduce((n, v) => n + v.size * elementSize[v.dtype], 0),
    leftOut: leftOut(given === undefined ? kind : 'keras', format, model.compiled),
    notes: [],
    skipped: report?.skipped.map(({ path: at, reason }) => ({ path: at, reason })) ?? [],
  };
}
/** Array by array. */
async function byArrays(context: Context, format: Format): Promise<Converted> {
  const [from, out] = context.operands;
  const { signal } = context;
  return withKnownFile(from, (source, kind) =>
    withArrays(source, kind, signal, async ({ arrays, metadata, notes }) => {
      if (!arrays.length) throw new InputError(`${from}: it holds no arrays.`);
      await writeAtomically(
        out,
        (sink) => (format === '.npz' ? writeNpz(sink, arrays) : writeSafetensors(sink, arrays, metadata)),
        signal,
      );
      const isVoid = format === '.npz' && arrays.some((a) => a.dtype === 'bfloat16');
      return {
        tensors: arrays.length,
        bytes: arrays.reduce((n, a) => n + a.shape.reduce((x, y) => x * y, elementSize[a.dtype]), 0),
        leftOut: [],
        notes: [
          ...notes,
          ...(isVoid ? ['NumPy has no bfloat16: such arrays have its type V2, two bytes of no meaning.'] : []),
        ],
        skipped: [],
      };
    }),
  );
}
const isSame = (a: string, b: string): boolean => {
  const real = (file: string): string => {
    try {
      return fs.realpathSync(file);
    } catch {
      return path.resolve(file);
    }
  };
  return real(a) === real(b);
};
export const run: CommandRun = async (context) => {
  const [from, out] = context.operands;
  const format = formatOf(out);
  const given = textOption(context, 'model');
  for (const name of ['by-name', 'skip-mismatch'])
    if (context.options[name] && given === undefined) throw new UsageError(`--${name} goes with --model.`, 'convert');
  if (context.options['max-shard-size'] !== undefined && format !== '.weights.json')
    throw new UsageError('--max-shard-size goes with a target that ends in .weights.json.', 'convert');
  numberOption(context, 'convert', 'max-shard-size', { isInteger: false, least: 1e-9 });
  if (isSame(from, out)) throw new UsageError(`${from} and ${out} are the same file.`, 'convert');
  const kind = await withKnownFile(from, (_, k) => Promise.resolve(k), context.signal);
  if (kind === 'npy' || kind === 'hdf5')
    throw new InputError(`${from}: it holds neither a model nor weights: it is ${kindText(kind)}.`);
  if (kind === 'architecture')
    throw new InputError(
      `${from}: it is an architecture without weights, of which no ${format} can be made.\n  Fix: name the file with the weights, and this one by --model.`,
    );
  const isModel = MODEL_KINDS.includes(kind);
  const isArrays = format === '.npz' || format === '.safetensors';
  if (!isModel && given === undefined && !isArrays) {
    const why =
      WHOLE.includes(format) && format === '.keras'
        ? 'a model cannot be made of them'
        : `${format} follows the layers of a model`;
    throw new InputError(
      `${from}: it holds weights alone (${kindText(kind)}); ${why}.\n  Fix: name the model that they belong to: --model MODEL.`,
    );
  }
  const result = await (isModel || given !== undefined ? byModel(context, kind, format) : byArrays(context, format));
  const { size } = fs.statSync(out);
  context.print(
    () =>
      [
        `wrote ${out}: ${counted(result.tensors, 'tensor')}, ${bytesText(result.bytes)}`,
        ...(result.leftOut.length ? [`left out: ${result.leftOut.join(', ')}`] : []),
        ...result.notes,
        ...result.skipped.map((s) => `skipped ${s.path}: ${s.reason}`),
      ].join('\n'),
    { in: from, kind, out, format, fileBytes: size, ...result },
  );
};
