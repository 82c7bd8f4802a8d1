/** Operations of audio and of sequences: transforms of Fourier, spectra, segments, scattering, sequences of own lengths. */
import type { Tensor } from '../../../core/tensor';
import * as ops from '../../../ops/index';
import type { NodeCall, Operations } from '../operation';
import { ComplexTensor, integers, type Value } from '../values';

const complex = ([re, im]: readonly Tensor[]): ComplexTensor => new ComplexTensor(re, im);
/** The transform of as many elements as the second input says; others are cut off, missing ones are zeros. */
function realTransform(n: NodeCall): ComplexTensor {
  const length = n.numbers(1);
  if (length.length !== 1 || length[0] < 1) n.fail(`a transform of ${length.join(' x ')} elements.`);
  return complex(ops.rfft(n.tensor(0), { fftLength: length[0] }));
}
function inverseRealTransform(n: NodeCall): Tensor {
  const { re, im } = n.complex(0);
  return ops.irfft([re, im], { fftLength: n.number(1) });
}
const segments =
  (f: (x: Tensor, ids: Tensor, options: { numSegments: number }) => Tensor) =>
  (n: NodeCall): Value =>
    f(n.tensor(0), n.tensor(1), { numSegments: n.number(2) });
const scattered =
  (reduction: 'add' | 'max' | 'min' | null) =>
  (n: NodeCall): Value =>
    ops.scatterUpdate(n.tensor(0), n.tensor(1), n.tensor(2), { reduction });

/** The first elements of each sequence, as many as it is long, in reversed order; the others stay. */
function reverseSequence(n: NodeCall): Tensor {
  const x = n.tensor(0);
  const along = (a: number): number => (a < 0 ? a + x.ndim : a);
  const steps = along(n.attributes.int('seq_dim'));
  const batch = along(n.attributes.int('batch_dim'));
  const wide = (t: Tensor, axis: number): Tensor =>
    ops.reshape(
      t,
      x.shape.map((_, i) => (i === axis ? -1 : 1)),
    );
  const at = wide(ops.arange(x.shape[steps], { dtype: 'int32' }), steps);
  const lengths = wide(ops.cast(n.tensor(1), 'int32'), batch);
  const from = ops.where(ops.less(at, lengths), ops.subtract(ops.subtract(lengths, at), 1), at);
  return ops.takeAlongAxis(x, ops.broadcastTo(from, x.shape), { axis: steps });
}
/** x / (bias + alpha * sum of squares of the channels up to `depth_radius` away)^beta. */
function responseNormalization(n: NodeCall): Tensor {
  const x = n.tensor(0);
  const radius = n.attributes.int('depth_radius', 5);
  const last = x.ndim - 1;
  const squares = ops.pad(
    ops.square(x),
    x.shape.map((_, i): [number, number] => (i === last ? [radius, radius] : [0, 0])),
  );
  if (radius < 0 || radius > 10_000) n.fail(`depth_radius is ${radius}.`);
  const ones = ops.ones([2 * radius + 1, 1, 1], { dtype: x.dtype });
  const rows = ops.reshape(squares, [-1, x.shape[last] + 2 * radius, 1]);
  const sums = ops.reshape(ops.conv(rows, ones), x.shape);
  const base = ops.add(ops.multiply(sums, n.attributes.float('alpha', 1)), n.attributes.float('bias', 1));
  return ops.multiply(x, ops.power(base, -n.attributes.float('beta', 0.5)));
}
/** Vectors on the diagonals of matrices. */
function diagonals(n: NodeCall): Tensor {
  const x = n.tensor(0);
  const size = x.shape[x.ndim - 1];
  if (n.inputs.length > 1 && (n.numbers(1).some((k) => k !== 0) || n.numbers(2).some((d) => d !== -1 && d !== size)))
    n.fail('only the main diagonal of square matrices is computed.');
  return ops.multiply(ops.expandDims(x, -1), ops.eye(size, { dtype: x.dtype }));
}
function mainDiagonal(n: NodeCall): Tensor {
  if (n.inputs.length > 1 && n.numbers(1).some((k) => k !== 0)) n.fail('only the main diagonal is computed.');
  return ops.diagonal(n.tensor(0), { axis1: -2, axis2: -1 });
}
function inverted(n: NodeCall): Tensor {
  const order = n.numbers(0);
  const places = order.map(() => 0);
  order.forEach((to, i) => (places[to] = i));
  return integers(places, undefined, n.tensor(0).dtype);
}

/** @internal */
export const signals: Operations = {
  // ---- complex numbers
  RFFT: realTransform,
  IRFFT: inverseRealTransform,
  FFT: (n) => complex(ops.fft([n.complex(0).re, n.complex(0).im])),
  Complex: (n) => new ComplexTensor(n.tensor(0), n.tensor(1)),
  ComplexAbs: (n) => {
    const { re, im } = n.complex(0);
    return ops.sqrt(ops.add(ops.square(re), ops.square(im)));
  },
  Real: (n) => n.complex(0).re,
  Imag: (n) => n.complex(0).im,
  Angle: (n) => ops.arctan2(n.complex(0).im, n.complex(0).re),
  Conj: (n) => new ComplexTensor(n.complex(0).re, ops.negative(n.complex(0).im)),

  // ---- segments and places
  UnsortedSegmentMax: segments((x, ids, o) => ops.segmentMax(x, ids, o)),
  UnsortedSegmentMin: segments((x, ids, o) => ops.segmentMin(x, ids, o)),
  UnsortedSegmentProd: segments((x, ids, o) => ops.segmentProd(x, ids, o)),
  UnsortedSegmentSum: segments((x, ids, o) => ops.segmentSum(x, ids, o)),
  TensorScatterAdd: scattered('add'),
  TensorScatterMax: scattered('max'),
  TensorScatterMin: scattered('min'),
  TensorScatterUpdate: scattered(null),
  ReverseSequence: reverseSequence,
  InvertPermutation: inverted,
  MatrixDiag: diagonals,
  MatrixDiagV3: diagonals,
  MatrixDiagPart: mainDiagonal,
  MatrixDiagPartV3: mainDiagonal,

  // ---- images
  LRN: responseNormalization,
  RGBToHSV: (n) => ops.image.rgbToHsv(n.tensor(0)),
  HSVToRGB: (n) => ops.image.hsvToRgb(n.tensor(0)),
};
