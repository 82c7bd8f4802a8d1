/** Base of all layers (keras.Layer): weights, calls, sub-layers, losses, masks, config. */
import { describe } from '../../support/describe';
import { TraeError, TypeError, ValueError } from '../../support/errors';
import { flattenStructure, isRecord, mapStructure } from '../../support/nest';
import { isSymbolicShape } from '../../support/shapes';
import { isFloating, Tensor, type DType, isTensor } from '../../core/tensor';
import { withTrace } from '../../core/trace';
import { withAutocast } from '../../core/variable';
import {
  hasKerasTensor,
  inferOutputs,
  isKerasTensor,
  KerasTensor,
  recordNode,
  withoutStandIn,
  type Operation,
  type SymbolicShape,
} from '../keras_tensor';
import { withNameScope } from '../serialization/naming';
import { checkOptionsOf, kindsOf, namesOf, type OptionKinds } from '../options';
import * as regularizers from '../regularizers';
import { construct } from '../serialization/construct';
import { classNameOf, moduleOf, type NamedClass, type SerializableClass } from '../serialization/registry';
import { isSerializable, serializeKerasObject } from '../serialization/serialize';
import { toTensors } from './attributes';
import { signedTraining } from './call_signature';
import { InputSpec } from './input_spec';
import { LayerNodes } from './layer_nodes';
import { BASE_OPTIONS, type BuildShape, type CallOptions, type LayerOptions } from './layer_types';
import { type LayerWeights, stateOf } from './layer_weights';
import { hasMasksOfKeras2, maskOf, setMask } from '../masks';
import { sharingError } from './sharing';
import { acrossCopies } from '../../support/copies';
import { inspectable, layerLine } from '../inspect';

export type { AddWeightOptions, BuildShape, CallOptions, LayerOptions } from './layer_types';

// The outermost call in progress: what inner layers inherit.
interface CallContext {
  training: boolean | null;
  entry: Layer;
}
let callContext: CallContext | null = null;

function checked(cls: NamedClass, options: LayerOptions): LayerOptions {
  if (!isRecord(options as unknown))
    throw new TypeError(`${cls.name}: the last argument must be an options object.\n  Received: ${describe(options)}`);
  checkOptionsOf(cls, classNameOf(cls), options);
  return options;
}

/** Options that a class of the user declares, as they were given, when all of them can be stored in a config. */
function ownOptions(cls: object, given: LayerOptions): Record<string, unknown> {
  if (moduleOf(cls) !== undefined) return {};
  const own = Object.entries(given).filter(([name]) => !Object.hasOwn(BASE_OPTIONS, name));
  return own.every(([, value]) => isSerializable(value)) ? Object.fromEntries(own) : {};
}

/**
 * A layer: weights and a function of tensors. Subclasses make weights in `build` (or the constructor) and compute in
 * `call`; they are used through `apply`.
 */
export abstract class Layer extends LayerNodes implements Operation {
  /** Options besides the base ones; unknown names are refused. */
  static options: OptionKinds = BASE_OPTIONS;
  static positional?: OptionKinds;
  static className?: string;
  /** Names of the tensors in the array that `apply` takes, where Keras' `call` takes them as arguments of their own. */
  static callInputs?: readonly string[];

  /** Whether masks pass through. */
  supportsMasking = false;
  /** What `apply` checks inputs against: one spec or one for each input. */
  inputSpec: InputSpec | InputSpec[] | null = null;
  protected autocast: boolean;
  /** @internal Shape of the input with the batch axis, when given as an option. */
  batchShape: SymbolicShape | null = null;
  /** @internal */ inputDtype: DType | null = null;

  constructor(options: LayerOptions = {}) {
    super(checked(new.target, options), classNameOf(new.target));
    this.autocast = options.autocast ?? true;
    stateOf(this).ownOptions = ownOptions(new.target, options);
    if (options.batchInputShape) this.batchShape = [...options.batchInputShape];
    else if (options.inputShape) this.batchShape = [options.batchSize ?? null, ...options.inputShape];
    this.inputDtype = options.inputDtype ?? null;
    wrapBuild(this);
  }

