/** ActivityRegularization. */
import { recordOf } from '../../../support/guard';
import { L1L2 } from '../../regularizers';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type LayerOptions } from '../layer';

/** Its input; adds l1 sum|x| + l2 sum x^2, divided by the batch size, to the loss. Defaults: 0. */
export class ActivityRegularization extends Layer {
  static override positional: readonly string[] = [];
  static override options: OptionKinds = { l1: kinds.floats, l2: kinds.floats };
  override supportsMasking = true;
  readonly l1: number;
  readonly l2: number;
  constructor(options: LayerOptions & { l1?: number; l2?: number } = {}) {
    const { l1 = 0, l2 = 0 } = recordOf('ActivityRegularization', options);
    super({ ...options, activityRegularizer: new L1L2({ l1, l2 }) });
    this.l1 = l1;
    this.l2 = l2;
    this.built = true;
  }
  override call(inputs: unknown): unknown {
    return inputs;
  }
  override getConfig() {
    const { activityRegularizer: _, ...config } = super.getConfig();
    return { ...config, l1: this.l1, l2: this.l2 };
  }
}
registerClass('keras.layers', ActivityRegularization);
