/**
 * Python pickles of nested lists of integers, as NumPy puts them into arrays of objects. A pickle is a program; this
 * reader knows its steps that make lists, tuples, integers and strings, and the three names that rebuild an array of
 * objects. It refuses every other step and name, runs nothing, and holds no more than the file has bytes.
 */
import { FileError } from '../support/errors';

/** @internal A tuple; lists are arrays. */
export class PickleTuple {
  constructor(readonly items: PickleValue[]) {}
}
/** @internal A NumPy array of objects; `shape` is undefined until its state has been read. */
export class PickleArray {
  shape?: number[];
  items: PickleValue[] = [];
}
/** A name that is known, and the dtype 'object' that one of them makes. */
class Known {
  constructor(readonly name: 'ndarray' | 'dtype' | '_reconstruct' | 'object') {}
}
/** @internal */
export type PickleValue = number | string | boolean | null | PickleValue[] | PickleTuple | PickleArray | Known;

const GLOBALS: ReadonlyMap<string, 'ndarray' | 'dtype' | '_reconstruct'> = new Map([
  ['numpy.ndarray', 'ndarray'],
  ['numpy.dtype', 'dtype'],
  ['numpy.core.multiarray._reconstruct', '_reconstruct'],
  ['numpy._core.multiarray._reconstruct', '_reconstruct'],
]);
/** Names of the steps that are refused, for messages. */
const REFUSED: Readonly<Record<number, string>> = Object.fromEntries(
  [
    '30 POP,31 POP_MARK,32 DUP,46 FLOAT,47 BINFLOAT,49 INT,4c LONG,50 PERSID,51 BINPERSID,53 STRING,56 UNICODE,64 DICT,67 GET,69 INST,6f OBJ,70 PUT',
    '73 SETITEM,75 SETITEMS,7d EMPTY_DICT,81 NEWOBJ,82 EXT1,83 EXT2,84 EXT4,8b LONG4,8d BINUNICODE8,8e BINBYTES8,8f EMPTY_SET,90 ADDITEMS',
    '91 FROZENSET,92 NEWOBJ_EX,96 BYTEARRAY8,97 NEXT_BUFFER,98 READONLY_BUFFER',
  ].flatMap((line) => line.split(',').map((entry) => [parseInt(entry, 16), entry.slice(3)])),
) as Record<number, string>;
const NEWEST_PROTOCOL = 5;
const STEPS_AT_ONCE = 1 << 20;

class Machine {
  private at = 0;
  private readonly stack: PickleValue[] = [];
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, PickleValue>();

  constructor(
    private readonly data: Buffer,
    private readonly name: string,
  ) {}

