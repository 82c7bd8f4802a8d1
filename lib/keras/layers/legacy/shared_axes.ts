/** Weights of one number for each place of the input, as activation layers with weights have them. */
import { ValueError } from '../../../support/errors';
import { formatShape } from '../../../core/tensor';
import type { SymbolicShape } from '../../keras_tensor';

/** @internal Shape of such a weight: that of one example, size 1 along axes that share (counted with the batch axis). */
export function weightShape(inputShape: SymbolicShape, sharedAxes: readonly number[] | null): number[] {
  return inputShape.slice(1).map((d, i) => {
    if (sharedAxes?.includes(i + 1)) return 1;
    if (d === null)
      throw new ValueError(
        `all sizes but the first must be known, unless sharedAxes names them.\n  Received: shape ${formatShape(inputShape)}`,
      );
    return d;
  });
}
