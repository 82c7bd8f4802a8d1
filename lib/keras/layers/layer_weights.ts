/** What a layer holds: weights, sub-layers, metrics, losses. */
import { describe } from '../../support/describe';
import { shared } from '../../core/binding';
import { AttributeError, TypeError, ValueError } from '../../support/errors';
import { SeedGenerator } from '../../core/seed';
import { convert, formatShape, isFloating, Tensor, type DType, type Shape, type TensorLike } from '../../core/tensor';
import { withTrace } from '../../core/trace';
import { Variable } from '../../core/variable';
import * as constraints from '../constraints';
import { getDtypePolicy, type DTypePolicy } from '../dtype_policy';
import * as initializers from '../initializers';
import type { GraphNode } from '../keras_tensor';
import type { Metric } from '../metrics/metric';
import { autoName, checkName, scopedPath } from '../serialization/naming';
import { checkOptions, kinds } from '../options';
import * as regularizers from '../regularizers';
import { settingWeights } from '../runs';
import { claimWeight } from '../serialization/weight_budget';
import { held, isMetric } from './attributes';
import type { AddWeightOptions, BuildShape, LayerOptions } from './layer_types';
import { acrossCopies } from '../../support/copies';

// What a layer knows besides its attributes: kept apart so that looking for sub-layers among attributes does not find it.
export interface State {
  /** Weights that training changes. */
  trainableVariables: Variable[];
  /** Weights that it does not. */
  otherVariables: Variable[];
  /** What `addLoss` was given in the call before. */
  losses: Tensor[];
  /** Calls on symbolic tensors. */
  nodes: GraphNode[];
  /** The attribute of this name. */
  trainable: boolean;
  /** Whether the weights are there. */
  built: boolean;
  /** Whether `build` is running. */
  building: boolean;
  /** Shape that the layer was built with. */
  buildShape: BuildShape;
  /** Penalty on the outputs. */
  activityRegularizer: regularizers.Regularizer | null;
  /** Values for the weights that `build` will make. */
  initialWeights: readonly TensorLike[] | null;
  /** Options that a class of the user declares, as given. */
  ownOptions: Record<string, unknown>;
}
// Common to all copies of the library: a model of one may hold a layer of another.
const states = shared('layers', () => new WeakMap<object, State>());
/** How many losses layers have added, and how many they had when a layer was last rid of them. */
const addedLosses = shared('addedLosses', () => ({ count: 0, whenCleared: new WeakMap<object, number>() }));
/** @internal */
export function stateOf(layer: object): State {
  const s = states.get(layer);
  if (!s)
    throw new AttributeError(
      `layer ${layer.constructor.name}: call super(...) in the constructor before anything else.`,
    );
  return s;
}

// A low-rank adaptation of one weight (core/lora.ts).
interface Adaptation {
  readonly isEnabled: boolean;
  readonly weight: Variable | null;
  readonly factors: readonly Variable[];
  savedValue(v: Variable): Tensor | null;
  reset(): void;
}
/** @internal The part of Layer that knows its weights. */
export abstract class LayerWeights {
  readonly name: string;
  dtypePolicy: DTypePolicy;

