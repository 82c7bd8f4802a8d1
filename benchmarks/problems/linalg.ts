/** Factorizations of square matrices, and what is solved by them. */
import * as trae from '../../lib/index';
import { near, timed, uniform, type Problem } from './problem';

type T = trae.Tensor;
interface Matrices {
  /** Any matrix, a symmetric one, a positive definite one, right sides. */
  any: trae.Variable;
  symmetric: trae.Variable;
  definite: trae.Variable;
  right: trae.Variable;
}
/** What is timed, and a number that is 0 for a right result. */
const LINALG: Record<string, { f: (m: Matrices) => T | T[]; residual: (m: Matrices, y: T[]) => T }> = {
  cholesky: {
    f: (m) => trae.ops.cholesky(m.definite),
    residual: (m, [l]) => trae.matmul(l, trae.transpose(l)).subtract(m.definite),
  },
  lu: {
    f: (m) => trae.ops.luFactor(m.any),
    residual: (m, [lu, order]) => {
      const lower = trae.tril(lu, { k: -1 }).add(trae.eye(lu.shape[0]));
      return trae.matmul(lower, trae.triu(lu)).subtract(trae.take(m.any, order, { axis: 0 }));
    },
  },
  solve: {
    f: (m) => trae.ops.solve(m.any, m.right),
    residual: (m, [x]) => trae.matmul(m.any, x).subtract(m.right).multiply(1e-2),
  },
  inv: {
    f: (m) => trae.ops.inv(m.definite),
    residual: (m, [x]) => trae.matmul(m.definite, x).subtract(trae.eye(x.shape[0])),
  },
  det: {
    f: (m) => trae.ops.slogdet(m.definite),
    residual: (m, [, log]) => log.subtract(trae.log(trae.ops.eigh(m.definite)[0]).sum()).multiply(1e-2),
  },
  qr: { f: (m) => trae.ops.qr(m.any), residual: (m, [q, r]) => trae.matmul(q, r).subtract(m.any) },
  eigh: {
    f: (m) => trae.ops.eigh(m.symmetric),
    residual: (m, [w, v]) => trae.matmul(m.symmetric, v).subtract(v.multiply(w)),
  },
  eig: {
    f: (m) => trae.ops.eig(m.any, { complex: true }).flat(),
    residual: (m, [re, im, vre, vim]) => trae.matmul(m.any, vre).subtract(vre.multiply(re).subtract(vim.multiply(im))),
  },
  svd: {
    f: (m) => trae.ops.svd(m.any, { fullMatrices: false }),
    residual: (m, [u, s, vt]) => trae.matmul(u.multiply(s), vt).subtract(m.any),
  },
  norm: {
    f: (m) => trae.norm(m.any, { ord: 2 }),
    residual: (m, [s]) => s.subtract(trae.max((trae.ops.svd(m.any, { fullMatrices: false }) as T[])[1])),
  },
  lstsq: {
    f: (m) => trae.ops.lstsq(m.definite, m.right),
    residual: (m, [x]) => trae.matmul(m.definite, x).subtract(m.right),
  },
};

/** `cholesky 256` */
export function linalg(name: string, op: string, n: number): Problem | null {
  const problem = LINALG[op];
  if (!problem) return null;
  const any = uniform([n, n], 1);
  const transposed = trae.transpose(any);
  const constant = (t: T): trae.Variable => trae.variable(t, { trainable: false });
  const matrices: Matrices = {
    any,
    symmetric: constant(any.add(transposed).multiply(0.5)),
    definite: constant(trae.matmul(any, transposed).add(trae.eye(n).multiply(n))),
    right: uniform([n, n], 2),
  };
  const list = (y: T | T[]): T[] => (Array.isArray(y) ? y : [y]);
  const repeats = Math.max(1, Math.min(200, Math.round((/eig|svd|norm/.test(op) ? 2e7 : 2e8) / n ** 3)));
  return {
    name,
    time: timed(() => list(problem.f(matrices))[0], repeats),
    request: { kind: 'linalg', name: op, n, repeats },
    async check() {
      const residual = problem.residual(matrices, list(problem.f(matrices)));
      near(name, Number((await trae.max(trae.abs(residual)).data())[0]) / n, 0, 1e-4);
    },
  };
}
