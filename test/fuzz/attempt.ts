/** Loads one mutated file and looks at what comes of it: a model that can be used, an error for the user, or a raw one. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../lib/index';
import { randomSource } from '../io/random_source';
import { customObjects, type Sample } from './samples';

export interface Outcome {
  kind: 'loaded' | 'refused' | 'raw';
  /** The error's text, with its stack when it is a raw one. */
  text: string;
  /** Milliseconds of the processor. */
  time: number;
}
/** Texts of JavaScript's own errors, also where a warning quotes them. */
const RAW =
  /is not a function|is not iterable|is not a constructor|Cannot (read|set|convert|destructure|mix)|undefined \(|Maximum call stack|Invalid (array|string) length|is not defined|Reduce of empty|internal error|InternalError/;
const isRaw = (error: unknown): boolean =>
  !(error instanceof trae.TraeError) || error.name === 'InternalError' || RAW.test(error.message);

/** What the model is asked after it was loaded. */
async function use(model: InstanceType<typeof trae.keras.Model>): Promise<void> {
  model.toJson();
  model.summary({ printFn: () => undefined });
  const size = (shape: readonly (number | null)[]): number => shape.reduce<number>((n, d) => n * (d ?? 2), 1);
  const inputs = model.inputs;
  if (
    !inputs.length ||
    inputs.some((t) => size(t.shape) > 4096) ||
    model.layers.length > 100 ||
    model.weights.reduce((n, v) => n + v.size, 0) > 1e6
  )
    return;
  const made = inputs.map((t) =>
    trae.zeros(
      t.shape.map((d) => d ?? 2),
      { dtype: t.dtype },
    ),
  );
  await model.predict((made.length > 1 ? made : made[0]) as never, { verbose: 0 });
}
export async function attempt(sample: Sample, seed: number, folder: string): Promise<Outcome> {
  const files = await sample.mutate(randomSource(seed * 7919 + 13));
  const names = Object.keys(files);
  const warnings: string[] = [];
  const { warn } = console;
  for (const [name, data] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), data);
  console.warn = (...parts: unknown[]) => void warnings.push(parts.join(' '));
  const start = process.cpuUsage();
  const done = (kind: Outcome['kind'], text = ''): Outcome => {
    const { user, system } = process.cpuUsage(start);
    return { kind, text, time: (user + system) / 1000 };
  };
  try {
    const file = path.join(folder, names[0]);
    if (sample.model) await sample.model.loadWeights(file);
    else await use(await trae.keras.models.loadModel(file, { customObjects }));
    const raw = warnings.find((w) => RAW.test(w));
    return raw === undefined ? done('loaded') : done('raw', `warning: ${raw}`);
  } catch (error) {
    const e = error as Error;
    return isRaw(error)
      ? done('raw', e instanceof trae.TraeError ? `${e.name}: ${e.message}` : (e.stack ?? String(e)))
      : done('refused', `${e.name}: ${e.message}`);
  } finally {
    console.warn = warn;
    trae.keras.utils.clearSession();
  }
}
