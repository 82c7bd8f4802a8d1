/** The cells of NASNet-A, found by search (keras/src/applications/nasnet.py). */
import type { KerasTensor } from '../keras_tensor';
import { withNameScope } from '../serialization/naming';
import { apply } from './application';
import { layers, stridePadding } from './parts';

/** The paths of weights made in `f` have this name in them, as in Keras. */
const scoped = <T>(name: string, f: () => T): T => withNameScope({ name }, f);
const normalize = (x: KerasTensor, name: string): KerasTensor =>
  apply(new layers.BatchNormalization({ axis: -1, momentum: 0.9997, epsilon: 1e-3, name }), x);
const relu = (x: KerasTensor, name?: string): KerasTensor => apply(new layers.Activation('relu', { name }), x);
const project = (x: KerasTensor, filters: number, name: string): KerasTensor =>
  apply(new layers.Conv2D(filters, 1, { padding: 'same', useBias: false, kernelInitializer: 'he_normal', name }), x);
const add = (x: KerasTensor, y: KerasTensor, name?: string): KerasTensor => apply(new layers.Add({ name }), [x, y]);
const join = (list: readonly KerasTensor[], name?: string): KerasTensor =>
  apply(new layers.Concatenate({ axis: -1, name }), list);
const averagePool = (x: KerasTensor, name: string): KerasTensor =>
  apply(new layers.AveragePooling2D({ poolSize: 3, strides: 1, padding: 'same', name }), x);

/** ReLU, separable convolution and normalization, twice; the first has the stride. */
const separable = (x: KerasTensor, filters: number, kernel: number, name: string, strides = 1): KerasTensor =>
  scoped(`separable_conv_block_${name}`, () => {
    x = relu(x);
    if (strides === 2)
      x = apply(new layers.ZeroPadding2D(stridePadding(x, kernel), { name: `separable_conv_1_pad_${name}` }), x);
    const first = { strides, padding: strides === 2 ? 'valid' : 'same', useBias: false } as const;
    x = apply(new layers.SeparableConv2D(filters, kernel, { ...first, name: `separable_conv_1_${name}` }), x);
    x = relu(normalize(x, `separable_conv_1_bn_${name}`));
    const second = { padding: 'same', useBias: false, name: `separable_conv_2_${name}` } as const;
    x = apply(new layers.SeparableConv2D(filters, kernel, second), x);
    return normalize(x, `separable_conv_2_bn_${name}`);
  });
const ROW_AND_COLUMN_AFTER: [[number, number], [number, number]] = [
  [0, 1],
  [0, 1],
];
const ROW_AND_COLUMN_BEFORE: [[number, number], [number, number]] = [
  [1, 0],
  [1, 0],
];
/** Half of the height and width: two samplings, the second one row and column on, each with half of the channels. */
function halved(previous: KerasTensor, filters: number, id: string): KerasTensor {
  const sample = { poolSize: 1, strides: 2, padding: 'valid' } as const;
  const half = Math.floor(filters / 2);
  const p = relu(previous, `adjust_relu_1_${id}`);
  let first = apply(new layers.AveragePooling2D({ ...sample, name: `adjust_avg_pool_1_${id}` }), p);
  first = project(first, half, `adjust_conv_1_${id}`);
  let second = apply(new layers.ZeroPadding2D(ROW_AND_COLUMN_AFTER), p);
  second = apply(new layers.Cropping2D(ROW_AND_COLUMN_BEFORE), second);
  second = apply(new layers.AveragePooling2D({ ...sample, name: `adjust_avg_pool_2_${id}` }), second);
  second = project(second, half, `adjust_conv_2_${id}`);
  return normalize(join([first, second]), `adjust_bn_${id}`);
}
/** The output before the last, in the size and with the channels of the last. */
const adjusted = (previous: KerasTensor | null, x: KerasTensor, filters: number, id: string): KerasTensor =>
  scoped('adjust_block', () => {
    if (previous === null) return x;
    if (previous.shape[2] !== x.shape[2])
      return scoped(`adjust_reduction_block_${id}`, () => halved(previous, filters, id));
    if (previous.shape[3] === filters) return previous;
    return scoped(`adjust_projection_block_${id}`, () =>
      normalize(project(relu(previous), filters, `adjust_conv_projection_${id}`), `adjust_bn_${id}`),
    );
  });

