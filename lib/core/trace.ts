/**
 * What variables mean while a function is traced: reads give placeholders, assignments are collected and become part
 * of the plan. Nested contexts see each other's variables through their own stand-ins.
 */
import type { Tensor } from './tensor';
import { shared } from './binding';

/** @internal What a trace needs of a variable. */
export interface TracedVariable {
  /** Its value outside of all traces. */
  untracedValue(): Tensor;
}
/** @internal */
export interface TraceContext {
  read(variable: TracedVariable): Tensor;
  assign(variable: TracedVariable, value: Tensor): void;
}

// One for all copies of the library: a layer of one may be called by a model of another.
const state = shared('trace', () => ({ current: null as TraceContext | null }));

/** @internal The innermost trace, or null when ops run eagerly. */
export const currentTrace = (): TraceContext | null => state.current;

/** @internal Runs `f` with reads and assignments of variables going to `context`. */
export function withTrace<T>(context: TraceContext | null, f: () => T): T {
  const outer = state.current;
  state.current = context;
  try {
    return f();
  } finally {
    state.current = outer;
  }
}

/** @internal Reads see the outer state; assignments are seen inside and forgotten: for shape inference. */
export class ScratchTrace implements TraceContext {
  private readonly assigned = new Map<TracedVariable, Tensor>();
  private readonly outer = state.current;
  read(variable: TracedVariable): Tensor {
    return this.assigned.get(variable) ?? (this.outer ? this.outer.read(variable) : variable.untracedValue());
  }
  assign(variable: TracedVariable, value: Tensor): void {
    this.assigned.set(variable, value);
  }
}
