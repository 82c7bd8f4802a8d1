/** Base of optimizers: what happens around an update (keras.src.optimizers.base_optimizer). */
import * as ops from '../../ops/index';
import { isRecord } from '../../support/nest';
import { describe } from '../../support/describe';
import { ValueError } from '../../support/errors';
import { convert, formatShape, type DType, type Shape, type Tensor, tensor, type TensorLike } from '../../core/tensor';
import { withTrace } from '../../core/trace';
import { Variable } from '../../core/variable';
import * as initializers from '../initializers';
import { autoName, toSnakeCase } from '../serialization/naming';
import type { NamedClass } from '../serialization/registry';
import { isSerialized, serializeKerasObject } from '../serialization/serialize';
import { checkOptions, checkOptionsOf, kinds, type OptionKinds } from '../options';
import * as schedules from './schedules';
import { acrossCopies } from '../../support/copies';
import { configLine, inspectable } from '../inspect';
import type { InitializerIdentifier } from '../initializers/initializer';
import type { SerializedIdentifier } from '../serialization/serialize';
import type { OptimizerName, RegisteredName } from '../names';

/** An optimizer, or the name of one with its default settings. */
export type OptimizerIdentifier =
  OptimizerName | RegisteredName | Optimizer | (new () => Optimizer) | SerializedIdentifier | null;

export type LearningRate = number | schedules.LearningRateSchedule | (() => number) | SerializedIdentifier;
export interface OptimizerOptions {
  /** Length of the steps: a number, a schedule, or a function without arguments that is called at each step. The default depends on the optimizer: 0.001 for most, 0.01 for SGD. */
  learningRate?: LearningRate;
  /** Each update also shrinks weights by weightDecay * learningRate. */
  weightDecay?: number | null;
  /** Largest norm of a gradient. */
  clipnorm?: number | null;
  /** Largest absolute value in a gradient. */
  clipvalue?: number | null;
  /** Largest norm of all gradients together. */
  globalClipnorm?: number | null;
  /** Keep an exponential moving average of the weights, which replaces them at the end of training. */
  useEma?: boolean;
  /** Share of the old value in the moving average, in [0, 1]: average = emaMomentum average + (1 - emaMomentum) weight. Default 0.99. */
  emaMomentum?: number;
  /** With `useEma`, the weights become their averages every so many steps. Default null: at the end of training only. */
  emaOverwriteFrequency?: number | null;
  /** Factor on the loss before gradients are computed; updates divide by it. Default null: none. */
  lossScaleFactor?: number | null;
  /** Sum the gradients of this many steps before each update. */
  gradientAccumulationSteps?: number | null;
  /** Name in files. Default: that of the class, in snake_case. */
  name?: string | null;
}
export interface OptimizerVariableOptions {
  /** First values of the variable. Default 'zeros'. */
  initializer?: InitializerIdentifier;
  /** Dtype of the variable. Default float32; one made from a weight has the dtype of the weight. */
  dtype?: DType;
  /** Name of the variable, behind that of its weight. */
  name?: string | null;
}
const BASE_OPTIONS = {
  learningRate: kinds.floats,
  weightDecay: kinds.float,
  clipnorm: kinds.float,
  clipvalue: kinds.float,
  globalClipnorm: kinds.float,
  useEma: kinds.boolean,
  emaMomentum: kinds.float,
  emaOverwriteFrequency: kinds.positiveCount,
  lossScaleFactor: kinds.float,
  gradientAccumulationSteps: kinds.positiveCount,
  name: kinds.string,
};

/** @internal A constructor's first argument: a rate, a schedule, or the options. */
export function splitRate<T extends OptimizerOptions>(rate: LearningRate | T | undefined, options: T): T {
  if (rate === undefined) return options;
  const isOptions = isRecord(rate) && !isSerialized(rate);
  return isOptions ? { ...options, ...(rate as object) } : { ...options, learningRate: rate as LearningRate };
}

