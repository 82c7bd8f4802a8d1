/** `compile`: traces a function once per input signature and runs it as one native plan. */
import type { NativePlan, NativeTensor } from '../../binding';
import { binding } from './binding';
import { describe } from '../support/describe';
import { TypeError, ValueError } from '../support/errors';
import { recordOf } from '../support/guard';
import { flattenStructure, mapStructure } from '../support/nest';
import { MAX_PLANS, PlanCache } from './plan_cache';
import { signatureOf } from './signature';
import { Tensor, isTensor } from './tensor';
import { currentTrace, withTrace, type TraceContext } from './trace';
import type { Variable } from './variable';
import { isPromise } from '../support/realms';

/** @internal Collects what a traced function reads and assigns. */
export class PlanTrace implements TraceContext {
  readonly placeholders = new Map<Variable, Tensor>();
  readonly assigned = new Map<Variable, Tensor>();
  read(variable: Variable): Tensor {
    const assigned = this.assigned.get(variable);
    if (assigned) return assigned;
    let p = this.placeholders.get(variable);
    if (!p) this.placeholders.set(variable, (p = binding.placeholder(variable.shape, variable.dtype) as Tensor));
    return p;
  }
  assign(variable: Variable, value: Tensor): void {
    this.read(variable);
    this.assigned.set(variable, value);
  }
}

/** @internal A plan and the structure of what the traced function returned. */
export interface TracedPlan {
  plan: NativePlan;
  /** Packs the plan's outputs as the function returned them. */
  pack(outputs: Tensor[]): unknown;
  variables: Variable[];
  /** Those that it assigns. */
  assigned: ReadonlySet<Variable>;
}

/** @internal Traces `fn` on placeholders like `args` (tensors in any structure; other values are passed as they are). */
export function tracePlan(fn: (...args: never[]) => unknown, args: readonly unknown[], name?: string): TracedPlan {
  const trace = new PlanTrace();
  const inputs: Tensor[] = [];
  const standIns = mapStructure([...args], isTensor, (t) => {
    const p = binding.placeholder(t.shape, t.dtype) as Tensor;
    inputs.push(p);
    return p;
  }) as unknown[];
  const result = withTrace(trace, (): unknown => Reflect.apply(fn, undefined, standIns));
  if (isPromise(result)) throw new TypeError('compile: the function must be synchronous; it returned a promise.');
  const outputs = flattenStructure(result, isTensor);
  const variables = [...trace.placeholders.keys()];
  const plan = binding.compile({
    inputs,
    variables: variables.map((v) => v.native),
    reads: variables.map((v) => trace.placeholders.get(v)! as NativeTensor),
    updates: variables.map((v) => trace.assigned.get(v) ?? null),
    outputs,
    name,
  });
  return {
    plan,
    variables,
    assigned: new Set(trace.assigned.keys()),
    pack(values) {
      let i = 0;
      return mapStructure(result, isTensor, () => values[i++]);
    },
  };
}

/** A compiled function: as the original, plus its plans. */
export interface Compiled<F> {
  /** The plan for these arguments, compiled when new. */
  planFor(...args: F extends (...a: infer A) => unknown ? A : never): NativePlan;
}

/** Options of `compile`. */
export interface PlanOptions {
  /** Shown by `plan.explain()` and in profiles. Default: the function's name. */
  name?: string;
  /** At most so many plans are kept, one for each signature; the one used least recently is given up. Default 256. */
  maxPlans?: number;
}

/**
 * Compiles a function of tensors. It is traced once per input signature and then runs as one native plan: fused, laid out
 * in one arena, without JavaScript. Variables read and assigned inside are state.
 *
 * The signature: shapes and dtypes of the tensors; every other argument by value (numbers, with NaN and -0 as values of their
 * own, texts, dates, typed arrays, and what arrays, records, maps and sets hold); functions, symbols and instances of classes
 * by identity, of instances also their own fields that are plain values. A function written where it is passed is a new one at
 * each call, and traced each time: keep it in a constant. What the function takes from outside (a closure) is read when it
 * is traced, and stays as it was then: pass it as an argument, or make it a Variable, where it changes.
 *
 * Plans are kept while they are among the `maxPlans` used last and have no more than 20,000 ops together.
 * @param fn - synchronous; tensors may come and go in arrays and records. Values of tensors cannot be read inside.
 * @returns a function of the same arguments; its tensors are ready when read.
 * @throws ValueError for arguments that contain themselves, TypeError for records with symbols as keys.
 * @example const fast = compile((x: Tensor) => x.multiply(2).sum());
 */
// Parameters without a type are any, so that `compile((x) => x.add(1))` needs none.
/* eslint-disable @typescript-eslint/no-explicit-any */
export function compile<F extends (...args: any[]) => unknown>(fn: F, options?: PlanOptions): F & Compiled<F>;
export function compile(fn: (...args: any[]) => unknown, options: PlanOptions = {}): unknown {
  const { maxPlans = MAX_PLANS } = recordOf('compile', options);
  if (!Number.isInteger(maxPlans) || maxPlans < 1)
    throw new ValueError(`compile: maxPlans must be an integer >= 1.\n  Received: ${describe(maxPlans)}`);
  const plans = new PlanCache<TracedPlan>(maxPlans);
  const lookup = (args: unknown[], isShared: boolean): TracedPlan =>
    plans.get(signatureOf(args), () => tracePlan(fn, args, options.name ?? fn.name), isShared);
  const compiled = (...args: unknown[]): unknown => {
    if (currentTrace()) return fn(...args); // inside of another trace: part of it
    const traced = lookup(args, false);
    return traced.pack(traced.plan.run(flattenStructure(args, isTensor)) as Tensor[]);
  };
  return Object.assign(compiled, { planFor: (...args: unknown[]) => lookup(args, true).plan });
}
