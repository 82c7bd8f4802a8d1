/** In an address space with little room left: what does not fit is refused, what does fit is computed. Run by giant_sizes.test.ts. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as trae from '../../../lib/index';

const { layers, initializers, utils } = trae.keras;
/** Bytes that each of the tensors below asks for. */
const LARGE = 2 ** 31;

async function main(): Promise<void> {
  // What a process of this program reserves is not the same on every machine, and less once all is loaded.
  const reserved = Number(/VmSize:\s+(\d+) kB/.exec(fs.readFileSync('/proc/self/status', 'utf8'))![1]) * 1024;
  execFileSync('prlimit', ['--pid', String(process.pid), `--as=${reserved + 2 ** 30}`]);
  const n = LARGE / 4;
  const large: (() => unknown)[] = [
    () => trae.random.normal([n]).dataSync(),
    () => trae.ones([n]).add(1).dataSync(),
    () => new initializers.GlorotUniform().call([n / 2, 2]).dataSync(),
    () => (new layers.Dense(n / 4).apply(trae.ones([1, 4])) as trae.Tensor).dataSync(),
    () => utils.padSequences([[1]], { maxlen: n }),
    () => trae.tensor(new Array(16).fill(new Float32Array(n / 32)) as never),
    () => trae.outer(trae.ones([2 ** 15]), trae.ones([2 ** 15])).data(),
  ];
  let refused = 0;
  for (const f of large)
    try {
      await f();
    } catch (e) {
      if (!(e instanceof trae.OutOfMemoryError)) throw e;
      refused++;
      if (trae.ones([8]).sum().item() !== 8) throw new Error('what fits is computed no more', { cause: e });
    }
  console.log(`${refused} refused`);
}
void main();
