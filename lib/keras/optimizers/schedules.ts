/** Learning rates that change with the number of steps (keras.optimizers.schedules). */
import { describe } from '../../support/describe';
import { expectKind } from '../../support/guard';
import { ValueError } from '../../support/errors';
import { convert, run, Tensor, type TensorLike } from '../../core/tensor';
import { checkOptions } from '../options';
import { registerClass } from '../serialization/registry';
import { makeKind, type Kind } from '../serialization/serialize';
import { acrossCopies } from '../../support/copies';
import { configLine, inspectable } from '../inspect';

type Step = number | bigint | Tensor;
const f32 = (t: TensorLike): Tensor => {
  const c = convert(t);
  return c.dtype === 'float32' ? c : run('cast', [c], { dtype: 'float32' });
};
const op2 =
  (name: string) =>
  (a: TensorLike, b: TensorLike): Tensor =>
    run(name, [f32(a), f32(b)]);
const add = op2('add'),
  subtract = op2('subtract'),
  multiply = op2('multiply'),
  divide = op2('divide'),
  power = op2('power'),
  minimum = op2('minimum');
const cos = (t: Tensor): Tensor => run('cos', [t]),
  floor = (t: Tensor): Tensor => run('floor', [t]);

/** A learning rate for each step. Subclass and implement `at`. */
export abstract class LearningRateSchedule {
  /** The rate at a step, both scalars of float32. */
  protected abstract at(step: Tensor): Tensor;
  /** The rate at a step: a number for a number, a tensor for a tensor. */
  call(step: number | bigint): number;
  call(step: Tensor): Tensor;
  call(step: Step): number | Tensor {
    return step instanceof Tensor ? this.at(f32(step)) : this.at(convert(Number(step))).item();
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
  static positional = ['initialLearningRate', 'decaySteps', 'decayRate'];
  readonly staircase: boolean;
  readonly name: string;
  constructor(
    readonly initialLearningRate: number,
    readonly decaySteps: number,
    readonly decayRate: number,
    options: { staircase?: boolean; name?: string } = {},
  ) {
    super();
    checkOptions(new.target.name, options, ['staircase', 'name']);
    positive(new.target.name, 'decaySteps', decaySteps);
    this.staircase = options.staircase ?? false;
    this.name = options.name ?? new.target.name;
  }
  protected periods(step: Tensor): Tensor {
    const p = divide(step, this.decaySteps);
    return this.staircase ? floor(p) : p;
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
    return multiply(this.initialLearningRate, power(this.decayRate, this.periods(step)));
  }
}
/** values[i] while step <= boundaries[i], then the last. */
export class PiecewiseConstantDecay extends LearningRateSchedule {
  static positional = ['boundaries', 'values'];
  readonly name: string;
  constructor(
    readonly boundaries: readonly number[],
    readonly values: readonly number[],
    options: { name?: string } = {},
  ) {
    super();
    checkOptions('PiecewiseConstantDecay', options, ['name']);
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
      y = run('where', [
        run('less_equal', [step, convert(this.boundaries[i], step)]),
        convert(this.values[i], 'float32'),
        y,
      ]);
    return y;
  }
  getConfig() {
    return { boundaries: this.boundaries, values: this.values, name: this.name };
  }
}
/** (initial - end) (1 - step / decaySteps)^power + end; starts again when `cycle`. Defaults: end 0.0001, power 1. */
export class PolynomialDecay extends LearningRateSchedule {
  static positional = ['initialLearningRate', 'decaySteps'];
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
    checkOptions('PolynomialDecay', options, ['endLearningRate', 'power', 'cycle', 'name']);
    positive('PolynomialDecay', 'decaySteps', decaySteps);
    this.endLearningRate = options.endLearningRate ?? 0.0001;
    this.power = options.power ?? 1;
    this.cycle = options.cycle ?? false;
    this.name = options.name ?? 'PolynomialDecay';
  }
  protected at(given: Tensor): Tensor {
    let step = given,
      length: Tensor = convert(this.decaySteps);
    if (this.cycle)
      length = multiply(
        length,
        run('where', [run('equal', [step, convert(0, step)]), convert(1, step), run('ceil', [divide(step, length)])]),
      );
    else step = minimum(step, length);
    const p = divide(step, length);
    return add(
      multiply(this.initialLearningRate - this.endLearningRate, power(subtract(1, p), this.power)),
      this.endLearningRate,
    );
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
    return divide(this.initialLearningRate, add(1, multiply(this.decayRate, this.periods(step))));
  }
}
/**
 * Half a cosine from the initial rate down to alpha times it (Loshchilov & Hutter 2016), after a linear rise to
 * `warmupTarget` over `warmupSteps`. Default alpha 0.
 */
export class CosineDecay extends LearningRateSchedule {
  static positional = ['initialLearningRate', 'decaySteps'];
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
    checkOptions('CosineDecay', options, ['alpha', 'name', 'warmupTarget', 'warmupSteps']);
    positive('CosineDecay', 'decaySteps', decaySteps);
    this.alpha = options.alpha ?? 0;
    this.name = options.name ?? 'CosineDecay';
    this.warmupTarget = options.warmupTarget ?? null;
    this.warmupSteps = options.warmupSteps ?? 0;
  }
  private decay(step: Tensor, from: number): Tensor {
    const cosine = multiply(0.5, add(1, cos(multiply(Math.PI, divide(step, this.decaySteps)))));
    return multiply(from, add(multiply(1 - this.alpha, cosine), this.alpha));
  }
  protected at(given: Tensor): Tensor {
    if (this.warmupTarget === null) return this.decay(minimum(given, this.decaySteps), this.initialLearningRate);
    const step = minimum(given, this.decaySteps + this.warmupSteps);
    const rising = add(
      multiply(this.warmupTarget - this.initialLearningRate, divide(step, Math.max(1, this.warmupSteps))),
      this.initialLearningRate,
    );
    return run('where', [
      run('less', [step, convert(this.warmupSteps, step)]),
      rising,
      this.decay(subtract(step, this.warmupSteps), this.warmupTarget),
    ]);
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
  static positional = ['initialLearningRate', 'firstDecaySteps'];
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
    checkOptions('CosineDecayRestarts', options, ['tMul', 'mMul', 'alpha', 'name']);
    positive('CosineDecayRestarts', 'firstDecaySteps', firstDecaySteps);
    this.tMul = options.tMul ?? 2;
    this.mMul = options.mMul ?? 1;
    this.alpha = options.alpha ?? 0;
    this.name = options.name ?? 'SGDRDecay';
  }
  protected at(step: Tensor): Tensor {
    const done = divide(step, this.firstDecaySteps);
    let restart: Tensor, fraction: Tensor;
    if (this.tMul === 1) {
      restart = floor(done);
      fraction = subtract(done, restart);
    } else {
      restart = floor(
        divide(run('log', [subtract(1, multiply(done, 1 - this.tMul))]), run('log', [convert(this.tMul)])),
      );
      const sum = divide(subtract(1, power(this.tMul, restart)), 1 - this.tMul);
      fraction = divide(subtract(done, sum), power(this.tMul, restart));
    }
    const cosine = multiply(multiply(0.5, power(this.mMul, restart)), add(1, cos(multiply(Math.PI, fraction))));
    return multiply(this.initialLearningRate, add(multiply(1 - this.alpha, cosine), this.alpha));
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
