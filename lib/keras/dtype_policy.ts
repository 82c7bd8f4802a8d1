/** Which dtypes a layer computes in and stores its weights in (keras.DTypePolicy). */
import { describe } from '../describe';
import { TypeError, ValueError } from '../errors';
import { checkDType, type DType } from '../tensor';
import { registerClass } from './saving/registry';
import { isSerialized } from './saving/serialize';

/** A policy: a dtype name, or `mixed_bfloat16` / `mixed_float16` (computes in half, stores float32). */
export class DTypePolicy {
  static positional = ['name'];
  readonly name: string;
  readonly computeDtype: DType;
  readonly variableDtype: DType;
  constructor(name: string | { name: string }) {
    const given: unknown = typeof name === 'string' ? name : (name as { name?: unknown } | null)?.name;
    if (typeof given !== 'string') throw new TypeError(`dtype must be the name of a dtype or of a policy, or a DTypePolicy.\n  Received: ${describe(name)}`);
    this.name = given;
    if (this.name.startsWith('mixed_')) {
      this.computeDtype = checkDType(this.name.slice(6), 'DTypePolicy: dtype');
      if (this.computeDtype !== 'bfloat16' && this.computeDtype !== 'float16') throw new ValueError(`DTypePolicy: '${this.name}' is neither 'mixed_bfloat16' nor 'mixed_float16'.`);
      this.variableDtype = 'float32';
      // Inputs of texts: there are no tensors of them, the layers that take them compute in dtypes of their own.
    } else this.computeDtype = this.variableDtype = this.name === 'string' ? ('string' as DType) : checkDType(this.name, 'DTypePolicy: dtype');
  }
  getConfig(): { name: string } {
    return { name: this.name };
  }
}
registerClass('keras.dtype_policies', DTypePolicy);
registerClass('keras', DTypePolicy); // what files name

let global_ = new DTypePolicy('float32');
/** The policy of layers made without a dtype. */
export const dtypePolicy = (): DTypePolicy => global_;
/** Sets the policy of layers made from now on. */
export function setDtypePolicy(policy: string | DTypePolicy): void {
  global_ = getDtypePolicy(policy);
}
/** @internal */
export function getDtypePolicy(policy: unknown): DTypePolicy {
  if (policy === undefined || policy === null) return global_;
  if (policy instanceof DTypePolicy) return policy;
  if (isSerialized(policy)) return new DTypePolicy(policy.config as { name: string });
  if (typeof policy !== 'string') throw new TypeError(`dtype must be the name of a dtype or of a policy, or a DTypePolicy.\n  Received: ${describe(policy)}`);
  return new DTypePolicy(policy);
}
