/**
 * Writes docs/coverage.md: every public name of Keras (test/keras/golden/names.json), ours or the reason why not.
 * npx tsx scripts/coverage.ts
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../lib/index';
import { camelCase } from '../lib/keras/serialization/naming';

const root = path.join(__dirname, '..');
export interface Names {
  version: string;
  names: Record<string, Record<string, 'class' | 'function' | 'value'>>;
}
export interface Entry {
  module: string;
  /** Keras' name. */
  name: string;
  /** Where it is here, or null. */
  ours: string | null;
  /** Why it is not here, where that is on purpose. */
  reason: string | null;
}

/** What is left out on purpose: the first pattern that matches `module.name` gives the reason. */
const REASONS: [RegExp, string][] = [
  [/^keras\.layers\.(FlaxLayer|JaxLayer|TorchModuleWrapper|TFSMLayer)$/, 'wraps a model of a Python library'],
  [/^keras\.distribution\./, 'layouts over meshes of accelerators'],
  [/^keras\.(quantizers|dtype_policies)\./, "Keras' integer quantization: layers compute in floating point"],
  [/^keras\.wrappers\./, 'makes scikit-learn estimators, which are Python'],
  [/^keras\.export\./, 'writes files that Python programs serve'],
  [/^keras\.visualization\./, 'draws with matplotlib'],
  [/^keras\.tree\./, 'structures are plain arrays and records'],
  [/^keras\.mixed_precision\./, 'old names of dtype policies: keras.DTypePolicy, keras.setDtypePolicy'],
  [/^keras\.preprocessing\./, 'old names of keras.utils'],
  [/^keras\.callbacks\.OrbaxCheckpoint$/, 'writes the checkpoints of a JAX library'],
  [/^keras\.callbacks\.CallbackList$/, 'made by fit, for one run'],
  [/^keras\.backend\./, 'the inside of one of several backends; there is one engine here'],
  [
    /^keras\.config\.(set_backend|backend|(en|dis)able_interactive_logging|is_interactive_logging_enabled|(en|dis)able_traceback_filtering|is_traceback_filtering_enabled)$/,
    'about Python',
  ],
  [
    /^keras\.config\.(set_image_data_format|image_data_format)$/,
    'channels_last is the default everywhere; layers take dataFormat',
  ],
  [/^keras\.config\.\w*flash_attention\w*$/, 'the engine chooses how attention is computed'],
  [
    /^keras\.config\.(epsilon|floatx|set_epsilon|set_floatx)$/,
    'fixed: 1e-7 and float32; layers take a dtype, functions an epsilon',
  ],
  [/^keras\.config\.(dtype_policy|set_dtype_policy)$/, 'keras.dtypePolicy and keras.setDtypePolicy'],
  [/^keras\.config\.\w*unsafe_deserialization$/, 'loading never runs code from a file'],
  [/^keras\.config\./, 'a setting of a Python process'],
  [
    /^keras\.(StatelessScope|SymbolicScope|Operation|RematScope|remat|name_scope|Function|Quantizer|FloatDTypePolicy|device)$/,
    'the inside of the Python implementation',
  ],
  [/^keras\.version$/, 'trae.version'],
  [
    /^keras\.utils\.FeatureSpace$/,
    'encodes tables of mixed columns by the preprocessing layers, which are here one by one; the class itself waits',
  ],
];

/** The value at a path of names, or undefined. */
function at(where: unknown, names: string[]): unknown {
  let value = where;
  for (const name of names) {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || !(name in value))
      return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** Each name of Keras with what became of it. */
export function coverage({ names }: Names): Entry[] {
  return Object.entries(names).flatMap(([module, members]) =>
    Object.keys(members).map((name) => {
      const parents = module.split('.').slice(1).map(camelCase);
      const spelled = [name, camelCase(name)].find((n) => at(trae.keras, [...parents, n]) !== undefined);
      const ours = spelled === undefined ? null : ['keras', ...parents, spelled].join('.');
      const reason = ours ? null : (REASONS.find(([pattern]) => pattern.test(`${module}.${name}`))?.[1] ?? null);
      return { module, name, ours, reason };
    }),
  );
}

function page({ version }: Names, entries: Entry[]): string {
  const count = (list: Entry[], f: (e: Entry) => boolean): number => list.filter(f).length;
  const byModule = groupBy(entries);
  const lines = [
    '# Coverage of Keras',
    '',
    `Every public name of Keras ${version}, made by \`scripts/coverage.ts\`. Functions are spelled in camelCase here, the rest as in Keras; aliases of one object are listed once. What has no reason is not there yet.`,
    '',
    '| module | names | here | left out on purpose | not there |',
    '| --- | ---: | ---: | ---: | ---: |',
  ];
  for (const [module, list] of byModule)
    lines.push(
      `| ${module} | ${list.length} | ${count(list, (e) => !!e.ours)} | ${count(list, (e) => !!e.reason)} | ${count(list, (e) => !e.ours && !e.reason)} |`,
    );
  lines.push(
    `| all | ${entries.length} | ${count(entries, (e) => !!e.ours)} | ${count(entries, (e) => !!e.reason)} | ${count(entries, (e) => !e.ours && !e.reason)} |`,
  );
  for (const [module, list] of byModule) {
    lines.push('', `## ${module}`, '');
    const here = list.filter((e) => e.ours);
    const reasons = groupBy(
      list.filter((e) => e.reason),
      (e) => e.reason!,
    );
    const missing = list.filter((e) => !e.ours && !e.reason);
    if (here.length) lines.push(`Here: ${here.map((e) => `\`${e.ours!.split('.').at(-1)}\``).join(', ')}.`, '');
    for (const [reason, left] of reasons)
      lines.push(`Left out (${reason}): ${left.map((e) => `\`${e.name}\``).join(', ')}.`, '');
    if (missing.length) lines.push(`Not there: ${missing.map((e) => `\`${e.name}\``).join(', ')}.`, '');
    if (lines.at(-1) === '') lines.pop();
  }
  return lines.join('\n') + '\n';
}
function groupBy(entries: Entry[], key: (e: Entry) => string = (e) => e.module): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const e of entries) groups.set(key(e), [...(groups.get(key(e)) ?? []), e]);
  return groups;
}

/** The committed list of Keras' names. */
export const readNames = (): Names =>
  JSON.parse(fs.readFileSync(path.join(root, 'test/keras/golden/names.json'), 'utf8')) as Names;

if (require.main === module) {
  const names = readNames();
  const entries = coverage(names);
  fs.writeFileSync(path.join(root, 'docs/coverage.md'), page(names, entries));
  const missing = entries.filter((e) => !e.ours && !e.reason);
  console.log(
    `${entries.length} names: ${entries.filter((e) => e.ours).length} here, ${entries.filter((e) => e.reason).length} left out on purpose, ${missing.length} not there`,
  );
}
