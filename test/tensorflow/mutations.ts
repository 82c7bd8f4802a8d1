/**
 * SavedModels, checkpoints and archives with bytes changed at random: each is loaded and computed, or refused by an error
 * of this library. Run alone: 10,000 mutations of each, `npx tsx test/tensorflow/mutations.ts [times]`.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../lib/index';
import { extractArchive } from '../../lib/io/download/archives';
import { mutated } from '../io/mutations';
import { temporaryFolder } from '../io/support';
import { arraysOf, fileOf, inputsOf } from './helpers';

const MODEL = 'reusable';
/** The files of a SavedModel that are changed; without one, its archive. */
export const PARTS: readonly string[] = [
  'saved_model.pb',
  'variables/variables.index',
  'variables/variables.data-00000-of-00001',
  'archive',
];
/** Whether an error tells the user what is wrong, and is not one of JavaScript that came through. */
export const isClean = (error: unknown): boolean =>
  error instanceof trae.TraeError &&
  error.name !== 'InternalError' &&
  !/is not a function|is not iterable|Cannot read|Cannot convert|undefined|Maximum call stack|Invalid array length/.test(
    error.message,
  );

/** Loads and computes a model whose files were changed. @returns what tries one change, and says whether it was loaded. */
export async function mutations(part: string): Promise<(seed: number) => Promise<boolean>> {
  const folder = temporaryFolder();
  const original = fileOf(`${MODEL}.tar.gz`);
  const inputs = inputsOf(await arraysOf(MODEL));
  await extractArchive(original, path.join(folder, MODEL), 'auto');
  const isArchive = part === 'archive';
  const file = isArchive ? path.join(folder, 'model.tar.gz') : path.join(folder, MODEL, part);
  const bytes = fs.readFileSync(isArchive ? original : file);
  return async (seed) => {
    fs.writeFileSync(file, mutated(bytes, seed));
    try {
      const layer = await trae.hub.KerasLayer.load(isArchive ? file : path.join(folder, MODEL));
      const y = layer.apply(inputs);
      // A changed graph may return nothing for one of its results.
      const results = y instanceof trae.Tensor ? [y] : Object.values(y as object);
      for (const result of results) if (result instanceof trae.Tensor) await result.data();
      return true;
    } catch (error) {
      if (!isClean(error)) throw new Error(`${part}, mutation ${seed}`, { cause: error });
      return false;
    }
  };
}

async function main(): Promise<void> {
  const times = Number(process.argv[2] ?? 10_000);
  for (const part of PARTS) {
    const attempt = await mutations(part);
    let loads = 0;
    let largest = 0;
    for (let seed = 0; seed < times; seed++) {
      if (await attempt(seed)) loads++;
      if (seed % 100 === 0) largest = Math.max(largest, process.memoryUsage().rss);
    }
    console.log(
      `${part}: ${times} mutations: ${times - loads} clean errors, ${loads} loads; process at most ${(largest / 2 ** 20).toFixed(0)} MiB`,
    );
  }
}
if (require.main === module) void main();
