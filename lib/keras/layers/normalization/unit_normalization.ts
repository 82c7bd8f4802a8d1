/** UnitNormalization. */
import { describe } from '../../../support/describe';
import { numberList } from '../../../ops/arguments';
import { TypeError } from '../../../support/errors';
import { normalize } from '../../../ops/nn';
import type { Tensor } from '../../../core/tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type LayerOptions } from '../layer';

/** x / |x|: vectors along `axis` (default -1; several: over all of them) get length 1. */
export class UnitNormalization extends Layer {
  static override positional: readonly string[] = [];
  static override options: OptionKinds = { axis: kinds.integers };
  override supportsMasking = true;
  readonly axis: number | readonly number[];
  constructor(options: LayerOptions & { axis?: number | readonly number[] } = {}) {
    super(options);
    const { axis = -1 } = options;
    if (typeof axis !== 'number' && !Array.isArray(axis))
      throw new TypeError(
        `UnitNormalization: axis must be an integer or an array of them.\n  Received: ${describe(axis)}`,
      );
    this.axis = typeof axis === 'number' ? axis : numberList('UnitNormalization', 'axis', axis);
    this.built = true;
  }
  override call(inputs: Tensor): Tensor {
    return normalize(inputs, { axis: this.axis, order: 2, epsilon: 1e-12 });
  }
  override getConfig() {
    return { ...super.getConfig(), axis: this.axis };
  }
}
registerClass('keras.layers', UnitNormalization);
