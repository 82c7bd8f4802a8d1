/** Lambda: a function given in code, as a layer. */
import { describe } from '../../../support/describe';
import { TypeError } from '../../../support/errors';
import { getRegisteredObject, registerClass } from '../../serialization/registry';
import {
  deserializeKerasObject,
  isSerialized,
  refusePython,
  serializeKerasObject,
} from '../../serialization/serialize';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type CallOptions, type LayerOptions } from '../layer';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type LambdaFunction = (inputs: any, options?: CallOptions) => unknown;
/** A function given in code. Files hold its name only: it comes back through customObjects. */
export class Lambda extends Layer {
  static override positional = ['function'];
  static override options: OptionKinds = { outputShape: kinds.any, mask: kinds.any, arguments: kinds.any };
  private readonly f: LambdaFunction;
  private readonly given: LayerOptions & { mask?: unknown; arguments?: Record<string, unknown> };
  constructor(
    f: LambdaFunction,
    options: LayerOptions & { outputShape?: unknown; mask?: unknown; arguments?: Record<string, unknown> } = {},
  ) {
    super(options);
    if (typeof f !== 'function')
      throw new TypeError(`Lambda: a function is expected. Code in files is never run.\n  Received: ${describe(f)}`);
    this.f = f;
    this.given = options;
    this.supportsMasking = options.mask !== undefined;
  }
  override call(inputs: unknown, options: CallOptions = {}): unknown {
    return this.given.arguments ? this.f(inputs, { ...this.given.arguments }) : this.f(inputs, options);
  }
  override computeMask(inputs: unknown, mask: unknown): unknown {
    return typeof this.given.mask === 'function'
      ? (this.given.mask as (x: unknown, m: unknown) => unknown)(inputs, mask)
      : (this.given.mask ?? null);
  }
  override getConfig() {
    return {
      ...super.getConfig(),
      function: serializeKerasObject(this.f),
      ...(this.given.arguments ? { arguments: this.given.arguments } : {}),
    };
  }
  static override fromConfig(config: Record<string, unknown>): Layer {
    const {
      function: f,
      moduleName: _,
      module: __,
      functionType,
      outputShapeType: ___,
      outputShapeModule: ____,
      ...options
    } = config;
    const name = String(config.name ?? 'lambda');
    const replacement = getRegisteredObject(name);
    if (typeof replacement === 'function') return new Lambda(replacement as LambdaFunction, known(options));
    const isCode = Array.isArray(f) || functionType === 'lambda' || (isSerialized(f) && f.class_name === '__lambda__');
    if (isCode) refusePython('Lambda layer', name);
    const found = typeof f === 'string' ? getRegisteredObject(f) : isSerialized(f) ? deserializeKerasObject(f) : f;
    if (typeof found !== 'function')
      throw new TypeError(
        `Lambda layer '${name}': its function '${String(f)}' is not known.\n  Fix: pass it in customObjects: { customObjects: { '${String(f)}': (x) => ... } }.`,
      );
    return new Lambda(found as LambdaFunction, known(options));
  }
}
// Shapes and masks in files are code as well, or say what the function says.
const known = ({ outputShape: _, mask, ...options }: Record<string, unknown>): Record<string, unknown> =>
  typeof mask === 'function' ? { ...options, mask } : options;
registerClass('keras.layers', Lambda);
