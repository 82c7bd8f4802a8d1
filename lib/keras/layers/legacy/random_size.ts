/** RandomHeight and RandomWidth of Keras 2: augmentation that gives each batch another size. */
import { NotImplementedError } from '../../../support/errors';
import type { Interpolation } from '../../../ops/image/interpolation';
import type { Tensor } from '../../../core/tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type CallOptions, type LayerOptions } from '../layer';
import { LEGACY_MODULE } from '../../serialization/legacy_module';

interface RandomSizeOptions extends LayerOptions {
  /** How values between pixels are computed: 'bilinear' (default), 'nearest', 'bicubic', 'lanczos3', 'lanczos5' or 'area'. */
  interpolation?: Interpolation;
  /** Seed of the sizes, an integer >= 0. Default null: of its own. */
  seed?: number | null;
}
/** Images as they are, outside of training. In training every batch would have a size of its own, which no plan can have. */
abstract class RandomSize extends Layer {
  static override positional: OptionKinds = { factor: kinds.floats };
  static override options: OptionKinds = { interpolation: kinds.choice, seed: kinds.seed };
  private readonly given: { factor: number | readonly number[]; interpolation: string; seed: number | null };
  constructor(
    factor: number | readonly number[],
    { interpolation = 'bilinear', seed = null, ...options }: RandomSizeOptions = {},
  ) {
    super(options);
    this.given = { factor, interpolation, seed };
    this.built = true;
  }
  override call(inputs: Tensor, { training }: CallOptions = {}): Tensor {
    if (training)
      throw new NotImplementedError(
        `${this.constructor.name}: training would give each batch another size; Keras 3 has no such layer any more.\n  Fix: make the model without it, or with RandomZoom in its place, and load the weights by model.loadWeights(path, { byName: true }).`,
      );
    return inputs;
  }
  override getConfig() {
    return { ...super.getConfig(), ...this.given };
  }
}
/** RandomHeight(factor, { interpolation, seed }). */
export class RandomHeight extends RandomSize {}
/** RandomWidth(factor, { interpolation, seed }). */
export class RandomWidth extends RandomSize {}
registerClass(LEGACY_MODULE, RandomHeight, RandomWidth);
