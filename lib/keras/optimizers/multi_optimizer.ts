/** MultiOptimizer: different optimizers for different variables. */
import { describe } from '../../support/describe';
import { RuntimeError, TypeError, ValueError } from '../../support/errors';
import { isRecord } from '../../support/nest';
import type { Tensor, TensorLike } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { registerClass } from '../serialization/registry';
import { deserializeKerasObject, isSerialized } from '../serialization/serialize';
import { LossScaleOptimizer } from './loss_scale_optimizer';
import { Optimizer, type LearningRate } from './optimizer';
import { isMap } from '../../support/realms';

const read = (x: unknown): unknown => (isSerialized(x) ? deserializeKerasObject(x, { module: 'keras.optimizers' }) : x);
function checkInner(where: string, x: unknown): Optimizer {
  if (!(x instanceof Optimizer)) throw new TypeError(`${where}: an optimizer is expected.\n  Received: ${describe(x)}`);
  if (x instanceof LossScaleOptimizer || x instanceof MultiOptimizer)
    throw new ValueError(
      `${where}: ${x.constructor.name} cannot be one of several optimizers.\n  Fix: wrap the MultiOptimizer in it, or use the inner optimizer.`,
    );
  return x;
}
/** Which optimizer a variable gets: by its path, by a regular expression that matches the whole path, or the default one. */
export class OptimizerMap {
  static positional = ['defaultOptimizer', 'optimizerMap'];
  readonly defaultOptimizer: Optimizer;
  private readonly map = new Map<string, Optimizer>();
  constructor(
    defaultOptimizer: Optimizer,
    optimizerMap: Readonly<Record<string, Optimizer>> | ReadonlyMap<string, Optimizer> | null = null,
  ) {
    this.defaultOptimizer = checkInner('OptimizerMap', read(defaultOptimizer));
    if (optimizerMap !== null && !isMap(optimizerMap) && !isRecord(optimizerMap))
      throw new TypeError(
        `OptimizerMap: optimizerMap must be a record of optimizers by path.\n  Received: ${describe(optimizerMap)}`,
      );
    for (const [path, optimizer] of isMap(optimizerMap)
      ? (optimizerMap as ReadonlyMap<string, Optimizer>)
      : Object.entries(optimizerMap ?? {}))
      this.set(path, read(optimizer) as Optimizer);
  }
  /** The optimizer for a path. @throws ValueError when several patterns match. */
  get(path: string): Optimizer {
    const exact = this.map.get(path);
    if (exact) return exact;
    const matching = [...this.map].filter(([pattern]) => new RegExp(`^(?:${pattern})$`).test(path));
    if (matching.length > 1)
      throw new ValueError(
        `OptimizerMap: several patterns match '${path}': ${matching.map(([p]) => `'${p}'`).join(', ')}.`,
      );
    return matching[0]?.[1] ?? this.defaultOptimizer;
  }
  set(path: string, optimizer: Optimizer): this {
    if (this.map.has(path))
      throw new ValueError(`OptimizerMap: '${path}' has an optimizer already: ${this.map.get(path)!.name}.`);
    this.map.set(path, checkInner('OptimizerMap', optimizer));
    return this;
  }
  delete(path: string): boolean {
    return this.map.delete(path);
  }
  get size(): number {
    return this.map.size;
  }
  /** All optimizers but the default one. */
  values(): Optimizer[] {
    return [...this.map.values()];
  }
  /** The optimizer of a variable. */
  call(variable: Variable): Optimizer {
    return this.get(variable.path);
  }
  // A Map: its keys are paths, whose spelling is kept in JSON.
  getConfig() {
    return { defaultOptimizer: this.defaultOptimizer, optimizerMap: new Map(this.map) };
  }
}
export interface MultiOptimizerOptions {
  /** Factor on the loss before gradients are computed; updates divide by it. Default null: none. */
  lossScaleFactor?: number | null;
  /** Name in files. Default 'multi_optimizer'. */
  name?: string | null;
}
/** Updates each variable by the optimizer that an OptimizerMap, or a function of the variable, gives for it. */
export class MultiOptimizer extends Optimizer {
  static override positional = ['optimizerMap'];
  readonly optimizerMap: OptimizerMap | ((variable: Variable) => Optimizer);
  /** The optimizers in use. */
  readonly optimizers: Optimizer[] = [];
  private readonly byVariable = new Map<Variable, Optimizer>();
  constructor(optimizerMap: OptimizerMap | ((variable: Variable) => Optimizer), options: MultiOptimizerOptions = {}) {
    super({ ...options, learningRate: 0 }, 0);
    this.optimizerMap = read(optimizerMap) as OptimizerMap;
    if (!(this.optimizerMap instanceof OptimizerMap) && typeof this.optimizerMap !== 'function')
      throw new TypeError(
        `MultiOptimizer: an OptimizerMap or a function of the variable is expected.\n  Received: ${describe(optimizerMap)}`,
      );
    if (this.optimizerMap instanceof OptimizerMap)
      for (const o of [...this.optimizerMap.values(), this.optimizerMap.defaultOptimizer]) this.include(o);
  }
  private include(optimizer: Optimizer): void {
    if (this.optimizers.includes(optimizer)) return;
    optimizer.setLossScaleFactor(this.settings.lossScaleFactor);
    this.optimizers.push(optimizer);
  }
  override setLossScaleFactor(factor: number | null): void {
    super.setLossScaleFactor(factor);
    for (const optimizer of this.optimizers) optimizer.setLossScaleFactor(factor);
  }
  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    for (const v of variables) {
      const optimizer = checkInner(
        `MultiOptimizer: variable '${v.path}'`,
        this.optimizerMap instanceof OptimizerMap ? this.optimizerMap.call(v) : this.optimizerMap(v),
      );
      this.include(optimizer);
      this.byVariable.set(v, optimizer);
    }
    for (const optimizer of this.optimizers) {
      const own = this.of(optimizer, variables);
      if (own.length) optimizer.build(own);
    }
    super.build(variables);
  }
  private of(optimizer: Optimizer, variables: readonly Variable[]): Variable[] {
    return variables.filter((v) => this.byVariable.get(v) === optimizer);
  }
  override get variables(): Variable[] {
    return [...super.variables, ...this.optimizers.flatMap((o) => o.variables)];
  }
  override get learningRate(): Variable | Tensor {
    throw new RuntimeError(
      'MultiOptimizer: it has no learning rate of its own.\n  Fix: use the rates of its optimizers.',
    );
  }
  override set learningRate(value: LearningRate | TensorLike) {
    void value;
    throw new RuntimeError(
      'MultiOptimizer: it has no learning rate of its own.\n  Fix: set the rates of its optimizers.',
    );
  }
  override apply(gradients: readonly (TensorLike | null)[], variables?: readonly Variable[]): void {
    const given = variables ?? this.variablesTrained;
    if (!gradients.length) return;
    if (gradients.length !== given.length)
      throw new ValueError(`${this.name}: ${gradients.length} gradients are given for ${given.length} variables.`);
    if (!this.built) this.build(given);
    this.checkKnown(given);
    for (const optimizer of this.optimizers) {
      const own = given.map((v, i) => ({ v, g: gradients[i] })).filter(({ v }) => this.byVariable.get(v) === optimizer);
      if (own.some(({ g }) => g !== null))
        optimizer.apply(
          own.map(({ g }) => g),
          own.map(({ v }) => v),
        );
    }
    this.countStep();
  }
  protected updateStep(): never {
    throw new RuntimeError('MultiOptimizer: updates are made by its optimizers.');
  }
  override finalizeVariableValues(variables: readonly Variable[] = this.variablesTrained): void {
    for (const optimizer of this.optimizers) {
      const own = this.of(optimizer, variables);
      if (own.length) optimizer.finalizeVariableValues(own);
    }
  }
  override getConfig() {
    return { optimizerMap: this.optimizerMap, lossScaleFactor: this.settings.lossScaleFactor, name: this.name };
  }
}
registerClass('keras.optimizers', OptimizerMap, MultiOptimizer);
