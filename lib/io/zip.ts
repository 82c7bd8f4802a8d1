/**
 * Zip archives. The reader takes members by exact name into memory and never unpacks to the disk; what an honest archive
 * has no need for is refused: two members of one name, names that leave the folder, links, encryption, members that
 * overlap or whose two headers differ, other methods than stored and deflated, and more bytes than were announced.
 * The writer stores members as they are. Both know zip64.
 */
import { pipeline } from 'node:stream';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { FileError, ValueError } from '../support/errors';
import type { ByteSink } from './atomic';
import { MemorySource, type ByteSource } from './source';

const inflateRaw = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.inflateRaw);
/** Up to this many bytes any ratio is fine; above it, this many times the stored ones. */
const FREE_BYTES = 1 << 24;
const MAX_EXPANSION = 100;
/** Pieces in which the checksum of a stored member is computed. */
const PIECE = 1 << 24;
const MAX_MEMBERS = 1 << 20;
/** Bytes in the archive that are inflated of a member's beginning. */
const BEGINNING = 1 << 14;
/** Numbers from here on stand in fields of zip64. */
const LONG = 0xffffffff;
/** An extra field that says nothing: room for the one of zip64. */
const PADDING = 0xd935;

/** @internal */
export interface ZipMember {
  name: string;
  method: number;
  crc: number;
  stored: number;
  size: number;
  /** Where its bytes start. */
  at: number;
}

/** @internal Whether a file starts as zip archives do. */
export const isZip = (source: ByteSource): boolean =>
  source.size >= 4 && ['504b0304', '504b0506'].includes(source.bytes(0, 4).toString('hex'));

