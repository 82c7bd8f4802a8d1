/** What ops refuse about axes and shapes, with the whole text: what is wrong with both numbers, what was received, the fix. */
import * as trae from '../../lib/index';
import { type Refusal, testRefusals, value, zeros as z } from './refusals';

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
};

describe('ops: errors', () => {
  testRefusals(groups);
});
