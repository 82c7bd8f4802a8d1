/** Learning rates that change with the number of steps (keras.optimizers.schedules). */
import * as ops from '../../ops/index';
import { describe } from '../../support/describe';
import { expectKind } from '../../support/guard';
import { ValueError } from '../../support/errors';
import { convert, Tensor } from '../../core/tensor';
import { registerClass } from '../serialization/registry';
import { makeKind, type Kind } from '../serialization/serialize';
import { acrossCopies } from '../../support/copies';
import { checkOptionsOf, kinds, type OptionKinds } from '../options';
import { configLine, inspectable } from '../inspect';

type Step = number | bigint | Tensor;

/** A learning rate for each step. Subclass and implement `at`. */
export abstract class LearningRateSchedule {
  /** The rate at a step, both scalars of float32. */
  protected abstract at(step: Tensor): Tensor;
  /** The rate at a step: a number for a number, a tensor for a tensor. */
  call(step: number | bigint): number;
  call(step: Tensor): Tensor;
  call(step: Step): number | Tensor {
    return step instanceof Tensor ? this.at(step.cast('float32')) : this.at(convert(Number(step))).item();
  }
  abstract getConfig(): Record<string, unknown>;
}
inspectable(LearningRateSchedule, configLine);
acrossCopies(LearningRateSchedule, 'LearningRateSchedule');
const positive = (where: string, name: string, value: number): number => {
  if (typeof value !== 'number' || !(value > 0))
    throw new ValueError(`${where}: ${name} must be positive.\n  Received: ${describe(value)}`);
  return value;
};