/** @internal The members of an archive, all of them checked. */
export class ZipReader {
  private readonly members = new Map<string, ZipMember>();
  constructor(private readonly source: ByteSource) {
    const end = this.findEnd();
    this.readDirectory(end);
  }
  private fail(why: string): never {
    throw new FileError(`${this.source.name}: it is not a valid zip archive: ${why}.`);
  }
  private refuse(why: string): never {
    throw new FileError(`${this.source.name}: refused: ${why}.`);
  }
  private findEnd(): { count: number; size: number; at: number; end: number } {
    const { source } = this;
    const tail = Math.min(source.size, 22 + 65535);
    const b = source.bytes(source.size - tail, tail);
    let e = tail - 22;
    while (e >= 0 && !(b.readUInt32LE(e) === 0x06054b50 && e + 22 + b.readUInt16LE(e + 20) === tail)) e--;
    if (e < 0) this.fail('its directory is missing; it is damaged or cut off');
    const at = source.size - tail + e;
    let count = b.readUInt16LE(e + 10);
    let size = b.readUInt32LE(e + 12);
    let start = b.readUInt32LE(e + 16);
    let end = at;
    if (b.readUInt16LE(e + 4) || b.readUInt16LE(e + 6) || b.readUInt16LE(e + 8) !== count) {
      if (b.readUInt16LE(e + 4) !== 0xffff) this.fail('it has several parts');
    }
    if (at >= 20 && source.bytes(at - 20, 4).readUInt32LE(0) === 0x07064b50) {
      const where = number64(source.bytes(at - 20, 20), 8);
      if (where + 56 > at) this.fail('its directory lies outside of it');
      const z = source.bytes(where, 56);
      if (z.readUInt32LE(0) !== 0x06064b50) this.fail('its directory is damaged');
      count = number64(z, 32);
      size = number64(z, 40);
      start = number64(z, 48);
      end = where;
    } else if (count === 0xffff || size === 0xffffffff || start === 0xffffffff) this.fail('its directory is damaged');
    if (start + size !== end) this.fail('its directory does not end where it should');
    if (count > MAX_MEMBERS || size > 1 << 28) this.refuse(`it has ${count} members`);
    return { count, size, at: start, end };
  }
  private readDirectory({ count, size, at }: { count: number; size: number; at: number }): void {
    const b = this.source.bytes(at, size);
    const spans: [number, number, string][] = [];
    let p = 0;
    for (let i = 0; i < count; i++) {
      if (p + 46 > size || b.readUInt32LE(p) !== 0x02014b50) this.fail('its directory is damaged');
      const flags = b.readUInt16LE(p + 8);
      const method = b.readUInt16LE(p + 10);
      const crc = b.readUInt32LE(p + 16);
      const nameLength = b.readUInt16LE(p + 28);
      const extraLength = b.readUInt16LE(p + 30);
      const commentLength = b.readUInt16LE(p + 32);
      const mode = b.readUInt32LE(p + 38) >>> 16;
      if (p + 46 + nameLength + extraLength + commentLength > size) this.fail('its directory is damaged');
      const name = b.toString('utf8', p + 46, p + 46 + nameLength);
      const extra = b.subarray(p + 46 + nameLength, p + 46 + nameLength + extraLength);
      const {
        size: full,
        stored,
        at: local,
      } = this.sizes64(name, extra, b.readUInt32LE(p + 24), b.readUInt32LE(p + 20), b.readUInt32LE(p + 42));
      p += 46 + nameLength + extraLength + commentLength;
      this.checkName(name);
      if (this.members.has(name)) this.refuse(`there are two members '${name}'`);
      if (flags & 1) this.refuse(`member '${name}' is encrypted`);
      if ((mode & 0xf000) === 0xa000) this.refuse(`member '${name}' is a link`);
      if (method !== 0 && method !== 8)
        this.refuse(`member '${name}' is compressed by method ${method}; stored and deflated ones are read`);
      if (method === 0 && stored !== full) this.fail(`member '${name}' has two sizes, ${stored} and ${full}`);
      const dataAt = this.checkLocal(name, local, at, { flags, method, crc, stored, full });
      spans.push([local, dataAt + stored, name]);
      this.members.set(name, { name, method, crc, stored, size: full, at: dataAt });
    }
    if (p !== size) this.fail('its directory is longer than its members');
    spans.sort((x, y) => x[0] - y[0]);
    for (let i = 1; i < spans.length; i++)
      if (spans[i][0] < spans[i - 1][1]) this.refuse(`members '${spans[i - 1][2]}' and '${spans[i][2]}' overlap`);
  }
  private checkName(name: string): void {
    const isBad =
      !name ||
      name.includes('\\') ||
      name.includes('\0') ||
      name.includes('\ufffd') ||
      /^([a-zA-Z]:|\/)/.test(name) ||
      name.split('/').some((s) => s === '..' || s === '.');
    if (isBad) this.refuse(`a member has the name '${name.replace(/\0/g, '\\0')}', which leads out of the archive`);
  }
  // Numbers that do not fit into 32 bits stand in an extra field, in this order.
  private sizes64(
    name: string,
    extra: Buffer,
    size: number,
    stored: number,
    at: number,
  ): { size: number; stored: number; at: number } {
    const out = { size, stored, at };
    for (let p = 0; p + 4 <= extra.length;) {
      const id = extra.readUInt16LE(p);
      const length = extra.readUInt16LE(p + 2);
      if (p + 4 + length > extra.length) break;
      if (id === 1) {
        let q = p + 4;
        for (const key of ['size', 'stored', 'at'] as const)
          if (out[key] === 0xffffffff && q + 8 <= p + 4 + length) {
            out[key] = number64(extra, q);
            q += 8;
          }
      }
      p += 4 + length;
    }
    if (!Object.values(out).every(Number.isSafeInteger)) this.fail(`the sizes of member '${name}' are damaged`);
    return out;
  }
  private checkLocal(
    name: string,
    local: number,
    directory: number,
    want: { flags: number; method: number; crc: number; stored: number; full: number },
  ): number {
    if (local + 30 > directory) this.fail(`member '${name}' lies outside of the archive`);
    const h = this.source.bytes(local, 30);
    if (h.readUInt32LE(0) !== 0x04034b50) this.fail(`member '${name}' has no header`);
    const nameLength = h.readUInt16LE(26);
    const extraLength = h.readUInt16LE(28);
    const at = local + 30 + nameLength + extraLength;
    if (at + want.stored > directory) this.fail(`member '${name}' reaches beyond the archive`);
    const rest = this.source.bytes(local + 30, nameLength + extraLength);
    const differs = (): never => this.refuse(`the two headers of member '${name}' differ`);
    if (
      rest.toString('utf8', 0, nameLength) !== name ||
      h.readUInt16LE(8) !== want.method ||
      (h.readUInt16LE(6) & 1) !== 0
    )
      differs();
    const sizesFollow = (h.readUInt16LE(6) & 8) !== 0;
    if (!sizesFollow) {
      const sizes = this.sizes64(name, rest.subarray(nameLength), h.readUInt32LE(22), h.readUInt32LE(18), 0);
      if (h.readUInt32LE(14) !== want.crc || sizes.size !== want.full || sizes.stored !== want.stored) differs();
    }
    return at;
  }

