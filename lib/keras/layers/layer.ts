/** Base of all layers (keras.Layer): weights, calls, sub-layers, losses, masks, config. */
import { describe } from '../../describe';
import { AttributeError, TraeError, TypeError, ValueError } from '../../errors';
import { flattenStructure, isRecord, mapStructure } from '../../nest';
import { SeedGenerator } from '../../random';
import { convert, formatShape, isFloating, run, Tensor, type DType, type Shape, type TensorLike } from '../../tensor';
import { withTrace } from '../../trace';
import { Variable, withAutocast } from '../../variable';
import * as constraints from '../constraints';
import { DTypePolicy, getDtypePolicy } from '../dtype_policy';
import * as initializers from '../initializers';
import { hasKerasTensor, inferOutputs, isKerasTensor, KerasTensor, recordNode, withoutStandIn, type GraphNode, type Operation, type SymbolicShape } from '../keras_tensor';
import type { Metric } from '../metrics/metric';
import { autoName, scopedPath, withNameScope } from '../naming';
import { checkOptions } from '../options';
import * as regularizers from '../regularizers';
import { classNameOf, construct, type SerializableClass } from '../saving/registry';
import { serializeKerasObject } from '../saving/serialize';
import { held, isMetric, toTensors } from './attributes';
import { signedTraining } from './call_signature';
import { InputSpec } from './input_spec';
import { oneOrAll, shapeText, sharingError } from './sharing';

export interface LayerOptions {
  name?: string | null;
  trainable?: boolean;
  dtype?: DType | string | DTypePolicy | object | null;
  autocast?: boolean;
  /** Shape of one example, as the first layer of a Sequential model. */
  inputShape?: SymbolicShape;
  batchInputShape?: SymbolicShape;
  batchSize?: number;
  inputDtype?: DType;
  activityRegularizer?: unknown;
  weights?: readonly TensorLike[];
}
export interface CallOptions {
  training?: boolean | null;
  mask?: unknown;
  [other: string]: unknown;
}
export interface AddWeightOptions {
  shape?: SymbolicShape | number[];
  initializer?: unknown;
  dtype?: DType | null;
  trainable?: boolean;
  regularizer?: unknown;
  constraint?: unknown;
  name?: string | null;
}
const BASE_OPTIONS = ['name', 'trainable', 'dtype', 'autocast', 'inputShape', 'batchInputShape', 'batchSize', 'inputDtype', 'activityRegularizer', 'weights'];
/** A shape, or as many as the layer has inputs. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type BuildShape = any;

// What a layer knows besides its attributes: kept apart so that looking for sub-layers among attributes does not find it.
interface State {
  trainableVariables: Variable[];
  otherVariables: Variable[];
  losses: Tensor[];
  nodes: GraphNode[];
  trainable: boolean;
  built: boolean;
  building: boolean;
  buildShape: BuildShape;
  activityRegularizer: regularizers.Regularizer | null;
  initialWeights: readonly TensorLike[] | null;
}
const states = new WeakMap<Layer, State>();
const masks = new WeakMap<object, Tensor>();
/** @internal */
export const maskOf = (x: unknown): Tensor | null => (typeof x === 'object' && x !== null ? (masks.get(x) ?? null) : null);
/** @internal */
export function setMask(x: unknown, mask: Tensor | null): void {
  if (mask && typeof x === 'object' && x !== null) masks.set(x, mask);
}

// The outermost call in progress: what inner layers inherit.
interface CallContext {
  training: boolean | null;
  entry: Layer;
}
let callContext: CallContext | null = null;

const isTensor = (x: unknown): x is Tensor => x instanceof Tensor;
const isShape = (x: unknown): x is SymbolicShape => Array.isArray(x) && x.every((d) => d === null || typeof d === 'number');

/**
 * A layer: weights and a function of tensors. Subclasses make weights in `build` (or the constructor) and compute in
 * `call`; they are used through `apply`.
 */
export abstract class Layer implements Operation {
  /** Options besides the base ones; unknown names are refused. */
  static options?: readonly string[];
  static positional?: readonly string[];
  static className?: string;
  /** Names of the tensors in the array that `apply` takes, where Keras' `call` takes them as arguments of their own. */
  static callInputs?: readonly string[];

