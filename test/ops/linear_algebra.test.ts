/** Factorizations by what they must satisfy, from one element to sizes at which blocks and threads take part. */
import { strict as assert } from 'node:assert';
import * as trae from '../../lib/index';

type T = trae.Tensor;
const { ops } = trae;
const adjoint = (t: T): T => trae.swapaxes(t, -1, -2);
const SIZES = [1, 2, 3, 5, 17, 64, 100];
const DTYPES = ['float32', 'float64'] as const;
const PRECISION = { float32: 1.2e-7, float64: 2.3e-16 };

async function expectNear(got: T, want: trae.TensorLike, tolerance: number, what: string): Promise<void> {
  const difference = (await trae.max(trae.abs(got.subtract(want))).data())[0];
  assert.ok(Number(difference) <= tolerance, `${what}: off by ${difference}, ${tolerance} allowed`);
}

/** Random numbers in [-1, 1), reproducible. */
const random = (shape: number[], dtype: 'float32' | 'float64', seed = 7): T =>
  trae.random.uniform(shape, { seed, minval: -1, maxval: 1, dtype });

describe('ops: linear algebra at all sizes', () => {
  for (const dtype of DTYPES)
    for (const n of SIZES) {
      const tolerance = 60 * n * PRECISION[dtype];
      const eye = (k = n): T => trae.eye(k, { dtype });
      const shapes = [[n, n], [n + 3, n], [n, n + 3]]; // prettier-ignore
      const definite = (x: T): T => trae.matmul(x, adjoint(x)).add(eye());

      it(`${dtype}, ${n}: cholesky, solve, inv, det`, async () => {
        const x = random([2, n, n], dtype);
        const a = definite(x);
        const b = random([2, n, 3], dtype, 8);
        const l = ops.cholesky(a);
        await expectNear(trae.matmul(l, adjoint(l)), a, tolerance * n, 'L L^T');
        await expectNear(trae.triu(l, { k: 1 }), 0, 0, 'above the diagonal of L');
        await expectNear(trae.matmul(a, ops.solve(a, b)), b, tolerance * n, 'a x');
        await expectNear(trae.matmul(a, ops.inv(a)), eye(), tolerance * n * n, 'a a^-1');
        const [sign, log] = ops.slogdet(a);
        await expectNear(sign, 1, 0, 'sign of det');
        const diagonal = trae.diagonal(l, { axis1: -2, axis2: -1 });
        await expectNear(log, trae.sum(trae.log(diagonal), { axis: -1 }).multiply(2), tolerance * n, 'log det');
        for (const lower of [true, false]) {
          const triangle = lower ? l : adjoint(l);
          const y = ops.solveTriangular(triangle, b, { lower });
          await expectNear(trae.matmul(triangle, y), b, tolerance * n, 'triangle times y');
        }
      });
      it(`${dtype}, ${n}: lu, qr`, async () => {
        const x = random([n, n], dtype);
        const [lu, order] = ops.luFactor(x);
        const lower = trae.tril(lu, { k: -1 }).add(eye());
        const product = trae.matmul(lower, trae.triu(lu));
        await expectNear(product, trae.take(x, order, { axis: 0 }), tolerance, 'L U');
        for (const [m, k] of shapes)
          for (const mode of ['reduced', 'complete'] as const) {
            const deep = random([2, m, k], dtype);
            const [q, r] = ops.qr(deep, { mode });
            await expectNear(trae.matmul(q, r), deep, tolerance, 'q r');
            await expectNear(trae.matmul(adjoint(q), q), eye(q.shape[2]), tolerance, 'q^T q');
            await expectNear(trae.tril(r, { k: -1 }), 0, 0, 'below the diagonal of r');
          }
      });
      it(`${dtype}, ${n}: svd, pinv, lstsq, norms`, async () => {
        for (const [m, k] of shapes) {
          const x = random([m, k], dtype);
          const least = Math.min(m, k);
          for (const fullMatrices of [true, false]) {
            const [u, s, vt] = ops.svd(x, { fullMatrices }) as [T, T, T];
            assert.deepEqual(u.shape, [m, fullMatrices ? m : least]);
            assert.deepEqual(vt.shape, [fullMatrices ? k : least, k]);
            const thin = trae.ops.slice(u, [0, 0], [m, least]).multiply(s);
            await expectNear(trae.matmul(thin, trae.ops.slice(vt, [0, 0], [least, k])), x, tolerance, 'u s v^T');
            await expectNear(trae.matmul(adjoint(u), u), eye(u.shape[1]), tolerance, 'u^T u');
            await expectNear(trae.matmul(vt, adjoint(vt)), eye(vt.shape[0]), tolerance, 'v^T v');
            const values = Array.from(await s.data(), Number);
            const sorted = values.toSorted((a, b) => b - a);
            assert.deepEqual(values, sorted, 'descending');
            await expectNear(ops.svd(x, { computeUv: false }) as T, s, tolerance, 'values alone');
            await expectNear(trae.norm(x, { ord: 2 }), values[0], tolerance, 'spectral norm');
          }
          const inverse = ops.pinv(x);
          await expectNear(trae.matmul(trae.matmul(x, inverse), x), x, tolerance * n * 10, 'x x^+ x');
          const b = random([m, 2], dtype, 9);
          await expectNear(ops.lstsq(x, b), trae.matmul(inverse, b), tolerance * n * 300, 'least squares');
        }
      });
      it(`${dtype}, ${n}: eigh, eig`, async () => {
        const x = random([2, n, n], dtype);
        const a = x.add(adjoint(x));
        const [w, v] = ops.eigh(a);
        await expectNear(trae.matmul(a, v), v.multiply(trae.expandDims(w, -2)), tolerance * 2, 'a v');
        await expectNear(trae.matmul(adjoint(v), v), eye(), tolerance, 'v^T v');
        const values = Array.from(await w.data(), Number).slice(0, n);
        const sorted = values.toSorted((p, q) => p - q);
        assert.deepEqual(values, sorted, 'ascending');

        const [[re, im], [p, q]] = ops.eig(x, { complex: true });
        const [wr, wi] = [trae.expandDims(re, -2), trae.expandDims(im, -2)];
        await expectNear(trae.matmul(x, p), p.multiply(wr).subtract(q.multiply(wi)), tolerance * 4, 'real part');
        await expectNear(trae.matmul(x, q), p.multiply(wi).add(q.multiply(wr)), tolerance * 4, 'imaginary part');
        await expectNear(trae.sum(p.square().add(q.square()), { axis: -2 }), 1, tolerance, 'lengths');
        const trace = trae.sum(trae.diagonal(x, { axis1: -2, axis2: -1 }), { axis: -1 });
        await expectNear(trae.sum(re, { axis: -1 }), trace, tolerance * n, 'trace');
        await expectNear(trae.sum(im, { axis: -1 }), 0, tolerance * n, 'pairs');
        const [only, vectors] = ops.eig(definite(x));
        await expectNear(trae.matmul(definite(x), vectors), vectors.multiply(trae.expandDims(only, -2)), tolerance * n * 4, 'real eigenvalues'); // prettier-ignore
      });
    }

  it('eig of a permutation: the roots of unity, the largest element of each vector real', async () => {
    const n = 5;
    const shifted = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (__, j) => Number(j === (i + 1) % n)),
    );
    const [[re, im], [p, q]] = ops.eig(trae.tensor(shifted, undefined, 'float64'), { complex: true });
    const [x, y] = [await re.data(), await im.data()].map((v) => Array.from(v, Number));
    const angles = x.map((v, i) => Math.atan2(y[i], v)).sort((a, b) => a - b);
    angles.forEach((angle, i) => assert.ok(Math.abs(angle - (2 * Math.PI * (i - 2)) / n) < 1e-12));
    x.forEach((v, i) => assert.ok(Math.abs(Math.hypot(v, y[i]) - 1) < 1e-12));
    const [real, imaginary] = [await p.data(), await q.data()].map((v) => Array.from(v, Number));
    for (let j = 0; j < n; j++) {
      const parts = Array.from({ length: n }, (_, i) => [real[i * n + j], imaginary[i * n + j]]);
      assert.ok(parts.some(([, part]) => part === 0));
      for (const [a, b] of parts) assert.ok(Math.abs(Math.hypot(a, b) - Math.sqrt(1 / n)) < 1e-12);
    }
  });
  it('eig of a turn says how to have its complex eigenvalues', async () => {
    const turn = [
      [0, -1],
      [1, 0],
    ];
    await assert.rejects(ops.eig(turn)[0].data(), {
      name: 'ValueError',
      message:
        'eig: the matrix has complex eigenvalues, and there are no complex tensors.\n' +
        '  Fix: pass { complex: true } for pairs of real and imaginary part, or use eigh for symmetric matrices.',
    });
    const [[re, im]] = ops.eig(turn, { complex: true });
    assert.deepEqual(Array.from(await re.data(), Number), [0, 0]);
    assert.deepEqual(Array.from(await im.data(), Number).sort(), [-1, 1]);
  });
  it('double eigenvalues of float32 matrices stay real', async () => {
    // Similar to a Jordan block: rounding alone makes a complex pair of its double eigenvalue.
    const [w] = ops.eig([
      [5, 4, 2, 1],
      [0, 1, -1, -1],
      [-1, -1, 3, 0],
      [1, 1, -1, 2],
    ], { complex: true }); // prettier-ignore
    const [re] = w;
    const sorted = Array.from(await re.data(), Number).sort((a, b) => a - b);
    [1, 2, 4, 4].forEach((want, i) => assert.ok(Math.abs(sorted[i] - want) < 0.01));
  });

  it('a batch gives what its matrices give alone, on any number of threads', async () => {
    const x = random([9, 40, 40], 'float32');
    const before = trae.config.numThreads;
    const f = (m: T): T[] => [...ops.qr(m), ...(ops.svd(m) as T[]), ops.inv(m), ...ops.eigh(m.add(adjoint(m)))];
    const all = await Promise.all(f(x).map((t) => t.data()));
    try {
      for (const threads of [1, 3]) {
        trae.config.numThreads = threads;
        const again = await Promise.all(f(x).map((t) => t.data()));
        assert.deepEqual(again, all);
      }
    } finally {
      trae.config.numThreads = before;
    }
    const last = await Promise.all(f(trae.ops.slice(x, [8, 0, 0], [1, 40, 40])).map((t) => t.data()));
    last.forEach((part, i) => assert.deepEqual(part, all[i].slice(-part.length)));
  });
  it('eigh of a matrix alone gives the same on any number of threads', async () => {
    const x = random([150, 150], 'float32');
    const before = trae.config.numThreads;
    const f = (): Promise<unknown[]> => Promise.all(ops.eigh(x.add(adjoint(x))).map((t) => t.data()));
    const all = await f();
    try {
      for (const threads of [1, 3]) {
        trae.config.numThreads = threads;
        assert.deepEqual(await f(), all);
      }
    } finally {
      trae.config.numThreads = before;
    }
  });
  it('eigh of matrices that fall apart, repeat eigenvalues or leave the range of squares', async () => {
    const n = 40;
    for (const dtype of DTYPES) {
      const any = random([n, n], dtype);
      const eye = trae.eye(n, { dtype });
      const ones = trae.ones([n, n], { dtype });
      const numbers = trae.tensor(
        Array.from({ length: n }, (_, i) => i),
        undefined,
        dtype,
      );
      const symmetric = any.add(adjoint(any));
      const cases: [string, T][] = [
        ['zeros', trae.zeros([n, n], { dtype })],
        ['identity', eye],
        ['rank one', ones],
        ['identity and rank one', ones.multiply(1e-3).add(eye)],
        ['diagonal', eye.multiply(numbers)],
        ['graded', symmetric.multiply(trae.exp(numbers.multiply(-0.5))).multiply(trae.expandDims(trae.exp(numbers.multiply(-0.5)), 1))], // prettier-ignore
        ['blocks', symmetric.multiply(trae.kron(trae.eye(2, { dtype }), trae.ones([n / 2, n / 2], { dtype })))],
        ['large', symmetric.multiply(1e30)],
        ['small', symmetric.multiply(1e-30)],
      ];
      for (const [name, a] of cases) {
        const [w, v] = ops.eigh(a);
        const size = Math.max(Number((await trae.max(trae.abs(a)).data())[0]), 1e-37);
        const off = trae.matmul(a, v).subtract(v.multiply(w)).divide(size);
        await expectNear(off, 0, 60 * n * PRECISION[dtype], `${dtype} ${name}: a v`);
        await expectNear(trae.matmul(adjoint(v), v), eye, 60 * n * PRECISION[dtype], `${dtype} ${name}: v^T v`);
      }
    }
  });
  it('the first matrix of a batch that fails is the one that is told', async () => {
    const a = trae.eye(3).multiply(trae.reshape([1, 1, -4, 1, -9, 1], [6, 1, 1]));
    await assert.rejects(ops.cholesky(a).data(), {
      name: 'ValueError',
      message: 'cholesky: the matrix is not positive definite: pivot 0 is -4.000000.',
    });
    await assert.rejects(ops.solve(trae.zeros([2, 3, 3]), trae.ones([2, 3, 1])).data(), {
      name: 'ValueError',
      message: 'solve: the matrix is singular: it has no inverse.',
    });
  });
  it('NaN comes out where it goes in, and ends', async () => {
    const isNan = async (t: T): Promise<boolean> => Array.from(await t.data(), Number).every(Number.isNaN);
    for (const n of [2, 40]) {
      const x = trae.full([n, n], NaN);
      assert.ok(await isNan(ops.inv(x)));
      assert.ok(await isNan(ops.det(x)));
      for (const part of [...(ops.svd(x) as T[]), ...ops.eigh(x), ...ops.eig(x), ops.pinv(x)])
        assert.ok(await isNan(part));
      for (const part of ops.eig(x, { complex: true }).flat()) assert.ok(await isNan(part));
      await assert.rejects(ops.cholesky(x).data(), /the matrix is not positive definite: pivot 0 is -?nan\./);
    }
  });
  for (const dtype of DTYPES)
    it(`${dtype}: svd and qr of matrices of low rank, graded, or near the ends of the range`, async () => {
      for (const [m, n] of [
        [1, 1],
        [5, 3],
        [3, 5],
        [64, 64],
        [33, 130],
        [130, 33],
        [200, 90],
      ]) {
        // prettier-ignore
        const x = random([m, n], dtype);
        const powers = trae.power(trae.tensor(0.5, undefined, dtype), trae.arange(n, { dtype }));
        const kinds: Record<string, T> = {
          random: x,
          large: x.multiply(1e30),
          small: x.multiply(1e-30),
          'of ones': trae.ones([m, n], { dtype }),
          'of equal rows': trae.ones([m, 1], { dtype }).multiply(ops.slice(x, [0, 0], [1, n])),
          unit: trae.eye(m, n, { dtype }),
          zero: trae.zeros([m, n], { dtype }),
          'graded downwards': x.multiply(powers),
          'graded upwards': x.multiply(trae.flip(powers)),
          'with a zero on its diagonal': trae.roll(trae.eye(m, n, { dtype }), 1, { axis: 1 }),
        };
        for (const [kind, matrix] of Object.entries(kinds)) {
          const scale = Number((await trae.max(trae.abs(matrix)).data())[0]) || 1;
          const unit = matrix.divide(scale);
          const what = `${m} x ${n}, ${kind}`;
          const tolerance = 40 * Math.sqrt(Math.max(m, n)) * PRECISION[dtype];
          const [q, r] = ops.qr(matrix);
          await expectNear(trae.matmul(q, r.divide(scale)), unit, tolerance, `${what}: q r`);
          await expectNear(trae.matmul(adjoint(q), q), trae.eye(q.shape[1], { dtype }), tolerance, `${what}: q`);
          for (const fullMatrices of [false, true]) {
            const [u, s, vt] = ops.svd(matrix, { fullMatrices }) as T[];
            const k = s.shape[0];
            const values = s.divide(scale);
            const largest = Math.max(Number((await trae.max(values).data())[0]), 1);
            const product = trae.matmul(ops.slice(u, [0, 0], [m, k]).multiply(values), ops.slice(vt, [0, 0], [k, n]));
            await expectNear(product, unit, tolerance * largest, `${what}: u s v^T`);
            await expectNear(trae.matmul(adjoint(u), u), trae.eye(u.shape[1], { dtype }), tolerance, `${what}: u`);
            await expectNear(trae.matmul(vt, adjoint(vt)), trae.eye(vt.shape[0], { dtype }), tolerance, `${what}: v`);
            await expectNear(trae.flip(trae.sort(s)), s, 0, `${what}: descending`);
            const alone = (ops.svd(matrix, { computeUv: false }) as T).divide(scale);
            await expectNear(alone, values, tolerance * largest, `${what}: values alone`);
          }
        }
      }
    });
  it('lstsq of a matrix of lower rank: the solution of least size', async () => {
    const x = [
      [1, 2, 3],
      [2, 4, 6],
      [1, 0, 1],
      [0, 2, 2],
    ];
    const y = ops.lstsq(trae.tensor(x, undefined, 'float64'), trae.tensor([1, 2, 0, 1], undefined, 'float64'));
    const want = trae.matmul(ops.pinv(trae.tensor(x, undefined, 'float64')), trae.tensor([[1], [2], [0], [1]], undefined, 'float64')); // prettier-ignore
    await expectNear(y, trae.reshape(want, [3]), 1e-12, 'least size');
  });
  it('matrices without rows', async () => {
    for (const part of [
      ops.cholesky(trae.zeros([0, 0])),
      ...ops.qr(trae.zeros([0, 2])),
      ops.inv(trae.zeros([3, 0, 0])),
    ])
      assert.equal((await part.data()).length, 0);
    assert.deepEqual(Array.from(await ops.det(trae.zeros([0, 0])).data(), Number), [1]);
  });
});