/** @internal A cell that keeps the size. @returns its output, and its input for the cell after the next. */
export const normalCell = (
  x: KerasTensor,
  previous: KerasTensor | null,
  filters: number,
  id: string,
): [output: KerasTensor, previous: KerasTensor] =>
  scoped(`normal_A_block_${id}`, () => {
    const p = adjusted(previous, x, filters, id);
    const h = normalize(project(relu(x), filters, `normal_conv_1_${id}`), `normal_bn_1_${id}`);
    const x1 = scoped('block_1', () => {
      const left = separable(h, filters, 5, `normal_left1_${id}`);
      return add(left, separable(p, filters, 3, `normal_right1_${id}`), `normal_add_1_${id}`);
    });
    const x2 = scoped('block_2', () => {
      const left = separable(p, filters, 5, `normal_left2_${id}`);
      return add(left, separable(p, filters, 3, `normal_right2_${id}`), `normal_add_2_${id}`);
    });
    const x3 = add(averagePool(h, `normal_left3_${id}`), p, `normal_add_3_${id}`);
    const left4 = averagePool(p, `normal_left4_${id}`);
    const x4 = add(left4, averagePool(p, `normal_right4_${id}`), `normal_add_4_${id}`);
    const x5 = scoped('block_5', () => add(separable(h, filters, 3, `normal_left5_${id}`), h, `normal_add_5_${id}`));
    return [join([p, x1, x2, x3, x4, x5], `normal_concat_${id}`), x];
  });
/** @internal A cell that halves height and width. @returns its output, and its input for the cell after the next. */
export const reductionCell = (
  x: KerasTensor,
  previous: KerasTensor | null,
  filters: number,
  id: string,
): [output: KerasTensor, previous: KerasTensor] =>
  scoped(`reduction_A_block_${id}`, () => {
    const p = adjusted(previous, x, filters, id);
    const h = normalize(project(relu(x), filters, `reduction_conv_1_${id}`), `reduction_bn_1_${id}`);
    const padded = apply(new layers.ZeroPadding2D(stridePadding(h, 3), { name: `reduction_pad_1_${id}` }), h);
    const pool = { poolSize: 3, strides: 2, padding: 'valid' } as const;
    const maxPool = (name: string): KerasTensor => apply(new layers.MaxPooling2D({ ...pool, name }), padded);

    const x1 = scoped('block_1', () => {
      const left = separable(h, filters, 5, `reduction_left1_${id}`, 2);
      return add(left, separable(p, filters, 7, `reduction_right1_${id}`, 2), `reduction_add_1_${id}`);
    });
    const x2 = scoped('block_2', () => {
      const left = maxPool(`reduction_left2_${id}`);
      return add(left, separable(p, filters, 7, `reduction_right2_${id}`, 2), `reduction_add_2_${id}`);
    });
    const x3 = scoped('block_3', () => {
      const left = apply(new layers.AveragePooling2D({ ...pool, name: `reduction_left3_${id}` }), padded);
      return add(left, separable(p, filters, 5, `reduction_right3_${id}`, 2), `reduction_add3_${id}`);
    });
    const x4 = add(x2, averagePool(x1, `reduction_left4_${id}`));
    const x5 = scoped('block_5', () => {
      const left = separable(x1, filters, 3, `reduction_left4_${id}`);
      return add(left, maxPool(`reduction_right5_${id}`), `reduction_add4_${id}`);
    });
    return [join([x2, x3, x4, x5], `reduction_concat_${id}`), x];
  });