  readonly name: string;
  dtypePolicy: DTypePolicy;
  /** Whether masks pass through. */
  supportsMasking = false;
  /** What `apply` checks inputs against: one spec or one for each input. */
  inputSpec: InputSpec | InputSpec[] | null = null;
  protected autocast: boolean;
  /** @internal Shape of the input with the batch axis, when given as an option. */
  batchShape: SymbolicShape | null = null;
  /** @internal */ inputDtype: DType | null = null;

  constructor(options: LayerOptions = {}) {
    const cls = new.target as unknown as SerializableClass & { options?: readonly string[] };
    if (!isRecord(options as unknown)) throw new TypeError(`${cls.name}: the last argument must be an options object.\n  Received: ${describe(options)}`);
    checkOptions(classNameOf(cls), options, [...BASE_OPTIONS, ...(cls.options ?? [])]);
    this.name = options.name ?? autoName(classNameOf(cls));
    this.dtypePolicy = getDtypePolicy(options.dtype);
    this.autocast = options.autocast ?? true;
    if (options.batchInputShape) this.batchShape = [...options.batchInputShape];
    else if (options.inputShape) this.batchShape = [options.batchSize ?? null, ...options.inputShape];
    this.inputDtype = options.inputDtype ?? null;
    states.set(this, {
      trainableVariables: [],
      otherVariables: [],
      losses: [],
      nodes: [],
      trainable: options.trainable ?? true,
      built: false,
      building: false,
      buildShape: null,
      activityRegularizer: regularizers.get(options.activityRegularizer),
      initialWeights: options.weights ?? null,
    });
    wrapBuild(this);
  }

  // ---- what subclasses write
  /** Makes the weights. @param inputShape - with the batch axis, null where unknown; an array of them for several inputs. */
  build(inputShape: BuildShape): void {
    if (!this.state().building) this.finishBuild(inputShape);
  }
  /** Computes outputs from inputs. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- cells of recurrent layers take (inputs, states, options)
  abstract call(inputs: any, ...options: any[]): any;
  /** The mask of the outputs. Default: that of the inputs, where the layer supports masking. */
  computeMask(inputs: unknown, previousMask: unknown): unknown {
    void inputs;
    return this.supportsMasking ? previousMask : null;
  }
  /** Shape of the output for a shape of the input, by running `call` on stand-ins. */
  computeOutputShape(inputShape: BuildShape): BuildShape {
    const toSymbolic = (s: BuildShape): unknown =>
      isShape(s)
        ? new KerasTensor(s, this.inputDtype ?? this.computeDtype)
        : Array.isArray(s)
          ? s.map(toSymbolic)
          : Object.fromEntries(Object.entries(s as object).map(([k, v]) => [k, toSymbolic(v)]));
    this.ensureBuilt(inputShape);
    const outputs = inferOutputs(([x]) => this.call(x, { training: false }), [toSymbolic(inputShape)]);
    return mapStructure(outputs, isKerasTensor, (t) => [...t.shape]);
  }

