/** Pipeline: layers one after the other. */
import { describe } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import { registerClass } from '../../serialization/registry';
import { deserializeKerasObject, serializeKerasObject } from '../../serialization/serialize';
import { Layer, type CallOptions, type LayerOptions } from '../layer';

/** Preprocessing layers applied in turn, as one layer. */
export class Pipeline extends Layer {
  static override positional = ['layers'];
  readonly layers: readonly Layer[];
  constructor(layers: readonly Layer[], options: LayerOptions = {}) {
    super(options);
    if (!Array.isArray(layers) || !layers.every((l) => l instanceof Layer))
      throw new ValueError(`Pipeline: an array of layers is expected.\n  Received: ${describe(layers)}`);
    this.layers = [...(layers as Layer[])];
    this.built = true;
  }
  protected override get defaultTraining(): boolean {
    return true;
  }
  override call(inputs: unknown, { training }: CallOptions = {}): unknown {
    return this.layers.reduce<unknown>((x, layer) => layer.apply(x, { training }), inputs);
  }
  override getConfig() {
    return { layers: serializeKerasObject(this.layers), name: this.name };
  }
  static override fromConfig(config: Record<string, unknown>): Pipeline {
    const { layers, name } = config as { layers?: unknown; name?: string };
    if (!Array.isArray(layers))
      throw new ValueError(`Pipeline: the config must have a list 'layers'.\n  Received: ${describe(layers)}`);
    return new Pipeline(
      layers.map((l) => (l instanceof Layer ? l : (deserializeKerasObject(l) as Layer))),
      { name },
    );
  }
}
registerClass('keras.layers', Pipeline);
