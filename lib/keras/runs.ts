/**
 * Which calls on models go on at a time. Those that read weights (predict, evaluate) go side by side, also with one
 * that writes them (fit, loadWeights): they see the weights of the moment they began at. Two that write the same
 * weights exclude one another. Each call that gathers metrics has their state to itself.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { RuntimeError } from '../support/errors';
import type { Tensor } from '../core/tensor';
import type { Variable } from '../core/variable';

/** @internal train: changes what is trained, step by step; set: replaces all weights; read: changes none. */
export type RunKind = 'train' | 'set' | 'read';
/** @internal A model, or a layer whose weights are replaced. */
export interface RunSubject {
  readonly name: string;
  readonly weights: readonly Variable[];
  readonly variables: readonly Variable[];
  readonly trainableVariables: readonly Variable[];
}
/** @internal What a traced step reads and writes. */
export interface StepVariables {
  readonly variables: readonly Variable[];
  readonly assigned: ReadonlySet<Variable>;
  /** Those assigned that are no metrics: states that go from one batch to the next. */
  readonly states: readonly Variable[];
}

/** @internal What gathers numbers from batch to batch. */
export interface GatheringMetric {
  readonly variables: readonly Variable[];
  resetState(): void;
}

/** The call that this one is made in, by a callback or a generator of its data. */
const surrounding = new AsyncLocalStorage<Run>();
const active = new Set<Run>();
/** Whose values the variables of metrics hold, while several calls gather them. */
const holders = new WeakMap<Variable, Run>();

const noMetrics = (): readonly GatheringMetric[] => [];

/** @internal One call, as long as it goes on. */
export class Run {
  readonly parent: Run | null = surrounding.getStore() ?? null;
  readonly finished: Promise<void>;
  private finish!: () => void;
  /** Weights as they were when this call began, once another one may change them. */
  private frozen: Map<Variable, Tensor> | null = null;
  /** Its metrics, while the variables hold those of another call. */
  private readonly displaced = new Map<Variable, Tensor>();
  private readonly held = new Set<Variable>();
  /** Variables of metrics that hold nothing but what this call has gathered. */
  private readonly own = new Set<Variable>();
  private isFirstStep = true;
  private hasReset = false;
  /** States that no other call may change until this one has ended. */
  private readonly states = new Set<Variable>();

  constructor(
    readonly what: string,
    readonly kind: RunKind,
    readonly subject: RunSubject,
    private readonly metrics: () => readonly GatheringMetric[] = noMetrics,
  ) {
    if (kind !== 'read') this.refuseBeside();
    this.finished = new Promise((resolve) => (this.finish = resolve));
    for (const other of active) {
      if (kind === 'read' ? other.kind !== 'read' : other.kind === 'read') (kind === 'read' ? this : other).freeze();
      if (this.gathersMetrics && other.gathersMetrics) other.claim();
    }
    active.add(this);
  }
  private get metricVariables(): readonly Variable[] {
    return this.metrics().flatMap((m) => m.variables);
  }
  get gathersMetrics(): boolean {
    return this.metrics !== noMetrics;
  }
  /** Whether this call was made in a callback, or in a generator of the data, of that one. */
  isWithin(other: Run): boolean {
    for (let run = this.parent; run; run = run.parent) if (run === other) return true;
    return false;
  }
  private get writes(): readonly Variable[] {
    return this.kind === 'set' ? this.subject.weights : this.subject.trainableVariables;
  }
  private refuseBeside(): void {
    const { what, subject, kind } = this;
    const writes = new Set(this.writes);
    for (const other of active) {
      if (other.kind === 'read') continue;
      const isSame = other.subject === subject;
      // Callbacks restore weights; another training inside of one would be two.
      if (this.isWithin(other) && !(isSame && kind === 'train')) continue;
      if (!isSame && !other.writes.some((v) => writes.has(v))) continue;
      throw new RuntimeError(
        isSame
          ? `${what}: model '${subject.name}' is busy with ${other.what}. Two at a time would mix up its weights and metrics.\n  Fix: await the first one, or use another model.`
          : `${what}: '${subject.name}' shares weights with model '${other.subject.name}', which is busy with ${other.what}. Two at a time would mix them up.\n  Fix: await the first one.`,
      );
    }
  }
  private freeze(): void {
    this.frozen ??= new Map(this.subject.variables.map((v) => [v, v.untracedValue()]));
  }

  /** The value of a variable as this call sees it. */
  valueOf(v: Variable): Tensor {
    return this.frozen?.get(v) ?? v.untracedValue();
  }

