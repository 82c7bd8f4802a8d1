/**
 * Symbolic tensors: what `Input` gives and layers return while a functional model is put together. Sizes may be null
 * (unknown until data come). Shapes are found by running the function on stand-ins of two sizes and comparing: a size
 * that differs is unknown. So ops know concrete shapes only.
 */
import { binding } from '../core/binding';
import { RuntimeError, ValueError } from '../support/errors';
import { recordOf } from '../support/guard';
import { flattenStructure, mapStructure } from '../support/nest';
import { setSymbolicCall } from '../ops/define';
import * as ops from '../ops/index';
import { formatShape, Tensor, type DType, type TensorLike, type TensorMethods } from '../core/tensor';
import { ScratchTrace, withTrace } from '../core/trace';
import { uniqueName } from './serialization/naming';
import { acrossCopies } from '../support/copies';

/** Sizes, null where unknown. */
export type SymbolicShape = readonly (number | null)[];

/** @internal What made a symbolic tensor. */
export interface Operation {
  readonly name: string;
  /** @internal Runs on real tensors. */
  runNode(args: unknown[], context: { training?: boolean | null }): unknown;
  /** Nodes in the order they were made. */
  readonly inboundNodes: GraphNode[];
}
/** @internal One use of an operation. */
export interface GraphNode {
  /** What was called. */
  operation: Operation;
  /** What it was called with. */
  args: unknown[];
  /** The symbolic tensors among these. */
  inputs: KerasTensor[];
  /** The symbolic tensors that the call gave. */
  outputs: KerasTensor[];
  /** Whether a call was made again, upon other inputs: `input` and `output` of its layer mean the first one. */
  isCopy?: boolean;
}

