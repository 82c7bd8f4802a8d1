/**
 * State of optimizers in files of Keras 1 and 2: variables by names (`Adam/dense/kernel/m:0`, `Adam/m/dense/kernel:0`) or,
 * in the oldest, by place alone, one list for each slot. Keras 3 keeps the same numbers in another order.
 */
import type { Variable } from '../../core/variable';
import { Adafactor } from '../optimizers/adafactor';
import { LossScaleOptimizer } from '../optimizers/loss_scale_optimizer';
import { Nadam } from '../optimizers/nadam';
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
/** Slots in `.keras` files of Keras 2.12 to 2.15, which number them: those of one variable side by side, then lists of one slot for all. */
const NUMBERED: Readonly<Record<string, { together?: readonly string[]; apart?: readonly string[] }>> = {
  SGD: { together: ['momentum'] },
  Lion: { together: ['momentum'] },
  RMSprop: { apart: ['velocity', 'momentum', 'average_gradient'] },
  Adagrad: { together: ['accumulator'] },
  Adadelta: { together: ['accumulated_grad', 'accumulated_delta_var'] },
  Adam: { together: ['momentum', 'velocity'], apart: ['velocity_hat'] },
  AdamW: { together: ['momentum', 'velocity'], apart: ['velocity_hat'] },
  Adamax: { together: ['momentum', 'norm'] },
  Nadam: { together: ['momentum', 'velocity'] },
  Ftrl: { together: ['accumulator', 'linear'] },
};
/** The factor of a LossScaleOptimizer is in no file of Keras 2: it begins anew, the rest is the inner optimizer's. */
const innerOf = (optimizer: Optimizer): Optimizer =>
  optimizer instanceof LossScaleOptimizer ? optimizer.innerOptimizer : optimizer;
const ITERATION = /^(iter|iterations|iteration)$/;
const same = (a: { shape: readonly number[] }, b: { shape: readonly number[] }): boolean =>
  a.shape.join() === b.shape.join();