  // ---- weights
  /**
   * Makes a weight and keeps track of it.
   * @param options - shape (default a scalar), initializer (default glorot_uniform), dtype, trainable, regularizer, constraint, name.
   */
  addWeight(options: AddWeightOptions = {}): Variable {
    checkOptions(`${this.name}.addWeight`, options, ['shape', 'initializer', 'dtype', 'trainable', 'regularizer', 'constraint', 'name']);
    const shape = (options.shape ?? []) as readonly (number | null)[];
    if (shape.some((d) => d === null || !Number.isInteger(d) || d < 0))
      throw new ValueError(
        `addWeight: layer '${this.name}' asks for a weight of shape ${formatShape(shape)}; all sizes must be known.\n  Fix: give the model an input shape without unknown sizes there.`,
      );
    const dtype = options.dtype ?? this.variableDtype;
    const initializer = initializers.get(options.initializer ?? (isFloating(dtype) ? 'glorot_uniform' : 'zeros'))!;
    const value = withTrace(null, () => initializer.call(shape as Shape, { dtype }));
    if (formatShape(value.shape) !== formatShape(shape))
      throw new ValueError(
        `addWeight: the initializer of '${options.name ?? 'variable'}' in layer '${this.name}' gave shape ${formatShape(value.shape)} instead of ${formatShape(shape)}.`,
      );
    const state = this.state(),
      v = withTrace(null, () => new Variable(value, { name: options.name ?? 'variable', trainable: options.trainable ?? true, dtype }));
    v.path = scopedPath(this, v.name);
    v.regularizer = regularizers.get(options.regularizer);
    v.constraint = constraints.get(options.constraint);
    const isTrainable = options.trainable ?? true;
    v.autocast = isTrainable && isFloating(dtype);
    (isTrainable ? state.trainableVariables : state.otherVariables).push(v);
    if (isTrainable && !state.trainable) v.trainable = false;
    return v;
  }
  /** @internal Layers held as attributes, in arrays, records, maps or sets, in order. */
  subLayers(): Layer[] {
    return this.attributes((x): x is Layer => x instanceof Layer && x !== this);
  }
  // What a subclass keeps as attributes, whatever it keeps it in.
  private attributes<T>(is: (x: unknown) => x is T): T[] {
    return [...new Set(Object.values(this).flatMap((v) => held(v, is, (x) => x instanceof Layer)))];
  }
  private ownVariables(): Variable[] {
    const { trainableVariables, otherVariables } = this.state();
    const found = this.attributes((x): x is Variable => x instanceof Variable).filter((v) => !trainableVariables.includes(v) && !otherVariables.includes(v));
    return [...trainableVariables, ...found.filter((v) => v.trainable), ...otherVariables, ...found.filter((v) => !v.trainable)];
  }
  /** @internal Its own, as files number them. */
  get savedVariables(): Variable[] {
    return this.ownVariables();
  }
  /** Puts its own variables into a store for a file: by default numbered, '0', '1', ... Override it with `loadOwnVariables`. */
  saveOwnVariables(store: Record<string, TensorLike | Variable>): void {
    this.savedVariables.forEach((v, i) => (store[String(i)] = v));
  }
  /** Sets its own variables from what a file holds of it. @throws ValueError when their number differs. */
  loadOwnVariables(store: Record<string, Tensor>): void {
    const variables = this.savedVariables,
      keys = Object.keys(store);
    if (keys.length !== variables.length)
      throw new ValueError(
        `loadOwnVariables: layer '${this.name}' has ${variables.length} variables (${variables.map((v) => v.name).join(', ') || 'none'}) but the file holds ${keys.length} (${keys.join(', ') || 'none'}).${this.built ? '' : ' The layer is not built yet.'}`,
      );
    variables.forEach((v, i) => v.assign(store[String(i)]));
  }
  /** All weights: its own, trainable ones first, then those of its sub-layers. Each once. */
  get weights(): Variable[] {
    return [...new Set([...this.ownVariables(), ...this.subLayers().flatMap((l) => l.weights)])];
  }
  /** Weights that training changes; none when `trainable` is false. */
  get trainableWeights(): Variable[] {
    return this.trainable ? this.weights.filter((v) => v.trainable) : [];
  }
  /** Weights that training leaves alone. */
  get nonTrainableWeights(): Variable[] {
    return this.trainable ? this.weights.filter((v) => !v.trainable) : this.weights;
  }
  /** Weights and the states of random generators. */
  get variables(): Variable[] {
    const seeds = this.attributes((x): x is SeedGenerator => x instanceof SeedGenerator).map((s) => s.state);
    return [...new Set([...this.ownVariables(), ...seeds, ...this.subLayers().flatMap((l) => l.variables)])];
  }
  get trainableVariables(): Variable[] {
    return this.trainableWeights;
  }
  get nonTrainableVariables(): Variable[] {
    return this.trainable ? this.variables.filter((v) => !v.trainable) : this.variables;
  }
  /** Whether training changes the weights; setting it sets all sub-layers too. */
  get trainable(): boolean {
    return this.state().trainable;
  }
  set trainable(value: boolean) {
    if (typeof value !== 'boolean') throw new TypeError(`trainable must be true or false.\n  Received: ${String(value)}`);
    const state = this.state();
    state.trainable = value;
    for (const v of state.trainableVariables) v.trainable = value;
    for (const layer of this.subLayers()) layer.trainable = value;
  }
  /** @internal The flag alone, without what follows from it. */
  setOwnTrainable(value: boolean): void {
    this.state().trainable = value;
  }
  /** Copies of all weights, in the order of `weights`. */
  getWeights(): Tensor[] {
    return this.weights.map((w) => w.value);
  }
  /** Sets all weights. @throws ValueError when number or shapes differ. */
  setWeights(values: readonly TensorLike[]): void {
    const weights = this.weights;
    if (values.length !== weights.length)
      throw new ValueError(`setWeights: layer '${this.name}' has ${weights.length} weights but ${values.length} are given.${this.built ? '' : ' The layer is not built yet.'}`);
    const list = values.map((v) => convert(v));
    list.forEach((t, i) => {
      if (formatShape(t.shape) !== formatShape(weights[i].shape))
        throw new ValueError(
          `setWeights: weight '${weights[i].path}' of layer '${this.name}' has shape ${formatShape(weights[i].shape)} but value ${i} has shape ${formatShape(t.shape)}.`,
        );
    });
    list.forEach((t, i) => weights[i].assign(t));
  }
  /** Number of elements of all weights. @throws ValueError before the layer is built. */
  countParams(): number {
    if (!this.built) throw new ValueError(`countParams: layer '${this.name}' is not built yet: it has no weights.\n  Fix: call it on data, or build(inputShape).`);
    return this.weights.reduce((n, w) => n + w.size, 0);
  }

