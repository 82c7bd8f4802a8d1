/** The mode 'cos' of Keras 1's Merge. */
import { ValueError } from '../../../support/errors';
import { formatShape, type Tensor } from '../../../core/tensor';
import { registerClass } from '../../serialization/registry';
import { Layer } from '../layer';
import { LEGACY_MODULE } from '../../serialization/legacy_module';

/** x . y / sqrt(max((x . x) (y . y), 1e-14)) of two arrays of vectors (batch, n), as (batch, 1, 1). */
export class CosineMerge extends Layer {
  override call(inputs: readonly Tensor[]): Tensor {
    const [x, y] = inputs;
    if (inputs.length !== 2 || x.ndim !== 2 || y.ndim !== 2)
      throw new ValueError(
        `the mode 'cos' joins two arrays of vectors, (batch, n).\n  Received: shapes ${inputs.map((t) => formatShape(t.shape)).join(', ')}`,
      );
    const dot = (a: Tensor, b: Tensor): Tensor => a.mul(b).sum({ axis: 1, keepdims: true });
    const length = dot(x, x).mul(dot(y, y)).sqrt().maximum(1e-7);
    return dot(x, y).div(length).reshape([x.shape[0], 1, 1]);
  }
}
registerClass(LEGACY_MODULE, CosineMerge);