  /** Names of all members. */
  get names(): string[] {
    return [...this.members.keys()];
  }
  has(name: string): boolean {
    return this.members.has(name);
  }
  private member(name: string): ZipMember {
    const m = this.members.get(name);
    if (!m)
      throw new FileError(
        `${this.source.name}: it has no member '${name}'.\n  Its members: ${this.names.slice(0, 12).join(', ')}${this.members.size > 12 ? ', ...' : ''}`,
      );
    return m;
  }
  /** Size of a member when inflated. */
  sizeOf(name: string): number {
    return this.member(name).size;
  }
  /** A member in memory. @param most - largest size that is read. */
  async read(name: string, most = Infinity, signal?: AbortSignal | null): Promise<Uint8Array> {
    const m = this.member(name);
    if (m.size > most) this.refuse(`member '${name}' has ${m.size} bytes, at most ${most} are read`);
    if (m.size > Math.max(FREE_BYTES, m.stored * MAX_EXPANSION))
      this.refuse(`member '${name}' announces ${m.size} bytes of which ${m.stored} are stored: a decompression bomb`);
    let data: Uint8Array = await this.source.read(m.at, m.stored, signal);
    if (m.method === 8)
      try {
        data = await inflateRaw(data, { maxOutputLength: Math.max(1, m.size) });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
          this.refuse(`member '${name}' inflates to more than the ${m.size} bytes it announces`);
        throw new FileError(`${this.source.name}: member '${name}' is damaged (${(error as Error).message}).`, {
          cause: error,
        });
      }
    if (data.length !== m.size || zlib.crc32(data) !== m.crc) this.damaged(name);
    return data;
  }
  /** A member piece by piece, for what need not fit into memory; its size and checksum are compared at the end. */
  async *pieces(name: string, signal?: AbortSignal | null): AsyncGenerator<Uint8Array> {
    const m = this.member(name);
    const { source } = this;
    async function* stored(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < m.stored; at += PIECE)
        yield await source.read(m.at + at, Math.min(PIECE, m.stored - at), signal);
    }
    let size = 0;
    let crc = 0;
    try {
      for await (const part of m.method === 8 ? inflated(stored()) : stored()) {
        size += part.length;
        if (size > m.size) this.refuse(`member '${name}' inflates to more than the ${m.size} bytes it announces`);
        crc = zlib.crc32(part, crc);
        yield part;
      }
    } catch (error) {
      if (!/^Z_/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
      throw new FileError(`${source.name}: member '${name}' is damaged (${(error as Error).message}).`, {
        cause: error,
      });
    }
    if (size !== m.size || crc !== m.crc) this.damaged(name);
  }
  private damaged(name: string): never {
    throw new FileError(`${this.source.name}: member '${name}' is damaged: its checksum is wrong.`);
  }
  /** Size of a member in the archive. */
  storedSizeOf(name: string): number {
    return this.member(name).stored;
  }
  /** The first bytes of a member, without its checksum: for looking at a header alone. */
  beginning(name: string): ByteSource {
    const m = this.member(name);
    const title = `${this.source.name}: ${name}`;
    if (m.method !== 8) return this.source.part(title, m.at, m.size);
    try {
      return new MemorySource(
        title,
        zlib.inflateRawSync(this.source.bytes(m.at, Math.min(m.stored, BEGINNING)), {
          finishFlush: zlib.constants.Z_SYNC_FLUSH,
        }),
      );
    } catch (error) {
      throw new FileError(`${this.source.name}: member '${name}' is damaged (${(error as Error).message}).`, {
        cause: error,
      });
    }
  }
  /** A member as a source: where it lies when it is stored, else in memory. @param isChecked - whether its checksum is compared first. */
  async open(name: string, signal?: AbortSignal | null, isChecked = true): Promise<ByteSource> {
    const m = this.member(name);
    const title = `${this.source.name}: ${name}`;
    if (m.method === 8) return new MemorySource(title, await this.read(name, Infinity, signal));
    if (!isChecked) return this.source.part(title, m.at, m.size);
    const piece = new Uint8Array(Math.min(PIECE, m.size));
    let crc = 0;
    for (let at = 0; at < m.size; at += PIECE) {
      const part = piece.subarray(0, Math.min(PIECE, m.size - at));
      await this.source.readInto(part, m.at + at, signal);
      crc = zlib.crc32(part, crc);
    }
    if (crc !== m.crc) this.damaged(name);
    return this.source.part(title, m.at, m.size);
  }
}
async function* inflated(stored: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const inflate = zlib.createInflateRaw();
  pipeline(stored, inflate, () => {}); // what fails destroys the stream, which throws it below
  yield* inflate as AsyncIterable<Uint8Array>;
}
function number64(b: Buffer, at: number): number {
  const v = b.readBigUInt64LE(at);
  return v > BigInt(Number.MAX_SAFE_INTEGER) ? NaN : Number(v);
}

