/**
 * A program of its own, run by `doctor`: loads the engine, computes something, and prints what it found as JSON. A library
 * that ends the process upon loading ends this one alone.
 */
import type { Attempt } from '../addon/help_page';

/** @internal */
export interface SelfTest {
  readonly name: string;
  readonly passed: boolean;
  readonly milliseconds: number;
  /** What was wrong. */
  readonly error: string | null;
}
/** @internal */
export interface Engine {
  readonly file: string;
  readonly isPrebuilt: boolean;
  readonly onednn: string;
  readonly isa: string;
  readonly threads: number;
  readonly devices: readonly { name: string; kind: string; description: string }[];
  readonly loadMilliseconds: number;
  readonly residentBytes: number;
  readonly tests: readonly SelfTest[];
}
/** @internal */
export type ProbeResult =
  { engine: Engine } | { error: { code: string | null; message: string; attempts: readonly Attempt[] } };

type Library = typeof import('../index');
const SIZE = 48;
/** Each gives the largest difference from the right values, which are computed number by number. */
const TESTS: Readonly<Record<string, (trae: Library) => Promise<number>>> = {
  'matrix product': async (trae) => {
    const a = Array.from({ length: SIZE }, (_, i) =>
      Array.from({ length: SIZE }, (_, j) => ((i * 7 + j * 3) % 11) - 5),
    );
    const b = a.map((row, i) => row.map((v, j) => (v + i + 2 * j) % 7));
    const found = (await trae.matmul(trae.tensor(a), trae.tensor(b)).array()) as number[][];
    return Math.max(
      ...a.flatMap((row, i) => row.map((_, j) => Math.abs(found[i][j] - row.reduce((s, v, k) => s + v * b[k][j], 0)))),
    );
  },
  gradient: async (trae) => {
    const x = [0.5, -1, 2, 3];
    const found = (await trae
      .grad((t) => t.multiply(t).multiply(t).sum())(trae.tensor(x))
      .array()) as number[];
    return Math.max(...x.map((v, i) => Math.abs(found[i] - 3 * v * v)));
  },
  convolution: async (trae) => {
    const image = Array.from({ length: 8 }, (_, i) => Array.from({ length: 8 }, (_, j) => [(i * j) % 5]));
    const found = (await trae.ops
      .conv(trae.tensor([image]), trae.ones([3, 3, 1, 1]), { padding: 'valid' })
      .array()) as number[][][][];
    const sumAt = (i: number, j: number): number =>
      [0, 1, 2].reduce((s, di) => s + [0, 1, 2].reduce((r, dj) => r + image[i + di][j + dj][0], 0), 0);
    return Math.max(...found[0].flatMap((row, i) => row.map(([v], j) => Math.abs(v - sumAt(i, j)))));
  },
  // One step of gradient descent from 0 towards y = 2 x: w = rate * mean(2 x y).
  'training step': async (trae) => {
    const { layers, optimizers, Sequential } = trae.keras;
    const model = new Sequential([
      layers.Input([1]),
      new layers.Dense(1, { useBias: false, kernelInitializer: 'zeros' }),
    ]);
    const x = [[1], [2], [3]];
    model.compile({ optimizer: new optimizers.SGD({ learningRate: 0.1 }), loss: 'mse' });
    await model.fit(trae.tensor(x), trae.tensor(x.map(([v]) => [2 * v])), { batchSize: 3, epochs: 1, verbose: 0 });
    const [[w]] = (await model.weights[0].value.array()) as number[][];
    return Math.abs(w - (0.1 * 2 * 2 * (1 + 4 + 9)) / 3);
  },
};
async function testsOf(trae: Library): Promise<SelfTest[]> {
  const out: SelfTest[] = [];
  for (const [name, test] of Object.entries(TESTS)) {
    const start = performance.now();
    let error: string | null = null;
    try {
      const difference = await test(trae);
      if (!(difference < 1e-4)) error = `the result is off by ${difference}`;
    } catch (e) {
      error = (e as Error).message;
    }
    out.push({ name, passed: error === null, milliseconds: performance.now() - start, error });
  }
  return out;
}
async function probe(): Promise<ProbeResult> {
  const start = performance.now();
  try {
    // Not `import`, which does not see the names of a file that holds the whole library.
    /* eslint-disable @typescript-eslint/no-require-imports */
    const { addon } = require('../core/binding') as typeof import('../core/binding');
    const trae = require('../index') as Library;
    /* eslint-enable @typescript-eslint/no-require-imports */
    const loadMilliseconds = performance.now() - start;
    const residentBytes = process.memoryUsage().rss;
    const { onednn, isa } = addon.value.version();
    return {
      engine: {
        file: addon.file,
        isPrebuilt: addon.isPrebuilt,
        onednn,
        isa,
        threads: trae.config.numThreads,
        devices: trae.devices(),
        loadMilliseconds,
        residentBytes,
        tests: await testsOf(trae),
      },
    };
  } catch (error) {
    const {
      code = null,
      message,
      attempts = [],
    } = error as { code?: string; message: string; attempts?: readonly Attempt[] };
    return { error: { code, message, attempts } };
  }
}
void probe().then((result) => process.stdout.write(JSON.stringify(result)));
