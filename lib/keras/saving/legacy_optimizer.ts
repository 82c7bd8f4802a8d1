/**
 * State of optimizers in files of Keras 1 and 2: variables by names (`Adam/dense/kernel/m:0`, `Adam/m/dense/kernel:0`) or,
 * in the oldest, by place alone, one list for each slot. Keras 3 keeps the same numbers in another order.
 */
import type { Variable } from '../../variable';
import type { Optimizer } from '../optimizers/optimizer';
import type { Found } from './weight_matching';

/** Slots by their old names; a class' own ones come before those of all. */
const SLOTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Adamax: { m: 'momentum', v: 'norm', u: 'norm' },
  '': {
    m: 'momentum',
    v: 'velocity',
    vhat: 'velocity_hat',
    rms: 'velocity',
    velocity: 'velocity',
    momentum: 'momentum',
    mg: 'average_gradient',
    average_gradient: 'average_gradient',
    accumulator: 'accumulator',
    accum_grad: 'accumulated_grad',
    accumulated_grad: 'accumulated_grad',
    accum_var: 'accumulated_delta_var',
    accumulated_delta_var: 'accumulated_delta_var',
    linear: 'linear',
    average: 'average',
  },
};
/** Slots in the order of files without names. */
const ORDER: Readonly<Record<string, readonly string[]>> = {
  SGD: ['momentum'],
  RMSprop: ['velocity'],
  Adagrad: ['accumulator'],
  Adadelta: ['accumulated_grad', 'accumulated_delta_var'],
  Adam: ['momentum', 'velocity', 'velocity_hat'],
  AdamW: ['momentum', 'velocity', 'velocity_hat'],
  Adamax: ['momentum', 'norm'],
  Nadam: ['momentum', 'velocity'],
};
const ITERATION = /^(iter|iterations|iteration)$/;
const same = (a: { shape: readonly number[] }, b: { shape: readonly number[] }): boolean => a.shape.join() === b.shape.join();

/** @internal An array of a file by its full name. */
export interface NamedArray {
  name: string;
  found: Found;
}
/** @internal Which array each variable of an optimizer gets; null where the arrays are those of another one. */
export function legacyOptimizerState(optimizer: Optimizer, trained: readonly Variable[], arrays: readonly NamedArray[]): { variable: Variable; found: Found }[] | null {
  const cls = optimizer.constructor.name,
    out: { variable: Variable; found: Found }[] = [],
    bySlot = new Map<string, Found[]>(),
    unnamed: Found[] = [];
  const slotOf = (part: string | undefined): string | undefined => (part === undefined ? undefined : (SLOTS[cls]?.[part] ?? SLOTS[''][part]));
  for (const { name, found } of arrays) {
    const parts = name.replace(/:\d+$/, '').split('/'),
      last = parts.at(-1)!;
    if (!found.shape.length && ITERATION.test(last)) out.push({ variable: optimizer.iterations, found });
    else if (!found.shape.length && last === 'learning_rate') {
      const rate = optimizer.variables.find((v) => v.name === 'learning_rate');
      if (rate) out.push({ variable: rate, found });
    } else if (!found.shape.length && /^(momentum_cache|_?u_product|product)$/.test(last)) {
      const product = (optimizer as unknown as { product?: Variable }).product;
      if (product) out.push({ variable: product, found });
    } else {
      const slot = slotOf(last) ?? slotOf(parts[1]);
      if (slot) bySlot.set(slot, [...(bySlot.get(slot) ?? []), found]);
      else unnamed.push(found);
    }
  }
  // Without names: a list of all variables for each slot, in order; where one is not used, arrays of one number fill its place.
  if (!bySlot.size)
    for (const [k, slot] of (ORDER[cls] ?? []).entries()) {
      const part = unnamed.slice(k * trained.length, (k + 1) * trained.length);
      if (part.length === trained.length && part.every((f, i) => same(f, trained[i]))) bySlot.set(slot, part);
    }
  const slots = trained.map((v) => optimizer.variables.filter((s) => s.name.startsWith(`${v.path.replace(/\//g, '_')}_`) && same(s, v)));
  for (const [i, v] of trained.entries())
    for (const s of slots[i]) {
      const slot = s.name.slice(v.path.length + 1),
        found = bySlot.get(slot)?.[i];
      if (!found || !same(found, s)) return null;
      out.push({ variable: s, found });
    }
  // Keras 2 left the product of Nadam's momentums out of its files; it follows from the number of steps.
  const product = (optimizer as unknown as { product?: Variable }).product,
    steps = out.find((o) => o.variable === optimizer.iterations)?.found;
  if (cls === 'Nadam' && product && steps && !out.some((o) => o.variable === product))
    out.push({ variable: product, found: momentumProduct(steps, (optimizer as unknown as { beta1: number }).beta1) });
  return out.length ? out : null;
}
const momentumProduct = (steps: Found, beta1: number): Found => ({
  where: steps.where,
  shape: [],
  async read(signal) {
    const { data } = await steps.read(signal);
    let product = 1;
    // It tends to 0 fast: a damaged number of steps needs no more.
    for (let t = 1, n = Number(data[0]); t <= n && product > 1e-45; t++) product *= beta1 * (1 - 0.5 * 0.96 ** t);
    return { data: Float32Array.of(product), dtype: 'float32' };
  },
});
