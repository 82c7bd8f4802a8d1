/** One pass over a variable in a plan treats each element as it would be treated alone: NaN and infinite gradients change nothing beside them. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';

const { optimizers } = trae.keras;
type Optimizer = InstanceType<typeof optimizers.Optimizer>;

const OPTIMIZERS: Record<string, () => Optimizer> = {
  SGD: () => new optimizers.SGD(0.1),
  'SGD with momentum': () => new optimizers.SGD(0.1, { momentum: 0.9 }),
  'SGD of Nesterov': () => new optimizers.SGD(0.1, { momentum: 0.9, nesterov: true }),
  Adam: () => new optimizers.Adam(0.1),
  'Adam with amsgrad': () => new optimizers.Adam(0.1, { amsgrad: true }),
  'Adam with clipvalue': () => new optimizers.Adam(0.1, { clipvalue: 0.5 }),
  'Adam with an average': () => new optimizers.Adam(0.1, { useEma: true, emaMomentum: 0.5 }),
  AdamW: () => new optimizers.AdamW(0.1, { weightDecay: 0.1 }),
  Adamax: () => new optimizers.Adamax(0.1),
  Nadam: () => new optimizers.Nadam(0.1),
  RMSprop: () => new optimizers.RMSprop(0.1),
  'RMSprop, centered, with momentum': () => new optimizers.RMSprop(0.1, { centered: true, momentum: 0.9 }),
  Adagrad: () => new optimizers.Adagrad(0.1),
  Adadelta: () => new optimizers.Adadelta(0.5),
  Ftrl: () => new optimizers.Ftrl(0.1, { l1RegularizationStrength: 0.01 }),
  Lion: () => new optimizers.Lion(0.1),
  ScheduleFreeAdamW: () => new optimizers.ScheduleFreeAdamW(0.1),
};
/** w after each gradient, one number at a time. */
const FORMULAS: Record<string, (w: number, gradients: number[]) => number> = {
  SGD: (w, gradients) => gradients.reduce((sum, g) => sum - 0.1 * g, w),
  'SGD with momentum': (w, gradients) => {
    let velocity = 0;
    for (const g of gradients) w += velocity = 0.9 * velocity - 0.1 * g;
    return w;
  },
  Adam: (w, gradients) => {
    let m = 0;
    let v = 0;
    gradients.forEach((g, k) => {
      m += (g - m) * 0.1;
      v += (g * g - v) * 0.001;
      w -= (0.1 * Math.sqrt(1 - 0.999 ** (k + 1)) * m) / (1 - 0.9 ** (k + 1)) / (Math.sqrt(v) + 1e-7);
    });
    return w;
  },
  RMSprop: (w, gradients) => {
    let v = 0;
    for (const g of gradients) {
      v = 0.9 * v + 0.1 * g * g;
      w -= (0.1 * g) / Math.sqrt(v + 1e-7);
    }
    return w;
  },
  Adagrad: (w, gradients) => {
    let total = 0.1;
    for (const g of gradients) {
      total += g * g;
      w -= (0.1 * g) / Math.sqrt(total + 1e-7);
    }
    return w;
  },
};

const STEPS = 3;
const SPECIAL = [NaN, Infinity, -Infinity, -0, 0];
/** Special at the beginning, the end and every ninth place, not all in the same step. */
const gradientsAt = (n: number, step: number): number[] =>
  Array.from({ length: n }, (_, i) =>
    i % 9 === 0 || i === n - 1
      ? step === i % STEPS
        ? SPECIAL[((i / 9 + n) % SPECIAL.length) | 0]
        : 0.25
      : Math.sin(i + 5 * step),
  );
const weightsOf = (n: number): number[] => Array.from({ length: n }, (_, i) => Math.cos(i));
const valuesOf = (v: trae.Variable): number[] => Array.from(v.value.dataSync() as ArrayLike<number>, Number);

/** The weights after STEPS steps in a plan. */
function trained(
  make: () => Optimizer,
  weights: number[],
  gradients: number[][],
  dtype: 'float32' | 'float64',
): number[] {
  const optimizer = make();
  const variable = trae.variable(trae.tensor(weights, null, dtype));
  optimizer.build([variable]);
  const step = trae.compile((g: trae.Tensor) => {
    optimizer.apply([g], [variable]);
    return g.sum();
  });
  for (const g of gradients) step(trae.tensor(g, null, dtype)).item();
  return valuesOf(variable);
}
function check(what: string, got: number[], want: number[], tolerance: number): void {
  want.forEach((w, i) =>
    assert.ok(
      Object.is(got[i], w) || Math.abs(got[i] - w) <= tolerance * Math.max(1, Math.abs(w)),
      `${what}, element ${i}: ${got[i]} instead of ${w}`,
    ),
  );
}

describe('optimizers and special gradients', () => {
  for (const [name, make] of Object.entries(OPTIMIZERS))
    it(`${name} in a plan updates each element as if it were alone`, () => {
      for (const n of [1, 7, 16, 37, 1030]) {
        const weights = weightsOf(n);
        const gradients = Array.from({ length: STEPS }, (_, step) => gradientsAt(n, step));
        const got = trained(make, weights, gradients, 'float32');
        // The special elements, and some beside them.
        const places = Array.from({ length: n }, (_, i) => i).filter((i) => n < 40 || i % 9 === 0 || i === n - 1);
        const alone = places.map((i) => {
          const optimizer = make();
          const variable = trae.variable(trae.tensor([weights[i]], null, 'float64'));
          optimizer.build([variable]);
          for (const g of gradients) optimizer.apply([trae.tensor([g[i]], null, 'float64')], [variable]);
          return valuesOf(variable)[0];
        });
        check(
          `${name}, ${n} elements`,
          places.map((i) => got[i]),
          alone,
          2e-4,
        );
        const formula = FORMULAS[name];
        if (formula)
          check(
            `${name}, ${n} elements by its formula`,
            got,
            weights.map((w, i) =>
              formula(
                w,
                gradients.map((g) => g[i]),
              ),
            ),
            2e-4,
          );
        if (n >= 37 && !name.includes('clip'))
          assert.ok(
            got.some(Number.isNaN) && got.some(Number.isFinite),
            `${name}: some elements are NaN, others are not`,
          );
      }
    });
});