  // ---- what subclasses write
  /** Makes the weights. @param inputShape - with the batch axis, null where unknown; an array of them for several inputs. */
  build(inputShape: BuildShape): void {
    if (!stateOf(this).building) this.finishBuild(inputShape);
  }
  override subLayers(): Layer[] {
    return super.subLayers() as Layer[];
  }
  /** @internal This layer and all below it, each once. */
  override flattenLayers(found?: Set<LayerWeights>): Set<Layer> {
    return super.flattenLayers(found) as Set<Layer>;
  }
  /** Computes outputs from inputs. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- cells of recurrent layers take (inputs, states, options)
  abstract call(inputs: any, ...options: any[]): any;
  /** The mask of the outputs. Default: that of the inputs, where the layer supports masking. */
  computeMask(inputs: unknown, previousMask: unknown): unknown {
    void inputs;
    return this.supportsMasking && !hasMasksOfKeras2(this) ? previousMask : null;
  }
  /** Shape of the output for a shape of the input, by running `call` on stand-ins. */
  computeOutputShape(inputShape: BuildShape): BuildShape {
    const toSymbolic = (s: BuildShape): unknown =>
      isSymbolicShape(s)
        ? new KerasTensor(s, this.inputDtype ?? this.computeDtype)
        : Array.isArray(s)
          ? s.map(toSymbolic)
          : Object.fromEntries(Object.entries(s as object).map(([k, v]) => [k, toSymbolic(v)]));
    this.ensureBuilt(inputShape);
    const outputs = inferOutputs(([x]) => this.call(x, { training: false }), [toSymbolic(inputShape)]);
    return mapStructure(outputs, isKerasTensor, (t) => [...t.shape]);
  }

