/** What `compile` sets: optimizer, losses and metrics, and the steps that are made of them (keras.src.trainers.trainer). */
import { variableGrads } from '../../core/autodiff';
import { ValueError } from '../../support/errors';
import { flattenStructure, isRecord } from '../../support/nest';
import { convert, type Tensor, isTensor } from '../../core/tensor';
import type { Metric } from '../metrics/metric';
import { Mean } from '../metrics/reduction_metrics';
import type { Trainable } from './trainable';
import * as optimizers from '../optimizers/index';
import { fromConfig, isConfigurableClass, serializeFunction, serializeKerasObject } from '../serialization/serialize';
import { CompileLoss } from './compile_loss';
import { CompileMetrics, resultNames } from './compile_metrics';
import { integerOption, type CompileOptions } from './options';
import { TrainableState } from './trainable_state';
import type { StepData, StepLogs } from './types';

/** @internal */
export class CompileState {
  readonly optimizer: optimizers.Optimizer;
  readonly lossTracker = new Mean({ name: 'loss' });
  readonly trainable: TrainableState;
  readonly stepsPerCall: number;
  private readonly loss: CompileLoss;
  private readonly plainMetrics: CompileMetrics;
  private readonly weightedMetrics: CompileMetrics;

  constructor(
    private readonly model: Trainable,
    readonly options: CompileOptions,
  ) {
    const optimizer = optimizers.get(options.optimizer ?? 'rmsprop')!;
    // Gradients in float16 need a scaled loss.
    const scales =
      (options.autoScaleLoss ?? true) &&
      model.dtypePolicy.name === 'mixed_float16' &&
      !(optimizer instanceof optimizers.LossScaleOptimizer);
    this.optimizer = scales
      ? new optimizers.LossScaleOptimizer(optimizer, { name: 'loss_scale_optimizer' })
      : optimizer;
    this.loss = new CompileLoss(options.loss, options.lossWeights);
    this.plainMetrics = new CompileMetrics(options.metrics, false);
    this.weightedMetrics = new CompileMetrics(options.weightedMetrics, true);
    this.stepsPerCall = integerOption('compile', 'stepsPerExecution', options.stepsPerExecution ?? 1, 1);
    this.trainable = new TrainableState(model);
  }
  /** Loss, metrics, losses of single outputs: Keras' order. */
  get metrics(): Metric[] {
    return [this.lossTracker, ...this.plainMetrics.all, ...this.weightedMetrics.all, ...this.loss.trackers];
  }
  /** Options of `compile`, as files hold them. */
  getConfig(): Record<string, unknown> {
    const { loss, lossWeights, metrics, weightedMetrics, runEagerly, jitCompile } = this.options;
    return {
      optimizer: serializeKerasObject(this.optimizer),
      loss: serializeByOutput(loss),
      loss_weights: serializeByOutput(lossWeights),
      metrics: serializeByOutput(metrics),
      weighted_metrics: serializeByOutput(weightedMetrics),
      run_eagerly: runEagerly ?? false,
      steps_per_execution: this.stepsPerCall,
      jit_compile: jitCompile ?? 'auto',
    };
  }
  private get outputNames(): string[] | null {
    return this.model.graph ? this.model.outputNames : null;
  }

  /** Loss of the outputs plus what layers added. */
  computeLoss(y: unknown, yPred: unknown, sampleWeight: unknown): Tensor {
    const added = this.model.losses.map((l) => l.reshape([]));
    const own = this.loss.call(y, yPred, sampleWeight, this.outputNames);
    const all = own ? [own, ...added] : added;
    if (!all.length)
      throw new ValueError(
        `model '${this.model.name}' has no loss to train on.\n  Fix: compile({ loss: ... }), or addLoss in a layer.`,
      );
    return all.reduce((a, b) => a.add(b.dtype === a.dtype ? b : b.cast(a.dtype)));
  }
  updateMetrics(y: unknown, yPred: unknown, sampleWeight: unknown): void {
    for (const m of [this.plainMetrics, this.weightedMetrics]) m.update(y, yPred, sampleWeight, this.outputNames);
  }
  /** Results of all metrics of the model by name; those that give several values give several names. */
  results(): StepLogs {
    const names = resultNames(this.plainMetrics, this.weightedMetrics);
    const out: StepLogs = {};
    for (const metric of this.model.metrics) {
      const value: unknown = metric.result();
      if (isRecord(value)) Object.assign(out, value);
      else out[names.get(metric) ?? metric.name] = value as Tensor;
    }
    return out;
  }
  private trackLoss(loss: Tensor, x: unknown): void {
    const rows = flattenStructure(x, isTensor)[0].shape[0] ?? 1;
    this.lossTracker.updateState(loss, { sampleWeight: convert(rows, loss) });
  }
  /** Forward, loss, gradients, update, metrics. */
  trainStep([x, y = null, sampleWeight = null]: StepData): StepLogs {
    const { model, optimizer } = this;
    let yPred: unknown, loss!: Tensor;
    const forward = (): Tensor => {
      yPred = model.apply(x, { training: true }) as unknown;
      loss = model.computeLoss({ x, y, yPred, sampleWeight, training: true });
      return optimizer.scaleLoss(loss);
    };
    // Layers are built by their first call, which makes the variables to differentiate by.
    if (!model.built) model.apply(x, { training: false });
    const trained = model.trainableVariables;
    // Before the loss is scaled: the factor is part of the optimizer's state.
    if (trained.length && !optimizer.built) optimizer.build(trained);
    if (trained.length) optimizer.apply(variableGrads(forward, trained).grads, trained);
    else forward();
    this.trackLoss(loss, x);
    return model.computeMetrics(x, y, yPred, { sampleWeight });
  }
  testStep([x, y = null, sampleWeight = null]: StepData): StepLogs {
    const { model } = this;
    const yPred = model.apply(x, { training: false }) as unknown;
    this.trackLoss(model.computeLoss({ x, y, yPred, sampleWeight, training: false }), x);
    return model.computeMetrics(x, y, yPred, { sampleWeight });
  }
}
/** @internal Records by output name keep their names. */
export function serializeByOutput(given: unknown): unknown {
  if (given === null || given === undefined) return null;
  if (isRecord(given) && !('class_name' in given))
    return Object.fromEntries(Object.entries(given).map(([k, v]) => [k, serializeByOutput(v)]));
  if (typeof given === 'function')
    return isConfigurableClass(given) ? serializeKerasObject(fromConfig(given, {})) : serializeFunction(given);
  return Array.isArray(given) ? given.map(serializeByOutput) : serializeKerasObject(given);
}
