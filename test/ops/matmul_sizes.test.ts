/** Products of every size class the engine treats apart, beside plain loops in float64, on any number of threads. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { run } from '../../lib/core/tensor';

/** Batch, rows, inner, columns: small ones, packed ones with odd edges, inner sizes beyond one block, matrices of one row. */
const SIZES: [number, number, number, number][] = [
  [1, 1, 700, 900],
  [1, 3, 5, 7],
  [1, 64, 1300, 65],
  [1, 129, 257, 511],
  [1, 641, 1100, 643],
  [3, 50, 333, 190],
  [5, 9, 40, 1001],
];
type Data = Float32Array | Float64Array;
const element = (
  data: Data,
  rows: number,
  columns: number,
  isTransposed: boolean,
  at: number,
  i: number,
  j: number,
): number => data[at * rows * columns + (isTransposed ? j * rows + i : i * columns + j)];

describe('ops: matmul, by size', () => {
  const cases = SIZES.flatMap((size) => (['float32', 'float64'] as const).map((dtype) => ({ size, dtype })));
  for (const {
    size: [batch, rows, inner, columns],
    dtype,
  } of cases)
    for (const transposes of ['none', 'a', 'b', 'a and b'])
      it(`${batch} x ${rows}x${inner} by ${inner}x${columns}, ${dtype}, transposed: ${transposes}`, () => {
        const ta = transposes.startsWith('a');
        const tb = transposes.endsWith('b');
        const tolerance = (dtype === 'float32' ? 2e-6 : 1e-15) * inner;
        const a = trae.random.uniform(ta ? [batch, inner, rows] : [batch, rows, inner], {
          seed: 1,
          minval: -1,
          maxval: 1,
          dtype,
        });
        const b = trae.random.uniform(tb ? [batch, columns, inner] : [batch, inner, columns], {
          seed: 2,
          minval: -1,
          maxval: 1,
          dtype,
        });
        const product = (): Data => run('matmul', [a, b], { transpose_a: ta, transpose_b: tb }).dataSync() as Data;
        const got = product();
        const x = a.dataSync() as Data;
        const y = b.dataSync() as Data;
        assert.equal(got.length, batch * rows * columns);
        // Every edge of the matrix, and a grid of other elements.
        const pick = (n: number): number[] =>
          [...new Set([0, 1, n - 2, n - 1, ...Array.from({ length: 12 }, (_, i) => (i * 53 + 7) % n)])].filter(
            (i) => i >= 0 && i < n,
          );
        for (const at of [0, batch - 1])
          for (const i of pick(rows))
            for (const j of pick(columns)) {
              let sum = 0;
              for (let k = 0; k < inner; k++)
                sum += element(x, rows, inner, ta, at, i, k) * element(y, inner, columns, tb, at, k, j);
              const value = got[(at * rows + i) * columns + j];
              assert.ok(Math.abs(value - sum) < tolerance, `(${at}, ${i}, ${j}): ${value} instead of ${sum}`);
            }
        const threads = trae.config.numThreads;
        try {
          for (const n of [1, 2, 3]) {
            trae.config.numThreads = n;
            const again = product();
            for (const [i, v] of got.entries())
              if (Math.abs(v - again[i]) > tolerance)
                assert.fail(`${n} threads: element ${i} is ${again[i]} instead of ${v}`);
          }
        } finally {
          trae.config.numThreads = threads;
        }
      });
});
