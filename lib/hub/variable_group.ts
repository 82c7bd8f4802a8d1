/** The variables of one layer of an imported model. */
import { Layer, type LayerOptions } from '../keras/layers/layer';
import { NotImplementedError } from '../support/errors';
import type { Variable } from '../core/variable';
import type { SavedModelVariable } from '../tensorflow/saved_model/load';

/** Weights of an imported model that stand in one scope of its graph; they can be frozen together. It is no layer that can be called. */
export class VariableGroup extends Layer {
  constructor(options: LayerOptions = {}) {
    super(options);
    this.built = true;
  }
  /** @internal Makes a weight for a variable of the graph, whose name is that in the graph behind `prefix`. */
  add(variable: SavedModelVariable, prefix: string): Variable {
    const v = this.addWeight({
      name: variable.name.split('/').at(-1),
      shape: variable.shape,
      dtype: variable.dtype,
      initializer: 'zeros',
      trainable: variable.isTrainable,
    });
    v.autocast = false;
    v.path = `${prefix}/${variable.name}`;
    return v;
  }
  override call(): never {
    throw new NotImplementedError(
      `layer '${this.name}' is a group of weights of an imported graph: it is computed as part of the whole, not alone.`,
    );
  }
}