  refuse(why: string): never {
    throw new FileError(
      `${this.name}: refused: ${why}. Only lists of integers in NumPy arrays of objects are read from pickles.`,
    );
  }
  private broken(why: string): never {
    throw new FileError(`${this.name} is damaged or incomplete (${why}). Delete it and download it again.`);
  }
  /** Where the next `length` bytes start. */
  private take(length: number): number {
    const { at } = this;
    if (length > this.data.length - at)
      this.broken(`its pickle ends at byte ${this.data.length}, ${length} more expected at ${at}`);
    this.at += length;
    return at;
  }
  private text(length: number, encoding: 'utf8' | 'latin1'): string {
    const start = this.take(length);
    return this.data.toString(encoding, start, start + length);
  }
  private line(): string {
    const end = this.data.indexOf(10, this.at);
    if (end < 0) this.broken('a name in its pickle has no end');
    return this.text(end + 1 - this.at, 'latin1').slice(0, -1);
  }
  private pop(): PickleValue {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) this.broken('its pickle takes more than it has');
    return this.stack.pop()!;
  }
  private popMark(): PickleValue[] {
    const mark = this.marks.pop();
    if (mark === undefined) this.broken('its pickle lacks a mark');
    return this.stack.splice(mark);
  }
  private list(): PickleValue[] {
    const top = this.stack.length > (this.marks.at(-1) ?? 0) ? this.stack.at(-1) : undefined;
    return Array.isArray(top) ? top : this.broken('its pickle appends to what is no list');
  }
  private tuple(length: number): PickleTuple {
    const items: PickleValue[] = [];
    for (let i = 0; i < length; i++) items.unshift(this.pop());
    return new PickleTuple(items);
  }
  private known(module: PickleValue, name: PickleValue): Known {
    const full = `${String(module)}.${String(name)}`;
    const known = typeof module === 'string' && typeof name === 'string' ? GLOBALS.get(full) : undefined;
    return known ? new Known(known) : this.refuse(`its pickle names ${JSON.stringify(full.slice(0, 80))}`);
  }
  private recall(key: number): PickleValue {
    const value = this.memo.get(key);
    return value === undefined ? this.broken(`its pickle refers to entry ${key}, which it has not made`) : value;
  }
  private long(length: number): number {
    const start = this.take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.data[start + i]);
    const signed = Number(length ? BigInt.asIntN(8 * length, value) : 0n);
    return Number.isSafeInteger(signed)
      ? signed
      : this.refuse(`its pickle holds the integer ${signed}, which is too large`);
  }

  /** What the call of a known name gives. */
  private call(callee: PickleValue, given: PickleValue): PickleValue {
    if (callee instanceof Known && given instanceof PickleTuple) {
      const [first] = given.items;
      if (callee.name === '_reconstruct' && first instanceof Known && first.name === 'ndarray')
        return new PickleArray();
      if (callee.name === 'dtype' && typeof first === 'string')
        return /^O\d?$/.test(first)
          ? new Known('object')
          : this.refuse(`its pickle holds an array of type '${first.slice(0, 20)}'`);
    }
    return this.refuse(`its pickle calls ${callee instanceof Known ? callee.name : 'what is no function'}`);
  }
  /** Gives an array its shape and its items. */
  private build(state: PickleValue): void {
    const target = this.stack.at(-1);
    if (target instanceof Known && target.name === 'object' && state instanceof PickleTuple) return;
    if (!(target instanceof PickleArray && state instanceof PickleTuple && target.shape === undefined))
      this.refuse('its pickle sets the state of what is no new array');
    const [, shape, dtype, , items] = state.items;
    const sizes = shape instanceof PickleTuple ? shape.items : [];
    if (!(
      dtype instanceof Known &&
      dtype.name === 'object' &&
      Array.isArray(items) &&
      sizes.every((d) => Number.isSafeInteger(d) && (d as number) >= 0)
    ))
      this.refuse('its pickle holds an array that is none of objects');
    const count = (sizes as number[]).reduce((a, b) => a * b, 1);
    if (count !== items.length)
      this.broken(`its pickle holds ${items.length} items, ${count} expected by the shape (${sizes.join(', ')})`);
    target.shape = sizes as number[];
    target.items = items;
  }

  /** Takes at most `steps` steps. @returns whether the end was reached. */
  run(steps: number): boolean {
    const { data, stack } = this;
    while (steps-- > 0) {
      const code = data[this.take(1)];
      switch (code) {
        case 0x4b: // BININT1
          stack.push(data[this.take(1)]);
          break;
        case 0x4d: // BININT2
          stack.push(data.readUInt16LE(this.take(2)));
          break;
        case 0x4a: // BININT
          stack.push(data.readInt32LE(this.take(4)));
          break;
        case 0x8a: // LONG1
          stack.push(this.long(data[this.take(1)]));
          break;
        case 0x5d: // EMPTY_LIST
          stack.push([]);
          break;
        case 0x28: // MARK
          this.marks.push(stack.length);
          break;
        case 0x61: // APPEND
          this.append([this.pop()]);
          break;
        case 0x65: // APPENDS
          this.append(this.popMark());
          break;
        case 0x6c: // LIST
          stack.push(this.popMark());
          break;
        case 0x29: // EMPTY_TUPLE
          stack.push(new PickleTuple([]));
          break;
        case 0x85: // TUPLE1, TUPLE2, TUPLE3
        case 0x86:
        case 0x87:
          stack.push(this.tuple(code - 0x84));
          break;
        case 0x74: // TUPLE
          stack.push(new PickleTuple(this.popMark()));
          break;
        case 0x4e: // NONE
          stack.push(null);
          break;
        case 0x88: // NEWTRUE, NEWFALSE
        case 0x89:
          stack.push(code === 0x88);
          break;
        case 0x58: // BINUNICODE
          stack.push(this.text(data.readUInt32LE(this.take(4)), 'utf8'));
          break;
        case 0x8c: // SHORT_BINUNICODE
          stack.push(this.text(data[this.take(1)], 'utf8'));
          break;
        case 0x54: // BINSTRING, BINBYTES
        case 0x42:
          stack.push(this.text(data.readUInt32LE(this.take(4)), 'latin1'));
          break;
        case 0x55: // SHORT_BINSTRING, SHORT_BINBYTES
        case 0x43:
          stack.push(this.text(data[this.take(1)], 'latin1'));
          break;
        case 0x71: // BINPUT
          this.memo.set(data[this.take(1)], this.top());
          break;
        case 0x72: // LONG_BINPUT
          this.memo.set(data.readUInt32LE(this.take(4)), this.top());
          break;
        case 0x94: // MEMOIZE
          this.memo.set(this.memo.size, this.top());
          break;
        case 0x68: // BINGET
          stack.push(this.recall(data[this.take(1)]));
          break;
        case 0x6a: // LONG_BINGET
          stack.push(this.recall(data.readUInt32LE(this.take(4))));
          break;
        case 0x63: // GLOBAL
          stack.push(this.known(this.line(), this.line()));
          break;
        case 0x93: {
          // STACK_GLOBAL
          const name = this.pop();
          stack.push(this.known(this.pop(), name));
          break;
        }
        case 0x52: {
          // REDUCE
          const given = this.pop();
          stack.push(this.call(this.pop(), given));
          break;
        }
        case 0x62: // BUILD
          this.build(this.pop());
          break;
        case 0x80: {
          // PROTO
          const protocol = data[this.take(1)];
          if (protocol > NEWEST_PROTOCOL)
            this.refuse(`its pickle is of protocol ${protocol}, ${NEWEST_PROTOCOL} is the newest known`);
          break;
        }
        case 0x95: // FRAME
          this.take(8);
          break;
        case 0x2e: // STOP
          return true;
        default:
          this.refuse(`its pickle has the step ${REFUSED[code] ?? `0x${code.toString(16).padStart(2, '0')}`}`);
      }
    }
    return false;
  }
  private top(): PickleValue {
    const top = this.stack.at(-1);
    return top === undefined ? this.broken('its pickle keeps what is not there') : top;
  }
  private append(items: PickleValue[]): void {
    const list = this.list();
    for (const item of items) list.push(item);
  }
  result(): PickleValue {
    const left = this.data.length - this.at;
    if (left) this.broken(`${left} bytes follow the end of its pickle`);
    const value = this.pop();
    if (this.stack.length || this.marks.length) this.broken('its pickle leaves more than one value');
    return value;
  }
}

/**
 * @internal The value of a pickle, with pauses in which other work can run.
 * @throws FileError naming the step or the name that is not allowed, or what is damaged.
 */
export async function readPickle(data: Buffer, name: string, signal?: AbortSignal | null): Promise<PickleValue> {
  const machine = new Machine(data, name);
  while (!machine.run(STEPS_AT_ONCE)) {
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  }
  return machine.result();
}
