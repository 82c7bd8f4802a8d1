/** What ops refuse of indices, dtypes, options and values that are no tensors, with the whole text. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { throwsText } from '../helpers/compare';
import { type Refusal, testRefusals, index, type, value, zeros as z } from './refusals';

const groups: Record<string, Refusal[]> = {
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
      'unravelIndex: each size of shape must be an integer >= 1.\n  Received: 0',
    ),
    value(
      () => trae.moveaxis(z(2, 3), [0, 0], [0, 1]),
      'moveaxis',
      'moveaxis: source and destination must name as many axes, each once.\n  Received: source [0, 0], destination [0, 1]',
    ),
    value(
      () => trae.roll(z(3), 0.5),
      'roll',
      'roll: shift must be an integer, or one for each axis.\n  Received: shift 0.5, axis 0',
    ),
    value(() => trae.split(z(6), 1.5), 'split', 'split: axis 0 of size 6 cannot be split in 1.5 equal parts.'),
    value(() => trae.topK(z(3), 1.5), 'topK', 'topK: k is 1.5 but the last axis has size 3.'),
    value(() => trae.quantile(z(3), 1.5), 'quantile', 'quantile: q must lie in [0, 1].\n  Received: 1.5'),
    value(() => trae.percentile(z(3), NaN), 'percentile', 'percentile: q must lie in [0, 100].\n  Received: NaN'),
    value(
      () => trae.linspace(0, 1, { num: NaN }),
      'linspace',
      'linspace: num must be an integer >= 0.\n  Received: NaN',
    ),
    value(
      () => trae.hanning(1e300),
      'hanning',
      'hanning: the number of points must be an integer <= 2147483647.\n  Received: 1e+300',
    ),
    value(() => trae.eye(3, 1.5), 'eye', 'eye: the number of columns must be an integer >= 0.\n  Received: 1.5'),
    value(() => trae.arange(0, 1e300), 'arange', 'arange: from 0 to 1e+300 by 1 are too many numbers for a tensor.'),
    value(() => trae.arange('3' as never), 'arange', "arange: stop must be a number.\n  Received: '3'"),
    value(
      () => trae.conv(z(1, 5, 3), z(3, 3, 8), { padding: [1] as never }),
      'conv1d',
      "conv1d: padding must be 'valid', 'same' or 'causal'.\n  Received: [1]",
    ),
  ],
};

describe('ops: errors', () => {
  testRefusals(groups);
  it('what is no tensor', async () => {
    const expected = 'a tensor, an array or a number is expected.\n  Received: ';
    await throwsText(() => trae.add(undefined as never, 1), 'TypeError', `${expected}undefined`);
    await throwsText(() => trae.exp(null as never), 'TypeError', `${expected}null`);
    await throwsText(() => trae.matmul('a' as never, [1]), 'TypeError', `${expected}'a'`);
  });
  it('shapes and dtypes of new tensors', async () => {
    const known = "'float32', 'float16', 'bfloat16', 'float64', 'int32', 'int64', 'int8', 'uint8', 'bool'";
    await throwsText(() => trae.zeros([-1]), 'ValueError', 'shape (-1,) must hold integers >= 0.');
    await throwsText(() => trae.ones([1.5]), 'ValueError', 'shape (1.5,) must hold integers >= 0.');
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
    const shared = new Float32Array(new SharedArrayBuffer(8)).fill(3);
    const x = trae.tensor(shared);
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
});