  /** Metrics held as attributes, by it and the layers inside. */
  get metrics(): Metric[] {
    const inner = this.subLayers().filter((l) => !('trainStep' in l)); // models have a trainer of their own
    return [...new Set([...this.attributes(isMetric), ...inner.flatMap((l) => l.metrics)])];
  }

  // ---- losses
  /** Adds to the training loss: a scalar tensor made inside of `call`. */
  addLoss(loss: Tensor | readonly Tensor[]): void {
    for (const l of Array.isArray(loss) ? (loss as Tensor[]) : [loss as Tensor]) {
      if (!isTensor(l) || l.size !== 1) throw new ValueError(`addLoss: layer '${this.name}' must add scalar tensors.`);
      this.state().losses.push(run('reshape', [l], { shape: [] }));
    }
  }
  /** Losses added by the latest call, and the penalties of regularized trainable weights. */
  get losses(): Tensor[] {
    const added = [...this.flattenLayers()].flatMap((l) => l.state().losses);
    const penalties = this.trainableWeights.filter((w) => w.regularizer).map((w) => w.regularizer!.call(w.value));
    return [...added, ...penalties];
  }
  /** @internal This layer and all below it, each once. */
  flattenLayers(found = new Set<Layer>()): Set<Layer> {
    if (!found.has(this)) {
      found.add(this);
      for (const l of this.subLayers()) l.flattenLayers(found);
    }
    return found;
  }
  /** @internal */
  clearLosses(): void {
    for (const l of this.flattenLayers()) l.state().losses = [];
  }