  // ---- metrics
  private claim(): void {
    for (const v of this.metricVariables) if (!active.has(holders.get(v)!)) this.hold(v);
  }
  private hold(v: Variable): void {
    const other = holders.get(v);
    if (other === this) return;
    if (other && active.has(other)) {
      other.displaced.set(v, v.untracedValue());
      other.held.delete(v);
    }
    const own = this.displaced.get(v);
    if (own) v.native.set(own);
    this.displaced.delete(v);
    holders.set(v, this);
    this.held.add(v);
  }
  private get isBesideOthers(): boolean {
    for (const run of active) if (run !== this && run.gathersMetrics) return true;
    return false;
  }
  /** From now on the variables of the metrics hold what this call has gathered. */
  takeMetrics(): void {
    if (!this.gathersMetrics) return;
    const isBeside = this.isBesideOthers;
    if (!isBeside && !this.isFirstStep) return;
    for (const metric of this.metrics()) {
      if (isBeside) for (const v of metric.variables) this.hold(v);
      // The first batch of another call made it, after this one had set its metrics back.
      if (!this.isFirstStep || !this.hasReset || metric.variables.every((v) => this.own.has(v))) continue;
      metric.resetState();
      for (const v of metric.variables) this.own.add(v);
    }
  }
  /** A step has been handed over: metrics that it made hold what this call has gathered. */
  stepDone(): void {
    if (!this.isFirstStep || !this.gathersMetrics) return;
    this.isFirstStep = false;
    const isBeside = this.isBesideOthers;
    for (const v of this.metricVariables) {
      if (this.own.has(v)) continue;
      this.own.add(v);
      if (isBeside) {
        holders.set(v, this);
        this.held.add(v);
      }
    }
  }
  /** Metrics hold nothing: `reset` sets them back for this call. */
  resetMetrics(reset: () => void): void {
    this.takeMetrics();
    reset();
    this.hasReset = true;
    for (const v of this.metricVariables) this.own.add(v);
  }
  private giveMetricsBack(): void {
    for (const v of this.held) {
      holders.delete(v);
      let next: Run | null = null;
      for (const run of active) if (run.displaced.has(v) && (!next || this.isWithin(run))) next = run;
      next?.hold(v);
    }
  }

  // ---- steps
  /** What to wait for, before asking again, where a step carries state from batch to batch; null for none. */
  turn(step: StepVariables): Promise<void> | null {
    if (this.kind !== 'read' || !step.states.length) return null;
    for (const other of active)
      if (other !== this && step.states.some((v) => other.states.has(v)) && !this.isWithin(other))
        return other.finished;
    for (const v of step.states) this.states.add(v);
    return null;
  }
  /** Hands a step to the engine, by `f`, with the weights and metrics of this call. */
  submit<T>(step: StepVariables, f: () => T): T {
    this.takeMetrics();
    this.stepDone();
    const { frozen } = this;
    if (!frozen) return f();
    const now: [Variable, Tensor][] = [];
    for (const v of step.variables) {
      const then = step.assigned.has(v) ? undefined : frozen.get(v);
      if (!then) continue;
      now.push([v, v.untracedValue()]);
      v.native.set(then);
    }
    try {
      return f();
    } finally {
      for (const [v, value] of now) {
        v.native.set(value);
        value.dispose(); // the engine writes in place where nobody else holds the tensor
      }
    }
  }

  end(): void {
    active.delete(this);
    this.giveMetricsBack();
    if (this.frozen) for (const t of this.frozen.values()) t.dispose();
    this.frozen = null;
    this.finish();
  }
  /** Calls made inside of `f` know that they are. */
  inside<T>(f: () => T): T {
    return surrounding.run(this, f);
  }
}

/** @internal Does `f` as one call. @throws RuntimeError when another one that writes goes on. */
export async function withRun<T>(run: Run, f: (run: Run) => Promise<T>): Promise<T> {
  try {
    return await run.inside(() => f(run));
  } finally {
    run.end();
  }
}
/** @internal Values of a variable for the call that this is part of: those of the moment it began at. */
export const readInRun = (v: Variable): ReturnType<Tensor['read']> =>
  (surrounding.getStore()?.valueOf(v) ?? v.value).read();
/** @internal Replaces weights at once. @throws RuntimeError while they are trained. */
export function settingWeights(what: string, subject: RunSubject, f: () => void): void {
  if (!active.size) return f();
  const run = new Run(what, 'set', subject);
  try {
    f();
  } finally {
    run.end();
  }
}
/** @internal Refuses a change of what `subject` is compiled with while it is used. */
export function refuseWhileRunning(what: string, subject: RunSubject): void {
  for (const run of active)
    if (run.subject === subject && run.gathersMetrics)
      throw new RuntimeError(
        `${what}: model '${subject.name}' is busy with ${run.what}, which needs what it was compiled with.\n  Fix: await it first.`,
      );
}
