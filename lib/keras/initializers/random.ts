/** Initializers that draw at random, whatever the shape. */
import { ValueError } from '../../support/errors';
import { makeDefaultSeed, SeedGenerator } from '../../core/seed';
import { drawnFrom } from '../../ops/random';
import { type DType, isFloating, type Shape, type Tensor, tensor } from '../../core/tensor';
import { registerClass } from '../serialization/registry';
import { checkOptionsOf, kinds, type OptionKinds } from '../options';
import { dtypeOf, Initializer, type Options, sizesOf } from './initializer';

/** Base of the random ones. With the same seed the same values; without, a seed is drawn when it is made. */
export abstract class RandomInitializer extends Initializer {
  static options: OptionKinds = { seed: kinds.seed };
  readonly seed: number | SeedGenerator;
  private readonly givenSeed: number | SeedGenerator | null;
  constructor(seed: number | SeedGenerator | null | undefined) {
    super();
    checkOptionsOf(new.target, new.target.name, { seed });
    this.givenSeed = seed ?? null;
    this.seed = seed ?? makeDefaultSeed();
  }
  protected draw(kind: string, shape: Shape, a: number, b: number, dtype: DType): Tensor {
    if (!isFloating(dtype))
      throw new ValueError(`${this.constructor.name}: a floating-point dtype is expected.\n  Received: ${dtype}`);
    const seed =
      this.seed instanceof SeedGenerator ? this.seed.next() : tensor(BigInt64Array.from([BigInt(this.seed), 0n]));
    return drawnFrom(seed, kind, sizesOf(shape), dtype, a, b);
  }
  override getConfig(): Record<string, unknown> {
    return { seed: this.givenSeed };
  }
}
type Seeded<T> = T & { seed?: number | SeedGenerator | null };
/** Normal distribution. Defaults: mean 0, stddev 0.05. */
export class RandomNormal extends RandomInitializer {
  static positional = [];
  static override options: OptionKinds = { mean: kinds.floats, stddev: kinds.float, seed: kinds.seed };
  readonly mean: number;
  readonly stddev: number;
  constructor(options: Seeded<{ mean?: number; stddev?: number }> = {}) {
    checkOptionsOf(new.target, 'RandomNormal', options);
    super(options.seed);
    this.mean = options.mean ?? 0;
    this.stddev = options.stddev ?? 0.05;
  }
  call(shape: Shape, options: Options = {}): Tensor {
    return this.draw('normal', shape, this.mean, this.stddev, dtypeOf(options));
  }
  override getConfig() {
    return { ...super.getConfig(), mean: this.mean, stddev: this.stddev };
  }
}
/** Normal distribution within two standard deviations. Defaults: mean 0, stddev 0.05. */
export class TruncatedNormal extends RandomInitializer {
  static positional = [];
  static override options: OptionKinds = { mean: kinds.floats, stddev: kinds.float, seed: kinds.seed };
  readonly mean: number;
  readonly stddev: number;
  constructor(options: Seeded<{ mean?: number; stddev?: number }> = {}) {
    checkOptionsOf(new.target, 'TruncatedNormal', options);
    super(options.seed);
    this.mean = options.mean ?? 0;
    this.stddev = options.stddev ?? 0.05;
  }
  call(shape: Shape, options: Options = {}): Tensor {
    return this.draw('truncated_normal', shape, this.mean, this.stddev, dtypeOf(options));
  }
  override getConfig() {
    return { ...super.getConfig(), mean: this.mean, stddev: this.stddev };
  }
}
/** Uniform distribution. Defaults: -0.05, 0.05. */
export class RandomUniform extends RandomInitializer {
  static positional = [];
  static override options: OptionKinds = { minval: kinds.float, maxval: kinds.float, seed: kinds.seed };
  readonly minval: number;
  readonly maxval: number;
  constructor(options: Seeded<{ minval?: number; maxval?: number }> = {}) {
    checkOptionsOf(new.target, 'RandomUniform', options);
    super(options.seed);
    this.minval = options.minval ?? -0.05;
    this.maxval = options.maxval ?? 0.05;
  }
  call(shape: Shape, options: Options = {}): Tensor {
    return this.draw('uniform', shape, this.minval, this.maxval, dtypeOf(options));
  }
  override getConfig() {
    return { ...super.getConfig(), minval: this.minval, maxval: this.maxval };
  }
}
registerClass('keras.initializers', RandomNormal, RandomUniform, TruncatedNormal);
