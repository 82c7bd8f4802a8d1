/** What a layer expects of its input (keras.InputSpec). */
import { ValueError } from '../../support/errors';
import { formatShape, type DType } from '../../core/tensor';
import type { SymbolicShape } from '../keras_tensor';
import { checkOptions, kinds } from '../options';

export interface InputSpecOptions {
  /** Dtype that inputs must have. Default null: any. */
  dtype?: DType | null;
  /** Exact sizes; null where any will do. */
  shape?: SymbolicShape | null;
  /** Number of axes that inputs must have, the batch included. Default null: any. */
  ndim?: number | null;
  /** Largest number of axes. Default null: no limit. */
  maxNdim?: number | null;
  /** Smallest number of axes. Default null: no limit. */
  minNdim?: number | null;
  /** Sizes of single axes: `{ '-1': 20 }`. */
  axes?: Readonly<Record<string, number>> | null;
  /** Key of the input where inputs come as a record. Default null. */
  name?: string | null;
  /** Whether null may be given in place of a tensor. Default false. */
  optional?: boolean;
}
export class InputSpec {
  readonly ndim: number | null;
  constructor(readonly options: InputSpecOptions = {}) {
    checkOptions('InputSpec', options, {
      dtype: kinds.dtype,
      shape: kinds.shape,
      ndim: kinds.integer,
      maxNdim: kinds.integer,
      minNdim: kinds.integer,
      axes: kinds.any,
      name: kinds.string,
      optional: kinds.boolean,
    });
    this.ndim = options.ndim ?? options.shape?.length ?? null;
  }
  /** @throws ValueError when an input does not fit. */
  check(layer: string, shape: SymbolicShape, dtype: DType): void {
    const { maxNdim, minNdim, axes, shape: want, dtype: wantDtype } = this.options;
    const refuse = (what: string): never => {
      throw new ValueError(
        `input of layer '${layer}' is not what it expects: ${what}.\n  Received: shape ${formatShape(shape)}`,
      );
    };
    if (this.ndim !== null && shape.length !== this.ndim)
      refuse(`expected ndim=${this.ndim}, found ndim=${shape.length}`);
    if (maxNdim != null && shape.length > maxNdim)
      refuse(`expected at most ndim=${maxNdim}, found ndim=${shape.length}`);
    if (minNdim != null && shape.length < minNdim)
      refuse(`expected at least ndim=${minNdim}, found ndim=${shape.length}`);
    if (wantDtype && wantDtype !== dtype) refuse(`expected dtype ${wantDtype}, found ${dtype}`);
    for (const [axis, size] of Object.entries(axes ?? {})) {
      const found = shape.at(Number(axis));
      if (found != null && found !== size) refuse(`expected axis ${axis} of size ${size}, found ${found}`);
    }
    want?.forEach((size, i) => {
      if (size !== null && shape[i] !== null && size !== shape[i]) refuse(`expected shape ${formatShape(want)}`);
    });
  }
}
