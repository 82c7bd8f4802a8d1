/** `trae-node inspect`: what is in a file, without loading it. */
import type { ByteSource } from '../io/source';
import type { CommandRun } from './context';
import { kindText, withKnownFile, type FileKind } from './file_kind';
import {
  inspectArchitecture,
  inspectHdf5Model,
  inspectKeras,
  inspectTfjs,
  type ModelInspection,
} from './inspect_models';
import { inspectHdf5Weights, inspectNpy, inspectNpz, inspectSafetensors, inspectShards } from './inspect_weights';
import { modelFacts, type Inspection, type ModelFacts, type TensorRow } from './inspection';
import { bytesText, counted, factsText, safeText, shapeText, tableText } from './text';

const READERS: Readonly<
  Record<
    FileKind,
    (source: ByteSource, signal: AbortSignal) => Inspection | ModelInspection | Promise<Inspection | ModelInspection>
  >
> = {
  keras: inspectKeras,
  'h5-model': inspectHdf5Model,
  tfjs: inspectTfjs,
  architecture: inspectArchitecture,
  'weights.h5': inspectHdf5Weights,
  'h5-weights': inspectHdf5Weights,
  'weights.json': inspectShards,
  safetensors: inspectSafetensors,
  npz: inspectNpz,
  npy: inspectNpy,
  hdf5: inspectHdf5Weights,
};
const totalsOf = (rows: readonly TensorRow[]): { tensors: number; parameters: number; bytes: number } => ({
  tensors: rows.length,
  parameters: rows.reduce((n, t) => n + t.shape.reduce((a, b) => a * b, 1), 0),
  bytes: rows.reduce((n, t) => n + t.bytes, 0),
});
const totalText = ({ tensors, parameters, bytes }: ReturnType<typeof totalsOf>): string =>
  `${counted(tensors, 'tensor')}, ${counted(parameters, 'number')}, ${bytesText(bytes)}`;

function modelText({ name, class: kind, layers, compiled }: ModelFacts): string {
  const facts = factsText([
    ['model', `${kind}${name ? ` '${safeText(name)}'` : ''}, ${counted(layers.length, 'layer')}`],
    ['optimizer', compiled?.optimizer],
    ['loss', compiled?.loss],
    ['metrics', compiled?.metrics],
  ]);
  return layers.length ? `${facts}\n${tableText(layers.map((l) => [l.name ?? '', l.class]))}` : facts;
}
function tensorsText(rows: readonly TensorRow[]): string {
  const plain = new Set([
    'F32',
    'F16',
    'BF16',
    'F64',
    '<f4',
    '<f2',
    '<f8',
    '|i1',
    '<i4',
    '<i8',
    '|u1',
    '|b1',
    'I8',
    'I32',
    'I64',
    'U8',
    'BOOL',
  ]);
  return tableText(
    rows.map(({ name, shape, dtype, stored, bytes, note }) => {
      const type = stored === dtype || plain.has(stored) ? dtype : `${dtype} (stored: ${stored})`;
      return [name, shapeText(shape), type, bytesText(bytes), note ?? ''];
    }),
    [3],
  );
}
export const run: CommandRun = async (context) => {
  const [file] = context.operands;
  const { signal } = context;
  await withKnownFile(
    file,
    async (source, kind) => {
      const found = await READERS[kind](source, signal);
      const { facts, config, tensors, parts, problems } = found;
      const model = config && modelFacts(config, 'training' in found ? found.training : null);
      const weights = tensors.filter((t) => !t.isOptimizer);
      const optimizer = tensors.filter((t) => t.isOptimizer);
      const text = (): string => {
        if (context.options.config === true && config) return JSON.stringify(config, null, 2);
        const sections = [
          factsText([
            ['file', file],
            ['kind', kindText(kind)],
            [
              'bytes',
              `${source.size.toLocaleString('en-US')}${source.size >= 1024 ? ` (${bytesText(source.size)})` : ''}`,
            ],
            ...Object.entries(facts).map(([k, v]) => [safeText(k), safeText(v)] as const),
          ]),
          model ? modelText(model) : '',
          parts.length
            ? `parts:\n${tableText(
                parts.map(({ name, bytes, note }) => [name, bytes === null ? '' : bytesText(bytes), note ?? '']),
                [1],
              )}`
            : '',
          weights.length ? `weights: ${totalText(totalsOf(weights))}\n${tensorsText(weights)}` : '',
          optimizer.length
            ? `state of the optimizer: ${totalText(totalsOf(optimizer))}\n${tensorsText(optimizer)}`
            : '',
          problems.length ? `problems:\n${problems.map((p) => `  ${safeText(p)}`).join('\n')}` : '',
        ];
        return sections.filter(Boolean).join('\n\n');
      };
      context.print(text, {
        file,
        kind,
        description: kindText(kind),
        bytes: source.size,
        facts,
        model,
        config: context.options.config === true ? config : undefined,
        parts,
        tensors,
        totals: { weights: totalsOf(weights), optimizer: totalsOf(optimizer) },
        problems,
      });
    },
    signal,
  );
};