// The rate is a function of step / decaySteps, in whole steps when `staircase`.
abstract class RateDecay extends LearningRateSchedule {
  static positional: OptionKinds = {
    initialLearningRate: kinds.float,
    decaySteps: kinds.integer,
    decayRate: kinds.float,
  };
  static options: OptionKinds = { staircase: kinds.boolean, name: kinds.string };
  readonly staircase: boolean;
  readonly name: string;
  constructor(
    readonly initialLearningRate: number,
    readonly decaySteps: number,
    readonly decayRate: number,
    options: { staircase?: boolean; name?: string } = {},
  ) {
    super();
    checkOptionsOf(new.target, new.target.name, options);
    positive(new.target.name, 'decaySteps', decaySteps);
    this.staircase = options.staircase ?? false;
    this.name = options.name ?? new.target.name;
  }
  protected periods(step: Tensor): Tensor {
    const p = step.div(this.decaySteps);
    return this.staircase ? p.floor() : p;
  }
  getConfig() {
    return {
      initialLearningRate: this.initialLearningRate,
      decaySteps: this.decaySteps,
      decayRate: this.decayRate,
      staircase: this.staircase,
      name: this.name,
    };
  }
}
/** initialLearningRate * decayRate^(step / decaySteps); whole powers only when `staircase`. */
export class ExponentialDecay extends RateDecay {
  protected at(step: Tensor): Tensor {
    return ops.power(this.decayRate, this.periods(step)).mul(this.initialLearningRate);
  }
}
/** values[i] while step <= boundaries[i], then the last. */
export class PiecewiseConstantDecay extends LearningRateSchedule {
  static positional: OptionKinds = { boundaries: kinds.numbers, values: kinds.floats };
  static options: OptionKinds = { name: kinds.string };
  readonly name: string;
  constructor(
    readonly boundaries: readonly number[],
    readonly values: readonly number[],
    options: { name?: string } = {},
  ) {
    super();
    checkOptionsOf(new.target, 'PiecewiseConstantDecay', options);
    for (const [what, list] of Object.entries({ boundaries, values }))
      expectKind(
        'PiecewiseConstantDecay',
        what,
        list,
        Array.isArray(list) && list.every((v) => typeof v === 'number'),
        'a list of numbers',
      );
    if (boundaries.length !== values.length - 1)
      throw new ValueError(
        `PiecewiseConstantDecay: there must be one boundary less than values.\n  Received: ${boundaries.length} boundaries and ${values.length} values`,
      );
    this.name = options.name ?? 'PiecewiseConstant';
  }
  protected at(step: Tensor): Tensor {
    let y = convert(this.values[this.values.length - 1], 'float32');
    for (let i = this.boundaries.length - 1; i >= 0; i--)
      y = ops.where(step.lessEqual(this.boundaries[i]), this.values[i], y);
    return y;
  }
  getConfig() {
    return { boundaries: this.boundaries, values: this.values, name: this.name };
  }
}
/** (initial - end) (1 - step / decaySteps)^power + end; starts again when `cycle`. Defaults: end 0.0001, power 1. */
export class PolynomialDecay extends LearningRateSchedule {
  static positional: OptionKinds = { initialLearningRate: kinds.float, decaySteps: kinds.integer };
  static options: OptionKinds = {
    endLearningRate: kinds.float,
    power: kinds.float,
    cycle: kinds.boolean,
    name: kinds.string,
  };
  readonly endLearningRate: number;
  readonly power: number;
  readonly cycle: boolean;
  readonly name: string;
  constructor(
    readonly initialLearningRate: number,
    readonly decaySteps: number,
    options: { endLearningRate?: number; power?: number; cycle?: boolean; name?: string } = {},
  ) {
    super();
    checkOptionsOf(new.target, 'PolynomialDecay', options);
    positive('PolynomialDecay', 'decaySteps', decaySteps);
    this.endLearningRate = options.endLearningRate ?? 0.0001;
    this.power = options.power ?? 1;
    this.cycle = options.cycle ?? false;
    this.name = options.name ?? 'PolynomialDecay';
  }
  protected at(given: Tensor): Tensor {
    let step = given;
    let length = convert(this.decaySteps);
    if (this.cycle) length = length.mul(ops.where(step.equal(0), 1, step.div(length).ceil()));
    else step = step.minimum(length);
    const left = ops.subtract(1, step.div(length)).pow(this.power);
    return left.mul(this.initialLearningRate - this.endLearningRate).add(this.endLearningRate);
  }
  getConfig() {
    return {
      initialLearningRate: this.initialLearningRate,
      decaySteps: this.decaySteps,
      endLearningRate: this.endLearningRate,
      power: this.power,
      cycle: this.cycle,
      name: this.name,
    };
  }
}
/** initialLearningRate / (1 + decayRate step / decaySteps); whole quotients only when `staircase`. */
export class InverseTimeDecay extends RateDecay {
  protected at(step: Tensor): Tensor {
    return ops.divide(this.initialLearningRate, this.periods(step).mul(this.decayRate).add(1));
  }
}
/**
 * Half a cosine from the initial rate down to alpha times it (Loshchilov & Hutter 2016), after a linear rise to
 * `warmupTarget` over `warmupSteps`. Default alpha 0.
 */
