/** StackedRNNCells: cells on top of each other, as one cell. */
import { registerClass, type SerializableClass } from '../../serialization/registry';
import { deserializeKerasObject, isSerialized, serializeKerasObject } from '../../serialization/serialize';
import type { OptionKinds } from '../../options';
import type { SymbolicShape } from '../../keras_tensor';
import { Layer, type CallOptions, type LayerOptions } from '../layer';
import type { Tensor } from '../../../core/tensor';
import {
  beginRun,
  buildCell,
  expectCells,
  initialStateOf,
  outputSizeOf,
  resetCell,
  type CellRun,
  type RNNCell,
  type RunnableCell,
  type StateSize,
} from './cell';
import type { States } from './loop';

/** Cells on top of each other: each takes the output of the one below. States: an entry for each cell. */
export class StackedRNNCells extends Layer implements RunnableCell {
  static override positional: readonly string[] = ['cells'];
  static override options: OptionKinds = {};
  readonly cells: readonly RNNCell[];
  constructor(cells: readonly RNNCell[], options: LayerOptions = {}) {
    super(options);
    expectCells('StackedRNNCells', cells);
    this.cells = [...cells];
  }
  get stateSize(): StateSize {
    return this.cells.map((c) => c.stateSize);
  }
  get outputSize(): number {
    return outputSizeOf(this.cells[this.cells.length - 1]);
  }
  getInitialState(batchSize: number): States {
    return this.cells.map((cell) => {
      const states = initialStateOf(cell, batchSize, this.computeDtype);
      return !cell.getInitialState && typeof cell.stateSize === 'number' ? states[0] : states;
    });
  }
  override build(inputShape: SymbolicShape): void {
    let shape = inputShape;
    for (const cell of this.cells) {
      buildCell(cell, shape);
      shape = [inputShape[0], outputSizeOf(cell)];
    }
  }
  override call(inputs: Tensor, states: States, { training }: CallOptions = {}): [Tensor, States] {
    const one = this.beginRun(training ?? false);
    return one.step(one.project(inputs), states);
  }
  /** @internal */
  get canRun(): boolean {
    return this.activityRegularizer === null;
  }
  /** @internal */
  beginRun(training: boolean): CellRun {
    const runs = this.cells.map((cell) => beginRun(cell, training));
    return {
      project: (x) => runs[0].project(x),
      step: (projected, states) => {
        let output = projected;
        const after = runs.map((one, i) => {
          const before = states[i];
          const [y, next] = one.step(i ? one.project(output) : output, Array.isArray(before) ? before : [before]);
          output = y;
          const list = Array.isArray(next) ? next : [next];
          return Array.isArray(before) ? list : list[0];
        });
        return [output, after];
      },
    };
  }
  /** @internal */
  resetRun(): void {
    for (const cell of this.cells) resetCell(cell);
  }
  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), cells: this.cells.map((c) => serializeKerasObject(c)) };
  }
  static override fromConfig(this: SerializableClass, config: Record<string, unknown>): Layer {
    const cells = (config.cells as unknown[]).map((c) => (isSerialized(c) ? deserializeKerasObject(c) : c));
    return Layer.fromConfig.call(this, { ...config, cells });
  }
}
registerClass('keras.layers', StackedRNNCells);
