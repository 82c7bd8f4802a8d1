/** Models: layers that train (keras.Model). Functional when made of inputs and outputs, else subclassed. */
import { NotImplementedError, ValueError } from '../../support/errors';
import { recordOf } from '../../support/guard';
import { isRecord, mapStructure } from '../../support/nest';
import { isSymbolicShape } from '../../support/shapes';
import type { Tensor } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { inferOutputs, isKerasTensor, KerasTensor, type SymbolicStructure } from '../keras_tensor';
import { Layer, type BuildShape, type CallOptions, type LayerOptions } from '../layers/layer';
import type { Metric, UpdateOptions } from '../metrics/metric';
import type { Optimizer } from '../optimizers/optimizer';
import { autoName } from '../serialization/naming';
import { camelKeys, registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { checkFunctional } from '../serialization/schema';
import { deserializeKerasObject } from '../serialization/serialize';
import {
  COMPILE,
  EVALUATE,
  FIT,
  type CompileOptions,
  type EvaluateOptions,
  type FitOptions,
  type PredictOptions,
} from '../training/options';
import { Trainer, type BatchOptions, type OwnCallbacks } from '../training/trainer';
import { History } from '../callbacks/history';
import { ProgbarLogger } from '../callbacks/progbar';
import type { BatchLogs, Data, Logs, StepData, StepLogs } from '../training/types';
import { FunctionalGraph } from './graph';
import { functionalConfig, functionalFromConfig } from './functional_config';
import { uponInputs } from './inner_inputs';
import { prepareTexts } from '../training/texts';
import { summaryOf, type SummaryOptions } from './summary';

export interface ModelOptions extends LayerOptions {
  /** Symbolic tensors that the graph begins with: one, an array, or a record. */
  inputs?: SymbolicStructure;
  /** Symbolic tensors computed from them: one, an array, or a record. */
  outputs?: SymbolicStructure;
}

declare module '../callbacks/callback' {
  interface Callback {
    /** The model that trains. */
    model: Model;
  }
}

const OWN_CALLBACKS: OwnCallbacks<History> = {
  makeHistory: () => new History(),
  makeProgress: () => new ProgbarLogger(),
  isProgress: (callback) => callback instanceof ProgbarLogger,
};
const trainers = new WeakMap<Model, Trainer<History>>();
const graphs = new WeakMap<Model, FunctionalGraph>();

/**
 * A model. `new Model({ inputs, outputs })` joins symbolic tensors; a subclass makes its layers in the constructor and
 * computes in `call`.
 */
export class Model extends Layer {
  static override options: OptionKinds = { inputs: kinds.any, outputs: kinds.any };
  /** @internal */
  override get modelKind(): 'model' | 'sequential' {
    return 'model';
  }
  static override positional: readonly string[] = [];
  constructor(options: ModelOptions = {}) {
    super(
      new.target === Model && recordOf('Model', options).inputs !== undefined && !options.name
        ? { ...options, name: autoName('Functional') }
        : options,
    );
    if (options.inputs !== undefined || options.outputs !== undefined) {
      const { inputs, outputs } = uponInputs(
        options.inputs as SymbolicStructure,
        options.outputs as SymbolicStructure,
        this.name,
      );
      this.setGraph(new FunctionalGraph(inputs, outputs, this.name));
    }
  }
  /** @internal Makes this a functional model. */
  protected setGraph(graph: FunctionalGraph): void {
    graphs.set(this, graph);
    this.built = true;
    trainers.get(this)?.forgetPlans();
  }
  /** @internal */
  protected clearGraph(): void {
    graphs.delete(this);
    this.built = false;
    trainers.get(this)?.forgetPlans();
  }
  /** @internal */
  get graph(): FunctionalGraph | null {
    return graphs.get(this) ?? null;
  }
  /** @internal */
  get serializedAs(): { module: string; name: string } | undefined {
    return this.constructor === Model && this.graph
      ? { module: 'keras.src.models.functional', name: 'Functional' }
      : undefined;
  }

  /** Its layers, in order. */
  get layers(): Layer[] {
    return this.graph ? this.graph.layers : super.subLayers();
  }
  override subLayers(): Layer[] {
    return this.graph ? [...new Set([...this.graph.layers, ...super.subLayers()])] : super.subLayers();
  }
  /** The layer of this name, or at this index. @throws ValueError when there is none. */
  getLayer(which: string | number | { name?: string; index?: number }): Layer {
    const { name, index } =
      typeof which === 'object'
        ? which
        : typeof which === 'string'
          ? { name: which, index: undefined }
          : { name: undefined, index: which };
    const layers = this.layers;
    const found = index !== undefined ? layers.at(index) : layers.find((l) => l.name === name);
    if (!found)
      throw new ValueError(
        `getLayer: model '${this.name}' has no layer ${index !== undefined ? index : `'${name}'`}.\n  Its layers: ${layers.map((l) => l.name).join(', ')}`,
      );
    return found;
  }
  /** Symbolic inputs of a functional model. */
  get inputs(): KerasTensor[] {
    return this.graph?.inputs ?? [];
  }
  get outputs(): KerasTensor[] {
    return this.graph?.outputs ?? [];
  }
  override get input(): KerasTensor | KerasTensor[] {
    const g = this.graph;
    return g ? (g.inputs.length === 1 ? g.inputs[0] : g.inputs) : super.input;
  }
  override get output(): KerasTensor | KerasTensor[] {
    const g = this.graph;
    return g ? (g.outputs.length === 1 ? g.outputs[0] : g.outputs) : super.output;
  }
  override get inputShape(): BuildShape {
    const g = this.graph;
    return g ? (g.inputs.length === 1 ? g.inputs[0].shape : g.inputs.map((t) => t.shape)) : super.inputShape;
  }
  override get outputShape(): BuildShape {
    const g = this.graph;
    return g ? (g.outputs.length === 1 ? g.outputs[0].shape : g.outputs.map((t) => t.shape)) : super.outputShape;
  }
  /** Names of the outputs: of the layers that made them. */
  get outputNames(): string[] {
    return this.outputs.map((t) => t.node!.operation.name);
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  override apply(inputs: any, second: any = {}, third?: CallOptions): any {
    const given: unknown = this.graph ? prepareTexts(this.graph, inputs) : inputs;
    const result: unknown = super.apply(given, second, third);
    // A list of one output is that output for data, and stays a list for symbolic tensors, as in Keras.
    return isKerasTensor(result) && this.hasListOfOne ? [result] : result;
  }
  private get hasListOfOne(): boolean {
    const structure = this.graph?.outputStructure;
    return Array.isArray(structure) && structure.length === 1;
  }
  override call(inputs: unknown, options: CallOptions = {}): unknown {
    if (this.graph) {
      const result = this.graph.run(inputs, options, this.name);
      return this.hasListOfOne ? (result as unknown[])[0] : result;
    }
    throw new NotImplementedError(
      `model '${this.name}' has neither inputs and outputs nor a call method.\n  Fix: implement call(inputs, { training }), or use new Model({ inputs, outputs }).`,
    );
  }
  /** @internal What must be there before the model can take these data. */
  prepareFor(_data: unknown): void {
    return;
  }
  /** @internal A graph decides nothing: its layers' own defaults count. */
  protected override get defaultTraining(): boolean | null {
    return this.graph ? null : super.defaultTraining;
  }
  override computeMask(): null {
    return null;
  }
  /** Makes the weights of a subclassed model for inputs of these shapes, by running it on stand-ins. */
  override build(inputShape: BuildShape): void {
    if (this.graph || inputShape == null) return;
    const symbolic = (s: BuildShape): unknown =>
      isSymbolicShape(s)
        ? new KerasTensor(s, 'float32')
        : Array.isArray(s)
          ? s.map(symbolic)
          : isRecord(s)
            ? Object.fromEntries(Object.entries(s).map(([k, v]) => [k, symbolic(v)]))
            : s;
    inferOutputs(([x]) => this.call(x, { training: false }), [symbolic(inputShape)]);
    this.clearLosses();
  }
  override computeOutputShape(inputShape: BuildShape): BuildShape {
    if (!this.graph) return super.computeOutputShape(inputShape);
    const wrap = (s: BuildShape): unknown => (isSymbolicShape(s) ? new KerasTensor(s) : (s as BuildShape[]).map(wrap));
    return mapStructure(
      inferOutputs(([x]) => this.call(x, { training: false }), [wrap(inputShape)]),
      isKerasTensor,
      (t) => [...t.shape],
    );
  }
  /** Prints Keras' table of the layers. */
  summary(options: SummaryOptions = {}): void {
    if (!this.built && !this.layers.length)
      throw new ValueError(
        `summary: model '${this.name}' is not built yet.\n  Fix: call build(inputShape), or fit it first.`,
      );
    (options.printFn ?? console.log)(summaryOf(this, options));
  }

  // ---- training
  private get trainer(): Trainer<History> {
    let t = trainers.get(this);
    if (!t) trainers.set(this, (t = new Trainer(this, OWN_CALLBACKS)));
    return t;
  }
  /** Sets optimizer, loss and metrics. Defaults: rmsprop, none. */
  compile(options: CompileOptions = {}): void {
    this.trainer.compile(options);
  }
  get compiled(): boolean {
    return !!trainers.get(this)?.state;
  }
  get optimizer(): Optimizer | null {
    return trainers.get(this)?.state?.optimizer ?? null;
  }
  get loss(): unknown {
    return trainers.get(this)?.state?.options.loss ?? null;
  }
  /** Loss tracker, metrics of `compile`, losses of single outputs, and metrics held as attributes. */
  override get metrics(): Metric[] {
    return [...new Set([...(trainers.get(this)?.state?.metrics ?? []), ...super.metrics])];
  }
  get metricsNames(): string[] {
    return this.metrics.map((m) => m.name);
  }
  /** What the latest `fit` returned. */
  get history(): History | null {
    return trainers.get(this)?.history ?? null;
  }
  /** Options that `compile` was called with, as files hold them (Keras' JSON); null before. */
  getCompileConfig(): Record<string, unknown> | null {
    return trainers.get(this)?.state?.getConfig() ?? null;
  }
  /** Compiles by what `getCompileConfig` returned, and makes the optimizer's state. */
  compileFromConfig(config: Record<string, unknown>): void {
    const known = Object.entries(camelKeys(config)).filter(([name, v]) => Object.hasOwn(COMPILE, name) && v !== null);
    this.compile(Object.fromEntries(known.map(([name, v]) => [name, deserializeKerasObject(v)])));
    if (this.built) this.optimizer?.build(this.trainableVariables);
  }
  /** Set to true by a callback: training ends after the epoch (or batch). */
  get stopTraining(): boolean {
    return this.trainer.stopTraining;
  }
  set stopTraining(value: boolean) {
    this.trainer.stopTraining = value;
  }
  /** @internal The epoch that a restored run goes on from. */
  get initialEpoch(): number | null {
    return this.trainer.initialEpoch;
  }
  set initialEpoch(value: number | null) {
    this.trainer.initialEpoch = value;
  }
  /** Trains for `epochs` passes over the data. @returns the history of loss and metrics. */
  fit(x: Data, y?: Data | FitOptions | null, options: FitOptions = {}): Promise<History> {
    return isFitOptions(y) ? this.trainer.fit(x, null, y) : this.trainer.fit(x, y ?? null, options);
  }
  /** Loss and metrics on data: an array in the order of `metricsNames` (a number when there is the loss alone), or a record. */
  evaluate(x: Data, y?: Data | null, options?: EvaluateOptions & { returnDict?: false }): Promise<number & number[]>;
  evaluate(x: Data, y: Data | null | undefined, options: EvaluateOptions & { returnDict: true }): Promise<Logs>;
  evaluate(x: Data, y?: Data | EvaluateOptions | null, options: EvaluateOptions = {}): Promise<unknown> {
    return isFitOptions(y) ? this.trainer.evaluate(x, null, y) : this.trainer.evaluate(x, y as Data, options);
  }
  /** Outputs for data, batch by batch, joined. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  predict(x: Data, options: PredictOptions = {}): Promise<any> {
    return this.trainer.predict(x, options);
  }
  /** One training step. @returns loss and metrics: an array (a number when there is the loss alone), or a record. */
  trainOnBatch(x: Data, y?: Data | null, options: BatchOptions = {}): Promise<BatchLogs> {
    return this.trainer.onBatch('train', x, y ?? null, options);
  }
  /** One evaluation step. */
  testOnBatch(x: Data, y?: Data | null, options: Omit<BatchOptions, 'classWeight'> = {}): Promise<BatchLogs> {
    return this.trainer.onBatch('test', x, y ?? null, options);
  }
  /** Outputs for one batch. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  predictOnBatch(x: Data, options: { signal?: AbortSignal | null } = {}): Promise<any> {
    return this.trainer.predictOnBatch(x, options);
  }
  /** Metrics back to the start. */
  resetMetrics(): void {
    for (const m of this.metrics) m.resetState();
  }
  /** Results of all metrics by name. */
  getMetricsResult(): StepLogs {
    return this.trainer.requireCompiled('getMetricsResult').results();
  }
  /** The plan of one training step, for looking at: `explain()`, `statistics`. */
  trainPlan(x: Data, y?: Data | null, options: { batchSize?: number } = {}): ReturnType<Trainer<History>['trainPlan']> {
    return this.trainer.trainPlan(x, y ?? null, options);
  }

  // ---- steps: override for another way to train; they are traced into the plan
  /** One training step on `[x, y, sampleWeight]` (as far as given). @returns scalars by name. */
  trainStep(data: StepData): StepLogs {
    return this.trainer.requireCompiled('trainStep').trainStep(data);
  }
  /** One step of evaluation. */
  testStep(data: StepData): StepLogs {
    return this.trainer.requireCompiled('testStep').testStep(data);
  }
  /** Outputs for `[x]`. */
  predictStep([x]: StepData): unknown {
    return this.apply(x, { training: false }) as unknown;
  }
  /** Loss of a batch. Override for another training objective. */
  computeLoss({
    y,
    yPred,
    sampleWeight = null,
  }: {
    x?: unknown;
    y?: unknown;
    yPred?: unknown;
    sampleWeight?: unknown;
    training?: boolean;
  }): Tensor {
    return this.trainer.requireCompiled('computeLoss').computeLoss(y ?? null, yPred, sampleWeight);
  }
  /** Takes a batch into the metrics. @returns their results, as `getMetricsResult`. */
  computeMetrics(_x: unknown, y: unknown, yPred: unknown, { sampleWeight = null }: UpdateOptions = {}): StepLogs {
    this.trainer.requireCompiled('computeMetrics').updateMetrics(y, yPred, sampleWeight);
    return this.getMetricsResult();
  }
  /** @internal Seeds and metrics are state of plans too. */
  get stateVariables(): Variable[] {
    return this.variables;
  }

  override getConfig(): Record<string, unknown> {
    return this.graph && this.constructor === Model ? functionalConfig(this, this.graph) : super.getConfig();
  }
  static override fromConfig(config: Record<string, unknown>): Layer {
    if (this === Model && config.layers !== undefined) {
      checkFunctional(config);
      return functionalFromConfig(config, (options) => new Model(options));
    }
    return super.fromConfig.call(this, config);
  }
}
const RUN_OPTIONS = new Set(Object.keys({ ...FIT, ...EVALUATE }));
const isFitOptions = (x: unknown): x is FitOptions =>
  isRecord(x) && Object.keys(x).length > 0 && Object.keys(x).every((k) => RUN_OPTIONS.has(k));
registerClass('keras.models', Model);
registerClass('keras', Model);
// Files of functional models name this class.
registerClass(
  'keras.src.models.functional',
  Object.assign(class Functional extends Model {}, {
    fromConfig: (config: Record<string, unknown>) => Model.fromConfig({ layers: null, ...config }),
  }),
);
