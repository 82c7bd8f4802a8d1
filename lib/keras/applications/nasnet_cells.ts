/** The cells of NASNet-A, found by search (keras/src/applications/nasnet.py). */
import type { KerasTensor } from '../keras_tensor';
import { apply } from './application';
import { layers, stridePadding } from './parts';

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
function separable(x: KerasTensor, filters: number, kernel: number, name: string, strides = 1): KerasTensor {
  x = relu(x);
  if (strides === 2)
    x = apply(new layers.ZeroPadding2D(stridePadding(x, kernel), { name: `separable_conv_1_pad_${name}` }), x);
  const first = { strides, padding: strides === 2 ? 'valid' : 'same', useBias: false } as const;
  x = apply(new layers.SeparableConv2D(filters, kernel, { ...first, name: `separable_conv_1_${name}` }), x);
  x = relu(normalize(x, `separable_conv_1_bn_${name}`));
  const second = { padding: 'same', useBias: false, name: `separable_conv_2_${name}` } as const;
  x = apply(new layers.SeparableConv2D(filters, kernel, second), x);
  return normalize(x, `separable_conv_2_bn_${name}`);
}
/** The output before the last, in the size and with the channels of the last. */
function adjusted(previous: KerasTensor | null, x: KerasTensor, filters: number, id: string): KerasTensor {
  if (previous === null) return x;
  if (previous.shape[2] !== x.shape[2]) {
    const sample = { poolSize: 1, strides: 2, padding: 'valid' } as const;
    const p = relu(previous, `adjust_relu_1_${id}`);
    let first = apply(new layers.AveragePooling2D({ ...sample, name: `adjust_avg_pool_1_${id}` }), p);
    first = project(first, Math.floor(filters / 2), `adjust_conv_1_${id}`);
    // One row and column on: what the first sampling leaves out.
    const after: [[number, number], [number, number]] = [
      [0, 1],
      [0, 1],
    ];
    const before: [[number, number], [number, number]] = [
      [1, 0],
      [1, 0],
    ];
    let second = apply(new layers.ZeroPadding2D(after), p);
    second = apply(new layers.Cropping2D(before), second);
    second = apply(new layers.AveragePooling2D({ ...sample, name: `adjust_avg_pool_2_${id}` }), second);
    second = project(second, Math.floor(filters / 2), `adjust_conv_2_${id}`);
    return normalize(join([first, second]), `adjust_bn_${id}`);
  }
  if (previous.shape[3] === filters) return previous;
  return normalize(project(relu(previous), filters, `adjust_conv_projection_${id}`), `adjust_bn_${id}`);
}

/** @internal A cell that keeps the size. @returns its output, and its input for the cell after the next. */
export function normalCell(
  x: KerasTensor,
  previous: KerasTensor | null,
  filters: number,
  id: string,
): [output: KerasTensor, previous: KerasTensor] {
  const p = adjusted(previous, x, filters, id);
  const h = normalize(project(relu(x), filters, `normal_conv_1_${id}`), `normal_bn_1_${id}`);
  const left1 = separable(h, filters, 5, `normal_left1_${id}`);
  const x1 = add(left1, separable(p, filters, 3, `normal_right1_${id}`), `normal_add_1_${id}`);
  const left2 = separable(p, filters, 5, `normal_left2_${id}`);
  const x2 = add(left2, separable(p, filters, 3, `normal_right2_${id}`), `normal_add_2_${id}`);
  const x3 = add(averagePool(h, `normal_left3_${id}`), p, `normal_add_3_${id}`);
  const left4 = averagePool(p, `normal_left4_${id}`);
  const x4 = add(left4, averagePool(p, `normal_right4_${id}`), `normal_add_4_${id}`);
  const x5 = add(separable(h, filters, 3, `normal_left5_${id}`), h, `normal_add_5_${id}`);
  return [join([p, x1, x2, x3, x4, x5], `normal_concat_${id}`), x];
}
/** @internal A cell that halves height and width. @returns its output, and its input for the cell after the next. */
export function reductionCell(
  x: KerasTensor,
  previous: KerasTensor | null,
  filters: number,
  id: string,
): [output: KerasTensor, previous: KerasTensor] {
  const p = adjusted(previous, x, filters, id);
  const h = normalize(project(relu(x), filters, `reduction_conv_1_${id}`), `reduction_bn_1_${id}`);
  const padded = apply(new layers.ZeroPadding2D(stridePadding(h, 3), { name: `reduction_pad_1_${id}` }), h);
  const pool = { poolSize: 3, strides: 2, padding: 'valid' } as const;
  const maxPool = (name: string): KerasTensor => apply(new layers.MaxPooling2D({ ...pool, name }), padded);

  const left1 = separable(h, filters, 5, `reduction_left1_${id}`, 2);
  const x1 = add(left1, separable(p, filters, 7, `reduction_right1_${id}`, 2), `reduction_add_1_${id}`);
  const left2 = maxPool(`reduction_left2_${id}`);
  const x2 = add(left2, separable(p, filters, 7, `reduction_right2_${id}`, 2), `reduction_add_2_${id}`);
  const left3 = apply(new layers.AveragePooling2D({ ...pool, name: `reduction_left3_${id}` }), padded);
  const x3 = add(left3, separable(p, filters, 5, `reduction_right3_${id}`, 2), `reduction_add3_${id}`);
  const x4 = add(x2, averagePool(x1, `reduction_left4_${id}`));
  const left5 = separable(x1, filters, 3, `reduction_left4_${id}`);
  const x5 = add(left5, maxPool(`reduction_right5_${id}`), `reduction_add4_${id}`);
  return [join([x2, x3, x4, x5], `reduction_concat_${id}`), x];
}