export class CosineDecay extends LearningRateSchedule {
  static positional: OptionKinds = { initialLearningRate: kinds.float, decaySteps: kinds.integer };
  static options: OptionKinds = {
    alpha: kinds.floats,
    name: kinds.string,
    warmupTarget: kinds.float,
    warmupSteps: kinds.count,
  };
  readonly alpha: number;
  readonly name: string;
  readonly warmupTarget: number | null;
  readonly warmupSteps: number;
  constructor(
    readonly initialLearningRate: number,
    readonly decaySteps: number,
    options: { alpha?: number; name?: string; warmupTarget?: number | null; warmupSteps?: number } = {},
  ) {
    super();
    checkOptionsOf(new.target, 'CosineDecay', options);
    positive('CosineDecay', 'decaySteps', decaySteps);
    this.alpha = options.alpha ?? 0;
    this.name = options.name ?? 'CosineDecay';
    this.warmupTarget = options.warmupTarget ?? null;
    this.warmupSteps = options.warmupSteps ?? 0;
  }
  private decay(step: Tensor, from: number): Tensor {
    const cosine = step.div(this.decaySteps).mul(Math.PI).cos().add(1).mul(0.5);
    return cosine
      .mul(1 - this.alpha)
      .add(this.alpha)
      .mul(from);
  }
  protected at(given: Tensor): Tensor {
    if (this.warmupTarget === null) return this.decay(given.minimum(this.decaySteps), this.initialLearningRate);
    const step = given.minimum(this.decaySteps + this.warmupSteps);
    const risen = step.div(Math.max(1, this.warmupSteps));
    const rising = risen.mul(this.warmupTarget - this.initialLearningRate).add(this.initialLearningRate);
    const falling = this.decay(step.sub(this.warmupSteps), this.warmupTarget);
    return ops.where(step.less(this.warmupSteps), rising, falling);
  }
  getConfig() {
    return {
      initialLearningRate: this.initialLearningRate,
      decaySteps: this.decaySteps,
      alpha: this.alpha,
      name: this.name,
      warmupTarget: this.warmupTarget,
      warmupSteps: this.warmupSteps,
    };
  }
}
/** CosineDecay again and again, each time tMul as long and from mMul as high. Defaults: 2, 1, alpha 0. */
export class CosineDecayRestarts extends LearningRateSchedule {
  static positional: OptionKinds = { initialLearningRate: kinds.float, firstDecaySteps: kinds.integer };
  static options: OptionKinds = {
    tMul: kinds.float,
    mMul: kinds.float,
    alpha: kinds.floats,
    name: kinds.string,
  };
  readonly tMul: number;
  readonly mMul: number;
  readonly alpha: number;
  readonly name: string;
  constructor(
    readonly initialLearningRate: number,
    readonly firstDecaySteps: number,
    options: { tMul?: number; mMul?: number; alpha?: number; name?: string } = {},
  ) {
    super();
    checkOptionsOf(new.target, 'CosineDecayRestarts', options);
    positive('CosineDecayRestarts', 'firstDecaySteps', firstDecaySteps);
    this.tMul = options.tMul ?? 2;
    this.mMul = options.mMul ?? 1;
    this.alpha = options.alpha ?? 0;
    this.name = options.name ?? 'SGDRDecay';
  }
  protected at(step: Tensor): Tensor {
    const done = step.div(this.firstDecaySteps);
    let restart: Tensor, fraction: Tensor;
    if (this.tMul === 1) {
      restart = done.floor();
      fraction = done.sub(restart);
    } else {
      const growth = ops.subtract(1, done.mul(1 - this.tMul));
      restart = growth.log().div(convert(this.tMul).log()).floor();
      const length = ops.power(this.tMul, restart);
      const sum = ops.subtract(1, length).div(1 - this.tMul);
      fraction = done.sub(sum).div(length);
    }
    const height = ops.power(this.mMul, restart).mul(0.5);
    const cosine = fraction.mul(Math.PI).cos().add(1).mul(height);
    return cosine
      .mul(1 - this.alpha)
      .add(this.alpha)
      .mul(this.initialLearningRate);
  }
  getConfig() {
    return {
      initialLearningRate: this.initialLearningRate,
      firstDecaySteps: this.firstDecaySteps,
      tMul: this.tMul,
      mMul: this.mMul,
      alpha: this.alpha,
      name: this.name,
    };
  }
}
registerClass(
  'keras.optimizers.schedules',
  ExponentialDecay,
  PiecewiseConstantDecay,
  PolynomialDecay,
  InverseTimeDecay,
  CosineDecay,
  CosineDecayRestarts,
);

const kind: Kind<LearningRateSchedule> = makeKind<LearningRateSchedule>(
  'keras.optimizers.schedules',
  'learning rate schedule',
  (x): x is LearningRateSchedule => x instanceof LearningRateSchedule,
);
export const { get, serialize, deserialize } = kind;
