/**
 * Runs functions of TensorFlow's graphs with the ops of this library: on tensors at once, on placeholders as part of a
 * plan. Calls are inlined and loops unrolled, so that a plan and its gradients know nothing of TensorFlow.
 */
import type { SeedGenerator } from '../../core/seed';
import { FileError, TraeError } from '../../support/errors';
import type { FunctionDef, NodeDef } from '../saved_model/messages';
import { Attributes, functionsOf } from './attributes';
import { NodeCall, type GraphLimits, type GraphRunner } from './operation';
import { operations, randomOperations } from './operations/index';
import { joinPatterns } from './patterns';
import type { Prepared, Source, Step } from './steps';
import type { LookupTable } from './tables';
import type { Value } from './values';

const MAX_DEPTH = 100; // functions that call functions

/** Nodes in an order in which they can be computed, and the place of each. */
interface Order {
  order: NodeDef[];
  places: Map<string, number>;
}
const listOf = (outputs: Value | readonly Value[]): Value[] =>
  Array.isArray(outputs) ? [...(outputs as readonly Value[])] : [outputs as Value];

/** @internal Functions of one graph. */
export class GraphProgram implements GraphRunner {
  private readonly functions = new Map<string, FunctionDef>();
  private readonly orders = new Map<FunctionDef, Order>();
  private readonly prepared = new Map<string, Prepared>();
  /** What random numbers are drawn from. */
  seed: SeedGenerator | null = null;
  private readonly tables = new Map<string, LookupTable>();
  private depth = 0;
  private steps = 0;

