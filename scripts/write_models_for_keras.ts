/**
 * Writes a model of every class that files may name, in many configurations, with what it gives, for scripts/check_in_keras.py,
 * and reads what Keras has saved of each again:
 *   npx tsx scripts/write_models_for_keras.ts FOLDER [part of a name]
 *   npx tsx scripts/write_models_for_keras.ts FOLDER --again
 */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../lib/index';
import { writeAtomically } from '../lib/io/atomic';
import { NpzReader, writeNpz } from '../lib/io/npz';
import { withFile } from '../lib/io/source';
import { allCases } from '../test/keras/every_class/index';
import {
  isTensor,
  leavesOf,
  mapGiven,
  predicted,
  sizeOf,
  type AnyModel,
  type Given,
  type Made,
} from '../test/keras/every_class/model_case';

/** What is written of a case: arrays are named, texts stand in it. */
interface Entry {
  name: string;
  file: string;
  x: unknown;
  y: unknown;
  target?: unknown;
  /** What evaluate gives. */
  logs?: Record<string, number>;
  /** What it predicts after one further step, where nothing is left to chance. */
  next?: unknown;
  isRandom?: boolean;
}

class Arrays {
  private readonly list: { name: string; t: trae.Tensor }[] = [];
  place(x: Given): unknown {
    return mapGiven(x, (leaf) => {
      if (!isTensor(leaf)) return { texts: leaf };
      const name = `a${this.list.length}`;
      this.list.push({ name, t: ['bfloat16', 'float16'].includes(leaf.dtype) ? leaf.cast('float32') : leaf });
      return { array: name };
    });
  }
  write(file: string): Promise<void> {
    return writeAtomically(file, (sink) =>
      writeNpz(
        sink,
        this.list.map(({ name, t }) => ({ name, shape: t.shape, dtype: t.dtype, data: () => t.data() })),
      ),
    );
  }
}
const evaluated = async (model: AnyModel, { x, y }: Pick<Made, 'x' | 'y'>): Promise<Record<string, number>> => {
  const logs = (await model.evaluate(x as never, y as never, {
    returnDict: true,
    verbose: 0,
    batchSize: sizeOf(x),
  })) as unknown as Record<string, number | number[]>;
  return Object.fromEntries(Object.entries(logs).map(([k, v]) => [k, v as number]));
};
async function write(folder: string, file: string, name: string, made: Made): Promise<Entry> {
  const { model, x, y, isRandom } = made;
  const arrays = new Arrays();
  const entry: Entry = {
    name,
    file,
    x: arrays.place(x),
    y: arrays.place(await predicted(model, x)),
    ...(isRandom ? { isRandom } : {}),
  };
  if (y) {
    entry.target = arrays.place(y);
    entry.logs = await evaluated(model, made);
  }
  const at = (extension: string): string => path.join(folder, file + extension);
  await model.save(at('.keras'));
  await model.save(at('.h5'));
  await model.saveWeights(at('.weights.h5'));
  if (y && !made.isEvaluatedOnly) {
    await model.fit(x as never, y as never, { verbose: 0, batchSize: sizeOf(x), shuffle: false });
    if (!isRandom) entry.next = arrays.place(await predicted(model, x));
  }
  await arrays.write(at('.npz'));
  return entry;
}
async function writeAll(folder: string, part: string): Promise<void> {
  fs.mkdirSync(folder, { recursive: true });
  const entries: Entry[] = [];
  const left: string[] = [];
  for (const [i, { name, make }] of allCases().entries()) {
    if (!name.includes(part)) continue;
    trae.keras.utils.clearSession();
    trae.setRandomSeed(i);
    try {
      entries.push(await write(folder, String(i).padStart(4, '0'), name, await make()));
    } catch (error) {
      left.push(`${name}: ${(error as Error).message}`);
    }
  }
  fs.writeFileSync(path.join(folder, 'models.json'), JSON.stringify(entries));
  console.log(`${entries.length} models in ${folder}; ${left.length} not written`);
  for (const line of left) console.log(`  ${line}`);
  process.exitCode = left.length ? 1 : 0;
}

