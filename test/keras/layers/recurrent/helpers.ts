/** Short forms of the tests of recurrent layers. */
import * as trae from '../../../../lib/index';

type Tensor = trae.Tensor;

export const apply = (layer: trae.keras.Layer, x: Tensor, options: trae.CallOptions = {}): Tensor =>
  layer.apply(x, options) as Tensor;
export const numbersOf = (t: Tensor): number[] => Array.from(t.dataSync() as ArrayLike<number>, Number);