/** @internal Writes members one after the other, stored. */
export class ZipWriter {
  private readonly directory: Buffer[] = [];
  private readonly names = new Set<string>();
  /** @param long - from which size or place on the fields of zip64 are used: lower in tests. */
  constructor(
    private readonly sink: ByteSink,
    private readonly long = LONG,
  ) {}
  /** A member of what `write` puts into the sink. */
  async add(name: string, write: (sink: ByteSink) => Promise<void>): Promise<void> {
    if (this.names.has(name)) throw new ValueError(`zip: there are two members '${name}'.`);
    this.names.add(name);
    const { sink, long } = this;
    const at = sink.position;
    const title = Buffer.from(name, 'utf8');
    // Sizes are not known yet: the header is written again when they are. There is always room for long ones.
    const local = (size: number, crc: number): Buffer => {
      const b = Buffer.alloc(30 + title.length + 20);
      b.writeUInt32LE(0x04034b50, 0);
      b.writeUInt16LE(45, 4);
      b.writeUInt16LE(0x800, 6);
      b.writeUInt16LE(0x21, 12); // 1980-01-01: files are equal when what they hold is
      b.writeUInt32LE(crc, 14);
      b.writeUInt32LE(size < long ? size : LONG, 18);
      b.writeUInt32LE(size < long ? size : LONG, 22);
      b.writeUInt16LE(title.length, 26);
      b.writeUInt16LE(20, 28);
      title.copy(b, 30);
      const e = 30 + title.length;
      b.writeUInt16LE(size < long ? PADDING : 1, e);
      b.writeUInt16LE(16, e + 2);
      if (size >= long) {
        b.writeBigUInt64LE(BigInt(size), e + 4);
        b.writeBigUInt64LE(BigInt(size), e + 12);
      }
      return b;
    };
    await sink.write(local(0, 0));
    const start = sink.position;
    const crc = await sink.checksummed(() => write(sink));
    const size = sink.position - start;
    await sink.patch(local(size, crc), at);
    const isLong = size >= long || at >= long;
    const b = Buffer.alloc(46 + title.length + (isLong ? 28 : 0));
    b.writeUInt32LE(0x02014b50, 0);
    b.writeUInt16LE(0x032d, 4);
    b.writeUInt16LE(45, 6);
    b.writeUInt16LE(0x800, 8);
    b.writeUInt16LE(0x21, 14);
    b.writeUInt32LE(crc, 16);
    b.writeUInt32LE(isLong ? LONG : size, 20);
    b.writeUInt32LE(isLong ? LONG : size, 24);
    b.writeUInt16LE(title.length, 28);
    b.writeUInt16LE(isLong ? 28 : 0, 30);
    b.writeUInt32LE(0o100644 * 0x10000, 38);
    b.writeUInt32LE(isLong ? LONG : at, 42);
    title.copy(b, 46);
    if (isLong) {
      const e = 46 + title.length;
      b.writeUInt16LE(1, e);
      b.writeUInt16LE(24, e + 2);
      for (const [i, v] of [size, size, at].entries()) b.writeBigUInt64LE(BigInt(v), e + 4 + 8 * i);
    }
    this.directory.push(b);
  }
  /** Writes the directory. */
  async finish(): Promise<void> {
    const at = this.sink.position;
    const directory = Buffer.concat(this.directory);
    const n = this.directory.length;
    await this.sink.write(directory);
    const isLong = at + directory.length >= this.long || n >= 0xffff;
    if (isLong) {
      const z = Buffer.alloc(56 + 20);
      z.writeUInt32LE(0x06064b50, 0);
      z.writeBigUInt64LE(44n, 4);
      z.writeUInt16LE(0x032d, 12);
      z.writeUInt16LE(45, 14);
      z.writeBigUInt64LE(BigInt(n), 24);
      z.writeBigUInt64LE(BigInt(n), 32);
      z.writeBigUInt64LE(BigInt(directory.length), 40);
      z.writeBigUInt64LE(BigInt(at), 48);
      z.writeUInt32LE(0x07064b50, 56);
      z.writeBigUInt64LE(BigInt(at + directory.length), 64);
      z.writeUInt32LE(1, 72);
      await this.sink.write(z);
    }
    const z = Buffer.alloc(22);
    z.writeUInt32LE(0x06054b50, 0);
    z.writeUInt16LE(isLong ? 0xffff : n, 8);
    z.writeUInt16LE(isLong ? 0xffff : n, 10);
    z.writeUInt32LE(isLong ? LONG : directory.length, 12);
    z.writeUInt32LE(isLong ? LONG : at, 16);
    await this.sink.write(z);
  }
}
