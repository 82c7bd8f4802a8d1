/** The sum in InceptionResNetV2's blocks. */
import type { Tensor } from '../../core/tensor';
import { kinds, type OptionKinds } from '../options';
import { Layer, type LayerOptions } from '../layers/layer';
import { registerClass } from '../serialization/registry';

const MODULE = 'keras.src.applications.inception_resnet_v2';

export interface CustomScaleLayerOptions extends LayerOptions {
  /** Factor of the second input. */
  scale?: number;
}
/** @internal x + scale y of two inputs (keras/src/applications/inception_resnet_v2.py). */
export class CustomScaleLayer extends Layer {
  static override positional = ['scale'];
  static override options: OptionKinds = { scale: kinds.float };
  readonly scale: number;
  constructor(scale: number | CustomScaleLayerOptions, options: CustomScaleLayerOptions = {}) {
    const given = typeof scale === 'object' ? scale : { ...options, scale };
    super(given);
    this.scale = given.scale ?? 1;
    this.built = true;
  }
  override call([x, y]: [Tensor, Tensor]): Tensor {
    return x.add(y.multiply(this.scale));
  }
  /** @internal Keras names the module of its source, and the class twice. */
  get serializedAs(): { module: string; name: string } | undefined {
    return this.constructor === CustomScaleLayer ? { module: MODULE, name: 'CustomScaleLayer' } : undefined;
  }
  override getConfig() {
    return { ...super.getConfig(), scale: this.scale };
  }
}
registerClass(MODULE, CustomScaleLayer);
