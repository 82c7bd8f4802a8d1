/** BatchNormalization. */
import { describe } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import { batchNormalization, batchNormalizationTraining } from '../../../ops/nn';
import { moveaxis } from '../../../ops/shape';
import * as ops from '../../../ops/index';
import { convert, formatShape, type DType, type Shape, type Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import * as initializers from '../../initializers';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { serializedRecord as serialized, serializeKerasObject } from '../../serialization/serialize';
import { checkOptions, kinds, type OptionKinds } from '../../options';
import { InputSpec } from '../input_spec';
import { Layer, type CallOptions, type LayerOptions } from '../layer';
import { AFFINE, affine, type AffineOptions } from './affine';
import type { InitializerIdentifier } from '../../initializers/initializer';

export interface RenormClipping {
  /** Smallest factor r. Default null: no limit. */
  rmin?: number | null;
  /** Largest factor r. Default null: no limit. */
  rmax?: number | null;
  /** Largest magnitude of the offset d. Default null: no limit. */
  dmax?: number | null;
}
export interface BatchNormalizationOptions extends LayerOptions, AffineOptions {
  /** The axis of the features, which have statistics of their own. Default -1. */
  axis?: number | readonly number[];
  /** Share of the old value in the moving statistics, in [0, 1]: moving = momentum moving + (1 - momentum) batch. Default 0.99. */
  momentum?: number;
  /** Added to the variance, in squared units of the input. Default 1e-3. */
  epsilon?: number;
  /** Whether the offset beta is added. Default true. */
  center?: boolean;
  /** Whether the result is multiplied by gamma. Default true. */
  scale?: boolean;
  /** First values of the moving mean. Default 'zeros'. */
  movingMeanInitializer?: InitializerIdentifier;
  /** First values of the moving variance. Default 'ones'. */
  movingVarianceInitializer?: InitializerIdentifier;
  /** Batch renormalization (Ioffe 2017): training, too, is corrected towards the moving statistics. Default false. */
  renorm?: boolean;
  /** Limits of the correction x r + d: r within rmin..rmax, d within -dmax..dmax. */
  renormClipping?: RenormClipping | null;
  /** Momentum of the statistics used for the correction. Default 0.99. */
  renormMomentum?: number;
  /** Accepted for the sake of Keras: statistics are those of the whole batch anyway, as there is one device. */
  synchronized?: boolean;
}
/**
 * gamma (x - mean) / sqrt(variance + epsilon) + beta (Ioffe & Szegedy 2015). While training, the batch's statistics are
 * used and the moving ones updated: moving = momentum moving + (1 - momentum) batch; else the moving ones are used.
 * A frozen layer (`trainable = false`) always uses the moving ones. Defaults: axis -1, momentum 0.99, epsilon 1e-3.
 */
export class BatchNormalization extends Layer {
  static override positional: readonly string[] = [];
  static override options: OptionKinds = {
    ...AFFINE,
    axis: kinds.integers,
    momentum: kinds.float,
    epsilon: kinds.float,
    center: kinds.boolean,
    scale: kinds.boolean,
    movingMeanInitializer: kinds.initializer,
    movingVarianceInitializer: kinds.initializer,
    synchronized: kinds.boolean,
    renorm: kinds.boolean,
    renormClipping: kinds.any,
    renormMomentum: kinds.float,
  };
  override supportsMasking = true;
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  readonly renorm: boolean;
  readonly renormClipping: RenormClipping | null;
  readonly renormMomentum: number;
  readonly synchronized: boolean;
  gamma: Variable | null = null;
  beta: Variable | null = null;
  movingMean!: Variable;
  movingVariance!: Variable;
  movingStddev: Variable | null = null;
  renormMean: Variable | null = null;
  renormStddev: Variable | null = null;
  private readonly settings;
  private readonly movingMeanInitializer;
  private readonly movingVarianceInitializer;

  constructor(options: BatchNormalizationOptions = {}) {
    super(options);
    this.axis = Array.isArray(options.axis) ? options.axis[0] : ((options.axis as number | undefined) ?? -1);
    if (!Number.isInteger(this.axis))
      throw new ValueError(`BatchNormalization: axis must be an integer.\n  Received: ${describe(options.axis)}`);
    this.momentum = options.momentum ?? 0.99;
    this.epsilon = options.epsilon ?? 1e-3;
    this.center = options.center ?? true;
    this.scale = options.scale ?? true;
    this.settings = affine(options);
    this.movingMeanInitializer = initializers.get(options.movingMeanInitializer ?? 'zeros');
    this.movingVarianceInitializer = initializers.get(options.movingVarianceInitializer ?? 'ones');
    if (!(this.epsilon > 0))
      throw new ValueError(`BatchNormalization: epsilon must be positive.\n  Received: ${this.epsilon}`);
    this.renorm = options.renorm ?? false;
    this.renormClipping = options.renormClipping ?? (this.renorm ? {} : null);
    this.renormMomentum = options.renormMomentum ?? 0.99;
    this.synchronized = options.synchronized ?? false;
    if (this.renorm) checkClipping(this.renormClipping!);
  }
  override build(inputShape: SymbolicShape): void {
    const n = inputShape.at(this.axis);
    if (n == null)
      throw new ValueError(
        `axis ${this.axis} of the input must be known and within its rank.\n  Received: shape ${formatShape(inputShape)}`,
      );
    const { gammaInitializer, gammaRegularizer, gammaConstraint, betaInitializer, betaRegularizer, betaConstraint } =
      this.settings;
    if (this.scale)
      this.gamma = this.addWeight({
        shape: [n],
        initializer: gammaInitializer,
        regularizer: gammaRegularizer,
        constraint: gammaConstraint,
        name: 'gamma',
      });
    if (this.center)
      this.beta = this.addWeight({
        shape: [n],
        initializer: betaInitializer,
        regularizer: betaRegularizer,
        constraint: betaConstraint,
        name: 'beta',
      });
    this.movingMean = this.addWeight({
      shape: [n],
      initializer: this.movingMeanInitializer,
      trainable: false,
      name: 'moving_mean',
    });
    this.movingVariance = this.addWeight({
      shape: [n],
      initializer: this.movingVarianceInitializer,
      trainable: false,
      name: 'moving_variance',
    });
    if (this.renorm) {
      const root = (shape: Shape, o?: { dtype?: DType | null }): Tensor =>
        this.movingVarianceInitializer!.call(shape, o).sqrt();
      const own = (name: string, initializer: InitializerIdentifier): Variable =>
        this.addWeight({ shape: [n], initializer, trainable: false, name });
      this.movingStddev = own('moving_stddev', root);
      this.renormMean = own('renorm_mean', this.movingMeanInitializer);
      this.renormStddev = own('renorm_stddev', root);
    }
    this.inputSpec = new InputSpec({ ndim: inputShape.length, axes: { [this.axis]: n } });
  }
  override call(inputs: Tensor, options: CallOptions = {}): Tensor {
    const isHalf = inputs.dtype === 'bfloat16' || inputs.dtype === 'float16'; // statistics in half would be too coarse
    return isHalf
      ? this.normalized(inputs.cast('float32'), options).cast(inputs.dtype)
      : this.normalized(inputs, options);
  }
  private affine(v: Variable | null, like: Tensor): Tensor | null {
    const t = v?.value ?? null;
    return t && t.dtype !== like.dtype ? t.cast(like.dtype) : t;
  }
  private normalized(inputs: Tensor, { training, mask }: CallOptions): Tensor {
    const epsilon = this.epsilon;
    const offset = this.affine(this.beta, inputs);
    const scale = this.affine(this.gamma, inputs);
    if (!training || !this.trainable)
      return batchNormalization(inputs, this.movingMean.value, this.movingVariance.value, this.axis, {
        offset,
        scale,
        epsilon,
      });
    const last = this.axis === -1 || this.axis === inputs.ndim - 1;
    const n = inputs.shape.at(this.axis)!;
    if (mask || this.renorm) return this.trainedOnMoments(inputs, (mask as Tensor | undefined) ?? null);
    const filled = (value: number): Tensor => convert(value, inputs).broadcastTo([n]);
    const x = last ? inputs : moveaxis(inputs, this.axis, -1);
    const [y, mean, variance] = batchNormalizationTraining(x, scale ?? filled(1), offset ?? filled(0), { epsilon });
    this.updateMoving(mean, variance);
    return last ? y : moveaxis(y, -1, this.axis);
  }
  private move(old: Variable, now: Tensor, momentum: number): void {
    old.assign(old.mul(momentum).add(now.mul(1 - momentum)));
  }
  private updateMoving(mean: Tensor, variance: Tensor): void {
    this.move(this.movingMean, mean, this.momentum);
    this.move(this.movingVariance, variance, this.momentum);
  }
  // By the formula: statistics over the unmasked steps only, and renormalization.
  private trainedOnMoments(x: Tensor, mask: Tensor | null): Tensor {
    const { mean, variance } = moments(x, this.axis < 0 ? this.axis + x.ndim : this.axis, mask);
    let scale = this.affine(this.gamma, x);
    let offset = this.affine(this.beta, x);
    if (this.renorm) {
      const { r, d } = this.correction(mean, variance);
      offset = (scale ? d.mul(scale) : d).add(offset ?? 0);
      scale = scale ? r.mul(scale) : r;
    } else this.updateMoving(mean, variance);
    return batchNormalization(x, mean, variance, this.axis, { offset, scale, epsilon: this.epsilon });
  }
  /** r and d of batch renormalization, without gradient; the statistics move on. */
  private correction(mean: Tensor, variance: Tensor): { r: Tensor; d: Tensor } {
    const { rmin, rmax, dmax } = this.renormClipping!;
    const stddev = variance.add(this.epsilon).sqrt();
    const known = this.renormStddev!.maximum(Math.sqrt(this.epsilon));
    let r = stddev.div(known);
    let d = mean.sub(this.renormMean!.value).div(known);
    if (rmin != null) r = r.maximum(rmin);
    if (rmax != null) r = r.minimum(rmax);
    if (dmax != null) d = d.clip(-dmax, dmax);
    this.move(this.renormMean!, mean, this.renormMomentum);
    this.move(this.renormStddev!, stddev, this.renormMomentum);
    this.move(this.movingMean, mean, this.momentum);
    this.move(this.movingStddev!, stddev, this.momentum);
    this.movingVariance.assign(this.movingStddev!.square().sub(this.epsilon).relu());
    return { r: r.stopGradient(), d: d.stopGradient() };
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      axis: this.axis,
      momentum: this.momentum,
      epsilon: this.epsilon,
      center: this.center,
      scale: this.scale,
      ...serialized(this.settings),
      movingMeanInitializer: serializeKerasObject(this.movingMeanInitializer),
      movingVarianceInitializer: serializeKerasObject(this.movingVarianceInitializer),
      synchronized: this.synchronized,
      renorm: this.renorm,
      renormClipping: this.renormClipping,
      renormMomentum: this.renormMomentum,
    };
  }
}
function checkClipping(clipping: RenormClipping): void {
  checkOptions('BatchNormalization: renormClipping', clipping, {
    rmin: kinds.numbers,
    rmax: kinds.numbers,
    dmax: kinds.numbers,
  });
  const { rmin, rmax, dmax } = clipping;
  if (rmin != null && rmax != null && rmax < rmin)
    throw new ValueError(
      `BatchNormalization: renormClipping needs rmin <= rmax.\n  Received: rmin ${rmin}, rmax ${rmax}`,
    );
  if (dmax != null && !(dmax >= 0))
    throw new ValueError(`BatchNormalization: dmax of renormClipping must not be negative.\n  Received: ${dmax}`);
}
/** Mean and variance for each position of `axis`, over the elements that the mask lets through. */
function moments(x: Tensor, axis: number, mask: Tensor | null): { mean: Tensor; variance: Tensor } {
  const over = { axis: x.shape.map((_, i) => i).filter((i) => i !== axis), keepdims: true };
  const flat = (t: Tensor): Tensor => t.reshape([-1]);
  if (!mask) {
    const mean = x.mean(over);
    return { mean: flat(mean), variance: flat(x.sub(mean).square().mean(over)) };
  }
  if (mask.ndim !== x.ndim - 1)
    throw new ValueError(
      `the mask must have one axis less than the input.\n  Received: mask ${formatShape(mask.shape)}, input ${formatShape(x.shape)}`,
    );
  const wide = mask
    .cast('bool')
    .reshape([...mask.shape, 1])
    .broadcastTo(x.shape);
  const total = (t: Tensor): Tensor => ops.where(wide, t, 0).sum(over);
  const count = wide.cast(x.dtype).sum(over).add(1e-7);
  const mean = total(x).div(count);
  return {
    mean: flat(mean),
    variance: flat(total(x.sub(mean).square()).div(count)),
  };
}
registerClass('keras.layers', BatchNormalization);
