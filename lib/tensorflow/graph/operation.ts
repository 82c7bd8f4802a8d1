/** What the table of operations holds: how a node of TensorFlow's graphs becomes ops of this library. */
import { FileError } from '../../support/errors';
import type { SeedGenerator } from '../../core/seed';
import type { Tensor } from '../../core/tensor';
import type { Attributes } from './attributes';
import type { LookupTable } from './tables';
import type { Asset, Texts } from './texts';
import {
  asAsset,
  asComplex,
  asList,
  asTable,
  asTensor,
  asTexts,
  asVariable,
  numberOf,
  numbersOf,
  type ComplexTensor,
  type TensorList,
  type Value,
} from './values';
import type { Variable } from '../../core/variable';

/** @internal What one call may take at most: a small file could ask for work without end. */
export interface GraphLimits {
  /** Nodes that are computed, those of calls and loops again each time. */
  readonly steps: number;
  /** Rounds of one loop. */
  readonly rounds: number;
}
/** @internal What an operation may do beside computing. */
export interface GraphRunner {
  /** What random numbers are drawn from; null: the global generator. */
  readonly seed: SeedGenerator | null;
  readonly limits: GraphLimits;
  /** Calls a function of the graph. */
  call(name: string, inputs: readonly Value[]): Value[];
  /** The table of a name, which is made when it is asked for first and stays. */
  table(name: string, make: () => LookupTable): LookupTable;
}
/** @internal A node with its inputs. */
export class NodeCall {
  constructor(
    readonly attributes: Attributes,
    readonly inputs: readonly Value[],
    readonly runner: GraphRunner,
  ) {}
  get where(): string {
    return this.attributes.where;
  }
  get seed(): SeedGenerator | null {
    return this.runner.seed;
  }
  /** Input number i as a tensor; negative i counts from the end. */
  tensor(i: number): Tensor {
    return asTensor(this.where, this.inputs.at(i));
  }
  /** All inputs as tensors. */
  tensors(from = 0, to?: number): Tensor[] {
    return this.inputs.slice(from, to).map((v) => asTensor(this.where, v));
  }
  variable(i: number): Variable {
    return asVariable(this.where, this.inputs[i]);
  }
  texts(i: number): Texts {
    return asTexts(this.where, this.inputs.at(i));
  }
  table(i: number): LookupTable {
    return asTable(this.where, this.inputs[i]);
  }
  asset(i: number): Asset {
    return asAsset(this.where, this.inputs[i]);
  }
  /** The same node upon other inputs. */
  with(inputs: readonly Value[]): NodeCall {
    return new NodeCall(this.attributes, inputs, this.runner);
  }
  complex(i: number): ComplexTensor {
    return asComplex(this.where, this.inputs[i]);
  }
  list(i: number): TensorList {
    return asList(this.where, this.inputs[i]);
  }
  /** Values of an input that says a size, an axis or an index. */
  number(i: number): number {
    return numberOf(this.where, this.inputs.at(i));
  }
  numbers(i: number): number[] {
    return numbersOf(this.where, this.inputs.at(i));
  }
  fail(why: string): never {
    throw new FileError(`${this.where}: ${why}`);
  }
}
/** @internal */
export interface Operation {
  /** Computes the outputs. */
  run: (node: NodeCall) => Value | readonly Value[];
  /** Names of the outputs, where there are several with names of their own: functions refer to them by name. */
  outputs?: readonly string[];
}
/** @internal Rows of the table: TensorFlow's name of an operation, and what it becomes. */
export type Operations = Readonly<Record<string, Operation | Operation['run']>>;
