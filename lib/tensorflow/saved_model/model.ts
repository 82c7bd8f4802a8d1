/** A SavedModel that is ready to be called: its traces, what they are bound to, and its graph as part of a config. */
import * as zlib from 'node:zlib';
import { FileError, TypeError, ValueError } from '../../support/errors';
import { isRecord } from '../../support/nest';
import type { SeedGenerator } from '../../core/seed';
import { formatShape, Tensor, tensor } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import * as ops from '../../ops/index';
import { GraphProgram } from '../graph/program';
import { constantOf, type Value } from '../graph/values';
import { dtypeName, numberType } from '../dtypes';
import { createSavedModel, encode, type MetaGraphDef, type SavedObjectGraph } from './messages';
import { entriesOf, type Entries, type Entry } from './entries';
import { graphOf, listOf, objectsOf, variablesOf, type SavedModelVariable } from './load';
import { packed, type TensorSpec } from './structure';

const MAX_GRAPH = 2 ** 30; // bytes of a graph in a config, unpacked

/** @internal */
export class CallableSavedModel {
  private readonly objects: SavedObjectGraph;
  private readonly program: GraphProgram;
  private readonly entries: Entries;
  private readonly losses: { function: string; bound: number[] }[];
  private readonly ready = new Set<string>();
  private readonly constants = new Map<number, Value>();
  /** Why it cannot be trained: its graph for training needs what has no counterpart here. */
  private readonly trainingProblem: Error | null = null;
  /** Whether it draws random numbers. */
  readonly isRandom: boolean;
  /** Variables that its traces take, in that order. Others that the model lists (states of generators, steps) change nothing. */
  readonly variables: SavedModelVariable[];

