/** Structures of arguments and results, as SavedModels describe them (tensorflow/core/protobuf/struct.proto). */
import { FileError } from '../../support/errors';
import { sizesOf, type StructuredValue } from './messages';

/** @internal What a tensor must be like. */
export interface TensorSpec {
  /** Name of the argument. */
  name: string;
  /** Sizes, null where any will do; null for any rank. */
  shape: (number | null)[] | null;
  /** Number of the dtype. */
  dtype: number;
}
/** @internal A structure: tensors and plain values in lists and records. */
export type Structure =
  | { kind: 'tensor'; spec: TensorSpec }
  | { kind: 'value'; value: number | bigint | string | boolean | null }
  | { kind: 'list'; items: Structure[] }
  | { kind: 'record'; entries: [string, Structure][] };

/** @internal @throws FileError for kinds of values that are not read. */
export function structureOf(value: StructuredValue | undefined, where: string): Structure {
  const kind = value?.kind;
  if (!kind?.case)
    throw new FileError(`${where}: an argument or a result is of a kind that is not read (ragged or sparse tensors).`);
  switch (kind.case) {
    case 'tensorSpecValue': {
      const { name, shape, dtype } = kind.value;
      return { kind: 'tensor', spec: { name, dtype, shape: sizesOf(shape, where) } };
    }
    case 'noneValue':
      return { kind: 'value', value: null };
    case 'listValue':
    case 'tupleValue':
      return { kind: 'list', items: kind.value.values.map((v) => structureOf(v, where)) };
    case 'dictValue': {
      // In TensorFlow's order: by keys.
      const keys = Object.keys(kind.value.fields).sort();
      return { kind: 'record', entries: keys.map((k) => [k, structureOf(kind.value.fields[k], where)]) };
    }
    case 'namedTupleValue':
      return { kind: 'record', entries: kind.value.values.map(({ key, value: v }) => [key, structureOf(v, where)]) };
    default:
      return { kind: 'value', value: kind.value };
  }
}
/** @internal The tensors of a structure, in order. */
export function specsOf(s: Structure): TensorSpec[] {
  if (s.kind === 'tensor') return [s.spec];
  if (s.kind === 'list') return s.items.flatMap(specsOf);
  return s.kind === 'record' ? s.entries.flatMap(([, inner]) => specsOf(inner)) : [];
}
/** @internal Values put into a structure in the place of its tensors. */
export function packed<T>(s: Structure, values: Iterator<T>): unknown {
  if (s.kind === 'tensor') return values.next().value;
  if (s.kind === 'list') return s.items.map((inner) => packed(inner, values));
  if (s.kind === 'record') return Object.fromEntries(s.entries.map(([k, inner]) => [k, packed(inner, values)]));
  return s.value;
}
