/** Writes tables, bundles and archives as LevelDB and TensorFlow describe them, by other code than that which reads them. */
import * as fs from 'node:fs';
import * as path from 'node:path';

/** CRC-32C bit by bit. */
export function slowCrc32c(data: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of data) {
    c ^= byte;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
  }
  return ~c >>> 0;
}
export const masked = (data: Uint8Array): number => {
  const c = slowCrc32c(data);
  return (((c >>> 15) | (c << 17)) + 0xa282ead8) >>> 0;
};
export function varint(n: number): number[] {
  const out: number[] = [];
  for (; n >= 128; n = Math.floor(n / 128)) out.push((n % 128) | 128);
  return [...out, n];
}
const u32 = (n: number): Buffer => {
  const b = Buffer.alloc(4);
  b.writeUInt32LE(n >>> 0);
  return b;
};
/** A block of entries; every `interval` of them starts with its whole key. */
export function block(entries: readonly (readonly [Buffer, Buffer])[], interval: number): Buffer {
  const parts: Buffer[] = [];
  const restarts: number[] = [];
  let before = Buffer.alloc(0);
  let size = 0;
  entries.forEach(([key, value], i) => {
    let shared = 0;
    if (i % interval === 0) restarts.push(size);
    else while (shared < Math.min(key.length, before.length) && key[shared] === before[shared]) shared++;
    const part = Buffer.concat([
      Buffer.from([...varint(shared), ...varint(key.length - shared), ...varint(value.length)]),
      key.subarray(shared),
      value,
    ]);
    parts.push(part);
    size += part.length;
    before = Buffer.from(key);
  });
  return Buffer.concat([...parts, ...restarts.map(u32), u32(restarts.length)]);
}
/** Snappy: literals, and copies of what stands 4 to 60 bytes before where it is the same. */
export function snappy(data: Buffer): Buffer {
  const out: number[] = varint(data.length);
  let literal: number[] = [];
  const flush = (): void => {
    for (let at = 0; at < literal.length; at += 60) {
      const part = literal.slice(at, at + 60);
      out.push((part.length - 1) << 2, ...part);
    }
    literal = [];
  };
  for (let at = 0; at < data.length;) {
    let best = 0;
    let from = 0;
    for (let back = 1; back <= Math.min(at, 2000); back++) {
      let n = 0;
      while (n < 64 && at + n < data.length && data[at + n] === data[at + n - back]) n++;
      if (n > best) [best, from] = [n, back];
    }
    if (best >= 4) {
      flush();
      // Short copies one way, long ones the other.
      if (best <= 11 && from < 2048) out.push(1 | ((best - 4) << 2) | ((from >> 8) << 5), from & 255);
      else out.push(2 | ((best - 1) << 2), from & 255, from >> 8);
      at += best;
    } else literal.push(data[at++]);
  }
  flush();
  return Buffer.from(out);
}
export interface TableOptions {
  /** Entries of a block. Default 4. */
  perBlock?: number;
  interval?: number;
  compress?: boolean;
}
/** A whole table, of entries in order. */
export function table(
  entries: readonly (readonly [Buffer, Buffer])[],
  { perBlock = 4, interval = 3, compress = false }: TableOptions = {},
): Buffer {
  const parts: Buffer[] = [];
  let size = 0;
  const add = (plain: Buffer): Buffer => {
    const bytes = compress ? snappy(plain) : plain;
    const kind = Buffer.from([compress ? 1 : 0]);
    const handle = Buffer.from([...varint(size), ...varint(bytes.length)]);
    const whole = Buffer.concat([bytes, kind, u32(masked(Buffer.concat([bytes, kind])))]);
    parts.push(whole);
    size += whole.length;
    return handle;
  };
  const index: [Buffer, Buffer][] = [];
  for (let at = 0; at < entries.length; at += perBlock) {
    const some = entries.slice(at, at + perBlock);
    index.push([some.at(-1)![0], add(block(some, interval))]);
  }
  const filters = add(block([], 1));
  const top = add(block(index, 1));
  const footer = Buffer.alloc(48);
  Buffer.concat([filters, top]).copy(footer);
  footer.writeBigUInt64LE(0xdb4775248b80fb57n, 40);
  return Buffer.concat([...parts, footer]);
}
const field = (number: number, wire: number): number[] => varint(number * 8 + wire);
const message = (number: number, bytes: readonly number[]): number[] => [
  ...field(number, 2),
  ...varint(bytes.length),
  ...bytes,
];
export interface BundleTensor {
  key: string;
  dtype: number;
  shape: number[];
  bytes: Buffer;
  shard: number;
}
/** Writes a checkpoint of tensors in some files of data. */
export function writeBundle(
  prefix: string,
  tensors: readonly BundleTensor[],
  shards: number,
  options?: TableOptions & { bigEndian?: boolean },
): void {
  fs.mkdirSync(path.dirname(prefix), { recursive: true });
  const data = Array.from({ length: shards }, () => [] as Buffer[]);
  const header = Buffer.from([
    ...field(1, 0),
    ...varint(shards),
    ...(options?.bigEndian ? [...field(2, 0), 1] : []),
    ...message(3, [...field(1, 0), 1]),
  ]);
  const entries: [Buffer, Buffer][] = [[Buffer.alloc(0), header]];
  for (const t of [...tensors].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))) {
    const offset = data[t.shard].reduce((n, b) => n + b.length, 0);
    data[t.shard].push(t.bytes);
    const shape = t.shape.flatMap((d) => message(2, [...field(1, 0), ...varint(d)]));
    entries.push([
      Buffer.from(t.key),
      Buffer.from([
        ...field(1, 0),
        ...varint(t.dtype),
        ...message(2, shape),
        ...(t.shard ? [...field(3, 0), ...varint(t.shard)] : []),
        ...(offset ? [...field(4, 0), ...varint(offset)] : []),
        ...field(5, 0),
        ...varint(t.bytes.length),
        ...field(6, 5),
        ...u32(masked(t.bytes)),
      ]),
    ]);
  }
  fs.writeFileSync(`${prefix}.index`, table(entries, options));
  const digits = (n: number): string => String(n).padStart(5, '0');
  data.forEach((parts, i) =>
    fs.writeFileSync(`${prefix}.data-${digits(i)}-of-${digits(shards)}`, Buffer.concat(parts)),
  );
}
