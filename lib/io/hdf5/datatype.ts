/** Types of HDF5 values, and the values of attributes and datasets in JavaScript. */
import type { DType } from '../../../binding';
import type { NumberType } from '../numbers';
import { Cursor, UNDEFINED, type Hdf5Input } from './cursor';

/** @internal What is stored. Classes of HDF5 that no weights file needs (compounds, references, times) are refused. */
export type Datatype = NumberType | { kind: 'string'; size: number } | { kind: 'vlen-string'; size: number };

/** @internal */
export function readDatatype(c: Cursor, depth = 0): Datatype {
  const input = c.input;
  const head = c.u8();
  const kind = head & 15;
  const version = head >> 4;
  if (version < 1 || version > 5) input.fail(`a datatype has version ${version}`);
  const bits = c.uint(3);
  const size = c.u32();
  if (depth > 4) input.fail('a datatype is nested too deeply');
  switch (kind) {
    case 0: {
      const offset = c.u16();
      const precision = c.u16();
      if (![1, 2, 4, 8].includes(size)) input.fail(`an integer type has ${size} bytes`);
      if (!precision || offset + precision > 8 * size)
        input.fail(`an integer type of ${size} bytes has ${precision} bits at ${offset}`);
      const whole = { kind: 'int', size, signed: (bits & 8) !== 0, littleEndian: (bits & 1) === 0 } as const;
      return precision === 8 * size ? whole : { ...whole, bits: { offset, precision } };
    }
    case 1: {
      c.skip(4);
      const exponentBits = c.skip(1).u8(); // after the exponent's place
      c.skip(2 + 4);
      if (![2, 4, 8].includes(size) || (bits & 0x40) !== 0) input.fail(`a floating-point type has ${size} bytes`);
      const ieee = { 2: 5, 4: 8, 8: 11 }[size];
      if (exponentBits !== ieee && !(size === 2 && exponentBits === 8))
        input.fail(`a floating-point type of ${size} bytes has ${exponentBits} bits of exponent`);
      return {
        kind: 'float',
        size,
        littleEndian: (bits & 1) === 0,
        format: exponentBits === ieee ? 'ieee' : 'bfloat16',
      };
    }
    case 3:
      return { kind: 'string', size };
    case 5:
      c.skip(bits & 255);
      return { kind: 'opaque', size };
    case 8: {
      const base = readDatatype(c, depth + 1);
      if (base.kind !== 'int') return input.fail('an enumeration is not made of integers');
      // h5py writes bool so; the members of others are their numbers.
      const names = Array.from({ length: Math.min(bits & 0xffff, 3) }, () => {
        const at = c.at;
        const name = c.text();
        if (version < 3) c.skip((8 - ((c.at - at) % 8)) % 8);
        return name;
      });
      return names.length === 2 && names.includes('FALSE') && names.includes('TRUE')
        ? { kind: 'bool', size: base.size, littleEndian: base.littleEndian }
        : base;
    }
    case 9: {
      const base = readDatatype(c, depth + 1);
      if ((bits & 15) === 1) return { kind: 'vlen-string', size };
      return input.refuse(`a list of objects (variable length of ${base.kind})`);
    }
    default:
      return input.refuse(
        `a value of class '${['', '', 'time', '', 'bit field', '', 'compound', 'reference', '', '', 'array'][kind] ?? kind}'`,
      );
  }
}

/** @internal Sizes of each axis now, and those it may grow to (Infinity: any). */
export interface Extent {
  shape: number[];
  maximum: number[];
}
/** @internal The extent of values; null for "no value at all". */
export function readDataspace(c: Cursor): Extent | null {
  const version = c.version(1, 2);
  const rank = c.u8();
  const flags = c.u8();
  if (rank > 32) c.input.fail(`a dataspace has rank ${rank}`);
  if (version === 1) c.skip(5);
  else if (c.u8() === 2) return null;
  const shape = Array.from({ length: rank }, () => c.length());
  const maximum = flags & 1 ? shape.map(() => c.length()).map((d) => (d === UNDEFINED ? Infinity : d)) : shape;
  let size = 1;
  for (const d of shape) {
    if (d === UNDEFINED) c.input.fail('a dataspace has an unlimited size');
    size *= d;
    if (!Number.isSafeInteger(size)) c.input.fail(`a dataspace of shape (${shape.join(', ')}) is too large`);
  }
  if (maximum.some((d, i) => d < shape[i])) c.input.fail('a dataspace is larger than it may be');
  return { shape, maximum };
}

/** @internal Which tensors hold values of a type. Halves become float32 in memory, as in tensors. */
export function dtypeOf(type: Datatype): DType | 'string' {
  switch (type.kind) {
    case 'float':
      return type.size === 8
        ? 'float64'
        : type.size === 4
          ? 'float32'
          : type.format === 'bfloat16'
            ? 'bfloat16'
            : 'float16';
    case 'int':
      if (type.size === 1) return type.signed ? 'int8' : 'uint8';
      return type.size === 8 || (type.size === 4 && !type.signed) ? 'int64' : 'int32';
    case 'bool':
      return 'bool';
    case 'opaque':
      return type.size === 2 ? 'bfloat16' : 'uint8';
    default:
      return 'string';
  }
}

/** @internal Text of fixed length: up to the first zero, or up to the spaces that fill it. */
export function fixedText(raw: Buffer): string {
  const end = raw.indexOf(0);
  return end < 0 ? raw.toString('utf8').replace(/ +$/, '') : raw.toString('utf8', 0, end);
}

/** @internal Text of variable length: it lies in a heap of the file. */
export function heapText(input: Hdf5Input, c: Cursor): string {
  const length = c.u32();
  const at = c.offset();
  const index = c.u32();
  if (!length || at === UNDEFINED || (at === 0 && index === 0)) return '';
  const head = input.block(at, 16, 'a heap of texts');
  head.magic('GCOL');
  head.version(1);
  const size = head.skip(3).length();
  if (size < 16) input.fail('a heap of texts is too small');
  const heap = input.block(at, size, 'a heap of texts').skip(8 + input.sizes.length);
  while (heap.left >= 8 + input.sizes.length) {
    const i = heap.u16();
    heap.skip(6);
    const bytes = heap.length();
    if (i === 0) break;
    if (bytes === UNDEFINED) input.fail('a text has no length');
    const data = heap.bytes(bytes);
    if (i === index) {
      if (length > bytes) input.fail(`a text has ${length} bytes where its heap holds ${bytes}`);
      return fixedText(data.subarray(0, length));
    }
    heap.skip(Math.min(heap.left, (8 - (bytes % 8)) % 8));
  }
  return input.fail('a text is not in its heap');
}
