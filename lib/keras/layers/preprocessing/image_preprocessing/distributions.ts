/** Gamma, beta and Dirichlet numbers as compositions of normal and uniform ones: no loop whose length is not known. */
import { type SeedGenerator } from '../../../../core/seed';
import { normal, uniform } from '../../../../ops/random';
import * as ops from '../../../../ops/index';
import { convert, type Tensor, type TensorLike } from '../../../../core/tensor';

// Each candidate is accepted with a probability of at least 0.95 (alpha >= 1), so that all of 8 fail once in 10^10 times.
const CANDIDATES = 8;

/** Logarithms of Gamma(alpha, 1) numbers (Marsaglia & Tsang 2000): for small alpha the numbers themselves vanish in float32. */
export function logGamma(shape: readonly number[], alpha: TensorLike, seed: SeedGenerator): Tensor {
  const a = convert(alpha, 'float32');
  const d = a.add(1 - 1 / 3); // of alpha + 1, which is brought back to alpha below
  const c = ops.divide(1, d.mul(9).sqrt());
  const x = normal([CANDIDATES, ...shape], { seed });
  const u = uniform([CANDIDATES, ...shape], { minval: 1e-30, maxval: 1, seed });
  const v = x.mul(c).add(1);
  const isPositive = v.greater(0);
  const positive = ops.where(isPositive, v, 1);
  const v3 = positive.square().mul(positive);
  const limit = x.square().mul(0.5).add(d).sub(d.mul(v3)).add(d.mul(v3.log()));
  const isGood = isPositive.logicalAnd(u.log().less(limit));
  const logs = d.log().add(v3.log());
  const part = (t: Tensor, i: number): Tensor =>
    t
      .slice(
        t.shape.map((_, k) => (k ? 0 : i)),
        t.shape.map((n, k) => (k ? n : 1)),
      )
      .reshape([...shape]);
  let y = d.log().broadcastTo([...shape]); // the mode, should all fail
  for (let i = CANDIDATES - 1; i >= 0; i--) y = ops.where(part(isGood, i), part(logs, i), y);
  const boost = uniform([...shape], { minval: 1e-30, maxval: 1, seed });
  return y.add(boost.log().div(a));
}
/** Beta(alpha, beta) numbers: g1 / (g1 + g2) of two gamma numbers. */
export function beta(shape: readonly number[], alpha: TensorLike, other: TensorLike, seed: SeedGenerator): Tensor {
  const first = logGamma(shape, alpha, seed);
  return first.sub(logGamma(shape, other, seed)).sigmoid();
}
/** `count` shares of 1 (Dirichlet numbers of equal alpha). */
export function dirichlet(count: number, alpha: number, seed: SeedGenerator): Tensor {
  return logGamma([count], alpha, seed).softmax();
}