describe('svd where most singular values are 0', () => {
  const largest = (t: trae.Tensor): number => trae.max(trae.abs(t)).item();
  for (const dtype of ['float32', 'float64'] as const)
    for (const n of [70, 100, 200])
      it(`of rank one, ${n} x ${n}, ${dtype}: factors are orthogonal and give the matrix`, () => {
        const tolerance = dtype === 'float32' ? 1e-4 : 1e-11;
        const v = trae.arange(n).mod(3).add(1).cast(dtype);
        const x = trae.outer(v, v);
        const [u, s, vh] = trae.ops.svd(x) as [trae.Tensor, trae.Tensor, trae.Tensor];
        const identity = trae.eye(n, { dtype });
        assert.ok(largest(trae.matmul(u.transpose(), u).sub(identity)) < tolerance);
        assert.ok(largest(trae.matmul(vh, vh.transpose()).sub(identity)) < tolerance);
        assert.ok(largest(trae.matmul(u.mul(s), vh).sub(x)) < tolerance * n);
        // The norm of v, squared, by hand.
        const square = Array.from({ length: n }, (_, i) => ((i % 3) + 1) ** 2).reduce((a, b) => a + b);
        assert.ok(Math.abs(s.slice([0], [1]).item() - square) < tolerance * square);
      });
});
