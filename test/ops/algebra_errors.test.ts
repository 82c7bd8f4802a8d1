/** What products, decompositions, special functions and generators of random numbers refuse, with the whole text. */
import * as trae from '../../lib/index';
import { type Refusal, testRefusals, type, value, zeros as z } from './refusals';

const groups: Record<string, Refusal[]> = {
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
    value(
      () => trae.ops.lstsq(z(3, 2), z(2, 1)),
      'lstsq',
      'lstsq: a matrix and a vector or matrix of as many rows are expected.\n  Received: shapes (3, 2) and (2, 1)',
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
    value(() => trae.random.normal([-1]), 'random', 'random: shape must hold integers >= 0.\n  Received: (-1,)'),
    value(() => trae.random.normal(3 as never), 'random', 'random: shape must hold integers >= 0.\n  Received: 3'),
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
      'random: seed must be an integer >= 0 or a SeedGenerator.\n  Received: 1.5',
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

describe('ops: errors', () => {
  testRefusals(groups);
});
