/** A SavedModel that is ready to be called: its traces, what they are bound to, and its graph as part of a config. */
import * as zlib from 'node:zlib';
import { describe } from '../../support/describe';
import { FileError, TypeError, ValueError } from '../../support/errors';
import { isRecord } from '../../support/nest';
import { binding } from '../../core/binding';
import type { SeedGenerator } from '../../core/seed';
import { ScratchTrace, withTrace } from '../../core/trace';
import { convert, formatShape, Tensor, tensor, type TensorLike } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import * as ops from '../../ops/index';
import { GraphProgram } from '../graph/program';
import { computeBefore, computeWithin } from '../graph/split';
import { fillTable, LookupTable } from '../graph/tables';
import { Asset, holdsTexts, nestedTexts, textsIn, Texts } from '../graph/texts';
import { constantOf, type Value } from '../graph/values';
import { DT_STRING, dtypeName, numberType } from '../dtypes';
import { createSavedModel, encode, type MetaGraphDef, type NodeDef, type SavedObjectGraph } from './messages';
import { entriesOf, objectNamed, type Entries, type Entry } from './entries';
import { assetNode, graphOf, listOf, objectsOf, tableNodes, variablesOf, type SavedModelVariable } from './load';
import { packed, type TensorSpec } from './structure';
import { isSize, pack, SIZES, unpack } from './rows';

/** A function of the graph, and the objects behind its arguments. */
interface BoundFunction {
  function: string;
  bound: number[];
}
const MAX_GRAPH = 2 ** 30; // bytes of a graph in a config, unpacked