  constructor(
    functions: readonly FunctionDef[],
    /** Name of the file, for messages. */
    private readonly where: string,
    readonly limits: GraphLimits = { steps: 1_000_000, rounds: 20_000 },
  ) {
    for (const f of functions) if (f.signature) this.functions.set(f.signature.name, f);
  }
  private definition(name: string): FunctionDef {
    const f = this.functions.get(name);
    if (!f) throw new FileError(`${this.where}: it calls a function '${name}' that it does not hold.`);
    return f;
  }
  /** These functions and all that they call in nodes that are computed. @throws FileError when functions call themselves. */
  reachable(names: readonly string[]): FunctionDef[] {
    const found = new Map<string, FunctionDef>();
    const open = new Set<string>();
    const pending = names.map((name) => ({ name, isDone: false }));
    while (pending.length) {
      const { name, isDone } = pending.pop()!;
      if (isDone) {
        open.delete(name);
        continue;
      }
      if (open.has(name))
        throw new FileError(`${this.where}: function '${name}' calls itself, directly or through others.`);
      if (found.has(name)) continue;
      const f = this.definition(name);
      found.set(name, f);
      open.add(name);
      pending.push({ name, isDone: true });
      for (const inner of new Set(this.ordered(f).order.flatMap(functionsOf)))
        pending.push({ name: inner, isDone: false });
    }
    return [...found.values()];
  }
  table(name: string, make: () => LookupTable): LookupTable {
    let table = this.tables.get(name);
    if (!table) this.tables.set(name, (table = make()));
    return table;
  }
  /** Whether these functions, or those that they call, draw random numbers. */
  isRandom(names: readonly string[]): boolean {
    return this.reachable(names).some((f) => this.ordered(f).order.some((n) => randomOperations.has(n.op)));
  }
  /**
   * Makes functions ready to be called: orders their nodes and reads their constants.
   * @throws FileError when they need operations that are not in the table: all of them, with how often each occurs.
   */
  prepare(names: readonly string[]): void {
    const all = this.reachable(names);
    const orders = all.map((f) => ({ f, nodes: this.ordered(f) }));
    const missing = new Map<string, number>();
    for (const { nodes } of orders)
      for (const { op } of nodes.order) if (!operations.has(op)) missing.set(op, (missing.get(op) ?? 0) + 1);
    if (missing.size) {
      const list = [...missing].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
      const count = list.length === 1 ? 'an operation that has' : `${list.length} operations that have`;
      throw new FileError(
        `${this.where}: the graph needs ${count} no counterpart here: ${list.map(([op, n]) => `${op} (${n} times)`).join(', ')}.`,
      );
    }
    for (const { f, nodes } of orders) this.prepared.set(f.signature!.name, this.compiled(f, nodes));
  }
  /** The nodes that the results of a function and its effects need, each behind those that it needs. */
  private ordered(f: FunctionDef): Order {
    let order = this.orders.get(f);
    if (!order) this.orders.set(f, (order = this.order(f)));
    return order;
  }
  private order(f: FunctionDef): Order {
    const byName = new Map(f.nodeDef.map((n) => [n.name, n]));
    const isArgument = new Set(f.signature!.inputArg.map((a) => a.name));
    if (byName.size !== f.nodeDef.length)
      throw new FileError(`${this.where}: function '${f.signature!.name}' has two nodes of one name.`);
    const nodeOf = (input: string): string => input.replace(/^\^/, '').split(':')[0];
    const order: NodeDef[] = [];
    const places = new Map<string, number>();
    const open = new Set<string>();
    const wanted = [...Object.values(f.ret), ...Object.values(f.controlRet)].map(nodeOf);
    const pending = wanted.reverse().map((name) => ({ name, isDone: false }));
    while (pending.length) {
      const { name, isDone } = pending.pop()!;
      if (isArgument.has(name)) continue;
      const node = byName.get(name);
      if (!node)
        throw new FileError(
          `${this.where}: function '${f.signature!.name}' refers to a node '${name}' that it does not have.`,
        );
      if (isDone) {
        open.delete(name);
        places.set(name, order.length);
        order.push(node);
        continue;
      }
      if (places.has(name)) continue;
      if (open.has(name))
        throw new FileError(`${this.where}: node '${name}' of function '${f.signature!.name}' needs its own result.`);
      open.add(name);
      pending.push({ name, isDone: true });
      for (const input of node.input) {
        const inner = nodeOf(input);
        if (!places.has(inner)) pending.push({ name: inner, isDone: false });
      }
    }
    return { order, places };
  }
  private compiled(f: FunctionDef, { order, places }: Order): Prepared {
    const args = new Map(f.signature!.inputArg.map((a, i) => [a.name, i]));
    const source = (input: string): Source => {
      const [name, second = '0', third] = input.split(':');
      const argument = args.get(name);
      if (argument !== undefined) return { step: -1, output: argument };
      const step = places.get(name)!;
      const index = Number(third ?? second);
      const first = third === undefined ? 0 : (operations.get(order[step].op)?.outputs?.indexOf(second) ?? 0);
      if (!Number.isInteger(index) || index < 0 || first < 0)
        throw new FileError(`${this.where}: '${input}' names no output of an operation ${order[step].op}.`);
      return { step, output: first + index };
    };
    const steps = order.map((node): Step => {
      const attributes = new Attributes(node);
      const operation = operations.get(node.op)!;
      const step: Step = {
        node,
        operation,
        attributes,
        inputs: node.input.filter((i) => !i.startsWith('^')).map(source),
      };
      if (node.op === 'Const') step.constant = this.computed(step, []);
      return step;
    });
    joinPatterns(steps);
    const results = f.signature!.outputArg.map(({ name }) => {
      if (!Object.hasOwn(f.ret, name))
        throw new FileError(`${this.where}: function '${f.signature!.name}' does not say what '${name}' is.`);
      return source(f.ret[name]);
    });
    return { argumentCount: args.size, steps, results };
  }
  /** The outputs of a node. @param runner - calls the functions that it calls. */
  computed(step: Step, inputs: readonly Value[], runner: GraphRunner = this): Value[] {
    try {
      return listOf(step.operation.run(new NodeCall(step.attributes, inputs, runner)));
    } catch (error) {
      throw this.located(error, step);
    }
  }
  /** The error of a node, with its name; one that is not of this library becomes one that is. */
  private located(error: unknown, { attributes }: Step): unknown {
    if (!(error instanceof TraeError))
      return new FileError(`${this.where}: ${attributes.where} cannot be computed: ${(error as Error).message}`, {
        cause: error,
      });
    if (!error.message.includes('node ')) error.message += `\n  In ${attributes.where} of ${this.where}.`;
    return error;
  }
  /** A function that is ready to be called with so many inputs. */
  functionOf(name: string, inputCount: number): Prepared {
    const f = this.prepared.get(name);
    if (!f) throw new FileError(`${this.where}: it calls a function '${name}' that it does not hold.`);
    if (inputCount !== f.argumentCount)
      throw new FileError(
        `${this.where}: function '${name}' takes ${f.argumentCount} inputs but is called with ${inputCount}.`,
      );
    return f;
  }
  /** Computes a function. */
  call(name: string, inputs: readonly Value[]): Value[] {
    const f = this.functionOf(name, inputs.length);
    if (this.depth >= MAX_DEPTH)
      throw new FileError(`${this.where}: functions call each other deeper than ${MAX_DEPTH} times.`);
    if (!this.depth) this.steps = 0;
    this.depth++;
    try {
      const outputs: Value[][] = [];
      const valueOf = ({ step, output }: Source): Value => {
        const value = step < 0 ? inputs[output] : outputs[step][output];
        if (value === undefined)
          throw new FileError(
            `${this.where}: output ${output} of ${f.steps[step].attributes.where} is used, and there is none.`,
          );
        return value;
      };
      for (const step of f.steps) {
        if (++this.steps > this.limits.steps)
          throw new FileError(`${this.where}: one call computes more than ${this.limits.steps} operations.`);
        outputs.push(step.constant ?? this.computed(step, step.inputs.map(valueOf)));
      }
      return f.results.map(valueOf);
    } finally {
      this.depth--;
    }
  }
}