/** A symbolic tensor. Ops and operators of `keras.ops` work on it and become part of the graph. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the methods are made from the table of ops
export class KerasTensor {
  /** @internal */ node: GraphNode | null = null;
  /** @internal */ index = 0;
  readonly name: string;
  constructor(
    readonly shape: SymbolicShape,
    readonly dtype: DType = 'float32',
    options: { name?: string } = {},
  ) {
    this.name = recordOf('KerasTensor', options).name ?? uniqueName('keras_tensor');
  }
  get ndim(): number {
    return this.shape.length;
  }
  toString(): string {
    return `<KerasTensor shape=${formatShape(this.shape)}, dtype=${this.dtype}, name=${this.name}>`;
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
acrossCopies(KerasTensor, 'KerasTensor');
// Every op as a method, as part of the graph.
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type
export interface KerasTensor extends TensorMethods {}

/** @internal */
export const isKerasTensor = (x: unknown): x is KerasTensor => x instanceof KerasTensor;
/** @internal */
export const hasKerasTensor = (x: unknown): boolean => flattenStructure(x, isKerasTensor).length > 0;

/** @internal Whether it stands for texts. */
export const isTextTensor = (t: KerasTensor): boolean => (t.dtype as string) === 'string';
// Texts of as many words as the size of unknown axes: how many words texts have is unknown as well.
const textStandIns = ([first, ...rest]: readonly number[], size: number): unknown =>
  first === undefined ? 'a '.repeat(size) : Array.from({ length: first }, () => textStandIns(rest, size));

const STAND_INS = [83, 89];
let standIn: number | null = null;
let inferences = 0;
/** @internal Whether shapes are being found: values do not matter, so a loop over equal steps may take one. */
export const isInferring = (): boolean => inferences > 0;
/** @internal A shape of the inference in progress, its batch axis unknown again. */
export const withoutStandIn = (shape: SymbolicShape): SymbolicShape =>
  standIn !== null && shape[0] === standIn ? [null, ...shape.slice(1)] : shape;

/** @internal Shapes and dtypes of `f(args)`, its KerasTensors replaced by stand-ins. Returns the structure with new KerasTensors. */
export function inferOutputs(f: (args: unknown[]) => unknown, args: unknown[]): unknown {
  const hasUnknown = flattenStructure(args, isKerasTensor).some((t) => t.shape.includes(null) || isTextTensor(t));
  const results = (hasUnknown ? STAND_INS : STAND_INS.slice(0, 1)).map((size) => {
    const outer = standIn;
    standIn = hasUnknown ? size : null;
    inferences++;
    try {
      return withTrace(new ScratchTrace(), () =>
        f(
          mapStructure(args, isKerasTensor, (t) => {
            const shape = t.shape.map((d) => d ?? size);
            return isTextTensor(t) ? textStandIns(shape, size) : binding.placeholder(shape, t.dtype);
          }) as unknown[],
        ),
      );
    } finally {
      standIn = outer;
      inferences--;
    }
  });
  const isTensor = (x: unknown): x is Tensor => x instanceof Tensor;
  const second = results.length > 1 ? flattenStructure(results[1], isTensor) : flattenStructure(results[0], isTensor);
  let i = 0;
  return mapStructure(results[0], isTensor, (t) => {
    const other = second[i++];
    if (other.ndim !== t.ndim) throw new ValueError('the rank of the result depends on a size that is unknown.');
    return new KerasTensor(
      t.shape.map((d, a) => (d === other.shape[a] ? d : null)),
      t.dtype,
    );
  });
}

/** @internal Records a node and hangs its outputs on it. */
export function recordNode(operation: Operation, args: unknown[], outputs: unknown): GraphNode {
  const node: GraphNode = {
    operation,
    args,
    inputs: flattenStructure(args, isKerasTensor),
    outputs: flattenStructure(outputs, isKerasTensor),
  };
  node.outputs.forEach((t, i) => {
    t.node = node;
    t.index = i;
  });
  operation.inboundNodes.push(node);
  return node;
}

/** @internal An op of keras.ops as part of a graph. */
export class OpOperation implements Operation {
  readonly inboundNodes: GraphNode[] = [];
  /** Given automatically; a model in which it is taken gives another. */
  name: string;
  constructor(
    readonly opName: string,
    private readonly f: (...args: unknown[]) => unknown,
  ) {
    this.name = uniqueName(opName.replace(/\./g, '_').replace(/(?<=[a-z])([A-Z])/g, (c) => `_${c.toLowerCase()}`));
  }
  /** As Keras' class of the op: `Multiply`. */
  get className(): string {
    return this.opName
      .split(/[._]/)
      .at(-1)!
      .replace(/^[a-z]/, (c) => c.toUpperCase());
  }
  runNode(args: unknown[]): unknown {
    const result = this.f(...args);
    // What changes nothing returns its input here, and in TensorFlow a tensor of its own, without the mask: x[:], a concat of one.
    return result instanceof Tensor &&
      !KEEPS_TENSOR.has(this.opName) &&
      flattenStructure(args, (x): x is Tensor => x === result).length
      ? ops.copy(result)
      : result;
  }
}
/** Ops that return their input in TensorFlow too where there is nothing to do. */
const KEEPS_TENSOR = new Set(['cast', 'convertToTensor']);
setSymbolicCall(isKerasTensor, (name, f, args) => {
  const call = (...a: unknown[]): unknown => Reflect.apply(f, undefined, a);
  const outputs = inferOutputs((a) => call(...a), args);
  recordNode(new OpOperation(name, call), args, outputs);
  return outputs;
});
/** Methods of tensors whose op has another name. */
const OP_OF_METHOD: Readonly<Record<string, string>> = {
  sub: 'subtract',
  mul: 'multiply',
  div: 'divide',
  pow: 'power',
  flatten: 'ravel',
};
for (const key of Object.getOwnPropertyNames(Tensor.prototype)) {
  const op = (ops as Record<string, unknown>)[OP_OF_METHOD[key] ?? key];
  if (typeof op === 'function' && !(key in KerasTensor.prototype))
    Object.defineProperty(KerasTensor.prototype, key, {
      configurable: true,
      writable: true,
      value(this: KerasTensor, ...args: unknown[]) {
        return (op as (...a: unknown[]) => unknown)(this, ...args);
      },
    });
}

for (const key of ['data', 'dataSync', 'array', 'arraySync', 'item'])
  Object.defineProperty(KerasTensor.prototype, key, {
    configurable: true,
    value(this: KerasTensor) {
      throw new RuntimeError(
        `${key}: ${String(this)} stands for data to come and has no value.\n  Fix: put it into a Model and call that on data.`,
      );
    },
  });

/** What layers take: real or symbolic tensors. */
export type LayerInput = TensorLike | KerasTensor;

/** @internal A symbolic tensor, an array or a record of them. */
export type SymbolicStructure =
  KerasTensor | readonly SymbolicStructure[] | { readonly [name: string]: SymbolicStructure };