/** @internal */
export class CallableSavedModel {
  private readonly objects: SavedObjectGraph;
  private readonly program: GraphProgram;
  private readonly entries: Entries;
  private readonly losses: BoundFunction[];
  /** By the objects of lookup tables: what makes each, and what fills it. */
  private readonly tables = new Map<number, BoundFunction[]>();
  private readonly ready = new Set<string>();
  /** How many values tell sizes at most, by functions. */
  private readonly sizesTold = new Map<string, number>();
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
    for (const { bound } of this.functions) this.checkBound(bound);
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
    for (const node of new Set(order)) if (this.objects.nodes[node].kind.case === 'resource') this.makeTable(node);
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
    const names = this.functions.map((f) => f.function);
    const functions = this.program.reachable(names);
    const used = new Set(this.functions.flatMap((f) => f.bound));
    const operations = new Set(
      [...used].flatMap((node) => {
        const { kind } = this.objects.nodes[node];
        if (kind.case === 'constant') return [kind.value.operation];
        if (kind.case === 'asset') return [assetNode(kind.value.assetFileDefIndex)];
        return kind.case === 'resource' ? tableNodes(node) : [];
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
  private lossFunctions(): BoundFunction[] {
    return (listOf(this.objects, 'regularization_losses') ?? []).flatMap((node) => this.functionOf(node) ?? []);
  }
  /** The first function of an object. */
  private functionOf(node: number): BoundFunction | null {
    const { kind } = this.objects.nodes[node];
    const name =
      kind.case === 'function'
        ? kind.value.concreteFunctions[0]
        : kind.case === 'bareConcreteFunction'
          ? kind.value.concreteFunctionName
          : undefined;
    if (name === undefined || !Object.hasOwn(this.objects.concreteFunctions, name)) return null;
    const bound = this.objects.concreteFunctions[name].boundInputs;
    this.checkBound(bound);
    return { function: name, bound };
  }
  private checkBound(bound: readonly number[]): void {
    for (const node of bound)
      if (node < 0 || node >= this.objects.nodes.length)
        throw new FileError(`${this.file}: a function is bound to object ${node} of ${this.objects.nodes.length}.`);
  }
  /** All functions that the layer may call. */
  private get functions(): BoundFunction[] {
    return [...this.entries.traces, ...this.losses, ...[...this.tables.values()].flat()];
  }
  /** Makes a lookup table and fills it, once. */
  private makeTable(node: number, depth = 0): Value {
    const found = this.constants.get(node);
    if (found) return found;
    const object = this.objects.nodes[node];
    const [create, fill] = ['_create_resource', '_initialize'].map((name) => {
      const child = objectNamed(object, name);
      return child === undefined ? null : this.functionOf(child);
    });
    if (!create || depth > 4)
      throw new FileError(`${this.file}: the graph needs a resource that it does not say how to make.`);
    const all = fill ? [create, fill] : [create];
    this.tables.set(node, all);
    for (const { function: name } of all) this.makeReady(name);
    const bound = ({ bound: nodes }: BoundFunction): Value[] =>
      nodes.map((n) =>
        this.objects.nodes[n].kind.case === 'resource' ? this.makeTable(n, depth + 1) : this.boundValue(n, new Map()),
      );
    const [table] = this.program.call(create.function, bound(create));
    this.constants.set(node, table);
    if (fill) this.program.call(fill.function, bound(fill));
    // Entries that training has found lie in the checkpoint.
    const stored = tableNodes(node).map((name) => this.graphNode(name));
    if (stored[0] && stored[1] && table instanceof LookupTable)
      fillTable(`${this.file}: a lookup table`, table, this.constantIn(stored[0]), this.constantIn(stored[1]));
    return table;
  }
  private graphNode(name: string): NodeDef | undefined {
    return this.graph.graphDef?.node.find((n) => n.name === name);
  }
  private constantIn(node: NodeDef | undefined, name = node?.name ?? ''): Tensor | Texts {
    const value = node?.attr.value?.value;
    if (value?.case !== 'tensor') throw new FileError(`${this.file}: the constant '${name}' has no value.`);
    return constantOf(value.value, `${this.file}: constant '${name}'`);
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
    if (kind.case === 'resource') return this.makeTable(node);
    let constant: Value;
    if (kind.case === 'constant') {
      const { operation } = kind.value;
      constant = this.constantIn(this.graphNode(operation), operation);
    } else if (kind.case === 'asset') {
      const name = assetNode(kind.value.assetFileDefIndex);
      const content = this.constantIn(this.graphNode(name), name);
      if (!(content instanceof Texts)) throw new FileError(`${this.file}: the file '${name}' of the model is damaged.`);
      constant = new Asset(name, content.values[0] ?? new Uint8Array());
    } else
      throw new FileError(`${this.file}: a function is bound to an object of kind '${kind.case}', which has no value.`);
    this.constants.set(node, constant);
    return constant;
  }
  private texts(given: unknown, { name, shape }: TensorSpec): Texts {
    const texts = textsIn(given);
    if (!texts) throw new TypeError(`${this.file}: input '${name}' takes texts.\n  Received: ${describe(given)}`);
    // A last axis of size 1 comes or goes, as for tensors.
    const fits = (s: readonly number[]): boolean =>
      !shape || (shape.length === s.length && shape.every((d, i) => d === null || d === s[i]));
    for (const sizes of [texts.shape, [...texts.shape, 1], texts.shape.at(-1) === 1 ? texts.shape.slice(0, -1) : null])
      if (sizes && fits(sizes)) return new Texts(texts.values, sizes);
    throw new ValueError(
      `${this.file}: input '${name}' must have shape ${formatShape(shape!)}.\n  Received: texts of shape ${formatShape(texts.shape)}`,
    );
  }
  /** An argument: of the dtype and the shape that the graph was traced for. */
  private argument(given: unknown, spec: TensorSpec): Value {
    if (spec.dtype === DT_STRING) return this.texts(given, spec);
    if (holdsTexts(given)) throw new TypeError(`${this.file}: input '${spec.name}' takes numbers.\n  Received: texts`);
    const x = convert(given as TensorLike);
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
  private arguments(inputs: unknown, specs: readonly TensorSpec[], isTraining: boolean): Value[] {
    // A graph may take `training` as a tensor.
    const own = specs.filter((s) => !(s.name === 'training' && s.dtype === 10));
    const list = flat(inputs, own);
    if (list.length !== own.length)
      throw new ValueError(
        `${this.file}: ${this.entries.name} takes ${own.length} inputs (${own.map((s) => s.name).join(', ')}) but is given ${list.length}.`,
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
    const results = outputs.map((v) => (v instanceof Texts ? nestedTexts(v) : v));
    return packed(trace.outputs, results[Symbol.iterator]());
  }
  /** Whether an input is of texts. */
  get takesTexts(): boolean {
    return this.entries.traces.some((t) => t.inputs.some((spec) => spec.dtype === DT_STRING));
  }
  /**
   * What a step takes of the part of the graph that is computed before it, for training and for inference: tensors with a
   * row for each text. Their names say what they are.
   */
  computeBefore(
    inputs: unknown,
    seed: SeedGenerator | null,
    variables: ReadonlyMap<number, Variable>,
  ): Record<string, Tensor> {
    const found: Record<string, Tensor> = {};
    for (const name of new Set([false, true].map((isTraining) => this.traceFor(isTraining).function))) {
      const isTraining = name !== this.traceFor(false).function;
      const trace = this.traceFor(isTraining);
      const args = this.arguments(inputs, trace.inputs, isTraining);
      const texts = args.find((v) => v instanceof Texts);
      const rows = texts?.shape[0] ?? 1;
      const bound = trace.bound.map((node) => (variables.has(node) ? null : this.boundValue(node, variables)));
      const crossing = computeBefore(this.program, name, [...args, ...bound], (i) => i < args.length, seed);
      const within = (values: Map<string, Tensor>): unknown =>
        withTrace(new ScratchTrace(), () => this.within(trace, isTraining, values, variables, seed));
      const placeholders = (most: number): Map<string, Tensor> =>
        new Map(
          [...crossing].map(([place, t]) => [
            place,
            isSize(t, most) ? t : (binding.placeholder([...t.shape], t.dtype) as Tensor),
          ]),
        );
      // Values that shapes hang on are told by name: a plan is made for them.
      const most = this.sizesTold.get(name) ?? 0;
      const told = SIZES.filter((n) => n >= most).find((n, i, all) => {
        try {
          within(placeholders(n));
          return true;
        } catch (error) {
          if (i === all.length - 1) throw error;
          return false;
        }
      })!;
      this.sizesTold.set(name, told);
      for (const [place, t] of crossing) {
        const [key, value] = pack({ function: name, place }, t, rows, isSize(t, told));
        found[key] = value;
      }
    }
    return found;
  }
  private within(
    trace: Entry,
    isTraining: boolean,
    values: ReadonlyMap<string, Tensor>,
    variables: ReadonlyMap<number, Variable>,
    seed: SeedGenerator | null,
  ): unknown {
    const inputs = trace.inputs.map((spec) =>
      spec.name === 'training' && spec.dtype === 10 ? tensor([isTraining], [], 'bool') : null,
    );
    const bound = trace.bound.map((node) => this.boundValue(node, variables));
    const outputs = computeWithin(this.program, trace.function, [...inputs, ...bound], values, seed);
    return packed(trace.outputs, outputs[Symbol.iterator]());
  }
  /** What the model returns, out of what was computed before the step. */
  callWithin(
    before: Readonly<Record<string, Tensor>>,
    isTraining: boolean,
    variables: ReadonlyMap<number, Variable>,
    seed: SeedGenerator | null,
  ): unknown {
    if (isTraining && this.trainingProblem) throw this.trainingProblem;
    const trace = this.traceFor(isTraining);
    const values = new Map<string, Tensor>();
    for (const [key, t] of Object.entries(before)) {
      const { name, value } = unpack(key, t);
      if (name.function === trace.function) values.set(name.place, value);
    }
    return this.within(trace, isTraining, values, variables, seed);
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
/** Inputs in the order of the graph's arguments: of a record by name where all names are known, else by sorted keys. */
function flat(inputs: unknown, specs: readonly TensorSpec[]): unknown[] {
  if (inputs instanceof Tensor || inputs instanceof Texts || typeof inputs === 'string') return [inputs];
  // Arrays of texts are one input, unless they stand side by side for several.
  if (Array.isArray(inputs))
    return holdsTexts(inputs) && (specs.length < 2 || inputs.length !== specs.length)
      ? [inputs]
      : inputs.flatMap((x) => flat(x, []));
  if (!isRecord(inputs)) return ArrayBuffer.isView(inputs) || typeof inputs === 'number' ? [inputs] : [];
  const keys = Object.keys(inputs);
  const names = specs.map((s) => s.name);
  const order = keys.length === names.length && names.every((n) => keys.includes(n)) ? names : keys.sort();
  return order.flatMap((k) => flat(inputs[k], []));
}
