/** Reading numbers out of blocks of an HDF5 file, every one of them checked against the block and the file. */
import { FileError } from '../../support/errors';
import type { ByteSource } from '../source';
import { lookup3 } from './checksum';

/** @internal Address of what is not there. */
export const UNDEFINED = -1;

/** @internal Sizes of addresses and lengths, as the superblock says. */
export interface Sizes {
  offset: number;
  length: number;
  /** Added to every address. */
  base: number;
}

/** @internal The file and how its numbers are written. */
export class Hdf5Input {
  sizes: Sizes = { offset: 8, length: 8, base: 0 };
  constructor(readonly source: ByteSource) {}
  fail(why: string): never {
    throw new FileError(`${this.source.name}: it is not a valid HDF5 file: ${why}.`);
  }
  refuse(what: string): never {
    throw new FileError(`${this.source.name}: ${what} is not allowed: a weights file must hold its numbers itself.`);
  }
  /** A block at an address of the file. */
  block(at: number, length: number, what: string): Cursor {
    if (at === UNDEFINED) this.fail(`${what} has no address`);
    const start = at + this.sizes.base;
    if (!Number.isSafeInteger(start) || start < 0 || length < 0 || start + length > this.source.size)
      this.fail(`${what} lies outside of the file (${length} bytes at ${start} of ${this.source.size})`);
    return new Cursor(this, this.source.bytes(start, length), what);
  }
}

/** @internal */
export class Cursor {
  at = 0;
  constructor(
    readonly input: Hdf5Input,
    readonly data: Buffer,
    readonly what: string,
  ) {}
  private step(n: number): number {
    const at = this.at;
    if (n < 0 || at + n > this.data.length) this.input.fail(`${this.what} is cut off`);
    this.at += n;
    return at;
  }
  get left(): number {
    return this.data.length - this.at;
  }
  skip(n: number): this {
    this.step(n);
    return this;
  }
  u8(): number {
    return this.data[this.step(1)];
  }
  u16(): number {
    return this.data.readUInt16LE(this.step(2));
  }
  u32(): number {
    return this.data.readUInt32LE(this.step(4));
  }
  /** An integer of 1 to 8 bytes; more than 2^53 is refused, as no file is that long. */
  uint(bytes: number): number {
    const at = this.step(bytes);
    let v = 0;
    for (let i = bytes - 1; i >= 0; i--) v = v * 256 + this.data[at + i];
    if (!Number.isSafeInteger(v)) this.input.fail(`${this.what} holds a number that is too large`);
    return v;
  }
  /** An address, or UNDEFINED. */
  offset(): number {
    const n = this.input.sizes.offset;
    const at = this.at;
    this.step(n);
    let isUndefined = true;
    for (let i = 0; i < n; i++) isUndefined &&= this.data[at + i] === 255;
    if (isUndefined) return UNDEFINED;
    this.at = at;
    return this.uint(n);
  }
  /** A length; `UNDEFINED` where all bits are set (unlimited). */
  length(): number {
    const n = this.input.sizes.length;
    const at = this.at;
    if (this.data.subarray(at, at + n).every((b) => b === 255) && this.left >= n) {
      this.skip(n);
      return UNDEFINED;
    }
    return this.uint(n);
  }
  bytes(n: number): Buffer {
    const at = this.step(n);
    return this.data.subarray(at, at + n);
  }
  magic(expected: string): void {
    const found = this.bytes(4).toString('latin1');
    if (found !== expected)
      this.input.fail(`${this.what} starts with '${found.replace(/[^ -~]/g, '?')}' instead of '${expected}'`);
  }
  version(...allowed: number[]): number {
    const v = this.u8();
    if (!allowed.includes(v)) this.input.fail(`${this.what} has version ${v}, known are ${allowed.join(', ')}`);
    return v;
  }
  /** Text up to a zero byte. */
  text(): string {
    const end = this.data.indexOf(0, this.at);
    if (end < 0) this.input.fail(`${this.what} holds a name without an end`);
    const s = this.data.toString('utf8', this.at, end);
    this.at = end + 1;
    return s;
  }
  /** Compares the last four bytes of what was read with the checksum of the rest. */
  checksum(): void {
    const end = this.at;
    if (this.u32() !== lookup3(this.data.subarray(0, end))) this.input.fail(`the checksum of ${this.what} is wrong`);
  }
}
