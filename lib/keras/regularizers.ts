/** Penalties on weights and activities, added to the loss (keras.regularizers). */
import { recordOf } from '../support/guard';
import { acrossCopies } from '../support/copies';
import { describe } from '../support/describe';
import { ValueError } from '../support/errors';
import { matmulOf } from '../ops/linalg';
import { convert, type Tensor, type TensorLike } from '../core/tensor';
import { registerClass } from './serialization/registry';
import { makeKind } from './serialization/serialize';
import { checkOptionsOf, kinds, type OptionKinds } from './options';
import { configLine, inspectable } from './inspect';
import type { RegisteredName, RegularizerName } from './names';
import type { SerializedIdentifier } from './serialization/serialize';

/** A penalty added to the loss: a name, a regularizer, or a function from a tensor to a scalar; null for none. */
export type RegularizerIdentifier =
  | RegularizerName
  | RegisteredName
  | Regularizer
  | (new () => Regularizer)
  | ((x: Tensor) => Tensor)
  | SerializedIdentifier
  | null;

/** Maps a tensor to a scalar penalty. Subclass and implement `call`. */
export abstract class Regularizer {
  abstract call(x: Tensor): Tensor;
  getConfig(): Record<string, unknown> {
    return {};
  }
}
acrossCopies(Regularizer, 'Regularizer');
inspectable(Regularizer, configLine);
function strength(name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new ValueError(`regularizer: ${name} must be a number.\n  Received: ${describe(value)}`);
  if (value < 0) throw new ValueError(`regularizer: ${name} must not be negative.\n  Received: ${value}`);
  return value;
}
const absolute = (x: Tensor, factor: number): Tensor => x.abs().sum().mul(factor);
const squared = (x: Tensor, factor: number): Tensor => x.square().sum().mul(factor);

/** l1 sum|x|. Default 0.01. */
export class L1 extends Regularizer {
  static positional = ['l1'];
  static options: OptionKinds = { l1: kinds.floats };
  readonly l1: number;
  constructor(l1: number | { l1?: number } = 0.01) {
    super();
    if (typeof l1 === 'object') checkOptionsOf(new.target, 'L1', l1);
    this.l1 = strength('l1', typeof l1 === 'object' && l1 !== null ? (l1.l1 ?? 0.01) : l1);
  }
  call(x: TensorLike): Tensor {
    return absolute(convert(x), this.l1);
  }
  override getConfig() {
    return { l1: Math.fround(this.l1) }; // Keras keeps it as a float32
  }
}
/** l2 sum x^2. Default 0.01. */
export class L2 extends Regularizer {
  static positional = ['l2'];
  static options: OptionKinds = { l2: kinds.floats };
  readonly l2: number;
  constructor(l2: number | { l2?: number } = 0.01) {
    super();
    if (typeof l2 === 'object') checkOptionsOf(new.target, 'L2', l2);
    this.l2 = strength('l2', typeof l2 === 'object' && l2 !== null ? (l2.l2 ?? 0.01) : l2);
  }
  call(x: TensorLike): Tensor {
    return squared(convert(x), this.l2);
  }
  override getConfig() {
    return { l2: this.l2 };
  }
}
/** l1 sum|x| + l2 sum x^2. Defaults 0. */
export class L1L2 extends Regularizer {
  static options: OptionKinds = { l1: kinds.floats, l2: kinds.floats };
  readonly l1: number;
  readonly l2: number;
  constructor(options: { l1?: number | null; l2?: number | null } = {}) {
    super();
    checkOptionsOf(new.target, 'L1L2', options);
    this.l1 = strength('l1', options.l1 ?? 0);
    this.l2 = strength('l2', options.l2 ?? 0);
  }
  call(x: TensorLike): Tensor {
    const t = convert(x);
    return absolute(t, this.l1).add(squared(t, this.l2));
  }
  override getConfig() {
    return { l1: this.l1, l2: this.l2 };
  }
}
/** factor * mean of |cosine| between all pairs of rows (or columns): Brock et al. 2016. */
export class OrthogonalRegularizer extends Regularizer {
  static positional = [];
  static options: OptionKinds = { factor: kinds.floats, mode: kinds.choice };
  readonly factor: number;
  readonly mode: 'rows' | 'columns';
  constructor(options: { factor?: number; mode?: 'rows' | 'columns' } = {}) {
    super();
    checkOptionsOf(new.target, 'OrthogonalRegularizer', options);
    this.factor = strength('factor', options.factor ?? 0.01);
    const mode = options.mode ?? 'rows';
    if (mode !== 'rows' && mode !== 'columns')
      throw new ValueError(`OrthogonalRegularizer: mode must be 'rows' or 'columns'.\n  Received: '${mode}'`);
    this.mode = mode;
  }
  call(x: TensorLike): Tensor {
    const t = convert(x);
    if (t.ndim !== 2) throw new ValueError(`OrthogonalRegularizer: a matrix is expected.\n  Received: rank ${t.ndim}`);
    const isRows = this.mode === 'rows';
    const n = t.shape[isRows ? 0 : 1];
    const squares = t.square().sum({ axis: isRows ? 1 : 0, keepdims: true });
    const unit = t.mul(squares.maximum(1e-12).rsqrt());
    const product = matmulOf(unit, unit, isRows ? { transposeB: true } : { transposeA: true });
    const identity = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => (i === j ? 0 : 1)));
    const off = product.mul(identity).abs().sum();
    return off.mul((this.factor * 0.5) / Math.max(1, (n * (n - 1)) / 2));
  }
  override getConfig() {
    return { factor: Math.fround(this.factor), mode: this.mode };
  }
}
registerClass('keras.regularizers', L1, L2, L1L2, OrthogonalRegularizer);

/** `new L1(l1)` */
export const l1 = (value?: number): L1 => new L1(value);
/** `new L2(l2)` */
export const l2 = (value?: number): L2 => new L2(value);
/** `new L1L2({ l1, l2 })`, both 0.01. */
export function l1L2(options: { l1?: number; l2?: number } = {}): L1L2 {
  const { l1: a = 0.01, l2: b = 0.01 } = recordOf('l1L2', options);
  return new L1L2({ l1: a, l2: b });
}
/** `new OrthogonalRegularizer({ factor, mode })` */
export const orthogonalRegularizer = (
  options: { factor?: number; mode?: 'rows' | 'columns' } = {},
): OrthogonalRegularizer => new OrthogonalRegularizer(options);

const kind = makeKind<Regularizer>(
  'keras.regularizers',
  'regularizer',
  (x): x is Regularizer => typeof (x as Regularizer)?.call === 'function',
  { l1_l2: 'L1L2' },
);
/** A regularizer from a name, a config, an instance or a function; null for none. */
export function get(identifier: unknown): Regularizer | null {
  if (typeof identifier === 'function' && !(identifier as { prototype?: Regularizer }).prototype?.getConfig) {
    const f = identifier as (x: Tensor) => Tensor;
    return { call: (x: Tensor) => f(x), getConfig: () => ({}) };
  }
  return kind.get(identifier);
}
export const { serialize, deserialize } = kind;
