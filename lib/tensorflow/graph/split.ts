/**
 * A graph of texts in two parts: what depends on inputs and constants alone is computed before a step (texts, tables,
 * rows of several lengths), the rest inside of it, as a part of its plan. So gradients reach the variables behind texts.
 * Values that cross are known by the places of the nodes that made them: calls and loops go the same way both times.
 */
import type { SeedGenerator } from '../../core/seed';
import { Tensor } from '../../core/tensor';
import { FileError, ValueError } from '../../support/errors';
import { functionsOf } from './attributes';
import type { GraphLimits, GraphRunner } from './operation';
import type { GraphProgram } from './program';
import type { Step } from './steps';
import type { LookupTable } from './tables';
import type { Value } from './values';

/** Stands for a value of the other part. */
class Elsewhere {}
/** What the step computes. */
const LATER = new Elsewhere() as unknown as Value;
/** What was computed before, and crosses nowhere. */
const GONE = new Elsewhere() as unknown as Value;
/** Outputs of a node of which none is here. */
const NONE: Value[] = [];

abstract class Part implements GraphRunner {
  private path = '';
  private calls = 0;
  private steps = 0;
  constructor(
    protected readonly program: GraphProgram,
    readonly seed: SeedGenerator | null,
  ) {}
  get limits(): GraphLimits {
    return this.program.limits;
  }
  table(name: string, make: () => LookupTable): LookupTable {
    return this.program.table(name, make);
  }
  /** Outputs of a node; those that are missing are of the other part. */
  protected abstract compute(step: Step, inputs: Value[], key: string): Value[];
  protected abstract readonly missing: Value;
  call(name: string, inputs: readonly Value[]): Value[] {
    const f = this.program.functionOf(name, inputs.length);
    const outer = { path: this.path, calls: this.calls };
    const path = `${outer.path}${outer.calls++}/`;
    const outputs: Value[][] = [];
    const valueOf = ({ step, output }: { step: number; output: number }): Value =>
      (step < 0 ? inputs[output] : outputs[step][output]) ?? this.missing;
    f.steps.forEach((step, i) => {
      if (++this.steps > this.limits.steps)
        throw new FileError(`${step.attributes.where}: one call computes more than ${this.limits.steps} operations.`);
      const key = `${path}${i}`;
      this.path = `${key}.`;
      this.calls = 0;
      outputs.push(step.constant ?? this.compute(step, step.inputs.map(valueOf), key));
    });
    this.path = outer.path;
    this.calls = outer.calls;
    return f.results.map(valueOf);
  }
}

/** Calls whose first input says what is called. */
const LEADS = new Set(['If', 'StatelessIf', 'Case', 'StatelessCase']);
const LOOPS = new Set(['While', 'StatelessWhile']);
const isCall = (step: Step): boolean => functionsOf(step.node).length > 0;

/** What is computed before a step. */
class HostPart extends Part {
  protected readonly missing = LATER;
  /** What crosses, by the places of its makers. */
  readonly crossing = new Map<string, Tensor>();
  /** Places of the makers of what hangs on the inputs. */
  private readonly origins = new Map<Value, string>();
  /** The condition of the loop that goes on, where a part of it is for the step. */
  private condition: string | null = null;

  hangsOnInputs(value: Value, place: string): void {
    if (value !== LATER && !this.origins.has(value)) this.origins.set(value, place);
  }
  /** The step takes a value. */
  cross(where: string, value: Value): void {
    const place = this.origins.get(value);
    if (place === undefined) return;
    if (!(value instanceof Tensor))
      throw new ValueError(
        `${where}: texts are looked at before a step, but here they meet what is computed in it, out of weights.\n  Fix: freeze the layer (trainable = false): it is computed as a whole then.`,
      );
    this.crossing.set(place, value);
  }
  override call(name: string, inputs: readonly Value[]): Value[] {
    const isCondition = name === this.condition;
    const results = super.call(name, inputs);
    if (isCondition) for (const v of results) this.cross(name, v);
    return results;
  }
  protected override compute(step: Step, inputs: Value[], key: string): Value[] {
    const { op } = step.node;
    const { where } = step.attributes;
    const isInner = isCall(step);
    const needsLater = inputs.includes(LATER);
    if (needsLater && (!isInner || (LEADS.has(op) && inputs[0] === LATER))) {
      for (const v of inputs) this.cross(where, v);
      return NONE;
    }
    if (needsLater && LEADS.has(op)) this.cross(where, inputs[0]);
    const outer = this.condition;
    this.condition = needsLater && LOOPS.has(op) ? step.attributes.function('cond') : null;
    let outputs: Value[];
    try {
      outputs = this.program.computed(step, inputs, this);
    } finally {
      this.condition = outer;
    }
    if (!isInner && inputs.some((v) => this.origins.has(v)))
      outputs.forEach((v, i) => this.hangsOnInputs(v, `${key}:${i}`));
    return outputs;
  }
}
/** What a step computes. */
class StepPart extends Part {
  protected readonly missing = GONE;
  /** Outputs that are here, by the places of their makers. */
  private readonly outputs = new Map<string, Value[]>();
  constructor(program: GraphProgram, seed: SeedGenerator | null, given: ReadonlyMap<string, Tensor>) {
    super(program, seed);
    for (const [place, value] of given) {
      const at = place.lastIndexOf(':');
      const outputs = this.outputs.get(place.slice(0, at)) ?? [];
      outputs[Number(place.slice(at + 1))] = value;
      this.outputs.set(place.slice(0, at), outputs);
    }
  }
  protected override compute(step: Step, inputs: Value[], key: string): Value[] {
    return isCall(step) || !inputs.includes(GONE)
      ? this.program.computed(step, inputs, this)
      : (this.outputs.get(key) ?? NONE);
  }
}
const argument = (i: number): string => `input:${i}`;
/**
 * @internal What a step takes of the part before it, by the places of the nodes that made it.
 * @param inputs - inputs of the function; null: a variable, whose value the step knows.
 */
export function computeBefore(
  program: GraphProgram,
  name: string,
  inputs: readonly (Value | null)[],
  isOfInputs: (i: number) => boolean,
  seed: SeedGenerator | null,
): Map<string, Tensor> {
  const part = new HostPart(program, seed);
  inputs.forEach((v, i) => {
    if (v && isOfInputs(i)) part.hangsOnInputs(v, argument(i));
  });
  const results = part.call(
    name,
    inputs.map((v) => v ?? LATER),
  );
  for (const v of results) if (v instanceof Tensor) part.cross(name, v);
  return part.crossing;
}
/**
 * @internal The outputs of a function, those that are texts missing.
 * @param inputs - null: an input that the part before has looked at.
 */
export function computeWithin(
  program: GraphProgram,
  name: string,
  inputs: readonly (Value | null)[],
  given: ReadonlyMap<string, Tensor>,
  seed: SeedGenerator | null,
): (Value | null)[] {
  const part = new StepPart(program, seed, given);
  const results = part.call(
    name,
    inputs.map((v, i) => v ?? given.get(argument(i)) ?? GONE),
  );
  return results.map((v) => (v === GONE ? null : v));
}
