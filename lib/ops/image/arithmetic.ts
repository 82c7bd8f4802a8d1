/** @internal Arithmetic on tensors and numbers for image ops; a number takes the dtype of the tensor beside it. */
import { convert, run, type DType, type Tensor } from '../../core/tensor';
import { range } from '../ranges';

type Value = Tensor | number;
const binary =
  (name: string) =>
  (a: Tensor, b: Value): Tensor =>
    run(name, [a, typeof b === 'number' ? convert(b, a) : b]);
export const add = binary('add');
export const sub = binary('subtract');
export const mul = binary('multiply');
export const div = binary('divide');
export const less = binary('less');
export const greater = binary('greater');
export const atLeast = binary('greater_equal');
export const both = binary('logical_and');
/** 1 - x */
export const rest = (x: Tensor): Tensor => run('subtract', [convert(1, x), x]);
export const limit = (x: Tensor, min: number, max: number): Tensor => run('clip', [x], { min, max });
export const choose = (where: Tensor, a: Tensor, b: Value): Tensor =>
  run('where', [where, a, typeof b === 'number' ? convert(b, a) : b]);
export const asType = (x: Tensor, dtype: DType): Tensor => (x.dtype === dtype ? x : run('cast', [x], { dtype }));
export const reshape = (x: Tensor, shape: readonly number[]): Tensor => run('reshape', [x], { shape: [...shape] });
/** 0, 1, 2, ... in a shape of as many elements. */
export const counting = (shape: readonly number[], dtype: DType): Tensor =>
  reshape(
    range(
      shape.reduce((p, d) => p * d, 1),
      dtype,
    ),
    shape,
  );
