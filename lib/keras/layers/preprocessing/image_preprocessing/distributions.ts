/** Gamma, beta and Dirichlet numbers as compositions of normal and uniform ones: no loop whose length is not known. */
import { type SeedGenerator } from '../../../../core/seed';
import { normal, uniform } from '../../../../ops/random';
import { convert, run, type Tensor, type TensorLike } from '../../../../core/tensor';

// Each candidate is accepted with a probability of at least 0.95 (alpha >= 1), so that all of 8 fail once in 10^10 times.
const CANDIDATES = 8;

/** Logarithms of Gamma(alpha, 1) numbers (Marsaglia & Tsang 2000): for small alpha the numbers themselves vanish in float32. */
export function logGamma(shape: readonly number[], alpha: TensorLike, seed: SeedGenerator): Tensor {
  const a = convert(alpha, 'float32'),
    d = a.add(1 - 1 / 3), // of alpha + 1, which is brought back to alpha below
    c = run('divide', [convert(1, d), run('sqrt', [d.multiply(9)])]);
  const x = normal([CANDIDATES, ...shape], { seed }),
    u = uniform([CANDIDATES, ...shape], { minval: 1e-30, maxval: 1, seed }),
    v = x.multiply(c).add(1),
    isPositive = run('greater', [v, convert(0, v)]),
    v3 = run('where', [isPositive, v, convert(1, v)])
      .square()
      .multiply(run('where', [isPositive, v, convert(1, v)]));
  const limit = x
    .square()
    .multiply(0.5)
    .add(d)
    .subtract(d.multiply(v3))
    .add(d.multiply(run('log', [v3])));
  const isGood = run('logical_and', [isPositive, run('less', [run('log', [u]), limit])]);
  const logs = run('log', [d]).add(run('log', [v3]));
  const part = (t: Tensor, i: number): Tensor =>
    run(
      'reshape',
      [
        run('slice', [t], {
          start: t.shape.map((_, k) => (k ? 0 : i)),
          size: t.shape.map((n, k) => (k ? n : 1)),
          step: t.shape.map(() => 1),
        }),
      ],
      { shape: [...shape] },
    );
  let y = run('broadcast_to', [run('log', [d])], { shape: [...shape] }); // the mode, should all fail
  for (let i = CANDIDATES - 1; i >= 0; i--) y = run('where', [part(isGood, i), part(logs, i), y]);
  const boost = uniform([...shape], { minval: 1e-30, maxval: 1, seed });
  return y.add(run('divide', [run('log', [boost]), a]));
}
/** Beta(alpha, beta) numbers: g1 / (g1 + g2) of two gamma numbers. */
export function beta(shape: readonly number[], alpha: TensorLike, other: TensorLike, seed: SeedGenerator): Tensor {
  const first = logGamma(shape, alpha, seed);
  return run('sigmoid', [first.subtract(logGamma(shape, other, seed))]);
}
/** `count` shares of 1 (Dirichlet numbers of equal alpha). */
export function dirichlet(count: number, alpha: number, seed: SeedGenerator): Tensor {
  return run('softmax', [logGamma([count], alpha, seed)]);
}
