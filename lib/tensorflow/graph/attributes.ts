/** Attributes of a node of TensorFlow's graphs, as operations ask for them. */
import { FileError } from '../../support/errors';
import type { DType } from '../../core/tensor';
import { DT_STRING, dtypeName, numberType } from '../dtypes';
import { sizesOf, type AttrValue, type NodeDef, type TensorProto } from '../saved_model/messages';

type Case = NonNullable<AttrValue['value']['case']>;
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** @internal */
export class Attributes {
  constructor(private readonly node: NodeDef) {}
  get name(): string {
    return this.node.name;
  }
  /** What a node is called in messages. */
  get where(): string {
    return `node '${this.node.name}' (${this.node.op})`;
  }
  private get<K extends Case>(name: string, kind: K): Extract<AttrValue['value'], { case: K }>['value'] | undefined {
    const found = Object.hasOwn(this.node.attr, name) ? this.node.attr[name].value : undefined;
    if (!found || found.case === undefined) return undefined;
    if (found.case !== kind)
      throw new FileError(`${this.where}: attribute '${name}' is of kind '${found.case}', not '${kind}'.`);
    return found.value as never;
  }
  int(name: string, fallback = 0): number {
    const v = this.get(name, 'i');
    return v === undefined ? fallback : Number(v);
  }
  float(name: string, fallback: number): number {
    return this.get(name, 'f') ?? fallback;
  }
  bool(name: string, fallback = false): boolean {
    return this.get(name, 'b') ?? fallback;
  }
  string(name: string, fallback = ''): string {
    const v = this.get(name, 's');
    return v === undefined ? fallback : text(v);
  }
  ints(name: string): number[] {
    return (this.get(name, 'list')?.i ?? []).map(Number);
  }
  floats(name: string): number[] {
    return this.get(name, 'list')?.f ?? [];
  }
  strings(name: string): string[] {
    return (this.get(name, 'list')?.s ?? []).map(text);
  }
  /** Sizes, null where unknown; null for an unknown rank. */
  shape(name: string): (number | null)[] | null {
    const v = this.get(name, 'shape');
    return v ? sizesOf(v, this.where) : null;
  }
  /** The dtype that holds the values here. @throws FileError for one that holds no numbers. */
  dtype(name: string, fallback?: DType): DType {
    const v = this.get(name, 'type');
    if (v === undefined && fallback !== undefined) return fallback;
    const known = numberType(v ?? 0);
    if (!known) throw new FileError(`${this.where}: dtype ${dtypeName(v ?? 0)} holds no numbers.`);
    return known.dtype;
  }
  /** Whether values of a dtype are texts. */
  isText(name: string): boolean {
    return this.get(name, 'type') === DT_STRING;
  }
  tensor(name: string): TensorProto {
    const v = this.get(name, 'tensor');
    if (!v) throw new FileError(`${this.where}: attribute '${name}' is missing.`);
    return v;
  }
  /** Name of a function. */
  function(name: string): string {
    const v = this.get(name, 'func');
    if (!v) throw new FileError(`${this.where}: attribute '${name}' is missing.`);
    return v.name;
  }
  /** Names of functions: those that `name` lists. */
  functions(name: string): string[] {
    return (this.get(name, 'list')?.func ?? []).map((f) => f.name);
  }
}
/** @internal Names of all functions that a node calls. */
export function functionsOf(node: NodeDef): string[] {
  return Object.values(node.attr).flatMap(({ value }) =>
    value.case === 'func' ? [value.value.name] : value.case === 'list' ? value.value.func.map((f) => f.name) : [],
  );
}
