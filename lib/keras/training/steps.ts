/** One step of training, evaluation or prediction: traced into a plan for each signature, or run op by op. */
import { describe } from '../../support/describe';
import { binding } from '../../core/binding';
import { tracePlan, type TracedPlan } from '../../core/compile';
import { TypeError } from '../../support/errors';
import { flattenStructure, isRecord, mapStructure, sortedKeys } from '../../support/nest';
import { PlanCache } from '../../core/plan_cache';
import { signatureOf } from '../../core/signature';
import { isTensor, type Shape, type Tensor } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import type { Trainable } from './trainable';
import type { Run, StepVariables } from '../runs';
import { standIns, tensorsOf, type Examples } from './data';
import type { TrainableState } from './trainable_state';
import type { Logs, StepData } from './types';

/** @internal */
export type StepKind = 'train' | 'test' | 'predict';
/** @internal A plan, and the logs that the values of its outputs make. */
export interface StepPlan extends TracedPlan {
  /** @param values - of all outputs, one after the other. */
  logsOf(values: ArrayLike<number>): Logs;
  /** What it assigns that is no metric: states that go from one batch to the next. */
  states: Variable[];
  /** Shapes of what `predict` gives. */
  predicted: Shape[];
}
interface StepResult {
  logs: Logs;
  outputs: Tensor[];
  pack: (outputs: Tensor[]) => unknown;
}

/** @internal What `trainStep` gets: nothing after the last thing that is given. */
export function stepData({ x, y, sampleWeight }: Examples): StepData {
  return sampleWeight !== null && sampleWeight !== undefined
    ? [x, y, sampleWeight]
    : y !== null && y !== undefined
      ? [x, y]
      : [x];
}

/** @internal */
export class Steps {
  private readonly plans = new PlanCache<StepPlan>();
  constructor(
    private readonly model: Trainable,
    readonly runsEagerly: boolean,
    private readonly trainable: TrainableState | null,
  ) {}

  private step(kind: StepKind, batch: Examples): unknown {
    const { model } = this;
    const data = stepData(batch);
    try {
      if (kind === 'predict') return model.predictStep([batch.x]);
      return this.checked(kind, kind === 'train' ? model.trainStep(data) : model.testStep(data));
    } finally {
      model.clearLosses(); // none is left to the steps of other calls
    }
  }
  private checked(kind: StepKind, logs: unknown): Record<string, Tensor> {
    const where = `${kind}Step of model '${this.model.name}'`;
    if (!isRecord(logs))
      throw new TypeError(
        `${where} must return a record of scalar tensors by name.\n  Received: ${logs === undefined ? 'undefined' : String(logs)}`,
      );
    for (const [name, t] of Object.entries(logs))
      if (!isTensor(t))
        throw new TypeError(
          `${where}: '${name}' must be a tensor.\n  Received: ${describe(t)}\n  Fix: return metric.result().`,
        );
    return logs as Record<string, Tensor>;
  }
  /** What a step run op by op writes, as far as layers say so. */
  private get eager(): StepVariables {
    const states = [...this.model.flattenLayers()]
      .filter((l) => (l as { stateful?: unknown }).stateful === true)
      .flatMap((l) => l.variables);
    return { variables: [], assigned: new Set(), states };
  }
  private during<T>(f: () => T): T {
    return this.trainable ? this.trainable.during(f) : f();
  }
  /**
   * The plan for batches like these data. Ask for it anew for each run: plans not used for long are given up.
   * @param rows - how many rows a batch has; null: as many as the data.
   */
  planFor(
    kind: StepKind,
    data: Examples,
    { rows = null, isShared = false }: { rows?: number | null; isShared?: boolean } = {},
  ): StepPlan {
    const signature = signatureOf([data.x, data.y, data.sampleWeight], `${kind} step`, rows);
    return this.plans.get(
      `${kind} ${signature}`,
      () => this.trace(kind, rows === null ? data : standIns(data, rows)),
      isShared,
    );
  }
  private trace(kind: StepKind, batch: Examples): StepPlan {
    let values: [name: string, shape: Shape][] = [];
    let names: string[] = [];
    let predicted: Shape[] = [];
    const traced = this.during(() =>
      tracePlan(
        (x: unknown, y: unknown, sampleWeight: unknown) => {
          const result = this.step(kind, { x, y, sampleWeight });
          if (kind !== 'predict') {
            names = Object.keys(result as object);
            values = sortedKeys(result as object).map((name) => [name, (result as Record<string, Tensor>)[name].shape]);
          } else predicted = flattenStructure(result, isTensor).map((t) => t.shape);
          return result;
        },
        [batch.x, batch.y, batch.sampleWeight],
        `${this.model.name} ${kind}`,
      ),
    );
    const metrics = new Set(this.model.metrics.flatMap((m) => m.variables));
    const states = [...traced.assigned].filter((v) => !metrics.has(v));
    // Values come in the order in which structures are flattened, logs in that of the step.
    return {
      ...traced,
      states,
      predicted,
      logsOf: (all) => {
        const logs = logsFrom(values, all);
        return Object.fromEntries(names.map((n) => [n, logs[n]]));
      },
    };
  }
  /** Runs one step. */
  async run(kind: StepKind, batch: Examples, run: Run): Promise<StepResult> {
    if (this.runsEagerly) {
      for (let turn; (turn = run.turn(this.eager));) await turn;
      run.takeMetrics();
      const result = this.during(() => this.step(kind, batch));
      run.stepDone();
      const outputs = flattenStructure(result, isTensor);
      await binding.evaluate([...outputs, ...this.model.variables.map((v) => v.value)]);
      return {
        logs: kind === 'predict' ? {} : logsOf(result as Record<string, Tensor>),
        outputs,
        pack: (list) => {
          let i = 0;
          return mapStructure(result, isTensor, () => list[i++]);
        },
      };
    }
    let plan = this.planFor(kind, batch);
    for (let turn; (turn = run.turn(plan)); plan = this.planFor(kind, batch)) await turn;
    const outputs = run.submit(plan, () => plan.plan.run(tensorsOf(batch)) as Tensor[]);
    await binding.evaluate(outputs);
    return {
      logs: kind === 'predict' ? {} : logsOf(plan.pack(outputs) as Record<string, Tensor>),
      outputs,
      pack: (list) => plan.pack(list),
    };
  }
}
// Whatever the dtype: a number for a tensor of one element, nested arrays of numbers for others (the values of a metric with
// several).
function logsFrom(
  entries: readonly (readonly [name: string, shape: Shape])[],
  values: ArrayLike<number | bigint>,
): Logs {
  let at = 0;
  const nested = (shape: Shape): unknown =>
    shape.length ? Array.from({ length: shape[0] }, () => nested(shape.slice(1))) : Number(values[at++]);
  return Object.fromEntries(
    entries.map(([name, shape]) => [name, nested(shape.every((n) => n === 1) ? [] : shape)]),
  ) as Logs;
}
function logsOf(result: Record<string, Tensor>): Logs {
  const entries = Object.entries(result);
  return logsFrom(
    entries.map(([name, t]) => [name, t.shape]),
    entries.flatMap(([, t]) => [...(t.dataSync() as ArrayLike<number | bigint> & Iterable<number | bigint>)]),
  );
}