  // ---- calls
  /** @internal Builds once. */
  ensureBuilt(given: BuildShape): void {
    const state = stateOf(this);
    if (state.built || state.building) return;
    const shape: BuildShape = isSymbolicShape(given)
      ? withoutStandIn(given)
      : Array.isArray(given)
        ? given.map((s: BuildShape) => (isSymbolicShape(s) ? withoutStandIn(s) : s))
        : given;
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
    const state = stateOf(this);
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
      const line = `\n  In layer '${this.name}' (${classNameOf(this.constructor)}).`;
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
      const y = t.cast(to);
      setMask(y, maskOf(t));
      return y;
    });
  }
  private checkSpecs(inputs: unknown): void {
    if (!this.inputSpec) return;
    const specs = Array.isArray(this.inputSpec) ? this.inputSpec : [this.inputSpec];
    const flat = flattenStructure(inputs, (x): x is Tensor | KerasTensor => isTensor(x) || isKerasTensor(x));
    if (flat.length !== specs.length)
      throw new ValueError(`layer '${this.name}' expects ${specs.length} input(s) but received ${flat.length}.`);
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
    const isCell = 'stateSize' in this && !isRecord(second);
    const options = (isCell ? (third ?? {}) : second) as CallOptions;
    if (!isRecord(options))
      throw new TypeError(
        `apply: the second argument must be an options object.\n  Received: ${describe(options)}\n  Fix: pass several tensors as one array.`,
      );
    try {
      const given = this.taken(inputs);
      const states = isCell ? [toTensors(second)] : [];
      return hasKerasTensor(given) || hasKerasTensor(options) || hasKerasTensor(states)
        ? this.applySymbolically(given, options, states)
        : this.applyEagerly(given, options, states);
    } catch (error) {
      throw this.named(error);
    }
  }
  /** @internal What a call takes: tensors, out of what was given. */
  protected taken(inputs: unknown): unknown {
    return toTensors(inputs);
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
    const outer = callContext;
    const training = options.training ?? outer?.training ?? signedTraining(this.call);
    if (!outer) this.clearLosses();
    callContext = { training, entry: outer?.entry ?? this };
    try {
      const previous = options.mask !== undefined ? options.mask : this.gatherMasks(inputs);
      const call: CallOptions = { ...options, training: training ?? this.defaultTraining };
      if (previous && (options.mask !== undefined || this.takesMaskOfInputs(options))) call.mask = previous;
      const outputs = this.scoped(
        () => this.call(inputs, ...states.map((s) => this.autocastInputs(s)), call) as unknown,
      );
      const { activityRegularizer } = stateOf(this);
      if (activityRegularizer)
        for (const y of flattenStructure(outputs, isTensor)) {
          const penalty = activityRegularizer.call(y);
          this.addLoss(penalty.div(Math.max(1, y.shape[0] ?? 1)));
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
  /** @internal Whether a call with these options sees the masks that come with its inputs. */
  protected takesMaskOfInputs(_options: CallOptions): boolean {
    return true;
  }
  private gatherMasks(inputs: unknown): unknown {
    if (isTensor(inputs)) return maskOf(inputs);
    const flat = flattenStructure(inputs, isTensor);
    return flat.some((t) => maskOf(t) !== null) ? mapStructure(inputs, isTensor, (t) => maskOf(t)) : null;
  }
  private assignMasks(inputs: unknown, outputs: unknown, previous: unknown): void {
    // What the call has set stays, as in Keras: a model's outputs have the masks of its last layers.
    const flat = flattenStructure(outputs, isTensor);
    if (flat.every((y) => maskOf(y) !== null)) return;
    const masks = flattenStructure(
      [this.computeMask(inputs, previous)],
      (m): m is Tensor | null => m === null || isTensor(m),
    );
    flat.forEach((y, i) => {
      if (maskOf(y) === null && masks[i]) setMask(y, masks[i]);
    });
  }
  /** @internal */
  runNode([inputs, given, ...states]: unknown[], context: { training?: boolean | null }): unknown {
    const options = { ...(given as CallOptions), training: (given as CallOptions)?.training ?? context.training };
    return states.length ? this.apply(inputs, states[0] as Tensor, options) : (this.apply(inputs, options) as unknown);
  }

  // ---- config
  /** The options that the constructor takes, so that `fromConfig` makes an equal layer (without weights). */
  getConfig(): Record<string, unknown> {
    const config: Record<string, unknown> = {
      name: this.name,
      trainable: this.trainable,
      dtype: serializeKerasObject(this.dtypePolicy),
    };
    // Where a class does not say more, its own options are those that it was given.
    if (this.getConfig === Layer.prototype.getConfig) Object.assign(config, stateOf(this).ownOptions);
    if (this.activityRegularizer) config.activityRegularizer = regularizers.serialize(this.activityRegularizer);
    return config;
  }
  /** Makes a layer from what `getConfig` returned. */
  static fromConfig(this: SerializableClass, config: Record<string, unknown>): Layer {
    const names = new Set([...Object.keys(kindsOf(this)), ...namesOf(this.positional)]);
    // Options that files of other versions carry, switched off.
    const used = Object.fromEntries(
      Object.entries(config).filter(([name, value]) => value !== null || names.has(name)),
    );
    if (Array.isArray(used.batchShape)) {
      used.batchInputShape = used.batchShape;
      delete used.batchShape;
    }
    return construct<Layer>(this, used);
  }
  /** What `build` was called with, for files. */
  getBuildConfig(): Record<string, unknown> | null {
    const { buildShape, built } = stateOf(this);
    if (!built || !buildShape) return null;
    const names = (this.constructor as typeof Layer).callInputs;
    if (names && Array.isArray(buildShape) && Array.isArray(buildShape[0])) {
      const shapes = buildShape as (SymbolicShape | null)[];
      return {
        shapesDict: Object.fromEntries(
          shapes.map((shape, i) => [`${names[i]}_shape`, shape] as const).filter(([, shape]) => shape),
        ),
      };
    }
    return isSymbolicShape(buildShape) ? { inputShape: buildShape } : { shapesDict: undefined, inputShape: buildShape };
  }
  /** Builds from what `getBuildConfig` returned. */
  buildFromConfig(config: Record<string, unknown>): void {
    const names = (this.constructor as typeof Layer).callInputs;
    const dict = config.shapesDict as Record<string, BuildShape> | undefined;
    if (config.inputShape) this.ensureBuilt(config.inputShape);
    else if (names && dict) this.ensureBuilt(names.map((name) => dict[`${name}_shape`]).filter(Boolean));
  }
}
inspectable(Layer, layerLine);
acrossCopies(Layer, 'Layer');

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
      const state = stateOf(this);
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
