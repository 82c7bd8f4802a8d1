/** Tables of TensorFlow's graphs: texts or integers to numbers or texts. */
import { FileError } from '../../support/errors';
import type { Tensor } from '../../core/tensor';
import { keyOf, Texts, valuesOf } from './texts';

/** @internal A key or a value: the bytes of a text, or a number. */
export type Entry = Uint8Array | number;
const MAX_ENTRIES = 2 ** 26;

/** @internal */
export class LookupTable {
  /** Numbers of the entries by their keys. */
  private readonly places = new Map<string | number, number>();
  private readonly keys: Entry[] = [];
  private readonly values: Entry[] = [];
  /** Whether its entries were set once and for all. */
  isInitialized = false;
  constructor(
    readonly hasTextKeys: boolean,
    readonly hasTextValues: boolean,
    /** Whether entries may be replaced. */
    readonly isMutable: boolean,
  ) {}
  get size(): number {
    return this.keys.length;
  }
  get entries(): { keys: readonly Entry[]; values: readonly Entry[] } {
    return { keys: this.keys, values: this.values };
  }
  /** @throws FileError for a key that has another value already, in a table that does not change. */
  insert(where: string, key: Entry, value: Entry): void {
    const at = this.places.get(indexOf(key));
    if (at === undefined) {
      if (this.keys.length >= MAX_ENTRIES)
        throw new FileError(`${where}: a table of more than ${MAX_ENTRIES} entries.`);
      this.places.set(indexOf(key), this.keys.length);
      this.keys.push(key);
      this.values.push(value);
    } else if (this.isMutable) this.values[at] = value;
    else if (indexOf(this.values[at]) !== indexOf(value))
      throw new FileError(
        `${where}: key '${String(indexOf(key))}' of a table has two values, ${String(indexOf(this.values[at]))} and ${String(indexOf(value))}.`,
      );
  }
  find(key: Entry): Entry | undefined {
    const at = this.places.get(indexOf(key));
    return at === undefined ? undefined : this.values[at];
  }
}
const indexOf = (key: Entry): string | number => (typeof key === 'number' ? key : keyOf(key));
/** @internal Puts entries into a table. @throws FileError for other counts, or kinds that the table does not hold. */
export function fillTable(where: string, table: LookupTable, keys: Tensor | Texts, values: Tensor | Texts): void {
  const listOf = (from: Tensor | Texts, isText: boolean): readonly Entry[] => {
    if (from instanceof Texts !== isText)
      throw new FileError(`${where} takes ${isText ? 'texts' : 'numbers'}, not ${isText ? 'numbers' : 'texts'}.`);
    return from instanceof Texts ? from.values : valuesOf(where, from);
  };
  const list = listOf(keys, table.hasTextKeys);
  const all = listOf(values, table.hasTextValues);
  if (list.length !== all.length)
    throw new FileError(`${where} is given ${list.length} keys and ${all.length} values.`);
  list.forEach((key, i) => table.insert(where, key, all[i]));
}
