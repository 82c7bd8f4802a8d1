/** Orthogonal: random matrices that keep lengths. */
import { ValueError } from '../../support/errors';
import type { SeedGenerator } from '../../core/seed';
import { formatShape, type Shape, type Tensor, tensor } from '../../core/tensor';
import { registerClass } from '../serialization/registry';
import { checkOptionsOf, kinds, type OptionKinds } from '../options';
import { dtypeOf, type Options, sizesOf } from './initializer';
import { RandomInitializer } from './random';

/** gain * a random matrix with orthonormal rows or columns, by QR decomposition (Saxe et al. 2013). */
export class Orthogonal extends RandomInitializer {
  static positional = ['gain'];
  static override options: OptionKinds = { gain: kinds.float, seed: kinds.seed };
  readonly gain: number;
  constructor(
    gain: number | { gain?: number; seed?: number | SeedGenerator | null } = 1,
    options: { seed?: number | SeedGenerator | null } = {},
  ) {
    const given = typeof gain === 'object' && gain !== null ? gain : { gain, ...options };
    checkOptionsOf(new.target, 'Orthogonal', given);
    super(given.seed);
    this.gain = given.gain ?? 1;
  }
  call(shape: Shape, options: Options = {}): Tensor {
    if (sizesOf(shape).length < 2)
      throw new ValueError(`Orthogonal: at least two axes are needed.\n  Received: shape ${formatShape(shape)}`);
    const columns = shape[shape.length - 1];
    const rows = shape.slice(0, -1).reduce((p, d) => p * d, 1);
    const tall = Math.max(rows, columns);
    const thin = Math.min(rows, columns);
    const random = this.draw('normal', [tall, thin], 0, 1, 'float64').dataSync() as Float64Array;
    const q = orthonormalColumns(random, tall, thin);
    const out = new Float64Array(rows * columns);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++)
        out[r * columns + c] = this.gain * (rows >= columns ? q[r * thin + c] : q[c * thin + r]);
    return tensor(out, [...shape], dtypeOf(options));
  }
  override getConfig() {
    return { gain: this.gain, ...super.getConfig() };
  }
}
// Modified Gram-Schmidt, twice: Q of A = QR with a positive diagonal of R, which makes Q uniformly distributed.
function orthonormalColumns(a: Float64Array, rows: number, columns: number): Float64Array {
  const q = Float64Array.from(a);
  for (let c = 0; c < columns; c++) {
    for (let again = 0; again < 2; again++)
      for (let p = 0; p < c; p++) {
        let dot = 0;
        for (let r = 0; r < rows; r++) dot += q[r * columns + p] * q[r * columns + c];
        for (let r = 0; r < rows; r++) q[r * columns + c] -= dot * q[r * columns + p];
      }
    let norm = 0;
    for (let r = 0; r < rows; r++) norm += q[r * columns + c] ** 2;
    norm = Math.sqrt(norm);
    for (let r = 0; r < rows; r++) q[r * columns + c] /= norm;
  }
  return q;
}
registerClass('keras.initializers', Orthogonal);