  constructor(options: LayerOptions, className: string) {
    this.name = options.name == null ? autoName(className) : checkName(className, options.name);
    this.dtypePolicy = getDtypePolicy(options.dtype);
    const { quantizationMode: mode } = this.dtypePolicy;
    if (
      mode !== null &&
      !((mode === 'int8' || mode === 'int4') && (this.constructor as { isQuantizable?: boolean }).isQuantizable)
    )
      throw new ValueError(
        `layer '${this.name}' (${className}) is quantized to ${mode} ('${this.dtypePolicy.name}'), which is not read: Dense, EinsumDense, Embedding and ReversibleEmbedding are, in int8 and int4.\n  Fix: in Keras, save the model before it is quantized, or quantize it to int8 or int4.`,
      );
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
      ownOptions: {},
    });
  }

  /** Whether the weights exist. */
  get built(): boolean {
    return stateOf(this).built;
  }
  set built(value: boolean) {
    stateOf(this).built = value;
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
    return stateOf(this).activityRegularizer;
  }

  // ---- weights
  /**
   * Makes a weight and keeps track of it.
   * @param options - shape (default a scalar), initializer (default glorot_uniform), dtype, trainable, regularizer, constraint, name.
   */
  addWeight(options: AddWeightOptions = {}): Variable {
    checkOptions(`${this.name}.addWeight`, options, {
      shape: kinds.shape,
      initializer: kinds.initializer,
      dtype: kinds.dtype,
      trainable: kinds.boolean,
      regularizer: kinds.regularizer,
      constraint: kinds.constraint,
      name: kinds.string,
    });
    const shape = (options.shape ?? []) as readonly (number | null)[];
    if (shape.some((d) => d === null || !Number.isInteger(d) || d < 0))
      throw new ValueError(
        `addWeight: layer '${this.name}' asks for a weight of shape ${formatShape(shape)}; all sizes must be known.\n  Fix: give the model an input shape without unknown sizes there.`,
      );
    const dtype = options.dtype ?? this.variableDtype;
    claimWeight(this.name, options.name ?? 'variable', shape as Shape, dtype);
    const initializer = initializers.get(options.initializer ?? (isFloating(dtype) ? 'glorot_uniform' : 'zeros'))!;
    const value = withTrace(null, () => initializer.call(shape as Shape, { dtype }));
    if (formatShape(value.shape) !== formatShape(shape))
      throw new ValueError(
        `addWeight: the initializer of '${options.name ?? 'variable'}' in layer '${this.name}' gave shape ${formatShape(value.shape)} instead of ${formatShape(shape)}.`,
      );
    const state = stateOf(this);
    const v = withTrace(
      null,
      () => new Variable(value, { name: options.name ?? 'variable', trainable: options.trainable ?? true, dtype }),
    );
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
  subLayers(): LayerWeights[] {
    return this.attributes((x): x is LayerWeights => x instanceof LayerWeights && x !== this);
  }
  // What a subclass keeps as attributes, whatever it keeps it in.
  private attributes<T>(is: (x: unknown) => x is T): T[] {
    return [...new Set(Object.values(this).flatMap((v) => held(v, is, (x) => x instanceof LayerWeights)))];
  }
  private ownVariables(): Variable[] {
    const { trainableVariables, otherVariables } = stateOf(this);
    const found = this.attributes((x): x is Variable => x instanceof Variable).filter(
      (v) => !trainableVariables.includes(v) && !otherVariables.includes(v),
    );
    return [
      ...trainableVariables,
      ...found.filter((v) => v.trainable),
      ...otherVariables,
      ...found.filter((v) => !v.trainable),
    ];
  }
  private get adaptation(): Adaptation | null {
    const { lora } = this as { lora?: Adaptation };
    return lora?.isEnabled === true && lora.weight ? lora : null;
  }
  /** @internal Its own, as files number them: without the factors of an adaptation, which are saved as part of the weight. */
  get savedVariables(): Variable[] {
    const factors = this.adaptation?.factors ?? [];
    return (this.quantizedOrder() ?? this.ownVariables()).filter((v) => !factors.includes(v));
  }
  /** @internal Variables of a quantized layer as files number them; null when it is not. */
  protected quantizedOrder(): Variable[] | null {
    return null;
  }
  /** @internal The same with the factors, as some files hold them. */
  get savedWithFactors(): Variable[] {
    return this.quantizedOrder() ?? this.ownVariables();
  }
  /** @internal What files hold of one of its variables. */
  savedValue(v: Variable): Variable | Tensor {
    return this.adaptation?.savedValue(v) ?? v;
  }
  /** @internal To be called when its variables have been set from a file: the adaptation is part of the weight now. */
  afterLoading(): void {
    this.adaptation?.reset();
  }
  /** Puts its own variables into a store for a file: by default numbered, '0', '1', ... Override it with `loadOwnVariables`. */
  saveOwnVariables(store: Record<string, TensorLike | Variable>): void {
    this.savedVariables.forEach((v, i) => (store[String(i)] = this.savedValue(v)));
  }
  /** Sets its own variables from what a file holds of it. @throws ValueError when their number differs. */
  loadOwnVariables(store: Record<string, Tensor>): void {
    const variables = this.savedVariables;
    const keys = Object.keys(store);
    if (keys.length !== variables.length)
      throw new ValueError(
        `loadOwnVariables: layer '${this.name}' has ${variables.length} variables (${variables.map((v) => v.name).join(', ') || 'none'}) but the file holds ${keys.length} (${keys.join(', ') || 'none'}).${this.built ? '' : ' The layer is not built yet.'}`,
      );
    variables.forEach((v, i) => v.assign(store[String(i)]));
    this.afterLoading();
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
    return stateOf(this).trainable;
  }
  set trainable(value: boolean) {
    if (typeof value !== 'boolean')
      throw new TypeError(`trainable must be true or false.\n  Received: ${describe(value)}`);
    const state = stateOf(this);
    state.trainable = value;
    for (const v of state.trainableVariables) v.trainable = value;
    for (const layer of this.subLayers()) layer.trainable = value;
  }
  /** @internal The flag alone, without what follows from it. */
  setOwnTrainable(value: boolean): void {
    stateOf(this).trainable = value;
  }
  /** Copies of all weights, in the order of `weights`. */
  getWeights(): Tensor[] {
    return this.weights.map((w) => w.value);
  }
  /** Sets all weights. @throws ValueError when number or shapes differ. */
  setWeights(values: readonly TensorLike[]): void {
    const weights = this.weights;
    if (values.length !== weights.length)
      throw new ValueError(
        `setWeights: layer '${this.name}' has ${weights.length} weights but ${values.length} are given.${this.built ? '' : ' The layer is not built yet.'}`,
      );
    const list = values.map((v) => convert(v));
    list.forEach((t, i) => {
      if (formatShape(t.shape) !== formatShape(weights[i].shape))
        throw new ValueError(
          `setWeights: weight '${weights[i].path}' of layer '${this.name}' has shape ${formatShape(weights[i].shape)} but value ${i} has shape ${formatShape(t.shape)}.`,
        );
    });
    settingWeights('setWeights', this, () => list.forEach((t, i) => weights[i].assign(t)));
  }
  /** Number of elements of all weights. @throws ValueError before the layer is built. */
  countParams(): number {
    if (!this.built)
      throw new ValueError(
        `countParams: layer '${this.name}' is not built yet: it has no weights.\n  Fix: call it on data, or build(inputShape).`,
      );
    return this.weights.reduce((n, w) => n + w.size, 0);
  }

  /** @internal Whether the layer is a model, and of which kind. */
  get modelKind(): 'model' | 'sequential' | null {
    return null;
  }
  /** Metrics held as attributes, by it and the layers inside. */
  get metrics(): Metric[] {
    const inner = this.subLayers().filter((l) => !l.modelKind); // models have a trainer of their own
    return [...new Set([...this.attributes(isMetric), ...inner.flatMap((l) => l.metrics)])];
  }

  // ---- losses
  /** Adds to the training loss: a scalar tensor made inside of `call`. */
  addLoss(loss: Tensor | readonly Tensor[]): void {
    for (const l of Array.isArray(loss) ? (loss as Tensor[]) : [loss as Tensor]) {
      if (!(l instanceof Tensor) || l.size !== 1)
        throw new ValueError(`addLoss: layer '${this.name}' must add scalar tensors.`);
      stateOf(this).losses.push(l.reshape([]));
      addedLosses.count++;
    }
  }
  /** Losses added by the latest call, and the penalties of regularized trainable weights. */
  get losses(): Tensor[] {
    const added = [...this.flattenLayers()].flatMap((l) => stateOf(l).losses);
    const penalties = this.trainableWeights.filter((w) => w.regularizer).map((w) => w.regularizer!.call(w.value));
    return [...added, ...penalties];
  }
  /** @internal This layer and all below it, each once. */
  flattenLayers(found = new Set<LayerWeights>()): Set<LayerWeights> {
    const layer = this as LayerWeights;
    if (!found.has(layer)) {
      found.add(layer);
      for (const l of this.subLayers()) l.flattenLayers(found);
    }
    return found;
  }
  /** @internal */
  clearLosses(): void {
    const { count, whenCleared } = addedLosses;
    if (whenCleared.get(this) === count) return; // looking through all layers would take as long as a small prediction
    whenCleared.set(this, count);
    for (const l of this.flattenLayers()) stateOf(l).losses = [];
  }
}
acrossCopies(LayerWeights, 'LayerWeights');
