/** ParametricSoftplus of Keras 1. */
import { Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import * as initializers from '../../initializers';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type LayerOptions } from '../layer';
import { LEGACY_MODULE } from '../../serialization/legacy_module';
import { weightShape } from './shared_axes';

/** alpha log(1 + exp(beta x)), where alpha and beta are weights that begin at `alphaInit` (0.2) and `betaInit` (5). */
export class ParametricSoftplus extends Layer {
  static override options: OptionKinds = {
    alphaInit: kinds.numbers,
    betaInit: kinds.numbers,
    sharedAxes: kinds.integers,
  };
  alphas!: Variable;
  betas!: Variable;
  private readonly given: { alphaInit: number; betaInit: number; sharedAxes: readonly number[] | null };
  constructor({
    alphaInit = 0.2,
    betaInit = 5,
    sharedAxes = null,
    ...options
  }: LayerOptions & { alphaInit?: number; betaInit?: number; sharedAxes?: readonly number[] | null } = {}) {
    super(options);
    this.given = { alphaInit, betaInit, sharedAxes };
  }
  override build(inputShape: SymbolicShape): void {
    const { alphaInit, betaInit, sharedAxes } = this.given;
    const shape = weightShape(inputShape, sharedAxes);
    this.alphas = this.addWeight({
      shape,
      initializer: new initializers.Constant({ value: alphaInit }),
      name: 'alphas',
    });
    this.betas = this.addWeight({ shape, initializer: new initializers.Constant({ value: betaInit }), name: 'betas' });
  }
  override call(inputs: Tensor): Tensor {
    return this.betas.value.mul(inputs).softplus().mul(this.alphas.value);
  }
  override getConfig() {
    return { ...super.getConfig(), ...this.given };
  }
}
registerClass(LEGACY_MODULE, ParametricSoftplus);