/** An optimizer. Subclasses make slots in `build` and implement `updateStep`. */
export abstract class Optimizer {
  static options: OptionKinds = BASE_OPTIONS;
  static positional?: OptionKinds;
  readonly name: string;
  readonly settings: Required<Omit<OptimizerOptions, 'learningRate' | 'name'>>;
  readonly #steps: Variable;
  built = false;
  readonly #list: Variable[] = [];
  #rate: Variable | schedules.LearningRateSchedule | (() => number);
  #trained: Variable[] = [];
  #positions = new Map<Variable, number>();
  #averages: Variable[] = [];
  #accumulators: Variable[] = [];
  #excluded: (v: Variable) => boolean = () => false;

  constructor(options: OptimizerOptions, defaultRate: number) {
    const cls: NamedClass = new.target;
    checkOptionsOf(cls, cls.name, options);
    this.name = options.name ?? autoName(cls.name) ?? toSnakeCase(cls.name);
    this.settings = {
      weightDecay: options.weightDecay ?? null,
      clipnorm: options.clipnorm ?? null,
      globalClipnorm: options.globalClipnorm ?? null,
      clipvalue: options.clipvalue ?? null,
      useEma: options.useEma ?? false,
      emaMomentum: options.emaMomentum ?? 0.99,
      emaOverwriteFrequency: options.emaOverwriteFrequency ?? null,
      lossScaleFactor: options.lossScaleFactor ?? null,
      gradientAccumulationSteps: options.gradientAccumulationSteps ?? null,
    };
    const {
      clipnorm,
      clipvalue,
      globalClipnorm,
      emaMomentum,
      useEma,
      gradientAccumulationSteps: steps,
    } = this.settings;
    if ([clipnorm, clipvalue, globalClipnorm].filter((v) => v !== null).length > 1)
      throw new ValueError(
        `${cls.name}: only one of clipnorm, clipvalue and globalClipnorm can be set.\n  Received: clipnorm=${clipnorm}, clipvalue=${clipvalue}, globalClipnorm=${globalClipnorm}`,
      );
    if (useEma && !(emaMomentum >= 0 && emaMomentum <= 1))
      throw new ValueError(`${cls.name}: emaMomentum must lie in [0, 1].\n  Received: ${emaMomentum}`);
    if (steps !== null && !(Number.isInteger(steps) && steps >= 2))
      throw new ValueError(`${cls.name}: gradientAccumulationSteps must be an integer >= 2.\n  Received: ${steps}`);
    this.#steps = this.track(
      new Variable(tensor(BigInt64Array.from([0n]), []), { name: 'iteration', trainable: false }),
    );
    const given = options.learningRate ?? defaultRate;
    if (given instanceof schedules.LearningRateSchedule) this.#rate = given;
    else if (isSerialized(given)) this.#rate = schedules.deserialize(given);
    else if (typeof given === 'function') this.#rate = given as () => number;
    else if (typeof given === 'number' && Number.isFinite(given))
      this.#rate = this.track(new Variable(tensor(given), { name: 'learning_rate', trainable: false }));
    else
      throw new ValueError(
        `${cls.name}: learningRate must be a number, a schedule or a function.\n  Received: ${describe(given)}`,
      );
  }
  private track(v: Variable): Variable {
    v.path = `${this.name}/${v.name}`;
    this.#list.push(v);
    return v;
  }
  /** Number of steps, int64 scalar. */
  get iterations(): Variable {
    return this.#steps;
  }
  /** State: iterations, learning rate, slots. */
  get variables(): Variable[] {
    return [...this.#list];
  }

  /** Updates done so far: with gradient accumulation fewer than steps. int64 scalar. */
  protected get updates(): Tensor {
    const n = this.settings.gradientAccumulationSteps;
    const now = this.#steps.value;
    return n ? now.floorDivide(n) : now;
  }
  /** The current rate; settable when it was given as a number. */
  get learningRate(): Variable | Tensor {
    if (this.#rate instanceof Variable) return this.#rate;
    return this.#rate instanceof schedules.LearningRateSchedule
      ? this.#rate.call(this.#steps.value)
      : tensor(this.#rate());
  }
  set learningRate(value: LearningRate | TensorLike) {
    if (value instanceof schedules.LearningRateSchedule) this.#rate = value;
    else if (this.#rate instanceof Variable) this.#rate.assign(value as TensorLike);
    else
      throw new ValueError(
        `${this.name}: the learning rate is a schedule and cannot be set.\n  Fix: make the optimizer with a number.`,
      );
  }
  /** @internal Plans depend on whether the rate is a variable. */
  get hasDynamicRate(): boolean {
    return typeof this.#rate === 'function';
  }

  /** Leaves variables out of weight decay: those listed, or whose names match one of the regular expressions. Before `build`. */
  excludeFromWeightDecay({
    varList = [],
    varNames = [],
  }: { varList?: readonly Variable[]; varNames?: readonly string[] } = {}): void {
    if (this.built) throw new ValueError('excludeFromWeightDecay: only before the optimizer is built.');
    const patterns = varNames.map((n) => new RegExp(n));
    this.#excluded = (v) => varList.includes(v) || patterns.some((p) => p.test(v.name));
  }
  /** Makes the slots for these variables. */
  build(variables: readonly Variable[]): void {
    if (this.built) return;
    this.#trained = [...variables];
    this.#positions = new Map(variables.map((v, i) => [v, i]));
    if (this.settings.useEma) this.#averages = this.addSlots('average');
    if (this.settings.gradientAccumulationSteps) this.#accumulators = this.addSlots('gradient_accumulator');
    this.buildSlots();
    this.built = true;
  }
  /** Makes the slots of the algorithm. */
  protected buildSlots(): void {}
  /** A variable for each trained variable, of its shape and dtype. */
  protected addSlots(name: string, initial = 0): Variable[] {
    return this.#trained.map((v) => this.addSlot(v, name, initial));
  }
  /** Two variables for each trained variable, side by side. */
  protected addSlotPairs(first: string, second: string, initialOfFirst = 0): [Variable[], Variable[]] {
    const pairs = this.#trained.map((v) => [this.addSlot(v, first, initialOfFirst), this.addSlot(v, second)]);
    return [pairs.map((p) => p[0]), pairs.map((p) => p[1])];
  }
  protected addSlot(reference: Variable, name: string, initial = 0): Variable {
    return this.addVariableFromReference(reference, { name, initializer: new initializers.Constant(initial) });
  }
  /** A variable of the optimizer's own. Defaults: zeros, float32. */
  addVariable(shape: Shape, options: OptimizerVariableOptions = {}): Variable {
    checkOptions('addVariable', options, { initializer: kinds.initializer, dtype: kinds.dtype, name: kinds.string });
    const { initializer = 'zeros', dtype, name } = options;
    return this.track(
      withTrace(
        null,
        () =>
          new Variable(initializers.get(initializer)!.call(shape, { dtype: dtype ?? 'float32' }), {
            name: name ?? undefined,
            trainable: false,
          }),
      ),
    );
  }
  /** A variable of the shape and dtype of another one, named after it. */
  addVariableFromReference(reference: Variable, options: Omit<OptimizerVariableOptions, 'dtype'> = {}): Variable {
    const { name, initializer } = options;
    return this.addVariable(reference.shape, {
      initializer,
      dtype: reference.dtype,
      name: `${reference.path.replace(/\//g, '_')}_${name ?? 'var'}`,
    });
  }
  /** `addVariableFromReference` for each of the variables. */
  addOptimizerVariables(
    variables: readonly Variable[],
    name: string,
    options: { initializer?: InitializerIdentifier } = {},
  ): Variable[] {
    return variables.map((v) => this.addVariableFromReference(v, { name, initializer: options.initializer }));
  }
  /** @internal A first value that no initializer has, set even while a function is traced. */
  protected setInitially(variable: Variable, value: Tensor): void {
    withTrace(null, () => variable.assign(value));
  }
  protected get variablesTrained(): readonly Variable[] {
    return this.#trained;
  }
  protected indexOf(v: Variable): number {
    return this.#positions.get(v)!;
  }

  /** The number of the update now made, counted from 1, as a float. */
  protected localStep(like: Tensor | DType): Tensor {
    const dtype = typeof like === 'string' ? like : like.dtype;
    const now = this.updates.cast(dtype);
    return now.add(1);
  }
  /** Once before the variables are updated. */
  protected beforeUpdates(): void {}
  /** How much of a variable decays, as a share of the rate. */
  protected decayOf(variable: Variable): number | null {
    void variable;
    return this.settings.weightDecay;
  }
  /** Updates one variable. */
  protected abstract updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void;

  /** @internal */
  protected checkKnown(variables: readonly Variable[]): void {
    for (const v of variables)
      if (!this.#positions.has(v))
        throw new ValueError(
          `${this.name}: variable '${v.path}' is unknown: an optimizer keeps state for the variables it was built with.\n  Fix: make a new optimizer, or compile the model again.`,
        );
  }
  /** @internal */
  protected countStep(): void {
    this.#steps.assignAdd(1);
  }
  /** Updates variables by their gradients. @throws ValueError for other variables than it was built with. */
  apply(gradients: readonly (TensorLike | null)[], variables?: readonly Variable[]): void {
    const given = variables ?? this.#trained;
    if (!gradients.length) return;
    if (gradients.length !== given.length)
      throw new ValueError(`${this.name}: ${gradients.length} gradients are given for ${given.length} variables.`);
    if (!this.built) this.build(given);
    this.checkKnown(given);
    const present = given
      .map((v, i) => ({ v, g: gradients[i] }))
      .filter((e): e is { v: Variable; g: TensorLike } => e.g !== null);
    if (!present.length) throw new ValueError(`${this.name}: no gradients for any variable.`);
    const without = given.filter((_, i) => gradients[i] === null);
    if (without.length)
      console.warn(
        `${this.name}: the loss does not depend on ${without.map((v) => `'${v.path}'`).join(', ')}, which stay as they are.`,
      );
    let grads = present.map(({ v, g }) => {
      const t = convert(g);
      if (formatShape(t.shape) !== formatShape(v.shape))
        throw new ValueError(
          `${this.name}: the gradient of '${v.path}' has shape ${formatShape(t.shape)} instead of ${formatShape(v.shape)}.`,
        );
      return t.dtype === v.dtype ? t : t.cast(v.dtype);
    });
    const { lossScaleFactor } = this.settings;
    const list = present.map((e) => e.v);
    if (lossScaleFactor !== null) grads = grads.map((g) => g.div(lossScaleFactor));
    if (this.settings.gradientAccumulationSteps) this.accumulate(grads, list);
    else this.update(grads, list);
    if (this.settings.useEma) this.updateAverages();
    for (const v of list) if (v.constraint) v.assign(v.constraint.call(v.value));
    this.countStep();
  }
  /** `apply` on pairs of gradient and variable. */
  applyGradients(pairs: readonly (readonly [TensorLike | null, Variable])[]): Variable {
    this.apply(
      pairs.map((p) => p[0]),
      pairs.map((p) => p[1]),
    );
    return this.#steps;
  }
  private update(given: Tensor[], list: Variable[]): void {
    const grads = this.clip(given);
    const now = this.learningRate;
    const rate = now instanceof Variable ? now.value : now;
    const rateFor = (v: Variable): Tensor => (rate.dtype === v.dtype ? rate : rate.cast(v.dtype));
    for (const v of list) {
      const decay = this.#excluded(v) ? null : this.decayOf(v);
      if (decay !== null) v.assignSub(v.mul(rateFor(v).mul(decay)));
    }
    this.beforeUpdates();
    list.forEach((v, i) => this.updateStep(grads[i], v, rateFor(v)));
  }
  // Every n-th step updates with the mean of the last n gradients; the others only add up.
  private accumulate(grads: Tensor[], list: Variable[]): void {
    const n = this.settings.gradientAccumulationSteps!;
    const isUpdate = this.#steps.add(1).mod(n).equal(0);
    const sums = list.map((v, i) => this.#accumulators[this.indexOf(v)].add(grads[i]));
    const state = [
      ...list,
      ...this.#list.filter(
        (v) => v !== this.#steps && v !== this.#rate && !this.#averages.includes(v) && !this.#accumulators.includes(v),
      ),
    ];
    const before = state.map((v) => v.value);
    this.update(
      sums.map((sum) => sum.div(n)),
      list,
    );
    state.forEach((v, i) => v.assign(ops.where(isUpdate, v.value, before[i])));
    list.forEach((v, i) => this.#accumulators[this.indexOf(v)].assign(ops.where(isUpdate, 0, sums[i])));
  }
  private clip(grads: Tensor[]): Tensor[] {
    const { clipnorm, clipvalue, globalClipnorm } = this.settings;
    const squares = (g: Tensor): Tensor => g.square().sum();
    if (clipnorm)
      // g * clipnorm / max(norm, clipnorm)
      return grads.map((g) => g.mul(clipnorm).div(squares(g).sqrt().maximum(clipnorm)));
    if (globalClipnorm) {
      const total = grads.map(squares).reduce((sum, next) => sum.add(next.cast(sum.dtype)));
      const norm = total.sqrt();
      const share = ops.divide(1, norm).minimum(1 / globalClipnorm);
      const scale = share.mul(globalClipnorm);
      // Infinite or NaN norms must show.
      const honest = scale.add(norm.sub(norm));
      return grads.map((g) => g.mul(honest.cast(g.dtype)));
    }
    if (clipvalue) return grads.map((g) => g.clip(-clipvalue, clipvalue));
    return grads;
  }
  private updateAverages(): void {
    const { emaMomentum, emaOverwriteFrequency } = this.settings;
    this.#trained.forEach((v, i) => {
      const average = this.#averages[i];
      const isNotFirst = this.updates.notEqual(0).cast(v.dtype);
      const momentum = isNotFirst.mul(emaMomentum);
      average.assign(momentum.mul(average).add(ops.subtract(1, momentum).mul(v)));
    });
    if (!emaOverwriteFrequency) return;
    const isDue = this.updates.add(1).mod(emaOverwriteFrequency).equal(0);
    this.#trained.forEach((v, i) => v.assign(ops.where(isDue, this.#averages[i], v)));
  }
  /** At the end of training: moving averages replace the weights. */
  finalizeVariableValues(variables: readonly Variable[] = this.#trained): void {
    if (this.settings.useEma) for (const v of variables) v.assign(this.#averages[this.indexOf(v)].value);
  }
  /** @internal Weights and their moving averages change places. */
  swapAverages(): void {
    this.#trained.forEach((v, i) => {
      const weight = v.value;
      const average = this.#averages[i].value;
      v.assign(average);
      this.#averages[i].assign(weight);
    });
  }
  /** @internal The moving averages become what the weights are. */
  averagesFromWeights(): void {
    this.#trained.forEach((v, i) => this.#averages[i].assign(v.value));
  }
  /** @internal Who scales the loss instead switches its own factor off. */
  setLossScaleFactor(factor: number | null): void {
    this.settings.lossScaleFactor = factor;
  }
  /** The loss times the scale factor, before gradients are computed. */
  scaleLoss(loss: Tensor): Tensor {
    return this.settings.lossScaleFactor === null ? loss : loss.mul(this.settings.lossScaleFactor);
  }
  getConfig(): Record<string, unknown> {
    const rate = this.#rate instanceof Variable ? this.#rate.item() : serializeKerasObject(this.#rate);
    return { name: this.name, learningRate: rate, ...this.settings };
  }
}
inspectable(Optimizer, configLine);
acrossCopies(Optimizer, 'Optimizer');
