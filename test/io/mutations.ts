/** Sample files of each format, reading all of one, and changing bytes at random. Run alone: 10,000 mutations of each. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../lib/index';
import { openHdf5, type Hdf5Group } from '../../lib/io/hdf5/index';
import { NpzReader } from '../../lib/io/npz';
import { SafetensorsReader } from '../../lib/io/safetensors';
import { MemorySource, type ByteSource } from '../../lib/io/source';
import { ZipReader } from '../../lib/io/zip';
import { randomSource } from './random_source';
import { temporaryFolder } from './support';

let made: { name: string; data: Buffer }[] | null = null;
/** One file of each format, of a model with an optimizer. */
export async function samples(folder: string): Promise<{ name: string; data: Buffer }[]> {
  if (made) return made;
  const { layers, Sequential } = trae.keras;
  const model = new Sequential([
    new layers.Dense(24, { inputShape: [16] }),
    new layers.BatchNormalization(),
    new layers.Dense(3),
  ]);
  model.compile({ optimizer: 'adam', loss: 'mse' });
  await model.fit(trae.zeros([4, 16]), trae.zeros([4, 3]), { verbose: 0 });
  await model.save(path.join(folder, 's.keras'));
  await model.save(path.join(folder, 's.h5'));
  for (const name of ['s.weights.h5', 's.npz', 's.safetensors']) await model.saveWeights(path.join(folder, name));
  const own = ['s.keras', 's.h5', 's.weights.h5', 's.npz', 's.safetensors'].map((name) => ({
    name,
    data: fs.readFileSync(path.join(folder, name)),
  }));
  const foreign = ['earliest.h5', 'latest.h5'].map((name) => ({
    name,
    data: fs.readFileSync(path.join(__dirname, 'fixtures', name)),
  }));
  return (made = [...own, ...foreign]);
}
async function readHdf5(source: ByteSource): Promise<void> {
  const walk = async (group: Hdf5Group): Promise<void> => {
    for (const d of group.datasets()) await (d.dtype === 'string' ? d.readTexts() : d.read());
  };
  await walk(openHdf5(source));
}
/** Everything that a file holds, as loading reads it. */
export async function readAll(name: string, data: Uint8Array): Promise<void> {
  const source = new MemorySource(name, data);
  if (name.endsWith('.h5')) return readHdf5(source);
  if (name.endsWith('.safetensors')) {
    const file = new SafetensorsReader(source);
    for (const t of file.names) await file.read(t);
  } else if (name.endsWith('.npz')) {
    const file = new NpzReader(source);
    for (const t of file.names) await file.read(t);
  } else {
    const zip = new ZipReader(source);
    for (const member of zip.names) await zip.read(member);
    if (zip.has('model.weights.h5')) await readHdf5(await zip.open('model.weights.h5'));
  }
}
/** A copy with one to eight bytes changed, most of them near the start or the end, where sizes and addresses are. */
export function mutated(data: Buffer, seed: number): Buffer {
  const out = Buffer.from(data);
  const random = randomSource(seed + 1);
  const count = 1 + Math.floor(random() * 8);
  for (let i = 0; i < count; i++) {
    const where = random();
    const near = Math.min(out.length, 4096);
    const at =
      where < 0.4
        ? Math.floor(random() * near)
        : where < 0.6
          ? out.length - 1 - Math.floor(random() * near)
          : Math.floor(random() * out.length);
    const kind = random();
    out[at] =
      kind < 0.3
        ? 0
        : kind < 0.6
          ? 255
          : kind < 0.8
            ? out[at] ^ (1 << Math.floor(random() * 8))
            : Math.floor(random() * 256);
  }
  return out;
}

async function main(): Promise<void> {
  const times = Number(process.argv[2] ?? 10_000);
  for (const { name, data } of await samples(temporaryFolder())) {
    let errors = 0;
    let slowest = 0;
    let largest = 0;
    for (let seed = 0; seed < times; seed++) {
      const start = performance.now();
      await readAll(name, mutated(data, seed)).catch((e: Error) => {
        if (e.name !== 'FileError') throw new Error(`${name}, mutation ${seed}`, { cause: e });
        errors++;
      });
      slowest = Math.max(slowest, performance.now() - start);
      if (seed % 100 === 0) largest = Math.max(largest, process.memoryUsage().rss);
    }
    console.log(
      `${name}: ${data.length} bytes, ${times} mutations: ${errors} clean errors, ${times - errors} loads; slowest ${slowest.toFixed(0)} ms, process at most ${(largest / 2 ** 20).toFixed(0)} MiB`,
    );
  }
}
if (require.main === module) void main();
