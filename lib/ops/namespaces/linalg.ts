/** keras.ops.linalg: linear algebra, by the names that stand in keras.ops too. */
export {
  cholesky,
  choleskyInverse,
  det,
  eig,
  eigh,
  inv,
  jvp,
  lstsq,
  luFactor,
  matrixRank,
  norm,
  pinv,
  qr,
  solve,
  solveTriangular,
  svd,
} from '../all';