/** What check_in_keras.py saved: Keras' predictions after its own step, and the structure of them. */
interface Again {
  file: string;
  name: string;
  formats: string[];
  logs?: Record<string, number>;
}
const difference = (a: trae.Tensor, b: trae.Tensor): number => {
  if (String(a.shape) !== String(b.shape)) return Infinity;
  const values = (t: trae.Tensor): Float64Array => Float64Array.from(t.dataSync() as ArrayLike<number>, Number);
  const [x, y] = [values(a), values(b)];
  const most = Math.max(1e-3, ...y.map(Math.abs));
  return Math.max(0, ...x.map((v, i) => (Object.is(v, y[i]) ? 0 : Math.abs(v - y[i]) / most)));
};
/** Whether the config of a layer holds no vocabulary although the layer knows one. */
const learnsVocabulary = (model: AnyModel): boolean => {
  const without = trae.keras.models.modelFromJson(model.toJson());
  const size = (m: { layers: readonly object[] }): number => {
    let sum = 0;
    for (const layer of m.layers) {
      if ('vocabularySize' in layer && typeof layer.vocabularySize === 'function')
        sum += Number(layer.vocabularySize());
      else if ('getVocabulary' in layer && typeof layer.getVocabulary === 'function')
        sum += (layer.getVocabulary() as unknown[]).length;
      if ('layers' in layer && Array.isArray(layer.layers)) sum += size(layer as { layers: object[] });
    }
    return sum;
  };
  return size(model) !== size(without);
};
async function readAgain(folder: string): Promise<void> {
  const again = path.join(folder, 'again');
  const entries = new Map(
    (JSON.parse(fs.readFileSync(path.join(folder, 'models.json'), 'utf8')) as Entry[]).map((e) => [e.file, e]),
  );
  const list = JSON.parse(fs.readFileSync(path.join(again, 'models.json'), 'utf8')) as Again[];
  const failures: string[] = [];
  const arraysOf = (file: string): Promise<Map<string, trae.Tensor>> =>
    withFile(file, async (source) => {
      const npz = new NpzReader(source);
      const out = new Map<string, trae.Tensor>();
      for (const name of npz.names) {
        const { shape } = await npz.header(name);
        const { data, dtype } = await npz.read(name);
        out.set(name, trae.tensor(data as never, [...shape], dtype as trae.DType));
      }
      return out;
    });
  const placed = (x: unknown, arrays: ReadonlyMap<string, trae.Tensor>): Given => {
    if (Array.isArray(x)) return x.map((e) => placed(e, arrays));
    const record = x as Record<string, unknown>;
    if (typeof record.array === 'string') return arrays.get(record.array)!;
    return 'texts' in record
      ? (record.texts as Given)
      : (Object.fromEntries(Object.entries(record).map(([k, v]) => [k, placed(v, arrays)])) as Given);
  };
  let checks = 0;
  for (const { file, name, formats, logs } of list) {
    const entry = entries.get(file)!;
    const own = await arraysOf(path.join(folder, `${file}.npz`));
    const wanted = await arraysOf(path.join(again, `${file}.npz`));
    const x = placed(entry.x, own);
    let last: AnyModel | null = null;
    for (const format of formats) {
      checks++;
      try {
        const at = path.join(again, file + format);
        let model: AnyModel;
        if (format === '.weights.h5') {
          model = trae.keras.models.modelFromJson(last!.toJson());
          await model.loadWeights(at);
        } else model = await trae.keras.models.loadModel(at);
        if (format === '.keras') last = model;
        // Keras' own .h5 and weights hold no vocabulary that was learned: such a model must say so.
        if (format !== '.keras' && last && learnsVocabulary(last)) {
          await assert.rejects(
            async () => predicted(model, x),
            /there is no vocabulary yet|the vocabulary must be known/,
          );
          continue;
        }
        const worst = Math.max(
          0,
          ...leavesOf(await predicted(model, x)).map((t, i) => difference(t as trae.Tensor, wanted.get(`y${i}`)!)),
        );
        const isHalf = model.toJson().includes('float16');
        if (!(worst <= (isHalf ? 2e-2 : 1e-4)))
          failures.push(`${name} ${format}: predicts something else than Keras, by ${worst}`);
        // Keras leaves these options out of what it saves.
        const isLeftOut = /^(loss Huber .*delta|(loss|metric) CosineSimilarity .*axis)/.test(name);
        if (format === '.keras' && logs && entry.target && !isLeftOut) {
          const got = await evaluated(model, { x, y: placed(entry.target, own) });
          for (const [key, value] of Object.entries(logs)) {
            const [ours, theirs] = [got[key], value].map((v) => [v].flat().map(Number));
            if (
              ours.length !== theirs.length ||
              !ours.every(
                (v, i) => Math.abs(v - theirs[i]) <= (isHalf ? 3e-2 : 1e-3) * Math.max(1, Math.abs(theirs[i])),
              )
            )
              failures.push(`${name} ${format}: ${key} is ${String(got[key])}, in Keras ${String(value)}`);
          }
        }
      } catch (error) {
        failures.push(`${name} ${format}: ${(error as Error).stack?.split('\n').slice(0, 3).join(' | ')}`);
      }
    }
  }
  console.log(`${list.length} models that Keras has saved, ${checks} files read; ${failures.length} failures`);
  for (const line of failures) console.log(`  ${line}`);
  process.exitCode = failures.length ? 1 : 0;
}

const [folder, second = ''] = process.argv.slice(2);
if (!folder) throw new Error('usage: npx tsx scripts/write_models_for_keras.ts FOLDER [part of a name | --again]');
void (second === '--again' ? readAgain(folder) : writeAll(folder, second));
