/** What convolutions and ops on images refuse, with the whole text. */
import * as trae from '../../lib/index';
import { type Refusal, testRefusals, value, zeros as z } from './refusals';

const groups: Record<string, Refusal[]> = {
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
      'conv2d: strides must be an integer >= 1 or 2 of them.\n  Received: [1, 2, 3]',
    ),
    value(
      () => trae.conv(z(1, 5, 5, 3), z(3, 3, 3, 8), { strides: 0 }),
      'conv2d',
      'conv2d: strides must be an integer >= 1 or 2 of them.\n  Received: 0',
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
      'conv1dTranspose: outputPadding must be an integer >= 0 or 1 of them.\n  Received: -1',
    ),
    value(
      () => trae.adaptiveMaxPool(z(1, 5, 3), 0),
      'adaptiveMaxPool',
      'adaptiveMaxPool: outputSize must be an integer >= 1 or 1 of them.\n  Received: 0',
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
      'averagePool: poolSize must be an integer >= 1 or 2 of them.\n  Received: [1.5, 2]',
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
      'resize: size must be [height, width], integers > 0.\n  Received: [2, 0]',
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
};

describe('ops: errors', () => {
  testRefusals(groups);
});