  // ---- state
  private state(): State {
    const s = states.get(this);
    if (!s) throw new AttributeError(`layer ${this.constructor.name}: call super(...) in the constructor before anything else.`);
    return s;
  }
  /** Whether the weights exist. */
  get built(): boolean {
    return this.state().built;
  }
  set built(value: boolean) {
    this.state().built = value;
  }
  get computeDtype(): DType {
    return this.dtypePolicy.computeDtype;
  }
  get variableDtype(): DType {
    return this.dtypePolicy.variableDtype;
  }
  get dtype(): DType {
    return this.variableDtype;
  }
  get activityRegularizer(): regularizers.Regularizer | null {
    return this.state().activityRegularizer;
  }
  /** @internal */
  get inboundNodes(): GraphNode[] {
    return this.state().nodes;
  }
  private nodeAt(what: string, index: number): GraphNode {
    const { nodes } = this.state();
    if (!nodes.length) throw new AttributeError(`${what}: layer '${this.name}' has never been called on a symbolic tensor.\n  Fix: put it into a model with an Input.`);
    const node = nodes.at(index);
    if (!node || !Number.isInteger(index)) throw new ValueError(`${what}: layer '${this.name}' has ${nodes.length} inbound node(s).\n  Received: nodeIndex ${index}`);
    return node;
  }
  private onlyNode(what: 'input' | 'output'): GraphNode {
    const { nodes } = this.state(),
      method = what === 'input' ? 'getInputAt' : 'getOutputAt';
    if (nodes.length > 1)
      throw new AttributeError(
        `${what}: layer '${this.name}' has ${nodes.length} inbound nodes (it is shared), so there is no one ${what}.\n  Fix: use ${method}(nodeIndex), with nodeIndex 0 to ${nodes.length - 1}.`,
      );
    return this.nodeAt(what, 0);
  }
  private onlyShape(what: 'inputShape' | 'outputShape', of: (n: GraphNode) => readonly KerasTensor[]): BuildShape {
    const { nodes, buildShape } = this.state();
    if (!nodes.length && this.built && buildShape) return what === 'inputShape' ? buildShape : this.computeOutputShape(buildShape);
    const all = nodes.length ? nodes.map((n) => oneOrAll(of(n).map((t) => t.shape))) : [oneOrAll(of(this.nodeAt(what, 0)).map((t) => t.shape))];
    const different = all.find((s) => JSON.stringify(s) !== JSON.stringify(all[0]));
    if (different)
      throw new AttributeError(
        `${what}: layer '${this.name}' has ${nodes.length} inbound nodes (it is shared) of different shapes, ${shapeText(all[0])} and ${shapeText(different)}.\n  Fix: use ${what === 'inputShape' ? 'getInputAt' : 'getOutputAt'}(nodeIndex).shape, with nodeIndex 0 to ${nodes.length - 1}.`,
      );
    return all[0];
  }
  /** The symbolic tensor(s) it was called on. @throws AttributeError when it was called several times. */
  get input(): KerasTensor | KerasTensor[] {
    return oneOrAll(this.onlyNode('input').inputs);
  }
  /** The symbolic tensor(s) it returned. @throws AttributeError when it was called several times. */
  get output(): KerasTensor | KerasTensor[] {
    return oneOrAll(this.onlyNode('output').outputs);
  }
  /** What it was called on the `nodeIndex`-th time. */
  getInputAt(nodeIndex: number): KerasTensor | KerasTensor[] {
    return oneOrAll(this.nodeAt('getInputAt', nodeIndex).inputs);
  }
  /** What it returned the `nodeIndex`-th time. */
  getOutputAt(nodeIndex: number): KerasTensor | KerasTensor[] {
    return oneOrAll(this.nodeAt('getOutputAt', nodeIndex).outputs);
  }
  /** Shape of the input (or an array of shapes), that of `build` where it was never part of a graph. */
  get inputShape(): BuildShape {
    return this.onlyShape('inputShape', (n) => n.inputs);
  }
  get outputShape(): BuildShape {
    return this.onlyShape('outputShape', (n) => n.outputs);
  }

  // ---- calls
  /** @internal Builds once. */
  ensureBuilt(given: BuildShape): void {
    const state = this.state();
    if (state.built || state.building) return;
    const shape: BuildShape = isShape(given) ? withoutStandIn(given) : Array.isArray(given) ? given.map((s: BuildShape) => (isShape(s) ? withoutStandIn(s) : s)) : given;
    state.building = true;
    try {
      withNameScope(this, () => withTrace(null, () => this.build(shape)));
      this.finishBuild(shape);
    } catch (error) {
      throw this.named(error);
    } finally {
      state.building = false;
    }
  }
  private finishBuild(shape: BuildShape): void {
    const state = this.state();
    state.built = true;
    state.buildShape = shape;
    if (state.initialWeights) {
      this.setWeights(state.initialWeights);
      state.initialWeights = null;
    }
  }
  /** @internal A line that names the layer, on errors thrown inside of it. */
  named(error: unknown): unknown {
    if (error instanceof TraeError && !error.layerNamed) {
      error.layerNamed = true;
      const line = `\n  In layer '${this.name}' (${classNameOf(this.constructor as unknown as SerializableClass)}).`;
      error.message += line;
      if (error.stack) error.stack = error.stack.replace(/(\n\s+at |$)/, `${line.replace(/\$/g, '$$$$')}$1`);
    }
    return error;
  }
  private autocastInputs(x: unknown): unknown {
    if (!this.autocast) return x;
    const to = this.computeDtype;
    return mapStructure(x, isTensor, (t) => {
      if (!isFloating(t.dtype) || t.dtype === to) return t;
      const y = run('cast', [t], { dtype: to });
      setMask(y, maskOf(t));
      return y;
    });
  }
  private checkSpecs(inputs: unknown): void {
    if (!this.inputSpec) return;
    const specs = Array.isArray(this.inputSpec) ? this.inputSpec : [this.inputSpec];
    const flat = flattenStructure(inputs, (x): x is Tensor | KerasTensor => isTensor(x) || isKerasTensor(x));
    if (flat.length !== specs.length) throw new ValueError(`layer '${this.name}' expects ${specs.length} input(s) but received ${flat.length}.`);
    specs.forEach((spec, i) => spec.check(this.name, flat[i].shape, flat[i].dtype));
  }
  private shapesOf(inputs: unknown): BuildShape {
    return mapStructure(
      inputs,
      (x): x is Tensor | KerasTensor => isTensor(x) || isKerasTensor(x),
      (t) => [...t.shape],
    );
  }

