/** What the ops refuse, with the whole text: what is wrong with both numbers, what was received, the fix. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { binding } from '../../lib/binding';
import * as trae from '../../lib/index';
import { throwsText } from '../support/compare';
import { rowTable } from '../support/rows';
import './rows/index';

const z = (...shape: number[]): trae.Tensor => trae.zeros(shape);
/** [call, class, op, text] */
type Refusal = [() => unknown, string, string, string];
const value = (f: () => unknown, op: string, text: string): Refusal => [f, 'ValueError', op, text];
const type = (f: () => unknown, op: string, text: string): Refusal => [f, 'TypeError', op, text];
const index = (f: () => unknown, op: string, text: string): Refusal => [f, 'IndexError', op, text];

const groups: Record<string, Refusal[]> = {
  axes: [
    value(
      () => z(2, 3).sum({ axis: 2 }),
      'sum',
      'sum: axis 2 is out of range for a tensor of rank 2 and shape (2, 3).',
    ),
    value(
      () => z(2, 3).mean({ axis: [0, -3] }),
      'mean',
      'mean: axis -3 is out of range for a tensor of rank 2 and shape (2, 3).',
    ),
    value(() => z(2, 3).sum({ axis: [0, -2] }), 'sum', 'sum: axis 0 is given twice for a tensor of shape (2, 3).'),
    value(
      () => trae.softmax(z(2, 3), { axis: 2 }),
      'softmax',
      'softmax: axis 2 is out of range for a tensor of rank 2 and shape (2, 3).',
    ),
    value(
      () => trae.argmin(z(2, 3), { axis: 5 }),
      'argmin',
      'argmin: axis 5 is out of range for a tensor of rank 2 and shape (2, 3).',
    ),
    value(
      () => trae.cumsum(z(2, 3), { axis: 2 }),
      'cumsum',
      'cumsum: axis 2 is out of range for a tensor of rank 2 and shape (2, 3).',
    ),
    value(
      () => trae.expandDims(z(2, 1), 4),
      'expandDims',
      'expandDims: axis 4 is out of range for a tensor of rank 3.',
    ),
    value(
      () => trae.roll(z(3), 1, { axis: 1 }),
      'roll',
      'roll: axis 1 is out of range for a tensor of rank 1 and shape (3,).',
    ),
    value(
      () => trae.flip(z(3), { axis: 1.5 }),
      'flip',
      'flip: axis 1.5 is out of range for a tensor of rank 1 and shape (3,).',
    ),
    value(
      () => trae.concatenate([z(2, 3)], { axis: 2 }),
      'concatenate',
      'concatenate: axis 2 is out of range for a tensor of rank 2 and shape (2, 3).',
    ),
    value(
      () => trae.squeeze(z(2, 1), { axis: 0 }),
      'squeeze',
      'squeeze: axis 0 has size 2, not 1.\n  Received: shape (2, 1)',
    ),
    value(
      () => trae.transpose(z(2, 3), { axes: [0, 0] }),
      'transpose',
      'transpose: axes must name each of the 2 axes once.\n  Received: axes (0, 0), input shape (2, 3)',
    ),
    value(() => trae.sort(z()), 'sort', 'sort: axis -1 is out of range for a tensor of rank 0 and shape ().'),
    value(
      () => trae.random.shuffle(z(2), { axis: 1 }),
      'shuffle',
      'shuffle: axis 1 is out of range for a tensor of rank 1.',
    ),
  ],
  'empty axes': [
    value(
      () => trae.max(z(0)),
      'max',
      'max: an empty axis has no largest or smallest element.\n  Received: shape (0,), axis 0',
    ),
    value(
      () => trae.argmin(z(0, 3), { axis: 0 }),
      'argmin',
      'argmin: an empty axis has no largest or smallest element.\n  Received: shape (0, 3)',
    ),
    value(
      () => trae.argmax(z(0)),
      'argmax',
      'argmax: an empty axis has no largest or smallest element.\n  Received: shape (0,)',
    ),
  ],
  broadcasting: [
    value(
      () => z(2, 3).add(z(4)),
      'add',
      'add: shapes (2, 3) and (4,) cannot be broadcast together: axis -1 has sizes 3 and 4.',
    ),
    value(
      () => trae.greaterEqual(z(2, 1), z(3, 4)),
      'greaterEqual',
      'greaterEqual: shapes (2, 1) and (3, 4) cannot be broadcast together: axis -2 has sizes 2 and 3.',
    ),
    value(
      () => trae.where(z(2), z(3), 1),
      'where',
      'where: shapes (2,) and (3,) cannot be broadcast together: axis -1 has sizes 2 and 3.',
    ),
    value(
      () => trae.broadcastTo(z(2, 3), [2, 4]),
      'broadcastTo',
      'broadcastTo: a tensor of shape (2, 3) cannot be broadcast to shape (2, 4).',
    ),
    value(() => trae.tile(z(3), -1), 'broadcastTo', 'broadcastTo: sizes must be >= 0.\n  Received: shape (-1, 3)'),
  ],
  products: [
    value(
      () => z(2, 3).matmul(z(4, 5)),
      'matmul',
      'matmul: the first tensor has 3 columns but the second has 4 rows.\n  Received: shapes (2, 3) and (4, 5)',
    ),
    value(
      () => z(3).matmul(z(4, 5)),
      'matmul',
      'matmul: inner sizes 3 and 4 differ.\n  Received: shapes (3,) and (4, 5)',
    ),
    value(
      () => z().matmul(z(4, 5)),
      'matmul',
      'matmul: vectors or matrices are expected, not scalars.\n  Received: shapes () and (4, 5)',
    ),
    value(
      () => z(2, 3, 4).matmul(z(5, 4, 3)),
      'matmul',
      'matmul: shapes (2,) and (5,) cannot be broadcast together: axis -1 has sizes 2 and 5.',
    ),
    value(
      () => trae.tensordot(z(2, 3), z(4, 5), { axes: 1 }),
      'tensordot',
      'tensordot: axes (1) of shape (2, 3) and (0) of shape (4, 5) differ in size.',
    ),
    value(() => trae.einsum('ij,jk->ik', z(2, 3)), 'einsum', "einsum: 'ij,jk->ik' names 2 operands but 1 are given."),
    value(() => trae.einsum('ij->i', z(2)), 'einsum', "einsum: 'ij' names 2 axes but operand 0 has shape (2,)."),
    value(
      () => trae.einsum('ij,jk->ik', z(2, 3), z(4, 5)),
      'einsum',
      "einsum: axis 'j' has size 3 and, in operand 1 of shape (4, 5), 4.",
    ),
    value(() => trae.einsum('ij->z', z(2, 3)), 'einsum', "einsum: 'z' of the result does not occur in 'ij'."),
    value(() => trae.diag(z(1, 1, 1)), 'diag', 'diag: a vector or a matrix is expected.\n  Received: shape (1, 1, 1)'),
    value(() => trae.tril(z(1)), 'tril', 'tril: a matrix is expected.\n  Received: shape (1,)'),
  ],
  convolution: [
    value(
      () => trae.conv(z(1, 5, 5, 3), z(3, 3, 4, 8)),
      'conv2d',
      'conv2d: input has 3 channels (last axis) but the kernel of shape (3, 3, 4, 8) expects 4.\n  Received: input shape (1, 5, 5, 3), strides (1, 1), dilation (1, 1), groups 1',
    ),
    value(
      () => trae.conv(z(1, 5, 3), z(3, 3, 4, 8)),
      'conv',
      'conv: inputs of rank n and a kernel of the same rank, 3 to 5, are expected.\n  Received: inputs (1, 5, 3), kernel (3, 3, 4, 8)',
    ),
    value(
      () => trae.conv(z(1, 5, 5, 4), z(3, 3, 2, 3)),
      'conv2d',
      'conv2d: 3 filters cannot be split in 2 groups.\n  Received: input shape (1, 5, 5, 4), strides (1, 1), dilation (1, 1), groups 2',
    ),
    value(
      () => trae.conv(z(1, 2, 3), z(3, 3, 8), { dilationRate: 2 }),
      'conv1d',
      'conv1d: the kernel covers 5 elements of axis 1 but the padded input has 2.\n  Received: input shape (1, 2, 3), strides (1,), dilation (2,), groups 1',
    ),
    value(
      () => trae.conv(z(1, 5, 5, 3), z(3, 3, 3, 8), { padding: 'sam' as never }),
      'conv2d',
      "conv2d: padding must be 'valid', 'same' or 'causal'.\n  Received: 'sam'",
    ),
    value(
      () => trae.conv(z(1, 5, 5, 3), z(3, 3, 3, 8), { padding: 'causal' }),
      'conv2d',
      "conv2d: padding 'causal' is for one spatial axis; there are 2.",
    ),
    value(
      () => trae.conv(z(1, 5, 5, 3), z(3, 3, 3, 8), { strides: [1, 2, 3] }),
      'conv2d',
      'conv2d: strides must be a whole number >= 1 or 2 of them.\n  Received: [1, 2, 3]',
    ),
    value(
      () => trae.conv(z(1, 5, 5, 3), z(3, 3, 3, 8), { strides: 0 }),
      'conv2d',
      'conv2d: strides must be a whole number >= 1 or 2 of them.\n  Received: 0',
    ),
    value(
      () => trae.conv(z(1, 5, 5, 3), z(3, 3, 3, 8), { strides: 2, dilationRate: 2 }),
      'conv2d',
      'conv2d: strides > 1 and dilationRate > 1 exclude each other.\n  Received: strides (2, 2), dilationRate (2, 2)',
    ),
    value(
      () => trae.conv(z(1, 5, 5, 3), z(3, 3, 3, 8), { dataFormat: 'NHWC' as never }),
      'conv2d',
      "conv2d: dataFormat must be 'channels_last' or 'channels_first'.\n  Received: 'NHWC'",
    ),
    value(
      () => trae.depthwiseConv(z(1, 5, 5, 3), z(3, 3, 4, 2)),
      'depthwiseConv',
      'depthwiseConv: input has 3 channels but the kernel of shape (3, 3, 4, 2) expects 4.\n  Received: input shape (1, 5, 5, 3)',
    ),
    value(
      () => trae.separableConv(z(1, 5, 3), z(3, 3, 2), z(2, 6, 4)),
      'separableConv',
      'separableConv: the pointwise kernel must have size 1 on the spatial axes.\n  Received: shape (2, 6, 4)',
    ),
    value(
      () => trae.convTranspose(z(1, 5, 5, 3), z(3, 3, 4, 8)),
      'conv2dTranspose',
      'conv2dTranspose: input has 3 channels but the kernel of shape (3, 3, 4, 8) expects 8 (last axis).\n  Received: input shape (1, 5, 5, 3)',
    ),
    value(
      () => trae.convTranspose(z(1, 0, 3), z(3, 4, 3)),
      'conv1dTranspose',
      'conv1dTranspose: the result would have size 2 on axis 1.\n  Received: input shape (1, 0, 3)',
    ),
    value(
      () => trae.convTranspose(z(1, 5, 3), z(3, 4, 3), { padding: 'causal' }),
      'conv1dTranspose',
      "conv1dTranspose: padding must be 'valid' or 'same'.\n  Received: 'causal'",
    ),
    value(
      () => trae.convTranspose(z(1, 5, 3), z(3, 4, 3), { outputPadding: -1 }),
      'conv1dTranspose',
      'conv1dTranspose: outputPadding must be a whole number >= 0 or 1 of them.\n  Received: -1',
    ),
    value(
      () => trae.adaptiveMaxPool(z(1, 5, 3), 0),
      'adaptiveMaxPool',
      'adaptiveMaxPool: outputSize must be a whole number >= 1 or 1 of them.\n  Received: 0',
    ),
    value(
      () => trae.adaptiveAveragePool(z(1, 0, 3), 2),
      'adaptiveAveragePool',
      'adaptiveAveragePool: axis 1 is empty.\n  Received: shape (1, 0, 3)',
    ),
    value(
      () => trae.maxPool(z(1, 5), 2),
      'maxPool',
      'maxPool: inputs of rank 3 to 5 are expected.\n  Received: shape (1, 5)',
    ),
    value(
      () => trae.maxPool(z(1, 3, 3, 1), 4),
      'maxPool',
      'maxPool: the window covers 4 elements of axis 1 but the padded input has 3.\n  Received: input shape (1, 3, 3, 1)',
    ),
    value(
      () => trae.averagePool(z(1, 3, 3, 1), [1.5, 2]),
      'averagePool',
      'averagePool: poolSize must be a whole number >= 1 or 2 of them.\n  Received: [1.5, 2]',
    ),
    value(
      () => trae.batchNormalization(z(4, 3), z(2), z(3), 1),
      'batchNormalization',
      'batchNormalization: mean must have 3 values, one for each position of axis 1.\n  Received: mean of shape (2,), input of shape (4, 3)',
    ),
    value(
      () => trae.layerNormalization(z(4, 3), { gamma: z(4) }),
      'layerNormalization',
      'layerNormalization: gamma must have 3 values, one for each position of axis 1.\n  Received: gamma of shape (4,), input of shape (4, 3)',
    ),
    value(
      () => trae.batchNormalizationTraining(z(4, 3), z(2), z(3)),
      'batchNormTraining',
      'batchNormTraining: gamma must have shape (3,), one value per channel (last axis).\n  Received: gamma of shape (2,), input of shape (4, 3)',
    ),
  ],
  images: [
    value(
      () => trae.ops.image.resize(z(5, 5), [2, 2]),
      'resize',
      'resize: an image (rank 3) or a batch of images (rank 4) is expected.\n  Received: shape (5, 5)',
    ),
    value(
      () => trae.ops.image.resize(z(5, 5, 3), [2, 0]),
      'resize',
      'resize: size must be [height, width], whole numbers > 0.\n  Received: [2, 0]',
    ),
    value(
      () => trae.ops.image.resize(z(1, 0, 5, 3), [2, 2]),
      'resize',
      'resize: there are no pixels to resize.\n  Received: shape (1, 0, 5, 3)',
    ),
    value(
      () => trae.ops.image.resize(z(5, 5, 3), [2, 2], { interpolation: 'linear' as never }),
      'resize',
      "resize: interpolation must be one of 'bilinear', 'nearest', 'lanczos3', 'lanczos5', 'bicubic', 'area'.\n  Received: 'linear'",
    ),
    value(
      () => trae.ops.image.resize(z(5, 5, 3), [2, 2], { cropToAspectRatio: true, padToAspectRatio: true }),
      'resize',
      'resize: cropToAspectRatio and padToAspectRatio exclude each other.',
    ),
    value(
      () => trae.ops.image.affineTransform(z(2, 5, 5, 3), z(3, 8)),
      'affineTransform',
      'affineTransform: transform must have shape (8,) or (2, 8).\n  Received: (3, 8)',
    ),
    value(
      () => trae.ops.image.affineTransform(z(5, 5, 3), z(8), { fillMode: 'mirror' as never }),
      'affineTransform',
      "affineTransform: fillMode must be one of 'constant', 'nearest', 'wrap', 'reflect'.\n  Received: 'mirror'",
    ),
    value(
      () => trae.ops.image.perspectiveTransform(z(5, 5, 3), z(4, 2), z(2, 4)),
      'perspectiveTransform',
      'perspectiveTransform: endPoints must have shape (4, 2) or (1, 4, 2).\n  Received: (2, 4)',
    ),
    value(
      () => trae.ops.image.scaleAndTranslate(z(5, 5), [5, 5], z(1), z(2), [0, 1], 'linear'),
      'scaleAndTranslate',
      'scaleAndTranslate: scale must have shape (2,), a number for each of spatialDims.\n  Received: (1,)',
    ),
  ],
  shapes: [
    value(
      () => z(2, 3).reshape([4]),
      'reshape',
      'reshape: a tensor of shape (2, 3) has 6 elements, which shape (4,) does not hold.',
    ),
    value(
      () => z(2, 3).reshape([-1, 4]),
      'reshape',
      'reshape: a tensor of shape (2, 3) has 6 elements, which shape (-1, 4) does not hold.',
    ),
    value(
      () => z(2, 3).reshape([-1, -1]),
      'reshape',
      'reshape: at most one size may be -1, the others must be >= 0.\n  Received: shape (-1, -1)',
    ),
    value(
      () => trae.concatenate([z(2, 3), z(2, 4)]),
      'concatenate',
      'concatenate: shapes must agree except along axis 0: tensor 0 has shape (2, 3) and tensor 1 has shape (2, 4).',
    ),
    value(() => trae.concat([]), 'concatenate', 'concatenate: needs at least one tensor.\n  Received: none'),
    value(
      () => trae.stack([z(2, 3), z(2, 4)]),
      'stack',
      'stack: all tensors must have one shape: (2, 3) and (2, 4) differ.',
    ),
    value(() => trae.split(z(5), 2), 'split', 'split: axis 0 of size 5 cannot be split in 2 equal parts.'),
    value(
      () => trae.slice(z(5), [3], [4]),
      'slice',
      'slice: 4 elements from 3 by 1 do not lie within axis 0 of shape (5,).',
    ),
    value(() => trae.stridedSlice(z(5), [0], [3], [0]), 'stridedSlice', 'stridedSlice: the step of axis 0 is 0.'),
    value(
      () => trae.repeat(z(3), [1, 2]),
      'repeat',
      'repeat: 2 repeats are given for the 3 elements of axis 0.\n  Received: shape (3,)',
    ),
    value(
      () => trae.pad(z(2, 1), 1, { mode: 'wrap' as never }),
      'pad',
      "pad: mode 'wrap' is not one of 'constant', 'reflect', 'symmetric', 'edge'.",
    ),
    value(
      () => trae.pad(z(2, 3), 2, { mode: 'reflect' }),
      'pad',
      "pad: mode 'reflect' can add at most 1 elements to axis 0 of shape (2, 3).",
    ),
    value(
      () => trae.pad(z(2, 3), -3),
      'pad',
      'pad: the padded shape (-4, -3) has a negative size.\n  Received: input shape (2, 3)',
    ),
    value(() => trae.glu(z(3)), 'glu', 'glu: axis 0 has size 3, which is not even.\n  Received: shape (3,)'),
    value(() => trae.arange(0, 3, 0), 'arange', 'arange: step must not be 0.'),
  ],
  'cross-entropies': [
    value(
      () => trae.categoricalCrossentropy(z(2, 3), z(2, 4)),
      'categoricalCrossentropy',
      'categoricalCrossentropy: target and output must have one shape of rank >= 1.\n  Received: target (2, 3), output (2, 4)',
    ),
    value(
      () => trae.sparseCategoricalCrossentropy(z(3), z(2, 4)),
      'sparseCategoricalCrossentropy',
      'sparseCategoricalCrossentropy: target and output must agree in all axes but the last.\n  Received: target (3,), output (2, 4)',
    ),
    value(
      () => trae.binaryCrossentropy(z(3), z(2)),
      'binaryCrossentropy',
      'binaryCrossentropy: target and output must have one shape.\n  Received: target (3,), output (2,)',
    ),
  ],
  indices: [
    index(() => trae.take(z(3), [5]).dataSync(), 'take', 'take: index 5 is out of range for an axis of size 3.'),
    index(
      () => trae.take(z(4, 3), [-5], { axis: 0 }).data(),
      'take',
      'take: index -5 is out of range for an axis of size 4.',
    ),
    index(
      () => trae.embeddingLookup(z(3, 2), [7]).array(),
      'take',
      'take: index 7 is out of range for an axis of size 3.',
    ),
    index(
      () =>
        trae
          .takeAlongAxis(
            [
              [1, 2],
              [3, 4],
            ],
            [[2], [0]],
            { axis: 1 },
          )
          .arraySync(),
      'take',
      'take: index 2 is out of range for an axis of size 2.',
    ),
    index(
      () => trae.scatterAdd([2], [5], [1]).dataSync(),
      'scatterAdd',
      'scatterAdd: index 5 is out of range for an axis of size 2.',
    ),
    index(
      () =>
        trae
          .compile((x: trae.Tensor, i: trae.Tensor) => trae.take(x, i).add(1))(z(3), trae.tensor([3], null, 'int32'))
          .data(),
      'take',
      'take: index 3 is out of range for an axis of size 3.',
    ),
    value(
      () => trae.scatterAdd([2], [0, 1], [1]),
      'scatterAdd',
      "scatterAdd: updates must have shape (2,), that of the result with the indices' shape in the place of axis 0.\n  Received: updates (1,), indices (2,), result (2,)",
    ),
    value(
      () => trae.takeAlongAxis(z(2, 3), [0], { axis: 1 }),
      'takeAlongAxis',
      'takeAlongAxis: indices must have the rank of x, 2.\n  Received: shape (1,)',
    ),
    value(() => trae.topK(z(3), 4), 'topK', 'topK: k is 4 but the last axis has size 3.'),
    value(
      () => trae.inTopK([0, 1], z(3, 2), 1),
      'inTopK',
      'inTopK: targets must have the shape of predictions without the last axis.\n  Received: targets (2,), predictions (3, 2)',
    ),
    type(
      () => trae.take(z(3), trae.tensor([1])),
      'take',
      "take: indices must be integers.\n  Received: dtype float32\n  Fix: cast them to 'int32'.",
    ),
    type(
      () => trae.oneHot(trae.tensor([1.5]), 3),
      'oneHot',
      "oneHot: indices must be integers.\n  Received: dtype float32\n  Fix: cast them to 'int32'.",
    ),
    value(() => trae.oneHot([1], -1), 'oneHot', 'oneHot: numClasses must be >= 0.\n  Received: -1'),
  ],
  dtypes: [
    type(
      () => trae.bitwiseAnd(z(3), 1),
      'bitwiseAnd',
      'bitwiseAnd: operands must be integers or bool.\n  Received: dtype float32',
    ),
  ],
  options: [
    type(
      () => trae.sum(z(2), { axes: 0 } as never),
      'sum',
      "sum: unknown option 'axes'. Did you mean 'axis'?\n  Known options: axis, keepdims",
    ),
    type(
      () => z(2).mean({ keep_dims: true } as never),
      'mean',
      "mean: unknown option 'keep_dims'. Did you mean 'keepdims'?\n  Known options: axis, keepdims",
    ),
    type(
      () => trae.conv(z(1, 3, 1), z(1, 1, 1), { stride: 2 } as never),
      'conv',
      "conv: unknown option 'stride'. Did you mean 'strides'?\n  Known options: strides, padding, dataFormat, dilationRate",
    ),
    type(
      () => (trae.negative as (...a: unknown[]) => unknown)(z(2), { axis: 0 }),
      'negative',
      "negative: unknown option 'axis'.\n  It has no options.",
    ),
    type(
      () => trae.softmax(z(2), { temperature: 2 } as never),
      'softmax',
      "softmax: unknown option 'temperature'.\n  Known options: axis",
    ),
  ],
  'what stands where options or numbers are expected': [
    type(
      () => (trae.sum as (...a: unknown[]) => unknown)(z(2, 3), 1),
      'sum',
      'sum: options are given as a record, like { axis: ... }.\n  Received: 1',
    ),
    type(
      () => (z(2, 3).max as (...a: unknown[]) => unknown)(0),
      'max',
      'max: options are given as a record, like { axis: ... }.\n  Received: 0',
    ),
    type(
      () => trae.concat([z(2)], -1 as never),
      'concat',
      'concat: options are given as a record, like { axis: ... }.\n  Received: -1',
    ),
    type(
      () => trae.transpose(z(2, 3), [1, 0] as never),
      'transpose',
      'transpose: options are given as a record, like { axes: ... }.\n  Received: [1, 0]',
    ),
    type(
      () => trae.mean(z(2), null as never),
      'mean',
      'mean: options are given as a record, like { axis: ... }.\n  Received: null',
    ),
    type(
      () => trae.sum(z(2), { axis: '0' as never }),
      'sum',
      "sum: axis must be a number or a list of them.\n  Received: '0'",
    ),
    type(
      () => trae.reshape(z(2), [1, null as never]),
      'reshape',
      'reshape: newshape must be a number or a list of them.\n  Received: [1, null]',
    ),
    type(
      () => trae.slice(z(2), 0 as never, true as never),
      'slice',
      'slice: shape must be a number or a list of them.\n  Received: true',
    ),
    type(
      () => trae.unravelIndex([1], 'ab' as never),
      'unravelIndex',
      "unravelIndex: shape must be a number or a list of them.\n  Received: 'ab'",
    ),
    value(
      () => trae.unravelIndex([1], [2, 0]),
      'unravelIndex',
      'unravelIndex: each size of shape must be a whole number >= 1.\n  Received: 0',
    ),
    value(
      () => trae.moveaxis(z(2, 3), [0, 0], [0, 1]),
      'moveaxis',
      'moveaxis: source and destination must name as many axes, each once.\n  Received: source [0, 0], destination [0, 1]',
    ),
    value(
      () => trae.roll(z(3), 0.5),
      'roll',
      'roll: shift must be a whole number, or one for each axis.\n  Received: shift 0.5, axis 0',
    ),
    value(() => trae.split(z(6), 1.5), 'split', 'split: axis 0 of size 6 cannot be split in 1.5 equal parts.'),
    value(() => trae.topK(z(3), 1.5), 'topK', 'topK: k is 1.5 but the last axis has size 3.'),
    value(() => trae.quantile(z(3), 1.5), 'quantile', 'quantile: q must lie in [0, 1].\n  Received: 1.5'),
    value(() => trae.percentile(z(3), NaN), 'percentile', 'percentile: q must lie in [0, 100].\n  Received: NaN'),
    value(
      () => trae.linspace(0, 1, { num: NaN }),
      'linspace',
      'linspace: num must be a whole number >= 0.\n  Received: NaN',
    ),
    value(
      () => trae.hanning(1e300),
      'hanning',
      'hanning: the number of points must be a whole number <= 2147483647.\n  Received: 1e+300',
    ),
    value(() => trae.eye(3, 1.5), 'eye', 'eye: the number of columns must be a whole number >= 0.\n  Received: 1.5'),
    value(() => trae.arange(0, 1e300), 'arange', 'arange: from 0 to 1e+300 by 1 are too many numbers for a tensor.'),
    value(() => trae.arange('3' as never), 'arange', "arange: stop must be a number.\n  Received: '3'"),
    value(
      () => trae.conv(z(1, 5, 3), z(3, 3, 8), { padding: [1] as never }),
      'conv1d',
      "conv1d: padding must be 'valid', 'same' or 'causal'.\n  Received: [1]",
    ),
  ],
  'linear algebra and special functions': [
    value(
      () => trae.ops.cholesky(z(2, 3)),
      'cholesky',
      'cholesky: a square matrix is expected, not one of 2 rows and 3 columns.\n  Received: shape (2, 3)',
    ),
    value(
      () => trae.ops.solveTriangular(z(3, 3), z(2, 1)),
      'solveTriangular',
      'solveTriangular: the right side has 2 rows but the matrix has 3.\n  Received: shapes (3, 3) and (2, 1)',
    ),
    value(
      () => trae.ops.solve(z(3, 3), z(2, 1)),
      'solve',
      'solve: the right side has 2 rows but the matrix has 3.\n  Received: shapes (3, 3) and (2, 1)',
    ),
    value(
      () => trae.ops.solve(z(2, 2), z(2, 1)).dataSync(),
      'solve',
      'solve: the matrix is singular: it has no inverse.',
    ),
    value(() => trae.ops.det(z(3)), 'det', 'det: a matrix is expected.\n  Received: shape (3,)'),
    value(
      () => trae.ops.slogdet(z(2, 3)),
      'slogdet',
      'slogdet: a square matrix is expected, not one of 2 rows and 3 columns.\n  Received: shape (2, 3)',
    ),
    value(() => trae.ops.luFactor(z()), 'luFactor', 'luFactor: a matrix is expected.\n  Received: shape ()'),
    value(() => trae.ops.qr(z(3)), 'qr', 'qr: a matrix is expected.\n  Received: shape (3,)'),
    value(() => trae.ops.svd(z(3)), 'svd', 'svd: a matrix is expected.\n  Received: shape (3,)'),
    value(
      () => trae.ops.eigh(z(2, 3)),
      'eigh',
      'eigh: a square matrix is expected, not one of 2 rows and 3 columns.\n  Received: shape (2, 3)',
    ),
    value(
      () => trae.ops.eig(z(2, 3)),
      'eig',
      'eig: a square matrix is expected, not one of 2 rows and 3 columns.\n  Received: shape (2, 3)',
    ),
    value(() => trae.ops.pinv(z(3)), 'pinv', 'pinv: a matrix is expected.\n  Received: shape (3,)'),
    value(
      () => trae.ops.searchsorted(z(2, 2), z(1)),
      'searchsorted',
      'searchsorted: the sorted sequence must be a vector.\n  Received: shape (2, 2)',
    ),
    value(
      () => trae.ops.fft([z(2), z(3)]),
      'fft',
      'fft: real and imaginary part must have one shape.\n  Received: (2,) and (3,)',
    ),
    value(() => trae.ops.fft([z(), z()]), 'fft', 'fft: a scalar has no axis to transform.'),
    type(() => trae.ops.gcd(z(2), z(2)), 'gcd', 'gcd: operands must be integers.\n  Received: dtype float32'),
    type(() => trae.ops.lcm(z(2), z(2)), 'lcm', 'lcm: operands must be integers.\n  Received: dtype float32'),
    value(
      () => trae.prod(z(2), { axis: 1 }),
      'prod',
      'prod: axis 1 is out of range for a tensor of rank 1 and shape (2,).',
    ),
    value(
      () => trae.min(z(0)),
      'min',
      'min: an empty axis has no largest or smallest element.\n  Received: shape (0,), axis 0',
    ),
    value(
      () => trae.any(z(2), { axis: 1 }),
      'any',
      'any: axis 1 is out of range for a tensor of rank 1 and shape (2,).',
    ),
    value(
      () => trae.all(z(2), { axis: 1 }),
      'all',
      'all: axis 1 is out of range for a tensor of rank 1 and shape (2,).',
    ),
    value(
      () => trae.logSoftmax(z(2), { axis: 1 }),
      'logSoftmax',
      'logSoftmax: axis 1 is out of range for a tensor of rank 1 and shape (2,).',
    ),
  ],
  random: [
    value(
      () => trae.random.randint([3], 5, 5),
      'randint',
      'randint: maxval must be larger than minval.\n  Received: minval 5, maxval 5',
    ),
    value(() => trae.random.normal([-1]), 'random', 'random: shape must hold whole numbers >= 0.\n  Received: (-1,)'),
    value(() => trae.random.normal(3 as never), 'random', 'random: shape must hold whole numbers >= 0.\n  Received: 3'),
    value(
      () => trae.random.normal([2], { dtype: 'int32' }),
      'random',
      "random: this distribution needs a floating-point dtype.\n  Received: 'int32'",
    ),
    value(
      () => trae.random.randint([2], 0, 2, { dtype: 'float32' }),
      'random',
      "random: this distribution needs an integer dtype.\n  Received: 'float32'",
    ),
    value(
      () => trae.random.uniform([2], { seed: 1.5 }),
      'random',
      'random: seed must be a whole number >= 0 or a SeedGenerator.\n  Received: 1.5',
    ),
    value(() => trae.random.bernoulli([3], { p: 2 }), 'bernoulli', 'bernoulli: p must lie in [0, 1].\n  Received: 2'),
    value(() => trae.random.dropout(z(2), 1.5), 'dropout', 'dropout: rate must lie in [0, 1].\n  Received: 1.5'),
    value(
      () => trae.random.dropout(trae.zeros([2], { dtype: 'int32' }), 0.5),
      'dropout',
      'dropout: a floating-point tensor is expected.\n  Received: dtype int32',
    ),
    value(
      () => trae.random.categorical(z(2), 1),
      'categorical',
      'categorical: logits of shape (rows, classes) are expected.\n  Received: shape (2,)',
    ),
  ],
};

