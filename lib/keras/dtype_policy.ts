/** Which dtypes a layer computes in and stores its weights in (keras.DTypePolicy). */
import { describe } from '../support/describe';
import { TypeError, ValueError } from '../support/errors';
import { isRecord } from '../support/nest';
import { checkDType, type DType } from '../core/tensor';
import { registerClass } from './serialization/registry';
import { isSerialized } from './serialization/serialize';

import { acrossCopies } from '../support/copies';
import type { SerializedIdentifier } from './serialization/serialize';

/** Name of a dtype policy: a dtype, 'mixed_float16', 'mixed_bfloat16', or one of a quantized layer, 'int8_from_float32'. */
export type DTypePolicyName =
  DType | 'mixed_float16' | 'mixed_bfloat16' | `${'int8' | 'int4' | `int4/${number}`}_from_${string}`;
/** In which dtype a layer computes and which its weights have: a dtype, the name of a policy, or a DTypePolicy; null for the global policy. */
export type DTypeIdentifier = DTypePolicyName | DTypePolicy | SerializedIdentifier | null;

/** A policy: a dtype name, or `mixed_bfloat16` / `mixed_float16` (computes in half, stores float32). */
export class DTypePolicy {
  static positional = ['name'];
  readonly name: string;
  readonly computeDtype: DType;
  readonly variableDtype: DType;
  constructor(name: DTypePolicyName | 'string' | { name: string }) {
    const given: unknown = typeof name === 'string' ? name : (name as { name?: unknown } | null)?.name;
    if (typeof given !== 'string')
      throw new TypeError(
        `dtype must be the name of a dtype or of a policy, or a DTypePolicy.\n  Received: ${describe(name)}`,
      );
    this.name = given;
    const source = /_from_(.+)$/.exec(this.name)?.[1] ?? this.name;
    if (source.startsWith('mixed_')) {
      this.computeDtype = checkDType(source.slice(6), 'DTypePolicy: dtype');
      if (this.computeDtype !== 'bfloat16' && this.computeDtype !== 'float16')
        throw new ValueError(`DTypePolicy: '${source}' is neither 'mixed_bfloat16' nor 'mixed_float16'.`);
      this.variableDtype = 'float32';
      // Inputs of texts: there are no tensors of them, the layers that take them compute in dtypes of their own.
    } else
      this.computeDtype = this.variableDtype =
        this.name === 'string' ? ('string' as DType) : checkDType(source, 'DTypePolicy: dtype');
  }
  /** How weights are quantized: 'int8', 'int4', ...; null when they are not. */
  get quantizationMode(): string | null {
    return null;
  }
  /** Inputs that share a scale; null for one scale for each output. */
  get blockSize(): number | null {
    return null;
  }
  getConfig(): Record<string, unknown> {
    return { name: this.name };
  }
}
acrossCopies(DTypePolicy, 'DTypePolicy', true);
registerClass('keras.dtype_policies', DTypePolicy);
/**
 * The policy of a layer whose weights are quantized (keras.dtype_policies): `int8_from_float32`, `int4/128_from_float32`.
 * @param mode - 'int8', 'int4', 'int4/BLOCK' (BLOCK inputs share a scale; -1: one scale for each output).
 * @param sourceName - the policy that the layer had before. Default: the global one.
 */
export class QuantizedDTypePolicy extends DTypePolicy {
  static override positional = ['mode', 'sourceName'];
  readonly mode: string;
  readonly sourceName: string;
  constructor(mode: string, sourceName?: string | null) {
    const source = sourceName ?? dtypePolicy().name;
    super(`${String(mode)}_from_${source}` as DTypePolicyName);
    this.mode = mode;
    this.sourceName = source;
    if (!/^(int8|int4(\/(-1|[1-9]\d*))?|float8|(gptq|awq)(\/.+)?)$/.test(mode))
      throw new ValueError(
        `QuantizedDTypePolicy: mode must be 'int8', 'int4' or 'int4/BLOCK', BLOCK being -1 or an integer >= 1.\n  Received: ${describe(mode)}`,
      );
  }
  override get quantizationMode(): string {
    return this.mode.split('/')[0];
  }
  override get blockSize(): number | null {
    const size = Number(this.mode.split('/')[1] ?? -1);
    return this.quantizationMode === 'int4' && size > 0 ? size : null;
  }
  override getConfig(): Record<string, unknown> {
    return { mode: this.mode, sourceName: this.sourceName };
  }
}
/** QuantizedDTypePolicy with a block size: `int4/128`. */
export class Int4DTypePolicy extends QuantizedDTypePolicy {}
registerClass('keras.dtype_policies', DTypePolicy, QuantizedDTypePolicy, Int4DTypePolicy);
registerClass('keras', DTypePolicy); // what files name
const quantized = (mode: string, source?: string | null): DTypePolicy =>
  new (mode.startsWith('int4/') ? Int4DTypePolicy : QuantizedDTypePolicy)(mode, source);

let global_ = new DTypePolicy('float32');
/** The policy of layers made without a dtype. */
export const dtypePolicy = (): DTypePolicy => global_;
/** Sets the policy of layers made from now on. */
export function setDtypePolicy(policy: DTypePolicyName | DTypePolicy): void {
  global_ = getDtypePolicy(policy);
}
/** @internal */
export function getDtypePolicy(policy: unknown): DTypePolicy {
  if (policy === undefined || policy === null) return global_;
  if (policy instanceof DTypePolicy) return policy;
  if (isSerialized(policy)) {
    const config = (isRecord(policy.config) ? policy.config : {}) as {
      name?: unknown;
      mode?: unknown;
      source_name?: string;
      sourceName?: string;
    };
    return typeof config.mode === 'string'
      ? quantized(config.mode, config.source_name ?? config.sourceName)
      : getDtypePolicy(new DTypePolicy(config as { name: string }).name);
  }
  if (typeof policy !== 'string')
    throw new TypeError(
      `dtype must be the name of a dtype or of a policy, or a DTypePolicy.\n  Received: ${describe(policy)}`,
    );
  const parts = /^(.+?)_from_(.+)$/.exec(policy);
  return parts ? quantized(parts[1], parts[2]) : new DTypePolicy(policy as DTypePolicyName);
}
