/** Projections of weights after each update (keras.constraints). */
import { acrossCopies } from '../support/copies';
import { convert, type Tensor, type TensorLike } from '../core/tensor';
import { numberList } from '../ops/arguments';
import { registerClass } from './serialization/registry';
import { makeKind } from './serialization/serialize';
import { checkOptionsOf, kinds, type OptionKinds } from './options';
import { configLine, inspectable } from './inspect';
import type { ConstraintName, RegisteredName } from './names';
import type { SerializedIdentifier } from './serialization/serialize';

/** A projection after each update: a name, a constraint, or a function from weight to weight; null for none. */
export type ConstraintIdentifier =
  | ConstraintName
  | RegisteredName
  | Constraint
  | (new () => Constraint)
  | ((w: Tensor) => Tensor)
  | SerializedIdentifier
  | null;

/** Maps a weight to the nearest allowed one. Subclass and implement `call`. */
export abstract class Constraint {
  abstract call(w: Tensor): Tensor;
  getConfig(): Record<string, unknown> {
    return {};
  }
}
acrossCopies(Constraint, 'Constraint');
inspectable(Constraint, configLine);
type Axis = number | readonly number[];
const EPSILON = 1e-7;
const axes = (axis: Axis): number[] => numberList('constraint', 'axis', axis);
const norms = (w: Tensor, axis: Axis): Tensor =>
  w
    .square()
    .sum({ axis: axes(axis), keepdims: true })
    .sqrt();
const scaled = (w: Tensor, wanted: Tensor, norm: Tensor): Tensor => w.mul(wanted.div(norm.add(EPSILON)));

/** Norm along `axis` at most `maxValue`: w * clip(norm, 0, maxValue) / (norm + 1e-7). Defaults 2 and axis 0. */
export class MaxNorm extends Constraint {
  static positional = ['maxValue'];
  static options: OptionKinds = { maxValue: kinds.number, axis: kinds.integers };
  readonly maxValue: number;
  readonly axis: Axis;
  constructor(maxValue: number | { maxValue?: number; axis?: Axis } = 2, options: { axis?: Axis } = {}) {
    super();
    const given = typeof maxValue === 'object' && maxValue !== null ? maxValue : { maxValue, ...options };
    checkOptionsOf(new.target, 'MaxNorm', given);
    this.maxValue = given.maxValue ?? 2;
    this.axis = given.axis ?? 0;
  }
  call(w: TensorLike): Tensor {
    const t = convert(w);
    const norm = norms(t, this.axis);
    return scaled(t, norm.clip(0, this.maxValue), norm);
  }
  override getConfig() {
    return { maxValue: this.maxValue, axis: this.axis };
  }
}
/** max(w, 0) */
export class NonNeg extends Constraint {
  call(w: TensorLike): Tensor {
    return convert(w).relu();
  }
}
/** Norm 1 along `axis`. Default 0. */
export class UnitNorm extends Constraint {
  static positional = ['axis'];
  static options: OptionKinds = { axis: kinds.integers };
  readonly axis: Axis;
  constructor(axis: Axis | { axis?: Axis } = 0) {
    super();
    const isOptions = typeof axis === 'object' && !Array.isArray(axis);
    if (isOptions) checkOptionsOf(new.target, 'UnitNorm', axis);
    this.axis = isOptions ? ((axis as { axis?: Axis }).axis ?? 0) : (axis as Axis);
  }
  call(w: TensorLike): Tensor {
    const t = convert(w);
    return t.div(norms(t, this.axis).add(EPSILON));
  }
  override getConfig() {
    return { axis: this.axis };
  }
}
/** Norm along `axis` moved by `rate` towards [minValue, maxValue]. Defaults 0, 1, 1, axis 0. */
export class MinMaxNorm extends Constraint {
  static options: OptionKinds = {
    minValue: kinds.floats,
    maxValue: kinds.float,
    rate: kinds.float,
    axis: kinds.integers,
  };
  readonly minValue: number;
  readonly maxValue: number;
  readonly rate: number;
  readonly axis: Axis;
  constructor(options: { minValue?: number; maxValue?: number; rate?: number; axis?: Axis } = {}) {
    super();
    checkOptionsOf(new.target, 'MinMaxNorm', options);
    this.minValue = options.minValue ?? 0;
    this.maxValue = options.maxValue ?? 1;
    this.rate = options.rate ?? 1;
    this.axis = options.axis ?? 0;
  }
  call(w: TensorLike): Tensor {
    const t = convert(w);
    const norm = norms(t, this.axis);
    const inside = norm.clip(this.minValue, this.maxValue).mul(this.rate);
    return scaled(t, inside.add(norm.mul(1 - this.rate)), norm);
  }
  override getConfig() {
    return { minValue: this.minValue, maxValue: this.maxValue, rate: this.rate, axis: this.axis };
  }
}
registerClass('keras.constraints', MaxNorm, NonNeg, UnitNorm, MinMaxNorm);

export const maxNorm = MaxNorm;
export const nonNeg = NonNeg;
export const unitNorm = UnitNorm;
export const minMaxNorm = MinMaxNorm;

const kind = makeKind<Constraint>(
  'keras.constraints',
  'constraint',
  (x): x is Constraint => typeof (x as Constraint)?.call === 'function',
);
/** A constraint from a name, a config, an instance or a function; null for none. */
export function get(identifier: unknown): Constraint | null {
  if (typeof identifier === 'function' && !(identifier as { prototype?: Constraint }).prototype?.getConfig) {
    const f = identifier as (w: Tensor) => Tensor;
    return { call: (w: Tensor) => f(w), getConfig: () => ({}) };
  }
  return kind.get(identifier);
}
export const { serialize, deserialize } = kind;
