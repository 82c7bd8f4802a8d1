/** What can be called in a SavedModel: its `__call__`, `serve` or signatures, each traced for some kinds of arguments. */
import { FileError, ValueError } from '../../support/errors';
import type { SavedObject, SavedObjectGraph } from './messages';
import { specsOf, structureOf, type Structure, type TensorSpec } from './structure';

/** @internal One trace of something that can be called. */
export interface Entry {
  /** Name of the function in the graph. */
  function: string;
  /** Objects behind the arguments that the caller does not see: mostly variables. */
  bound: number[];
  /** Tensors that the caller gives, in order. */
  inputs: TensorSpec[];
  /** Other arguments, by name: the trace is for these values. */
  values: Map<string, unknown>;
  outputs: Structure;
}
/** @internal */
export interface Entries {
  /** What is called, for messages. */
  name: string;
  isSignature: boolean;
  traces: Entry[];
}
const childOf = (node: SavedObject | undefined, name: string): number | undefined =>
  node?.children.find((c) => c.localName === name)?.nodeId;

/** Names of the positional arguments of a function, without the object that a method belongs to. */
function argumentNames(node: SavedObject | undefined): string[] {
  if (node?.kind.case !== 'function') return [];
  const spec = node.kind.value.functionSpec;
  const full = spec?.fullargspec?.kind;
  if (full?.case !== 'namedTupleValue') return [];
  const list = full.value.values.find((p) => p.key === 'args')?.value?.kind;
  if (list?.case !== 'listValue') return [];
  const names = list.value.values.map((v) => (v.kind.case === 'stringValue' ? v.kind.value : ''));
  return spec!.isMethod ? names.slice(1) : names;
}
function entryOf(graph: SavedObjectGraph, name: string, names: readonly string[], where: string): Entry {
  if (!Object.hasOwn(graph.concreteFunctions, name))
    throw new FileError(`${where}: it does not say what function '${name}' takes and returns.`);
  const f = graph.concreteFunctions[name];
  const signature = structureOf(f.canonicalizedInputSignature, where);
  const [positional, named] = signature.kind === 'list' ? signature.items : [];
  if (positional?.kind !== 'list' || named?.kind !== 'record')
    throw new FileError(`${where}: the arguments of function '${name}' are described wrongly.`);
  const values = new Map<string, unknown>();
  const inputs: TensorSpec[] = [];
  const take = (argument: string, s: Structure): void => {
    const specs = specsOf(s);
    inputs.push(...specs);
    if (!specs.length && s.kind === 'value') values.set(argument, s.value);
  };
  positional.items.forEach((s, i) => take(names[i] ?? String(i), s));
  for (const [argument, s] of named.entries) take(argument, s);
  return { function: name, bound: f.boundInputs, inputs, values, outputs: structureOf(f.outputSignature, where) };
}
/** Signatures by their names. */
function signaturesOf(graph: SavedObjectGraph): Map<string, string> {
  const map = graph.nodes[childOf(graph.nodes[0], 'signatures') ?? -1];
  return new Map(
    (map?.children ?? []).flatMap(({ localName, nodeId }) => {
      const kind = graph.nodes[nodeId]?.kind;
      return kind?.case === 'bareConcreteFunction' ? [[localName, kind.value.concreteFunctionName] as const] : [];
    }),
  );
}
/**
 * @internal What a layer calls: the signature asked for; else `__call__`, else `serve`, else a signature.
 * @throws ValueError for a signature that is not there, FileError when nothing can be called.
 */
export function entriesOf(graph: SavedObjectGraph, signature: string | null, where: string): Entries {
  const signatures = signaturesOf(graph);
  const asSignature = (name: string): Entries => ({
    name: `signature '${name}'`,
    isSignature: true,
    traces: [entryOf(graph, signatures.get(name)!, [], where)],
  });
  if (signature !== null) {
    if (signatures.has(signature)) return asSignature(signature);
    throw new ValueError(
      `${where}: it has no signature '${signature}'; there ${signatures.size === 1 ? 'is' : 'are'} ${[...signatures.keys()].map((s) => `'${s}'`).join(', ') || 'none'}.`,
    );
  }
  for (const name of ['__call__', 'serve']) {
    const node = graph.nodes[childOf(graph.nodes[0], name) ?? -1];
    if (node?.kind.case !== 'function' || !node.kind.value.concreteFunctions.length) continue;
    const names = argumentNames(node);
    return {
      name: `'${name}'`,
      isSignature: false,
      traces: node.kind.value.concreteFunctions.map((f) => entryOf(graph, f, names, where)),
    };
  }
  for (const name of ['serving_default', 'default', ...signatures.keys()])
    if (signatures.has(name) && !name.startsWith('__')) return asSignature(name);
  throw new FileError(`${where}: it has nothing that can be called: no '__call__', no 'serve', no signature.`);
}
/** @internal */
export const objectNamed = childOf;
