/** BatchNormalization. */
import { ValueError } from '../../../errors';
import { batchNormalization, batchNormalizationTraining } from '../../../ops/nn';
import { moveaxis } from '../../../ops/shape';
import { convert, formatShape, run, type Tensor } from '../../../tensor';
import type { Variable } from '../../../variable';
import * as initializers from '../../initializers';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../saving/registry';
import { serializedRecord as serialized, serializeKerasObject } from '../../saving/serialize';
import { InputSpec } from '../input_spec';
import { Layer, type CallOptions, type LayerOptions } from '../layer';
import { AFFINE, affine, type AffineOptions } from './affine';

export interface BatchNormalizationOptions extends LayerOptions, AffineOptions {
  axis?: number | readonly number[];
  momentum?: number;
  epsilon?: number;
  center?: boolean;
  scale?: boolean;
  movingMeanInitializer?: unknown;
  movingVarianceInitializer?: unknown;
  renorm?: false;
  renormClipping?: null;
  renormMomentum?: number;
  synchronized?: boolean;
}
/**
 * gamma (x - mean) / sqrt(variance + epsilon) + beta (Ioffe & Szegedy 2015). While training, the batch's statistics are
 * used and the moving ones updated: moving = momentum moving + (1 - momentum) batch; else the moving ones are used.
 * A frozen layer (`trainable = false`) always uses the moving ones. Defaults: axis -1, momentum 0.99, epsilon 1e-3.
 */
export class BatchNormalization extends Layer {
  static override positional: readonly string[] = [];
  static override options = [
    ...AFFINE,
    'axis',
    'momentum',
    'epsilon',
    'center',
    'scale',
    'movingMeanInitializer',
    'movingVarianceInitializer',
    'synchronized',
    'renorm',
    'renormClipping',
    'renormMomentum',
  ];
  override supportsMasking = true;
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  gamma: Variable | null = null;
  beta: Variable | null = null;
  movingMean!: Variable;
  movingVariance!: Variable;
  private readonly settings;
  private readonly movingMeanInitializer;
  private readonly movingVarianceInitializer;

  constructor(options: BatchNormalizationOptions = {}) {
    super(options);
    this.axis = Array.isArray(options.axis) ? options.axis[0] : ((options.axis as number | undefined) ?? -1);
    this.momentum = options.momentum ?? 0.99;
    this.epsilon = options.epsilon ?? 1e-3;
    this.center = options.center ?? true;
    this.scale = options.scale ?? true;
    this.settings = affine(options);
    this.movingMeanInitializer = initializers.get(options.movingMeanInitializer ?? 'zeros');
    this.movingVarianceInitializer = initializers.get(options.movingVarianceInitializer ?? 'ones');
    if (!(this.epsilon > 0)) throw new ValueError(`BatchNormalization: epsilon must be positive.\n  Received: ${this.epsilon}`);
    if (options.renorm) throw new ValueError('BatchNormalization: renorm is not part of Keras 3.');
  }
  override build(inputShape: SymbolicShape): void {
    const n = inputShape.at(this.axis);
    if (n == null) throw new ValueError(`axis ${this.axis} of the input must be known and within its rank.\n  Received: shape ${formatShape(inputShape)}`);
    const { gammaInitializer, gammaRegularizer, gammaConstraint, betaInitializer, betaRegularizer, betaConstraint } = this.settings;
    if (this.scale) this.gamma = this.addWeight({ shape: [n], initializer: gammaInitializer, regularizer: gammaRegularizer, constraint: gammaConstraint, name: 'gamma' });
    if (this.center) this.beta = this.addWeight({ shape: [n], initializer: betaInitializer, regularizer: betaRegularizer, constraint: betaConstraint, name: 'beta' });
    this.movingMean = this.addWeight({ shape: [n], initializer: this.movingMeanInitializer, trainable: false, name: 'moving_mean' });
    this.movingVariance = this.addWeight({ shape: [n], initializer: this.movingVarianceInitializer, trainable: false, name: 'moving_variance' });
    this.inputSpec = new InputSpec({ ndim: inputShape.length, axes: { [this.axis]: n } });
  }
  override call(inputs: Tensor, options: CallOptions = {}): Tensor {
    const isHalf = inputs.dtype === 'bfloat16' || inputs.dtype === 'float16'; // statistics in half would be too coarse
    return isHalf ? this.normalized(inputs.cast('float32'), options).cast(inputs.dtype) : this.normalized(inputs, options);
  }
  private affine(v: Variable | null, like: Tensor): Tensor | null {
    const t = v?.value ?? null;
    return t && t.dtype !== like.dtype ? t.cast(like.dtype) : t;
  }
  private normalized(inputs: Tensor, { training, mask }: CallOptions): Tensor {
    const epsilon = this.epsilon,
      offset = this.affine(this.beta, inputs),
      scale = this.affine(this.gamma, inputs);
    if (!training || !this.trainable) return batchNormalization(inputs, this.movingMean.value, this.movingVariance.value, this.axis, { offset, scale, epsilon });
    const last = this.axis === -1 || this.axis === inputs.ndim - 1,
      n = inputs.shape.at(this.axis)!;
    if (mask) return this.maskedCall(inputs, mask as Tensor);
    const filled = (value: number): Tensor => run('broadcast_to', [convert(value, inputs)], { shape: [n] });
    const x = last ? inputs : moveaxis(inputs, this.axis, -1);
    const [y, mean, variance] = batchNormalizationTraining(x, scale ?? filled(1), offset ?? filled(0), { epsilon });
    this.updateMoving(mean, variance);
    return last ? y : moveaxis(y, -1, this.axis);
  }
  private updateMoving(mean: Tensor, variance: Tensor): void {
    const moved = (old: Variable, now: Tensor): void => {
      old.assign(run('add', [run('multiply', [old.value, convert(this.momentum, now)]), run('multiply', [now, convert(1 - this.momentum, now)])]));
    };
    moved(this.movingMean, mean);
    moved(this.movingVariance, variance);
  }
  // Statistics over the unmasked steps only.
  private maskedCall(x: Tensor, mask: Tensor): Tensor {
    const a = this.axis < 0 ? this.axis + x.ndim : this.axis,
      axis = x.shape.map((_, i) => i).filter((i) => i !== a);
    const w = run('broadcast_to', [run('reshape', [run('cast', [mask], { dtype: x.dtype })], { shape: [...mask.shape, ...Array<number>(x.ndim - mask.ndim).fill(1)] })], {
      shape: [...x.shape],
    });
    const total = run('sum', [w], { axis, keepdims: true });
    const count = run('add', [total, convert(1e-7, x)]);
    const mean = run('divide', [run('sum', [run('multiply', [x, w])], { axis, keepdims: true }), count]);
    const variance = run('divide', [run('sum', [run('multiply', [run('square', [run('subtract', [x, mean])]), w])], { axis, keepdims: true }), count]);
    const flat = (t: Tensor): Tensor => run('reshape', [t], { shape: [-1] });
    this.updateMoving(flat(mean), flat(variance));
    return batchNormalization(x, flat(mean), flat(variance), this.axis, { offset: this.affine(this.beta, x), scale: this.affine(this.gamma, x), epsilon: this.epsilon });
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
      synchronized: false,
    };
  }
}
registerClass('keras.layers', BatchNormalization);
