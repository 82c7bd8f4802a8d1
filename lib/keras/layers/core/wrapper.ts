/** Wrapper: the base of layers that hold another one. */
import { describe } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import { registerClass, type SerializableClass } from '../../serialization/registry';
import { deserializeKerasObject, isSerialized, serializeKerasObject } from '../../serialization/serialize';
import { Layer, type BuildShape, type CallOptions, type LayerOptions } from '../layer';

/** A layer around another layer. Subclasses use `this.layer` in `call`. */
export class Wrapper extends Layer {
  static override positional: readonly string[] = ['layer'];
  readonly layer: Layer;
  constructor(layer: Layer, options: LayerOptions = {}) {
    super(options);
    if (!(layer instanceof Layer))
      throw new ValueError(
        `${this.constructor.name}: the first argument must be a layer.\n  Received: ${describe(layer)}`,
      );
    this.layer = layer;
  }
  override build(inputShape: BuildShape): void {
    if (!this.layer.built) this.layer.build(inputShape);
  }
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  override call(inputs: any, options: CallOptions = {}): any {
    return this.layer.apply(inputs, options);
  }
  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), layer: serializeKerasObject(this.layer) };
  }
  static override fromConfig(this: SerializableClass, config: Record<string, unknown>): Layer {
    const used = isSerialized(config.layer) ? { ...config, layer: deserializeKerasObject(config.layer) } : config;
    return Layer.fromConfig.call(this, used);
  }
}
registerClass('keras.layers', Wrapper);
