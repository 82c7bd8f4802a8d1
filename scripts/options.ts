/**
 * Writes docs/options.md: what the constructors of Keras' classes take, by the kinds that stand with each class.
 * `npx tsx scripts/options.ts`
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../lib/index';
import { kindsOf, namesOf, type OptionKind } from '../lib/keras/option_kinds';
import { builtInClasses, type SerializableClass } from '../lib/keras/serialization/registry';

const root = path.join(__dirname, '..');
const { keras } = trae;
/** What all classes of a module take, said once. */
const BASES: readonly (readonly [string, object | null])[] = [
  ['keras.layers', keras.Layer],
  ['keras.optimizers', keras.Optimizer],
  ['keras.optimizers.schedules', null],
  ['keras.losses', keras.Loss],
  ['keras.metrics', keras.Metric],
  ['keras.initializers', null],
  ['keras.regularizers', null],
  ['keras.constraints', null],
  ['keras.callbacks', null],
  ['keras.distillation', keras.Layer],
];

function classesOf(module: string): (readonly [string, SerializableClass])[] {
  const found =
    module === 'keras.callbacks'
      ? Object.entries(keras.callbacks as unknown as Record<string, SerializableClass>).filter(
          ([name]) => name !== 'CallbackList',
        )
      : builtInClasses()
          .filter((c) => c.module === module)
          .map(({ name, cls }) => [name, cls] as const);
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}
const list = (kinds: Readonly<Record<string, OptionKind>>): string =>
  Object.entries(kinds)
    .map(([name, kind]) => `\`${name}\`: ${kind.expected}`)
    .join('; ');

/** The page, as text. */
export function page(): string {
  const sections = BASES.map(([module, base]) => {
    const common = base ? kindsOf(base) : {};
    const rows = classesOf(module).map(([name, cls]) => {
      const own = Object.entries(kindsOf(cls)).filter(([option]) => !Object.hasOwn(common, option));
      const positional = namesOf(cls.positional).map((option) => `\`${option}\``);
      return `| ${name} | ${positional.join(', ')} | ${list(Object.fromEntries(own))} |`;
    });
    const all = base ? `All take ${list(common)}.\n\n` : '';
    return `## ${module}\n\n${all}| class | by position | options |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `# Options of classes

What constructors take, made by \`scripts/options.ts\` of the kinds that stand with each class (\`static options\`). Options by position may stand in the record too where both are named. Ranges, defaults and names to choose from stand in the types, which editors show.

${sections.join('\n')}`;
}
if (require.main === module) fs.writeFileSync(path.join(root, 'docs', 'options.md'), page());