/** @internal An array of a file by its full name. */
export interface NamedArray {
  name: string;
  found: Found;
}
interface Pair {
  variable: Variable;
  found: Found;
}
/** @internal Which array each variable of an optimizer gets; null where the arrays are those of another one. */
export function legacyOptimizerState(
  given: Optimizer,
  trained: readonly Variable[],
  arrays: readonly NamedArray[],
): Pair[] | null {
  const optimizer = innerOf(given);
  // It is in no file but those that have the order of the numbered ones.
  if (optimizer.constructor.name === 'Adafactor')
    return numberedOptimizerState(
      optimizer,
      trained,
      arrays.map((a) => a.found),
    );
  const cls = optimizer.constructor.name;
  const out: Pair[] = [];
  const bySlot = new Map<string, Found[]>();
  const unnamed: Found[] = [];
  const slotOf = (part: string | undefined): string | undefined =>
    part === undefined ? undefined : (SLOTS[cls]?.[part] ?? SLOTS[''][part]);
  for (const { name, found } of arrays) {
    const parts = name.replace(/:\d+$/, '').split('/');
    const last = parts.at(-1)!;
    if (!found.shape.length && ITERATION.test(last)) out.push({ variable: optimizer.iterations, found });
    else if (!found.shape.length && last === 'learning_rate') {
      const rate = optimizer.variables.find((v) => v.name === 'learning_rate');
      if (rate) out.push({ variable: rate, found });
    } else if (!found.shape.length && /^(momentum_cache|_?u_product|product)$/.test(last)) {
      if (optimizer instanceof Nadam && optimizer.product) out.push({ variable: optimizer.product, found });
    } else {
      // The inner optimizer of another has no name in front of its slots.
      const slot = slotOf(last) ?? (optimizer === given ? slotOf(parts[1]) : (slotOf(parts[0]) ?? slotOf(parts[1])));
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
  return stateOf(optimizer, trained, bySlot, out);
}
// Slots of each variable by what a file holds of them; null where it lacks one.
function stateOf(
  optimizer: Optimizer,
  trained: readonly Variable[],
  bySlot: ReadonlyMap<string, readonly Found[]>,
  out: Pair[],
): Pair[] | null {
  const slots = trained.map((v) =>
    optimizer.variables.filter((s) => s.name.startsWith(`${v.path.replace(/\//g, '_')}_`) && same(s, v)),
  );
  for (const [i, v] of trained.entries())
    for (const s of slots[i]) {
      const list = bySlot.get(s.name.slice(v.path.length + 1)) ?? [];
      const found = list.length === trained.length ? list[i] : list.find((f) => isOf(f, v));
      // Variables that no gradient reached had no slots.
      if (!found && list.length && list.length < trained.length) continue;
      if (!found || !same(found, s)) return null;
      out.push({ variable: s, found });
    }
  // Keras 2 left the product of Nadam's momentums out of its files; it follows from the number of steps.
  const steps = out.find((o) => o.variable === optimizer.iterations)?.found;
  if (optimizer instanceof Nadam && steps && !out.some((o) => o.variable === optimizer.product))
    out.push({ variable: optimizer.product, found: momentumProduct(steps, optimizer, trained.length) });
  return out.length ? out : null;
}
/** @internal The same for `.keras` files of Keras 2, which number their variables and leave out the learning rate; null where they are those of another optimizer. */
export function numberedOptimizerState(
  given: Optimizer,
  trained: readonly Variable[],
  found: readonly Found[],
): Pair[] | null {
  const optimizer = innerOf(given);
  const [steps, ...rest] = found;
  if (!steps || steps.shape.length) return null;
  const out: Pair[] = [{ variable: optimizer.iterations, found: steps }];
  const averages = optimizer.settings.useEma ? trained.length : 0;
  for (const v of trained.slice(0, averages)) {
    const average = optimizer.variables.find((s) => s.name === `${v.path.replace(/\//g, '_')}_average`);
    const from = rest.shift();
    if (!average || !from || !same(average, from)) return null;
    out.push({ variable: average, found: from });
  }
  if (optimizer instanceof Adafactor) return factoredState(optimizer, trained, rest, out);
  const { together = [], apart = [] } = NUMBERED[optimizer.constructor.name] ?? {};
  const bySlot = new Map<string, Found[]>();
  const n = trained.length;
  if (!together.length && !apart.length) return null;
  if (averages) bySlot.set('average', found.slice(1, 1 + n));
  const put = (slot: string, f: Found): void => void bySlot.set(slot, [...(bySlot.get(slot) ?? []), f]);
  for (let i = 0; i < n * together.length; i++) if (rest.length) put(together[i % together.length], rest.shift()!);
  // Of the lists those are there that the optimizer's options ask for.
  for (const slot of apart.filter((name) => optimizer.variables.some((v) => v.name.endsWith(`_${name}`))))
    for (let i = 0; i < n; i++) if (rest.length) put(slot, rest.shift()!);
  return rest.length ? null : stateOf(optimizer, trained, bySlot, [out[0]]);
}
// By layer and name: a model's own name is not in the names of Keras 2.
const isOf = ({ where }: Found, { path }: Variable): boolean => {
  const name = path.split('/').slice(-2).join('/');
  return where.includes(`/${name}/`) || where.includes(`/${name}:`);
};
// Vectors have no rows and columns in those files.
function factoredState(
  { rows, columns, velocities }: Adafactor,
  trained: readonly Variable[],
  rest: Found[],
  out: Pair[],
): Pair[] | null {
  for (const [i, v] of trained.entries())
    for (const variable of v.shape.length < 2 ? [velocities[i]] : [rows[i], columns[i], velocities[i]]) {
      const from = rest.shift();
      if (!from || !variable || !same(variable, from)) return null;
      out.push({ variable, found: from });
    }
  return rest.length ? null : out;
}
const momentumProduct = (steps: Found, optimizer: Nadam, variables: number): Found => ({
  where: steps.where,
  shape: [],
  async read(signal) {
    const { data } = await steps.read(signal);
    let product = 1;
    // Since 2.11 a compiled step multiplies it once for each variable, except for the one whose place is the step's number.
    const times = (t: number): number =>
      optimizer.scheduleDecay !== 1 ? 1 : t < variables ? variables - 1 : variables;
    // It tends to 0 fast: a damaged number of steps needs no more.
    for (let t = 1, n = Number(data[0]); t <= n && product > 1e-45; t++)
      product *= optimizer.momentumOfStep(t) ** times(t);
    return { data: Float32Array.of(product), dtype: 'float32' };
  },
});