  /**
   * The layer as a function: of tensors (computed), or of symbolic tensors (a node of a functional model). A cell of a
   * recurrent layer takes its states too: `cell.apply(inputs, states)`.
   * @param options - training (default that of the surrounding call, else what the signature of `call` says, else false),
   *   mask, and what `call` knows besides.
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  apply(inputs: any, options?: CallOptions): any;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  apply(inputs: any, states: readonly unknown[] | Tensor | KerasTensor, options?: CallOptions): any;
  apply(inputs: unknown, second: unknown = {}, third?: CallOptions): unknown {
    const isCell = 'stateSize' in this && !isRecord(second),
      options = (isCell ? (third ?? {}) : second) as CallOptions;
    if (!isRecord(options)) throw new TypeError(`apply: the second argument must be an options object.\n  Received: ${String(options)}\n  Fix: pass several tensors as one array.`);
    try {
      const given = toTensors(inputs),
        states = isCell ? [toTensors(second)] : [];
      return hasKerasTensor(given) || hasKerasTensor(options) || hasKerasTensor(states)
        ? this.applySymbolically(given, options, states)
        : this.applyEagerly(given, options, states);
    } catch (error) {
      throw this.named(error);
    }
  }
  private applySymbolically(inputs: unknown, options: CallOptions, states: unknown[]): unknown {
    let outputs: unknown;
    try {
      this.checkSpecs(inputs);
      this.ensureBuilt(this.shapesOf(inputs));
      outputs = inferOutputs(([x, o, ...s]) => this.applyEagerly(x, o as CallOptions, s), [inputs, options, ...states]);
    } catch (error) {
      throw sharingError(this, inputs, error);
    }
    this.clearLosses();
    recordNode(this, [inputs, options, ...states], outputs);
    return outputs;
  }
  /** @internal Runs `f` with the layer's name in weight paths and its compute dtype for weights. */
  scoped<T>(f: () => T): T {
    const half = this.autocast && this.computeDtype !== this.variableDtype ? this.computeDtype : null;
    return withNameScope(this, () => withAutocast(half, f));
  }
  private applyEagerly(given: unknown, options: CallOptions, states: unknown[]): unknown {
    const inputs = this.autocastInputs(given);
    this.checkSpecs(inputs);
    this.ensureBuilt(this.shapesOf(inputs));
    const outer = callContext,
      training = options.training ?? outer?.training ?? signedTraining(this.call);
    if (!outer) this.clearLosses();
    callContext = { training, entry: outer?.entry ?? this };
    try {
      const previous = options.mask !== undefined ? options.mask : this.gatherMasks(inputs);
      const call: CallOptions = { ...options, training: training ?? this.defaultTraining };
      if (previous) call.mask = previous;
      const outputs = this.scoped(() => this.call(inputs, ...states.map((s) => this.autocastInputs(s)), call) as unknown);
      const { activityRegularizer } = this.state();
      if (activityRegularizer)
        for (const y of flattenStructure(outputs, isTensor)) {
          const penalty = activityRegularizer.call(y);
          this.addLoss(run('divide', [penalty, convert(Math.max(1, y.shape[0] ?? 1), penalty)]));
        }
      if (previous || this.producesMask()) this.assignMasks(inputs, outputs, previous);
      return outputs;
    } finally {
      callContext = outer;
    }
  }
  /** @internal What `training` is for calls that do not say: layers that only augment data are made for training. */
  protected get defaultTraining(): boolean | null {
    return false;
  }
  /** @internal Whether outputs have masks even when inputs have none. */
  protected producesMask(): boolean {
    return false;
  }
  private gatherMasks(inputs: unknown): unknown {
    if (isTensor(inputs)) return maskOf(inputs);
    const flat = flattenStructure(inputs, isTensor);
    return flat.some((t) => masks.has(t)) ? mapStructure(inputs, isTensor, (t) => maskOf(t)) : null;
  }
  private assignMasks(inputs: unknown, outputs: unknown, previous: unknown): void {
    const computed = this.computeMask(inputs, previous);
    if (isTensor(outputs)) setMask(outputs, isTensor(computed) ? computed : Array.isArray(computed) ? ((computed.find(isTensor) as Tensor) ?? null) : null);
    else if (Array.isArray(outputs) && Array.isArray(computed)) outputs.forEach((y, i) => setMask(y, (computed[i] as Tensor) ?? null));
  }
  /** @internal */
  runNode([inputs, given, ...states]: unknown[], context: { training?: boolean | null }): unknown {
    const options = { ...(given as CallOptions), training: (given as CallOptions)?.training ?? context.training };
    return states.length ? this.apply(inputs, states[0] as Tensor, options) : (this.apply(inputs, options) as unknown);
  }

