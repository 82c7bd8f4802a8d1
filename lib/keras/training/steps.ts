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

const keyOf = (kind: StepKind, data: Examples, rows: number | null): string =>
  `${kind} ${signatureOf([data.x, data.y, data.sampleWeight], `${kind} step`, rows)}`;

/** @internal */
export class Steps {
  private readonly plans = new PlanCache<StepPlan>();
  private readonly keys = new WeakMap<Examples, Map<string, string>>();
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
    return this.plans.get(
      rows === null ? keyOf(kind, data, rows) : this.keyOfRows(kind, data, rows),
      () => this.trace(kind, rows === null ? data : standIns(data, rows)),
      isShared,
    );
  }
  /** The same data are asked for once a batch, where callbacks hear of batches. */
  private keyOfRows(kind: StepKind, data: Examples, rows: number): string {
    let keys = this.keys.get(data);
    if (!keys) this.keys.set(data, (keys = new Map<string, string>()));
    const asked = `${kind} ${rows}`;
    let key = keys.get(asked);
    if (key === undefined) keys.set(asked, (key = keyOf(kind, data, rows)));
    return key;
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
      logsOf: logsReader(names, values),
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
type Named = readonly [name: string, shape: Shape];
// Whatever the dtype: a number for a tensor of one element, nested arrays of numbers for others (the values of a metric with
// several). `stored` says in which order the values come, `names` in which the logs have them.
function logsReader(names: readonly string[], stored: readonly Named[]): (values: ArrayLike<number | bigint>) => Logs {
  const places = new Map<string, { shape: Shape; from: number }>();
  let size = 0;
  for (const [name, shape] of stored) {
    places.set(name, { shape: shape.every((n) => n === 1) ? [] : shape, from: size });
    size += shape.reduce((a, b) => a * b, 1);
  }
  const inOrder = names.map((name) => ({ name, ...places.get(name)! }));
  return (values) => {
    const read = ({ shape, from }: { shape: Shape; from: number }): unknown => {
      if (!shape.length) return Number(values[from]);
      let at = from;
      const nested = (sizes: Shape): unknown =>
        sizes.length ? Array.from({ length: sizes[0] }, () => nested(sizes.slice(1))) : Number(values[at++]);
      return nested(shape);
    };
    return Object.fromEntries(inOrder.map((place) => [place.name, read(place)])) as Logs;
  };
}
function logsOf(result: Record<string, Tensor>): Logs {
  const entries = Object.entries(result);
  const stored = entries.map(([name, t]): Named => [name, t.shape]);
  return logsReader(
    Object.keys(result),
    stored,
  )(entries.flatMap(([, t]) => [...(t.dataSync() as ArrayLike<number | bigint> & Iterable<number | bigint>)]));
}
