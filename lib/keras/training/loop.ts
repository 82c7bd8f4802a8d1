/** One pass of steps over a source: natively over rows, or batch by batch. */
import { ValueError } from '../../support/errors';
import { convert, type Shape, type Tensor } from '../../core/tensor';
import type { CallbackList } from './callback_hooks';
import type { Run } from '../runs';
import type { Cancel } from './cancel';
import { mapTensors, rowsOf, tensorsOf, type Examples } from './data';
import type { RowOrder } from './row_order';
import { stepsOf, type BatchSource, type RowSource, type Source } from './sources';
import type { StepKind, Steps } from './steps';
import type { Logs } from './types';

/** @internal */
export interface LoopOptions {
  /** Which step is run: training, test or prediction. */
  kind: StepKind;
  /** Examples in a step. */
  batchSize: number;
  /** At most so many steps. */
  steps: number | null;
  /** Rows in another order, and how many of them earlier passes took. */
  order?: RowOrder | null;
  /** Batches that an earlier epoch has used. */
  skip?: number;
  /** Who is told of batches. */
  callbacks: CallbackList;
  /** What may end the run. */
  cancel: Cancel;
  /** The call that the steps are part of. */
  run: Run;
  /** Callbacks hear of batches every so many steps. */
  stepsPerCall?: number;
  /** Whether a callback has ended the run. */
  isStopped?: () => boolean;
  /** Takes the outputs of each step. */
  collect?: (outputs: Tensor[]) => void;
}
/** @internal */
export interface LoopResult {
  logs: Logs;
  steps: number;
  pack: ((outputs: Tensor[]) => unknown) | null;
}

/** @internal */
export async function runLoop(steps: Steps, source: Source, o: LoopOptions): Promise<LoopResult> {
  const pass = new Pass(steps, o);
  await (source.kind === 'batches' ? pass.overBatches(source) : pass.overRows(source));
  o.cancel.throwIfRequested();
  return { logs: pass.logs, steps: pass.done, pack: pass.pack };
}

/** Predictions of batches are joined by their rows. */
function requireRows(shapes: readonly Shape[]): void {
  if (shapes.some((shape) => !shape.length))
    throw new ValueError(
      'predict: the model gives a single number for a whole batch; predictions are joined row by row.\n  Received: an output of shape ()\n' +
        '  Fix: let the output keep the first axis, or call predictOnBatch.',
    );
}

class Pass {
  logs: Logs = {};
  done = 0;
  pack: ((outputs: Tensor[]) => unknown) | null = null;
  private readonly name;
  private readonly tellsBatches: boolean;
  constructor(
    private readonly steps: Steps,
    private readonly o: LoopOptions,
  ) {
    this.name = ({ train: 'Train', test: 'Test', predict: 'Predict' } as const)[o.kind];
    this.tellsBatches = o.callbacks.wantsBatches(this.name);
  }
  private get isOver(): boolean {
    return !!this.o.isStopped?.() || (this.o.steps !== null && this.done >= this.o.steps);
  }
  private get every(): number {
    return this.o.stepsPerCall ?? 1;
  }
  private async begin(): Promise<void> {
    const { name, done } = this;
    if (this.tellsBatches && done % this.every === 0)
      await this.o.callbacks.each((c) => c[`on${name}BatchBegin`](done, {}));
  }
  /** @param last - number of the step that has just been done; whether no other follows. */
  private async end(last: number, isLast: boolean): Promise<void> {
    const { name, logs } = this;
    if (this.tellsBatches && ((last + 1) % this.every === 0 || isLast))
      await this.o.callbacks.each((c) => c[`on${name}BatchEnd`](last, logs));
  }
  private async one(batch: Examples, isLast: boolean): Promise<void> {
    await this.begin();
    const result = await this.steps.run(this.o.kind, batch, this.o.run);
    ({ logs: this.logs, pack: this.pack } = result);
    if (this.o.collect) requireRows(result.outputs.map((t) => t.shape));
    this.o.collect?.(result.outputs);
    await this.end(this.done, isLast);
    this.o.callbacks.progress(this.o.kind, ++this.done, this.logs);
  }

  async overBatches(source: BatchSource): Promise<void> {
    const { o } = this;
    while (!this.isOver) {
      const batch = await o.cancel.wait(source.next());
      if (!batch) break;
      // Read ahead while this one is computed, but not past the last step: the next epoch goes on from there.
      const isLast = o.steps !== null && this.done + 1 >= o.steps;
      if (!isLast) source.readAhead();
      await this.one(batch, isLast);
    }
    await source.finish(this.done);
  }

  async overRows(source: RowSource): Promise<void> {
    const { o, steps } = this;
    const { data, first, rows } = source;
    const skip = o.skip ?? 0;
    const full = Math.floor(rows / o.batchSize);
    const all = stepsOf(source, o.batchSize)!;
    const count = Math.min(o.steps ?? Infinity, all - skip);
    const tensors = tensorsOf(data);
    while (this.done < count && !this.isOver) {
      o.cancel.throwIfRequested();
      const at = skip + this.done;
      const isRest = at >= full;
      const size = isRest ? rows % o.batchSize : o.batchSize;
      const start = (o.order ? 0 : first) + at * o.batchSize;
      if (steps.runsEagerly) {
        const picked = o.order ? convert(o.order.indices.slice(start, start + size)) : null;
        const part = (s: unknown): unknown =>
          picked ? mapTensors(s, (t) => t.take(picked, { axis: 0 })) : rowsOf(s, start, start + size);
        await this.one(
          { x: part(data.x), y: part(data.y), sampleWeight: part(data.sampleWeight) },
          this.done + 1 >= count,
        );
        continue;
      }
      const left = isRest ? 1 : Math.min(full - at, count - this.done);
      const before = this.done;
      const wanted = this.tellsBatches ? Math.min(left, this.every - (before % this.every)) : left;
      await this.begin();
      // Asked for after the callbacks: what they do may have let it go.
      let plan = steps.planFor(o.kind, data, { rows: size });
      for (let turn; (turn = o.run.turn(plan)); plan = steps.planFor(o.kind, data, { rows: size })) await turn;
      if (o.collect) requireRows(plan.predicted);
      this.pack = (t) => plan.pack(t);
      // Predictions have no logs: only callbacks hear of them.
      const onProgress =
        o.collect && !o.callbacks.callbacks.length
          ? undefined
          : (n: number, values: Float64Array): void => {
              if (!o.collect) this.logs = plan.logsOf(values);
              o.callbacks.progress(o.kind, before + n, this.logs);
            };
      const result = await o.run.submit(plan, () =>
        plan.plan.runSteps({
          data: tensors,
          order: o.order?.native,
          batchSize: size,
          start,
          steps: wanted,
          collect: !!o.collect,
          cancel: o.cancel.flag,
          onProgress,
        }),
      );
      o.collect?.(result.outputs as Tensor[]);
      this.done += result.done;
      if (result.done < wanted) continue; // cancelled, or others wanted the engine meanwhile
      await this.end(this.done - 1, this.done >= count);
    }
  }
}
