/** PReLU. */
import { ValueError } from '../../../support/errors';
import { formatShape, type Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import * as constraints from '../../constraints';
import * as initializers from '../../initializers';
import type { SymbolicShape } from '../../keras_tensor';
import * as regularizers from '../../regularizers';
import { registerClass } from '../../serialization/registry';
import { serializedRecord } from '../../serialization/serialize';
import { kinds, type OptionKinds } from '../../options';
import { InputSpec } from '../input_spec';
import { Layer, type LayerOptions } from '../layer';
import type { ConstraintIdentifier } from '../../constraints';
import type { InitializerIdentifier } from '../../initializers/initializer';
import type { RegularizerIdentifier } from '../../regularizers';

export interface PReLUOptions extends LayerOptions {
  /** First values of the slopes. Default 'zeros'. */
  alphaInitializer?: InitializerIdentifier;
  /** Penalty on the slopes, added to the loss. Default null: none. */
  alphaRegularizer?: RegularizerIdentifier;
  /** Applied to the slopes after each update. Default null: none. */
  alphaConstraint?: ConstraintIdentifier;
  /** Axes (the batch axis being 0) along which alpha is one value, as [1, 2] for images. Default: none. */
  sharedAxes?: number | readonly number[] | null;
}
/** x, or alpha x below 0, alpha learned for each position after the batch axis, 0 at first (He et al. 2015). */
export class PReLU extends Layer {
  static override positional: readonly string[] = [];
  static override options: OptionKinds = {
    alphaInitializer: kinds.initializer,
    alphaRegularizer: kinds.regularizer,
    alphaConstraint: kinds.constraint,
    sharedAxes: kinds.integers,
  };
  override supportsMasking = true;
  alpha!: Variable;
  readonly sharedAxes: readonly number[] | null;
  private readonly settings;
  constructor(options: PReLUOptions = {}) {
    super(options);
    this.settings = {
      alphaInitializer: initializers.get(options.alphaInitializer ?? 'zeros'),
      alphaRegularizer: regularizers.get(options.alphaRegularizer),
      alphaConstraint: constraints.get(options.alphaConstraint),
    };
    const { sharedAxes } = options;
    this.sharedAxes = sharedAxes == null ? null : typeof sharedAxes === 'number' ? [sharedAxes] : [...sharedAxes];
  }
  override build(inputShape: SymbolicShape): void {
    const shape = [...inputShape.slice(1)];
    const axes: Record<number, number> = {};
    for (const a of this.sharedAxes ?? []) {
      if (!(Number.isInteger(a) && a >= 1 && a < inputShape.length))
        throw new ValueError(
          `PReLU: sharedAxes must lie between 1 and ${inputShape.length - 1}, the batch axis being 0.\n  Received: ${a} for shape ${formatShape(inputShape)}`,
        );
      shape[a - 1] = 1;
    }
    const { alphaInitializer: initializer, alphaRegularizer: regularizer, alphaConstraint: constraint } = this.settings;
    this.alpha = this.addWeight({ shape, name: 'alpha', initializer, regularizer, constraint });
    if (this.sharedAxes)
      inputShape.forEach((d, i) => i > 0 && d !== null && !this.sharedAxes!.includes(i) && (axes[i] = d));
    this.inputSpec = new InputSpec({ ndim: inputShape.length, axes });
  }
  override call(inputs: Tensor): Tensor {
    const below = inputs.negative().relu();
    return inputs.relu().sub(this.alpha.value.mul(below));
  }
  override getConfig() {
    return { ...super.getConfig(), ...serializedRecord(this.settings), sharedAxes: this.sharedAxes };
  }
}
registerClass('keras.layers', PReLU);