  constructor(
    private readonly graph: MetaGraphDef,
    readonly file: string,
    signature: string | null,
    /** Values of arguments beside the tensors: the trace for these is called. */
    private readonly given: Readonly<Record<string, unknown>>,
  ) {
    this.objects = objectsOf(graph, file);
    this.program = new GraphProgram(graph.graphDef?.library?.function ?? [], file);
    this.entries = entriesOf(this.objects, signature, file);
    const names = new Set(this.entries.traces.flatMap((t) => [...t.values.keys()]));
    for (const name of Object.keys(given))
      if (!names.has(name))
        throw new ValueError(
          `${file}: ${this.entries.name} has no argument '${name}' beside tensors; it has ${[...names].map((n) => `'${n}'`).join(', ') || 'none'}.`,
        );
    this.losses = this.lossFunctions();
    for (const { bound } of [...this.entries.traces, ...this.losses])
      for (const node of bound)
        if (node < 0 || node >= this.objects.nodes.length)
          throw new FileError(`${file}: a function is bound to object ${node} of ${this.objects.nodes.length}.`);
    const all = variablesOf(this.objects, file);
    const order = [...this.entries.traces, ...this.losses].flatMap((t) => t.bound);
    this.variables = [...new Set(order)].flatMap((node) => all.get(node) ?? []);
    this.traceFor(false);
    // All that will be called is made ready now: what is made inside of a call might not outlast it.
    try {
      this.traceFor(true);
    } catch (error) {
      this.trainingProblem = error as Error;
    }
    for (const { function: name } of this.losses) this.makeReady(name);
    this.isRandom = this.program.isRandom(this.entries.traces.map((t) => t.function));
  }
  /** From the graph in a config. */
  static fromConfig(
    text: string,
    signature: string | null,
    given: Readonly<Record<string, unknown>>,
  ): CallableSavedModel {
    let bytes: Uint8Array;
    try {
      bytes = zlib.gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: MAX_GRAPH });
    } catch (cause) {
      throw new FileError('hub.KerasLayer: the graph in its config is damaged: it cannot be unpacked.', { cause });
    }
    return new CallableSavedModel(graphOf(bytes, 'hub.KerasLayer'), 'hub.KerasLayer', signature, given);
  }
  /** The graph as text: the functions that the layer may call, and all that they need. */
  toConfig(): string {
    const names = [...this.entries.traces.map((t) => t.function), ...this.losses.map((l) => l.function)];
    const functions = this.program.reachable(names);
    const used = new Set([...this.entries.traces, ...this.losses].flatMap((t) => t.bound));
    const operations = new Set(
      [...used].flatMap((node) => {
        const { kind } = this.objects.nodes[node];
        return kind.case === 'constant' ? [kind.value.operation] : [];
      }),
    );
    const { concreteFunctions } = this.objects;
    const kept = names.filter((name) => Object.hasOwn(concreteFunctions, name));
    const reduced = createSavedModel({
      metaInfoDef: this.graph.metaInfoDef,
      graphDef: {
        node: (this.graph.graphDef?.node ?? []).filter((n) => operations.has(n.name)),
        library: { function: functions },
      },
      objectGraphDef: {
        nodes: this.objects.nodes,
        concreteFunctions: Object.fromEntries(kept.map((name) => [name, concreteFunctions[name]])),
      },
    });
    return zlib.gzipSync(encode('SavedModel', reduced)).toString('base64');
  }
  /** What the model adds to the loss: functions without arguments. */
  private lossFunctions(): { function: string; bound: number[] }[] {
    return (listOf(this.objects, 'regularization_losses') ?? []).flatMap((node) => {
      const { kind } = this.objects.nodes[node];
      const name = kind.case === 'function' ? kind.value.concreteFunctions[0] : undefined;
      return name !== undefined && Object.hasOwn(this.objects.concreteFunctions, name)
        ? [{ function: name, bound: this.objects.concreteFunctions[name].boundInputs }]
        : [];
    });
  }
  private agrees(trace: Entry): boolean {
    return Object.entries(this.given).every(
      ([name, value]) =>
        !trace.values.has(name) || trace.values.get(name) === value || Number(trace.values.get(name)) === value,
    );
  }
  /** The trace for training or for inference; the other one where there is only that. Its functions are ready. */
  private traceFor(isTraining: boolean): Entry {
    const traces = this.entries.traces.filter((t) => this.agrees(t));
    if (!traces.length)
      throw new ValueError(
        `${this.file}: ${this.entries.name} was not saved for these arguments.\n  Received: ${JSON.stringify(this.given)}\n  Saved: ${this.entries.traces.map((t) => JSON.stringify(Object.fromEntries(t.values), (_, v: unknown) => (typeof v === 'bigint' ? Number(v) : v))).join(', ')}`,
      );
    const trace = traces.find((t) => t.values.get('training') === isTraining) ?? traces[0];
    this.makeReady(trace.function);
    return trace;
  }
  private makeReady(name: string): void {
    if (this.ready.has(name)) return;
    this.program.prepare([name]);
    this.ready.add(name);
  }
  private boundValue(node: number, variables: ReadonlyMap<number, Variable>): Value {
    const variable = variables.get(node);
    if (variable) return variable;
    const found = this.constants.get(node);
    if (found) return found;
    const { kind } = this.objects.nodes[node];
    if (kind.case === 'constant') {
      const { operation } = kind.value;
      const value = this.graph.graphDef?.node.find((n) => n.name === operation)?.attr.value?.value;
      if (value?.case !== 'tensor') throw new FileError(`${this.file}: the constant '${operation}' has no value.`);
      const constant = constantOf(value.value, `${this.file}: constant '${operation}'`);
      this.constants.set(node, constant);
      return constant;
    }
    throw new FileError(
      `${this.file}: the graph needs ${kind.case === 'asset' ? 'a file of the model (a vocabulary)' : 'a lookup table or another resource'}, which is not read.`,
    );
  }
  /** A tensor as an argument: of the dtype and the shape that the graph was traced for. */
  private argument(x: Tensor, spec: TensorSpec): Tensor {
    const type = numberType(spec.dtype);
    if (!type)
      throw new TypeError(`${this.file}: input '${spec.name}' is of dtype ${dtypeName(spec.dtype)}, which is not fed.`);
    const { shape } = spec;
    if (shape && (shape.length !== x.ndim || shape.some((d, i) => d !== null && d !== x.shape[i])))
      throw new ValueError(
        `${this.file}: input '${spec.name}' must have shape ${formatShape(shape)}.\n  Received: shape ${formatShape(x.shape)}`,
      );
    return type.dtype === x.dtype ? x : ops.cast(x, type.dtype);
  }
  private arguments(inputs: unknown, specs: readonly TensorSpec[], isTraining: boolean): Tensor[] {
    // A graph may take `training` as a tensor.
    const own = specs.filter((s) => !(s.name === 'training' && s.dtype === 10));
    const list = flat(inputs, own);
    if (list.length !== own.length)
      throw new ValueError(
        `${this.file}: ${this.entries.name} takes ${own.length} tensors (${own.map((s) => s.name).join(', ')}) but is given ${list.length}.`,
      );
    let i = 0;
    return specs.map((spec) =>
      own.includes(spec) ? this.argument(list[i++], spec) : tensor([isTraining], [], 'bool'),
    );
  }
  /**
   * Computes what the model returns.
   * @param variables - by the numbers of their objects.
   * @param seed - what random numbers are drawn from.
   */
  call(
    inputs: unknown,
    isTraining: boolean,
    variables: ReadonlyMap<number, Variable>,
    seed: SeedGenerator | null = null,
  ): unknown {
    this.program.seed = seed;
    if (isTraining && this.trainingProblem) throw this.trainingProblem;
    const trace = this.traceFor(isTraining);
    const args = this.arguments(inputs, trace.inputs, isTraining);
    const bound = trace.bound.map((node) => this.boundValue(node, variables));
    const outputs = this.program.call(trace.function, [...args, ...bound]);
    return packed(trace.outputs, outputs[Symbol.iterator]());
  }
  /** What the model adds to the loss. */
  regularization(variables: ReadonlyMap<number, Variable>): Tensor[] {
    return this.losses.flatMap(({ function: name, bound }) => {
      const values = bound.map((node) => this.boundValue(node, variables));
      return this.program.call(name, values).filter((v): v is Tensor => v instanceof Tensor);
    });
  }
  get isSignature(): boolean {
    return this.entries.isSignature;
  }
}
/** Tensors in the order of the graph's arguments: of a record by name where all names are known, else by sorted keys. */
function flat(inputs: unknown, specs: readonly TensorSpec[]): Tensor[] {
  if (inputs instanceof Tensor) return [inputs];
  if (Array.isArray(inputs)) return inputs.flatMap((x) => flat(x, []));
  if (!isRecord(inputs)) return [];
  const keys = Object.keys(inputs);
  const names = specs.map((s) => s.name);
  const order = keys.length === names.length && names.every((n) => keys.includes(n)) ? names : keys.sort();
  return order.flatMap((k) => flat(inputs[k], []));
}