  // ---- config
  /** The options that the constructor takes, so that `fromConfig` makes an equal layer (without weights). */
  getConfig(): Record<string, unknown> {
    const config: Record<string, unknown> = { name: this.name, trainable: this.trainable, dtype: serializeKerasObject(this.dtypePolicy) };
    if (this.activityRegularizer) config.activityRegularizer = regularizers.serialize(this.activityRegularizer);
    return config;
  }
  /** Makes a layer from what `getConfig` returned. */
  static fromConfig(config: Record<string, unknown>): Layer {
    const known = [...BASE_OPTIONS, ...((this as unknown as { options?: string[] }).options ?? [])];
    const positional = (this as unknown as SerializableClass).positional ?? [];
    // Options that files of other versions carry, switched off.
    const used = Object.fromEntries(Object.entries(config).filter(([k, v]) => v !== null || known.includes(k) || positional.includes(k)));
    if (Array.isArray(used.batchShape)) {
      used.batchInputShape = used.batchShape;
      delete used.batchShape;
    }
    return construct<Layer>(this as unknown as SerializableClass, used);
  }
  /** What `build` was called with, for files. */
  getBuildConfig(): Record<string, unknown> | null {
    const { buildShape, built } = this.state();
    if (!built || !buildShape) return null;
    const names = (this.constructor as typeof Layer).callInputs;
    if (names && Array.isArray(buildShape) && Array.isArray(buildShape[0])) {
      const shapes = buildShape as (SymbolicShape | null)[];
      return { shapesDict: Object.fromEntries(shapes.map((shape, i) => [`${names[i]}_shape`, shape] as const).filter(([, shape]) => shape)) };
    }
    return isShape(buildShape) ? { inputShape: buildShape } : { shapesDict: undefined, inputShape: buildShape };
  }
  /** Builds from what `getBuildConfig` returned. */
  buildFromConfig(config: Record<string, unknown>): void {
    const names = (this.constructor as typeof Layer).callInputs,
      dict = config.shapesDict as Record<string, BuildShape> | undefined;
    if (config.inputShape) this.ensureBuilt(config.inputShape);
    else if (names && dict) this.ensureBuilt(names.map((name) => dict[`${name}_shape`]).filter(Boolean));
  }
}

// `build` may be called by users too: then it happens in the layer's name scope and marks the layer as built.
const builds = new WeakSet<object>();
/** @internal Wraps `build` of a class so that a direct call is as good as one through `apply`. */
export function wrapBuild(layer: Layer): void {
  const proto = Object.getPrototypeOf(layer) as Layer;
  for (let p = proto; p && p !== Layer.prototype; p = Object.getPrototypeOf(p) as Layer) {
    if (!Object.hasOwn(p, 'build') || builds.has(p)) continue;
    builds.add(p);
    const own = p.build;
    p.build = function build(this: Layer, shape: BuildShape): void {
      const state = states.get(this)!;
      if (state.building) own.call(this, shape);
      else if (!state.built) {
        state.building = true;
        try {
          withNameScope(this, () => withTrace(null, () => own.call(this, shape)));
          this['finishBuild'](shape);
        } catch (error) {
          throw this.named(error);
        } finally {
          state.building = false;
        }
      }
    };
  }
}
