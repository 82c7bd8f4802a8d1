/** What training asks of a model: the steps that it may override, and what they work on. */
import type { Tensor } from '../../core/tensor';
import type { KerasTensor } from '../keras_tensor';
import type { Layer } from '../layers/layer';
import type { UpdateOptions } from '../metrics/metric';
import type { StepData, StepLogs } from './types';
import type { TextGraph } from './texts';

/** @internal A model as its training sees it. */
export interface Trainable extends Layer {
  /** The graph of a functional model. */
  readonly graph: (TextGraph & { readonly outputs: readonly KerasTensor[] }) | null;
  readonly outputNames: string[];
  /** What must be there before the model can take these data. */
  prepareFor(data: unknown): void;
  trainStep(data: StepData): StepLogs;
  testStep(data: StepData): StepLogs;
  predictStep(data: StepData): unknown;
  computeLoss(given: { x?: unknown; y?: unknown; yPred?: unknown; sampleWeight?: unknown; training?: boolean }): Tensor;
  computeMetrics(x: unknown, y: unknown, yPred: unknown, options?: UpdateOptions): StepLogs;
  resetMetrics(): void;
}
