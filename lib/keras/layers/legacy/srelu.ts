/** SReLU of Keras 1. */
import type { Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import * as initializers from '../../initializers';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { serializeKerasObject } from '../../serialization/serialize';
import { kinds, type OptionKinds } from '../../options';
import type { InitializerIdentifier } from '../../initializers/initializer';
import { Layer, type LayerOptions } from '../layer';
import { LEGACY_MODULE } from '../../serialization/legacy_module';
import { weightShape } from './shared_axes';

const WEIGHTS = { tLeft: 'zeros', aLeft: 'glorot_uniform', tRight: 'glorot_uniform', aRight: 'ones' } as const;
type Name = keyof typeof WEIGHTS;
const NAMES = Object.keys(WEIGHTS) as Name[];
export type SReLUOptions = LayerOptions & { [K in `${Name}Initializer`]?: InitializerIdentifier } & {
  /** Axes of the input along which one value of each weight serves all places; 1 is the first axis behind the batch. Default null: none. */
  sharedAxes?: readonly number[] | null;
};
/**
 * x between two thresholds, lines of other slopes outside of them: l + aLeft (x - l) below l = tLeft and
 * r + aRight (x - r) above r = tLeft + |tRight|. All four are weights. (Jin et al. 2015)
 */
export class SReLU extends Layer {
  static override options: OptionKinds = {
    ...Object.fromEntries(NAMES.map((n) => [`${n}Initializer`, kinds.initializer])),
    sharedAxes: kinds.integers,
  };
  tLeft!: Variable;
  aLeft!: Variable;
  tRight!: Variable;
  aRight!: Variable;
  private readonly given: Record<string, initializers.Initializer>;
  private readonly sharedAxes: readonly number[] | null;
  constructor(options: SReLUOptions = {}) {
    super(options);
    this.given = Object.fromEntries(
      NAMES.map((n) => [`${n}Initializer`, initializers.get(options[`${n}Initializer`] ?? WEIGHTS[n])!]),
    );
    this.sharedAxes = options.sharedAxes ?? null;
  }
  override build(inputShape: SymbolicShape): void {
    const shape = weightShape(inputShape, this.sharedAxes);
    for (const n of NAMES)
      this[n] = this.addWeight({
        shape,
        initializer: this.given[`${n}Initializer`],
        name: n.replace(/[A-Z]/, (c) => `_${c.toLowerCase()}`),
      });
  }
  override call(inputs: Tensor): Tensor {
    const left = this.tLeft.value;
    const right = left.add(this.tRight.value.abs());
    const below = inputs.sub(left).minimum(0);
    const above = inputs.sub(right).maximum(0);
    const middle = inputs.maximum(left).minimum(right);
    return middle.add(below.mul(this.aLeft.value)).add(above.mul(this.aRight.value));
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      ...Object.fromEntries(Object.entries(this.given).map(([k, v]) => [k, serializeKerasObject(v)])),
      sharedAxes: this.sharedAxes,
    };
  }
}
registerClass(LEGACY_MODULE, SReLU);
