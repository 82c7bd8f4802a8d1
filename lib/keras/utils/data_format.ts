/** What batches, tensors and dtypes are (parts of keras.utils). */
import { expectKind } from '../../support/guard';
import { ValueError } from '../../support/errors';
import { checkDType, type DType, type Tensor } from '../../core/tensor';
import { KerasTensor } from '../keras_tensor';

/** A batch as `fit` takes it: x alone, [x, y] or [x, y, sampleWeight]. An x that is an array becomes [x]. */
export function packXYSampleWeight(x: unknown, y: unknown = null, sampleWeight: unknown = null): unknown {
  if (y === null || y === undefined) return Array.isArray(x) ? [x] : x;
  return sampleWeight === null || sampleWeight === undefined ? [x, y] : [x, y, sampleWeight];
}
/** x, y and weights of a batch, null for what it does not have. */
export function unpackXYSampleWeight(data: unknown): [x: unknown, y: unknown, sampleWeight: unknown] {
  if (!Array.isArray(data)) return [data, null, null];
  if (data.length > 3 || !data.length)
    throw new ValueError(
      `unpackXYSampleWeight: a batch is x, [x], [x, y] or [x, y, sampleWeight].\n  Received: an array of ${data.length}`,
    );
  return [data[0], (data[1] as unknown) ?? null, (data[2] as unknown) ?? null];
}
/** Whether x stands for a tensor of a model that is being built. */
export const isKerasTensor = (x: unknown): x is KerasTensor => x instanceof KerasTensor;
const NAMES: Record<string, DType> = {
  int: 'int32',
  long: 'int64',
  float: 'float32',
  half: 'float16',
  double: 'float64',
  boolean: 'bool',
};
/** The name of a dtype: short names written out, null the default float32, of a tensor its own. */
export function standardizeDtype(dtype: string | Tensor | null | undefined): DType {
  if (dtype === null || dtype === undefined) return 'float32';
  if (typeof dtype === 'object') return dtype.dtype;
  return NAMES[dtype] ?? checkDType(dtype, 'standardizeDtype: dtype');
}
/** The inputs that a symbolic tensor is computed from, in the order in which they are met. */
export function getSourceInputs(tensor: KerasTensor): KerasTensor[] {
  expectKind('getSourceInputs', 'its argument', tensor, tensor instanceof KerasTensor, 'a symbolic tensor');
  const seen = new Set<KerasTensor>();
  const inputs: KerasTensor[] = [];
  const visit = (t: KerasTensor): void => {
    if (seen.has(t)) return;
    seen.add(t);
    const before = t.node?.inputs ?? [];
    if (before.length) before.forEach(visit);
    else inputs.push(t);
  };
  visit(tensor);
  return inputs;
}