/** Elementwise under another name, or reached only through functions that check before. */
const INNER = [
  'attention',
  'convBackwardData',
  'identity',
  'layerNorm',
  'place',
  'randomPermutation',
  'range',
  'randomGamma',
  'randomBinomial',
  'erfc',
  'besselI0',
  'nextAfter',
  'searchSorted',
  'segmentReduce',
];

describe('ops: errors', () => {
  for (const [name, refusals] of Object.entries(groups))
    it(name, async () => {
      for (const [f, kind, op, text] of refusals) {
        const error = await throwsText(f, kind, text);
        assert.equal(error.op, op, text);
        assert.equal(
          error.code,
          {
            ValueError: 'ERR_VALUE',
            TypeError: 'ERR_TYPE',
            IndexError: 'ERR_INDEX',
            NotImplementedError: 'ERR_NOT_IMPLEMENTED',
          }[kind],
          text,
        );
      }
    });
  it('each native op with a rule of its own is refused in some test', () => {
    const files = ['ops', 'keras', 'keras/layers', 'core'].flatMap((f) => {
      const folder = path.join(__dirname, '..', f);
      return fs
        .readdirSync(folder)
        .flatMap((name) => (name.endsWith('.test.ts') ? [fs.readFileSync(path.join(folder, name), 'utf8')] : []));
    });
    const text = files.join('\n'),
      camel = (name: string): string => name.replace(/_(\w)/g, (_, c: string) => c.toUpperCase());
    const without = binding
      .ops()
      .filter((op) => !op.internal)
      .map((op) => camel(op.name))
      .filter(
        (name) =>
          !['unary', 'binary', 'activation'].includes(rowTable.get(name)?.family ?? '') &&
          !INNER.includes(name) &&
          !new RegExp(`['"\`]${name}: `).test(text),
      );
    assert.deepEqual(without, []);
  });
  it('what is no tensor', async () => {
    const expected = 'a tensor, an array or a number is expected.\n  Received: ';
    await throwsText(() => trae.add(undefined as never, 1), 'TypeError', `${expected}undefined`);
    await throwsText(() => trae.exp(null as never), 'TypeError', `${expected}null`);
    await throwsText(() => trae.matmul('a' as never, [1]), 'TypeError', `${expected}'a'`);
  });
  it('shapes and dtypes of new tensors', async () => {
    const known = "'float32', 'float16', 'bfloat16', 'float64', 'int32', 'int64', 'int8', 'uint8', 'bool'";
    await throwsText(() => trae.zeros([-1]), 'ValueError', 'shape (-1,) must hold whole numbers >= 0.');
    await throwsText(() => trae.ones([1.5]), 'ValueError', 'shape (1.5,) must hold whole numbers >= 0.');
    await throwsText(
      () => trae.zeros([3], { dtype: 'int16' as never }),
      'ValueError',
      `dtype 'int16' is not one of ${known}.`,
    );
    await throwsText(() => trae.cast(z(3), 'float' as never), 'ValueError', `dtype 'float' is not one of ${known}.`);
  });
  it('what JavaScript itself refuses', async () => {
    await throwsText(
      () => (trae.einsum as (...a: unknown[]) => unknown)(new Date(0), z(2)),
      'TypeError',
      'einsum: the arguments are not of the kinds that it takes.\n  Received: an instance of Date, float32 tensor of shape (2,)',
    );
    const own = new Error('of the caller');
    assert.throws(
      () =>
        trae.map(() => {
          throw own;
        }, z(2)),
      (e) => e === own,
    );
    assert.throws(() => trae.map((x: trae.Tensor) => (x as never as { none(): trae.Tensor }).none(), z(2)), {
      name: 'TypeError',
      message: 'x.none is not a function',
    });
  });
  it('memory that is shared is copied, memory that is gone is refused', async () => {
    const shared = new Float32Array(new SharedArrayBuffer(8)).fill(3),
      x = trae.tensor(shared);
    shared.fill(4);
    assert.deepEqual(x.arraySync(), [3, 3]);
    const gone = new Float32Array(4);
    structuredClone(gone, { transfer: [gone.buffer] });
    await throwsText(
      () => trae.add(gone, 1),
      'ValueError',
      'tensor: the memory of this Float32Array has been transferred to someone else; it has no values.',
    );
  });
  it('an op that failed leaves the engine usable, and fails again when read again', async () => {
    const bad = trae.take(z(3), [9]),
      after = bad.add(1);
    for (const t of [bad, after, bad])
      await throwsText(() => t.data(), 'IndexError', 'take: index 9 is out of range for an axis of size 3.');
    assert.deepEqual(z(2).add(1).arraySync(), [1, 1]);
  });
});
